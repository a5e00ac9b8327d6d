"""Affily: the list of conversions, the account and the offers, keys and limits. One test per row, named by its id."""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from affily_advertiser import Advertiser, check_error, fresh
from http_client import Client
from servers import wait_until

ROUTES = [
    "affily GET /v1/conversions",
    "affily GET /v1/account",
    "affily GET /v1/offers",
]


def test_AFY_20_23_AY_13_14_pages(advertiser):
    """A cursor is the last id, exclusive, newest first, and stays put while rows are added."""
    other = Advertiser(advertiser.world)
    made = [other.booked() for _ in range(5)]
    seen, cursor = [], None
    for _ in range(5):
        body = other.get("/v1/conversions", limit=2, cursor=cursor).json
        assert set(body) == {"data", "next_cursor", "has_more"} and len(body["data"]) <= 2
        seen += [row["id"] for row in body["data"]]
        assert body["has_more"] is (body["next_cursor"] is not None)
        cursor = body["next_cursor"]
        if cursor is None:
            break
        assert cursor == seen[-1]
        other.booked()   # arrives between two pages
    assert seen == made[::-1]
    check_error(other.get("/v1/conversions", cursor="conv_nothing"), 400, "validation_error", "cursor")
    check_error(other.get("/v1/conversions", cursor=advertiser.booked()), 400, "validation_error", "cursor")


def test_AFY_21_AY_13_at_most_500(advertiser):
    other = Advertiser(advertiser.world)
    stack = other.world.stack
    other.booked()
    stack.query("insert into conversions (public_id, account_id, mode, attributed, reason, explanation) select 'conv_page' || n, "
                "(select id from accounts where public_id = %s), 'live', false, 'x', 'x' from generate_series(1, 600) n", (other.account,))
    for limit, size in ((None, 100), (500, 500), (501, 500), (100_000, 500), (1, 1), (0, 1)):
        body = other.get("/v1/conversions", limit=limit).json
        assert len(body["data"]) == size and body["has_more"] is True
    check_error(other.get("/v1/conversions", limit="ten"), 400, "validation_error", "limit")
    stack.query("delete from conversions where public_id like 'conv_page%%'")


def test_AFY_22_AY_12_15_16_filters_and_fields(advertiser):
    other = Advertiser(advertiser.world, "1000000.00", "--time-zone", "Pacific/Kiritimati")
    click = other.click()
    order = fresh()
    pending = other.booked(click_id=click, order_id=order, metadata={"k": "v"})
    approved, rejected = other.booked(), other.booked()
    other.decide(approved, "approved")
    other.decide(rejected, "rejected", "fraud", "double")
    item = other.shown(pending)
    assert item == {"id": pending, "status": "pending", "click_id": click, "offer_id": other.offer, "order_id": order, "amount": 250,
                    "currency": "PLN", "commission": 25, "hold_until": item["hold_until"], "created_at": item["created_at"],
                    "metadata": {"k": "v"}, "rejection_reason": None, "rejection_note": None}
    ids = lambda **filters: [row["id"] for row in other.listed(**filters)]
    assert ids(status="pending") == [pending] and ids(status="APPROVED") == [approved] and ids(status="rejected") == [rejected]
    today = datetime.now(ZoneInfo("Pacific/Kiritimati")).date()
    day = lambda offset: (today + timedelta(days=offset)).isoformat()
    everything = [rejected, approved, pending]
    assert ids(**{"from": day(0)}) == everything and ids(**{"from": day(1)}) == []
    assert ids(to=day(0)) == everything and ids(to=day(-1)) == []
    moment = item["created_at"]
    assert pending in ids(to=moment) and pending in ids(**{"from": moment})
    for wrong in ({"status": "paid"}, {"from": "yesterday"}, {"to": "2026-13-01"}):
        check_error(other.get("/v1/conversions", **wrong), 400, "validation_error", list(wrong)[0])


