"""Selgeo's programs, links and promo codes in the dashboard's API. One test per row of CONTRACT.md."""

import itertools
import subprocess
from types import SimpleNamespace

import pytest

from http_client import patiently
from pages_browser import Person
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import clean_environment, Stack
from webhook_shop import SETTINGS, Shop

ROUTES = [
    "selgeo GET /api/v1/programs",
    "selgeo POST /api/v1/programs",
    "selgeo GET /api/v1/programs/{program_id}",
    "selgeo PATCH /api/v1/programs/{program_id}",
    "selgeo POST /api/v1/programs/{program_id}/invites",
    "selgeo GET /api/v1/links",
    "selgeo POST /api/v1/links",
    "selgeo GET /api/v1/links/{link_id}",
    "selgeo PATCH /api/v1/links/{link_id}",
    "selgeo DELETE /api/v1/links/{link_id}",
    "selgeo GET /api/v1/links/{link_id}/qr",
    "selgeo GET /api/v1/promo-codes",
    "selgeo POST /api/v1/promo-codes",
    "selgeo GET /api/v1/promo-codes/{promo_id}",
    "selgeo PATCH /api/v1/promo-codes/{promo_id}",
]
TEN_YEARS_S = 10 * 365 * 86_400
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


def patch(dashboard, path, body):
    return dashboard.call("PATCH", path, body)


def program(dashboard, **more):
    body = {"name": f"Maps {next(numbers)}", "target_url": "https://shop.example/maps", "commission": {"percent": 12.5}, **more}
    return dashboard.post("/api/v1/programs", body)


def field_of(answer):
    check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
    return answer.json["details"][0]["field"]


def test_SE_49_a_program_from_its_making_to_its_end(shop, dashboard):
    made = program(dashboard, fallback_url="https://shop.example/", model="cps", currency="USD", attribution_window_seconds=86_400,
                   hold_seconds=3_600, auto_approve=False, precedence="promo_code", visibility="private", budget_cents=100_000,
                   event_commissions={"lead": {"type": "fixed", "amount_cents": 250}})
    assert made.status == 201, made.text
    one = made.json
    assert one["id"].startswith("prg_") and one["mode"] == "live" and one["status"] == "active"
    assert one["commission"] == {"type": "percentage", "percent": "12.5"}
    assert one["event_commissions"] == {"lead": {"type": "fixed", "amount_cents": 250}}
    assert (one["currency"], one["model"], one["attribution_window_seconds"], one["hold_seconds"], one["auto_approve"]) == ("USD", "cps", 86_400, 3_600, False)
    assert (one["precedence"], one["visibility"], one["budget_cents"]) == ("promo_code", "private", 100_000)
    path = f"/api/v1/programs/{one['id']}"
    assert dashboard.get(path).json == one
    changed = patch(dashboard, path, {"name": "Globes", "commission": {"amount_cents": 500}, "event_commissions": {"lead": None},
                                      "status": "paused", "precedence": "click"}).json
    assert (changed["name"], changed["commission"], changed["event_commissions"]) == ("Globes", {"type": "fixed", "amount_cents": 500}, {})
    assert (changed["status"], changed["precedence"], changed["hold_seconds"]) == ("paused", "click", 3_600)
    assert patch(dashboard, path, {"status": "archived"}).json["status"] == "archived"
    listed = dashboard.get("/api/v1/programs").json
    assert listed["total"] == 2 and [row["id"] for row in listed["data"]] == [one["id"], shop.program]
    assert dashboard.get("/api/v1/programs", status="archived").json["total"] == 1
    assert shop.core.json("campaign", "show", one["id"])["status"] == "archived"   # the command line sees the same


