"""An endpoint that wants every event ("*"), over the whole life of a program, its partners and its conversions: each
event comes once, with the payload that the OpenAPI document has for it and with what was so when it happened
(COMMON.md D-50)."""

import json
import uuid
from types import SimpleNamespace

import pytest

import openapi_check
from http_client import Client, patiently
from load_client import mint_uuid7
from pages_browser import Person
from receiver import signed_at
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS, Shop

BOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"
HUMAN = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS) as stack:
        yield stack


class Merchant:
    """Whose server hears of everything, at `path`."""

    def __init__(self, stack, receiver):
        self.shop, self.receiver = Shop(stack), receiver
        self.stack, self.dashboard = stack, Dashboard(stack, self.shop.account)
        self.path = f"/{uuid.uuid4().hex}"
        self.endpoint, self.secret = self.shop.webhook(receiver.url(self.path), "*")
        self.told = 0

    def done(self, path, body=None, method="POST"):
        answer = self.dashboard.call(method, f"/api/v1/{path}", {} if body is None else body)
        assert answer.status < 300, answer.text
        return answer.json

    def hears(self, *types):
        """The data of the events that came since the last call: exactly these."""
        wait_until(lambda: len(self.receiver.at(self.path)) >= self.told + len(types), what=f"webhooks of {types}")
        self.shop.settle()
        new = self.receiver.at(self.path)[self.told:]
        self.told += len(new)
        for one in new:
            signed_at(one, self.secret)
        events = [json.loads(one.body) for one in new]
        assert sorted(event["type"] for event in events) == sorted(types)
        return SimpleNamespace(**{event["type"].replace(".", "_"): event["data"] for event in events})

    def program(self, partner, verb):
        return self.done(f"programs/{self.shop.program}/partners/{partner}/{verb}")

    def apply(self, email):
        return self.done("applications", {"program_id": self.shop.program, "email": email, "name": "Ann"})["id"]

    def late(self, user_agent, click):
        """Reports a sale whose click comes afterwards, from that agent."""
        sale = self.shop.sell(promo_code=None, click_id=click)
        assert sale["attribution"]["reason"] == "click_unknown"
        self.hears("conversion.created")
        self.stack.query("update conversions set unresolved_until = now() + interval '1 day' where public_id = %s", (sale["id"],))
        public = self.shop.core.json("key", "create", "--account", self.shop.account, "--kind", "public")["value"]
        client = Client(self.stack.edge.port, "selgeo.localhost")
        code = self.done(f"partners/{self.shop.partner}", method="GET")["programs"][0]["referral_code"]
        sent = lambda: client.request("POST", "/v1/clicks", json.dumps({"ref": code, "click_id": click}).encode(),
                                      {"X-Public-Key": public, "Content-Type": "application/json"}, agent=user_agent)
        wait_until(lambda: sent().status == 201, what="the click taken")
        wait_until(lambda: self.stack.value("select unresolved_until is null from conversions where public_id = %s", (sale["id"],)),
                   60, "the late click judged")
        return sale["id"]


@pytest.fixture
def merchant(stack, receiver):
    return Merchant(stack, receiver)


def test_every_event_of_a_whole_life(stack, merchant, receiver):
    shop = merchant.shop
    heard = []

    def hears(*types):
        heard.extend(types)
        return merchant.hears(*types)

    # Partners
    invited = merchant.done(f"programs/{shop.program}/invites", {"email": "ida@blog.example"})
    merchant.hears()
    Person(SimpleNamespace(stack=stack, edge=stack.edge)).accept(invited["invite_link"])
    assert hears("partner.joined").partner_joined["program_status"] == "active"
    ann = merchant.apply("ann@blog.example")
    assert hears("application.created").application_created == {
        "id": ann, "email": "ann@blog.example", "name": "Ann", "status": "active", "program_id": shop.program,
        "program_status": "pending", "referral_code": merchant.done(f"partners/{ann}", method="GET")["programs"][0]["referral_code"]}
    merchant.program(ann, "approve")
    told = hears("application.approved", "partner.approved")
    assert told.application_approved == told.partner_approved and told.partner_approved["program_status"] == "active"
    merchant.program(merchant.apply("rob@blog.example"), "reject")
    told = hears("application.created", "application.rejected")
    assert told.application_created["program_status"] == "pending" and told.application_rejected["program_status"] == "rejected"
    for verb, type, status in (("suspend", "partner.suspended", "suspended"), ("reactivate", "partner.reactivated", "active"),
                               ("remove", "partner.removed", "removed")):
        merchant.program(ann, verb)
        assert vars(hears(type)).popitem()[1]["program_status"] == status
    merchant.done(f"partners/{ann}/suspend")
    told = hears("partner.suspended").partner_suspended
    assert told["status"] == "suspended" and "program_id" not in told
    merchant.done(f"partners/{ann}/reactivate")
    assert hears("partner.reactivated").partner_reactivated["status"] == "active"
    merchant.done(f"partners/{ann}", {"name": "Anna"}, "PATCH")
    assert hears("partner.updated").partner_updated == {"id": ann, "email": "ann@blog.example", "name": "Anna", "status": "active"}

    # Promo codes
    promo = merchant.done("promo-codes", {"program_id": shop.program, "partner_id": shop.partner, "code": f"LIFE{uuid.uuid4().hex[:8]}"})
    assert hears("promo_code.created").promo_code_created["status"] == "active"
    merchant.done(f"promo-codes/{promo['id']}", {"status": "disabled"}, "PATCH")
    assert hears("promo_code.updated").promo_code_updated == {
        "id": promo["id"], "code": promo["code"], "partner_id": shop.partner, "program_id": shop.program, "status": "disabled"}

    # Conversions and commissions
    sale = shop.sell()["id"]
    told = hears("conversion.created", "commission.created")
    assert told.conversion_created["id"] == sale and told.conversion_created["commission"]["amount_cents"] == 490
    for verb, step, status in (("reject", "rejected", "rejected"), ("restore", "restored", "pending"), ("approve", "approved", "approved")):
        merchant.done(f"conversions/{sale}/{verb}", {"reason": "other"} if verb == "reject" else None)
        told = vars(hears(f"conversion.{step}", f"commission.{step}"))
        assert {data["status"] for data in told.values()} == {status}
        assert {data["rejection_reason"] for data in told.values()} == {"other" if status == "rejected" else None}
        assert not any(data["review"] for data in told.values())
    merchant.done(f"conversions/{sale}/reverse", {"commission_cents": 90})
    told = hears("conversion.reversed", "commission.reversed")
    assert told.commission_reversed["reversed_cents"] == told.conversion_reversed["commission"]["reversed_cents"] == 90
    merchant.done("payouts", {"partner_id": shop.partner, "currency": "EUR"})
    told = hears("commission.paid").commission_paid
    assert (told["conversion_id"], told["amount_cents"], told["reversed_cents"], told["status"]) == (sale, 490, 90, "paid")

    # A click that comes late: one that credits nobody is not told of.
    merchant.late(BOT, mint_uuid7())
    merchant.hears()
    credited = merchant.late(HUMAN, mint_uuid7())
    told = hears("conversion.attributed", "commission.created")
    assert told.conversion_attributed["id"] == credited and told.conversion_attributed["partner_id"] == shop.partner
    assert told.conversion_attributed["attributed"] is True and told.conversion_attributed["reason"] == "click_in_window"

    # The end
    merchant.done(f"partners/{ann}/erase")
    assert hears("partner.erased").partner_erased == {"id": ann, "email": f"{ann}@erased.invalid", "name": "", "status": "erased"}
    assert merchant.done(f"webhooks/{merchant.endpoint}/test")["last_status"] == 200
    assert hears("webhook.test").webhook_test == {"endpoint_id": merchant.endpoint}
    assert set(heard) == set(openapi_check.document("selgeo")["webhooks"]), "each event that the document names"
    ids = [event["id"] for event in receiver.events(merchant.path)]
    assert len(set(ids)) == len(ids)


