"""Selgeo's conversions, commissions and payouts in the dashboard's API. One test per row of CONTRACT.md."""

import csv
import io
import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from http_client import Client
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from stack import Stack
from webhook_shop import SETTINGS, Shop

ROUTES = [
    "selgeo GET /api/v1/conversions",
    "selgeo GET /api/v1/conversions/{conversion_id}",
    "selgeo POST /api/v1/conversions/{conversion_id}/approve",
    "selgeo POST /api/v1/conversions/{conversion_id}/reject",
    "selgeo POST /api/v1/conversions/{conversion_id}/restore",
    "selgeo POST /api/v1/conversions/{conversion_id}/reverse",
    "selgeo GET /api/v1/commissions",
    "selgeo GET /api/v1/commissions/{conversion_id}",
    "selgeo POST /api/v1/commissions/{conversion_id}/approve",
    "selgeo POST /api/v1/commissions/{conversion_id}/reject",
    "selgeo POST /api/v1/commissions/{conversion_id}/reverse",
    "selgeo GET /api/v1/payouts",
    "selgeo POST /api/v1/payouts",
    "selgeo GET /api/v1/payouts/payable",
    "selgeo GET /api/v1/payouts/payable/export",
    "selgeo GET /api/v1/payouts/{payout_id}",
    "selgeo GET /api/v1/payouts/{payout_id}/export",
]
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS) as stack:
        yield stack


@pytest.fixture(params=["live", "test"])
def mode(request):
    return request.param


@pytest.fixture
def shop(stack, mode):
    return Shop(stack, mode=mode)


@pytest.fixture
def dashboard(stack, shop, mode):
    return Dashboard(stack, shop.account, mode)


def step(dashboard, sale, verb, noun="conversions", **body):
    return dashboard.post(f"/api/v1/{noun}/{sale['id']}/{verb}", body)


def approved(dashboard, shop, amount_cents=10_000, **more):
    sale = shop.sell(amount_cents, **more)
    assert step(dashboard, sale, "approve").json["status"] == "approved"
    return sale


def payable(dashboard):
    return {row["currency"]: row for row in dashboard.get("/api/v1/payouts/payable").json["data"]}


def pay(dashboard, shop, currency="EUR", **more):
    return dashboard.post("/api/v1/payouts", {"partner_id": shop.partner, "currency": currency, **more})


class Retry:
    """A call on a connection of its own."""

    def __init__(self, stack, dashboard):
        self.client = Client(stack.edge.port, "selgeo.localhost")
        self.token = dashboard.tokens["access_token"]

    def pay(self, shop, key):
        body = {"partner_id": shop.partner, "currency": "EUR", "reference": "transfer 7"}
        return self.client.post_json("/api/v1/payouts", body, {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key})


def books_are_sound(stack):
    assert stack.core.json("ledger", "verify")["faults"] == []


def test_SE_55_conversions_are_listed_and_shown(shop, dashboard):
    sales = [shop.sell(1_000 * n) for n in (1, 2, 3)]
    listed = dashboard.get("/api/v1/conversions", limit=2).json
    assert (listed["total"], listed["page"], listed["limit"]) == (3, 1, 2)
    assert [row["id"] for row in listed["data"]] == [sales[2]["id"], sales[1]["id"]]
    shown = dashboard.get(f"/api/v1/conversions/{sales[0]['id']}").json
    assert {name: shown[name] for name in sales[0]} == sales[0]
    assert (shown["review"], shown["reversed_cents"], shown["paid_at"]) == (False, 0, None)
    step(dashboard, sales[0], "approve")
    for query, total in (({"status": "approved"}, 1), ({"status": "pending"}, 2), ({"partner_id": shop.partner}, 3), ({"program_id": shop.program}, 3),
                         ({"from": "2100-01-01"}, 0), ({"to": "2000-01-01"}, 0), ({"from": "2000-01-01", "to": "2100-01-01"}, 3), ({"review": "true"}, 0)):
        assert dashboard.get("/api/v1/conversions", **query).json["total"] == total, query
    first, last = sales[0]["created_at"], sales[2]["created_at"]
    for start, end, total in ((first[:10], last[:10], 3), (first, last, 3), (last, "2100-01-01", 1)):   # both ends are inside
        assert dashboard.get("/api/v1/conversions", **{"from": start, "to": end}).json["total"] == total, (start, end)
    for query, field in (({"status": "open"}, "status"), ({"from": "yesterday"}, "from"), ({"limit": 101}, "limit")):
        answer = dashboard.get("/api/v1/conversions", **query)
        check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
        assert answer.json["details"][0]["field"] == field
    for path in ("conversions/conv_nothing", "conversions/x", "commissions/conv_nothing"):
        check_error(dashboard.get(f"/api/v1/{path}"), 404, "NOT_FOUND", "Not Found")
    check_error(dashboard.get("/api/v1/conversions", program_id="prg_nothing"), 404, "NOT_FOUND", "Not Found")


