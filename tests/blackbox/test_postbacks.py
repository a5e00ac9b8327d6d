"""Postbacks to affiliates' trackers (S2S): called with the conversion's values, guarded and repeated as webhooks are (D-57 to D-59)."""

from urllib.parse import parse_qs, urlsplit

import pytest

from servers import free_port, wait_until
from stack import Stack
from webhook_shop import SETTINGS, Shop

TEMPLATE = ("?cid={click_id}&s1={sub1}&s5={sub5}&sum={payout}&cur={currency}&st={status}&conv={conversion_id}&camp={campaign}"
            "&aff={affiliate}&ev={event}&goal={goal}&ts={timestamp}&fixed=a%20b")


@pytest.fixture(scope="module")
def shop():
    with Stack(SETTINGS) as stack:
        yield Shop(stack)


def create(shop, url, *options):
    made = shop.core.json("postback", "create", "--affiliate", shop.partner, "--url", url, *options)
    shop.settle()
    return made


def calls(receiver, path, count=0):
    """What was called, as soon as there are so many."""
    def made():
        return [one for one in list(receiver.received) if urlsplit(one.path).path == path]
    wait_until(lambda: len(made()) >= count, what=f"{count} calls of {path}", timeout_s=30)
    return made()


def asked(one):
    """The parameters of a call."""
    return {name: values[0] for name, values in parse_qs(urlsplit(one.path).query, keep_blank_values=True).items()}


def test_D_57_an_affiliate_is_told_what_became_of_a_conversion(shop, receiver):
    made = create(shop, receiver.url("/all" + TEMPLATE), "--on", "created", "--on", "approved", "--on", "rejected")
    assert made["id"].startswith("pbk_") and made["events"] == ["created", "approved", "rejected"]
    sale = shop.sell()
    calls(receiver, "/all", 1)
    shop.core.run("conversion", "approve", sale["id"])
    calls(receiver, "/all", 2)
    shop.core.run("conversion", "reject", sale["id"])
    assert {one.body for one in calls(receiver, "/all", 3)} == {b"GET"}
    told = {asked(one)["ev"]: asked(one) for one in calls(receiver, "/all")}
    assert {name: one["st"] for name, one in told.items()} == {"created": "pending", "approved": "approved", "rejected": "rejected"}
    for one in told.values():
        assert one["conv"] == sale["id"] and one["camp"] == shop.program and one["aff"] == shop.partner
        assert one["sum"] == "4.90" and one["cur"] == "EUR" and one["fixed"] == "a b" and one["goal"] == "purchase"
        assert one["s1"] == "" and one["cid"] == ""   # sold by promo code: there was no click
    wait_until(lambda: [one["status"] for one in attempts(shop, made)] == ["delivered"] * 3, what="all noted as delivered")
    assert [[a["status"] for a in one["attempt_list"]] for one in attempts(shop, made)] == [[200]] * 3
    shop.core.run("postback", "disable", made["id"])


def attempts(shop, postback, *options):
    return shop.core.json("postback", "attempts", postback["id"], *options)["calls"]


def stored_click(shop, query):
    """The id of a click on a new link of the partner's."""
    link = shop.core.json("link", "create", "--campaign", shop.program, "--affiliate", shop.partner)["code"]
    edge = shop.stack.edge.client()
    wait_until(lambda: edge.request("HEAD", f"/{link}").status != 404, what="the link live")
    click = edge.get(f"/{link}?{query}").fields["location"].split("click_id=")[-1]
    shop.stack.click(click)
    return click


def test_D_58_sub_ids_come_back_encoded(shop, receiver):
    made = create(shop, receiver.url("/subs" + TEMPLATE), "--on", "created")
    click = stored_click(shop, "sub1=a%26b%3Dc&sub5=%C3%BC%20x")
    sale = shop.sell(click_id=click, promo_code=None)
    told = asked(calls(receiver, "/subs", 1)[0])
    assert told["s1"] == "a&b=c" and told["s5"] == "ü x" and told["cid"] == click and told["conv"] == sale["id"]
    shop.core.run("postback", "disable", made["id"])


