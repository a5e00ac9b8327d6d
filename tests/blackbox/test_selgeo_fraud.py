"""Fraud rules on Selgeo's conversions: what they catch is booked and waits for a person. One test per rule of SE-65 in
CONTRACT.md, in both modes."""

import json
import threading

import pytest

from http_client import Client, patiently
from pages_browser import Person
from selgeo_api import Api, check_error, fresh_id, PATH
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS
from world import World


@pytest.fixture(scope="module")
def api():
    with Stack(SETTINGS) as stack:
        yield Api(World(stack, only=("selgeo",)))


@pytest.fixture(params=["live", "test"])
def mode(request):
    return request.param


class Program:
    """A program whose hold is over at once, with one partner and what they sell."""

    def __init__(self, api, mode="live", *options):
        self.api, self.mode = api, mode
        self.id = api.campaign("--mode", mode, "--hold", "0", *options)
        self.email = f"{fresh_id('jane.doe')}@blog.example"
        joined = api.core.json("affiliate", "join", "--campaign", self.id, "--email", self.email)
        self.partner, self.code = joined["affiliate"]["id"], joined["enrolment"]["code"]
        self.promo = fresh_id("SAVE")
        api.core.json("promo", "create", "--campaign", self.id, "--affiliate", self.partner, "--code", self.promo)
        self.dashboard = Dashboard(api.world, api.account, mode)

    def sale(self, **fields):
        """By the promo code, unless there is a click."""
        signal = {} if "click_id" in fields else {"promo_code": self.promo}
        return self.api.booked(mode=self.mode, **{**signal, **fields})

    def click(self, address):
        """A click of the partner's link, from that address."""
        self.api.world.wait_live(self.code)
        answer = self.api.world.edge.client().get(f"/{self.code}", {"X-Forwarded-For": address})
        return answer.fields["location"].split("click_id=")[1].split("&")[0]

    def caught(self, sale):
        """The rules that hold the sale, as the attribution audit tells them."""
        bearer = {"Authorization": f"Bearer {self.api.keys[self.mode]}"}
        shown = patiently(lambda: self.api.client.get(f"/api/v1/audit/conversions/{sale['id']}", bearer)).json
        assert shown["decision"]["review"] == bool(shown["decision"]["fraud_rules"])
        return shown["decision"]["fraud_rules"]

    def names(self, sale):
        return [rule["rule"] for rule in self.caught(sale)]

    def shown(self, sale):
        return self.dashboard.get(f"/api/v1/conversions/{sale['id']}").json

    def wait_approved(self, sale):
        wait_until(lambda: self.shown(sale)["status"] == "approved", what="the hold over")


def test_SELX_16_SE_65_a_partner_who_buys_with_their_own_address_waits_for_the_merchant(api, mode):
    program = Program(api, mode)
    name, host = program.email.split("@")
    own = program.sale(prospect_email=f"{name.upper()}+shop@{host}")
    other = program.sale(prospect_email=f"buyer@{host}")
    assert own.keys() == other.keys() and own["attributed"] is True   # the answer says nothing of it
    assert own["attribution"]["explanation"] == other["attribution"]["explanation"] and own["commission"]["amount_cents"] == 490
    rule, = program.caught(own)
    assert rule["rule"] == "self_referral_email" and len(rule["hash"]) == 32
    assert program.caught(other) == []
    program.wait_approved(other)
    assert (program.shown(own)["status"], program.shown(own)["review"]) == ("pending", True)
    held = program.dashboard.get("/api/v1/conversions", review="true", program_id=program.id).json
    assert [row["id"] for row in held["data"]] == [own["id"]]
    entry, = program.dashboard.get("/api/v1/audit-log", subject=own["id"], action="conversion.hold").json["data"]
    assert entry["reason"] == "fraud rules: self_referral_email" and entry["details"]["rules"] == [rule]
    assert name not in json.dumps(entry).lower()   # hashes, no addresses
    released = program.dashboard.post(f"/api/v1/conversions/{own['id']}/approve").json
    assert (released["status"], released["review"]) == ("approved", False)
    again = program.sale(prospect_email=program.email, amount_cents=1)
    rejected = program.dashboard.post(f"/api/v1/conversions/{again['id']}/reject", {"reason": "fraud"}).json
    assert (rejected["status"], rejected["review"]) == ("rejected", False)


