"""Selgeo's partners and applications in the dashboard's API. One test per row of CONTRACT.md."""

import itertools

import pytest

from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS, Shop

ROUTES = [
    "selgeo GET /api/v1/partners",
    "selgeo POST /api/v1/partners",
    "selgeo GET /api/v1/partners/{partner_id}",
    "selgeo PATCH /api/v1/partners/{partner_id}",
    "selgeo POST /api/v1/partners/{partner_id}/suspend",
    "selgeo POST /api/v1/partners/{partner_id}/reactivate",
    "selgeo POST /api/v1/partners/{partner_id}/erase",
    "selgeo GET /api/v1/applications",
    "selgeo POST /api/v1/applications",
    "selgeo POST /api/v1/programs/{program_id}/partners/{partner_id}/approve",
    "selgeo POST /api/v1/programs/{program_id}/partners/{partner_id}/reject",
    "selgeo POST /api/v1/programs/{program_id}/partners/{partner_id}/suspend",
    "selgeo POST /api/v1/programs/{program_id}/partners/{partner_id}/reactivate",
    "selgeo POST /api/v1/programs/{program_id}/partners/{partner_id}/remove",
]
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


def join(dashboard, shop, path="partners", **more):
    return dashboard.post(f"/api/v1/{path}", {"program_id": shop.program, "email": f"partner{next(numbers)}@blog.example", **more})


def in_program(dashboard, shop, partner, verb):
    return dashboard.post(f"/api/v1/programs/{shop.program}/partners/{partner}/{verb}")


def test_SE_51_a_partner_from_joining_to_changing(shop, dashboard):
    code = f"maps-{next(numbers)}"
    made = join(dashboard, shop, name="Mia", referral_code=code)
    assert made.status == 201 and made.json["status"] == "active", made.text
    one = made.json
    assert one["program"]["referral_code"] == code and one["program"]["status"] == "active"
    assert one["program"]["short_url"].endswith(f"/{code}") and one["link_id"].startswith("lnk_")
    path = f"/api/v1/partners/{one['id']}"
    shown = dashboard.get(path).json
    assert (shown["email"], shown["name"], shown["clicks"], shown["conversions"], shown["totals"]) == (one["email"], "Mia", 0, 0, [])
    assert [row["program_id"] for row in shown["programs"]] == [shop.program]
    assert dashboard.call("PATCH", path, {"name": "Mia Maps"}).json["name"] == "Mia Maps"
    check_error(dashboard.call("PATCH", path, {"email": "jane@blog.example"}), 409, "EMAIL_TAKEN", "Conflict")
    listed = dashboard.get("/api/v1/partners").json
    assert listed["total"] == 2 and [row["id"] for row in listed["data"]] == [one["id"], shop.partner]
    assert dashboard.get("/api/v1/partners", email=one["email"].upper()).json["data"][0]["id"] == one["id"]
    in_one = dashboard.get("/api/v1/partners", program_id=shop.program, status="active").json
    assert in_one["total"] == 2 and in_one["data"][0]["program"]["referral_code"] == code
    assert dashboard.get("/api/v1/partners", program_id=shop.program, status="pending").json["total"] == 0


def test_SE_51_figures_of_a_partner(shop, dashboard):
    shop.sell(10_000)
    figures = dashboard.get(f"/api/v1/partners/{shop.partner}").json
    assert figures["conversions"] == 1
    assert figures["totals"] == [{"currency": "EUR", "sales_cents": 10_000, "pending_cents": 1_000, "approved_cents": 0, "paid_cents": 0}]
    assert dashboard.get("/api/v1/partners").json["data"][0]["totals"] == figures["totals"]


def test_SEL_44_a_referral_code_that_is_taken(shop, dashboard):
    code = f"taken-{next(numbers)}"
    assert join(dashboard, shop, referral_code=code).status == 201
    answer = join(dashboard, shop, referral_code=code.upper())
    assert answer.json == {"statusCode": 409, "message": "Referral code already taken", "error": "Conflict", "code": "REFERRAL_CODE_TAKEN"}


