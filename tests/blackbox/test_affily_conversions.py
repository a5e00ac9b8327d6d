"""Affily: conversions created and decided. One test per row, named by its id."""

import re
import threading
import time
from datetime import datetime

import pytest

from affily_advertiser import Advertiser, check_error, fresh
from http_client import Client
from load_client import mint_uuid7
from servers import wait_until

ROUTES = [
    "affily POST /v1/conversions",
    "affily PATCH /v1/conversions/{conversion_id}",
]


def test_AFY_16_17_19_AY_7_17_a_conversion_is_created(advertiser):
    answer = advertiser.convert(order_id=fresh("ORDER-001"), amount=250.00, metadata={"cart": [1, 2]})
    assert answer.status == 201, answer.text
    made = answer.json
    assert set(made) == {"id", "status", "commission", "hold_until"}
    assert re.fullmatch(r"conv_[0-9a-z]{26}", made["id"]) and made["status"] == "pending"
    assert made["commission"] == 25 and '"commission":25.00' in answer.text
    hold = datetime.fromisoformat(made["hold_until"].replace("Z", "+00:00")).timestamp()
    assert abs(hold - (time.time() + 30 * 86_400)) < 120
    assert advertiser.shown(made["id"])["hold_until"] == made["hold_until"]


def test_AFY_18_commissions_are_exact(advertiser):
    for amount, commission in (("0.05", "0.01"), ("149.99", "15.00"), ("1e2", "10.00"), ("9007199254.99", "900719925.50")):
        other = Advertiser(advertiser.world, "999999999.00") if amount.startswith("9007") else advertiser
        body = '{"click_id":"%s","offer_id":"%s","order_id":"%s","amount":%s}' % (other.click(), other.offer, fresh(), amount)
        answer = other.request("POST", "/v1/conversions", body.encode())
        assert answer.status == 201 and f'"commission":{commission},' in answer.text, answer.text


def test_AFY_16_AY_29_metadata_comes_back_as_it_was_sent(advertiser):
    metadata = '{"z": 1.10, "a":{"deep":[true,null,"\\u0000 \\ud83d\\ude00 \\ud800"]}, "a" : 1e999}'
    body = '{"click_id":"%s","offer_id":"%s","order_id":"%s","amount":1,"metadata":%s}' % (
        advertiser.click(), advertiser.offer, fresh(), metadata)
    answer = advertiser.request("POST", "/v1/conversions", body.encode())
    assert answer.status == 201, answer.text
    assert f'"metadata":{metadata}' in advertiser.get("/v1/conversions", limit=1).text
    conversion = advertiser.booked()
    assert advertiser.shown(conversion)["metadata"] is None
    check_error(advertiser.convert(metadata={"x": "y" * 17_000}), 422, "validation_error", "metadata")
    for wrong in ([1], "text", 7):
        check_error(advertiser.convert(metadata=wrong), 422, "validation_error", "metadata")


@pytest.mark.parametrize("field, value", [
    ("click_id", None), ("click_id", 17), ("offer_id", None), ("offer_id", ["x"]), ("order_id", None), ("order_id", ""),
    ("order_id", "x" * 256), ("amount", None), ("amount", "250.00"), ("amount", -1), ("amount", 1e17), ("currency", "ZZZ"),
    ("currency", 5)])
def test_AFY_13_AY_1_what_does_not_fit_is_422_and_names_the_field(advertiser, field, value):
    body = {"click_id": mint_uuid7(), "offer_id": advertiser.offer, "order_id": fresh(), "amount": 1, field: value}
    details = check_error(advertiser.request("POST", "/v1/conversions", {k: v for k, v in body.items() if v is not None}),
                          422, "validation_error", field)
    assert list(details["fields"]) == [field] and details["fields"][field]


def test_AFY_13_every_wrong_field_is_named_at_once(advertiser):
    details = check_error(advertiser.request("POST", "/v1/conversions", {"currency": "ZZZ"}), 422, "validation_error", "click_id")
    assert set(details["fields"]) == {"click_id", "offer_id", "order_id", "amount", "currency"}
    check_error(advertiser.request("POST", "/v1/conversions", b"[]"), 422, "validation_error", "body")


@pytest.mark.parametrize("body", [b"", b"{", b"text", b'{"a":1} trailing', b'{"a":"\xff"}'])
def test_AFY_06_AY_1_what_is_not_json_is_400(advertiser, body):
    check_error(advertiser.request("POST", "/v1/conversions", body), 400, "validation_error", "body")