def test_SE_65_a_click_from_the_network_of_the_partner_in_the_portal(api):
    """The portal is for partners of live mode."""
    program = Program(api)
    invited = api.core.json("affiliate", "invite", "--campaign", program.id, "--email", f"{fresh_id('max')}@blog.example")
    person = Person(api.world, address="203.0.113.9")
    assert person.accept(invited["invite_link"]).status == 200
    joined = next(row for row in api.core.json("affiliate", "list", "--campaign", program.id)["affiliates"] if row["id"] != program.partner)
    program.partner, program.code = joined["id"], joined["enrolment"]["code"]
    own = program.sale(click_id=program.click("203.0.113.77"))
    assert program.names(own) == ["self_referral_address"] and len(program.caught(own)[0]["hash"]) == 32
    assert "203.0.113" not in json.dumps(program.caught(own))
    assert program.names(program.sale(click_id=program.click("198.51.100.77"))) == []


def test_SE_65_the_same_purchase_under_another_transaction_id(api, mode):
    program = Program(api, mode)
    api.world.wait_live(program.code)
    click = api.click(mode, program.code)
    first = program.sale(click_id=click)
    second = program.sale(click_id=click)
    assert program.names(first) == []
    assert program.caught(second) == [{"rule": "duplicate_purchase", "by": "click_id", "repeats": first["external_transaction_id"], "window_seconds": 86_400}]
    assert program.names(program.sale(click_id=click, amount_cents=5000)) == []       # another purchase
    assert program.names(program.sale(click_id=click, event_type="upgrade")) == []
    buyer = f"{fresh_id('buyer')}@shop.example"
    third = program.sale(prospect_email=buyer)
    fourth = program.sale(prospect_email=buyer.upper())
    assert program.caught(fourth)[0] == {"rule": "duplicate_purchase", "by": "prospect_email", "repeats": third["external_transaction_id"],
                                         "window_seconds": 86_400}
    assert program.names(third) == []
    for sale in (third, fourth):   # what was taken back may be bought again
        program.dashboard.post(f"/api/v1/conversions/{sale['id']}/reject", {"reason": "returned"})
    assert program.names(program.sale(prospect_email=buyer)) == []


def test_SE_65_reports_of_one_moment_see_each_other(api):
    program = Program(api)
    buyer, sales = f"{fresh_id('buyer')}@shop.example", []

    def report():
        client = Client(api.world.edge.port, "selgeo.localhost")
        body = {"event_type": "purchase", "external_transaction_id": fresh_id(), "amount_cents": 4900, "currency": "EUR", "promo_code": program.promo,
                "prospect_email": buyer}
        sales.append(patiently(lambda: client.post_json(PATH, body, {"Authorization": f"Bearer {api.keys['live']}"})).json)
    threads = [threading.Thread(target=report) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sales) == 12 and sum(program.names(sale) == [] for sale in sales) == 1


def test_SE_65_more_sales_of_a_partner_than_the_program_expects(api, mode):
    program = Program(api, mode, "--velocity", "3/1h")
    sales = [program.sale(amount_cents=100 + n) for n in range(5)]
    assert [program.names(sale) for sale in sales] == [[], [], [], ["velocity"], ["velocity"]]
    assert program.caught(sales[4]) == [{"rule": "velocity", "threshold": 3, "window_seconds": 3_600}]
    elsewhere = Program(api, mode)
    assert elsewhere.names(elsewhere.sale()) == []   # each program counts its own
    api.world.stack.query("update conversions set created_at = created_at - interval '2 hours' where public_id = any(%s)", ([sale["id"] for sale in sales],))
    assert program.names(program.sale()) == []


