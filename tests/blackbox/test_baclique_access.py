"""BaClique: keys, plans, limits, form of errors (BAC-01…16, BACX-01…03, BA-12, BA-13, BA-21). One test per row, named by its id."""

import re
import time

import pytest

from baclique_api import check_error, Creator, MANY
from http_client import Client

PATH = "/v1/campaigns"


def test_BAC_01_02_15_below_v1_with_a_bearer_key(creator):
    answer = creator.get(PATH)
    assert answer.status == 200 and answer.fields["content-type"].startswith("application/json")
    check_error(creator.get("/campaigns"), 404)
    check_error(creator.get("/api/v1/campaigns"), 404)


def test_BAC_03_04_BACX_03_a_key_has_a_name_and_is_shown_once(creator):
    core, sql = creator.core, creator.world.stack.query
    made = core.json("key", "create", "--account", creator.account, "--kind", "secret", "--name", "Production")
    value = made["value"]
    assert re.fullmatch(r"sk_live_[A-Za-z0-9]{32,}", value) and made["name"] == "Production"
    assert creator.request("GET", "/v1/campaigns", key=value).status == 200
    listed = core.run("key", "list", "--account", creator.account, "--json").stdout
    assert made["id"] in listed and "Production" in listed and value not in listed and value.removeprefix("sk_live_") not in listed
    for table in ("api_keys", "audit"):
        assert value.removeprefix("sk_live_") not in str(sql(f"select x::text from {table} x"))
    others = {core.json("key", "create", "--account", creator.account, "--kind", "secret", "--name", "Production")["value"] for _ in range(3)}
    assert len(others | {value}) == 4


def test_BAC_05_without_a_key(creator):
    check_error(creator.client.get(PATH), 401, "Invalid or missing API key")


def test_BAC_06_unknown_or_revoked_key(creator):
    check_error(creator.request("GET", PATH, key="sk_live_" + "x" * 32), 401, "Invalid or missing API key")
    made = creator.core.json("key", "create", "--account", creator.account, "--kind", "secret")
    assert creator.request("GET", PATH, key=made["value"]).status == 200
    creator.core.run("key", "revoke", made["id"])
    check_error(creator.request("GET", PATH, key=made["value"]), 401, "Invalid or missing API key")
    check_error(creator.request("GET", PATH, key=creator.world.selgeo.secret_key), 401)


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic c2s6", "sk_live_x", "Bearer  a b"])
def test_BA_13_malformed_authorization(creator, value):
    check_error(creator.client.get(PATH, {"Authorization": value}), 401)


def test_BA_21_test_keys_are_not_issued(creator):
    check_error(creator.request("GET", PATH, key="sk_test_" + "x" * 32), 401)
    refused = creator.core.run("key", "create", "--account", creator.account, "--kind", "secret", "--mode", "test", check=False)
    assert refused.returncode != 0


def test_BAC_07_without_the_pro_plan(creator):
    free = Creator(creator.world, "--plan", "free")
    answer = free.get(PATH)
    check_error(answer, 403, "PRO plan required")
    assert answer.fields["x-ratelimit-limit"] == str(MANY)
    check_error(free.request("POST", "/v1/campaigns", {}), 403, "PRO plan required")
    free.core.run("account", "set", free.account, "--plan", "pro")
    assert free.get(PATH).json["campaigns"] == []


def test_BAC_08_09_10_wrong_parameters_and_unknown_things(creator):
    check_error(creator.get(PATH, limit="many"), 400, "limit must be a number")
    check_error(creator.get("/v1/campaigns/cmp_nosuch"), 404, "Campaign not found")
    check_error(creator.get("/v1/campaigns/17"), 404, "Campaign not found")
    check_error(creator.get("/v1/nothing"), 404)
    answer = creator.request("PUT", PATH, {})
    check_error(answer, 405)
    assert answer.fields["allow"] == "GET, HEAD, POST"


def test_another_creators_things_are_not_found(creator):
    """BAC-09."""
    other = Creator(creator.world)
    theirs = other.campaign()["id"]
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        check_error(creator.request(method, f"/v1/campaigns/{theirs}", body), 404, "Campaign not found")
    assert other.done("GET", f"/v1/campaigns/{theirs}")["status"] == "active"


def test_BAC_11_12_BACX_01_02_BA_12_a_hundred_calls_a_minute_for_each_key(creator):
    one, other = creator.new_key(limit=None), creator.new_key(limit=None)
    for left in range(99, -1, -1):
        answer = creator.request("GET", PATH, key=one)
        assert answer.status == 200
        assert answer.fields["x-ratelimit-limit"] == "100" and answer.fields["x-ratelimit-remaining"] == str(left)
        assert 0 < int(answer.fields["x-ratelimit-reset"]) - time.time() <= 61
    answer = creator.request("GET", PATH, key=one)
    check_error(answer, 429, "Rate limit exceeded. 100 requests per minute.")
    assert 1 <= int(answer.fields["retry-after"]) <= 60 and answer.fields["x-ratelimit-remaining"] == "0"
    answer = creator.request("GET", PATH, key=other)
    assert answer.status == 200 and answer.fields["x-ratelimit-remaining"] == "99"


def test_limits_stand_on_errors_as_well(creator):
    """BACX-01."""
    for answer in (creator.get("/v1/campaigns/17"), creator.get("/v1/campaigns/cmp_nosuch"), creator.request("POST", PATH, {})):
        assert answer.status >= 400 and answer.fields["x-ratelimit-limit"] == str(MANY)


def test_BAC_13_an_unexpected_failure_is_500_in_json(creator):
    """Provoked by a table that is gone for a moment."""
    creator.world.stack.query("alter table campaigns rename to campaigns_away")
    try:
        check_error(creator.get(PATH), 500, "Internal server error")
    finally:
        creator.world.stack.query("alter table campaigns_away rename to campaigns")
    assert creator.get(PATH).status == 200


def test_BAC_16_bodies_are_json(creator):
    headers = {"Authorization": f"Bearer {creator.key}"}
    answer = creator.client.request("POST", PATH, b"name=x", {**headers, "Content-Type": "application/x-www-form-urlencoded"})
    check_error(answer, 415)
    for body in (b"", b"[]", b"{", b"nonsense", b'{"name": "\xff"}'):
        check_error(creator.request("POST", PATH, body), 400)


def test_D_02_on_a_plain_host_the_key_chooses(creator):
    client = Client(creator.world.edge.port, "localhost", source=creator.source)
    assert "campaigns" in client.get(PATH, {"Authorization": f"Bearer {creator.key}"}).json
    check_error(client.get(PATH), 401)
