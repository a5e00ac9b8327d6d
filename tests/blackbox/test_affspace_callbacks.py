"""AffSpace: events and callbacks. One test per row, named by its id."""

import json
from urllib.parse import urlencode

import pytest

from affspace_vendor import check_error, check_untracked, fresh, invalid, stored

ROUTES = [
    "affspace GET /pb",
    "affspace POST /pb",
    "affspace GET /pb/{endpoint_id}",
    "affspace POST /pb/{endpoint_id}",
]


def test_AFS_42_46_the_sample_event(vendor):
    click = vendor.click()
    body = {"click_id": click, "event_type": "lead", "url": "https://advertiser.example/signup",
            "referrer": "https://advertiser.example/pricing"}
    answer = vendor.request("POST", "/api/v1/events", body)
    assert answer.status == 200 and answer.json["success"] is True
    data = answer.json["data"]
    assert data["tracked"] is True and data["event_id"].startswith("evt_") and data["reason"] is None


@pytest.mark.parametrize("name", ["click_id", "clickid", "cid"])
@pytest.mark.parametrize("kind", ["pageview", "registration", "lead"])
def test_AFS_43_44_aliases_and_types(vendor, name, kind):
    assert vendor.request("POST", "/api/v1/events", {name: vendor.click(), "event_type": kind}).status == 200


def test_AFS_43_44_what_is_missing_or_wrong(vendor):
    invalid(vendor.request("POST", "/api/v1/events", {"event_type": "lead"}), "click_id is required")
    invalid(vendor.request("POST", "/api/v1/events", {"click_id": vendor.click()}), "event_type is required")
    check_error(vendor.request("POST", "/api/v1/events", {"click_id": vendor.click(), "event_type": "purchase"}), 400, "VALIDATION_ERROR")
    invalid(vendor.request("POST", "/api/v1/events", {"click_id": "NOSUCH", "event_type": "lead"}), "Click not found")


def test_AFS_45_url_and_referrer_are_optional_and_bounded(vendor):
    assert vendor.request("POST", "/api/v1/events", {"click_id": vendor.click(), "event_type": "lead"}).status == 200
    check_error(vendor.request("POST", "/api/v1/events", {"click_id": "x", "event_type": "lead", "url": "u" * 3000}), 400, "VALIDATION_ERROR")


def test_AFS_48_events_pay_nothing(vendor):
    before = vendor.world.stack.value("select count(*) from conversions"), vendor.world.stack.value("select count(*) from ledger_entries")
    vendor.request("POST", "/api/v1/events", {"click_id": vendor.click(), "event_type": "lead"})
    assert before == (vendor.world.stack.value("select count(*) from conversions"), vendor.world.stack.value("select count(*) from ledger_entries"))


# Callbacks

def endpoint(vendor, *options):
    return vendor.core.json("callback", "create", "--account", vendor.account, *options)["id"]