def test_SE_65_rules_where_the_commission_depends_on_a_count(api):
    program = Program(api, "live", "--budget", "1000.00", "--tier", "2=20%")
    first, second = (program.sale(prospect_email=email) for email in (f"{fresh_id('b')}@shop.example", program.email))
    assert (program.names(first), program.names(second)) == ([], ["self_referral_email"])
    assert api.core.json("ledger", "verify")["faults"] == []


def test_SE_65_a_click_that_comes_late_is_judged_then(api):
    program = Program(api)
    api.world.wait_live(program.code)
    click = api.click("live", program.code)
    first = program.sale(click_id=click)
    late = program.sale(click_id=click, amount_cents=777, prospect_email=program.email)
    # As if it had been booked while its click was on its way.
    api.world.stack.query("update conversions set attributed = false, method = null, affiliate_id = null, review = false, commission_minor = 0, "
                          "commission_currency = null, reason = 'click_unresolved', unresolved_until = now() + interval '1 day' where public_id = %s", (late["id"],))
    api.world.stack.query("delete from ledger_entries where conversion_id = (select id from conversions where public_id = %s)", (late["id"],))
    api.world.stack.query("delete from audit where subject = %s", (late["id"],))
    wait_until(lambda: program.shown(late)["attributed"], what="the late click")
    assert program.names(late) == ["self_referral_email"] and program.names(first) == []
    assert (program.shown(late)["status"], program.shown(late)["review"]) == ("pending", True)


def test_SE_65_rules_are_the_programs_and_can_be_off(api):
    program = Program(api)
    path = f"/api/v1/programs/{program.id}"
    defaults = {"self_referral": True, "duplicate_purchase_seconds": 86_400, "velocity_count": 100, "velocity_seconds": 3_600}
    assert program.dashboard.get(path).json["fraud_rules"] == defaults
    changed = program.dashboard.call("PATCH", path, {"fraud_rules": {"velocity_count": 5, "velocity_seconds": 60}})
    assert changed.json["fraud_rules"] == {**defaults, "velocity_count": 5, "velocity_seconds": 60}
    for rules, field in (({"velocity_count": -1}, "velocity_count"), ({"velocity_count": 1_001}, "velocity_count"), ({"velocity_seconds": 0}, "velocity_seconds"),
                         ({"duplicate_purchase_seconds": "1d"}, "duplicate_purchase_seconds"), ({"self_referral": 1}, "self_referral")):
        answer = program.dashboard.call("PATCH", path, {"fraud_rules": rules})
        check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
        assert answer.json["details"][0]["field"] == f"fraud_rules.{field}", rules
    off = {"self_referral": False, "duplicate_purchase_seconds": 0, "velocity_count": 0}
    assert program.dashboard.call("PATCH", path, {"fraud_rules": off}).json["fraud_rules"] == {**defaults, **off, "velocity_seconds": 60}
    assert [program.names(program.sale(prospect_email=program.email)) for _ in range(2)] == [[], []]
    on = api.core.json("campaign", "set", program.id, "--self-referral", "yes", "--duplicate-window", "1h", "--velocity", "50/1d")
    assert on["fraud_rules"] == {"self_referral": True, "duplicate_window_s": 3_600, "velocity_count": 50, "velocity_window_s": 86_400}
    # A buyer is remembered from the first sale that a rule looked at.
    assert [program.names(program.sale(prospect_email=program.email)) for _ in range(2)] == [
        ["self_referral_email"], ["self_referral_email", "duplicate_purchase"]]
    made = program.dashboard.post("/api/v1/programs", {"name": fresh_id("Maps"), "target_url": "https://shop.example/", "commission": {"percent": 1}, "fraud_rules": off})
    assert made.json["fraud_rules"] == {**defaults, **off}
    for text in ("many", "5", "5/", "/1h", "5/never"):
        assert api.core.run("campaign", "set", program.id, "--velocity", text, check=False).returncode == 1, text
    assert api.core.json("campaign", "set", program.id, "--velocity", "0")["fraud_rules"]["velocity_count"] == 0


def test_SE_65_other_dialects_have_them_off(world):
    assert world.core.json("campaign", "show", world.affspace.campaign)["fraud_rules"]["velocity_count"] == 0
