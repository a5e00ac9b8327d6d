"""Selgeo's conversions: whom they credit, repeats, modes, and their life. One test per statement, named by its id."""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from http_client import Client, patiently
from selgeo_api import Api, check_error, fresh_id, PATH
from servers import wait_until


def test_SEL_28_29_SE_6_7_8_a_click_inside_its_window(api):
    click = api.click()
    answer = api.report(click_id=click)
    booked = answer.json
    assert answer.status == 201
    assert booked["id"].startswith("conv_") and booked["attributed"] is True
    attribution = booked["attribution"]
    assert attribution["attributed"] is True and attribution["method"] == "click" and attribution["click_id"] == click
    assert attribution["partner_id"] == api.affiliate["live"] and attribution["program_id"] == api.program["live"]
    assert attribution["explanation"] and attribution["reason"] == "click_in_window"
    assert booked["commission"]["amount_cents"] == 490 and booked["commission"]["currency"] == "EUR"
    shown = api.core.json("conversion", "show", booked["id"])
    assert shown["evidence"]["id"] == click
    assert [step["action"] for step in shown["audit"]] == ["conversion.create"]
    assert sorted((entry["book"].split(":")[0], entry["amount"]) for entry in shown["ledger"]) == [
        ("affiliate", "4.90"), ("merchant", "-4.90")]


def test_the_redirects_click_is_known_in_every_spelling(api):
    """C-8."""
    location = api.world.edge.client().get(f"/{api.code['live']}").fields["location"]
    click = location.split("click_id=")[1].split("&")[0]
    assert api.booked(click_id=click)["attributed"] is True


def test_SEL_25_promo_codes(api):
    code = fresh_id("SAVE")
    api.core.json("promo", "create", "--campaign", api.program["live"], "--affiliate", api.affiliate["live"], "--code", code)
    booked = api.booked(promo_code=code.lower())
    assert booked["attributed"] is True and booked["attribution"]["method"] == "promo_code"
    assert api.booked(promo_code="NOSUCHCODE")["attribution"]["reason"] == "code_unknown"


def test_SEL_26_no_signal(api):
    check_error(api.report(), 422, "NO_ATTRIBUTION_SIGNAL", "Unprocessable Entity")


def test_SEL_27_unknown_click_is_answered_201(api):
    booked = api.booked(click_id=str(uuid.uuid4()))
    assert booked["attributed"] is False and booked["commission"] is None
    assert booked["attribution"]["method"] is None and booked["attribution"]["partner_id"] is None


def test_SEL_27_expired_attribution(api):
    program = api.campaign("--window", "1s")
    _, code = api.world.join(program)
    api.world.wait_live(code)
    click = api.click(code=code)
    def expired():
        booked = api.booked(click_id=click)
        return booked if booked["attribution"]["reason"] == "click_expired" else None
    assert wait_until(expired, what="the window over")["attributed"] is False


def test_a_click_that_no_person_made_earns_nothing(api):
    """D-17."""
    location = api.world.edge.client().request("HEAD", f"/{api.code['live']}").fields["location"]
    booked = api.booked(click_id=location.split("click_id=")[1].split("&")[0])
    assert booked["attributed"] is False and booked["attribution"]["reason"] == "click_not_human"


def test_SE_09_click_beats_code_and_the_program_may_turn_that_round(api):
    program = api.campaign("--precedence", "code")
    affiliate, code = api.world.join(program)
    api.world.wait_live(code)
    promo = fresh_id("P")
    api.core.json("promo", "create", "--campaign", program, "--affiliate", affiliate, "--code", promo)
    assert api.booked(click_id=api.click(), promo_code=promo)["attribution"]["method"] == "promo_code"
    promo = fresh_id("P")
    api.core.json("promo", "create", "--campaign", api.program["live"], "--affiliate", api.affiliate["live"], "--code", promo)
    booked = api.booked(click_id=api.click(), promo_code=promo)
    assert booked["attribution"]["method"] == "click" and "code was not used" in booked["attribution"]["explanation"]


