"""Selgeo's attribution audit: the whole chain of evidence of a conversion or a click. One test per row of CONTRACT.md."""

import uuid
from datetime import datetime, timedelta

from http_client import patiently
from selgeo_api import check_error, fresh_id

ROUTES = [
    "selgeo GET /api/v1/audit/conversions/{conversion_id}",
    "selgeo GET /api/v1/audit/clicks/{click_id}",
]


def look(api, path, mode="live", key=None):
    bearer = {"Authorization": f"Bearer {key or api.keys[mode]}"}
    return patiently(lambda: api.client.get(path, bearer))


def test_SE_39_a_conversion_with_its_evidence(api):
    click = api.click()
    booked = api.booked(click_id=click, amount_cents=4905)
    shown = look(api, f"/api/v1/audit/conversions/{booked['id']}").json
    assert shown["conversion"] == booked
    assert shown["signals"] == {"click_id": click, "promo_code": None}
    assert shown["click"]["click_id"] == click and shown["click"]["partner_id"] == api.affiliate["live"]
    assert (shown["click"]["counts"], shown["click"]["verdict"]) == (True, "human")
    assert 0 <= shown["window"]["age_seconds"] <= shown["window"]["window_seconds"] == 30 * 86400
    assert shown["decision"]["reason"] == "click_in_window" and shown["decision"]["explanation"]
    commission = shown["commission"]
    assert (commission["basis_cents"], commission["amount_cents"]) == (4905, 491)
    assert commission["formula"] == "10 % of 4905 cents is 491 cents, rounded half_up"
    assert sum(entry["amount_cents"] for entry in shown["ledger"]) == 0 and shown["ledger"]
    assert [step["action"] for step in shown["history"]] == ["conversion.create"]
    api.core.run("conversion", "reject", booked["id"])
    shown = look(api, f"/api/v1/audit/conversions/{booked['id']}").json
    assert [step["action"] for step in shown["history"]] == ["conversion.reject", "conversion.create"]
    assert shown["conversion"]["status"] == "rejected"


def test_SE_39_the_window_is_that_of_the_decision(api):
    click = api.click()
    booked = api.booked(click_id=click)
    api.core.run("campaign", "set", api.program["live"], "--window", "1s")
    try:
        shown = look(api, f"/api/v1/audit/conversions/{booked['id']}").json
        assert shown["window"]["window_seconds"] == 30 * 86400 and shown["decision"]["reason"] == "click_in_window"
    finally:
        api.core.run("campaign", "set", api.program["live"], "--window", "30d")


def test_SE_39_both_signals_and_whom_they_name(api):
    """The program prefers the click: the code's partner is shown, too, as one who could have been credited."""
    other = api.core.json("affiliate", "join", "--campaign", api.program["live"], "--email", f"{fresh_id()}@blog.example")["affiliate"]["id"]
    code = fresh_id().upper()
    promo = api.core.json("promo", "create", "--campaign", api.program["live"], "--affiliate", other, "--code", code)["id"]
    program, first = api.program["live"], {"signal": "click", "program_id": api.program["live"], "partner_id": api.affiliate["live"]}
    booked = api.booked(click_id=api.click(), promo_code=code)
    decision = look(api, f"/api/v1/audit/conversions/{booked['id']}").json["decision"]
    assert decision["precedence"] == "click"
    assert decision["candidates"] == [
        {**first, "reason": "click_in_window", "eligible": True, "chosen": True},
        {"signal": "promo_code", "program_id": program, "partner_id": other, "reason": "promo_code", "eligible": True, "chosen": False}]
    api.core.run("promo", "disable", promo)
    booked = api.booked(click_id=api.click(), promo_code=code)
    decision = look(api, f"/api/v1/audit/conversions/{booked['id']}").json["decision"]
    assert decision["candidates"][1] == {"signal": "promo_code", "program_id": program, "partner_id": other, "reason": "code_disabled",
                                         "eligible": False, "chosen": False}
    booked = api.booked(click_id=api.click())
    decision = look(api, f"/api/v1/audit/conversions/{booked['id']}").json["decision"]
    assert decision["precedence"] is None and [one["chosen"] for one in decision["candidates"]] == [True]


