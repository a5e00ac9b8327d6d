"""Selgeo: sales that Stripe tells of (SE-26). One test per row of CONTRACT.md, named by its id."""

import copy
import threading
import time
import uuid

import pytest

from http_client import Client, own_address
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from servers import wait_until
from stripe_shop import StripeShop, commission, dashboard, fresh, shop, world  # noqa: F401: fixtures

ROUTES = ["selgeo GET /api/v1/stripe-receiver", "selgeo POST /api/v1/stripe-receiver", "selgeo DELETE /api/v1/stripe-receiver",
          "selgeo POST /api/v1/stripe-events/{receiver_id}"]
SETTING = "/api/v1/stripe-receiver"


def test_SE_70_the_receiver_is_set_in_the_dashboard_and_says_no_secret(world, dashboard):
    account = world.create_account("selgeo")
    owner = Dashboard(world.stack, account, "test")
    check_error(owner.get(SETTING), 404, "NOT_FOUND", "Not Found")
    made = owner.post(SETTING).json
    assert made["id"].startswith("srx_") and made["path"] == f"/api/v1/stripe-events/{made['id']}"
    assert (made["mode"], made["has_signing_secret"], made["waiting_events"]) == ("test", False, 0)
    refused = owner.post(SETTING, {"signing_secret": "sk_live_0123456789abcdef"})
    check_error(refused, 400, "VALIDATION_ERROR", "Bad Request")
    assert refused.json["details"][0]["field"] == "signing_secret" and "0123456789abcdef" not in refused.text
    secret = f"whsec_{uuid.uuid4().hex}"
    answer = owner.post(SETTING, {"signing_secret": secret})
    assert answer.json["id"] == made["id"] and answer.json["has_signing_secret"] is True and secret not in answer.text
    assert secret not in owner.get(SETTING).text and secret not in owner.get("/api/v1/audit-log").text
    assert owner.post(SETTING).json["has_signing_secret"] is True, "what is not given stays"
    check_error(Dashboard(world.stack, account).get(SETTING), 404, "NOT_FOUND", "Not Found")   # the other mode
    assert world.stack.value("select count(*) from stripe_receivers where position(%s in encode(sealed_secret, 'escape')) > 0", (secret,)) == 0
    assert owner.call("DELETE", SETTING).json == {"deleted": True}
    check_error(owner.call("DELETE", SETTING), 404, "NOT_FOUND", "Not Found")
    check_error(dashboard.call("GET", SETTING, token="sk_live_x"), 401, "UNAUTHORIZED", "Unauthorized")
    assert secret not in world.core.log.read_text()


def test_SE_70_the_receiver_is_set_on_the_command_line(world, shop):
    shown = world.core.json("stripe", "show", "--account", shop.account)
    assert shown["path"] == shop.receiver["path"] and shop.secret not in str(shown)
    for arguments in (("show", "--account", shop.account, "--mode", "test"), ("set", "--account", world.create_account("affspace")),
                      ("set", "--account", shop.account, "--secret", "nonsense")):
        assert world.core.run("stripe", *arguments, check=False).returncode == 1, arguments


def test_D_55_its_secret_is_sealed_anew_with_the_others(world, shop):
    assert world.core.json("webhook", "reseal") == {"resealed": world.stack.value("select count(*) from stripe_receivers where sealed_secret is not null"), "unreadable": 0}
    assert shop.told("checkout.session.completed", shop.session(shop.click())) == "booked"


def test_SE_71_only_stripe_gets_in(world, shop):
    session = shop.session(shop.click())
    event = shop.event("checkout.session.completed", session)
    for wrong in ({"secret": "whsec_another"}, {"age_s": 301}, {"age_s": -900}, {"spoil": b" "}, {"signed": False}):
        check_error(shop.tell(event, **wrong), 400, "SIGNATURE_INVALID", "Bad Request")
    check_error(shop.tell(event, path="/api/v1/stripe-events/srx_nothing"), 404, "NOT_FOUND", "Not Found")
    assert session["payment_intent"] not in shop.conversions()
    other = StripeShop(world)
    check_error(shop.tell(event, path=other.receiver["path"]), 400, "SIGNATURE_INVALID", "Bad Request")
    assert shop.tell(event, age_s=200).json == {"received": True, "outcome": "booked"}
    assert other.conversions() == {}


def test_SE_71_while_the_secret_is_replaced_one_of_two_signatures_is_right(shop):
    event = shop.event("customer.created", {"id": "cus_1"})
    assert shop.tell(event, before=["00" * 32]).json == {"received": True, "outcome": "ignored"}
    check_error(shop.tell(event, before=["00" * 32], signed=False), 400, "SIGNATURE_INVALID", "Bad Request")


