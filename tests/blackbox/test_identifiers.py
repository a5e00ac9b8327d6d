"""Identifiers that people type or paste: what matters in them, and what does not (core/domain/README.md)."""

import uuid

import pytest

from affspace_vendor import check_untracked, fresh
from selgeo_api import fresh_id

NO_BREAK, ZERO_WIDTH, MARK = "\u00a0", "\u200b", "\ufeff"
SPELLINGS = ["Purchase", "PURCHASE", " purchase ", NO_BREAK + "purchase" + NO_BREAK, "pur" + ZERO_WIDTH + "chase", MARK + "Purchase"]


@pytest.fixture(scope="module")
def goals(world):
    """An AffSpace offer without limits per click and customer: only the transaction id decides."""
    from affspace_vendor import Vendor
    vendor = Vendor(world)
    return vendor, vendor.offer("--customer-limit", "0", "--click-limit", "0", "--goal", "Lead=2.00")


def convert(vendor, click, **fields):
    return vendor.request("POST", "/api/v1/conversions", {"click_id": click, **fields})


@pytest.mark.parametrize("goal", SPELLINGS)
def test_FC_1_a_goal_is_one_goal_in_every_spelling(goals, goal):
    vendor, offer = goals
    click, order = vendor.click(offer), fresh("T")
    assert convert(vendor, click, txid=order).json["data"]["tracked"] is True
    check_untracked(convert(vendor, click, txid=order, goal=goal), "duplicate_txid")
    form = vendor.request("GET", f"/pb?clickid={click}&action_id={order}&goal=" + "".join(f"%{byte:02X}" for byte in goal.encode()))
    assert form.json["tracked"] is False and form.json["reason"] == "duplicate_txid"


def test_FC_1_a_goals_spelling_is_kept_and_meets_its_commission(goals):
    vendor, offer = goals
    for goal in ("lead", "LEAD", NO_BREAK + "Lead"):
        made = convert(vendor, vendor.click(offer), txid=fresh("T"), goal=goal).json["data"]["conversionId"]
        shown = vendor.core.json("conversion", "show", made)
        assert shown["goal"] == goal.strip(NO_BREAK) and shown["commission"] == "2.00"


def test_FC_1_limits_per_customer_count_a_goal_once(vendor):
    customer, click = fresh("cust"), vendor.click()
    assert vendor.convert(customer_id=customer, goal="Signup").json["data"]["tracked"] is True
    check_untracked(vendor.convert(customer_id=customer + NO_BREAK, goal="SIGNUP"), "cpa_customer_limit")
    assert convert(vendor, click, goal="signup").json["data"]["tracked"] is True
    check_untracked(convert(vendor, click, goal=" SignUp"), "cpa_click_limit")


def test_FC_1_transaction_ids_keep_their_case(goals):
    vendor, offer = goals
    click, order = vendor.click(offer), fresh("Order")
    assert convert(vendor, click, txid=order).json["data"]["tracked"] is True
    check_untracked(convert(vendor, click, txid=NO_BREAK + order + ZERO_WIDTH), "duplicate_txid")
    assert convert(vendor, click, txid=order.upper()).json["data"]["tracked"] is True


@pytest.mark.parametrize("status", ["PENDING", "Pending", " pending ", "pending" + ZERO_WIDTH])
def test_FC_1_filters_take_a_word_in_any_spelling(vendor, status):
    vendor.tracked()
    answer = vendor.get("/api/v1/conversions", status=status)
    assert answer.status == 200 and answer.json["data"] and all(row["status"] == "pending" for row in answer.json["data"])


def test_FC_1_offer_codes_in_any_case(vendor):
    assert vendor.get("/api/v1/conversions", offer_code=f" {vendor.cpa.lower()}{NO_BREAK}").json["data"] is not None
    assert vendor.get("/api/v1/conversions", offer_code=vendor.cpa.lower()).json["data"] == \
        vendor.get("/api/v1/conversions", offer_code=vendor.cpa).json["data"]


@pytest.mark.parametrize("event", ["Lead", "LEAD", " lead", "lead" + NO_BREAK])
def test_FC_1_an_event_type_meets_its_commission(api, event):
    program = api.campaign("--goal", "lead=2.00")
    _, code = api.world.join(program)
    api.world.wait_live(code)
    booked = api.booked(click_id=api.click(code=code), event_type=event)
    assert booked["commission"]["amount_cents"] == 200 and booked["event_type"] == event.strip(" " + NO_BREAK)


def test_FC_1_transaction_ids_and_promo_codes_without_what_nobody_sees(api):
    code, order = fresh_id("Save"), fresh_id()
    api.core.json("promo", "create", "--campaign", api.program["live"], "--affiliate", api.affiliate["live"], "--code",
                  f"{NO_BREAK}{code} ")
    booked = api.booked(promo_code=code.upper() + ZERO_WIDTH, external_transaction_id=f" {order}")
    assert booked["attribution"]["method"] == "promo_code" and booked["external_transaction_id"] == order
    repeated = api.report(promo_code=code, external_transaction_id=order + NO_BREAK)
    assert repeated.status == 409


def test_FC_1_an_identifier_of_nothing_is_absent(api):
    answer = api.report(external_transaction_id=NO_BREAK + ZERO_WIDTH)
    assert answer.status == 400 and answer.json["details"][0]["field"] == "external_transaction_id"


def test_FC_1_an_affiliate_is_known_by_its_address_in_every_spelling(api):
    address = f"{uuid.uuid4().hex[:8]}@Blog.example"
    joined = [api.core.json("affiliate", "join", "--campaign", api.campaign(), "--email", spelling)["affiliate"]
              for spelling in (address, f" {address.upper()}{NO_BREAK}")]
    assert joined[0]["id"] == joined[1]["id"] and joined[1]["email"] == address


def test_FC_1_words_of_the_command_line_in_any_case(api):
    program = api.campaign("--mode", "TEST", "--status", "Paused")
    shown = api.core.json("campaign", "show", f" {program}{NO_BREAK}")
    assert shown["mode"] == "test" and shown["status"] == "paused"
    listed = api.core.json("campaign", "list", "--account", api.account, "--status", "PAUSED", "--limit", "1000")
    assert program in [row["id"] for row in listed["campaigns"]]