def test_AFS_47_primary_and_secondary_endpoints(vendor):
    primary, secondary = endpoint(vendor, "--kind", "primary"), endpoint(vendor, "--kind", "secondary")
    order = fresh("PB-")
    query = urlencode({"clickid": vendor.click(), "sum": "20.00", "action_id": order, "secure": vendor.key})
    answer = vendor.client.get(f"/pb/{primary}?{query}")
    assert answer.status == 200 and answer.json["data"]["conversionId"].startswith("conv_") and stored(vendor, order) == 1
    query = urlencode({"clickid": vendor.click(), "event_type": "lead", "secure": vendor.key})
    assert vendor.client.get(f"/pb/{secondary}?{query}").json["data"]["event_id"].startswith("evt_")
    form = urlencode({"clickid": vendor.click(), "sum": "20.00", "action_id": fresh("PB-"), "secure": vendor.key})
    posted = vendor.client.request("POST", f"/pb/{primary}", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    assert posted.status == 200 and posted.json["data"]["tracked"] is True


def test_AF_15_unknown_endpoint_and_keys(vendor):
    primary = endpoint(vendor)
    check_error(vendor.client.get("/pb/pb_nothing?clickid=x"), 404, "NOT_FOUND")
    check_error(vendor.client.get(f"/pb/{primary}?clickid=x"), 401, "UNAUTHORIZED")
    check_error(vendor.client.get(f"/pb/{primary}?clickid=x&secure=wrong"), 401, "INVALID_API_KEY")
    check_error(vendor.client.get(f"/pb/{primary}?clickid=x&secure={vendor.world.affspace.secret_key}"), 404, "NOT_FOUND")
    invalid(vendor.client.get(f"/pb/{primary}?clickid=x", {"X-API-Key": vendor.key}), "Click not found")


def test_AF_15_key_less_endpoints(vendor):
    open_door = endpoint(vendor, "--key-less")
    assert vendor.client.get(f"/pb/{open_door}?clickid={vendor.click()}").json["data"]["tracked"] is True
    vendor.core.run("callback", "disable", open_door)
    check_error(vendor.client.get(f"/pb/{open_door}?clickid={vendor.click()}"), 404, "NOT_FOUND")


def test_AFS_47_AF_42_a_look_with_HEAD_books_nothing(vendor):
    """Link checkers and previews ask with HEAD; only GET and POST are callbacks."""
    primary, order = endpoint(vendor, "--key-less"), fresh("LOOK-")
    query = urlencode({"clickid": vendor.click(), "action_id": order, "secure": vendor.key})
    for path in (f"/pb/{primary}", "/pb"):
        answer = vendor.client.request("HEAD", f"{path}?{query}")
        assert answer.status == 405 and answer.fields["allow"] == "GET, POST"
    assert stored(vendor, order) == 0
    assert vendor.client.get(f"/pb/{primary}?{query}").json["data"]["tracked"] is True


def test_a_macro_that_the_tracker_left(vendor):
    primary = endpoint(vendor, "--key-less")
    invalid(vendor.client.get(f"/pb/{primary}?clickid={{clickid}}&sum={{sum}}"), "click_id is required")
    assert vendor.core.json("callback", "log", primary)["log"][0]["message"] == \
        "click_id is required (left unexpanded, so counted as absent: clickid, sum)"
    assert vendor.client.get(f"/pb/{primary}?clickid={vendor.click()}&sub1={{sub1}}&x[]=a|b").json["data"]["tracked"] is True


def test_AFSX_02_bare_pb_by_get_and_post(vendor):
    click, order = vendor.click(), fresh("OLD-")
    query = urlencode({"click_id": click, "txid": order, "event_type": "purchase", "offer_code": vendor.cpa, "secure": vendor.key})
    assert vendor.client.get(f"/pb?{query}").json["data"]["tracked"] is True
    check_untracked(vendor.client.post_json("/pb", query, content_type="application/x-www-form-urlencoded"), "duplicate_txid")
    body = {"click_id": vendor.click(), "txid": fresh("OLD-"), "event_type": "lead", "secure": vendor.key}
    assert vendor.client.post_json("/pb", body).json["data"]["tracked"] is True   # AFSX-03


def test_postback_log_says_what_came_and_why_it_was_refused(vendor):
    primary = endpoint(vendor)
    conversion = vendor.client.get(f"/pb/{primary}?clickid={vendor.click()}&secure={vendor.key}").json["data"]["conversionId"]
    vendor.client.get(f"/pb/{primary}?clickid=NOSUCH&secure={vendor.key}")
    vendor.client.get(f"/pb/{primary}?clickid=NOSUCH&secure=wrong-secret")
    log = vendor.core.json("callback", "log", primary)["log"]
    assert [(entry["status"], entry["outcome"]) for entry in log] == [
        (401, "INVALID_API_KEY"), (400, "VALIDATION_ERROR"), (200, "tracked")]
    assert log[1]["message"] == "Click not found" and log[2]["conversion"] == conversion
    text = json.dumps(log)
    assert vendor.key not in text and "wrong-secret" not in text and "clickid=NOSUCH" in text


def test_AF_16_limits_of_callbacks(vendor):
    key = vendor.core.json("key", "create", "--account", vendor.account, "--kind", "secret")["value"]
    secondary = endpoint(vendor, "--kind", "secondary")
    statuses = [vendor.client.get(f"/pb/{secondary}?secure={key}").status for _ in range(101)]
    assert statuses == [400] * 100 + [429]