def test_SE_71_an_event_of_the_other_mode_is_refused(world, shop):
    event = shop.event("checkout.session.completed", shop.session(shop.click()))
    event["livemode"] = False
    check_error(shop.tell(event), 422, "MODE_MISMATCH", "Unprocessable Entity")
    check_error(shop.tell({"id": "evt_1", "type": "invoice.paid"}), 400, "VALIDATION_ERROR", "Bad Request")


def test_SE_71_without_a_secret_nothing_is_taken(world):
    shop = StripeShop(world)
    world.core.run("stripe", "delete", "--account", shop.account)
    event = shop.event("customer.created", {})
    check_error(shop.tell(event), 404, "NOT_FOUND", "Not Found")
    shop.receiver = world.core.json("stripe", "set", "--account", shop.account)
    check_error(shop.tell(event), 400, "SIGNATURE_INVALID", "Bad Request")


@pytest.mark.parametrize("currency,amount,minor,owed", [("eur", 4900, 4900, "4.90"), ("usd", 1999, 1999, "2.00"),
                                                        ("jpy", 5000, 5000, "500"), ("kwd", 12340, 12340, "1.234")])
def test_SE_72_a_paid_session_is_a_conversion_in_its_currency(shop, dashboard, currency, amount, minor, owed):
    """The flow of a click, a lead and a paid upgrade."""
    click = shop.click()
    lead = shop.report(event_type="lead", external_transaction_id=f"lead:{fresh('a')}@buyer.example", prospect_email="a@buyer.example",
                       amount_cents=0, currency=None, click_id=click)
    assert lead.status == 201
    session = shop.session(click, amount, currency)
    assert shop.told("checkout.session.completed", session) == "booked"
    row = shop.conversion(session["payment_intent"])
    assert (row["amount"], row["currency"], row["commission"]) == (row["amount"], currency.upper(), owed)
    sale = dashboard.get(f"/api/v1/conversions/{row['id']}").json
    assert (sale["amount_cents"], sale["currency"], sale["event_type"], sale["attributed"]) == (minor, currency.upper(), "purchase", True)
    assert sale["attribution"]["click_id"] == click and sale["prospect_email"] == "jane@buyer.example"
    refund = shop.charge(session["payment_intent"], amount, amount, currency)
    assert shop.told("charge.refunded", refund) == "reversed"
    assert shop.conversion(session["payment_intent"])["status"] == "reversed"


def test_SE_72_a_lead_without_a_click_is_422_and_a_session_without_one_is_none(shop):
    check_error(shop.report(event_type="lead", amount_cents=0, currency=None), 422, "NO_ATTRIBUTION_SIGNAL", "Unprocessable Entity")
    session = shop.session("cart-7")
    assert shop.told("checkout.session.completed", session) == "no_click"
    assert session["payment_intent"] not in shop.conversions()


def test_SE_76_a_sale_that_the_deposit_does_not_cover_waits_for_one_that_does(world):
    shop = StripeShop(world)
    shop.core.run("account", "set", shop.account, "--policy", "deposit=required")
    session = shop.session(shop.click(), 4900)
    event = shop.event("checkout.session.completed", session)
    assert shop.tell(event).json == {"received": True, "outcome": "waiting"}
    assert shop.told("charge.refunded", shop.charge(session["payment_intent"], 2450)) == "waiting"
    assert shop.conversions() == {}
    deposit = shop.core.json("deposit", "create", "--account", shop.account, "--amount", "4.90")["id"]
    shop.core.run("deposit", "confirm", deposit)
    shop.wait_outcome(event, "booked")
    wait_until(lambda: commission(shop, session["payment_intent"]) == ("pending", "4.90", "2.45"), what="the refund taken")
    assert shop.tell(event).json["outcome"] == "repeated"


def test_SE_72_the_click_may_stand_in_the_metadata(shop):
    session = shop.session("cart-7", metadata={"aff_click_id": shop.click()})
    assert shop.told("checkout.session.completed", session) == "booked"
    assert shop.conversion(session["payment_intent"])["attributed"] is True


def test_SE_72_an_unknown_click_is_kept_as_not_attributed(shop):
    session = shop.session(str(uuid.uuid4()))
    assert shop.told("checkout.session.completed", session) == "booked"
    assert shop.conversion(session["payment_intent"])["reason"] == "click_unknown"


