"""What a change in Selgeo's dashboard API clears and what it refuses to clear (SE-80), and which field a refusal names (SE-81)."""

import itertools

import pytest

from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from stack import Stack
from webhook_shop import SETTINGS, Shop

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS) as stack:
        yield stack


@pytest.fixture(scope="module")
def shop(stack):
    return Shop(stack)


@pytest.fixture(scope="module")
def dashboard(stack, shop):
    return Dashboard(stack, shop.account)


@pytest.fixture
def things(shop, dashboard):
    """Path and fields of one of each thing that can be changed; every field that may be empty is set."""
    program = dashboard.post("/api/v1/programs", {"name": "Maps", "target_url": "https://shop.example/maps", "commission": {"percent": 10},
                                                  "fallback_url": "https://shop.example/", "attribution_window_seconds": 86_400, "budget_cents": 100_000})
    link = dashboard.post("/api/v1/links", {"program_id": program.json["id"], "target_url": "https://shop.example/globe", "fallback_url": "https://shop.example/",
                                            "starts_at": "2029-01-01T00:00:00Z", "expires_at": "2030-01-01T00:00:00Z", "click_cap": 5})
    code = {"program_id": shop.program, "partner_id": shop.partner, "code": f"NULL{next(numbers)}"}
    made = {"programs": program, "links": link, "promo-codes": dashboard.post("/api/v1/promo-codes", code),
            "webhooks": dashboard.post("/api/v1/webhooks", {"url": "http://127.0.0.1:1/", "description": "Books", "events": ["conversion.created"]})}
    assert {answer.status for answer in made.values()} == {201}, [answer.text for answer in made.values()]
    paths = {noun: f"/api/v1/{noun}/{answer.json['id']}" for noun, answer in made.items()}
    yield {**paths, "partners": f"/api/v1/partners/{shop.partner}"}
    dashboard.call("DELETE", paths["webhooks"])


def patch(dashboard, path, body):
    return dashboard.call("PATCH", path, body)


def field_of(answer):
    check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
    detail, = answer.json["details"]
    return detail["field"]


@pytest.mark.parametrize("noun, emptied", [
    ("programs", {"fallback_url": None, "attribution_window_seconds": None, "budget_cents": None}),
    ("links", {"target_url": None, "fallback_url": None, "starts_at": None, "expires_at": None, "click_cap": None}),
    ("webhooks", {"description": ""}),
])
def test_SE_80_null_clears_what_may_be_empty(dashboard, things, noun, emptied):
    path = things[noun]
    before = dashboard.get(path).json
    assert all(before[name] for name in emptied), before
    for name, empty in emptied.items():
        assert patch(dashboard, path, {}).json[name] == before[name], "what is not named stays"
        answer = patch(dashboard, path, {name: None})
        assert answer.status == 200 and answer.json[name] == empty, answer.text
        assert dashboard.get(path).json[name] == empty
    assert {name for name, value in dashboard.get(path).json.items() if before[name] != value} - {"updated_at"} == set(emptied)


@pytest.mark.parametrize("noun, names", [
    ("programs", ["name", "target_url", "currency", "model", "commission", "event_commissions", "hold_seconds", "auto_approve", "precedence",
                  "visibility", "join_review", "fraud_rules", "status"]),
    ("links", ["status"]),
    ("promo-codes", ["status"]),
    ("partners", ["email", "name"]),
    ("webhooks", ["url", "events", "enabled"]),
])
def test_SE_80_null_is_refused_where_something_must_stand(dashboard, things, noun, names):
    before = dashboard.get(things[noun]).json
    for name in names:
        assert field_of(patch(dashboard, things[noun], {name: None})) == name
    assert dashboard.get(things[noun]).json == before


def test_SE_80_the_last_of_several_counts(dashboard, things):
    """As for every name that a body repeats."""
    fields = {"Authorization": f"Bearer {dashboard.tokens['access_token']}", "Content-Type": "application/json"}
    path = things["links"]
    for body, cap in ((b'{"click_cap":7,"click_cap":null}', None), (b'{"click_cap":null,"click_cap":7}', 7)):
        assert dashboard.client.request("PATCH", path, body, fields).json["click_cap"] == cap


def test_SE_80_a_cleared_budget_pays_again(stack, dashboard, shop):
    path = f"/api/v1/programs/{shop.program}"
    patch(dashboard, path, {"budget_cents": 0})
    assert shop.sell()["commission"]["amount_cents"] == 0
    patch(dashboard, path, {"budget_cents": None})
    assert shop.sell(10_000)["commission"]["amount_cents"] == 1_000
    newest = dashboard.get("/api/v1/audit-log", subject=shop.program, action="campaign.update").json["data"][0]
    assert newest["details"] == {"budget_minor": None}


def test_SE_28_in_something_new_null_is_absent(dashboard):
    made = dashboard.post("/api/v1/programs", {"name": "Globes", "target_url": "https://shop.example/", "commission": {"percent": 10}, "status": None,
                                               "fallback_url": None, "attribution_window_seconds": None, "hold_seconds": None})
    assert made.status == 201, made.text
    assert (made.json["status"], made.json["attribution_window_seconds"], made.json["fallback_url"]) == ("active", 30 * 86_400, None)