def test_AFY_28_29_AY_28_the_account_and_its_month(advertiser):
    other = Advertiser(advertiser.world, "4250.00", "--time-zone", "Europe/Warsaw")
    body = other.get("/v1/account").json
    assert body == {"advertiser": {"id": other.account, "company_name": "Sklep SA"}, "deposit_balance": 4250, "currency": "PLN",
                    "stats_mtd": {"clicks": 0, "conversions": 0, "commission_paid": 0}}
    paid, approved = other.booked(), other.booked()
    other.click(agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
    for conversion in (paid, approved):
        other.decide(conversion, "approved")
    other.core.run("conversion", "pay", paid)
    other.core.run("conversion", "reverse", paid, "--amount", "5.00")
    wait_until(lambda: other.get("/v1/account").json["stats_mtd"]["clicks"] == 2, what="the clicks counted")
    answer = other.get("/v1/account")
    assert answer.json["stats_mtd"] == {"clicks": 2, "conversions": 2, "commission_paid": 20} and '"commission_paid":20.00' in answer.text
    assert answer.json["deposit_balance"] == 4205   # 50.00 spent, 5.00 given back
    other.world.stack.query("update conversions set created_at = created_at - interval '32 days', paid_at = paid_at - interval '32 days' "
                            "where public_id = %s", (paid,))
    assert other.get("/v1/account").json["stats_mtd"]["commission_paid"] == 0


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_AFY_29_AY_28_the_month_is_that_of_the_time_zone(advertiser, zone):
    """What happened a second before the account's month began does not count, what happened as it began does; in UTC one
    of both lies on the other side. Everything is summed from roll-ups, so that the rows may be moved to where they have to be."""
    other = Advertiser(advertiser.world, "1000.00", "--time-zone", zone)
    stack = other.world.stack
    now = datetime.now(ZoneInfo(zone))
    began = datetime(now.year, now.month, 1, tzinfo=ZoneInfo(zone))
    before, after = other.booked(amount=100), other.booked(amount=300)
    for conversion, at in ((before, began - timedelta(seconds=1)), (after, began)):
        other.decide(conversion, "approved")
        other.core.run("conversion", "pay", conversion)
        stack.query("update conversions set created_at = %s, paid_at = %s, status = status where public_id = %s", (at, at, conversion))
    campaign = "campaign_id = (select id from campaigns where public_id = %s)"
    wait_until(lambda: stack.value(f"select coalesce(sum(net), 0) from campaign_rollups where {campaign}", (other.offer,)) == 2, what="the clicks counted")
    quarter = int(began.timestamp()) // 900
    stack.query(f"update campaign_rollups set quarter = %s where {campaign}", (quarter - 1, other.offer))
    month = lambda: other.get("/v1/account").json["stats_mtd"]
    assert month() == {"clicks": 0, "conversions": 1, "commission_paid": 30}
    stack.query(f"update campaign_rollups set quarter = %s where {campaign}", (quarter, other.offer))
    assert month() == {"clicks": 2, "conversions": 1, "commission_paid": 30}
    stack.query("update payout_rollups set paid_minor = paid_minor + 1 where quarter = %s and account_id = "
                "(select id from accounts where public_id = %s)", (quarter, other.account))
    assert month()["commission_paid"] == 30.01, "from the roll-ups"


def test_AFY_30_offers_with_their_terms(advertiser):
    other = Advertiser(advertiser.world)
    fixed = other.new_offer("12.50", "--window", "7d", "--hold", "14d", "--auto-approve", "no", "--tier", "10=15.00")
    body = other.get("/v1/offers").json
    assert set(body) == {"data", "next_cursor", "has_more"} and [row["id"] for row in body["data"]] == [fixed, other.offer]
    item, share = body["data"]
    assert item == {"id": fixed, "name": item["name"], "status": "active", "currency": "PLN",
                    "commission": {"type": "fixed", "value": 12.5},
                    "tiers": [{"type": "fixed", "value": 15, "from_conversion": item["tiers"][0]["from_conversion"]}],
                    "cookie_window_days": 7, "hold_days": 14, "auto_approve": False, "target_url": "https://sklep.example/oferta",
                    "created_at": item["created_at"]}
    assert share["commission"] == {"type": "percentage", "value": 10} and share["tiers"] == []
    first = other.get("/v1/offers", limit=1).json
    assert first["has_more"] is True and first["next_cursor"] == fixed
    assert [row["id"] for row in other.get("/v1/offers", limit=1, cursor=fixed).json["data"]] == [other.offer]
    other.core.run("campaign", "set", fixed, "--status", "paused")
    assert [row["id"] for row in other.get("/v1/offers", status="paused").json["data"]] == [fixed]
    check_error(other.get("/v1/offers", status="published"), 400, "validation_error", "status")
    check_error(other.get("/v1/offers", cursor=advertiser.offer), 400, "validation_error", "cursor")


def test_AFY_01_04_paths_and_bodies(advertiser):
    for path in ("/v1/nothing", "/api/v1/conversions", "/v1/conversions/conv_x/more"):
        check_error(advertiser.get(path), 404, "not_found")
    answer = advertiser.request("PUT", "/v1/conversions", {})
    check_error(answer, 405, "method_not_allowed")
    assert answer.fields["allow"] == "GET, HEAD, POST"
    check_error(advertiser.request("POST", "/v1/conversions", b"a=b", **{"Content-Type": "application/x-www-form-urlencoded"}),
                415, "unsupported_media_type")
    assert advertiser.get("/v1/account").fields["content-type"].startswith("application/json")


def test_AFY_02_07_keys(advertiser):
    assert advertiser.key.startswith("aff_pk_live_")
    for path in ("/v1/conversions", "/v1/account", "/v1/offers"):
        for header in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer aff_pk_live_wrong"},
                       {"Authorization": f"Bearer {advertiser.world.baclique.secret_key}"}):
            answer = advertiser.client.request("GET", path, fields=header)
            if answer.status != 429:   # strangers are counted by address
                check_error(answer, 401, "invalid_api_key")
    by_key = Client(advertiser.world.edge.port, "localhost")   # the key alone says which dialect it is
    assert by_key.request("GET", "/v1/account", fields={"Authorization": f"Bearer {advertiser.key}"}).status == 200