@pytest.mark.parametrize("change, reason", [
    (("campaign", "set", "{program}", "--status", "paused"), "campaign_inactive"),
    (("affiliate", "set-status", "{affiliate}", "suspended", "--campaign", "{program}"), "affiliate_inactive"),
    (("affiliate", "remove", "{affiliate}", "--campaign", "{program}"), "affiliate_inactive")])
def test_who_may_not_earn_any_more(api, change, reason):
    program = api.campaign()
    affiliate, code = api.world.join(program)
    api.world.wait_live(code)
    click = api.click(code=code)
    api.core.run(*(part.format(program=program, affiliate=affiliate) for part in change))
    assert api.booked(click_id=click)["attribution"]["reason"] == reason


def test_terms_in_force_are_frozen_on_the_conversion(api):
    program = api.campaign(commission="5%")
    _, code = api.world.join(program)
    api.world.wait_live(code)
    first = api.booked(click_id=api.click(code=code), amount_cents=1000)
    api.core.run("campaign", "set", program, "--commission", "20%")
    second = api.booked(click_id=api.click(code=code), amount_cents=1000)
    assert first["commission"]["amount_cents"] == 50 and second["commission"]["amount_cents"] == 200
    assert api.core.json("conversion", "show", first["id"])["commission"] == "0.50"


def test_SE_36_37_beyond_the_budget_a_sale_earns_nothing_and_says_why(api):
    program = api.campaign("--budget", "1.50")
    _, code = api.world.join(program)
    api.world.wait_live(code)

    def sale(**fields):
        booked = api.booked(click_id=api.click(code=code), **fields)
        assert booked["attributed"] is True
        return booked["commission"]["amount_cents"], booked["attribution"]["explanation"]
    foreign, why = sale(amount_cents=4500, currency="JPY")
    assert foreign == 0 and why.endswith("The program's budget is in EUR and pays no commission in JPY, so the sale earns none.")
    first, why = sale(amount_cents=1000, currency="EUR")
    assert first == 100 and "budget" not in why
    second, why = sale(amount_cents=1000, currency="EUR")
    assert second == 0 and why.endswith("The program's budget is used up, so the sale earns no commission.")


@pytest.mark.parametrize("amount, currency, percent, expected", [
    (9999, "EUR", "10%", 1000), (4905, "EUR", "10%", 491), (4904, "EUR", "10%", 490), (1, "EUR", "50%", 1), (333, "JPY", "10%", 33),
    (12345, "KWD", "33.333333%", 4115), (1_000_000_000_000, "USD", "0.000001%", 10000)])
def test_SE_27_rounding_is_half_up_in_minor_units(api, amount, currency, percent, expected):
    program = api.campaign(commission=percent)
    _, code = api.world.join(program)
    api.world.wait_live(code)
    booked = api.booked(click_id=api.click(code=code), amount_cents=amount, currency=currency)
    assert booked["commission"] == booked["commission"] | {"amount_cents": expected, "currency": currency}


# Duplicates

def test_SE_77_a_limit_of_conversions_for_each_click(api):
    program = api.campaign("--click-limit", "1")
    _, code = api.world.join(program)
    api.world.wait_live(code)
    click = api.click(code=code)
    assert api.booked(click_id=click)["attributed"] is True
    check_error(api.report(click_id=click), 422, "CONVERSION_LIMIT_REACHED", "Unprocessable Entity")


def test_SE_77_a_deposit_that_is_too_small(world):
    api = Api(world)
    api.core.run("account", "set", api.account, "--policy", "deposit=required")
    order = fresh_id()
    report = lambda: api.report(click_id=api.click(), external_transaction_id=order, amount_cents=4900, currency="EUR")
    check_error(report(), 402, "INSUFFICIENT_DEPOSIT", "Payment Required")
    assert api.booked(external_transaction_id=fresh_id(), click_id=str(uuid.uuid4()))["attributed"] is False, "it earns nothing"
    deposit = api.core.json("deposit", "create", "--account", api.account, "--amount", "4.90")["id"]
    api.core.run("deposit", "confirm", deposit)
    assert report().status == 201


