"""AffSpace: repeats, limits of CPA, payouts, currencies, concurrency (AFS-33…41). One test per row, named by its id."""

import json
import re
import threading
from urllib.parse import urlencode

import pytest

from affspace_vendor import Vendor, check_error, check_untracked, fresh, invalid, stored
from http_client import Client


def test_AFS_33_36_37_AF_1_13_duplicate_txid(vendor):
    order = fresh("ORDER-")
    first = vendor.tracked(txid=order)
    answer = vendor.convert(txid=order)
    check_untracked(answer, "duplicate_txid", "Conversion received.")
    assert answer.json["data"]["conversionId"] == first   # AF-13
    assert stored(vendor, order) == 1


def test_AF_10_scope_of_the_txid_is_advertiser_and_goal(vendor):
    order = fresh("ORDER-")
    vendor.tracked(txid=order, goal="lead")
    vendor.tracked(txid=order, goal="purchase")
    check_untracked(vendor.convert(txid=order, goal="lead"), "duplicate_txid")


def test_AF_46_a_deposit_that_is_too_small(world):
    vendor = Vendor(world)
    vendor.core.run("account", "set", vendor.account, "--policy", "deposit=required")
    order = fresh("ORDER-")
    check_error(vendor.convert(txid=order), 402, "PAYMENT_REQUIRED", "The deposit does not cover the payout")
    deposit = vendor.core.json("deposit", "create", "--account", vendor.account, "--amount", "30.00")["id"]
    vendor.core.run("deposit", "confirm", deposit)
    vendor.tracked(txid=order)


def test_AFS_35_click_limit_and_AF_11_per_goal(vendor):
    click = vendor.click()
    post = lambda **body: vendor.request("POST", "/api/v1/conversions", {"click_id": click, **body})
    assert post().json["data"]["tracked"] is True
    check_untracked(post(), "cpa_click_limit", "Conversion received. This click already converted")
    assert post(goal="lead").json["data"]["tracked"] is True


def test_AF_09_precedence_of_the_reasons(vendor):
    click, order, customer = vendor.click(), fresh("O-"), fresh("c-")
    body = {"click_id": click, "txid": order, "customer_id": customer}
    post = lambda **more: vendor.request("POST", "/api/v1/conversions", body | more)
    assert post().json["data"]["tracked"] is True
    check_untracked(post(), "duplicate_txid")
    check_untracked(post(txid=fresh("O-")), "cpa_customer_limit")
    check_untracked(post(txid=fresh("O-"), customer_id=fresh("c-")), "cpa_click_limit")


def test_AFS_39_40_AF_12_shares_have_no_such_limits(vendor):
    offer = vendor.offer(model="revshare", commission="20%")
    click = vendor.click(offer)
    for month in range(3):
        answer = vendor.request("POST", "/api/v1/conversions", {"click_id": click, "amount": "29.99", "customer_id": "c"})
        shown = vendor.get(f"/api/v1/conversions/{answer.json['data']['conversionId']}").json["data"]
        assert shown["advertiserPayoutCents"] == 600   # 5.998, half up


def test_AFS_38_cpa_pays_the_same_whatever_the_sale(vendor):
    payouts = {vendor.get(f"/api/v1/conversions/{vendor.tracked(amount=amount)}").json["data"]["advertiserPayoutCents"]
               for amount in ("1.00", "99999.99")}
    assert payouts == {3000}


@pytest.mark.parametrize("currency, amount, minor, payout", [
    ("JPY", "1999", 1999, 300), ("JPY", "1999.5", 2000, 300), ("KWD", "10.0005", 10001, 1500), ("EUR", "33.33", 3333, 500)])
def test_AFS_41_currencies_of_0_2_and_3_digits(vendor, currency, amount, minor, payout):
    offer = vendor.offer(model="cps", currency=currency)
    answer = vendor.request("POST", "/api/v1/conversions", {"click_id": vendor.click(offer), "amount": amount})
    assert answer.json["data"]["currency"] == currency
    shown = vendor.get(f"/api/v1/conversions/{answer.json['data']['conversionId']}").json["data"]
    assert (shown["saleAmountCents"], shown["advertiserPayoutCents"], shown["currency"]) == (minor, payout, currency)


