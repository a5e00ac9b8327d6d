"""AffSpace: lists and statistics. One test per row, named by its id."""

import time
from zoneinfo import ZoneInfo
from datetime import datetime, timedelta, timezone

import pytest

from affspace_vendor import check_error, fresh, invalid, Vendor
from servers import wait_until

ROUTES = [
    "affspace GET /api/v1/conversions",
    "affspace GET /api/v1/conversions/{conversion_id}",
    "affspace GET /api/v1/stats",
]


def test_AFS_49_53_AF_40_cursors_stay_stable_while_rows_are_added(vendor):
    other = Vendor(vendor.world)
    made = [other.tracked(txid=fresh("L-")) for _ in range(7)]
    seen, cursor = [], None
    for page in range(10):
        body = other.get("/api/v1/conversions", limit=2, cursor=cursor).json
        assert body["success"] is True and len(body["data"]) <= 2
        seen += [item["id"] for item in body["data"]]
        other.tracked()   # arrives between two pages
        pagination = body["meta"]["pagination"]
        cursor = pagination["nextCursor"]
        assert pagination["hasMore"] is (cursor is not None)
        if not cursor:
            break
    assert seen == made[::-1]
    invalid(other.get("/api/v1/conversions", cursor="nonsense"), "Invalid cursor")
    invalid(other.get("/api/v1/conversions", cursor=vendor.tracked()), "Invalid cursor")


def test_AFS_50_51_54_filters_and_fields(vendor):
    other = Vendor(vendor.world)
    second = other.offer(model="cps")
    before = int(time.time() * 1000) - 1
    first = other.tracked(amount="149.99", txid="ORDER-98765")
    click = {"click_id": other.click(second), "amount": "10"}
    share = other.request("POST", "/api/v1/conversions", click).json["data"]["conversionId"]
    after = int(time.time() * 1000) + 1
    item = other.get("/api/v1/conversions", offer_code=other.cpa.lower()).json["data"]
    assert [row["id"] for row in item] == [first]
    assert item[0] == {"id": first, "offerCode": other.cpa, "vendorTxId": "ORDER-98765", "currency": "USD", "saleAmountCents": 14999,
                       "advertiserPayoutCents": 3000, "status": "pending", "createdAt": item[0]["createdAt"]}
    assert before <= item[0]["createdAt"] <= after
    ids = lambda **filters: [row["id"] for row in other.get("/api/v1/conversions", **filters).json["data"]]
    assert ids() == [share, first]
    assert ids(start_date=before, end_date=after) == [share, first] and ids(start_date=after + 5000) == [] and ids(end_date=before) == []
    other.core.run("conversion", "approve", first)
    other.core.run("conversion", "reject", share)
    assert ids(status="approved") == [first] and ids(status="rejected") == [share] and ids(status="pending") == []
    other.core.run("conversion", "reverse", first)
    assert ids(status="reversed") == [first]
    check_error(other.get("/api/v1/conversions", status="paid"), 400, "VALIDATION_ERROR")
    check_error(other.get("/api/v1/conversions", start_date="soon"), 400, "VALIDATION_ERROR")


def test_AFS_54_AF_31_38_the_payout_is_what_is_still_owed(vendor):
    conversion = vendor.tracked(amount="149.99")
    payout = lambda: vendor.get(f"/api/v1/conversions/{conversion}").json["data"]["advertiserPayoutCents"]
    change = lambda *words: vendor.core.run("conversion", *words, conversion)
    change("approve")
    assert payout() == 3000
    change("reverse", "--amount", "12.50")
    listed = vendor.get("/api/v1/conversions", limit=1).json["data"][0]
    assert (listed["id"], listed["status"], listed["advertiserPayoutCents"]) == (conversion, "approved", 1750)
    assert payout() == 1750 and listed["saleAmountCents"] == 14999
    change("reject")
    assert payout() == 0
    change("restore")
    assert payout() == 1750
    change("reverse")
    assert payout() == 0


def test_AF_37_what_was_paid_out_is_shown_as_approved(vendor):
    conversion = vendor.tracked()
    vendor.core.run("conversion", "approve", conversion)
    vendor.core.run("conversion", "pay", conversion)
    assert vendor.core.json("conversion", "show", conversion)["status"] == "paid"
    assert vendor.get(f"/api/v1/conversions/{conversion}").json["data"]["status"] == "approved"
    assert conversion in {row["id"] for row in vendor.get("/api/v1/conversions", status="approved", limit=500).json["data"]}