WITH_CONTROL = "a\u0007b"   # a text that the fields' reader takes and no name can be
ENORMOUS = 9_000_000_000_000_000_000


def test_SE_81_a_refused_program_names_its_field(dashboard, things):
    patch(dashboard, things["programs"], {"event_commissions": {"lead": {"amount_cents": 250}}})
    for body, field in (({"name": WITH_CONTROL}, "name"), ({"currency": "USD"}, "budget_cents"),
                        ({"currency": "USD", "budget_cents": None}, "event_commissions"),
                        ({"event_commissions": {"sale": {"percent": 1}, "SALE": {"percent": 2}}}, "event_commissions"),
                        ({"event_commissions": {"signup": None}}, "event_commissions")):
        assert field_of(patch(dashboard, things["programs"], body)) == field, body
    assert patch(dashboard, things["programs"], {"commission": {"amount_cents": 500}, "event_commissions": {"lead": None}, "budget_cents": None}).status == 200
    assert field_of(patch(dashboard, things["programs"], {"currency": "USD"})) == "commission"
    assert field_of(dashboard.post("/api/v1/programs", {"name": WITH_CONTROL, "target_url": "https://shop.example/", "commission": {"percent": 1}})) == "name"
    patch(dashboard, things["programs"], {"status": "archived"})
    assert field_of(dashboard.post(things["programs"] + "/invites", {"email": "new@blog.example"})) == "program_id"


def test_SE_81_a_refused_link_names_its_field(shop, dashboard, things):
    path = things["links"]   # from 2029 to 2030
    for body, field in (({"expires_at": "2028-01-01T00:00:00Z"}, "expires_at"), ({"starts_at": "2031-01-01T00:00:00Z"}, "starts_at"),
                        ({"starts_at": "2031-01-01T00:00:00Z", "expires_at": "2030-06-01T00:00:00Z"}, "expires_at"), ({"click_cap": ENORMOUS}, "click_cap")):
        assert field_of(patch(dashboard, path, body)) == field, body
    elsewhere = patch(dashboard, things["programs"], {}).json["id"]
    for body, field in (({"code": "with blanks"}, "code"), ({"code": "api"}, "code"), ({"program_id": elsewhere, "partner_id": shop.partner}, "partner_id")):
        assert field_of(dashboard.post("/api/v1/links", {"program_id": shop.program, **body})) == field, body


def test_SE_81_a_refused_promo_code_names_its_field(shop, dashboard, things):
    elsewhere = patch(dashboard, things["programs"], {}).json["id"]
    for body, field in (({"code": "Gr\u00fcn"}, "code"), ({"program_id": elsewhere}, "partner_id")):
        assert field_of(dashboard.post("/api/v1/promo-codes", {"program_id": shop.program, "partner_id": shop.partner, "code": "GREEN", **body})) == field, body


def test_SE_81_a_refused_partner_names_its_field(shop, dashboard, things):
    assert field_of(patch(dashboard, things["partners"], {"name": WITH_CONTROL})) == "name"
    for path in ("partners", "applications"):
        for body, field in (({"name": WITH_CONTROL}, "name"), ({"referral_code": "with blanks"}, "referral_code")):
            answer = dashboard.post(f"/api/v1/{path}", {"program_id": shop.program, "email": f"new{next(numbers)}@blog.example", **body})
            assert field_of(answer) == field, body
    gone = f"gone{next(numbers)}@blog.example"
    partner = dashboard.post("/api/v1/partners", {"program_id": shop.program, "email": gone}).json["id"]
    dashboard.post(f"/api/v1/programs/{shop.program}/partners/{partner}/remove")
    assert field_of(dashboard.post("/api/v1/partners", {"program_id": shop.program, "email": gone, "referral_code": "another-one"})) == "referral_code"


def test_SE_81_a_refused_webhook_names_its_field(dashboard, things):
    for body, field in (({"description": WITH_CONTROL}, "description"), ({"events": ["no.event"]}, "events"), ({"url": "no url"}, "url")):
        assert field_of(patch(dashboard, things["webhooks"], body)) == field, body
        assert field_of(dashboard.post("/api/v1/webhooks", {"url": "http://127.0.0.1:1/", **body})) == field, body


def test_SE_81_what_else_is_refused_names_its_field(shop, dashboard):
    sale = shop.sell(1_000)
    dashboard.post(f"/api/v1/conversions/{sale['id']}/approve")
    for noun in ("conversions", "commissions"):
        assert field_of(dashboard.post(f"/api/v1/{noun}/{sale['id']}/reverse", {"commission_cents": 101})) == "commission_cents"
    assert field_of(dashboard.post("/api/v1/api-keys", {"kind": "secret", "name": WITH_CONTROL})) == "name"
    payout = {"partner_id": shop.partner, "currency": "EUR", "reference": WITH_CONTROL}
    assert field_of(dashboard.post("/api/v1/payouts", payout)) == "reference"


def test_SE_81_a_body_that_cannot_be_read_is_the_body(dashboard, things):
    fields = {"Authorization": f"Bearer {dashboard.tokens['access_token']}", "Content-Type": "application/json"}
    assert field_of(dashboard.client.request("PATCH", things["links"], b"{", fields)) == "body"
