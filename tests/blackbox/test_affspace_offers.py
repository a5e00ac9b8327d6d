"""AffSpace: offers, profile, test sessions, health, samples (AFS-62…72). One test per row, named by its id."""

import re
import time

from affspace_vendor import check_error, fresh, invalid, Vendor
from http_client import Client

ROUTES = [
    "affspace POST /api/v1/test-sessions",
    "affspace GET /api/v1/test-sessions/{session_token}",
    "affspace POST /api/v1/events",
    "affspace GET /api/v1/offers",
    "affspace GET /api/v1/offers/{offer_code}",
]


def test_AFS_62_to_65_AF_23_39_offers(vendor):
    other = Vendor(vendor.world)
    share = other.offer(model="cps")
    paused = other.offer()
    other.core.run("campaign", "set", other.codes[paused]["id"], "--status", "paused")
    body = other.get("/api/v1/offers").json
    assert [row["code"] for row in body["data"]] == [paused, share, other.cpa]
    assert body["meta"]["pagination"] == {"hasMore": False, "nextCursor": None}
    assert body["data"][2] == {"code": other.cpa, "name": f"Offer {other.cpa}", "status": "published", "currency": "USD",
                               "commissionType": "cpa", "payoutTerms": {"advertiserPayoutCents": 3000}}
    assert body["data"][1]["payoutTerms"] == {"advertiserPayoutCents": None, "advertiserPayoutPercent": "15"}
    assert [row["code"] for row in other.get("/api/v1/offers", status="published").json["data"]] == [share, other.cpa]
    assert [row["code"] for row in other.get("/api/v1/offers", status="paused").json["data"]] == [paused]
    check_error(other.get("/api/v1/offers", status="active"), 400, "VALIDATION_ERROR")
    page = other.get("/api/v1/offers", limit=2).json
    rest = other.get("/api/v1/offers", limit=2, cursor=page["meta"]["pagination"]["nextCursor"]).json
    assert [row["code"] for row in page["data"] + rest["data"]] == [paused, share, other.cpa]
    one = other.get(f"/api/v1/offers/{other.cpa.lower()}").json["data"]
    assert one["code"] == other.cpa and one["primaryUrl"] == "https://advertiser.example/landing"
    check_error(other.get("/api/v1/offers/NOSUCH"), 404, "NOT_FOUND")
    check_error(other.get(f"/api/v1/offers/{vendor.cpa}"), 404, "NOT_FOUND")


def test_AFS_66_profile(vendor):
    assert vendor.get("/api/v1/profile").json == {
        "success": True, "data": {"companyName": "Acme Inc", "contactEmail": "team@acme.com", "status": "approved", "hasApiKey": True}}


def start_session(vendor, offer=None):
    answer = vendor.request("POST", "/api/v1/test-sessions", {"offer_code": offer or vendor.cpa})
    assert answer.status == 200, answer.text
    return answer.json["data"]


def test_AFS_67_to_70_AF_17_19_a_test_session(vendor):
    before = vendor.world.stack.value("select count(*) from conversions")
    session = start_session(vendor)
    assert session["testClickId"].startswith("test_") and session["expiresAt"] > time.time() * 1000
    report = lambda: vendor.get(f"/api/v1/test-sessions/{session['sessionToken']}").json["data"]
    assert report()["status"] == "pending"
    answer = vendor.request("POST", "/api/v1/conversions", {"click_id": session["testClickId"], "amount": "10.00", "txid": "T"})
    assert answer.json["data"] == answer.json["data"] | {"tracked": True, "status": "pending", "currency": "USD"}
    assert answer.json["data"]["conversionId"].startswith("conv_test_")   # AF-17
    assert report()["status"] == "received"
    assert report()["validation"]["signatureValid"] is True and report()["validation"]["fieldsValid"] is True
    assert vendor.world.stack.value("select count(*) from conversions") == before


