"""Affily: deposits that Stripe takes the money of. Stripe is a double of its documented protocol."""

import json
import subprocess
import threading
import time
from urllib.parse import parse_qsl

import pytest

from affily_advertiser import check_error
from affily_payments import (SUNRISE_KEY, SUNRISE_SECRET, ask_once, merchant, outcomes, shop, shown, stripe, sunrise,  # noqa: F401: fixtures
                             tell_sunrise)
from http_client import Client
from servers import wait_until
from stack import clean_environment
from stripe_double import SECRET_KEY, WEBHOOK_SECRET
from test_affily_deposits import ask, page, pay

ROUTES = ["affily POST /hooks/stripe"]


def test_AFY_33_the_payment_url_of_stripe_is_stripes_checkout(merchant, stripe):
    deposit = ask(merchant, amount=1000.5)
    assert deposit.status == 201, deposit.text
    deposit = deposit.json
    session = stripe.session_for(deposit["id"])
    assert deposit["payment_url"] == session["url"] and deposit["status"] == "pending_payment"
    assert set(deposit) == {"id", "status", "payment_url", "expires_at"}
    assert (session["amount_total"], session["currency"]) == (100_050, "pln")
    fields, body = stripe.requests[-1]
    assert fields["Idempotency-Key"] == deposit["id"] and fields["Stripe-Version"]
    assert dict(parse_qsl(body))["client_reference_id"] == deposit["id"]
    assert session["cancel_url"] == f"https://sklep.example/success?x=1&deposit_id={deposit['id']}&status=cancelled"
    assert merchant.balance() == 0
    ours = page(merchant, deposit)
    assert f'href="{session["url"]}"' in ours.text and "<button" not in ours.text
    assert pay(merchant, deposit).status == 403, "our own page takes no money for Stripe"


def test_AFY_31_the_other_methods_stay_on_our_page(merchant, stripe):
    before = len(stripe.requests)
    for method in ("transfer", "proforma"):
        assert "affily.localhost" in ask(merchant, method=method).json["payment_url"]
    test_key = merchant.new_key(mode="test")
    assert "affily.localhost" in ask(merchant, key=test_key).json["payment_url"], "play money costs nothing"
    check_error(ask(merchant, amount=0), 422, "validation_error", "amount")
    assert len(stripe.requests) == before


