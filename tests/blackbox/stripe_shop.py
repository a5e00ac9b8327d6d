"""A Selgeo merchant who sells by Stripe's Checkout. Its events have the shapes that Stripe documents and are signed by the
openssl command; of us only the receiver's URL is known. The fixtures are a stack of its own for each file that imports
them."""

import itertools
import json
import time
import uuid

import pytest

from http_client import Client, own_address, patiently
from receiver import hmac_by_openssl
from selgeo_api import Api
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS
from world import World

numbers = itertools.count(1)


def fresh(prefix):
    return f"{prefix}_{uuid.uuid4().hex[:20]}"


def commission(shop, transaction):
    """Its status, how much it was, and how much of that was taken back."""
    row = shop.conversion(transaction)
    return row["status"], row["commission"], row["reversed"]


class StripeShop(Api):
    """`model` and `commission` are those of the program, in the mode."""

    def __init__(self, world, mode="live", model="revshare", commission="10%"):
        super().__init__(world)
        self.mode, self.secret = mode, f"whsec_{uuid.uuid4().hex}"
        self.program[mode] = self.campaign("--mode", mode, "--model", model, commission=commission)
        self.affiliate[mode], self.code[mode] = world.join(self.program[mode])
        world.wait_live(self.code[mode])
        self.receiver = self.core.json("stripe", "set", "--account", self.account, "--mode", mode, "--secret", self.secret)
        self.stripe = Client(world.edge.port, "selgeo.localhost", timeout_s=30, source=own_address())

    def event(self, kind, thing, **more):
        return {"id": fresh("evt"), "object": "event", "api_version": "2024-06-20", "created": int(time.time()), "type": kind,
                "livemode": self.mode == "live", "data": {"object": thing}, **more}

    def tell(self, event, age_s=0, secret=None, spoil=b"", path=None, before=(), signed=True):
        """`event`: also as it is sent. `before`: signatures that stand before the right one."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        signed_s = int(time.time()) - age_s
        right = hmac_by_openssl((secret or self.secret).encode().hex(), f"{signed_s}.".encode() + body)
        header = ",".join([f"t={signed_s}", *(f"v1={one}" for one in (*before, *([right] if signed else ()))), "v0=00"])
        fields = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header}
        return patiently(lambda: self.stripe.request("POST", path or self.receiver["path"], body + spoil, fields, "Stripe/1.0 (+https://stripe.com/docs/webhooks)"))

    def told(self, *arguments, **more):
        """What the event led to."""
        answer = self.tell(self.event(*arguments), **more)
        assert answer.status == 200, answer.text
        return answer.json["outcome"]

    def session(self, click=None, amount=4900, currency="eur", subscription=None, status="paid", **more):
        return {"id": fresh("cs"), "object": "checkout.session", "mode": "subscription" if subscription else "payment",
                "amount_total": amount, "currency": currency, "client_reference_id": click, "customer": None,
                "customer_details": {"email": "jane@buyer.example", "name": "Jane Buyer"}, "metadata": {}, "payment_status": status,
                "invoice": fresh("in") if subscription else None, "payment_intent": None if subscription else fresh("pi"),
                "subscription": subscription, **more}

    @staticmethod
    def invoice(subscription, amount=900, currency="eur", **more):
        return {"id": fresh("in"), "object": "invoice", "amount_paid": amount, "currency": currency, "subscription": subscription,
                "billing_reason": "subscription_cycle", "payment_intent": fresh("pi"), "charge": fresh("ch"), **more}

    @staticmethod
    def charge(payment, refunded, amount=4900, currency="eur", **more):
        return {"id": fresh("ch"), "object": "charge", "amount": amount, "amount_refunded": refunded, "currency": currency,
                "payment_intent": payment, "invoice": None, "refunded": refunded == amount, "metadata": {}, **more}

    def conversions(self):
        """By transaction id."""
        rows = self.core.json("conversion", "list", "--account", self.account)["conversions"]
        return {row["external_id"]: row for row in rows}

    def conversion(self, transaction):
        return self.core.json("conversion", "show", self.conversions()[transaction]["id"])

    def wait_outcome(self, event, outcome):
        """What the upkeep made of an event that waited."""
        find = "select outcome from stripe_events where event_id = %s"
        return wait_until(lambda: self.world.stack.value(find, (event["id"],)) == outcome, what=f"the event {outcome}")


@pytest.fixture(scope="module")
def world():
    with Stack(SETTINGS) as stack:
        yield World(stack, only=())


@pytest.fixture(scope="module")
def shop(world):
    return StripeShop(world)


@pytest.fixture(scope="module")
def dashboard(world, shop):
    return Dashboard(world.stack, shop.account)