def test_terms_per_goal_and_in_tiers(vendor):
    """AF-39."""
    offer = vendor.offer("--tier", "2=20%", "--goal", "lead=10%", model="cps", commission="10%")
    payouts = []
    for _ in range(3):
        answer = vendor.request("POST", "/api/v1/conversions", {"click_id": vendor.click(offer), "amount": "100"})
        payouts.append(vendor.get(f"/api/v1/conversions/{answer.json['data']['conversionId']}").json["data"]["advertiserPayoutCents"])
    assert payouts == [1000, 1000, 2000]
    answer = vendor.request("POST", "/api/v1/conversions", {"click_id": vendor.click(offer), "amount": "100", "goal": "lead"})
    shown = vendor.get(f"/api/v1/conversions/{answer.json['data']['conversionId']}").json["data"]
    assert shown["advertiserPayoutCents"] == 1000


def test_AF_29_AFSX_01_stated_currency_and_offer_code(vendor):
    assert vendor.convert(currency="usd", offer_code=vendor.cpa, event_type="purchase").json["data"]["tracked"] is True
    invalid(vendor.convert(currency="EUR"), "currency must match offer currency")
    invalid(vendor.convert(currency="dollars"), "currency must match offer currency")


def test_AF_33_form_bodies(vendor):
    order = fresh("FORM-")
    body = urlencode({"clickid": vendor.click(), "sum": "12.50", "action_id": order, "secure": vendor.key})
    answer = vendor.client.post_json("/api/v1/conversions", body, content_type="application/x-www-form-urlencoded")
    assert answer.status == 200 and answer.json["data"]["tracked"] is True and stored(vendor, order) == 1


@pytest.mark.parametrize("body", [b"{", b"[]", b"\"x\"", b"{\"click_id\": \"\xff\"}", b"{\"click_id\": {}}", b"{\"click_id\": true}",
                                  json.dumps({"click_id": "x", "txid": "y" * 256}).encode(),
                                  json.dumps({"click_id": "x", "txid": "a\x00b"}).encode(),
                                  json.dumps({"click_id": "x", "goal": ["lead"]}).encode()])
def test_wrong_input_gets_the_documented_error_and_changes_nothing(vendor, body):
    before = vendor.world.stack.value("select count(*) from conversions")
    check_error(vendor.request("POST", "/api/v1/conversions", body), 400, "VALIDATION_ERROR")
    assert vendor.world.stack.value("select count(*) from conversions") == before


def test_AF_35_a_click_that_no_person_made_earns_nothing(vendor):
    location = vendor.world.edge.client().request("HEAD", f"/{vendor.codes[vendor.cpa]['link']}").fields["location"]
    click = re.search(r"click_id=(\w+)", location)[1]
    invalid(vendor.request("POST", "/api/v1/conversions", {"click_id": click}), "Click not found")


def test_thousand_concurrent_reports_leave_exactly_what_the_rules_allow(vendor):
    """Repeated transaction ids, customers and clicks from 20 threads."""
    clicks = [vendor.click() for _ in range(10)]
    orders, customers = [fresh("T-") for _ in range(25)], [fresh("C-") for _ in range(8)]
    outcomes, lock = [], threading.Lock()

    def work(worker):
        client = Client(vendor.world.edge.port, "affspace.localhost", timeout_s=60)
        for i in range(50):
            n = worker * 50 + i
            body = {"click_id": clicks[n % 10], "txid": orders[(n * 7) % 25], "customer_id": customers[(n * 3) % 8]}
            answer = client.post_json("/api/v1/conversions", body, {"X-API-Key": vendor.key}).json
            with lock:
                outcomes.append(answer["reason"] if "reason" in answer else answer["data"]["tracked"])
    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = vendor.world.stack.query("select external_id, customer_id, click_id::text from conversions where external_id = any(%s)",
                                    (orders,))
    assert len(outcomes) == 1000 and outcomes.count(True) == len(rows) > 0
    for column in range(3):
        values = [row[column] for row in rows]
        assert len(values) == len(set(values))
