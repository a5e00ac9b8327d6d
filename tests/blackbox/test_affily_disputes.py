"""Affily: payments that are disputed at Stripe, and events of the mode that the key is not of. One test per row, named by its id."""

import json

from affily_advertiser import check_error
from affily_payments import merchant, outcomes, shop, shown, stripe, sunrise  # noqa: F401: fixtures
from servers import wait_until
from stripe_double import SECRET_KEY
from test_affily_deposits import ask, page


def logged(merchant, event, dispute):
    """The lines of that dispute, when there are some."""
    def lines():
        found = (line for line in merchant.world.stack.core.log.read_text().splitlines() if dispute in line)
        return [line for line in map(json.loads, found) if line["event"] == event]
    wait_until(lines, 30, f"{event} in the log")
    return lines()


def test_AY_38_a_disputed_payment_leaves_the_deposit_until_it_is_won(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    stripe.tell_paid(deposit["id"])
    problems = merchant.world.stack.core.total("footfall_payments_problems_total")
    dispute = stripe.dispute(deposit["id"], 6_000)
    opened = stripe.event("charge.dispute.created", dispute)
    for _ in range(2):
        assert stripe.tell(opened).status == 200
    assert stripe.tell(stripe.event("charge.dispute.funds_withdrawn", dispute)).status == 200
    assert merchant.balance() == 40 and outcomes(merchant, deposit)[1:] == [("disputed", "disputed"), ("disputed", "changes_nothing")]
    assert merchant.world.stack.core.total("footfall_payments_problems_total") == problems + 1, "an operator has to answer it in time"
    lines = logged(merchant, "payments.notice.problem", dispute["id"])
    assert [(line["deposit"], line["outcome"]) for line in lines] == [(deposit["id"], "disputed")]
    seen = shown(merchant, deposit)
    assert [(one["id"], one["status"], one["taken"]) for one in seen["disputes"]] == [(dispute["id"], "open", "60.00")]
    check_error(merchant.convert(amount=401), 402, "insufficient_deposit")
    assert stripe.tell(stripe.event("charge.dispute.closed", {**dispute, "status": "won"})).status == 200
    assert stripe.tell(stripe.event("charge.dispute.funds_reinstated", {**dispute, "status": "won"})).status == 200
    assert merchant.balance() == 100 and shown(merchant, deposit)["disputes"][0]["status"] == "won"
    actions = [step["action"] for step in merchant.core.json("audit", "list", "--account", merchant.account)["audit"]]
    assert [each for each in actions if each.startswith("deposit.dispute")] == ["deposit.dispute_won", "deposit.dispute"]


def test_AY_38_a_dispute_that_is_lost_has_taken_the_money(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    stripe.tell_paid(deposit["id"])
    dispute = stripe.dispute(deposit["id"], 10_000)
    assert stripe.tell(stripe.event("charge.dispute.created", dispute)).status == 200
    assert merchant.balance() == 0 and shown(merchant, deposit)["status"] == "refunded"
    assert stripe.tell(stripe.event("charge.refunded", stripe.charge(deposit["id"], 10_000))).status == 200
    assert stripe.tell(stripe.event("charge.dispute.closed", {**dispute, "status": "lost"})).status == 200
    assert merchant.balance() == 0 and shown(merchant, deposit)["refunded"] == "100.00", "refund and dispute take it once"
    assert "paid back" in page(merchant, deposit).text


def test_AY_38_what_a_dispute_cannot_take_is_the_operators(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    stripe.tell_paid(deposit["id"])
    conversion = merchant.booked(amount=700)
    assert stripe.tell(stripe.event("charge.dispute.created", stripe.dispute(deposit["id"], 10_000))).status == 200
    assert merchant.balance() == 0 and outcomes(merchant, deposit)[-1] == ("disputed", "not_free")
    merchant.decide(conversion, "rejected", "fraud")
    assert merchant.core.run("deposit", "refund", deposit["id"], "--dispute", "dp_another", check=False).returncode == 1
    dispute = shown(merchant, deposit)["disputes"][0]["id"]
    merchant.core.run("deposit", "refund", deposit["id"], "--dispute", dispute, "--reason", "the rest of the dispute")
    assert merchant.balance() == 0 and shown(merchant, deposit)["refunded"] == "100.00"
    assert shown(merchant, deposit)["disputes"][0]["taken"] == "100.00"


def test_AY_38_a_dispute_of_a_payment_that_was_confirmed_by_hand_is_told(merchant, stripe):
    """The books do not know that this payment is the money that was confirmed, so nothing is taken; the operator decides."""
    deposit = ask(merchant, amount=100).json
    stripe.tell_paid(deposit["id"], amount_total=9_000)
    merchant.core.run("deposit", "confirm", deposit["id"], "--reason", "the payer sent the rest by transfer")
    problems = merchant.world.stack.core.total("footfall_payments_problems_total")
    dispute = stripe.dispute(deposit["id"], 9_000)
    assert stripe.tell(stripe.event("charge.dispute.created", dispute)).status == 200
    assert stripe.tell(stripe.event("charge.dispute.funds_withdrawn", dispute)).status == 200
    assert outcomes(merchant, deposit)[1:] == [("disputed", "not_booked"), ("disputed", "changes_nothing")]
    assert merchant.balance() == 100 and shown(merchant, deposit)["disputes"][0]["taken"] == "0.00"
    assert merchant.world.stack.core.total("footfall_payments_problems_total") == problems + 1
    assert [line["deposit"] for line in logged(merchant, "payments.notice.problem", dispute["id"])] == [deposit["id"]]
    merchant.core.run("deposit", "refund", deposit["id"], "--dispute", dispute["id"], "--reason", "it is that money")
    assert merchant.balance() == 10
    assert stripe.tell(stripe.event("charge.dispute.closed", {**dispute, "status": "won"})).status == 200
    assert merchant.balance() == 100
    merchant.verify_ledger()


def test_AY_38_a_dispute_of_a_payment_that_nobody_told_of_is_told(merchant, stripe):
    """The webhook did not work when it was paid, so the operator confirmed by hand: no notice names the payment."""
    deposit = ask(merchant, amount=100).json
    merchant.core.run("deposit", "confirm", deposit["id"], "--reason", "Stripe's dashboard says that it was paid")
    problems = merchant.world.stack.core.total("footfall_payments_problems_total")
    dispute = stripe.dispute(deposit["id"], 10_000)
    assert stripe.tell(stripe.event("charge.dispute.created", dispute)).status == 200
    assert merchant.balance() == 100 and outcomes(merchant, deposit) == []
    assert merchant.world.stack.core.total("footfall_payments_problems_total") == problems + 1
    lines = logged(merchant, "payments.dispute.unknown", dispute["id"])
    assert [(line["level"], line["payment"]) for line in lines] == [("error", dispute["payment_intent"])]


def test_AY_38_inquiries_and_disputes_of_other_things_take_nothing(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    stripe.tell_paid(deposit["id"])
    inquiry = stripe.dispute(deposit["id"], 10_000, "warning_needs_response")
    other = {**stripe.dispute(deposit["id"], 10_000), "payment_intent": "pi_other"}
    for kind, thing in (("created", inquiry), ("closed", {**inquiry, "status": "warning_closed"}), ("created", other)):
        assert stripe.tell(stripe.event(f"charge.dispute.{kind}", thing)).status == 200
    assert merchant.balance() == 100 and shown(merchant, deposit)["disputes"] == []
    assert '"payments.dispute.unknown"' in merchant.world.stack.core.log.read_text()


def test_AY_39_play_money_is_never_booked_as_money(merchant, stripe):
    """The key is of Stripe's test mode: what is told of its live mode is of another account's world, and the reverse."""
    deposit = ask(merchant, amount=100).json
    session = {**stripe.session_for(deposit["id"]), "payment_status": "paid"}
    check_error(stripe.tell(stripe.event("checkout.session.completed", session, livemode=True)), 400, "validation_error")
    assert merchant.balance() == 0 and outcomes(merchant, deposit) == []
    assert "while the key is of its test mode" in merchant.world.stack.core.log.read_text()
    live = merchant.world.stack.add_core("live", **{**stripe.settings(), "FOOTFALL_CORE_ROLES": "api",
                                                    "FOOTFALL_CORE_PAYMENTS_STRIPE_SECRET_KEY": SECRET_KEY.replace("test", "live")})
    live.start()
    try:
        event = stripe.event("checkout.session.completed", session)
        check_error(stripe.tell(event, port=live.port), 400, "validation_error")
        assert merchant.balance() == 0 and outcomes(merchant, deposit) == []
        assert stripe.tell({**event, "livemode": True}, port=live.port).status == 200 and merchant.balance() == 100
    finally:
        live.terminate()