def test_SE_65_a_sale_that_a_fraud_rule_holds_is_told_as_held(merchant):
    held = merchant.shop.sell(prospect_email="jane@blog.example")["id"]   # the partner's own address
    told = merchant.hears("conversion.created", "commission.created")
    assert {data["status"] for data in vars(told).values()} == {"pending"}
    assert told.conversion_created["review"] is told.commission_created["review"] is True
    merchant.done(f"conversions/{held}/reject", {"reason": "self-referral", "note": "Jane wrote that it was for her"})
    told = vars(merchant.hears("conversion.rejected", "commission.rejected"))
    assert {(data["review"], data["rejection_reason"]) for data in told.values()} == {(False, "self-referral")}
    assert not any("rejection_note" in data for data in told.values())
    other = merchant.shop.sell(prospect_email="jane@blog.example")["id"]
    assert merchant.hears("conversion.created", "commission.created").conversion_created["review"] is True
    merchant.done(f"conversions/{other}/approve")
    told = vars(merchant.hears("conversion.approved", "commission.approved"))
    assert {(data["review"], data["rejection_reason"]) for data in told.values()} == {(False, None)}


def test_events_tell_of_their_own_time_even_when_they_are_told_late(stack, merchant):
    """deliver is away while things go on: what it tells afterwards is what was so at each step."""
    shop = merchant.shop
    api = stack.add_core("api-and-ingest", **SETTINGS, FOOTFALL_CORE_ROLES="api,ingest").start()
    stack.core.terminate()
    try:
        run = lambda *command: json.loads(api.run(*command, "--json").stdout)
        ann = run("affiliate", "join", "--campaign", shop.program, "--email", "early@blog.example", "--status", "pending")["affiliate"]["id"]
        api.run("affiliate", "set-status", ann, "active", "--campaign", shop.program)
        api.run("affiliate", "update", ann, "--name", "Later", "--email", "later@blog.example")
        api.run("affiliate", "set-status", ann, "suspended")
        shop.client = Client(api.port, "selgeo.localhost")
        sale = shop.sell(prospect_email="jane@blog.example")["id"]
        api.run("conversion", "reject", sale, "--rejection-reason", "own purchase")
        api.run("conversion", "restore", sale)
    finally:
        stack.core.start()
        api.terminate()
    told = merchant.hears("application.created", "application.approved", "partner.approved", "partner.updated", "partner.suspended",
                          *(f"{what}.{step}" for what in ("conversion", "commission") for step in ("created", "rejected", "restored")))
    of_sale = {type: (data["review"], data["rejection_reason"]) for type, data in vars(told).items() if type.startswith("con")}
    assert of_sale == {"conversion_created": (True, None), "conversion_rejected": (False, "own purchase"), "conversion_restored": (False, None)}
    assert (told.application_created["email"], told.application_created["status"], told.application_created["program_status"]) == (
        "early@blog.example", "active", "pending")
    assert (told.partner_approved["email"], told.partner_approved["program_status"]) == ("early@blog.example", "active")
    assert (told.partner_updated["email"], told.partner_updated["name"], told.partner_updated["status"]) == ("later@blog.example", "Later", "active")
    assert told.partner_suspended["status"] == "suspended"
