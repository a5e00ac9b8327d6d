"""What is kept of visitors: privacy signals (D-45) and erasure with a receipt (D-46, PROTOCOL.md 14)."""

import json
import uuid

import pytest

from selgeo_api import Api
from servers import wait_until
from stack import Stack
from world import World

PERSONAL = ("visitor", "ip", "user_agent", "referrer", "landing", "sub1", "utm", "params")


@pytest.fixture(scope="module")
def shop():
    with Stack() as stack:
        yield Api(World(stack, only=()))


def visit(shop, path, **fields):
    """A click by the short link; its id."""
    answer = shop.world.edge.client().get(path, fields)
    assert answer.status == 302, answer.text
    return answer.fields["location"].split("click_id=")[-1]


def post(shop, page, **fields):
    """A click that a page reports; its id."""
    answer = shop.client.post_json("/v1/clicks", page, {"X-Public-Key": shop.public_keys["live"], **fields})
    assert answer.status == 201, answer.text
    return answer.json["click_id"]


def stored(shop, click):
    shop.world.stack.click(click)
    return shop.core.json("click", "show", click)


def test_D_45_privacy_signals_follow_the_accounts_policy(shop):
    path = f"/{shop.code['live']}?gclid=abc&sub1=me&name=ann"
    as_any = stored(shop, visit(shop, path, **{"Sec-GPC": "1"}))
    assert as_any["visitor"] and as_any["params"] == {"gclid": "abc", "name": "ann"}

    shop.core.run("account", "set", shop.account, "--gpc", "minimal")
    for signal in ({"Sec-GPC": "1"}, {"DNT": "1"}):
        minimal = stored(shop, visit(shop, path, **signal))
        assert minimal["visitor"] is None and minimal["ip"] is None and not minimal["unique"] and minimal["counts"]
        assert minimal["params"] == {"name": "ann"} and minimal["sub1"] == "me"
        assert "gclid" not in json.dumps(minimal)
    for plain in (f"/{shop.code['live']}", f"/{shop.code['live']}?gclid=abc"):   # nothing is left of the query
        minimal = stored(shop, visit(shop, plain, DNT="1"))
        assert minimal["visitor"] is None and not minimal["params"]
    for no_signal in ({}, {"Sec-GPC": "0"}, {"DNT": "0"}):
        assert stored(shop, visit(shop, path, **no_signal))["visitor"]

    page = {"ref": shop.code["live"], "url": "https://shop.example/p?gclid=abc&name=ann", "referrer": "https://r.example/?fbclid=x"}
    for signal in ({"Sec-GPC": "1"}, {"DNT": "1"}):
        minimal = stored(shop, post(shop, page, **signal))
        assert minimal["visitor"] is None and minimal["ip"] is None and not minimal["unique"] and minimal["counts"]
        assert "gclid" not in json.dumps(minimal) and "fbclid" not in json.dumps(minimal)
        assert minimal["landing"] == "https://shop.example/p?name=ann"
    assert stored(shop, post(shop, page))["visitor"]

    shop.core.run("account", "set", shop.account, "--gpc", "ignore")
    assert stored(shop, visit(shop, path, DNT="1"))["visitor"]
    assert stored(shop, post(shop, page, **{"Sec-GPC": "1"}))["visitor"]


def test_D_46_erasing_leaves_a_receipt_and_nothing_else(shop):
    path = f"/{shop.code['live']}?sub1=me"
    click = visit(shop, path, Referer="https://blog.example/")
    before = stored(shop, click)
    assert before["referrer"] == "https://blog.example/"
    receipt = shop.core.json("click", "erase", "--click", click, "--reason", "asked by mail")
    assert receipt["database"]["clicks"] == 1 and receipt["asked"] == {"kind": "click", "subject": before["id"]}
    after = shop.core.json("click", "show", click)
    assert all(not after[name] for name in PERSONAL) and after["counts"] == before["counts"]
    audit = shop.core.json("audit", "list", "--subject", receipt["receipt"])["audit"][0]
    assert audit["action"] == "click.erase" and audit["reason"] == "asked by mail" and audit["actor"] == receipt["by"]
    assert before["visitor"] not in json.dumps(audit) and "blog.example" not in json.dumps(audit)
    assert shop.core.json("click", "erase", "--click", click)["database"]["clicks"] == 0