def test_AFY_11_AY_6_an_order_counts_once(advertiser):
    order, click = fresh(), advertiser.click()
    first = advertiser.booked(order_id=order, click_id=click)
    for _ in range(2):
        details = check_error(advertiser.convert(order_id=order, click_id=click), 409, "duplicate_order_id", "order_id")
        assert details["conversion_id"] == first
    other = Advertiser(advertiser.world)   # the scope is the advertiser
    assert other.convert(order_id=order).status == 201
    assert advertiser.world.stack.value("select count(*) from conversions where external_id = %s", (order,)) == 2


def test_AFY_12_AY_2_a_click_beyond_the_window_is_410(advertiser):
    offer = advertiser.new_offer("10%", "--window", "1s")
    click = advertiser.click(offer)
    answer = wait_until(lambda: (lambda a: a if a.status == 410 else None)(advertiser.convert(offer_id=offer, click_id=click)),
                        what="the window over")
    check_error(answer, 410, "click_expired", "click_id")


def test_AFY_10_AY_3_an_unknown_click_is_404(advertiser):
    other = Advertiser(advertiser.world)
    test_key = advertiser.new_key(mode="test")
    for unknown in ("nonsense", "click_0000000000000000000000000z", mint_uuid7(), other.click()):
        check_error(advertiser.convert(click_id=unknown), 404, "not_found", "click_id")
    check_error(advertiser.convert(key=test_key), 404, "not_found", "offer_id")   # a live offer is none of the test mode's


def test_AFY_10_AY_4_an_unknown_offer_is_404_and_a_click_of_another_422(advertiser):
    other = Advertiser(advertiser.world)
    click = advertiser.click()
    for unknown in ("off_nothing", "%", other.offer):
        check_error(advertiser.convert(click_id=click, offer_id=unknown), 404, "not_found", "offer_id")
    second = advertiser.new_offer()
    check_error(advertiser.convert(click_id=click, offer_id=second), 422, "validation_error", "click_id")
    advertiser.core.run("campaign", "set", second, "--status", "paused")
    check_error(advertiser.convert(click_id=advertiser.click(), offer_id=second), 422, "validation_error", "click_id")


