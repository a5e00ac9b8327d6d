"""Selgeo: what the public sample merchants do, from the visitor's click to the refund, as their own code calls the API."""

import pytest

from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from stack import Stack
from stripe_shop import StripeShop, fresh
from webhook_shop import SETTINGS
from world import World

# Stripe's currency and amount, the amount in the currency's own unit, a tenth of it, and half of that tenth.
SALES = [("eur", 4900, 4900, 490, 245), ("usd", 1999, 1999, 200, 100), ("jpy", 5000, 5000, 500, 250), ("kwd", 12340, 12340, 1234, 617)]


@pytest.fixture(scope="module")
def shop():
    with Stack(SETTINGS) as stack:
        yield StripeShop(World(stack, only=()))


def track_lead(shop, email, click=None):
    """A merchant's server; the click is left out where nobody referred the visitor."""
    body = {"event_type": "lead", "external_transaction_id": f"lead:{email}", "prospect_email": email, "amount_cents": 0}
    return shop.post({**body, "click_id": click} if click else body)


def test_SE_72_75_a_click_a_lead_a_paid_upgrade_in_four_currencies_and_its_refund(shop):
    dashboard = Dashboard(shop.world.stack, shop.account)
    check_error(track_lead(shop, "stranger@buyer.example"), 422, "NO_ATTRIBUTION_SIGNAL", "Unprocessable Entity")
    for currency, amount, minor, owed, half in SALES:
        email, click = f"{fresh('buyer')}@buyer.example", shop.click()   # ?ref= of the page, by the snippet
        lead = track_lead(shop, email, click)
        assert lead.status == 201 and lead.json["attributed"] is True, lead.text
        check_error(track_lead(shop, email, click), 409, "CONVERSION_DUPLICATE", "Conflict")   # a form that is sent twice

        session = shop.session(click, amount, currency, customer_details={"email": email})
        assert shop.told("checkout.session.completed", session) == "booked"
        sale = dashboard.get(f"/api/v1/conversions/{shop.conversions()[session['payment_intent']]['id']}").json
        assert (sale["event_type"], sale["amount_cents"], sale["currency"]) == ("purchase", minor, currency.upper())
        assert (sale["attribution"]["click_id"], sale["prospect_email"]) == (click, email)
        paid = dashboard.get(f"/api/v1/commissions/{sale['id']}").json
        assert (paid["amount_cents"], paid["currency"], paid["status"]) == (owed, currency.upper(), "pending")

        charge = shop.charge(session["payment_intent"], amount // 2, amount, currency)
        assert shop.told("charge.refunded", charge) == "reversed"
        part = dashboard.get(f"/api/v1/commissions/{sale['id']}").json
        assert (part["reversed_cents"], part["status"]) == (half, "pending")
        assert shop.told("charge.refunded", {**charge, "amount_refunded": amount}) == "reversed"
        whole = dashboard.get(f"/api/v1/commissions/{sale['id']}").json
        assert (whole["owed_cents"], whole["status"]) == (0, "reversed")
    assert len(shop.conversions()) == 2 * len(SALES)
    assert shop.core.json("ledger", "verify")["faults"] == []
