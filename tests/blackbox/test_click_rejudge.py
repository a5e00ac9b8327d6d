"""Stored clicks are judged again by the rules of today: `click rejudge` (D-44)."""

import pytest

from selgeo_api import Api
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


def test_new_rules_reach_stored_clicks_and_their_commission(shop, tmp_path):
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


def test_progress_goes_to_standard_error(shop):
    done = shop.core.run("click", "rejudge", *RANGE, "--json")
    assert "clicks" in done.stderr and done.stdout.count("\n") == 1


def test_a_range_that_ends_before_it_begins_is_refused(shop):
    done = shop.core.run("click", "rejudge", "--from", "2026-02-01", "--to", "2026-01-01", check=False)
    assert done.returncode == 1 and "range" in done.stderr