def test_AFY_03_14_AY_21_the_limit_of_a_key(advertiser):
    """1,000 a minute, over all routes together: the 1,001st call is refused. On a machine that takes more than a minute for a
    thousand calls the window ends meanwhile, and a 503 of the edge's own is no call: such a round is no proof."""
    client = Client(advertiser.world.edge.port, "affily.localhost", timeout_s=30)
    paths = ("/v1/account", "/v1/offers", "/v1/conversions", "/v1/conversions?status=wrong")
    for _ in range(5):
        fields = {"Authorization": f"Bearer {advertiser.new_key(limit=None)}"}
        started = time.monotonic()
        *taken, refused = [client.get(paths[call % 4] if call < 8 else paths[3], fields) for call in range(1_001)]
        statuses = {answer.status for answer in taken}
        if time.monotonic() - started < 60 and 503 not in statuses:
            break
    assert statuses == {200, 400}
    check_error(refused, 429, "rate_limit")
    assert 1 <= int(refused.fields["retry-after"]) <= 60 and refused.fields["x-ratelimit-limit"] == "1000"
    assert advertiser.get("/v1/account", key=advertiser.new_key(limit=None)).status == 200, "each key has its own"


def test_AFY_03_an_operator_may_set_another_limit(advertiser):
    few = advertiser.new_key(limit=3)
    statuses = [advertiser.get(path, key=few).status for path in ("/v1/account", "/v1/offers", "/v1/conversions")]
    assert statuses == [200] * 3
    assert advertiser.get("/v1/account", key=few).status == 429


def test_AFY_05_every_error_has_the_same_form(advertiser):
    """Whoever answers it: a route, the admission before it, or the edge before core."""
    conversion = f"/v1/conversions/{advertiser.booked()}"
    for method, path, body, status, code in (
            ("POST", "/v1/conversions", b"{", 400, "validation_error"), ("POST", "/v1/conversions", {}, 422, "validation_error"),
            ("GET", "/v1/conversions?limit=x", None, 400, "validation_error"), ("PATCH", conversion, {"status": "x"}, 422, "validation_error"),
            ("POST", "/v1/deposits", {}, 422, "validation_error"), ("GET", "/v1/nothing", None, 404, "not_found"),
            ("DELETE", "/v1/account", None, 405, "method_not_allowed"), ("POST", "/v1/deposits", b" " * 2_000_000, 413, "payload_too_large")):
        check_error(advertiser.request(method, path, body), status, code)
    check_error(advertiser.client.get("/v1/account"), 401, "invalid_api_key")


def test_AFY_15_a_fault_of_ours_is_500_and_says_nothing_more(advertiser):
    stack = advertiser.world.stack
    stack.query("alter table payout_rollups rename to payout_rollups_away")
    try:
        answer = advertiser.get("/v1/account")
    finally:
        stack.query("alter table payout_rollups_away rename to payout_rollups")
    assert check_error(answer, 500, "internal_error") == {}
    assert "payout" not in answer.text and "relation" not in answer.text
    assert "payout_rollups" in stack.core.log.read_text(), "the operator finds it in the log"
    assert advertiser.get("/v1/account").status == 200


def test_AY_22_test_keys_are_a_world_of_their_own(advertiser):
    key = advertiser.new_key(mode="test")
    assert key.startswith("aff_pk_test_")
    assert advertiser.get("/v1/conversions", key=key).json["data"] == []
    assert advertiser.get("/v1/offers", key=key).json["data"] == []
    assert advertiser.get("/v1/account", key=key).json["deposit_balance"] == 0
    assert advertiser.decide(advertiser.booked(), "approved", key=key).status == 404
