"""Fraud rules on Selgeo's conversions: what they catch is booked and waits for a person. One test per rule of SE-65 in
CONTRACT.md, in both modes."""

import json
import threading

import pytest

from http_client import BROWSER, Client, patiently
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


@pytest.fixture(scope="module")
def second_core(api):
    """Another process on the same database."""
    core = api.world.stack.add_core("second-core", **SETTINGS).start()
    yield core
    core.terminate()


def sold_at_once(program, ports, sales):
    """Reports that are made at the same moment, to each of the ports in turn."""
    gate, booked = threading.Barrier(len(sales)), []

    def report(port, sale):
        client = Client(port, "selgeo.localhost", timeout_s=60)
        body = {"event_type": "purchase", "external_transaction_id": fresh_id(), "amount_cents": 4900, "currency": "EUR", **sale}
        gate.wait()
        answer = patiently(lambda: client.post_json(PATH, body, {"Authorization": f"Bearer {program.api.keys['live']}"}))
        assert answer.status == 201, answer.text
        booked.append(answer.json)
    threads = [threading.Thread(target=report, args=(ports[n % len(ports)], sale)) for n, sale in enumerate(sales)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(booked) == len(sales)
    return booked


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

    def be_joined_by(self, person):
        """Who accepts an invitation is the partner from now on."""
        invited = self.api.core.json("affiliate", "invite", "--campaign", self.id, "--email", f"{fresh_id('max')}@blog.example")
        assert person.accept(invited["invite_link"]).status == 200
        listed = self.api.core.json("affiliate", "list", "--campaign", self.id)["affiliates"]
        joined = next(row for row in listed if row["id"] != self.partner)
        self.partner, self.code, self.email = joined["id"], joined["enrolment"]["code"], joined["email"]

    def forget_click_of(self, sale):
        """As if it had been booked while its click was on its way."""
        query = self.api.world.stack.query
        query("update conversions set attributed = false, method = null, affiliate_id = null, review = false, commission_minor = 0, "
              "commission_currency = null, reason = 'click_unresolved', unresolved_until = now() + interval '1 day' where public_id = %s", (sale["id"],))
        query("delete from ledger_entries where conversion_id = (select id from conversions where public_id = %s)", (sale["id"],))
        query("delete from audit where subject = %s", (sale["id"],))

    def click(self, address, edge=None, agent=BROWSER, **fields):
        """A click of the partner's link, from that address."""
        client = (edge or self.api.world.edge).client()
        wait_until(lambda: client.request("HEAD", f"/{self.code}").status == 302, what="the partner's link")
        answer = client.request("GET", f"/{self.code}", fields={"X-Forwarded-For": address, **fields}, agent=agent)
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
    program.be_joined_by(Person(api.world, address="203.0.113.9"))
    own = program.sale(click_id=program.click("203.0.113.77"))
    assert program.names(own) == ["self_referral_address"] and len(program.caught(own)[0]["hash"]) == 32
    assert "203.0.113" not in json.dumps(program.caught(own))
    assert program.names(program.sale(click_id=program.click("198.51.100.77"))) == []


def test_SE_65_a_click_of_the_visitor_who_is_the_partner_in_the_portal(api):
    """On an edge that keeps no address of a click."""
    blind = api.world.stack.add_edge("blind", FOOTFALL_EDGE_PRIVACY_ADDRESS="none").start()
    program, person = Program(api), Person(api.world, address="203.0.113.20")
    program.be_joined_by(person)

    def caught_by(*click, **more):
        """The person opens the portal between click and sale, so that no midnight lies between them."""
        made = program.click(*click, **more)
        assert patiently(lambda: person.get("/portal")).status == 200
        return made, program.sale(click_id=made)
    click, own = caught_by("203.0.113.20", edge=blind)
    rule, = program.caught(own)
    visitor = api.core.json("click", "show", click)["visitor"]
    assert rule["rule"] == "self_referral_visitor" and len(rule["hash"]) == 32
    assert visitor and visitor not in json.dumps([rule, program.dashboard.get("/api/v1/audit-log", subject=own["id"]).json])
    assert program.names(caught_by("203.0.113.20", edge=blind, agent=f"{BROWSER} Other/1")[1]) == []
    assert program.names(caught_by("203.0.113.21", edge=blind)[1]) == []
    assert program.names(caught_by("203.0.113.20")[1]) == ["self_referral_address", "self_referral_visitor"]
    assert program.names(caught_by("203.0.113.21")[1]) == ["self_referral_address"]
    api.core.run("account", "set", api.account, "--gpc", "minimal")
    try:
        assert program.names(caught_by("203.0.113.20", edge=blind, **{"Sec-GPC": "1"})[1]) == []
    finally:
        api.core.run("account", "set", api.account, "--gpc", "ignore")
    program.forget_click_of(own)
    wait_until(lambda: program.shown(own)["attributed"], what="the late click")
    assert program.names(own) == ["self_referral_visitor"]
    blind.terminate()


def test_SE_65_a_partner_who_moved_or_logged_out(api):
    """A session knows only the address where it began, and ends at the log-out."""
    program, person = Program(api), Person(api.world, address="198.51.100.1")
    program.be_joined_by(person)
    clicks = [program.click(address) for address in ("198.51.101.1", "198.51.102.1")]
    other = Person(api.world, address="198.51.101.1")
    other.log_in(program.email)
    other.send("/portal/log-out", other.get("/portal"))
    sales = [program.sale(click_id=click) for click in clicks]
    assert [program.names(sale) for sale in sales] == [["self_referral_visitor"], []]
    person.address = "198.51.102.1"
    patiently(lambda: person.get("/portal"))
    assert program.names(program.sale(click_id=clicks[1], amount_cents=1)) == ["self_referral_visitor"]


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
    sales = sold_at_once(program, [api.world.edge.port], [{"promo_code": program.promo, "prospect_email": f"{fresh_id('buyer')}@shop.example"}] * 12)
    assert sum(program.names(sale) == [] for sale in sales) == 1


@pytest.mark.parametrize("signal", ["buyer", "click"])
def test_SE_65_two_cores_let_one_of_the_same_purchase_pass(api, second_core, signal):
    program = Program(api)
    api.world.wait_live(program.code)
    for _ in range(5):
        if signal == "click":
            same = {"click_id": api.click("live", program.code)}
        else:
            same = {"promo_code": program.promo, "prospect_email": f"{fresh_id('buyer')}@shop.example"}
        sales = sold_at_once(program, [api.core.port, second_core.port], [same] * 12)
        assert sorted(program.names(sale) for sale in sales) == [[]] + [["duplicate_purchase"]] * 11


def test_SE_65_two_cores_let_no_more_sales_pass_than_the_program_expects(api, second_core):
    for _ in range(3):
        program = Program(api, "live", "--velocity", "5/1h")
        sales = sold_at_once(program, [api.core.port, second_core.port], [{"promo_code": program.promo, "amount_cents": 100 + n} for n in range(16)])
        assert sorted(program.names(sale) for sale in sales) == [[]] * 5 + [["velocity"]] * 11


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
    program.forget_click_of(late)
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
                         ({"duplicate_purchase_seconds": "1d"}, "duplicate_purchase_seconds"),
                         ({"duplicate_purchase_seconds": 31 * 86_400 + 1}, "duplicate_purchase_seconds"), ({"self_referral": 1}, "self_referral")):
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