def test_SEL_12_the_lists_are_not_for_keys_and_the_conversion_api_not_for_tokens(shop, dashboard):
    for path in ("conversions", "commissions", "payouts", "payouts/payable"):
        check_error(dashboard.call("GET", f"/api/v1/{path}", token=shop.key), 403, "FORBIDDEN", "Forbidden")
    check_error(dashboard.post("/api/v1/conversions", {"event_type": "purchase"}), 403, "FORBIDDEN", "Forbidden")


def test_SE_56_a_conversion_takes_its_steps(stack, shop, dashboard):
    sale = shop.sell(10_000)
    rejected = step(dashboard, sale, "reject", reason="fraud", note="the same card").json
    assert (rejected["status"], rejected["rejection_reason"], rejected["rejection_note"]) == ("rejected", "fraud", "the same card")
    assert step(dashboard, sale, "reject", reason="fraud").json["status"] == "rejected"   # twice is once
    check_error(step(dashboard, sale, "approve"), 409, "CONFLICT", "Conflict")
    assert step(dashboard, sale, "restore").json["status"] == "pending"
    assert step(dashboard, sale, "approve").json["status"] == "approved"
    part = step(dashboard, sale, "reverse", commission_cents=300).json
    assert (part["status"], part["reversed_cents"]) == ("approved", 300)
    assert step(dashboard, sale, "reverse").json["status"] == "reversed"
    refused = step(dashboard, shop.sell(1_000), "reject")
    check_error(refused, 400, "VALIDATION_ERROR", "Bad Request")
    assert refused.json["details"][0]["field"] == "reason"
    for cents in (101, 0, -1):   # no part of 100
        check_error(step(dashboard, shop.sell(1_000), "reverse", commission_cents=cents), 400, "VALIDATION_ERROR", "Bad Request")
    books_are_sound(stack)


def test_SE_56_why_a_commission_was_reversed_stands_in_the_audit_trail(shop, dashboard):
    for noun in ("conversions", "commissions"):
        sale = approved(dashboard, shop)
        assert step(dashboard, sale, "reverse", noun, commission_cents=300, reason="Half of it came back").status == 200
        entry = dashboard.get("/api/v1/audit-log", subject=sale["id"], action="conversion.reverse").json["data"][0]
        assert (entry["reason"], entry["details"]["reversed_minor"]) == ("Half of it came back", 300)
        step(dashboard, sale, "reverse", noun)
        newest, before = dashboard.get("/api/v1/audit-log", subject=sale["id"], action="conversion.reverse").json["data"]
        assert (newest["reason"], before["reason"]) == (None, "Half of it came back")
        history = shop.client.get(f"/api/v1/audit/conversions/{sale['id']}", {"Authorization": f"Bearer {shop.key}"}).json["history"]
        assert "Half of it came back" in [one["reason"] for one in history]
        refused = step(dashboard, shop.sell(1_000), "reverse", noun, reason=5)
        check_error(refused, 400, "VALIDATION_ERROR", "Bad Request")
        assert refused.json["details"][0]["field"] == "reason"