def test_SE_53_codes_are_unique_over_modes_and_accounts(stack, dashboard, shop):
    code = f"taken-{next(numbers)}"
    assert join(dashboard, shop, referral_code=code).status == 201
    for mode in ("live", "test"):
        other = Shop(stack, mode=mode)
        check_error(join(Dashboard(stack, other.account, mode), other, referral_code=code), 409, "REFERRAL_CODE_TAKEN", "Conflict")


def test_SE_51_a_referral_code_stays(dashboard, shop):
    joined = join(dashboard, shop, referral_code=f"stays-{next(numbers)}").json
    assert dashboard.call("PATCH", f"/api/v1/partners/{joined['id']}", {"referral_code": "another"}).status == 200
    place, = dashboard.get("/api/v1/applications", partner_id=joined["id"], status="active").json["data"]
    assert place["referral_code"] == joined["program"]["referral_code"]


def test_SE_51_fields_of_a_partner(dashboard, shop):
    for body, field in (({"program_id": None}, "program_id"), ({"email": "x"}, "email"), ({"status": "erased"}, "status"),
                        ({"referral_code": "with blanks"}, "referral_code"), ({"referral_code": "x" * 65}, "referral_code")):
        answer = join(dashboard, shop, **body)
        check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
        assert answer.json["details"][0]["field"] == field
    check_error(join(dashboard, shop, program_id="prg_nothing"), 404, "NOT_FOUND", "Not Found")
    for partner in ("aff_nothing", "x"):
        check_error(dashboard.get(f"/api/v1/partners/{partner}"), 404, "NOT_FOUND", "Not Found")
        check_error(in_program(dashboard, shop, partner, "approve"), 404, "NOT_FOUND", "Not Found")


def test_SEL_45_SE_52_an_application_and_what_becomes_of_it(shop, dashboard):
    email = f"applicant{next(numbers)}@blog.example"
    made = join(dashboard, shop, "applications", email=email, name="Max")
    assert made.status == 201 and made.json["program"]["status"] == "pending"
    check_error(join(dashboard, shop, "applications", email=email.upper()), 409, "APPLICATION_DUPLICATE", "Conflict")
    check_error(join(dashboard, shop, email=email), 409, "APPLICATION_DUPLICATE", "Conflict")
    waiting = dashboard.get("/api/v1/applications", program_id=shop.program).json
    assert waiting["total"] == 1 and (waiting["data"][0]["email"], waiting["data"][0]["name"]) == (email, "Max")
    partner = made.json["id"]
    assert in_program(dashboard, shop, partner, "approve").json["status"] == "active"
    assert in_program(dashboard, shop, partner, "approve").json["status"] == "active"   # twice is once
    check_error(in_program(dashboard, shop, partner, "reject"), 409, "NOT_PENDING", "Conflict")
    assert dashboard.get("/api/v1/applications").json["total"] == 0
    assert dashboard.get("/api/v1/applications", status="active").json["total"] == 2
    other = join(dashboard, shop, "applications").json["id"]
    assert in_program(dashboard, shop, other, "reject").json["status"] == "rejected"
    assert in_program(dashboard, shop, other, "approve").json["status"] == "active"   # a rejection can be taken back


def test_SEL_45_SE_52_who_was_rejected_has_applied_already(shop, dashboard):
    """Only the merchant's approval takes a rejection back."""
    email = f"applicant{next(numbers)}@blog.example"
    partner = join(dashboard, shop, "applications", email=email).json["id"]
    assert in_program(dashboard, shop, partner, "reject").json["status"] == "rejected"
    shop.settle()
    check_error(join(dashboard, shop, "applications", email=email.upper()), 409, "APPLICATION_DUPLICATE", "Conflict")
    place, = dashboard.get(f"/api/v1/partners/{partner}").json["programs"]
    assert place["status"] == "rejected" and dashboard.get("/api/v1/applications", program_id=shop.program).json["total"] == 0
    assert in_program(dashboard, shop, partner, "approve").json["status"] == "active"
    in_program(dashboard, shop, partner, "remove")
    again = join(dashboard, shop, "applications", email=email)   # who was removed applies anew, under the former code
    assert (again.status, again.json["id"], again.json["program"]["status"]) == (201, partner, "pending")
    assert again.json["program"]["referral_code"] == place["referral_code"]


