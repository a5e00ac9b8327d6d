"""Selgeo's POST /api/v1/conversions: routes, keys, body, limits, sample clients. One test per statement, named by its id."""

import json
import time
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from http_client import Client
from selgeo_api import check_error, fresh_id, PATH

ROUTES = [
    "selgeo POST /api/v1/conversions",
]


def test_SEL_01_02_paths(api):
    assert api.booked(click_id=api.click())["attributed"] is True
    assert api.client.post_json("/v1/conversions", {}, {"Authorization": f"Bearer {api.keys['live']}"}).status == 404
    check_error(api.client.post_json("/api/v1/clicks", {"ref": api.code["live"]}, {"X-Public-Key": api.public_keys["live"]}),
                404, "NOT_FOUND", "Not Found")


def test_SEL_03_SE_18_plain_http_behind_a_proxy_is_refused(api):
    answer = api.post({}, fields={"X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.9"})
    check_error(answer, 403, "FORBIDDEN", "Forbidden")
    assert api.post({}, fields={"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}).status == 400


def test_SEL_03_SE_18_both_endpoints_refuse_plain_http_in_the_same_words(api):
    plain = {"X-Forwarded-Proto": "http"}
    click = api.client.post_json("/v1/clicks", {"ref": "none"}, {"X-Public-Key": api.public_keys["live"], **plain})
    conversion = api.post({}, fields=plain)
    assert click.status == conversion.status == 403 and click.json == conversion.json
    assert click.json["message"] == "HTTPS is required"


def test_D_21_all_of_loopback_is_believed_and_lists_are_read_hop_by_hop(api):
    client = Client(api.client.port, "selgeo.localhost", source="127.5.6.7")
    key = {"Authorization": f"Bearer {api.keys['live']}"}
    assert client.post_json(PATH, {}, {**key, "X-Forwarded-Proto": "http"}).status == 403
    assert client.post_json(PATH, {}, {**key, "X-Forwarded-Proto": "https,http"}).status == 400
    hops = {"X-Forwarded-For": "203.0.113.9, 127.0.0.1,", "X-Forwarded-Proto": "http, https"}
    assert client.post_json(PATH, {}, {**key, **hops}).status == 403
    client.close()


def test_SEL_04_another_version_is_another_path(api):
    check_error(api.client.post_json("/api/v2/conversions", {}), 404, "NOT_FOUND", "Not Found")


def test_SEL_06_07_39_SE_17_a_public_key_reports_no_conversions(api):
    for mode in ("live", "test"):
        assert api.public_keys[mode].startswith(f"pk_{mode}_") and api.keys[mode].startswith(f"sk_{mode}_")
        check_error(api.post({}, key=api.public_keys[mode]), 403, "FORBIDDEN", "Forbidden")


def test_SEL_39_edges_do_not_know_secret_keys(api):
    answer = api.client.post_json("/v1/clicks", {"ref": api.code["live"]}, {"Authorization": f"Bearer {api.keys['live']}"})
    check_error(answer, 401, "INVALID_PUBLIC_KEY", "Unauthorized")


def test_SEL_36_SE_16_missing_or_wrong_secret_key(api):
    check_error(api.client.post_json(PATH, {}), 401, "INVALID_API_KEY", "Unauthorized")
    for value in ("Bearer sk_live_wrong", "Bearer pk_live_wrong", "Basic abc", "Bearer ", f"Token {api.keys['live']}"):
        check_error(api.client.post_json(PATH, {}, {"Authorization": value}), 401, "INVALID_API_KEY", "Unauthorized")


def test_SEL_36_a_revoked_key(api):
    made = api.core.json("key", "create", "--account", api.account, "--kind", "secret")
    assert api.post({}, key=made["value"]).status == 400
    api.core.run("key", "revoke", made["id"])
    check_error(api.post({}, key=made["value"]), 401, "INVALID_API_KEY", "Unauthorized")


def test_D_07_a_key_of_another_dialect_is_no_key_here(api):
    check_error(api.post({}, key=api.world.baclique.secret_key), 401, "INVALID_API_KEY", "Unauthorized")


def test_SEL_09_the_scheme_is_read_in_any_case(api):
    answer = api.client.post_json(PATH, {}, {"Authorization": f"bearer {api.keys['live']}"})
    assert answer.status == 400


def test_unknown_methods_and_media_types(api):
    """SE-13."""
    answer = api.client.request("DELETE", PATH, fields={"Authorization": f"Bearer {api.keys['live']}"})
    assert answer.status == 405 and answer.fields["allow"] == "POST, GET, HEAD" and answer.json["statusCode"] == 405
    answer = api.post("a=b", content_type="application/x-www-form-urlencoded")
    assert answer.status == 415 and answer.json["error"] == "Unsupported Media Type"


def test_SEL_55_SE_20_D_29_request_ids(api):
    assert api.post({}, fields={"X-Request-Id": "order-77:a.b_c-d"}).fields["x-request-id"] == "order-77:a.b_c-d"
    made = api.post({}).fields["x-request-id"]
    assert 16 <= len(made) <= 128
    assert api.post({}, fields={"X-Request-Id": "has blanks"}).fields["x-request-id"] != "has blanks"
    assert api.post({}, fields={"X-Request-Id": "x" * 129}).fields["x-request-id"] != "x" * 129


def test_no_cors_on_secret_routes(api):
    """SE-5."""
    answer = api.post({}, fields={"Origin": "https://shop.example"})
    assert not [name for name in answer.fields if name.startswith("access-control-")]


# Body

def test_SEL_08_20_21_23_the_sample_of_the_reference(api):
    body = {"click_id": "550e8400-e29b-41d4-a716-446655440000", "event_type": "purchase",
            "external_transaction_id": fresh_id("order_456"), "amount_cents": 4900, "currency": "EUR"}
    answer = api.post(body)
    assert answer.status == 201 and answer.json["attributed"] is False
    assert answer.json["attribution"]["reason"] == "click_unknown"


def issues(answer):
    check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
    assert answer.json["message"] == "Validation failed"
    return {issue["field"]: issue["message"] for issue in answer.json["details"]}


def test_SEL_22_34_amount_as_a_string(api):
    assert issues(api.report(click_id=str(uuid.uuid4()), amount_cents="4900")) == {
        "amount_cents": "Expected number, received string"}


@pytest.mark.parametrize("field, value", [
    ("amount_cents", 49.5), ("amount_cents", -1), ("amount_cents", True), ("amount_cents", 1e30), ("click_id", "not-a-uuid"),
    ("click_id", 5), ("currency", "EURO"), ("currency", "XQX"), ("currency", 978), ("event_type", ""),
    ("event_type", "x" * 101), ("external_transaction_id", ""), ("external_transaction_id", "x" * 256),
    ("external_transaction_id", 17), ("occurred_at", "yesterday"), ("prospect_email", "nobody"), ("promo_code", 5),
    ("external_transaction_id", "a\x00b"), ("event_type", ["purchase"])])
def test_SEL_34_SE_11_22_each_field_is_named(api, field, value):
    fields = {"click_id": str(uuid.uuid4()), field: value}
    assert set(issues(api.report(**fields))) == {field}


def test_SELX_01_required_fields_all_at_once(api):
    assert set(issues(api.post({"amount_cents": 5}))) == {"external_transaction_id", "event_type", "currency"}


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', '{"event_type": }', b'{"event_type":"\xff"}'])
def test_SEL_34_what_is_not_a_json_object(api, body):
    assert "body" in issues(api.post(body))


def test_SELX_02_04_amount_and_currency_may_be_absent(api):
    booked = api.booked(click_id=api.click(), amount_cents=None, currency=None)
    assert booked["amount_cents"] == 0 and booked["currency"] is None
    assert set(issues(api.report(click_id=str(uuid.uuid4()), currency=None))) == {"currency"}


def test_SELX_03_D_28_occurred_at_and_email(api):
    sale = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(minutes=1)
    elsewhere = sale.astimezone(timezone(timedelta(hours=2))).isoformat()
    booked = api.booked(click_id=api.click(), occurred_at=elsewhere, prospect_email="a.b@example.com")
    assert booked["occurred_at"] == sale.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert booked["prospect_email"] == "a.b@example.com"


def test_SEL_24_SE_23_currency_in_lower_case(api):
    assert api.booked(click_id=api.click(), currency="usd")["currency"] == "USD"


def test_SE_24_unknown_fields_are_ignored(api):
    assert api.booked(click_id=api.click(), something={"nested": [1]})["attributed"] is True


def test_SE_28_a_field_that_is_null_counts_as_absent(api):
    booked = api.post({"event_type": "lead", "external_transaction_id": fresh_id(), "click_id": api.click(), "promo_code": None,
                       "amount_cents": None, "currency": None, "occurred_at": None, "prospect_email": None})
    assert booked.status == 201 and booked.json["amount_cents"] == 0 and booked.json["attributed"] is True
    assert set(issues(api.post({"event_type": None, "external_transaction_id": None}))) == {"event_type", "external_transaction_id"}


def test_body_beyond_the_bound(api):
    answer = api.post(json.dumps({"event_type": "x" * 2_000_000}))
    assert answer.status == 413 and answer.json["statusCode"] == 413


# Limits

def test_SEL_15_18_19_41_D_19_limit_per_key(api):
    limited, other = api.key("secret", limit=3), api.key("secret", limit=3)
    assert [api.post({}, key=limited).status for _ in range(3)] == [400] * 3
    answer = api.post({}, key=limited)
    assert answer.status == 429
    assert answer.json == {"statusCode": 429, "message": "Rate limit exceeded", "error": "Too Many Requests",
                           "code": "RATE_LIMIT_EXCEEDED"}
    assert 1 <= int(answer.fields["retry-after"]) <= 60
    assert answer.fields["x-ratelimit-limit"] == "3" and answer.fields["x-ratelimit-remaining"] == "0"
    assert 0 <= int(answer.fields["x-ratelimit-reset"]) - time.time() <= 61
    assert api.post({}, key=other).status == 400


def test_SEL_15_the_documented_figure_is_the_default(api):
    key = api.core.json("key", "create", "--account", api.account, "--kind", "secret")["value"]
    statuses = [api.post({}, key=key).status for _ in range(121)]
    assert statuses == [400] * 120 + [429]


def test_SEL_17_general_zone_per_address(api):
    fields = {"X-Forwarded-For": "203.0.113.77", "X-Forwarded-Proto": "https"}
    statuses = [api.client.get("/api/v1/nothing", fields).status for _ in range(301)]
    assert statuses == [404] * 300 + [429]


def test_SEL_16_auth_zone_per_address(api):
    fields = {"X-Forwarded-For": "203.0.113.78", "X-Forwarded-Proto": "https"}
    statuses = [api.client.post_json("/api/v1/auth/login", {}, fields).status for _ in range(11)]
    assert statuses == [400] * 10 + [429]


def test_SE_14_unknown_keys_are_counted_per_address(api):
    fields = {"X-Forwarded-For": "203.0.113.79", "X-Forwarded-Proto": "https", "Authorization": "Bearer sk_live_guess"}
    statuses = {api.client.post_json(PATH, {}, fields).status for _ in range(70)}
    assert statuses == {401, 429}
    assert api.post({}).status == 400


def test_SE_14_keys_of_the_wrong_kind_are_counted_per_address(api):
    fields = {"X-Forwarded-For": "203.0.113.80", "X-Forwarded-Proto": "https", "Authorization": f"Bearer {api.public_keys['live']}"}
    statuses = [api.client.post_json(PATH, {}, fields).status for _ in range(70)]
    assert statuses[:60] == [403] * 60 and set(statuses) == {403, 429}
    assert api.post({}).status == 400


def test_SE_17_a_revoked_public_key_is_an_invalid_one(api):
    made = api.core.json("key", "create", "--account", api.account, "--kind", "public")
    check_error(api.post({}, key=made["value"]), 403, "FORBIDDEN", "Forbidden")
    check_error(api.post({}, key=made["value"]), 403, "FORBIDDEN", "Forbidden")
    api.core.run("key", "revoke", made["id"])
    check_error(api.post({}, key=made["value"]), 401, "INVALID_API_KEY", "Unauthorized")


# Public sample clients (core/api/selgeo/CONTRACT.md SELX-07), as they stand

def test_mock_merchants_track_lead(api):
    """A lead with the click of the visitor's session: any 2xx will do for it (SELX-07)."""
    email = f"{fresh_id()}@example.com"
    body = {"event_type": "lead", "external_transaction_id": f"lead:{email}", "prospect_email": email, "amount_cents": 0,
            "click_id": api.click()}
    answer = api.post(body)
    assert answer.status == 201 and answer.json["attributed"] is True


def test_mock_merchants_track_lead_without_a_click(api):
    """SELX-07, SEL-26."""
    email = f"{fresh_id()}@example.com"
    body = {"event_type": "lead", "external_transaction_id": f"lead:{email}", "prospect_email": email, "amount_cents": 0}
    check_error(api.post(body), 422, "NO_ATTRIBUTION_SIGNAL", "Unprocessable Entity")


def test_SELX_15_one_plain_host_serves_both(api):
    """On a host that no dialect claims the credential decides (COMMON.md D-2)."""
    client = Client(api.world.edge.port, "localhost")
    click = client.post_json("/v1/clicks", {"ref": api.code["live"]}, {"X-Public-Key": api.public_keys["live"]}).json["click_id"]
    body = {"event_type": "lead", "external_transaction_id": fresh_id(), "click_id": click}
    answer = client.post_json(PATH, body, {"Authorization": f"Bearer {api.keys['live']}"})
    assert answer.status == 201 and answer.json["attributed"] is True
