"""AffSpace: keys, envelopes, limits, routes. One test per row, named by its id."""

import uuid
from urllib.parse import urlencode

import pytest

from affspace_vendor import check_error, check_untracked, fresh, invalid
from http_client import Client

ROUTES = [
    "affspace GET /api/v1/profile",
]


def test_AFS_02_03_04_24_the_key_in_four_places(vendor):
    path, body = "/api/v1/conversions", {"click_id": "nothing"}
    for fields in ({"X-API-Key": vendor.key}, {"x-api-key": vendor.key}, {"Authorization": f"Bearer {vendor.key}"}):
        invalid(vendor.client.post_json(path, body, fields), "Click not found")
    invalid(vendor.client.post_json(path, body | {"secure": vendor.key}), "Click not found")
    invalid(vendor.client.get(f"/pb?click_id=nothing&secure={vendor.key}"), "Click not found")


@pytest.mark.parametrize("path", ["profile", "offers", "offers/{offer}", "conversions", "conversions/{conversion}", "stats",
                                  "test-sessions/{session}"])
def test_AFS_04_the_key_in_the_query_of_a_read(vendor, path):
    session = vendor.request("POST", "/api/v1/test-sessions", {"offer_code": vendor.cpa}).json["data"]["sessionToken"]
    path = "/api/v1/" + path.format(offer=vendor.cpa, conversion=vendor.tracked(), session=session)
    client = vendor.client
    assert client.get(f"{path}?secure={vendor.key}").json["success"] is True
    check_error(client.get(f"{path}?secure=wrong"), 401, "INVALID_API_KEY")
    check_error(client.get(f"{path}?secure="), 401, "UNAUTHORIZED", "API key required")
    check_error(client.get(f"{path}?secure={vendor.key}", {"X-API-Key": "wrong"}), 401, "INVALID_API_KEY")
    unclaimed = Client(vendor.world.edge.port, "localhost")
    assert unclaimed.get(f"{path}?secure={vendor.key}").json["success"] is True


def test_AFS_04_the_key_in_the_body_on_a_host_that_no_dialect_claims(vendor):
    """C-2, C-12, D-5: Selgeo has this path too, and no header tells (AF-32)."""
    client, path = Client(vendor.world.edge.port, "localhost"), "/api/v1/conversions"
    body = {"clickid": vendor.click(), "action_id": fresh("SHARED-"), "secure": vendor.key}
    assert client.post_json(path, body).json["data"]["tracked"] is True
    check_untracked(client.post_json(path, urlencode(body), content_type="application/x-www-form-urlencoded"), "duplicate_txid")
    check_error(client.post_json(path, body | {"secure": "wrong"}), 401, "INVALID_API_KEY")
    check_error(client.post_json(path, {"clickid": "x", "sum": "1"}), 401, "UNAUTHORIZED", "API key required")
    for selgeos in ({"click_id": "x", "external_transaction_id": "1"}, {}, "[]", "{"):
        assert client.post_json(path, selgeos).json["statusCode"] == 401


def test_AF_02_of_two_keys_the_first_place_counts(vendor):
    wrong = {"X-API-Key": "wrong", "Authorization": f"Bearer {vendor.key}"}
    check_error(vendor.client.get("/api/v1/profile", wrong), 401, "INVALID_API_KEY")
    right = {"X-API-Key": vendor.key, "Authorization": "Bearer wrong"}
    assert vendor.client.get("/api/v1/profile", right).status == 200
    answer = vendor.client.post_json("/api/v1/conversions", {"click_id": "x", "secure": "wrong"}, {"X-API-Key": vendor.key})
    invalid(answer, "Click not found")


def test_AFS_06_07_no_key(vendor):
    for method, path in (("GET", "/api/v1/profile"), ("POST", "/api/v1/conversions"), ("POST", "/api/v1/events"), ("GET", "/pb")):
        check_error(vendor.client.request(method, path, b"" if method == "POST" else None), 401, "UNAUTHORIZED", "API key required")


def test_AFS_08_wrong_key(vendor):
    check_error(vendor.get("/api/v1/profile", key="wrong"), 401, "INVALID_API_KEY", "API key is invalid")
    check_error(vendor.get("/api/v1/profile", key=vendor.world.selgeo.secret_key), 401, "INVALID_API_KEY")


def test_imported_key_keeps_its_value(vendor):
    """D-2."""
    value = "customers-own-" + uuid.uuid4().hex
    vendor.core.run("key", "import", "--account", vendor.account, "--kind", "secret", "--value", value)
    assert vendor.get("/api/v1/profile", key=value).status == 200


def test_AFS_10_unknown_routes_and_methods(vendor):
    check_error(vendor.get("/api/v1/nothing"), 404, "NOT_FOUND")
    answer = vendor.request("PUT", "/api/v1/conversions", {})
    assert answer.status in (400, 405) if answer.status != 405 else answer.fields["allow"] == "GET, HEAD, POST"
    assert vendor.client.request("DELETE", "/api/v1/offers", fields={"X-API-Key": vendor.key}).status == 405


@pytest.mark.parametrize("zone, limit, method, path", [
    ("read", 100, "GET", "/api/v1/conversions"), ("write", 30, "POST", "/api/v1/events"), ("stats", 20, "GET", "/api/v1/stats")])
def test_AFS_11_13_14_15_D_19_documented_limits(vendor, zone, limit, method, path):
    key = vendor.core.json("key", "create", "--account", vendor.account, "--kind", "secret")["value"]
    statuses = [vendor.request(method, path, {} if method == "POST" else None, key=key).status for _ in range(limit)]
    assert 429 not in statuses
    answer = vendor.request(method, path, {} if method == "POST" else None, key=key)
    check_error(answer, 429, "RATE_LIMITED")
    assert 1 <= int(answer.fields["retry-after"]) <= 60


def test_AFS_16_a_thousand_conversions_and_stats_apart_from_reads(vendor):
    """One address, one key: no limit per address stands in the way (C-6), and each zone counts apart (D-26)."""
    key = vendor.core.json("key", "create", "--account", vendor.account, "--kind", "secret")["value"]
    statuses = [vendor.request("POST", "/api/v1/conversions", {}, key=key).status for _ in range(1001)]
    assert statuses == [400] * 1000 + [429]
    assert vendor.get("/api/v1/stats", key=key).status == 200 and vendor.get("/api/v1/offers", key=key).status == 200
