"""An Affily installation with both payment providers: what the tests of payments share. Stripe is a double of its documented
protocol, Sunrise Pay one of ours."""

import json
import time
import uuid

import pytest

from affily_advertiser import Advertiser
from http_client import Client
from receiver import Receiver, hmac_by_openssl
from stack import Stack
from stripe_double import StripeDouble
from world import World

SUNRISE_KEY, SUNRISE_SECRET = "sunrise-key-4f1c", "sunrise-callback-secret"


@pytest.fixture(scope="module")
def stripe():
    double = StripeDouble()
    yield double
    double.close()


@pytest.fixture(scope="module")
def sunrise():
    receiver = Receiver()

    def make_session(handler):
        asked = json.loads(receiver.received[-1].body)
        body = json.dumps({"id": "s-" + asked["reference"], "url": receiver.url("/pay/" + asked["reference"])}).encode()
        handler.send_response(201)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
    def refuse(handler):
        body = json.dumps({"error": "bad key", "message": f"no such key: {SUNRISE_KEY}"}).encode()
        handler.send_response(401)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
    receiver.session, receiver.refusal = make_session, refuse
    receiver.answers["/v1/sessions"] = make_session
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def shop(stripe, sunrise):
    settings = {"FOOTFALL_CORE_PAYMENTS_SUNRISE_PAY_SECRET_KEY": SUNRISE_KEY, "FOOTFALL_CORE_PAYMENTS_SUNRISE_PAY_URL": sunrise.url(""),
                "FOOTFALL_CORE_PAYMENTS_SUNRISE_PAY_CALLBACK_SECRET": SUNRISE_SECRET, **stripe.settings()}
    with Stack(core_settings=settings) as stack:
        stripe.edge_port = stack.edge.port
        yield Advertiser(World(stack, only=()), deposit=None)


@pytest.fixture
def merchant(shop, stripe):
    stripe.trouble = None
    other = Advertiser(shop.world, deposit=None)
    yield other
    stripe.trouble = None


def ask_once(merchant, amount=5):
    """As ask(), without patience for a 503."""
    client = Client(merchant.world.edge.port, "affily.localhost", timeout_s=30)
    return client.post_json("/v1/deposits", {"amount": amount, "method": "stripe"}, {"Authorization": f"Bearer {merchant.key}"})


def shown(merchant, deposit):
    return merchant.core.json("deposit", "show", deposit["id"])


def outcomes(merchant, deposit):
    return [(notice["event"], notice["outcome"]) for notice in shown(merchant, deposit)["notices"]]


def tell_sunrise(merchant, secret=SUNRISE_SECRET, age_s=0, spoil=False, **call):
    body = json.dumps(call).encode()
    signed_s = int(time.time()) - age_s
    signature = hmac_by_openssl(secret.encode().hex(), f"{signed_s}.".encode() + body)
    client = Client(merchant.world.edge.port, "affily.localhost", timeout_s=30)
    return client.request("POST", "/hooks/sunrise_pay", body + b" " * spoil, {"Content-Type": "application/json",
                                                                              "Sunrise-Signature": f"t={signed_s},v1={signature}"})


def sunrise_call(deposit, kind="payment.confirmed", **changed):
    """What Sunrise Pay tells of a deposit of 80.50."""
    money = {"amount": "80.50", "currency": "PLN"} if kind in ("payment.confirmed", "payment.refunded") else {}
    return {"id": f"n-{uuid.uuid4().hex}", "type": kind, "session": "s-" + deposit["id"], "reference": deposit["id"], **money, **changed}