def test_SE_56_a_budget_that_is_used_up_restores_nothing(stack):
    shop = Shop(stack)
    dashboard = Dashboard(stack, shop.account)
    stack.core.run("campaign", "set", shop.program, "--budget", "10.00")
    first = shop.sell(10_000)
    step(dashboard, first, "reject", reason="returned")
    assert shop.sell(10_000)["commission"]["amount_cents"] == 1_000   # has the budget now
    check_error(step(dashboard, first, "restore"), 409, "BUDGET_EXCEEDED", "Conflict")
    assert dashboard.get(f"/api/v1/conversions/{first['id']}").json["status"] == "rejected"
    books_are_sound(stack)


def test_D_60_what_is_disputed_is_the_operators_to_decide(stack, shop, dashboard):
    sale = shop.sell(10_000)
    stack.core.run("conversion", "dispute", sale["id"])
    for noun in ("conversions", "commissions"):
        for verb, body in (("approve", {}), ("reject", {"reason": "returned"})):
            check_error(step(dashboard, sale, verb, noun, **body), 409, "DISPUTED", "Conflict")
    stack.core.run("conversion", "dispute", sale["id"], "--resolve")
    assert step(dashboard, sale, "approve").json["status"] == "approved"


def test_SE_57_commissions_by_status(shop, dashboard):
    pending, one, two = shop.sell(10_000), shop.sell(20_000), shop.sell(30_000)
    shop.sell(10_000, promo_code="NOBODYS")   # credits nobody and earns nothing
    assert step(dashboard, one, "approve", "commissions").json["status"] == "approved"
    assert step(dashboard, two, "reject", "commissions", reason="returned").json["rejection_reason"] == "returned"
    part = step(dashboard, one, "reverse", "commissions", commission_cents=500).json
    assert (part["amount_cents"], part["reversed_cents"], part["owed_cents"]) == (2_000, 500, 1_500)
    listed = dashboard.get("/api/v1/commissions").json
    assert listed["total"] == 3
    assert [(row["conversion_id"], row["status"], row["owed_cents"]) for row in listed["data"]] == [
        (two["id"], "rejected", 0), (one["id"], "approved", 1_500), (pending["id"], "pending", 1_000)]
    assert dashboard.get("/api/v1/commissions", status="approved").json["data"] == [dashboard.get(f"/api/v1/commissions/{one['id']}").json]
    assert dashboard.get(f"/api/v1/commissions/{pending['id']}").json["partner_id"] == shop.partner


def test_SE_57_a_sale_that_earned_nobody_anything_is_no_commission(shop, dashboard):
    sale = shop.sell(10_000, promo_code="NOBODYS")
    assert sale["commission"] is None and dashboard.get(f"/api/v1/conversions/{sale['id']}").json["status"] == "pending"
    check_error(dashboard.get(f"/api/v1/commissions/{sale['id']}"), 404, "NOT_FOUND", "Not Found")
    for verb, body in (("approve", {}), ("reject", {"reason": "fraud"}), ("reverse", {})):
        check_error(step(dashboard, sale, verb, "commissions", **body), 404, "NOT_FOUND", "Not Found")
    assert dashboard.get("/api/v1/commissions").json["total"] == 0
    assert dashboard.get(f"/api/v1/conversions/{sale['id']}").json["status"] == "pending"
    assert step(dashboard, sale, "approve").json["status"] == "approved"   # the conversion takes its steps


def test_SE_57_a_rejected_commission_is_still_one(shop, dashboard):
    sale = shop.sell(10_000)
    step(dashboard, sale, "reject", "commissions", reason="returned")
    assert dashboard.get(f"/api/v1/commissions/{sale['id']}").json == dashboard.get("/api/v1/commissions").json["data"][0]
    assert step(dashboard, sale, "reject", "commissions", reason="returned").json["status"] == "rejected"