def test_AFS_70_the_report_lists_each_fields_problem(vendor):
    offer = vendor.offer(model="cps")
    session = start_session(vendor, offer)
    invalid(vendor.request("POST", "/api/v1/conversions", {"click_id": session["testClickId"], "currency": "EUR"}),
            "amount required for CPS/RevShare/percentage offers")
    validation = vendor.get(f"/api/v1/test-sessions/{session['sessionToken']}").json["data"]["validation"]
    assert validation["fieldsValid"] is False
    assert {problem["field"] for problem in validation["errors"]} == {"sum", "currency"}


def test_AF_20_signature_of_another_advertiser(vendor):
    session = start_session(vendor)
    answer = vendor.request("POST", "/api/v1/conversions", {"click_id": session["testClickId"]}, key=vendor.world.affspace.secret_key)
    invalid(answer, "Unauthorized - click belongs to different vendor")
    assert vendor.get(f"/api/v1/test-sessions/{session['sessionToken']}").json["data"]["validation"]["signatureValid"] is False


def test_AFS_67_what_is_missing(vendor):
    invalid(vendor.request("POST", "/api/v1/test-sessions", {}), "offer_code is required")
    check_error(vendor.request("POST", "/api/v1/test-sessions", {"offer_code": "NOSUCH"}), 404, "NOT_FOUND")
    check_error(vendor.get("/api/v1/test-sessions/nothing"), 404, "NOT_FOUND")


def test_AFS_19_AF_18_any_click_may_be_tried_with_the_prefix(vendor):
    click, before = vendor.click(), vendor.world.stack.value("select count(*) from conversions")
    answer = vendor.request("POST", "/api/v1/conversions", {"click_id": "test_" + click})
    assert answer.json["data"]["conversionId"].startswith("conv_test_") and answer.json["data"]["currency"] == "USD"
    assert vendor.world.stack.value("select count(*) from conversions") == before
    assert vendor.request("POST", "/api/v1/conversions", {"click_id": click}).json["data"]["tracked"] is True
    invalid(vendor.request("POST", "/api/v1/conversions", {"click_id": "test_NOSUCH"}), "Click not found")


def test_AFS_71_health_needs_no_key(vendor):
    answer = vendor.client.get("/health")
    assert answer.status == 200 and set(answer.json) == {"status", "timestamp"} and answer.json["status"] == "ok"
    assert abs(answer.json["timestamp"] - time.time() * 1000) < 60_000


def test_AFS_72_the_visitor_arrives_with_the_click_id(vendor):
    assert re.fullmatch(r"[0-9A-Z]{26}", vendor.click())


def test_AFSX_plain_host_is_told_by_the_key(vendor):
    """Host none of ours: the key's record, then its shape, decide (COMMON.md D-2, D-3); bare Bearer under /api/v1 too."""
    client = Client(vendor.world.edge.port, "localhost")
    assert client.get("/api/v1/profile", {"X-API-Key": vendor.key}).json["success"] is True
    assert client.get("/api/v1/profile", {"Authorization": f"Bearer {vendor.key}"}).json["success"] is True
    check_error(client.get("/api/v1/profile", {"X-API-Key": "wrong"}), 401, "INVALID_API_KEY")


# The reference's samples, pasted as they stand but for host, key and click

def test_AFS_01_samples_of_the_reference(vendor):
    headers = {"Content-Type": "application/json", "X-Api-Key": vendor.key}
    body = '{"click_id": "%s","amount": "149.99","txid": "%s","customer_id": "%s"}' % (vendor.click(), fresh("ORDER-"), fresh("cust_"))
    answer = vendor.client.request("POST", "/api/v1/conversions", body.encode(), headers)
    assert answer.json["success"] is True and answer.json["data"]["tracked"] is True
    body = ('{"click_id": "%s","event_type": "lead","url": "https://advertiser.example/signup",'
            '"referrer": "https://advertiser.example/pricing"}' % vendor.click())
    assert vendor.client.request("POST", "/api/v1/events", body.encode(), headers).json["data"]["tracked"] is True
