"""Selgeo's analytics, API keys and audit trail in the dashboard's API. One test per row of CONTRACT.md."""

import datetime
import itertools

import pytest

from http_client import Client, numbered_address, patiently
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS, Shop

ROUTES = [
    "selgeo GET /api/v1/analytics",
    "selgeo GET /api/v1/api-keys",
    "selgeo POST /api/v1/api-keys",
    "selgeo GET /api/v1/api-keys/{key_id}",
    "selgeo POST /api/v1/api-keys/{key_id}/rotate",
    "selgeo DELETE /api/v1/api-keys/{key_id}",
    "selgeo GET /api/v1/audit-log",
]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS) as stack:
        yield stack


@pytest.fixture
def shop(stack):
    return Shop(stack)


@pytest.fixture
def dashboard(stack, shop):
    return Dashboard(stack, shop.account)


def click(stack, code, agent=BROWSER):
    visitor = Client(stack.edge.port, "c.localhost", source=numbered_address(11, next(numbers)))
    wait_until(lambda: visitor.request("GET", f"/{code}", agent=agent).status == 302, what="the link is published")


def figures(row):
    return {name: row[name] for name in ("clicks_gross", "clicks", "unique_clicks", "conversions", "approved_conversions", "revenue", "commission")}


def money(cents, currency="EUR"):
    return [{"currency": currency, "amount_cents": cents}]


def test_SE_60_figures_by_time_program_and_partner(stack, shop, dashboard):
    code = dashboard.get(f"/api/v1/partners/{shop.partner}").json["programs"][0]["referral_code"]
    for agent in (BROWSER, BROWSER, CRAWLER):
        click(stack, code, agent)
    sales = [shop.sell(10_000) for _ in range(3)]
    yen = shop.sell(500, currency="JPY")
    assert shop.sell(10_000, promo_code="NOBODYS")["attribution"]["program_id"] is None   # and so it is in no figure
    dashboard.post(f"/api/v1/conversions/{sales[0]['id']}/approve")
    dashboard.post(f"/api/v1/conversions/{sales[1]['id']}/reject", {"reason": "returned"})
    dashboard.post(f"/api/v1/conversions/{sales[2]['id']}/reverse", {"commission_cents": 250})
    wait_until(lambda: dashboard.get("/api/v1/analytics").json["totals"]["clicks_gross"] == 3, what="the clicks are stored")
    gross = {"clicks_gross": 3, "clicks": 2, "unique_clicks": 2, "conversions": 4, "approved_conversions": 1,
             "revenue": money(20_000) + money(500, "JPY"), "commission": money(1_750) + money(50, "JPY")}
    assert yen["commission"]["amount_cents"] == 50
    today = datetime.datetime.now(datetime.timezone.utc).date()
    monday, first = today - datetime.timedelta(days=today.weekday()), today.replace(day=1)
    for group, bucket in (("day", {"date": str(today)}), ("week", {"date": str(monday)}), ("month", {"date": str(first)}),
                          ("program", {"program_id": shop.program}), ("partner", {"partner_id": shop.partner})):
        shown = dashboard.get("/api/v1/analytics", group_by=group).json
        assert shown["total"] == 1 and (shown["page"], shown["limit"], shown["group_by"], shown["time_zone"]) == (1, 20, group, "UTC")
        assert figures(shown["data"][0]) == figures(shown["totals"]) == gross, group
        assert bucket.items() <= shown["data"][0].items()
    for query, total in (({"partner_id": shop.partner}, 1), ({"program_id": shop.program, "group_by": "partner"}, 1), ({"from": "2020-01-01", "to": "2020-02-01"}, 0)):
        assert dashboard.get("/api/v1/analytics", **query).json["total"] == total, query
    # The same figures from the rows themselves.
    rows = stack.query("select count(*), sum(commission_minor - reversed_minor) filter (where status in ('pending', 'approved', 'paid') and commission_currency = 'EUR') "
                       "from conversions where campaign_id is not null and account_id = (select id from accounts where public_id = %s)", (shop.account,))
    assert rows == [(4, 1_750)]