def test_AF_22_pages_unless_a_limit_is_given(vendor):
    other = Vendor(vendor.world)
    offer = other.offer(model="cps")   # shares know no limit by click
    body = {"click_id": other.click(offer), "amount": "1"}
    for _ in range(101):
        assert other.request("POST", "/api/v1/conversions", body).json["data"]["tracked"] is True
    assert len(other.get("/api/v1/conversions").json["data"]) == 100
    for number in range(49):
        other.core.run("campaign", "create", "--account", other.account, "--name", f"Further {number}", "--target",
                       "https://advertiser.example/", "--commission", "1.00", "--model", "cpa", "--currency", "USD")
    assert len(other.get("/api/v1/offers").json["data"]) == 50


@pytest.mark.parametrize("limit, status", [("500", 200), ("501", 200), ("99999999999999999999", 200), ("0", 200), ("-3", 200), ("ten", 400), ("1.5", 400)])
def test_AFS_52_AF_21_limits_are_clamped(vendor, limit, status):
    assert vendor.get("/api/v1/conversions", limit=limit).status == status


def test_AFS_56_one_conversion(vendor):
    """Another account's is not found (C-7)."""
    conversion = vendor.tracked()
    assert vendor.get(f"/api/v1/conversions/{conversion}").json["data"]["id"] == conversion
    for unknown in ("conv_nothing", "%ff", "'--"):
        check_error(vendor.get(f"/api/v1/conversions/{unknown}"), 404, "NOT_FOUND")
    check_error(vendor.get(f"/api/v1/conversions/{conversion}", key=vendor.world.affspace.secret_key), 404, "NOT_FOUND")


def test_AF_24_a_date_alone_is_the_whole_day_in_lists_and_statistics(vendor):
    other = Vendor(vendor.world)
    conversion = other.tracked()
    created = other.get(f"/api/v1/conversions/{conversion}").json["data"]["createdAt"]
    day = datetime.fromtimestamp(created / 1000, timezone.utc)
    today, before = day.strftime("%Y-%m-%d"), (day - timedelta(days=1)).strftime("%Y-%m-%d")
    ids = lambda **filters: [row["id"] for row in other.get("/api/v1/conversions", **filters).json["data"]]
    counted = lambda **filters: other.get("/api/v1/stats", **filters).json["data"]["summary"]["totalConversions"]
    assert ids(start_date=today, end_date=today) == [conversion] and counted(start_date=today, end_date=today) == 1
    assert ids(start_date=before, end_date=before) == [] and counted(start_date=before, end_date=before) == 0
    assert ids(start_date=created, end_date=created) == [conversion]


# Statistics

def test_AFS_57_to_61_AF_25_27_41_D_10_statistics_against_a_recount(vendor):
    other = Vendor(vendor.world)
    share = other.offer(model="cps")
    clicks = [other.click() for _ in range(8)] + [other.click(share) for _ in range(3)]
    other.world.edge.client().request("HEAD", f"/{other.codes[share]['link']}")
    conversions = [other.request("POST", "/api/v1/conversions", {"click_id": click, "amount": "12.34"}).json["data"]["conversionId"]
                   for click in clicks[6:10]]
    other.core.run("conversion", "approve", conversions[0])
    other.core.run("conversion", "reject", conversions[1])

    def read():
        data = other.get("/api/v1/stats").json["data"]
        return data if data["summary"]["totalClicks"] == 11 else None
    data = wait_until(read, what="all clicks counted")
    assert data["summary"] == {"totalClicks": 11, "totalConversions": 4, "approvedConversions": 1, "totalRevenueCents": 3 * 1234,
                               "conversionRate": "36.36"}
    assert {(row["offerCode"], row["clicks"], row["conversions"], row["revenueCents"], row["currency"]) for row in data["byOffer"]} == {
        (other.cpa, 8, 2, 1234, "USD"), (share, 3, 2, 2468, "USD")}
    assert all(row["offerName"] == f"Offer {row['offerCode']}" for row in data["byOffer"])
    today = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    assert data["timeSeries"][-1] == {"date": today, "clicks": 11, "conversions": 4} or len(data["timeSeries"]) == 2   # midnight
    filtered = other.get("/api/v1/stats", offer_code=share).json["data"]
    assert filtered["summary"]["totalClicks"] == 3 and len(filtered["byOffer"]) == 1
    now = int(time.time() * 1000)
    assert other.get("/api/v1/stats", start_date=now + 3_600_000, end_date=now + 7_200_000).json["data"]["summary"]["totalClicks"] == 0
    part = other.get("/api/v1/stats", start_date=now - 3_600_000, end_date=now).json["data"]["summary"]
    assert part["totalClicks"] == 11 and part["totalConversions"] == 4   # counted from rows


