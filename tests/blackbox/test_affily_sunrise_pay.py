"""Affily: deposits that Sunrise Pay takes the money of (AY-36)."""

import json
import threading

import pytest

from affily_advertiser import check_error
from affily_payments import (SUNRISE_KEY, merchant, outcomes, shop, shown, stripe, sunrise, sunrise_call,  # noqa: F401: fixtures
                             tell_sunrise)
from stripe_double import WEBHOOK_SECRET
from test_affily_deposits import ask, page, pay

ROUTES = ["affily POST /hooks/sunrise_pay"]


@pytest.fixture
def sunrise_deposit(merchant, sunrise):
    answer = ask(merchant, method="sunrise_pay", amount=80.5)
    assert answer.status == 201, answer.text
    return answer.json


def test_AY_36_only_sunrise_pay_is_believed(merchant, sunrise_deposit):
    told = sunrise_call(sunrise_deposit)
    for trick in ({"secret": "guessed"}, {"secret": WEBHOOK_SECRET}, {"spoil": True}, {"age_s": 3_600}, {"age_s": -3_600}):
        check_error(tell_sunrise(merchant, **trick, **told), 400, "validation_error")
    unsigned = merchant.client.request("POST", "/hooks/sunrise_pay", json.dumps(told).encode(), {"Content-Type": "application/json"})
    check_error(unsigned, 400, "validation_error")
    assert merchant.balance() == 0 and outcomes(merchant, sunrise_deposit) == []
    assert tell_sunrise(merchant, age_s=200, **told).status == 200 and merchant.balance() == 80.5


def test_AY_36_what_sunrise_pay_tells_again_counts_once(merchant, sunrise_deposit):
    told = sunrise_call(sunrise_deposit)
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(tell_sunrise(merchant, **told).status)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8 and merchant.balance() == 80.5
    assert tell_sunrise(merchant, **sunrise_call(sunrise_deposit)).status == 200   # another notice of a payment
    assert merchant.balance() == 80.5 and outcomes(merchant, sunrise_deposit) == [("paid", "booked"), ("paid", "paid_already")]


@pytest.mark.parametrize("changed, outcome", [
    ({"amount": "8.05"}, "wrong_amount"), ({"amount": "80.51"}, "wrong_amount"), ({"currency": "EUR"}, "wrong_currency"),
    ({"session": "s-another"}, "another_session")])
def test_AY_36_what_does_not_fit_is_kept_for_an_operator(merchant, sunrise_deposit, changed, outcome):
    problems = merchant.world.stack.core.total("footfall_payments_problems_total")
    told = sunrise_call(sunrise_deposit, **changed)
    for _ in range(2):
        assert tell_sunrise(merchant, **told).status == 200
    assert merchant.balance() == 0 and shown(merchant, sunrise_deposit)["status"] == "pending_payment"
    assert outcomes(merchant, sunrise_deposit) == [("paid", outcome)]
    assert merchant.world.stack.core.total("footfall_payments_problems_total") == problems + 1


def test_AY_36_money_that_comes_late_counts(merchant, sunrise_deposit):
    merchant.world.stack.query("update deposits set expires_at = now() - interval '1 hour' where public_id = %s", (sunrise_deposit["id"],))
    assert "Expired" in page(merchant, sunrise_deposit).text
    assert tell_sunrise(merchant, **sunrise_call(sunrise_deposit)).status == 200
    assert merchant.balance() == 80.5 and outcomes(merchant, sunrise_deposit) == [("paid", "booked")]


@pytest.mark.parametrize("kind, event", [("payment.expired", "expired"), ("payment.failed", "failed")])
def test_AY_36_a_session_may_end_unpaid(merchant, sunrise_deposit, kind, event):
    assert tell_sunrise(merchant, **sunrise_call(sunrise_deposit, kind)).status == 200
    assert merchant.balance() == 0 and "Expired" in page(merchant, sunrise_deposit).text
    assert outcomes(merchant, sunrise_deposit) == [(event, "booked")]
    assert tell_sunrise(merchant, **sunrise_call(sunrise_deposit)).status == 200
    assert merchant.balance() == 80.5, "it came after all"


def test_AY_36_a_refund_by_sunrise_pay(merchant, sunrise_deposit):
    refund = lambda amount: tell_sunrise(merchant, **sunrise_call(sunrise_deposit, "payment.refunded", amount=amount))
    assert refund("0.50").status == 409, "before its payment: it is to be told again"
    assert tell_sunrise(merchant, **sunrise_call(sunrise_deposit)).status == 200
    assert refund("30.50").status == 200 and merchant.balance() == 50
    assert merchant.convert(amount=200).status == 201 and merchant.balance() == 30
    assert refund("80.50").status == 200 and merchant.balance() == 0
    assert [outcome for _, outcome in outcomes(merchant, sunrise_deposit)] == ["booked", "booked", "not_free"]


def test_AY_36_a_sunrise_pay_in_trouble_leaves_no_deposit_behind(merchant, sunrise):
    sunrise.answers["/v1/sessions"] = sunrise.refusal
    try:
        details = check_error(ask(merchant, method="sunrise_pay"), 502, "bad_gateway")
        assert details == {"reason": "payment_provider_refused"}
        assert merchant.core.json("deposit", "list", "--account", merchant.account)["deposits"] == []
    finally:
        sunrise.answers["/v1/sessions"] = sunrise.session


def test_AY_36_sunrise_pay_by_its_hosted_page(merchant, sunrise):
    deposit = ask(merchant, method="sunrise_pay", amount=80.5).json
    asked = sunrise.at("/v1/sessions")[-1]
    sent = json.loads(asked.body)
    assert deposit["payment_url"] == sunrise.url("/pay/" + deposit["id"])
    assert (sent["reference"], sent["amount"], sent["currency"], sent["expires_at"]) == (deposit["id"], "80.50", "PLN", deposit["expires_at"])
    assert asked.fields["authorization"] == f"Bearer {SUNRISE_KEY}" and asked.fields["idempotency-key"] == deposit["id"]
    ours = page(merchant, deposit)
    assert f'href="{deposit["payment_url"]}"' in ours.text and "Pay with Sunrise Pay" in ours.text and "<button" not in ours.text
    assert pay(merchant, deposit).status == 403, "our own page takes no money for it"
    back = sent["success_url"][sent["success_url"].index("/v1/"):]
    assert "Waiting for the payment" in merchant.client.get(back).text
    assert tell_sunrise(merchant, **sunrise_call(deposit)).status == 200 and merchant.balance() == 80.5
    assert merchant.client.get(back).fields["location"].endswith(f"deposit_id={deposit['id']}&status=paid")
    stripes = ask(merchant).json
    check_error(tell_sunrise(merchant, **sunrise_call(deposit, reference=stripes["id"])), 404, "not_found")
    for wrong in ({"id": ""}, {"reference": ""}, {"amount": 80.5}, {"amount": "80.505"}, {"currency": "zzz"}):
        check_error(tell_sunrise(merchant, **sunrise_call(deposit, **wrong)), 400, "validation_error")
    assert tell_sunrise(merchant, **sunrise_call(deposit, "payment.noticed")).status == 200, "other kinds are left alone"
    assert merchant.balance() == 80.5