def test_SE_52_a_place_in_a_program_ends_and_comes_back(shop, dashboard):
    for verb, status in (("suspend", "suspended"), ("reactivate", "active"), ("remove", "removed")):
        assert in_program(dashboard, shop, shop.partner, verb).json["status"] == status
    check_error(in_program(dashboard, shop, shop.partner, "approve"), 404, "NOT_FOUND", "Not Found")
    joined = join(dashboard, shop, email="jane@blog.example")
    assert joined.status == 201 and joined.json["id"] == shop.partner


# What each step in a program leads to, by where the partner is; None: there is no partner.
STEPS = {
    "pending": {"approve": "active", "reject": "rejected", "suspend": "NOT_ACTIVE", "reactivate": "NOT_SUSPENDED"},
    "active": {"approve": "active", "reject": "NOT_PENDING", "suspend": "suspended", "reactivate": "active"},
    "rejected": {"approve": "active", "reject": "rejected", "suspend": "NOT_ACTIVE", "reactivate": "NOT_SUSPENDED"},
    "suspended": {"approve": "NOT_PENDING", "reject": "NOT_PENDING", "suspend": "suspended", "reactivate": "active"},
    "removed": {"approve": None, "reject": None, "suspend": None, "reactivate": None},
}


@pytest.mark.parametrize("before", STEPS)
def test_SE_52_steps_in_a_program(stack, receiver, before):
    shop = Shop(stack)
    dashboard = Dashboard(stack, shop.account)
    endpoint, _ = shop.webhook(receiver.url("/steps"))
    for verb, after in {**STEPS[before], "remove": "removed"}.items():
        partner = join(dashboard, shop).json["id"]
        shop.core.run("affiliate", "set-status", partner, before, "--campaign", shop.program)
        shop.settle()
        told = len(shop.deliveries(endpoint, "--limit", "100"))
        trail = dashboard.get("/api/v1/audit-log", subject=partner).json["total"]
        answer = in_program(dashboard, shop, partner, verb)
        place, = dashboard.get(f"/api/v1/partners/{partner}").json["programs"]
        if after in STEPS:
            assert answer.status == 200 and answer.json["status"] == place["status"] == after, (verb, answer.text)
        elif after is None:
            check_error(answer, 404, "NOT_FOUND", "Not Found")
        else:
            check_error(answer, 409, after, "Conflict")
        changes = int(after in STEPS and after != before)
        assert changes or place["status"] == before, verb
        shop.settle()
        assert dashboard.get("/api/v1/audit-log", subject=partner).json["total"] == trail + changes, verb
        assert (len(shop.deliveries(endpoint, "--limit", "100")) > told) == bool(changes), verb


def test_SE_51_steps_of_the_whole_partner(stack, receiver):
    shop = Shop(stack)
    dashboard = Dashboard(stack, shop.account)
    endpoint, _ = shop.webhook(receiver.url("/steps"))
    path = f"/api/v1/partners/{shop.partner}"
    for verb, after, changes in (("reactivate", "active", 0), ("suspend", "suspended", 1), ("suspend", "suspended", 0), ("reactivate", "active", 1)):
        trail = dashboard.get("/api/v1/audit-log", subject=shop.partner).json["total"]
        told = len(shop.deliveries(endpoint))
        answer = dashboard.post(f"{path}/{verb}")
        assert (answer.status, answer.json["status"], dashboard.get(path).json["status"]) == (200, after, after)
        shop.settle()
        assert dashboard.get("/api/v1/audit-log", subject=shop.partner).json["total"] == trail + changes, verb
        assert len(shop.deliveries(endpoint)) == told + changes, verb


def test_SE_51_a_suspended_partner_earns_nowhere(shop, dashboard):
    path = f"/api/v1/partners/{shop.partner}"
    assert dashboard.post(path + "/suspend").json["status"] == "suspended"
    wait_until(lambda: shop.sell()["attributed"] is False, what="the partner is suspended")
    assert dashboard.get("/api/v1/partners", status="suspended").json["total"] == 1
    assert dashboard.post(path + "/reactivate").json["status"] == "active"
    wait_until(lambda: shop.sell()["attributed"] is True, what="the partner is back")