def test_SE_60_other_partners_programs_and_modes_are_apart(stack, shop, dashboard):
    other = dashboard.post("/api/v1/partners", {"program_id": shop.program, "email": "other@blog.example"}).json["id"]
    code = dashboard.post("/api/v1/promo-codes", {"program_id": shop.program, "partner_id": other, "code": f"OTHER{next(numbers)}"}).json["code"]
    shop.sell(1_000)
    wait_until(lambda: shop.sell(2_000, promo_code=code)["attributed"], what="the code is known")
    by_partner = {row["partner_id"]: row for row in dashboard.get("/api/v1/analytics", group_by="partner").json["data"]}
    assert by_partner[shop.partner]["revenue"] == money(1_000) and by_partner[other]["commission"] == money(200)
    assert dashboard.get("/api/v1/analytics", partner_id=other).json["totals"]["revenue"] == money(2_000)
    assert Dashboard(stack, shop.account, "test").get("/api/v1/analytics").json["total"] == 0
    assert Dashboard(stack, Shop(stack).account).get("/api/v1/analytics").json["total"] == 0
    check_error(Dashboard(stack, Shop(stack).account).get("/api/v1/analytics", partner_id=other), 404, "NOT_FOUND", "Not Found")


def test_SE_60_a_page_shows_buckets_and_the_totals_are_of_the_whole_range(shop, dashboard):
    """The last thirty days unless said otherwise."""
    other = dashboard.post("/api/v1/partners", {"program_id": shop.program, "email": "other@blog.example"}).json["id"]
    code = dashboard.post("/api/v1/promo-codes", {"program_id": shop.program, "partner_id": other, "code": f"OTHER{next(numbers)}"}).json["code"]
    shop.sell(1_000)
    wait_until(lambda: shop.sell(2_000, promo_code=code)["attributed"], what="the code is known")
    pages = [dashboard.get("/api/v1/analytics", group_by="partner", limit=1, page=page).json for page in (1, 2, 3)]
    assert {page["data"][0]["partner_id"] for page in pages[:2]} == {shop.partner, other} and pages[2]["data"] == []
    assert {page["total"] for page in pages} == {2}
    whole = dashboard.get("/api/v1/analytics", group_by="partner").json["totals"]
    assert whole["conversions"] >= 2 and [page["totals"] for page in pages] == [whole] * 3
    first, last = (datetime.date.fromisoformat(pages[0][name]) for name in ("from", "to"))
    assert last - first == datetime.timedelta(days=29)
    assert dashboard.get("/api/v1/analytics", to="2024-03-30").json["from"] == "2024-03-01"


def test_SE_60_fields_of_analytics(dashboard):
    for query, field in (({"group_by": "hour"}, "group_by"), ({"from": "2020-01-01", "to": "2024-01-01"}, "from"), ({"from": "2024-01-02", "to": "2024-01-01"}, "from"),
                         ({"from": "soon"}, "from")):
        answer = dashboard.get("/api/v1/analytics", **query)
        check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
        assert answer.json["details"][0]["field"] == field