def test_SE_39_a_commission_that_a_budget_refused(api):
    program, partner = api.core.json("campaign", "create", "--account", api.account, "--name", fresh_id(), "--target", "https://shop.example/",
                                     "--commission", "10%", "--currency", "EUR", "--budget", "1.00")["id"], f"{fresh_id()}@blog.example"
    affiliate = api.core.json("affiliate", "join", "--campaign", program, "--email", partner)["affiliate"]["id"]
    code = fresh_id().upper()
    api.core.run("promo", "create", "--campaign", program, "--affiliate", affiliate, "--code", code)
    booked = api.booked(promo_code=code, amount_cents=4900)
    commission = look(api, f"/api/v1/audit/conversions/{booked['id']}").json["commission"]
    assert commission["amount_cents"] == 0
    assert commission["formula"] == "The program's budget is used up, so the sale earns no commission."


def test_SE_39_the_tier_of_a_commission_and_how_it_was_reached(api):
    program = api.core.json("campaign", "create", "--account", api.account, "--name", fresh_id(), "--target", "https://shop.example/",
                            "--commission", "10%", "--tier", "2=20%")["id"]
    affiliate = api.core.json("affiliate", "join", "--campaign", program, "--email", f"{fresh_id()}@blog.example")["affiliate"]["id"]
    code = fresh_id().upper()
    api.core.run("promo", "create", "--campaign", program, "--affiliate", affiliate, "--code", code)
    def commission(booked):
        return look(api, f"/api/v1/audit/conversions/{booked['id']}").json["commission"]
    shown = [commission(api.booked(promo_code=code, amount_cents=1000)) for _ in range(3)]
    assert [one["tier"] for one in shown] == [{"from": 0, "conversions_before": 0}, {"from": 0, "conversions_before": 1}, {"from": 2, "conversions_before": 2}]
    assert [one["formula"] for one in shown] == [
        "10 % of 1000 cents is 100 cents, rounded half_up; the partner had 0 conversions before, too few for a tier",
        "10 % of 1000 cents is 100 cents, rounded half_up; the partner had 1 conversions before, too few for a tier",
        "20 % of 1000 cents is 200 cents, rounded half_up; the partner had 2 conversions before, and the tier begins with 2"]
    assert commission(api.booked(click_id=api.click()))["tier"] is None   # of terms without tiers


def test_SE_39_a_conversion_that_credits_nobody(api):
    booked = api.booked(promo_code="NOSUCHCODE")
    shown = look(api, f"/api/v1/audit/conversions/{booked['id']}").json
    assert shown["signals"]["promo_code"] == "NOSUCHCODE" and shown["decision"]["reason"] == "code_unknown"
    assert shown["click"] is None and shown["window"] is None and shown["commission"] is None and shown["ledger"] == []


def test_SE_39_a_click_with_what_it_led_to(api):
    click = api.click()
    booked = api.booked(click_id=click)
    shown = look(api, f"/api/v1/audit/clicks/{click}").json
    assert shown["click"]["program_id"] == api.program["live"] and shown["click"]["ref"] == api.code["live"]
    assert shown["conflicts"] == []
    (conversion,) = shown["conversions"]
    assert conversion["id"] == booked["id"] and conversion["commission"]["amount_cents"] == booked["commission"]["amount_cents"] > 0
    assert conversion["commission"] == look(api, f"/api/v1/audit/conversions/{booked['id']}").json["commission"]


def test_SE_39_a_conversion_of_a_click_that_earns_nothing_has_no_commission(api):
    code = fresh_id()
    api.core.run("link", "create", "--campaign", api.program["live"], "--code", code)
    api.world.wait_live(code)
    click = api.click(code=code)
    booked = api.booked(click_id=click)
    (conversion,) = look(api, f"/api/v1/audit/clicks/{click}").json["conversions"]
    assert (conversion["id"], conversion["reason"], conversion["commission"]) == (booked["id"], "click_credits_nobody", None)


def test_SE_39_until_when_a_click_credits(api):
    """By the program as it is now: what a conversion was judged by stands in its own audit."""
    click, program = api.click(), api.program["live"]
    window = look(api, f"/api/v1/audit/clicks/{click}").json["window"]
    assert window["click_at"] == look(api, f"/api/v1/audit/clicks/{click}").json["click"]["received_at"]
    assert window["window_seconds"] == 30 * 86400
    age = datetime.fromisoformat(window["expires_at"]) - datetime.fromisoformat(window["click_at"])
    assert age == timedelta(days=30)
    try:
        api.core.run("campaign", "set", program, "--window", "none")
        window = look(api, f"/api/v1/audit/clicks/{click}").json["window"]
        assert window["window_seconds"] is None and window["expires_at"] is None
    finally:
        api.core.run("campaign", "set", program, "--window", "30d")