def test_SE_58_a_payout_pays_what_is_approved(stack, shop, dashboard):
    first, second = approved(dashboard, shop, 10_000), approved(dashboard, shop, 20_000)
    dollars, pending = approved(dashboard, shop, 5_000, currency="USD"), shop.sell(7_000)
    rows = payable(dashboard)
    assert (rows["EUR"]["payable_cents"], rows["EUR"]["commissions"], rows["EUR"]["partner_id"]) == (3_000, 2, shop.partner)
    assert [row["currency"] for row in dashboard.get("/api/v1/payouts/payable", currency="USD").json["data"]] == ["USD"]
    for page, rows in ((1, 1), (2, 1), (3, 0), (100, 0)):   # the total is of all pages, also beyond the last one
        listed = dashboard.get("/api/v1/payouts/payable", limit=1, page=page).json
        assert (len(listed["data"]), listed["total"], listed["page"]) == (rows, 2, page)
    made = pay(dashboard, shop, reference="transfer 4711")
    assert made.status == 201, made.text
    one = made.json
    assert (one["amount_cents"], one["commissions"], one["deducted_cents"], one["currency"], one["reference"]) == (3_000, 2, 0, "EUR", "transfer 4711")
    shown = dashboard.get(f"/api/v1/payouts/{one['id']}").json
    assert {row["conversion_id"] for row in shown["commission_list"]} == {first["id"], second["id"]}
    assert {row["payout_id"] for row in shown["commission_list"]} == {one["id"]} and {row["status"] for row in shown["commission_list"]} == {"paid"}
    assert dashboard.get(f"/api/v1/conversions/{first['id']}").json["paid_at"] is not None
    assert [dashboard.get(f"/api/v1/conversions/{sale['id']}").json["status"] for sale in (dollars, pending)] == ["approved", "pending"]
    assert "EUR" not in payable(dashboard)
    check_error(pay(dashboard, shop), 409, "NOTHING_PAYABLE", "Conflict")
    assert dashboard.get("/api/v1/payouts", partner_id=shop.partner).json["data"] == [{name: one[name] for name in one}]
    books_are_sound(stack)


def test_SE_58_what_is_reversed_after_its_payout_is_deducted_from_the_next(stack, shop, dashboard):
    sale = approved(dashboard, shop, 10_000)
    assert pay(dashboard, shop).json["amount_cents"] == 1_000
    step(dashboard, sale, "reverse", commission_cents=400)
    assert payable(dashboard)["EUR"]["owed_back_cents"] == 400 and payable(dashboard)["EUR"]["payable_cents"] == 0
    check_error(pay(dashboard, shop), 409, "NOTHING_PAYABLE", "Conflict")
    approved(dashboard, shop, 3_000)
    less = pay(dashboard, shop).json   # covers 300 of it
    assert (less["commissions_cents"], less["deducted_cents"], less["amount_cents"]) == (300, 300, 0)
    approved(dashboard, shop, 20_000)
    rest = pay(dashboard, shop).json
    assert (rest["commissions_cents"], rest["deducted_cents"], rest["amount_cents"]) == (2_000, 100, 1_900)
    approved(dashboard, shop, 10_000)
    assert pay(dashboard, shop).json["deducted_cents"] == 0
    books_are_sound(stack)


def test_SE_58_two_payouts_at_once_pay_once(stack, shop, dashboard):
    for _ in range(3):
        approved(dashboard, shop)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: pay(Dashboard(stack, shop.account, shop.mode), shop), range(4)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    books_are_sound(stack)