def test_SE_61_a_key_is_shown_once_rotated_and_revoked(stack, shop, dashboard):
    made = dashboard.post("/api/v1/api-keys", {"kind": "secret", "name": "Production"})
    assert made.status == 201 and made.json["value"].startswith("sk_live_") and made.json["mode"] == "live"
    path = f"/api/v1/api-keys/{made.json['id']}"
    assert dashboard.get(path).json == {name: value for name, value in made.json.items() if name != "value"}

    def sell(value, status):
        body = {"event_type": "purchase", "external_transaction_id": f"key-{next(numbers)}", "promo_code": shop.promo}
        return patiently(lambda: shop.client.post_json("/api/v1/conversions", body, {"Authorization": f"Bearer {value}"})).status == status
    assert sell(made.json["value"], 201)
    rotated = dashboard.post(path + "/rotate")
    assert rotated.status == 201 and rotated.json["value"] != made.json["value"] and rotated.json["name"] == "Production"
    wait_until(lambda: sell(made.json["value"], 401), what="the old value is refused")
    assert sell(rotated.json["value"], 201) and dashboard.get(path).json["revoked_at"] is not None
    check_error(dashboard.post(path + "/rotate"), 409, "KEY_REVOKED", "Conflict")
    assert dashboard.call("DELETE", f"/api/v1/api-keys/{rotated.json['id']}").json["revoked_at"] is not None
    wait_until(lambda: sell(rotated.json["value"], 401), what="the key is revoked")
    listed = dashboard.get("/api/v1/api-keys").json
    assert listed["total"] == 3 and [row["id"] for row in listed["data"]][:2] == [rotated.json["id"], made.json["id"]]
    assert "value" not in listed["data"][0]
    public = Dashboard(stack, shop.account, "test").post("/api/v1/api-keys", {"kind": "public"}).json
    assert public["value"].startswith("pk_test_") and dashboard.get("/api/v1/api-keys").json["total"] == 3
    shop.core.run("key", "origins", public["id"], "--origin", "shop.example")
    renewed = Dashboard(stack, shop.account, "test").post(f"/api/v1/api-keys/{public['id']}/rotate").json
    kept, = [key for key in shop.core.json("key", "list", "--account", shop.account)["keys"] if key["id"] == renewed["id"]]
    assert kept["origins"] == ["shop.example"]   # a rotation takes over what restricts the key
    answer = dashboard.post("/api/v1/api-keys", {"kind": "master"})
    check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
    assert answer.json["details"][0]["field"] == "kind"


def test_SE_61_an_account_has_a_hundred_keys_in_a_mode(stack, shop, dashboard):
    stack.query("insert into api_keys (public_id, account_id, kind, mode, shown, hash) select 'key_' || a.id || '_' || n, a.id, 'secret', 'live', 'sk', "
                "sha256((a.id || ' ' || n)::bytea) from accounts a, generate_series(1, 98) n where a.public_id = %s", (shop.account,))
    last = dashboard.post("/api/v1/api-keys", {"kind": "public"})   # the shop has one of its own
    assert last.status == 201
    check_error(dashboard.post("/api/v1/api-keys", {"kind": "secret"}), 422, "API_KEY_LIMIT_EXCEEDED", "Unprocessable Entity")
    assert shop.core.run("key", "create", "--account", shop.account, "--kind", "secret", check=False).returncode == 1
    assert Dashboard(stack, shop.account, "test").post("/api/v1/api-keys", {"kind": "secret"}).status == 201   # each mode for itself
    renewed = dashboard.post(f"/api/v1/api-keys/{last.json['id']}/rotate")   # takes the place of the one that ends
    assert renewed.status == 201
    dashboard.call("DELETE", f"/api/v1/api-keys/{renewed.json['id']}")
    assert dashboard.post("/api/v1/api-keys", {"kind": "secret"}).status == 201


def test_SE_62_the_audit_trail(stack, shop, dashboard):
    dashboard.call("PATCH", f"/api/v1/programs/{shop.program}", {"name": "Renamed"})
    entry = dashboard.get("/api/v1/audit-log", subject=shop.program).json["data"][0]
    assert (entry["action"], entry["actor"], entry["details"]) == ("campaign.update", f"user:{dashboard.user['id']}", {"name": "Renamed"})
    sale = shop.sell()
    dashboard.post(f"/api/v1/conversions/{sale['id']}/approve")
    of_sale = dashboard.get("/api/v1/audit-log", action="conversion.").json
    assert [row["action"] for row in of_sale["data"]] == ["conversion.approve", "conversion.create"] and of_sale["total"] == 2
    test = Dashboard(stack, shop.account, "test")
    assert test.get("/api/v1/audit-log", action="conversion.").json["total"] == 0
    assert test.get("/api/v1/audit-log", subject=shop.program).json["total"] == 0
    assert test.get("/api/v1/audit-log", action="session.begin").json["total"] == 2   # of the account as a whole
    page = dashboard.get("/api/v1/audit-log", limit=1, page=2).json
    assert len(page["data"]) == 1 and page["total"] > 3
    assert Dashboard(stack, Shop(stack).account).get("/api/v1/audit-log", subject=shop.program).json["total"] == 0