def test_SE_39_why_a_click_is_not_unique(api):
    def said(click):
        shown = look(api, f"/api/v1/audit/clicks/{click}").json["click"]
        return shown["unique"], shown["unique_reason"]

    def hour(click):
        return int(click.replace("-", "")[:12], 16) // 3_600_000

    for _ in range(2):  # the second time, if an hour has just ended
        agent = f"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 {fresh_id()}"
        first, second = api.click(agent=agent), api.click(agent=agent)
        if hour(first) == hour(second):
            break
    assert said(first) == (True, None)
    assert said(second) == (False, "repeated_visit")
    robot = api.click(agent="curl/8.0")
    assert said(robot) == (False, "not_counted")
    assert look(api, f"/api/v1/audit/clicks/{robot}").json["window"]["expires_at"] is None, "it credits nobody"
    api.core.run("click", "erase", "--click", second)
    assert said(second) == (False, "visitor_unknown")
    assert api.core.json("click", "show", second)["unique_reason"] == "visitor_unknown"


def test_SE_29_a_click_is_explained_right_after_it_was_made(api):
    """Never "not found" only because the click is on its way; a busy machine may say 503, and then the click is stored."""
    for mode in ("live", "test"):
        for _ in range(25):
            click = api.click(mode)
            shown = look(api, f"/api/v1/audit/clicks/{click}", mode)
            assert shown.status == 200 and shown.json["click"]["click_id"] == click, shown.text
    for _ in range(10):
        check_error(look(api, f"/api/v1/audit/clicks/{api.click()}", "test"), 422, "MODE_MISMATCH", "Unprocessable Entity")


def test_SE_29_an_id_that_no_edge_mints_is_answered_at_once(api):
    waits = lambda: api.core.total("footfall_conversion_waits_total")
    before = waits()
    for _ in range(5):
        check_error(look(api, f"/api/v1/audit/clicks/{uuid.uuid4()}"), 404, "NOT_FOUND", "Not Found")
    assert waits() == before


def test_SEL_38_no_or_a_wrong_secret_key(api):
    booked = api.booked(promo_code="NOSUCHCODE")
    for path in (f"/api/v1/audit/conversions/{booked['id']}", f"/api/v1/audit/clicks/{uuid.uuid4()}"):
        check_error(api.client.get(path), 401, "INVALID_SECRET_KEY", "Unauthorized")
        check_error(look(api, path, key="sk_live_" + "0" * 40), 401, "INVALID_SECRET_KEY", "Unauthorized")
        check_error(look(api, path, key=api.public_keys["live"]), 403, "FORBIDDEN", "Forbidden")


def test_SEL_31_SE_40_a_key_of_the_other_mode(api):
    for mode, other in (("live", "test"), ("test", "live")):
        click = api.click(mode)
        booked = api.booked(mode=mode, click_id=click)
        assert look(api, f"/api/v1/audit/conversions/{booked['id']}", mode).status == 200
        for path in (f"/api/v1/audit/conversions/{booked['id']}", f"/api/v1/audit/clicks/{click}"):
            check_error(look(api, path, other), 422, "MODE_MISMATCH", "Unprocessable Entity")


def test_SEL_40_what_is_not_there_or_another_accounts(api):
    stranger = api.world.create_account("selgeo")
    key = api.core.json("key", "create", "--account", stranger, "--kind", "secret")["value"]
    click = api.click()
    booked = api.booked(click_id=click)
    for path in (f"/api/v1/audit/conversions/{booked['id']}", f"/api/v1/audit/clicks/{click}", f"/api/v1/audit/clicks/{uuid.uuid4()}",
                 "/api/v1/audit/conversions/conv_nothing", "/api/v1/audit/conversions/x"):
        check_error(look(api, path, key=key), 404, "NOT_FOUND", "Not Found")
    check_error(look(api, "/api/v1/audit/clicks/17"), 400, "VALIDATION_ERROR", "Bad Request")