def test_D_46_an_affiliates_clicks(shop):
    click = visit(shop, f"/{shop.code['live']}?sub1=me")
    stored(shop, click)
    receipt = shop.core.json("click", "erase", "--affiliate", shop.affiliate["live"])
    assert receipt["database"]["clicks"] >= 1 and receipt["asked"]["subject"] == shop.affiliate["live"]
    assert shop.core.json("click", "show", click)["sub1"] is None
    later = visit(shop, f"/{shop.code['live']}?sub1=later")
    assert stored(shop, later)["sub1"] == "later"


def test_D_46_a_replay_does_not_bring_it_back(shop):
    """Comes last: from here on every click of the day by this visitor is erased on arrival."""
    stack = shop.world.stack
    click = visit(shop, f"/{shop.code['live']}?sub1=secret")
    assert stored(shop, click)["sub1"] == "secret"
    visitor = shop.core.json("click", "show", click)["visitor"]
    assert shop.core.json("click", "erase", "--visitor", visitor)["database"]["clicks"] >= 1
    # The database is restored to a state in which nothing was stored; the edge ships its log again.
    stack.query("delete from clicks")
    stack.query("update streams set position = 0, resend_nonce = resend_nonce + 1")
    wait_until(lambda: stack.query("select 1 from clicks where id = %s", (str(uuid.UUID(click)),)), 60, "the click shipped again")
    again = shop.core.json("click", "show", click)
    assert all(not again[name] for name in PERSONAL)
    assert stack.value("select count(*) from clicks where visitor = decode(%s, 'hex') or sub1 = 'secret'", (visitor,)) == 0


def test_D_46_a_restore_behind_an_erasure_brings_it_back_until_it_is_erased_again(shop):
    """RUNBOOK, "Backup and restore": the database has forgotten the note, too, so step 4 repeats the erasure."""
    stack, core = shop.world.stack, shop.core
    click = visit(shop, f"/{shop.code['live']}?sub1=forgotten", **{"X-Forwarded-For": "203.0.113.99"})
    visitor = stored(shop, click)["visitor"]
    assert core.json("click", "erase", "--visitor", visitor)["database"]["clicks"] == 1
    assert core.json("click", "show", click)["sub1"] is None

    core.terminate()
    for statement in ("delete from clicks", "delete from erasures", "update streams set position = 0",
                      "update settings set value = (value::bigint + 1)::text where key = 'recovery_epoch'"):
        stack.query(statement)
    core.start()
    core.run("directory", "rebuild")
    wait_until(lambda: stack.query("select 1 from clicks where id = %s", (str(uuid.UUID(click)),)), 60, "the click shipped again")
    assert (core.json("click", "show", click)["sub1"], core.json("click", "show", click)["visitor"]) == ("forgotten", visitor)

    assert core.json("click", "erase", "--visitor", visitor)["database"]["clicks"] == 1
    shown = core.json("click", "show", click)
    assert all(not shown[name] for name in PERSONAL)
    assert stack.value("select count(*) from clicks where sub1 = 'forgotten'") == 0


@pytest.mark.parametrize("options", [(), ("--visitor", "xyz"), ("--click", "nothing"), ("--affiliate", "aff_nobody"),
                                     ("--click", "0190f3c2-5b1a-7c3d-9e8f-0123456789ab", "--affiliate", "aff_x")])
def test_D_46_what_is_not_understood_is_refused(shop, options):
    assert shop.core.run("click", "erase", *options, check=False).returncode != 0
