"""BaClique: campaigns (BAC-17…27, BACX-04…12). One test per row, named by its id."""

import re

import pytest

from baclique_api import check_error, Creator
from servers import wait_until

ROUTES = [
    "baclique GET /v1/campaigns",
    "baclique POST /v1/campaigns",
    "baclique GET /v1/campaigns/{campaign_id}",
    "baclique PATCH /v1/campaigns/{campaign_id}",
    "baclique DELETE /v1/campaigns/{campaign_id}",
]

SAMPLE = {"name": "Summer Sale", "target_url": "https://example.com/summer", "type": "CPA", "commission_type": "percentage",
          "commission_value": 10}


@pytest.fixture(scope="module")
def owner(world):
    """An account of its own, so that lists are known."""
    return Creator(world)


def test_BAC_18_no_campaigns(world):
    assert Creator(world).done("GET", "/v1/campaigns") == {
        "campaigns": [], "pagination": {"limit": 50, "offset": 0, "total": 0}}


def test_BAC_14_20_to_27_BA_3_11_the_sample_of_the_reference(owner):
    made = owner.done("POST", "/v1/campaigns", SAMPLE)
    assert made["id"].startswith("cmp_")
    assert made | SAMPLE == made and made["status"] == "active"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["created_at"])
    assert owner.done("GET", f"/v1/campaigns/{made['id']}") == made                      # BACX-05
    assert made in owner.done("GET", "/v1/campaigns")["campaigns"]
    text = owner.get(f"/v1/campaigns/{made['id']}").text
    assert '"commission_value":10,' in text                                              # BAC-25: a number, as it was sent


def test_BACX_08_09_10_BA_23_defaults_and_their_values(owner):
    made = owner.campaign()
    assert (made["visibility"], made["attribution_window"], made["maturation_days"], made["budget"]) == ("public", 30, 7, None)
    made = owner.campaign(visibility="private", attribution_window=90, maturation_days=0, budget=1000.5)
    assert (made["visibility"], made["attribution_window"], made["maturation_days"], made["budget"]) == ("private", 90, 0, 1000.5)


@pytest.mark.parametrize("missing", list(SAMPLE))
def test_BACX_06_what_must_be_sent(owner, missing):
    body = {name: value for name, value in SAMPLE.items() if name != missing}
    check_error(owner.request("POST", "/v1/campaigns", body), 400, f"{missing} is required")
    check_error(owner.request("POST", "/v1/campaigns", body | {missing: None}), 400, f"{missing} is required")


@pytest.mark.parametrize("field, value", [
    ("name", ""), ("name", 5), ("name", "x" * 201), ("name", "a\u0000b"), ("name", "a\nb"), ("target_url", "example.com"),
    ("target_url", "javascript:alert(1)"), ("target_url", "https://user:pw@example.com/"), ("type", "CPC"),
    ("commission_type", "percent"), ("commission_value", "ten"), ("commission_value", -1), ("commission_value", 100.01),
    ("commission_value", 1.0000001), ("visibility", "hidden"), ("attribution_window", 0), ("attribution_window", 1.5),
    ("attribution_window", 3651), ("attribution_window", "thirty"), ("maturation_days", -1), ("maturation_days", 1e9),
    ("budget", -1), ("budget", "much"), ("status", "deleted"), ("status", "on")])
def test_BACX_07_BAC_08_what_a_field_may_say(owner, field, value):
    before = owner.done("GET", "/v1/campaigns")["pagination"]["total"]
    check_error(owner.request("POST", "/v1/campaigns", SAMPLE | {field: value}), 400)
    assert owner.done("GET", "/v1/campaigns")["pagination"]["total"] == before


@pytest.mark.parametrize("kind, sent, shown", [
    ("percentage", "12.5", "12.5"), ("percentage", "0.125", "0.125"), ("percentage", "1e1", "10"), ("percentage", "0", "0"),
    ("fixed", "5", "5.00"), ("fixed", "0.01", "0.01"), ("fixed", "12345678901.23", "12345678901.23")])
def test_BACX_07_BAC_25_commissions_are_exact(owner, kind, sent, shown):
    body = ('{"name":"N","target_url":"https://example.com/","type":"CPA","commission_type":"%s","commission_value":%s}' % (kind, sent))
    answer = owner.request("POST", "/v1/campaigns", body.encode())
    assert answer.status == 200, answer.text
    assert f'"commission_value":{shown},' in answer.text and answer.json["commission_type"] == kind