def test_SEL_30_a_repeat_is_409(api):
    transaction = fresh_id()
    api.booked(click_id=api.click(), external_transaction_id=transaction)
    check_error(api.report(click_id=str(uuid.uuid4()), external_transaction_id=transaction), 409, "CONVERSION_DUPLICATE", "Conflict")


def test_SE_13_a_repeat_is_409_whatever_else(api):
    transaction = fresh_id()
    api.booked(click_id=api.click(), external_transaction_id=transaction)
    assert api.report(external_transaction_id=transaction).status == 409
    assert api.report(external_transaction_id=transaction, click_id=api.click("test")).status == 409
    assert api.report(external_transaction_id=transaction, amount_cents="x").status == 400


def test_SE_15_scope_is_merchant_and_mode(api):
    transaction = fresh_id()
    api.booked(click_id=api.click(), external_transaction_id=transaction)
    api.booked(mode="test", click_id=api.click("test"), external_transaction_id=transaction)
    other = api.world.selgeo.secret_key
    body = {"event_type": "lead", "external_transaction_id": transaction, "click_id": str(uuid.uuid4())}
    assert api.post(body, key=other).status == 201


def test_SEL_30_two_hundred_simultaneous_retries_over_two_cores(api):
    """Each on a connection of its own that is open before the first of them is sent. Who is told to come again comes again."""
    second = api.world.stack.add_core("second-core")
    second.start()
    try:
        body = {"event_type": "purchase", "external_transaction_id": fresh_id(), "amount_cents": 100, "currency": "EUR",
                "click_id": api.click()}
        fields = {"Authorization": f"Bearer {api.keys['live']}"}
        gate = threading.Barrier(200)

        def retry(number):
            client = Client(api.world.edge.port if number % 2 else second.port, "selgeo.localhost", timeout_s=120)
            opened = patiently(lambda: client.post_json(PATH, {}, fields), timeout_s=120)
            gate.wait(timeout=300)
            status = patiently(lambda: client.post_json(PATH, body, fields), timeout_s=120).status
            client.close()
            return opened.status, status
        with ThreadPoolExecutor(200) as pool:
            answers = list(pool.map(retry, range(200)))
        assert {opened for opened, _ in answers} == {400}
        assert sorted(status for _, status in answers) == [201] + [409] * 199
    finally:
        second.terminate()
    rows = api.world.stack.value("select count(*) from conversions where external_id = %s", (body["external_transaction_id"],))
    assert rows == 1


def test_SEL_27_what_is_another_merchants_is_unknown_and_nothing_of_it_is_said(api):
    theirs = api.world.selgeo
    click = api.client.post_json("/v1/clicks", {"ref": theirs.code}, {"X-Public-Key": theirs.public_key}).json["click_id"]
    code = fresh_id("THEIRS")
    promo = api.core.json("promo", "create", "--campaign", theirs.campaign, "--affiliate", theirs.affiliate, "--code", code)["id"]
    for signal, reason in (({"click_id": click}, "click_unknown"), ({"promo_code": code}, "code_unknown")):
        answer = api.report(**signal)
        assert answer.status == 201, answer.text
        assert answer.json["attributed"] is False and answer.json["commission"] is None
        attribution = answer.json["attribution"]
        assert attribution["reason"] == reason and attribution["partner_id"] is None and attribution["program_id"] is None
        for word in (theirs.account, theirs.campaign, theirs.affiliate, theirs.code, promo):
            assert word not in answer.text
    answer = api.post({"event_type": "lead", "external_transaction_id": fresh_id(), "click_id": click}, key=theirs.secret_key)
    assert answer.json["attribution"]["partner_id"] == theirs.affiliate, "their own report finds it"


# Modes

def test_SEL_11_31_modes_do_not_mix(api):
    check_error(api.report(mode="test", click_id=api.click("live")), 422, "MODE_MISMATCH", "Unprocessable Entity")
    check_error(api.report(mode="live", click_id=api.click("test")), 422, "MODE_MISMATCH", "Unprocessable Entity")


