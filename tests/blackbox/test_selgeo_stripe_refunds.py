"""Selgeo: money that Stripe says was given back, and what of it waits (SE-75, SE-76)."""

from selgeo_api import check_error
from stripe_shop import StripeShop, commission, dashboard, fresh, shop, world  # noqa: F401: fixtures


def test_SE_75_refunds_in_part_and_whole(shop):
    session = shop.session(shop.click())
    assert shop.told("checkout.session.completed", session) == "booked"
    charge = shop.charge(session["payment_intent"], 1000)
    assert shop.told("charge.refunded", charge) == "reversed"
    assert commission(shop, session["payment_intent"]) == ("pending", "4.90", "1.00")
    assert shop.told("charge.refunded", charge) == "changes_nothing"   # cumulative: nothing new
    assert shop.told("charge.refunded", {**charge, "amount_refunded": 2450}) == "reversed"
    assert commission(shop, session["payment_intent"]) == ("pending", "4.90", "2.45")
    assert shop.told("charge.refunded", {**charge, "amount_refunded": 1000}) == "changes_nothing"   # an older event comes late
    assert shop.told("charge.refunded", {**charge, "amount_refunded": 4900}) == "reversed"
    assert commission(shop, session["payment_intent"]) == ("reversed", "4.90", "4.90")
    assert shop.world.core.json("ledger", "verify")["faults"] == []


def test_SE_75_what_was_reversed_by_hand_counts(shop, dashboard):
    session = shop.session(shop.click())
    assert shop.told("checkout.session.completed", session) == "booked"
    sale = shop.conversions()[session["payment_intent"]]["id"]
    assert dashboard.post(f"/api/v1/conversions/{sale}/reverse", {"commission_cents": 300}).status == 200
    charge = shop.charge(session["payment_intent"], 1000)
    assert shop.told("charge.refunded", charge) == "changes_nothing"
    assert shop.told("charge.refunded", {**charge, "amount_refunded": 4000}) == "reversed"
    assert commission(shop, session["payment_intent"]) == ("pending", "4.90", "4.00")


def test_SE_75_refunds_of_two_charges_add_up(shop):
    session = shop.session(shop.click())
    assert shop.told("checkout.session.completed", session) == "booked"
    for owed, outcome in (("1.00", "reversed"), ("2.00", "reversed")):
        assert shop.told("charge.refunded", shop.charge(session["payment_intent"], 1000)) == outcome
        assert commission(shop, session["payment_intent"]) == ("pending", "4.90", owed)
    assert shop.told("charge.refunded", shop.charge(session["payment_intent"], 1000, currency="usd")) == "wrong_currency"


def test_SE_75_a_rejected_conversion_stays_so(shop, dashboard):
    session = shop.session(shop.click())
    assert shop.told("checkout.session.completed", session) == "booked"
    sale = shop.conversions()[session["payment_intent"]]["id"]
    assert dashboard.post(f"/api/v1/conversions/{sale}/reject", {"reason": "fraud"}).status == 200
    assert shop.told("charge.refunded", shop.charge(session["payment_intent"], 2450)) == "noted"
    assert commission(shop, session["payment_intent"]) == ("rejected", "4.90", "0.00")
    restored = dashboard.post(f"/api/v1/conversions/{sale}/restore").json
    assert (restored["status"], restored["reversed_cents"]) == ("pending", 245), "what was given back is not owed again"
    assert shop.world.core.json("ledger", "verify")["faults"] == []


def test_SE_75_a_refund_during_a_dispute_is_taken_back_when_it_ends(shop):
    session = shop.session(shop.click())
    assert shop.told("checkout.session.completed", session) == "booked"
    sale = shop.conversions()[session["payment_intent"]]["id"]
    shop.core.run("conversion", "dispute", sale, "--reason", "the affiliate objects")
    event = shop.event("charge.refunded", shop.charge(session["payment_intent"], 4900))
    assert shop.tell(event).json["outcome"] == "noted"
    assert commission(shop, session["payment_intent"]) == ("pending", "4.90", "0.00")
    shop.core.run("conversion", "dispute", sale, "--resolve")
    assert commission(shop, session["payment_intent"]) == ("reversed", "4.90", "4.90")
    assert shop.tell(event).json["outcome"] == "repeated"
    assert shop.world.core.json("ledger", "verify")["faults"] == []