def test_SE_49_tiers_of_a_commission(shop, dashboard):
    tiered = {"percent": "10", "tiers": [{"from": 2, "percent": 20}, {"from": 1, "percent": "12.5"}]}
    made = program(dashboard, commission=tiered, event_commissions={"lead": {"amount_cents": 100, "tiers": [{"from": 5, "amount_cents": 250}]}}).json
    assert made["commission"] == {"type": "percentage", "percent": "10", "tiers": [{"from": 1, "percent": "12.5"}, {"from": 2, "percent": "20"}]}
    assert made["event_commissions"]["lead"] == {"type": "fixed", "amount_cents": 100, "tiers": [{"from": 5, "amount_cents": 250}]}
    joined = dashboard.post("/api/v1/partners", {"program_id": made["id"], "email": "jane@tiers.example"}).json
    code = dashboard.post("/api/v1/promo-codes", {"program_id": made["id"], "partner_id": joined["id"], "code": f"TIER{next(numbers)}"}).json["code"]
    assert [shop.sell(1_000, promo_code=code)["commission"]["amount_cents"] for _ in range(3)] == [100, 125, 200]
    path = f"/api/v1/programs/{made['id']}"
    assert patch(dashboard, path, {"commission": {"percent": 11}}).json["commission"]["tiers"] == made["commission"]["tiers"]   # stay as they are
    assert patch(dashboard, path, {"commission": {"percent": 11, "tiers": []}}).json["commission"] == {"type": "percentage", "percent": "11"}
    for tiers, field in (("none", "commission"), ([{"percent": 5}], "commission"), ([{"from": 1}], "commission"), ([{"from": "1", "percent": 5}], "commission"),
                         ([{"from": n + 1, "percent": 5} for n in range(33)], "commission"), ([{"from": 0, "percent": 5}], "commission"),
                         ([{"from": 1, "amount_cents": 5}], "commission"), ([{"from": 1, "percent": 5}, {"from": 1, "percent": 6}], "commission")):
        assert field_of(program(dashboard, commission={"percent": 10, "tiers": tiers})) == field, tiers


def test_SE_49_a_program_pays_by_its_terms(stack, shop, dashboard):
    made = program(dashboard, commission={"percent": "20"}, event_commissions={"lead": {"amount_cents": 250}}, hold_seconds=0, currency="EUR").json
    joined = dashboard.post("/api/v1/partners", {"program_id": made["id"], "email": "jane@maps.example"}).json
    code = dashboard.post("/api/v1/promo-codes", {"program_id": made["id"], "partner_id": joined["id"], "code": f"MAPS{next(numbers)}"}).json["code"]
    sale = patiently(lambda: shop.client.post_json("/api/v1/conversions", {"event_type": "purchase", "external_transaction_id": "s1", "amount_cents": 1000,
                                                   "currency": "EUR", "promo_code": code}, {"Authorization": f"Bearer {shop.key}"}))
    lead = shop.client.post_json("/api/v1/conversions", {"event_type": "lead", "external_transaction_id": "l1", "promo_code": code}, {"Authorization": f"Bearer {shop.key}"})
    assert (sale.json["commission"]["amount_cents"], lead.json["commission"]["amount_cents"]) == (200, 250)
    patch(dashboard, f"/api/v1/programs/{made['id']}", {"commission": {"percent": 30}})
    later = shop.client.post_json("/api/v1/conversions", {"event_type": "purchase", "external_transaction_id": "s2", "amount_cents": 1000, "currency": "EUR",
                                                          "promo_code": code}, {"Authorization": f"Bearer {shop.key}"})
    assert later.json["commission"]["amount_cents"] == 300


def test_SE_49_fields_of_a_program(dashboard):
    for body, field in (({"name": ""}, "name"), ({"target_url": "no url"}, "target_url"), ({"commission": None}, "commission"),
                        ({"commission": {}}, "commission"), ({"commission": "10%"}, "commission"),
                        ({"commission": {"percent": 10, "amount_cents": 5}}, "commission"), ({"commission": {"type": "fixed", "percent": 10}}, "commission"),
                        ({"commission": {"type": "percentage", "amount_cents": 5}}, "commission"), ({"commission": {"type": 1, "percent": 10}}, "commission"),
                        ({"model": "cpm"}, "model"),
                        ({"hold_seconds": -1}, "hold_seconds"), ({"attribution_window_seconds": 0}, "attribution_window_seconds"),
                        ({"hold_seconds": TEN_YEARS_S + 1}, "hold_seconds"), ({"attribution_window_seconds": TEN_YEARS_S + 1}, "attribution_window_seconds"),
                        ({"name": "x" * 201}, "name"),
                        ({"visibility": "secret"}, "visibility"), ({"precedence": "code"}, "precedence"), ({"budget_cents": "1"}, "budget_cents"),
                        ({"event_commissions": {"lead": 5}}, "event_commissions"), ({"commission": {"percent": 101}}, "commission"),
                        ({"event_commissions": {"lead": {"percent": 101}}}, "event_commissions"),
                        ({"status": "deleted"}, "status"), ({"currency": "XYZ"}, "currency")):
        assert field_of(program(dashboard, **body)) == field, body
    check_error(dashboard.get("/api/v1/programs/prg_nothing"), 404, "NOT_FOUND", "Not Found")
    check_error(dashboard.get("/api/v1/programs/x"), 404, "NOT_FOUND", "Not Found")