@pytest.mark.parametrize("mode, other", [("live", "test"), ("test", "live")])
def test_SEL_31_SE_12_a_promo_code_of_the_other_mode(api, mode, other):
    def promo(mode, code):
        api.core.json("promo", "create", "--campaign", api.program[mode], "--affiliate", api.affiliate[mode], "--code", code)
    code = fresh_id("T")
    promo(other, code)
    check_error(api.report(mode=mode, promo_code=code), 422, "MODE_MISMATCH", "Unprocessable Entity")
    assert api.booked(mode=other, promo_code=code)["attribution"]["partner_id"] == api.affiliate[other]
    promo(mode, code)   # one of the same name in each
    for own in (mode, other):
        assert api.booked(mode=own, promo_code=code)["attribution"]["partner_id"] == api.affiliate[own]


def test_SELX_05_SE_31_test_conversions_owe_nothing(api):
    booked = api.booked(mode="test", click_id=api.click("test"))
    assert booked["attributed"] is True and booked["mode"] == "test"
    assert api.core.json("conversion", "show", booked["id"])["ledger"] == []


# Life

def test_SELX_17_a_hold_of_one_second_matures_by_itself(api):
    program = api.campaign("--hold", "1s")
    _, code = api.world.join(program)
    api.world.wait_live(code)
    booked = api.booked(click_id=api.click(code=code))
    assert booked["commission"]["status"] == "pending"
    wait_until(lambda: api.core.json("conversion", "show", booked["id"])["status"] == "approved", 15, "the hold over")
    steps = api.core.json("conversion", "show", booked["id"])["audit"]
    assert [(step["action"], step["actor"]) for step in steps][1:] == [("conversion.approve", "upkeep")]


def test_life_by_hand_with_its_trail(api):
    """SELX-17."""
    conversion = api.booked(click_id=api.click())["id"]
    step = lambda verb, *more: api.core.json("conversion", verb, conversion, *more)
    assert step("reject", "--rejection-reason", "fraud", "--reason", "looked odd")["status"] == "rejected"
    assert step("restore")["status"] == "pending"
    assert step("approve", "--reason", "checked")["status"] == "approved"
    assert step("pay")["status"] == "paid"
    partly = step("reverse", "--amount", "1.90", "--reason", "refund")
    assert partly["status"] == "paid" and partly["reversed"] == "1.90"
    assert step("reverse")["status"] == "reversed"
    refused = api.core.run("conversion", "approve", conversion, check=False)
    assert refused.returncode == 1 and "reversed" in refused.stderr
    shown = api.core.json("conversion", "show", conversion)
    assert [entry["action"].split(".")[1] for entry in shown["audit"]] == [
        "create", "reject", "restore", "approve", "pay", "reverse", "reverse"]
    assert [entry["reason"] for entry in shown["audit"] if entry["action"] == "conversion.reject"] == ["looked odd"]
    books = {}
    for entry in shown["ledger"]:
        books[entry["book"]] = books.get(entry["book"], 0) + round(float(entry["amount"]) * 100)
    assert sum(books.values()) == 0 and books["merchant:commissions"] == 0
    listed = api.core.json("audit", "list", "--subject", conversion)["audit"]
    assert len(listed) == 7


def test_export(api):
    conversion = api.booked(click_id=api.click())["id"]
    lines = api.core.run("conversion", "export", "--account", api.account, "--format", "ndjson").stdout.splitlines()
    assert conversion in {json.loads(line)["id"] for line in lines}
    formula = api.booked(click_id=api.click(), external_transaction_id="=1+1")["id"]
    table = api.core.run("conversion", "export", "--account", api.account, "--format", "csv").stdout.splitlines()
    assert "'=1+1" in next(line for line in table if line.startswith(formula)).split(",")
    table = [line for line in table if not line.startswith(formula)]
    assert table[0].startswith("id,status,mode") and len(table) == len(lines) + 1
