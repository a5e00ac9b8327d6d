"""AffSpace: what a conversion may look like, and what is refused. One test per row, named by its id."""

import json
import re
import uuid

import pytest

from affspace_vendor import check_untracked, fresh, invalid
from servers import wait_until

ROUTES = [
    "affspace POST /api/v1/conversions",
]


def test_AFS_05_17_25_AF_14_the_sample_of_the_reference(vendor):
    answer = vendor.convert(amount="149.99", txid=fresh("ORDER-"), customer_id=fresh("cust_"))
    assert answer.status == 200 and set(answer.json) == {"success", "data"}
    data = answer.json["data"]
    assert data["tracked"] is True and data["status"] == "pending" and data["currency"] == "USD"
    assert data["conversionId"].startswith("conv_")


@pytest.mark.parametrize("name", ["clickid", "click_id", "cid"])
def test_AFS_18_click_aliases(vendor, name):
    assert vendor.request("POST", "/api/v1/conversions", {name: vendor.click()}).json["data"]["tracked"] is True


@pytest.mark.parametrize("name", ["sum", "amount", "revenue"])
@pytest.mark.parametrize("value, cents", [("149.99", 14999), (149.99, 14999), (7, 700), ("0.005", 1), ("12.3", 1230), ("1e2", 10000)])
def test_AFS_20_55_amounts(vendor, name, value, cents):
    conversion = vendor.tracked(**{name: value})
    assert vendor.get(f"/api/v1/conversions/{conversion}").json["data"]["saleAmountCents"] == cents


@pytest.mark.parametrize("name", ["action_id", "txid", "order_id"])
def test_AFS_21_transaction_aliases(vendor, name):
    order = fresh("ORDER-")
    conversion = vendor.tracked(**{name: order})
    assert vendor.get(f"/api/v1/conversions/{conversion}").json["data"]["vendorTxId"] == order


@pytest.mark.parametrize("name", ["user_id", "customer_id"])
def test_AFS_22_customer_aliases(vendor, name):
    customer = fresh("cust")
    vendor.tracked(**{name: customer})
    check_untracked(vendor.convert(**{name: customer}), "cpa_customer_limit", "Conversion received. This customer already converted")


@pytest.mark.parametrize("name", ["goal", "event", "event_type"])
def test_AFS_23_goal_aliases_and_default(vendor, name):
    conversion = vendor.tracked(**{name: "lead"})
    assert vendor.core.json("conversion", "show", conversion)["goal"] == "lead"
    assert vendor.core.json("conversion", "show", vendor.tracked())["goal"] == "purchase"


def test_AF_06_the_canonical_name_wins(vendor):
    order = fresh("A-")
    conversion = vendor.tracked(order_id="x" + order, txid="y" + order, action_id=order, amount="1", sum="2")
    shown = vendor.get(f"/api/v1/conversions/{conversion}").json["data"]
    assert shown["vendorTxId"] == order and shown["saleAmountCents"] == 200


def test_AFS_09_26_AF_5_no_click_id(vendor):
    for body in ({}, {"amount": "5"}, {"clickid": "", "click_id": None}):
        invalid(vendor.request("POST", "/api/v1/conversions", body), "click_id is required")


def test_AFS_27_offer_gone(vendor):
    offer = vendor.offer()
    click = vendor.click(offer)
    vendor.core.run("campaign", "set", vendor.codes[offer]["id"], "--status", "deleted")
    invalid(vendor.request("POST", "/api/v1/conversions", {"click_id": click, "amount": "5"}), "Offer not found")


@pytest.mark.parametrize("status", ["paused", "draft", "archived"])
def test_AFS_28_offer_not_active(vendor, status):
    offer = vendor.offer()
    click = vendor.click(offer)
    vendor.core.run("campaign", "set", vendor.codes[offer]["id"], "--status", status)
    invalid(vendor.request("POST", "/api/v1/conversions", {"click_id": click, "amount": "5"}), "Offer not active")


@pytest.mark.parametrize("click", ["0M8K2L9P5QRS", "no-such", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", str(uuid.uuid4()), "x" * 200])
def test_AFS_29_unknown_click(vendor, click):
    invalid(vendor.request("POST", "/api/v1/conversions", {"click_id": click}), "Click not found")


def test_AFS_30_click_of_another_advertiser(vendor):
    foreign = vendor.world.affspace
    location = vendor.world.edge.client().get(f"/{foreign.code}").fields["location"]
    click = re.search(r"click_id=(\w+)", location)[1]
    wait_until(lambda: vendor.request("POST", "/api/v1/conversions", {"click_id": click}).json["error"]["message"].startswith("Unauth"))
    invalid(vendor.request("POST", "/api/v1/conversions", {"click_id": click}), "Unauthorized - click belongs to different vendor")


@pytest.mark.parametrize("model", ["cps", "revshare"])
def test_AFS_31_AF_3_share_without_an_amount(vendor, model):
    offer = vendor.offer(model=model)
    body = {"click_id": vendor.click(offer)}
    invalid(vendor.request("POST", "/api/v1/conversions", body), "amount required for CPS/RevShare/percentage offers")
    assert vendor.request("POST", "/api/v1/conversions", body | {"amount": "10"}).json["data"]["tracked"] is True


@pytest.mark.parametrize("amount", ["0", "-5", 0, -0.01, "0.00", "0.004"])
def test_AFS_32_amount_must_be_positive(vendor, amount):
    invalid(vendor.convert(amount=amount), "amount must be positive")


@pytest.mark.parametrize("amount", ["$5", "1,000.00", "five", "5 USD", "1.2.3", "--1", "0x10", "٥"])
def test_AF_07_amount_that_is_none(vendor, amount):
    invalid(vendor.convert(amount=amount), "Invalid amount")


@pytest.mark.parametrize("amount", ["10000000000000.01", "92233720368547758.07", "1e17"])
def test_AF_07_amounts_that_no_sale_has(vendor, amount):
    """Refused before they could bring a balance near its end: one of them and nobody could book there any more."""
    invalid(vendor.convert(amount=amount), "Invalid amount")
    conversion = vendor.tracked(amount="10000000000000.00")
    assert vendor.get(f"/api/v1/conversions/{conversion}").json["data"]["saleAmountCents"] == 10**15
    assert vendor.tracked(amount="1.00")


def test_AF_06_a_transaction_id_as_a_number_of_any_length(vendor):
    txid = int("9" + str(uuid.uuid4().int)[:29])
    shown = vendor.get(f"/api/v1/conversions/{vendor.tracked(txid=txid)}").json["data"]
    assert shown["vendorTxId"] == str(txid)
    invalid(vendor.convert(amount=txid), "Invalid amount")


def test_a_byte_order_mark_before_the_body(vendor):
    """AF-33."""
    body = b"\xef\xbb\xbf" + json.dumps({"click_id": vendor.click()}).encode()
    for content_type in ("application/json", "text/plain"):
        answer = vendor.client.post_json("/api/v1/conversions", body, {"X-API-Key": vendor.key}, content_type)
        assert answer.status == 200, answer.text


def test_AF_4_8_cpa_needs_no_amount_and_no_customer(vendor):
    conversion = vendor.tracked()
    shown = vendor.get(f"/api/v1/conversions/{conversion}").json["data"]
    assert shown["saleAmountCents"] == 0 and shown["advertiserPayoutCents"] == 3000