# What a JSON document may hold and Boost.JSON has no value for.
STRANGE = ('{"x":"\\ud800"}', '{"percent":1e99999999999}', '{"x":' + "[" * 40 + "]" * 40 + "}", '{"\\ud800":1}')


def test_SEL_34_strange_objects_are_refused_and_harm_nobody(stack, shop, dashboard):
    fields = {"Authorization": f"Bearer {dashboard.tokens['access_token']}", "Content-Type": "application/json"}
    for name in ("fraud_rules", "commission", "event_commissions"):
        for value in STRANGE:
            answer = dashboard.client.request("PATCH", f"/api/v1/programs/{shop.program}", f'{{"{name}":{value}}}'.encode(), fields)
            assert field_of(answer) == name, answer.text
    assert stack.core.process.poll() is None and "worker.failed" not in stack.core.log.read_text()
    assert dashboard.get(f"/api/v1/programs/{shop.program}").status == 200


def test_SE_49_an_event_type_has_a_name(shop, dashboard):
    before = dashboard.get(f"/api/v1/programs/{shop.program}").json
    for name in ("", "  ", "lead\0", "x" * 101):
        assert field_of(patch(dashboard, f"/api/v1/programs/{shop.program}", {"event_commissions": {name: {"percent": 5}}})) == "event_commissions"
    assert dashboard.get(f"/api/v1/programs/{shop.program}").json == before


def test_SE_49_a_fixed_commission_has_a_bound(shop, dashboard):
    most = 10 ** 15
    assert program(dashboard, commission={"amount_cents": most}).status == 201
    for cents in (most + 1, 9_223_372_036_854_775_807):
        assert field_of(program(dashboard, commission={"amount_cents": cents})) == "commission"
        assert field_of(program(dashboard, commission={"amount_cents": 1, "tiers": [{"from": 1, "amount_cents": cents}]})) == "commission"


def test_SE_50_an_invitation_is_a_link_for_one_address(stack, shop, dashboard):
    path = f"/api/v1/programs/{shop.program}/invites"
    made = dashboard.post(path, {"email": "new@blog.example"})
    assert made.status == 201 and made.json["email"] == "new@blog.example" and "/c/" in made.json["invite_link"] and "invite=" in made.json["invite_link"]
    janes = dashboard.post(path, {"email": "jane@blog.example"})   # in the program, without a log-in
    assert janes.status == 201
    assert "You are in." in Person(SimpleNamespace(stack=stack, edge=stack.edge)).accept(janes.json["invite_link"]).text
    check_error(dashboard.post(path, {"email": "jane@blog.example"}), 409, "APPLICATION_DUPLICATE", "Conflict")
    assert field_of(dashboard.post(path, {"email": "x"})) == "email"
    check_error(dashboard.post("/api/v1/programs/prg_nothing/invites", {"email": "new@blog.example"}), 404, "NOT_FOUND", "Not Found")
    assert not stack.mails.to("new@blog.example")