def test_BAC_17_19_BACX_04_BA_9_10_pages_and_filters(world):
    owner = Creator(world)
    ids = [owner.campaign()["id"] for _ in range(5)][::-1]
    owner.done("PATCH", f"/v1/campaigns/{ids[0]}", {"status": "paused"})
    owner.done("DELETE", f"/v1/campaigns/{ids[1]}")
    listed = lambda **query: [row["id"] for row in owner.get("/v1/campaigns", **query).json["campaigns"]]
    page = lambda **query: owner.get("/v1/campaigns", **query).json["pagination"]
    assert listed() == ids
    assert listed(limit=2) == ids[:2] and listed(limit=2, offset=2) == ids[2:4] and listed(offset=9) == []
    assert page(limit=2, offset=2) == {"limit": 2, "offset": 2, "total": 5}
    assert listed(status="paused") == [ids[0]] and listed(status="archived") == [ids[1]]
    assert listed(status="active") == ids[2:] and page(status="active")["total"] == 3
    assert page(limit=1000)["limit"] == 100 and page(limit=0)["limit"] == 1 and page(offset=-5)["offset"] == 0
    for query in ({"limit": "x"}, {"limit": "1.5"}, {"offset": "x"}, {"status": "running"}):
        check_error(owner.get("/v1/campaigns", **query), 400)


def test_a_deleted_campaign_is_gone(owner):
    """BAC-09."""
    made = owner.campaign()["id"]
    owner.core.run("campaign", "set", made, "--status", "deleted")
    for method, body in (("GET", None), ("PATCH", {"status": "active"}), ("DELETE", None)):
        check_error(owner.request(method, f"/v1/campaigns/{made}", body), 404, "Campaign not found")
    assert made not in [row["id"] for row in owner.done("GET", "/v1/campaigns")["campaigns"]]


def test_BACX_05_BAC_09_one_campaign(owner):
    made = owner.campaign()
    assert owner.done("GET", f"/v1/campaigns/{made['id']}") == made
    check_error(owner.get("/v1/campaigns/cmp_nothere"), 404, "Campaign not found")


def test_BACX_11_BA_25_only_what_is_sent_changes(owner):
    made = owner.campaign(visibility="private", attribution_window=14, maturation_days=3, budget=100)
    path = f"/v1/campaigns/{made['id']}"
    assert owner.done("PATCH", path, {}) == made
    for change in ({"name": "Wintér ☃"}, {"target_url": "https://example.com/winter"}, {"commission_value": 12.5}, {"visibility": "public"},
                   {"attribution_window": 60}, {"maturation_days": 10}, {"budget": 250}, {"status": "paused"},
                   {"commission_type": "fixed", "commission_value": 3}):
        before = owner.done("GET", path)
        after = owner.done("PATCH", path, change)
        assert after == before | change | {"updated_at": after["updated_at"]}
        assert owner.done("GET", path)["name"] == after["name"]
    check_error(owner.request("PATCH", path, {"commission_type": "percentage"}), 400,
                "commission_value is required with another commission_type")
    check_error(owner.request("PATCH", path, {"target_url": "nowhere"}), 400)
    check_error(owner.request("PATCH", path, {"commission_type": "percentage", "commission_value": 101}), 400)


def test_BACX_12_BA_24_archive_and_revive(owner):
    made = owner.campaign()
    _, code = owner.affiliate(made["id"])
    edge = owner.world.edge.client()
    assert "baclique_id=" in edge.get(f"/{code}").fields["location"]
    answer = owner.done("DELETE", f"/v1/campaigns/{made['id']}")
    assert answer == {"success": True, "message": "Campaign archived"}
    assert owner.done("DELETE", f"/v1/campaigns/{made['id']}") == answer
    assert owner.done("GET", f"/v1/campaigns/{made['id']}")["status"] == "archived"
    wait_until(lambda: "baclique_id=" not in edge.get(f"/{code}").fields["location"], what="tracking stopped")
    assert owner.done("PATCH", f"/v1/campaigns/{made['id']}", {"status": "active"})["status"] == "active"
    wait_until(lambda: "baclique_id=" in edge.get(f"/{code}").fields["location"], what="tracking again")


def test_the_change_of_a_commission_leaves_earlier_ones_alone(owner):
    """BACX-11: what was booked keeps the terms that were in force."""
    made = owner.campaign()
    before = owner.world.stack.value("select count(*) from terms t join campaigns c on c.id = t.campaign_id where c.public_id = %s",
                                     (made["id"],))
    owner.done("PATCH", f"/v1/campaigns/{made['id']}", {"commission_value": 20})
    rows = owner.world.stack.query("select percent::int, ended_at is null from terms t join campaigns c on c.id = t.campaign_id "
                                   "where c.public_id = %s order by t.id", (made["id"],))
    assert before == 1 and rows == [(10, False), (20, True)]
