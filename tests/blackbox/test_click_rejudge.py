"""Stored clicks are judged again by the rules of today: `click rejudge` (D-44)."""

import pytest

from affily_advertiser import Advertiser
from affspace_vendor import Vendor
from baclique_api import Creator
from selgeo_api import Api
from servers import wait_until
from stack import Stack
from world import World

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
RANGE = ("--from", "2020-01-01", "--to", "2100-01-01")


@pytest.fixture(scope="module")
def shop():
    with Stack() as stack:
        yield Api(World(stack, only=()))


def figures(stack):
    """Roll-ups, and the same counted from the clicks."""
    kept = stack.query("select sum(gross)::int, sum(net)::int, sum(uniques)::int from click_rollups")[0]
    counted = stack.query("select count(*)::int, (count(*) filter (where verdict = 0))::int, "
                          "(count(*) filter (where is_unique))::int from clicks")[0]
    return tuple(kept), tuple(counted)


def click_by(shop, agent):
    answer = shop.client.request("POST", "/v1/clicks", f'{{"ref": "{shop.code["live"]}"}}'.encode(),
                                 {"X-Public-Key": shop.public_keys["live"], "Content-Type": "application/json"}, agent)
    assert answer.status == 201, answer.text
    return answer.json["click_id"]


def test_D_44_new_rules_reach_stored_clicks_and_their_commission(shop, tmp_path):
    stack, core = shop.world.stack, shop.core
    shop.click()   # until the key is live
    ids = [click_by(shop, agent) for agent in (PERSON, f"{PERSON} Zufallswort")]
    stack.wait_stored_settled()
    clicks = [core.json("click", "show", click) for click in ids]
    assert [click["counts"] for click in clicks] == [True, True]
    before = clicks[0]["rules"]
    booked = [shop.booked(click_id=click)["id"] for click in ids]
    stored = stack.value("select count(*)::int from clicks")

    crawlers = tmp_path / "crawlers.txt"
    crawlers.write_text("[everywhere]\nzufallswort\n")
    core.settings["FOOTFALL_CORE_INGEST_CRAWLERS_FILE"] = crawlers
    dry = core.json("click", "rejudge", *RANGE, "--dry-run")
    assert dry["dry_run"] and dry["convicted"] == 1 and dry["conversions"]["rejected"] == 1
    assert core.json("click", "show", ids[1])["counts"]

    done = core.json("click", "rejudge", *RANGE)
    assert (done["clicks"], done["convicted"], done["acquitted"]) == (stored, 1, 0)
    assert done["conversions"]["rejected"] == 1 and done["rules"] != before
    shown = [core.json("click", "show", click) for click in ids]
    assert [click["counts"] for click in shown] == [True, False]
    assert {click["rules"] for click in shown} == {done["rules"]}
    kept, counted = figures(stack)
    assert kept == counted
    assert [core.json("conversion", "show", conversion)["status"] for conversion in booked] == ["pending", "rejected"]
    stack.verify_ledger()

    again = core.json("click", "rejudge", *RANGE)
    assert (again["convicted"], again["acquitted"], again["conversions"]["rejected"]) == (0, 0, 0)

    del core.settings["FOOTFALL_CORE_INGEST_CRAWLERS_FILE"]
    back = core.json("click", "rejudge", *RANGE)
    assert back["acquitted"] == 1 and back["conversions"]["restored"] == 1 and back["rules"] == before
    assert [core.json("conversion", "show", conversion)["status"] for conversion in booked] == ["pending", "pending"]
    kept, counted = figures(stack)
    assert kept == counted
    stack.verify_ledger()


def short_link_and_sale(dialect, world):
    """A program's short link, and how to report a sale of a click on it: (click id, order) → answer."""
    if dialect == "affspace":
        vendor = Vendor(world)
        return vendor.codes[vendor.cpa]["link"], lambda click, order: vendor.convert(click_id=click, txid=order)
    if dialect == "affily":
        advertiser = Advertiser(world)
        return (advertiser.links[advertiser.offer],
                lambda click, order: advertiser.convert(click_id=click, order_id=order))
    creator = Creator(world)
    campaign = creator.campaign()["id"]
    _, code = creator.affiliate(campaign)
    return code, lambda click, order: creator.request("POST", "/v1/conversions", {
        "campaign_id": campaign, "click_id": click, "external_id": order, "amount": 99.99, "currency": "EUR"})


@pytest.mark.parametrize("dialect", ["affspace", "affily", "baclique"])
def test_D_44_a_sale_that_was_refused_for_its_click_is_listed_once_the_click_is_human(shop, tmp_path, dialect):
    stack, core = shop.world.stack, shop.core
    code, sell = short_link_and_sale(dialect, shop.world)
    word = f"{dialect}wort"
    click = shop.world.edge.client().get(f"/{code}", agent=f"{PERSON} {word}").fields["location"].split("_id=")[-1]
    stored = wait_until(lambda: stack.query("select id::text from clicks where user_agent like %s", (f"% {word}",)), what="the click")
    crawlers = tmp_path / "crawlers.txt"
    crawlers.write_text(f"[everywhere]\n{word}\n")
    core.settings["FOOTFALL_CORE_INGEST_CRAWLERS_FILE"] = crawlers
    assert core.json("click", "rejudge", *RANGE)["convicted"] == 1
    order = f"order-{dialect}"
    refused = sell(click, order)
    assert refused.status >= 400 or refused.json["data"]["tracked"] is False, refused.text

    del core.settings["FOOTFALL_CORE_INGEST_CRAWLERS_FILE"]
    for options in (["--dry-run"], []):
        done = core.json("click", "rejudge", *RANGE, *options)
        assert done["acquitted"] == 1 and done["refused_reports"] == 1
        assert [(one["external_id"], one["click_id"]) for one in done["refused"]] == [(order, stored[0][0])]
    again = sell(click, order)
    assert again.status in (200, 201) and "tracked\":false" not in again.text.replace(" ", ""), again.text
    assert core.json("click", "rejudge", *RANGE)["refused"] == [], "it has been sent again"
    stack.verify_ledger()


def test_D_44_progress_goes_to_standard_error(shop):
    done = shop.core.run("click", "rejudge", *RANGE, "--json")
    assert "clicks" in done.stderr and done.stdout.count("\n") == 1


def test_D_44_a_range_that_ends_before_it_begins_is_refused(shop):
    done = shop.core.run("click", "rejudge", "--from", "2026-02-01", "--to", "2026-01-01", check=False)
    assert done.returncode == 1 and "range" in done.stderr