def test_SE_53_a_link_from_its_making_to_its_end(stack, shop, dashboard):
    code = f"jane-{next(numbers)}"
    made = dashboard.post("/api/v1/links", {"program_id": shop.program, "partner_id": shop.partner, "code": code, "target_url": "https://shop.example/globe"})
    assert made.status == 201 and made.json["short_url"].endswith(f"/{code}") and made.json["target_url"] == "https://shop.example/globe"
    path = f"/api/v1/links/{made.json['id']}"
    assert dashboard.get(path).json == made.json
    changed = patch(dashboard, path, {"status": "paused", "click_cap": 5, "expires_at": "2030-01-01T00:00:00Z"}).json
    assert field_of(patch(dashboard, path, {"status": "deleted"})) == "status"   # there is a method for that
    assert (changed["status"], changed["click_cap"], changed["expires_at"]) == ("paused", 5, "2030-01-01T00:00:00.000Z")
    listed = dashboard.get("/api/v1/links", partner_id=shop.partner, program_id=shop.program).json
    assert listed["total"] == 2 and listed["data"][0] == changed
    assert dashboard.get("/api/v1/links", status="paused").json["total"] == 1
    check_error(dashboard.post("/api/v1/links", {"program_id": shop.program, "code": code.upper()}), 409, "REFERRAL_CODE_TAKEN", "Conflict")
    own = dashboard.post("/api/v1/links", {"program_id": shop.program}).json
    assert own["partner_id"] is None and own["code"]
    assert dashboard.call("DELETE", path).json == {"id": made.json["id"], "deleted": True}
    for answer in (dashboard.get(path), patch(dashboard, path, {}), dashboard.call("DELETE", path), dashboard.get(path + "/qr")):
        check_error(answer, 404, "NOT_FOUND", "Not Found")
    assert field_of(dashboard.post("/api/v1/links", {})) == "program_id"
    check_error(dashboard.post("/api/v1/links", {"program_id": shop.program, "partner_id": "aff_nothing"}), 404, "NOT_FOUND", "Not Found")


def test_SE_53_the_qr_code_of_a_link_leads_to_it(tmp_path, shop, dashboard):
    link = dashboard.get("/api/v1/links").json["data"][0]
    path = f"/api/v1/links/{link['id']}/qr"
    svg = dashboard.get(path)
    assert svg.status == 200 and svg.fields["content-type"] == "image/svg+xml" and "<svg" in svg.text
    png = dashboard.get(path, format="png")
    assert png.fields["content-type"] == "image/png" and png.body.startswith(b"\x89PNG")
    by_command = subprocess.run([shop.core.binary, "link", "qr", link["id"], "--png"], check=True, capture_output=True, cwd=tmp_path,
                                env=clean_environment(**shop.core.settings)).stdout
    assert by_command == png.body
    assert field_of(dashboard.get(path, format="gif")) == "format"


def test_SE_54_a_promo_code(shop, dashboard):
    code = f"MAPS{next(numbers)}"
    made = dashboard.post("/api/v1/promo-codes", {"program_id": shop.program, "partner_id": shop.partner, "code": code})
    assert made.status == 201 and (made.json["code"], made.json["status"]) == (code, "active")
    path = f"/api/v1/promo-codes/{made.json['id']}"
    assert dashboard.get(path).json == made.json
    check_error(dashboard.post("/api/v1/promo-codes", {"program_id": shop.program, "partner_id": shop.partner, "code": code.lower()}), 409, "PROMO_CODE_TAKEN", "Conflict")
    assert dashboard.get("/api/v1/promo-codes").json["total"] == 2
    assert shop.sell(promo_code=code)["attributed"] is True
    assert patch(dashboard, path, {"status": "disabled"}).json["status"] == "disabled"
    wait_until(lambda: shop.sell(promo_code=code)["attributed"] is False, what="the code is disabled")
    for body in ({}, {"status": "deleted"}):
        assert field_of(patch(dashboard, path, body)) == "status"
    check_error(dashboard.get("/api/v1/promo-codes/prm_nothing"), 404, "NOT_FOUND", "Not Found")


def test_SEL_52_53_54_pages_of_programs(dashboard):
    made = [program(dashboard).json["id"] for _ in range(3)]
    first = dashboard.get("/api/v1/programs", limit=2).json
    assert (first["total"], first["page"], first["limit"]) == (4, 1, 2) and [row["id"] for row in first["data"]] == made[:0:-1]
    assert dashboard.get("/api/v1/programs", limit=2, page=2).json["data"][0]["id"] == made[0]
    for path in ("programs", "links", "promo-codes", "partners", "applications"):
        assert field_of(dashboard.get(f"/api/v1/{path}", limit=101)) == "limit"