def test_SE_66_a_payout_that_is_retried_with_its_key_pays_once(stack, shop, dashboard):
    def pay_with(key, **more):
        body = {"partner_id": shop.partner, "currency": "EUR", "reference": "transfer 7", **more}
        return dashboard.client.request("POST", "/api/v1/payouts", json.dumps(body).encode(), {
            "Authorization": f"Bearer {dashboard.tokens['access_token']}", "Content-Type": "application/json", "Idempotency-Key": key})
    check_error(pay_with("june"), 409, "NOTHING_PAYABLE", "Conflict")   # keeps no key
    approved(dashboard, shop)
    first = pay_with("june")
    assert first.status == 201 and first.json["amount_cents"] == 1_000
    approved(dashboard, shop, 20_000)
    with ThreadPoolExecutor(3) as pool:
        again = list(pool.map(lambda _: Retry(stack, dashboard).pay(shop, "june"), range(3)))
    assert [(answer.status, answer.json) for answer in again] == [(201, first.json)] * 3
    assert payable(dashboard)["EUR"]["payable_cents"] == 2_000   # what came since is not paid by a repeat
    check_error(pay_with("june", currency="USD"), 409, "IDEMPOTENCY_KEY_REUSED", "Conflict")
    check_error(pay_with("june", reference="transfer 8"), 409, "IDEMPOTENCY_KEY_REUSED", "Conflict")
    stranger = Shop(stack, mode=shop.mode)
    sale = stranger.sell(10_000)
    theirs = Dashboard(stack, stranger.account, shop.mode)
    step(theirs, sale, "approve")
    assert Retry(stack, theirs).pay(stranger, "june").json["amount_cents"] == 1_000   # keys are the account's own
    for key in ("two words", "x" * 256, "j\u00fcni"):
        answer = pay_with(key)
        check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
        assert answer.json["details"][0]["field"] == "Idempotency-Key"
    made = stack.core.json("payout", "create", "--affiliate", shop.partner, "--currency", "EUR", "--idempotency-key", "july")
    assert stack.core.json("payout", "create", "--affiliate", shop.partner, "--currency", "EUR", "--idempotency-key", "july") == made
    assert dashboard.get("/api/v1/payouts", partner_id=shop.partner).json["total"] == 2
    books_are_sound(stack)


def test_SE_59_exports(shop, dashboard):
    dashboard.call("PATCH", f"/api/v1/partners/{shop.partner}", {"name": "=Jane, the \"Great\""})
    sale = approved(dashboard, shop, 10_050)
    answer = dashboard.get("/api/v1/payouts/payable/export")
    assert answer.fields["content-type"].startswith("text/csv") and "payable.csv" in answer.fields["content-disposition"]
    row, = csv.DictReader(io.StringIO(answer.text))
    assert row == {"partner_id": shop.partner, "email": "jane@blog.example", "name": "'=Jane, the \"Great\"", "currency": "EUR", "commissions": "1", "payable": "10.05"}
    made = pay(dashboard, shop).json
    line, = csv.DictReader(io.StringIO(dashboard.get(f"/api/v1/payouts/{made['id']}/export").text))
    assert (line["conversion_id"], line["commission"], line["reversed"], line["currency"]) == (sale["id"], "10.05", "0.00", "EUR")


def test_SE_58_fields_of_a_payout(shop, dashboard):
    for body, field in (({"partner_id": None}, "partner_id"), ({"currency": "XYZ"}, "currency"), ({"reference": "x" * 201}, "reference")):
        answer = dashboard.post("/api/v1/payouts", {"partner_id": shop.partner, "currency": "EUR", **body})
        check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
        assert answer.json["details"][0]["field"] == field
    check_error(dashboard.post("/api/v1/payouts", {"partner_id": "aff_nothing", "currency": "EUR"}), 404, "NOT_FOUND", "Not Found")
    check_error(dashboard.get("/api/v1/payouts/po_nothing"), 404, "NOT_FOUND", "Not Found")


def test_the_command_line_pays_by_the_same_action(stack, shop, dashboard):
    approved(dashboard, shop)
    assert stack.core.json("payout", "payable", "--account", shop.account)["payable"][0]["approved"] == "10.00"
    made = stack.core.json("payout", "create", "--affiliate", shop.partner, "--currency", "eur")
    assert dashboard.get(f"/api/v1/payouts/{made['id']}").json["amount_cents"] == 1_000
    assert stack.core.json("payout", "list", "--affiliate", shop.partner)["payouts"][0]["id"] == made["id"]
    assert stack.core.json("payout", "show", made["id"])["conversion_list"][0]["status"] == "paid"