def test_AY_25_what_cannot_be_credited_is_422_with_the_reason(advertiser):
    offer = advertiser.new_offer()
    click = advertiser.click(offer)
    assert advertiser.convert(offer_id=offer, click_id=click).status == 201
    advertiser.core.run("campaign", "set", offer, "--status", "paused")
    check_error(advertiser.convert(offer_id=offer, click_id=click), 422, "validation_error", "offer_id")
    suspended = advertiser.new_offer()
    click = advertiser.click(suspended)
    assert advertiser.convert(offer_id=suspended, click_id=click).status == 201
    affiliate = advertiser.core.json("affiliate", "list", "--campaign", suspended)["affiliates"][0]["id"]
    advertiser.core.run("affiliate", "set-status", affiliate, "suspended", "--campaign", suspended)
    before = advertiser.balance()
    check_error(advertiser.convert(offer_id=suspended, click_id=click), 422, "validation_error", "click_id")
    assert advertiser.balance() == before, "nothing is booked"
    crawler = advertiser.click(agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
    check_error(advertiser.convert(click_id=crawler), 422, "validation_error", "click_id")


def test_AY_23_the_currency_is_the_offers(advertiser):
    check_error(advertiser.convert(currency="EUR"), 422, "validation_error", "currency")
    conversion = advertiser.booked(currency=None)
    assert advertiser.shown(conversion)["currency"] == "PLN"
    assert advertiser.shown(advertiser.booked(currency="pln"))["currency"] == "PLN"


def test_AY_23_a_lead_without_an_amount_earns_a_fixed_commission_and_no_share(advertiser):
    leads = advertiser.new_offer("12.50")
    answer = advertiser.convert(offer_id=leads, amount=0)
    assert answer.status == 201 and '"commission":12.50' in answer.text, answer.text
    check_error(advertiser.convert(amount=0), 422, "validation_error", "amount")


def test_D_24_a_conversion_waits_for_its_click(advertiser):
    """Not a moment too early, and not for ever: while nobody stores the click it is told to come again, and the very call
    that waits when it is stored is answered 201."""
    stack = advertiser.world.stack
    api = stack.add_core("affily-api-only", FOOTFALL_CORE_ROLES="api", FOOTFALL_CORE_CONVERSION_WAIT_MS="30000")
    hasty = stack.add_core("affily-hasty", FOOTFALL_CORE_ROLES="api", FOOTFALL_CORE_CONVERSION_WAIT_MS="200")
    def report(core, click, order):
        body = {"click_id": click, "offer_id": advertiser.offer, "order_id": order, "amount": 250}
        return Client(core.port, "affily.localhost", timeout_s=60).post_json("/v1/conversions", body, {"Authorization": f"Bearer {advertiser.key}"})
    try:
        for core in (api, hasty):
            core.start()
        stack.core.terminate()
        click, order, answers = advertiser.click(), fresh(), []
        refused = report(hasty, click, order)
        check_error(refused, 503, "service_unavailable")
        assert int(refused.fields["retry-after"]) >= 1
        waiting = threading.Thread(target=lambda: answers.append(report(api, click, order)))
        waiting.start()
        stack.core.start()
        waiting.join()
        assert answers[0].status == 201, answers[0].text
        assert api.total("footfall_conversion_waits_total", outcome="settled") == 1, "it did wait"
        assert advertiser.shown(answers[0].json["id"])["commission"] == 25
    finally:
        if stack.core.process.poll() is not None:
            stack.core.start()
        for core in (api, hasty):
            core.terminate()


def test_AFY_24_26_AY_11_approve_and_reject(advertiser):
    approved, rejected = advertiser.booked(), advertiser.booked()
    answer = advertiser.decide(approved, "approved")
    assert answer.status == 200 and answer.json == advertiser.shown(approved)
    assert (answer.json["status"], answer.json["rejection_reason"], answer.json["rejection_note"]) == ("approved", None, None)
    answer = advertiser.decide(rejected, "rejected", "returned", "Zwrot towaru")
    assert answer.status == 200 and answer.json == advertiser.shown(rejected)
    assert (answer.json["status"], answer.json["rejection_reason"], answer.json["rejection_note"]) == (
        "rejected", "returned", "Zwrot towaru")


@pytest.mark.parametrize("reason", ["returned", "chargeback", "duplicate", "offer_terms_violation", "fraud", "other"])
def test_AFY_25_the_six_reasons(advertiser, reason):
    assert advertiser.decide(advertiser.booked(), "rejected", reason).json["rejection_reason"] == reason


def test_AFY_27_AY_8_9_what_cannot_be_decided(advertiser):
    conversion = advertiser.booked()
    for status in ("disputed", "pending", "paid", "", None):
        check_error(advertiser.decide(conversion, status), 422, "validation_error", "status")
    check_error(advertiser.decide(conversion, "rejected"), 422, "validation_error", "rejection_reason")
    check_error(advertiser.decide(conversion, "rejected", "changed my mind"), 422, "validation_error", "rejection_reason")
    check_error(advertiser.decide(conversion, "approved", "fraud"), 422, "validation_error", "rejection_reason")
    check_error(advertiser.decide(conversion, "approved", note="why"), 422, "validation_error", "rejection_note")
    check_error(advertiser.decide(conversion, "rejected", "other", "x" * 1_001), 422, "validation_error", "rejection_note")
    check_error(advertiser.request("PATCH", f"/v1/conversions/{conversion}", b"{"), 400, "validation_error", "body")
    assert advertiser.shown(conversion)["status"] == "pending"


def test_AY_10_24_what_was_decided(advertiser):
    conversion = advertiser.booked()
    first = advertiser.decide(conversion, "approved").json
    assert advertiser.decide(conversion, "approved").json == first
    rejected = advertiser.decide(conversion, "rejected", "fraud").json
    again = advertiser.decide(conversion, "rejected", "other")
    assert again.status == 200 and again.json == rejected
    check_error(advertiser.decide(conversion, "approved"), 422, "validation_error", "status")
    paid = advertiser.booked()
    advertiser.decide(paid, "approved")
    advertiser.core.run("conversion", "pay", paid)
    assert advertiser.decide(paid, "approved").json["status"] == "approved"
    check_error(advertiser.decide(paid, "rejected", "fraud"), 422, "validation_error", "status")
    advertiser.core.run("conversion", "reverse", paid)
    assert advertiser.shown(paid)["status"] == "rejected" and advertiser.decide(paid, "rejected", "fraud").status == 200


def test_AY_24_an_operators_reason_is_other_and_the_commission_is_what_is_left(advertiser):
    conversion, part = advertiser.booked(), advertiser.booked()
    advertiser.core.run("conversion", "reject", conversion, "--rejection-reason", "click_not_human", "--note", "a robot")
    item = advertiser.shown(conversion)
    assert (item["status"], item["rejection_reason"], item["rejection_note"]) == ("rejected", "other", "a robot")
    advertiser.core.run("conversion", "reverse", part, "--amount", "5.00")
    assert advertiser.shown(part)["commission"] == 20 and advertiser.shown(part)["status"] == "pending"


def test_AFY_09_10_AY_20_anothers_conversion_is_403_and_an_unknown_one_404(advertiser):
    other = Advertiser(advertiser.world)
    conversion = advertiser.booked()
    check_error(other.decide(conversion, "approved"), 403, "forbidden")
    for unknown in ("conv_00000000000000000000000000", "conv_x", "off_x", "%25"):
        check_error(other.decide(unknown, "approved"), 404, "not_found")
    assert advertiser.shown(conversion)["status"] == "pending"


def test_AY_8_D_60_a_dispute_is_the_operators(advertiser):
    """Held for the operator, whatever its hold says and the merchant wants, and its money stays reserved."""
    offer = advertiser.new_offer("10%", "--hold", "8s")
    conversion = advertiser.booked(offer_id=offer)
    shown = advertiser.core.json("conversion", "dispute", conversion, "--reason", "the affiliate objects")
    assert shown["disputed"] is True and shown["review"] is True and shown["status"] == "pending"
    assert advertiser.core.json("conversion", "dispute", conversion)["review"] is True
    books = {row["book"]: row["amount"] for row in advertiser.core.json("conversion", "show", conversion)["ledger"]}
    assert books["merchant:reserved"] == "25.00"
    assert advertiser.core.json("conversion", "reverse", conversion, "--amount", "5")["review"] is True
    undisputed = advertiser.booked(offer_id=offer)
    wait_until(lambda: advertiser.shown(undisputed)["status"] == "approved", 60, "the other one's hold over")
    assert advertiser.shown(conversion)["status"] == "pending"
    assert advertiser.core.run("conversion", "dispute", undisputed, check=False).returncode == 1
    for decision in (("approved",), ("rejected", "fraud")):
        check_error(advertiser.decide(conversion, *decision), 409, "conversion_disputed")
    assert advertiser.shown(conversion)["status"] == "pending"
    assert conversion in [row["id"] for row in advertiser.core.json("conversion", "list", "--account", advertiser.account, "--review")["conversions"]]


def test_AY_8_the_operator_ends_a_dispute(advertiser):
    """By deciding, or without: then the merchant decides, or the hold."""
    matured = advertiser.booked(offer_id=advertiser.new_offer("10%", "--hold", "8s"))
    advertiser.core.run("conversion", "dispute", matured)   # before anything else: its hold is running
    approved, rejected, resolved = advertiser.booked(), advertiser.booked(), advertiser.booked()
    for conversion in (approved, rejected, resolved):
        advertiser.core.run("conversion", "dispute", conversion)
    advertiser.core.run("conversion", "approve", approved)
    advertiser.core.run("conversion", "reject", rejected, "--rejection-reason", "fraud")
    assert advertiser.shown(approved)["status"] == "approved" and advertiser.shown(rejected)["status"] == "rejected"
    assert advertiser.core.json("conversion", "show", approved)["disputed"] is False
    check_error(advertiser.decide(resolved, "approved"), 409, "conversion_disputed")
    for conversion in (resolved, matured):
        assert advertiser.core.json("conversion", "dispute", conversion, "--resolve", "--reason", "settled")["disputed"] is False
    assert advertiser.core.run("conversion", "dispute", resolved, "--resolve", check=False).returncode == 1
    assert advertiser.decide(resolved, "approved").json["status"] == "approved"
    wait_until(lambda: advertiser.shown(matured)["status"] == "approved", 60, "its hold over")
    trail = advertiser.core.json("conversion", "show", resolved)["audit"]
    assert [step["action"] for step in trail][:3] == ["conversion.create", "conversion.dispute", "conversion.dispute_ended"]
