"""Deposits are paid in a real Chromium (tests/browser/checkout.test.mjs)."""

import json
import os
import subprocess

import npm
from affily_advertiser import Advertiser
from stack import ROOT, Stack
from stripe_double import StripeDouble
from test_affily_deposits import ask, path_of
from world import World

BROWSER_TESTS = ROOT / "tests" / "browser"


def test_in_a_real_chromium():
    """AY-18, AY-32, AY-37: every way on which a payer can come."""
    stripe = StripeDouble()
    settings = {"FOOTFALL_CORE_DEPOSITS_RETURN_HOSTS": "shop.localhost", "FOOTFALL_CORE_DEPOSITS_ISSUER": "Operator sp. z o.o.\nWarszawa",
                "FOOTFALL_CORE_DEPOSITS_TRANSFER_DETAILS": "Operator sp. z o.o.\nPL61 1090 1014 0000 0712 1981 2874"}
    stack = Stack(core_settings={**settings, **stripe.settings()})
    stack.core.settings["FOOTFALL_CORE_SITE_URL"] = f"http://baclique.localhost:{stack.edge.port}"
    with stack:
        stripe.edge_port = stack.edge.port
        shop = Advertiser(World(stack, only=()), deposit=None)
        shop.core.run("account", "set", shop.account, "--name", "Księgarnia Żółty Słoń sp. z o.o.")
        play_money = shop.new_key(mode="test")
        back = stripe.url.replace("127.0.0.1", "shop.localhost") + "/shop?order=7"
        checkouts = []
        for _ in range(3):
            made = {"sandbox": ask(shop, key=play_money, amount=250, return_url=back), "stripe": ask(shop, amount=250, return_url=back),
                    "cancelled": ask(shop, key=play_money, amount=250, return_url=back), "bank": ask(shop, amount=250, return_url=back),
                    "transfer": ask(shop, method="transfer", amount=1234.5, return_url=back)}
            checkouts.append({name: answer.json["payment_url"] for name, answer in made.items()})
            checkouts[-1]["ours"] = f"http://affily.localhost:{stack.edge.port}" + path_of(made["bank"].json)
        npm.install(BROWSER_TESTS)
        done = subprocess.run(["node", "--test", "checkout.test.mjs"], cwd=BROWSER_TESTS, text=True, capture_output=True, timeout=300,
                              env={**os.environ, "FOOTFALL_CHECKOUTS": json.dumps(checkouts)})
        assert done.returncode == 0, done.stdout[-6000:]
        assert shop.balance() == 1500, "what was paid by Stripe, at once and late"
        shop.verify_ledger()
    stripe.close()