def test_SE_72_money_that_comes_later_books_later(shop):
    session = shop.session(shop.click(), status="unpaid")
    assert shop.told("checkout.session.completed", session) == "ignored"
    assert shop.told("checkout.session.async_payment_succeeded", {**session, "payment_status": "paid"}) == "booked"
    assert shop.told("checkout.session.completed", {**session, "payment_status": "paid"}) == "repeated_payment"
    assert list(shop.conversions()).count(session["payment_intent"]) == 1


def test_SE_73_an_event_that_comes_again_counts_once(world, shop):
    event = shop.event("checkout.session.completed", shop.session(shop.click()))
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(shop_of().tell(event))) for _ in range(8)]
    before = len(shop.conversions())

    def shop_of():   # a client is for one thread
        mine = copy.copy(shop)
        mine.stripe = Client(world.edge.port, "selgeo.localhost", timeout_s=30, source=own_address())
        return mine
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [200] * 8
    assert len(shop.conversions()) == before + 1
    assert shop.tell(event).json["outcome"] == "repeated"
    assert shop.tell({**event, "id": fresh("evt")}).json["outcome"] == "repeated_payment"
    assert len(shop.conversions()) == before + 1


def test_SE_74_a_subscription_pays_again_and_its_first_invoice_once(shop):
    subscription = fresh("sub")
    session = shop.session(shop.click(), 900, subscription=subscription)
    first = shop.invoice(subscription, id=session["invoice"], billing_reason="subscription_create")
    assert shop.told("checkout.session.completed", session) == "booked"
    assert shop.told("invoice.paid", first) == "repeated_payment"
    renewal = shop.invoice(subscription, 1900)
    assert shop.told("invoice.paid", renewal) == "booked"
    row = shop.conversion(renewal["id"])
    assert (row["goal"], row["commission"], row["attributed"], row["reason"]) == ("renewal", "1.90", True, "earlier_conversion")
    assert shop.told("invoice.paid", shop.invoice(subscription, 0)) == "nothing_paid"
    since = shop.invoice(None, 700, parent={"type": "subscription_details", "subscription_details": {"subscription": subscription}})
    assert shop.told("invoice.paid", since) == "booked"
    assert shop.told("charge.refunded", shop.charge(None, 1900, 1900, id=renewal["charge"])) == "reversed"
    assert shop.conversion(renewal["id"])["status"] == "reversed"
    assert shop.conversion(session["invoice"])["status"] == "pending"
    assert shop.told("charge.refunded", shop.charge(first["payment_intent"], 900, 900)) == "reversed"


def test_SE_74_a_renewal_is_credited_when_the_window_is_over_and_not_to_who_is_suspended(world, shop):
    program = shop.campaign("--window", "1h", "--model", "revshare")
    affiliate, code = world.join(program)
    world.wait_live(code)
    subscription = fresh("sub")
    session = shop.session(shop.click(code=code), 900, subscription=subscription)
    assert shop.told("checkout.session.completed", session) == "booked"
    world.stack.query("update campaigns set attribution_window_s = 1 where public_id = %s", (program,))
    later_s = int(time.time()) + 500   # a clock may be ten minutes fast
    expired = shop.session(session["client_reference_id"])
    assert shop.tell(shop.event("checkout.session.completed", expired, created=later_s)).json["outcome"] == "booked"
    assert shop.conversion(expired["payment_intent"])["reason"] == "click_expired"
    renewal = shop.event("invoice.paid", shop.invoice(subscription), created=later_s)
    assert shop.tell(renewal).json["outcome"] == "booked"
    assert shop.conversion(renewal["data"]["object"]["id"])["attributed"] is True
    world.core.run("affiliate", "set-status", affiliate, "suspended")
    later = shop.invoice(subscription)
    assert shop.told("invoice.paid", later) == "booked"
    assert shop.conversion(later["id"])["reason"] == "affiliate_inactive"


def test_SE_74_the_renewal_of_a_sale_that_waits_for_a_person_waits_too(shop):
    click, subscription = shop.click(), fresh("sub")
    assert shop.told("checkout.session.completed", shop.session(click)) == "booked"
    again = shop.session(click, subscription=subscription)   # a second purchase by one click is held
    assert shop.told("checkout.session.completed", again) == "booked"
    assert shop.conversion(again["invoice"])["review"] is True
    renewal = shop.invoice(subscription)
    assert shop.told("invoice.paid", renewal) == "booked"
    assert shop.conversion(renewal["id"])["review"] is True