def test_AY_32_what_was_paid_is_free_to_spend_and_counts_once(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    event, answer = stripe.tell_paid(deposit["id"])
    assert answer.status == 200 and answer.json == {"received": True}
    assert merchant.balance() == 100 and shown(merchant, deposit)["status"] == "paid"
    for _ in range(3):   # Stripe tells again whatever it is not sure of
        assert stripe.tell(event).status == 200
    threads = [threading.Thread(target=stripe.tell, args=(event,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert merchant.balance() == 100 and outcomes(merchant, deposit) == [("paid", "booked")]
    assert merchant.convert(amount=1000).status == 201 and merchant.balance() == 0
    assert "Paid" in page(merchant, deposit).text


def test_AY_32_one_notice_by_many_at_once_counts_once(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    event = stripe.event("checkout.session.completed", {**stripe.session_for(deposit["id"]), "payment_status": "paid"})
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(stripe.tell(event).status)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8 and merchant.balance() == 100


def test_AY_32_the_payer_comes_back_before_the_notice(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    success = stripe.session_for(deposit["id"])["success_url"]
    path = success[success.index("/v1/"):]
    waiting = merchant.client.get(path)
    assert waiting.status == 200 and "Waiting for the payment" in waiting.text and "not confirmed" in waiting.text and waiting.fields["refresh"]
    stripe.tell_paid(deposit["id"])
    back = merchant.client.get(path)
    assert back.status == 303
    assert back.fields["location"] == f"https://sklep.example/success?x=1&deposit_id={deposit['id']}&status=paid"
    plain = ask(merchant, return_url=None).json
    stripe.tell_paid(plain["id"])
    success = stripe.session_for(plain["id"])["success_url"]
    done = merchant.client.get(success[success.index("/v1/"):])
    assert done.status == 200 and "Paid" in done.text and "refresh" not in done.fields


@pytest.mark.parametrize("changed, outcome", [
    ({"amount_total": 9_999}, "wrong_amount"), ({"amount_total": 10_001}, "wrong_amount"), ({"currency": "eur"}, "wrong_currency"),
    ({"id": "cs_test_another"}, "another_session")])
def test_AY_32_what_does_not_fit_is_kept_for_an_operator(merchant, stripe, changed, outcome):
    deposit = ask(merchant, amount=100).json
    problems = merchant.world.stack.core.total("footfall_payments_problems_total")
    event, answer = stripe.tell_paid(deposit["id"], **changed)
    assert answer.status == 200 and stripe.tell(event).status == 200
    assert merchant.balance() == 0 and shown(merchant, deposit)["status"] == "pending_payment"
    assert outcomes(merchant, deposit) == [("paid", outcome)]
    assert merchant.world.stack.core.total("footfall_payments_problems_total") == problems + 1
    log = merchant.world.stack.core.log.read_text()
    assert '"payments.notice.problem"' in log and outcome in log
    merchant.core.run("deposit", "confirm", deposit["id"], "--reason", "looked at it")
    assert merchant.balance() == 100


def test_AY_32_only_stripe_is_believed(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    event = stripe.event("checkout.session.completed", {**stripe.session_for(deposit["id"]), "payment_status": "paid"})
    for trick in ({"secret": "whsec_guessed"}, {"spoil": True}, {"age_s": 3_600}, {"age_s": -3_600}):
        check_error(stripe.tell(event, **trick), 400, "validation_error")
    unsigned = merchant.client.request("POST", "/hooks/stripe", b"{}", {"Content-Type": "application/json"})
    check_error(unsigned, 400, "validation_error")
    assert merchant.balance() == 0 and outcomes(merchant, deposit) == []
    assert stripe.tell(event, age_s=200).status == 200 and merchant.balance() == 100


def test_AY_32_guesses_are_limited(merchant):
    fields = {"Content-Type": "application/json", "X-Forwarded-For": "198.19.77.7"}
    statuses = [merchant.client.request("POST", "/hooks/stripe", b"{}", fields).status for _ in range(1_300)]   # over two minutes at most
    assert set(statuses) == {400, 429} and statuses.count(400) <= 1_200


def test_AY_32_money_that_comes_late_counts(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    merchant.world.stack.query("update deposits set expires_at = now() - interval '1 hour' where public_id = %s", (deposit["id"],))
    assert "Expired" in page(merchant, deposit).text
    stripe.tell_paid(deposit["id"])
    assert merchant.balance() == 100 and outcomes(merchant, deposit) == [("paid", "booked")]


@pytest.mark.parametrize("kind, event", [("checkout.session.expired", "expired"), ("checkout.session.async_payment_failed", "failed")])
def test_AY_32_a_session_may_end_unpaid(merchant, stripe, kind, event):
    deposit = ask(merchant, amount=100).json
    session = stripe.session_for(deposit["id"])
    assert stripe.tell(stripe.event(kind, {**session, "status": "expired"})).status == 200
    assert merchant.balance() == 0 and "Expired" in page(merchant, deposit).text
    assert outcomes(merchant, deposit) == [(event, "booked")]
    assert stripe.tell(stripe.event("checkout.session.async_payment_succeeded", {**session, "payment_status": "paid"})).status == 200
    assert merchant.balance() == 100, "it came after all"


def test_AY_32_a_payment_may_be_on_its_way_for_days(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    session = stripe.session_for(deposit["id"])
    assert stripe.tell(stripe.event("checkout.session.completed", {**session, "payment_status": "unpaid"})).status == 200
    assert merchant.balance() == 0 and outcomes(merchant, deposit) == []
    assert stripe.tell(stripe.event("checkout.session.async_payment_succeeded", {**session, "payment_status": "paid"})).status == 200
    assert merchant.balance() == 100


def test_AY_33_what_stripe_pays_back_leaves_the_deposit(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    early = stripe.event("charge.refunded", stripe.charge(deposit["id"], 3_000))
    assert stripe.tell(early).status == 409, "before its payment: Stripe is to tell again"
    stripe.tell_paid(deposit["id"])
    for _ in range(2):
        assert stripe.tell(early).status == 200
    assert merchant.balance() == 70
    merchant.core.run("deposit", "refund", deposit["id"], "--amount", "20")   # an operator books first, and then uses Stripe's dashboard
    assert stripe.tell(stripe.event("charge.refunded", stripe.charge(deposit["id"], 5_000))).status == 200
    assert merchant.balance() == 50, "Stripe tells the sum of all refunds"
    assert merchant.convert(amount=300).status == 201 and merchant.balance() == 20
    assert stripe.tell(stripe.event("charge.refunded", stripe.charge(deposit["id"], 10_000))).status == 200
    assert merchant.balance() == 0, "what is free leaves; what is reserved stays so, and an operator is told"
    assert merchant.core.json("deposit", "show", deposit["id"])["refunded"] == "70.00"
    assert [outcome for _, outcome in outcomes(merchant, deposit)] == ["booked", "booked", "changes_nothing", "not_free"]


def test_AY_32_paid_twice_is_told_to_an_operator(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    merchant.core.run("deposit", "confirm", deposit["id"], "--reason", "came by transfer")
    stripe.tell_paid(deposit["id"])
    assert merchant.balance() == 100 and outcomes(merchant, deposit) == [("paid", "paid_already")]
    assert stripe.tell(stripe.event("charge.refunded", stripe.charge(deposit["id"], 10_000))).status == 200
    assert merchant.balance() == 100, "the money that came by transfer is still here"
    assert outcomes(merchant, deposit)[1:] == [("refunded", "changes_nothing")]


def test_AY_33_the_refund_of_a_wrong_sum_changes_nothing(merchant, stripe):
    deposit = ask(merchant, amount=100).json
    session = stripe.session_for(deposit["id"])
    assert stripe.tell(stripe.event("checkout.session.completed", {**session, "payment_status": "paid", "amount_total": 12_000})).status == 200
    assert outcomes(merchant, deposit) == [("paid", "wrong_amount")]
    refund = stripe.event("charge.refunded", stripe.charge(deposit["id"], 12_000))
    assert stripe.tell(refund).status == 200, "Stripe need not tell again"
    assert outcomes(merchant, deposit)[1:] == [("refunded", "changes_nothing")]


def test_AY_33_the_refund_of_what_an_operator_confirmed_by_hand_is_told(merchant, stripe):
    """It may be the money that was confirmed, or not: only the operator knows."""
    deposit = ask(merchant, amount=100).json
    stripe.tell_paid(deposit["id"], amount_total=12_000)
    merchant.core.run("deposit", "confirm", deposit["id"], "--reason", "keeps 100 of it")
    merchant.core.run("deposit", "refund", deposit["id"], "--amount", "20")
    problems = merchant.world.stack.core.total("footfall_payments_problems_total")
    assert stripe.tell(stripe.event("charge.refunded", stripe.charge(deposit["id"], 2_000))).status == 200
    assert merchant.world.stack.core.total("footfall_payments_problems_total") == problems, "it is in the books"
    assert stripe.tell(stripe.event("charge.refunded", stripe.charge(deposit["id"], 5_000))).status == 200
    assert merchant.balance() == 80 and outcomes(merchant, deposit)[1:] == [("refunded", "changes_nothing"), ("refunded", "not_booked")]
    assert merchant.world.stack.core.total("footfall_payments_problems_total") == problems + 1


def test_AY_27_the_operators_deposit_has_the_providers_page(merchant, stripe):
    made = merchant.core.json("deposit", "create", "--account", merchant.account, "--amount", "100", "--method", "stripe")
    session = stripe.session_for(made["id"])
    assert made["payment_url"] == session["url"]
    assert session["success_url"].startswith("http://affily.localhost") and session["success_url"].endswith(f"/v1/deposits/{made['id']}/checkout?from=provider")
    stripe.tell_paid(made["id"])
    assert merchant.balance() == 100 and shown(merchant, made)["status"] == "paid"
    stripe.trouble = "key"
    refused = merchant.core.run("deposit", "create", "--account", merchant.account, "--amount", "100", "--method", "stripe", check=False)
    assert refused.returncode == 1 and "payment provider" in refused.stderr and SECRET_KEY not in refused.stderr + refused.stdout
    assert len(merchant.core.json("deposit", "list", "--account", merchant.account)["deposits"]) == 1


def test_AY_32_other_events_of_the_account_are_left_alone(merchant, stripe):
    session = {"id": "cs_other", "client_reference_id": "order-7", "payment_status": "paid", "amount_total": 5, "currency": "pln"}
    for kind, thing in (("customer.created", {"id": "cus_1"}), ("checkout.session.completed", session), ("charge.refunded", {"id": "ch_1"})):
        assert stripe.tell(stripe.event(kind, thing)).status == 200
    unknown = {**session, "client_reference_id": "dep_00000000000000000000000000"}
    check_error(stripe.tell(stripe.event("checkout.session.completed", unknown)), 404, "not_found")
    transfer = ask(merchant, method="transfer").json
    check_error(stripe.tell(stripe.event("checkout.session.completed", {**unknown, "client_reference_id": transfer["id"]})), 404, "not_found")
    check_error(stripe.tell({"id": "evt_1", "livemode": False, "type": "checkout.session.completed", "data": {"object": {**unknown, "currency": "zzz"}}}), 400,
                "validation_error")
    assert merchant.balance() == 0


@pytest.mark.parametrize("trouble, status, code, reason", [
    ("down", 503, "service_unavailable", "payment_provider_unavailable"), ("closed", 503, "service_unavailable", "payment_provider_unavailable"),
    ("slow", 503, "service_unavailable", "payment_provider_unavailable"), ("key", 502, "bad_gateway", "payment_provider_refused"),
    ("nonsense", 502, "bad_gateway", "payment_provider_refused")])
def test_AY_34_a_provider_in_trouble_leaves_no_deposit_behind(merchant, stripe, trouble, status, code, reason):
    stripe.trouble = trouble
    before, failures = len(stripe.requests), merchant.world.stack.core.total("footfall_payments_session_failures_total")
    started = time.monotonic()
    answer = ask_once(merchant)
    details = check_error(answer, status, code)
    assert status == 502 or int(answer.fields["retry-after"]) >= 1
    assert details == {"reason": reason} and time.monotonic() - started < 15
    assert merchant.core.json("deposit", "list", "--account", merchant.account)["deposits"] == []
    assert merchant.world.stack.core.total("footfall_payments_session_failures_total") == failures + 1
    tried = stripe.requests[before:]
    assert len(tried) == (2 if trouble in ("down", "closed") else 1)
    assert len({fields["Idempotency-Key"] for fields, _ in tried}) == 1, "Stripe makes one session of both attempts"
    stripe.trouble = None
    assert ask(merchant).status == 201


def test_AY_34_an_answer_that_was_lost_makes_one_session(merchant, stripe):
    stripe.trouble = "lost"
    before = len(stripe.requests)
    deposit = ask_once(merchant)
    assert deposit.status == 201 and len(stripe.requests) - before == 2
    sessions = [one for one in stripe.sessions.values() if one["client_reference_id"] == deposit.json["id"]]
    assert [one["url"] for one in sessions] == [deposit.json["payment_url"]]


def test_AY_34_an_amount_that_stripe_does_not_take(merchant, stripe):
    stripe.trouble = "small"
    check_error(ask(merchant, amount=0.01), 422, "validation_error", "amount")


def test_AY_34_a_slow_provider_holds_only_a_few(merchant, stripe):
    """Four of 16 threads wait for it at most, and the other calls are answered meanwhile, at the first try."""
    stripe.trouble, stripe.slow_most = "slow", 0
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask_once(merchant).status)) for _ in range(40)]
    for thread in threads:
        thread.start()
    wait_until(lambda: stripe.slow_now > 0, what="one that waits")
    client = Client(merchant.world.edge.port, "affily.localhost", timeout_s=30)
    assert client.get("/v1/account", {"Authorization": f"Bearer {merchant.key}"}).status == 200
    for thread in threads:
        thread.join()
    assert answers == [503] * 40
    assert 4 <= stripe.slow_most < 8, "and a few that came when the first four had given up"
    wait_until(lambda: stripe.slow_now == 0, what="the provider left in peace")


def test_AY_35_secrets_are_in_no_log_and_no_answer(merchant, stripe, sunrise):
    """After each provider was asked, refused us, and was imitated."""
    for method in ("stripe", "sunrise_pay"):
        stripe.trouble, sunrise.answers["/v1/sessions"] = None, sunrise.session
        deposit = ask(merchant, method=method).json
        stripe.trouble, sunrise.answers["/v1/sessions"] = "key", sunrise.refusal
        assert all(secret not in text for secret in (SECRET_KEY, SUNRISE_KEY)
                   for text in (ask(merchant, method=method).text, json.dumps(shown(merchant, deposit))))
    sunrise.answers["/v1/sessions"] = sunrise.session
    stripe.tell(stripe.event("customer.created", {}), secret="guessed")
    tell_sunrise(merchant, secret="guessed", id="n-1", type="payment.confirmed")
    log = merchant.world.stack.core.log.read_text() + merchant.world.edge.log.read_text()
    assert '"payments.provider.refused"' in log and '"payments.call.refused"' in log, "what is likeliest to name them is there"
    for secret in (SECRET_KEY, WEBHOOK_SECRET, SUNRISE_KEY, SUNRISE_SECRET):
        assert secret not in log
        assert secret not in merchant.core.run("serve", "--print-config").stdout


@pytest.mark.parametrize("changed", [{"STRIPE_URL": "http://stripe.example"}, {"STRIPE_URL": "text"}, {"STRIPE_WEBHOOK_SECRET": ""},
                                     {"STRIPE_SECRET_KEY": ""}, {"STRIPE_URL": "https://api.stripe.com/"}])
def test_AY_35_a_provider_is_set_up_whole_and_safely(shop, changed):
    core = shop.world.stack.core
    settings = {**core.settings, **{f"FOOTFALL_CORE_PAYMENTS_{name}": value for name, value in changed.items()}}
    done = subprocess.run([core.binary, "serve"], env=clean_environment(**settings), cwd=core.folder, text=True, capture_output=True, timeout=60)
    assert done.returncode != 0 and "payments.stripe" in done.stdout + done.stderr and SECRET_KEY not in done.stdout + done.stderr


def test_AY_32_without_a_provider_nobody_calls(advertiser):
    answer = advertiser.client.request("POST", "/hooks/stripe", b"{}", {"Content-Type": "application/json"})
    check_error(answer, 404, "not_found")