def test_D_57_only_conversions_of_the_affiliate_and_campaign(shop, receiver):
    other = shop.join("bob@blog.example")
    shop.core.run("postback", "create", "--affiliate", other, "--url", receiver.url("/bob"), "--on", "created")
    by_campaign = shop.core.json("postback", "create", "--campaign", shop.program, "--url", receiver.url("/campaign?e={event}"),
                                 "--on", "created")
    shop.settle()
    shop.sell()
    calls(receiver, "/campaign", 1)
    shop.settle()
    assert not calls(receiver, "/bob")
    shown = shop.core.json("postback", "list", "--account", shop.account)["postbacks"]
    assert by_campaign["id"] in [one["id"] for one in shown]
    assert not shop.core.json("webhook", "list", "--account", shop.account)["webhooks"]
    assert shop.core.run("webhook", "show", by_campaign["id"], check=False).returncode == 1
    shop.core.run("postback", "disable", by_campaign["id"])


def test_D_59_a_failed_call_is_repeated_and_listed(shop, receiver):
    made = create(shop, receiver.url("/flaky?c={conversion_id}"), "--on", "created")
    receiver.answers["/flaky"] = lambda handler: handler.answer(500 if len(calls(receiver, "/flaky")) == 1 else 200)
    shop.sell()
    first, second = calls(receiver, "/flaky", 2)
    assert first.path == second.path
    wait_until(lambda: attempts(shop, made)[0]["status"] == "delivered", what="delivered at last")
    assert [a["status"] for a in attempts(shop, made)[0]["attempt_list"]] == [500, 200]
    shop.core.run("postback", "disable", made["id"])
    shop.sell()
    shop.settle()
    assert len(attempts(shop, made)) == 1


def test_D_59_an_erased_clicks_call_is_repeated_without_its_sub_ids(shop, receiver):
    """They are filled in at the call, so that what waits for its next attempt holds none (D-46)."""
    made = create(shop, receiver.url("/erased" + TEMPLATE), "--on", "created")
    receiver.answers["/erased"] = 500
    click = stored_click(shop, "sub1=jane%40home.example&sub5=five")
    sale = shop.sell(click_id=click, promo_code=None)
    first = asked(calls(receiver, "/erased", 1)[0])
    assert (first["s1"], first["s5"]) == ("jane@home.example", "five")
    body = shop.stack.value("select e.body from webhook_events e join webhook_deliveries d on d.event_id = e.id join "
                            "webhook_endpoints w on w.id = d.endpoint_id where w.public_id = %s", (made["id"],))
    assert sale["id"] in body and "home.example" not in body and "five" not in body
    assert shop.core.json("click", "erase", "--click", click)["database"]["clicks"] == 1
    wait_until(lambda: attempts(shop, made)[0]["attempt_list"], what="the first attempt noted")
    receiver.answers["/erased"] = 200
    shop.let_time_pass(made["id"])
    wait_until(lambda: attempts(shop, made)[0]["status"] == "delivered", what="delivered at last")
    assert asked(calls(receiver, "/erased")[-1]) == {**first, "s1": "", "s5": ""}
    shop.core.run("postback", "disable", made["id"])


def test_D_59_test_says_what_came_back(shop, receiver):
    made = create(shop, receiver.url("/test" + TEMPLATE))
    assert made["events"] == ["approved"]
    tried = shop.core.json("postback", "test", made["id"])
    assert tried["status"] == "delivered" and tried["last_status"] == 200
    assert asked(calls(receiver, "/test")[0])["st"] == "test"
    nobody = create(shop, f"http://127.0.0.1:{free_port()}/x")
    assert shop.core.json("postback", "test", nobody["id"])["last_error"] == "connect"
    for one in (made, nobody):
        shop.core.run("postback", "disable", one["id"])


@pytest.mark.parametrize("url", ["https://{sub1}.example/", "http://127.0.0.1:1/?a={clickid}", "http://127.0.0.1:1/?a={sub1",
                                 "ftp://127.0.0.1/", "javascript:alert(1)", "http://u:p@127.0.0.1/"])
def test_D_58_templates_that_are_refused(shop, url):
    done = shop.core.run("postback", "create", "--affiliate", shop.partner, "--url", url, "--json", check=False)
    assert done.returncode == 1 and "postback_url" in done.stderr


def test_D_59_private_receivers_are_refused(shop):
    core = shop.core
    core.settings["FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS"] = "false"
    try:
        for url, code in (("https://127.0.0.1/?a={sub1}", "webhook_url_private_ip"), ("http://192.0.2.1/", "webhook_url_not_https")):
            done = core.run("postback", "create", "--affiliate", shop.partner, "--url", url, "--json", check=False)
            assert done.returncode == 1 and code in done.stderr
    finally:
        core.settings["FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS"] = "true"