def test_SELX_14_SE_67_what_was_told_of_an_erased_partner_is_blanked(stack, receiver):
    shop = Shop(stack)
    dashboard = Dashboard(stack, shop.account)
    email, former = "zoe@blog.example", "zoe@former.example"
    receiver.answers["/hook"] = 500
    endpoint, _ = shop.webhook(receiver.url("/hook"), "partner.joined", "partner.updated")
    partner = shop.join(former)
    stranger = shop.join("max@blog.example")
    dashboard.call("PATCH", f"/api/v1/partners/{partner}", {"email": email, "name": "Zoe Maria"})
    stack.core.run("affiliate", "set-status", partner, "suspended", "--reason", "Zoe Maria (zoe@blog.example) asked for it")
    wait_until(lambda: len(shop.deliveries(endpoint)) == 3, what="all is told")
    assert dashboard.post(f"/api/v1/partners/{partner}/erase").json["status"] == "erased"
    bodies = " ".join(row[0] for row in stack.query("select e.body from webhook_events e join accounts a on a.id = e.account_id where a.public_id = %s", (shop.account,)))
    audit = str(stack.query("select t.reason, t.details::text from audit t where t.subject = %s", (partner,)))
    for word in (email, former, "Zoe Maria"):
        assert word not in bodies and word not in audit, word
    assert partner in bodies and f"{partner}@erased.invalid" in bodies   # the event itself stays
    assert "max@blog.example" in bodies and stranger in bodies           # and what is told of others
    before = len(receiver.received)
    receiver.answers["/hook"] = 200
    shop.let_time_pass(endpoint)
    wait_until(lambda: len(receiver.received) > before, what="what waits is told")
    assert all("Zoe" not in call.body.decode() for call in receiver.received[before:])


@pytest.mark.parametrize("mode", ["live", "test"])
def test_SEL_43_SELX_14_16_erasure(stack, mode):
    shop = Shop(stack, mode=mode)
    dashboard = Dashboard(stack, shop.account, mode)
    path, email = f"/api/v1/partners/{shop.partner}", "jane@blog.example"
    dashboard.call("PATCH", path, {"name": "Jane Doe"})
    sale = shop.sell(10_000)
    dashboard.post(f"/api/v1/programs/{shop.program}/invites", {"email": "other@blog.example"})
    erased = dashboard.post(path + "/erase").json
    assert (erased["status"], erased["name"]) == ("erased", "") and email not in erased["email"]
    assert dashboard.post(path + "/erase").json == erased   # twice is once
    shown = dashboard.get(path).json
    assert shown["conversions"] == 1 and shown["totals"][0]["pending_cents"] == 1_000   # the money's records stay
    for answer in (dashboard.call("PATCH", path, {"name": "x"}), dashboard.post(path + "/suspend"), dashboard.post(path + "/reactivate"),
                   in_program(dashboard, shop, shop.partner, "approve"), in_program(dashboard, shop, shop.partner, "suspend"),
                   dashboard.post("/api/v1/links", {"program_id": shop.program, "partner_id": shop.partner}),
                   dashboard.post("/api/v1/promo-codes", {"program_id": shop.program, "partner_id": shop.partner, "code": f"GONE{next(numbers)}"})):
        check_error(answer, 409, "PARTICIPANT_ERASED", "Conflict")
    wait_until(lambda: shop.sell()["attributed"] is False, what="the partner earns nothing any more")
    assert shop.core.json("conversion", "show", sale["id"])["affiliate"] == shop.partner
    account = stack.value("select id from accounts where public_id = %s", (shop.account,))
    for table, of in (("affiliates", "account_id"), ("audit", "account_id")):
        kept = str(stack.query(f"select * from {table} where {of} = %s", (account,)))
        assert email not in kept and "Jane Doe" not in kept, table
    again = join(dashboard, shop, email=email)   # a person who comes back is another partner
    assert again.status == 201 and again.json["id"] != shop.partner