def test_SE_75_a_refund_is_a_part_of_what_stripe_says_was_paid(shop):
    session = shop.session(shop.click(), 5831)   # with VAT, while the merchant reports without
    assert shop.report(external_transaction_id=session["payment_intent"], click_id=session["client_reference_id"], amount_cents=4900).status == 201
    assert shop.told("checkout.session.completed", session) == "repeated_payment"
    charge = shop.charge(session["payment_intent"], 2915, 5831)
    assert shop.told("charge.refunded", charge) == "reversed"
    assert commission(shop, session["payment_intent"]) == ("pending", "4.90", "2.45")
    assert shop.told("charge.refunded", {**charge, "amount_refunded": 5831}) == "reversed"
    assert commission(shop, session["payment_intent"]) == ("reversed", "4.90", "4.90")


def test_SE_71_a_merchant_who_is_not_active_sells_nothing_and_gives_money_back(world):
    shop = StripeShop(world)
    session, later = shop.session(shop.click()), shop.event("checkout.session.completed", shop.session(shop.click()))
    assert shop.told("checkout.session.completed", session) == "booked"
    world.core.run("account", "set", shop.account, "--status", "suspended")
    check_error(shop.tell(later), 404, "NOT_FOUND", "Not Found")
    check_error(shop.tell(shop.event("invoice.paid", shop.invoice(fresh("sub")))), 404, "NOT_FOUND", "Not Found")
    assert shop.told("charge.refunded", shop.charge(session["payment_intent"], 4900)) == "reversed"
    assert list(shop.conversions()) == [session["payment_intent"]]
    world.core.run("account", "set", shop.account, "--status", "active")
    assert shop.tell(later).json["outcome"] == "booked", "Stripe sends it again for three days"


def test_SE_76_a_refund_before_its_session(shop):
    session = shop.session(shop.click())
    event = shop.event("charge.refunded", shop.charge(session["payment_intent"], 4900))
    assert shop.tell(event).json["outcome"] == "waiting"
    assert shop.tell(event).json["outcome"] == "waiting"
    assert shop.told("checkout.session.completed", session) == "booked"
    assert commission(shop, session["payment_intent"]) == ("reversed", "4.90", "4.90")
    assert shop.tell(event).json["outcome"] == "repeated"


def test_SE_76_what_waits_is_given_up_in_the_end_and_tried_anew_when_it_is_sent_again(shop):
    session = shop.session(shop.click())
    event = shop.event("charge.refunded", shop.charge(session["payment_intent"], 4900))
    assert shop.tell(event).json["outcome"] == "waiting"
    shop.world.stack.query("update stripe_events set received_at = now() - interval '9 days', retry_at = now() where event_id = %s", (event["id"],))
    shop.wait_outcome(event, "given_up")
    assert shop.tell(event).json["outcome"] == "waiting"
    assert shop.told("checkout.session.completed", session) == "booked"
    assert commission(shop, session["payment_intent"])[0] == "reversed"


def test_SE_76_a_refund_of_a_sale_of_nobody_does_not_wait(shop):
    session = shop.session()
    assert shop.told("checkout.session.completed", session) == "no_click"
    assert shop.told("charge.refunded", shop.charge(session["payment_intent"], 4900)) == "of_nobody"


def test_SE_76_the_upkeep_takes_what_a_killed_core_left(shop):
    session = shop.session(shop.click())
    assert shop.told("checkout.session.completed", session) == "booked"
    event = shop.event("charge.refunded", shop.charge(session["payment_intent"], 4900))
    shop.world.stack.query(   # as if the refund had been written down, and nothing more
        "insert into stripe_events (account_id, mode, event_id, kind, object_id, names, awaits, amount_minor, currency, happened_at, outcome) "
        "select id, 'live', %s, 'refunded', 'ch_1', array[%s], array[%s], 4900, 'EUR', now(), 'waiting' from accounts where public_id = %s",
        (event["id"], session["payment_intent"], session["payment_intent"], shop.account))
    shop.wait_outcome(event, "reversed")
    assert commission(shop, session["payment_intent"])[0] == "reversed"