def test_AF_44_FC_6_amounts_of_two_currencies_are_never_added(vendor):
    other = Vendor(vendor.world)
    euros = other.offer(model="cps", currency="EUR")
    for offer, amount in ((other.cpa, "10.00"), (euros, "3.00"), (euros, "4.00")):
        answer = other.request("POST", "/api/v1/conversions", {"click_id": other.click(offer), "amount": amount})
        assert answer.json["data"]["tracked"] is True, answer.text
    data = other.get("/api/v1/stats").json["data"]
    summary = data["summary"]
    assert summary["totalRevenueCents"] == 1000 and summary["currency"] == "USD"
    assert summary["revenueByCurrency"] == [{"currency": "EUR", "revenueCents": 700}, {"currency": "USD", "revenueCents": 1000}]
    assert {(row["offerCode"], row["currency"], row["revenueCents"]) for row in data["byOffer"]} == {
        (other.cpa, "USD", 1000), (euros, "EUR", 700)}
    only = other.get("/api/v1/stats", offer_code=euros).json["data"]["summary"]
    assert only["totalRevenueCents"] == 700 and "revenueByCurrency" not in only


def test_AF_45_FC_8_days_are_those_of_the_account(vendor):
    """Kiritimati is 14 hours ahead of UTC and Pago Pago 11 behind, so that one of them has another date at any time."""
    other = Vendor(vendor.world)
    other.tracked()
    dates = {}
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        other.core.run("account", "set", other.account, "--time-zone", zone)
        data = other.get("/api/v1/stats").json["data"]
        dates[zone] = data["timeSeries"][-1]["date"]
        local = datetime.now(ZoneInfo(zone)).strftime("%Y-%m-%d")
        assert dates[zone] == local
        assert other.get("/api/v1/stats", start_date=local, end_date=local).json["data"]["summary"]["totalConversions"] == 1
        assert len(other.get("/api/v1/conversions", start_date=local, end_date=local).json["data"]) == 1
        tomorrow = (datetime.now(ZoneInfo(zone)) + timedelta(days=1)).strftime("%Y-%m-%d")
        assert other.get("/api/v1/conversions", start_date=tomorrow).json["data"] == []
    assert len(set(dates.values())) == 2


def test_AFS_58_the_rate_without_clicks(vendor):
    other = Vendor(vendor.world)
    assert other.get("/api/v1/stats").json["data"] == {
        "summary": {"totalClicks": 0, "totalConversions": 0, "approvedConversions": 0, "totalRevenueCents": 0, "conversionRate": "0.00"},
        "byOffer": [], "timeSeries": []}


@pytest.mark.parametrize("group, label", [("day", "%Y-%m-%d"), ("week", None), ("month", "%Y-%m-01")])
def test_AFS_61_AF_26_groups(vendor, group, label):
    vendor.click()
    data = wait_until(lambda: vendor.get("/api/v1/stats", group_by=group).json["data"]["timeSeries"], what="a click counted")
    date = datetime.strptime(data[-1]["date"], "%Y-%m-%d")
    if group == "week":
        assert date.weekday() == 0
    else:
        assert data[-1]["date"] == datetime.now(timezone.utc).strftime(label)


def test_AF_24_dates_in_three_spellings(vendor):
    for value in (str(int(time.time()) - 86400), str((int(time.time()) - 86400) * 1000), "2026-01-01", "2026-01-01T00:00:00Z"):
        assert vendor.get("/api/v1/stats", start_date=value).status == 200
    for parameters in ({"start_date": "then"}, {"end_date": "-5"}, {"group_by": "hour"}):
        check_error(vendor.get("/api/v1/stats", **parameters), 400, "VALIDATION_ERROR")