def test_SE_74_a_limit_of_the_program_is_an_outcome(world):
    shop = StripeShop(world, model="cpa", commission="5.00")
    world.core.run("campaign", "set", shop.program["live"], "--click-limit", "1")
    click = shop.click()
    assert shop.told("checkout.session.completed", shop.session(click)) == "booked"
    assert shop.told("checkout.session.completed", shop.session(click)) == "limit_reached"


def test_SE_74_only_programs_that_share_revenue_pay_again(world):
    shop = StripeShop(world, model="cps")
    subscription = fresh("sub")
    assert shop.told("checkout.session.completed", shop.session(shop.click(), subscription=subscription)) == "booked"
    assert shop.told("invoice.paid", shop.invoice(subscription)) == "not_recurring"
    nobody = fresh("sub")
    assert shop.told("checkout.session.completed", shop.session(None, subscription=nobody)) == "no_click"
    assert shop.told("invoice.paid", shop.invoice(nobody)) == "no_click"
    assert len(shop.conversions()) == 1


def test_SE_74_after_a_trial_the_first_paid_invoice_is_the_sale(shop):
    subscription = fresh("sub")
    trial = shop.session(shop.click(), 0, subscription=subscription, status="no_payment_required")
    assert shop.told("checkout.session.completed", trial) == "nothing_paid"
    assert shop.told("invoice.paid", shop.invoice(subscription, 0, id=trial["invoice"])) == "nothing_paid"
    first, second = shop.invoice(subscription), shop.invoice(subscription)
    assert [shop.told("invoice.paid", one) for one in (first, second)] == ["booked", "booked"]
    assert [shop.conversion(one["id"])["goal"] for one in (first, second)] == ["purchase", "renewal"]


def test_SE_76_any_order_ends_the_same(shop):
    subscription = fresh("sub")
    session = shop.session(shop.click(), 900, subscription=subscription)
    first = shop.invoice(subscription, id=session["invoice"], payment_intent=None, charge=None)
    renewal = shop.invoice(subscription, 1000, payment_intent=None, charge=None)
    link = {"id": fresh("inpay"), "object": "invoice_payment", "invoice": renewal["id"],
            "payment": {"type": "payment_intent", "payment_intent": fresh("pi")}}
    refund = shop.charge(link["payment"]["payment_intent"], 500, 1000)
    for kind, thing in (("charge.refunded", refund), ("invoice_payment.paid", link), ("invoice.paid", renewal), ("invoice.paid", first)):
        assert shop.told(kind, thing) == "waiting"
    assert shop.world.core.json("stripe", "show", "--account", shop.account)["waiting_events"] == 4
    assert shop.told("checkout.session.completed", session) == "booked"
    assert shop.world.core.json("stripe", "show", "--account", shop.account)["waiting_events"] == 0
    assert commission(shop, session["invoice"]) == ("pending", "0.90", "0.00")
    assert commission(shop, renewal["id"]) == ("pending", "1.00", "0.50")


def test_SE_76_when_too_many_wait_the_oldest_give_way(world):
    shop = StripeShop(world)
    world.stack.query(
        "insert into stripe_events (account_id, mode, event_id, kind, object_id, awaits, amount_minor, currency, happened_at, outcome, received_at) "
        "select a.id, 'live', 'evt_' || n, 'refunded', 'ch_' || n, array['pi_' || n], 1, 'EUR', now(), 'waiting', now() - n * interval '1 second' "
        "from accounts a, generate_series(1, 10000) n where public_id = %s", (shop.account,))
    assert shop.told("charge.refunded", shop.charge(fresh("pi"), 4900)) == "waiting"
    gone = world.stack.query("select event_id from stripe_events e join accounts a on a.id = e.account_id where a.public_id = %s and outcome = 'gave_way'", (shop.account,))
    assert [row[0] for row in gone] == ["evt_10000"]
    assert world.core.json("stripe", "show", "--account", shop.account)["waiting_events"] == 10_000


def test_SEL_11_the_modes_and_accounts_do_not_see_each_others_payments(world, shop):
    session = shop.session(shop.click())
    assert shop.told("checkout.session.completed", session) == "booked"
    test, other = StripeShop(world, mode="test"), StripeShop(world)
    for stranger in (test, other):
        assert stranger.told("charge.refunded", stranger.charge(session["payment_intent"], 4900)) == "waiting"
        assert stranger.told("checkout.session.completed", stranger.session(shop.click())) in ("booked", "mode_mismatch")
    assert commission(shop, session["payment_intent"])[0] == "pending"
    mine = test.session(test.click("test"))
    assert test.told("checkout.session.completed", mine) == "booked"
    assert test.conversion(mine["payment_intent"])["ledger"] == []
