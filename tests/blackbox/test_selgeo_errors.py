"""Selgeo's errors as its clients see them: four members, the reason phrase, stable codes, and a failure of ours."""

import uuid
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from selgeo_api import Api, check_error, fresh_id, PATH
from selgeo_dashboard import Dashboard
from stack import Stack
from world import World


@pytest.fixture(scope="module")
def api():
    with Stack({"FOOTFALL_CORE_SECRETS_KEY": "0123456789abcdef" * 4}) as stack:
        yield Api(World(stack, only=("selgeo",)))


@pytest.fixture(scope="module")
def dashboard(api):
    return Dashboard(api.world.stack, api.account)


@contextmanager
def without(stack, table):
    """The table is gone for a moment."""
    stack.query(f"alter table {table} rename to {table}_away")
    try:
        yield
    finally:
        stack.query(f"alter table {table}_away rename to {table}")


def refusals(api, dashboard):
    """(status, code, answer): the published codes that one call can bring about."""
    secret = {"Authorization": f"Bearer {api.keys['live']}"}
    click = api.click()
    order = api.booked(click_id=click)["external_transaction_id"]
    program = api.program["live"]
    email = f"{uuid.uuid4().hex[:8]}@blog.example"
    applied = dashboard.post("/api/v1/applications", {"program_id": program, "email": email}).json["id"]
    promo = {"program_id": program, "partner_id": api.affiliate["live"], "code": fresh_id("SUMMER")}
    hook = lambda url: dashboard.post("/api/v1/webhooks", {"url": url})
    return [
        (400, "VALIDATION_ERROR", api.report(click_id="no-uuid")),
        (400, "VALIDATION_ERROR", dashboard.get("/api/v1/programs", page="none")),
        (401, "INVALID_API_KEY", api.client.post_json(PATH, {})),
        (401, "INVALID_PUBLIC_KEY", api.client.post_json("/v1/clicks", {"ref": api.code["live"]})),
        (401, "INVALID_SECRET_KEY", api.client.get(f"/api/v1/audit/clicks/{click}")),
        (403, "FORBIDDEN", api.post({}, key=api.public_keys["live"])),
        (404, "NOT_FOUND", dashboard.get("/api/v1/programs/prg_nobodys")),
        (404, "NOT_FOUND", dashboard.get("/api/v1/partners/aff_nobodys")),
        (404, "WEBHOOK_NOT_FOUND", dashboard.get("/api/v1/webhooks/whk_nobodys")),
        (405, "METHOD_NOT_ALLOWED", api.client.request("DELETE", PATH, fields=secret)),
        (409, "CONVERSION_DUPLICATE", api.report(click_id=click, external_transaction_id=order)),
        (409, "APPLICATION_DUPLICATE", dashboard.post("/api/v1/applications", {"program_id": program, "email": email})),
        (409, "REFERRAL_CODE_TAKEN", dashboard.post("/api/v1/links", {"program_id": program, "code": api.code["live"]})),
        (409, "PROMO_CODE_TAKEN", [dashboard.post("/api/v1/promo-codes", promo) for _ in range(2)][1]),
        (409, "EMAIL_TAKEN", dashboard.call("PATCH", f"/api/v1/partners/{api.affiliate['live']}", {"email": email})),
        (409, "NOT_SUSPENDED", dashboard.post(f"/api/v1/programs/{program}/partners/{applied}/reactivate", {})),
        (415, "UNSUPPORTED_MEDIA_TYPE", api.post("x", content_type="text/xml")),
        (422, "NO_ATTRIBUTION_SIGNAL", api.report()),
        (422, "MODE_MISMATCH", api.report(mode="test", click_id=click)),
        (422, "WEBHOOK_URL_NOT_HTTPS", hook("http://93.184.216.34/hook")),
        (422, "WEBHOOK_URL_PRIVATE_IP", hook("https://127.0.0.1/hook")),
        (422, "WEBHOOK_URL_UNRESOLVABLE", hook("https://nowhere.invalid/hook")),
    ]


def test_SEL_32_33_51_every_refusal_has_its_phrase_and_its_code(api, dashboard):
    """Exactly these words are what clients compare; the sentences beside them differ within one code."""
    messages = {}
    for status, code, answer in refusals(api, dashboard):
        check_error(answer, status, code, HTTPStatus(status).phrase)
        expected = {"statusCode", "message", "error", "code"} | ({"details"} if status == 400 else set())
        assert set(answer.json) == expected, (code, answer.json)
        assert answer.json["message"] != code
        assert not any(word in answer.text for word in ("affiliate", "campaign", "promotion")), "Selgeo's words are partner, program, promo code"
        messages.setdefault(code, set()).add(answer.json["message"])
    assert len(messages["NOT_FOUND"]) == 2


@pytest.mark.parametrize("table, call", [
    ("campaigns", lambda api, dashboard: dashboard.get("/api/v1/programs")),
    ("affiliates", lambda api, dashboard: dashboard.get("/api/v1/partners")),
    ("conversions", lambda api, dashboard: api.client.get(f"/api/v1/audit/conversions/conv_{'0' * 26}", {"Authorization": f"Bearer {api.keys['live']}"})),
    ("promo_codes", lambda api, dashboard: api.report(promo_code="SUMMER")),
], ids=["dashboard", "partners", "audit", "conversion"])
def test_SEL_42_a_failure_of_ours_says_nothing_more(api, dashboard, table, call):
    stack = api.world.stack
    with without(stack, table):
        answer = call(api, dashboard)
    check_error(answer, 500, "INTERNAL_ERROR", "Internal Server Error")
    assert set(answer.json) == {"statusCode", "message", "error", "code"}
    for secret in (table, "relation", "select", "postgres"):
        assert secret not in answer.text.lower()
    assert table in stack.core.log.read_text(), "the operator finds it in the log"
    assert call(api, dashboard).status != 500
