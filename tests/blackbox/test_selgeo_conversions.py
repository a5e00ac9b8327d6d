"""Selgeo's POST /api/v1/conversions through the edge: one test per statement, named by its id (statements.md 2.2, 4.2)."""

import itertools
import json
import threading
import time
import uuid

import pytest

from http_client import Client
from servers import wait_until

numbers = itertools.count(1)
PATH = "/api/v1/conversions"


def fresh_id(prefix="order"):
    return f"{prefix}-{next(numbers)}-{uuid.uuid4().hex[:6]}"


@pytest.fixture(scope="module")
def api(world):
    return Api(world)


class Api:
    """A merchant with keys of both modes whose limits are out of the way, a program in each mode and an affiliate."""

    def __init__(self, world):
        self.world = world
        self.core = world.core
        self.account = world.create_account("selgeo")
        self.keys = {mode: self.key("secret", mode) for mode in ("live", "test")}
        self.public_keys = {mode: self.key("public", mode) for mode in ("live", "test")}
        self.program = {mode: self.campaign("--mode", mode) for mode in ("live", "test")}
        self.affiliate, self.code = {}, {}
        for mode in ("live", "test"):
            self.affiliate[mode], self.code[mode] = world.join(self.program[mode])
            world.wait_live(self.code[mode])
        self.client = Client(world.edge.port, "selgeo.localhost")

    def key(self, kind, mode="live", **limits):
        zone = "clicks" if kind == "public" else "conversions"
        return self.core.json("key", "create", "--account", self.account, "--kind", kind, "--mode", mode,
                              "--limit", f"{zone}={limits.get('limit', 1_000_000)}")["value"]

    def campaign(self, *options, commission="10%"):
        name = fresh_id("Program")
        return self.core.json("campaign", "create", "--account", self.account, "--name", name, "--target",
                              "https://shop.example/landing", "--commission", commission, *options)["id"]

    def click(self, mode="live", code=None):
        """A click by POST; its id."""
        body = {"ref": code or self.code[mode]}
        # A key that was just made reaches the edge within the second.
        answer = wait_until(lambda: self._post_click(body, mode), what="the key live")
        return answer.json["click_id"]

    def _post_click(self, body, mode):
        answer = self.client.post_json("/v1/clicks", body, {"X-Public-Key": self.public_keys[mode]})
        return answer if answer.status == 201 else None

    def post(self, body, key=None, mode="live", fields=None, **more):
        bearer = {"Authorization": f"Bearer {key or self.keys[mode]}"}
        return self.client.post_json(PATH, body, {**bearer, **(fields or {})}, **more)

    def report(self, mode="live", **fields):
        body = {"event_type": "purchase", "external_transaction_id": fresh_id(), "amount_cents": 4900, "currency": "EUR"}
        body.update(fields)
        return self.post({name: value for name, value in body.items() if value is not None}, mode=mode)

    def booked(self, **fields):
        answer = self.report(**fields)
        assert answer.status == 201, answer.text
        return answer.json


def check_error(answer, status, code, error):
    """SEL-32, SEL-33."""
    assert answer.status == status, answer.text
    assert answer.json["statusCode"] == status
    assert answer.json["code"] == code
    assert answer.json["error"] == error
    assert isinstance(answer.json["message"], str) and answer.json["message"]


# Transport, routes, keys

def test_SEL_01_02_paths(api):
    assert api.booked(click_id=api.click())["attributed"] is True
    assert api.client.post_json("/v1/conversions", {}, {"Authorization": f"Bearer {api.keys['live']}"}).status == 404
    check_error(api.client.post_json("/api/v1/clicks", {"ref": api.code["live"]}, {"X-Public-Key": api.public_keys["live"]}),
                404, "NOT_FOUND", "Not Found")


def test_SEL_03_plain_http_behind_a_proxy_is_refused(api):
    answer = api.post({}, fields={"X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.9"})
    check_error(answer, 403, "FORBIDDEN", "Forbidden")
    assert api.post({}, fields={"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}).status == 400


def test_SEL_04_another_version_is_another_path(api):
    check_error(api.client.post_json("/api/v2/conversions", {}), 404, "NOT_FOUND", "Not Found")


def test_SEL_06_07_39_a_public_key_reports_no_conversions(api):
    for mode in ("live", "test"):
        assert api.public_keys[mode].startswith(f"pk_{mode}_") and api.keys[mode].startswith(f"sk_{mode}_")
        check_error(api.post({}, key=api.public_keys[mode]), 403, "FORBIDDEN", "Forbidden")


def test_SEL_36_missing_or_wrong_secret_key(api):
    check_error(api.client.post_json(PATH, {}), 401, "INVALID_API_KEY", "Unauthorized")
    for value in ("Bearer sk_live_wrong", "Bearer pk_live_wrong", "Basic abc", "Bearer ", f"Token {api.keys['live']}"):
        check_error(api.client.post_json(PATH, {}, {"Authorization": value}), 401, "INVALID_API_KEY", "Unauthorized")


def test_SEL_36_a_revoked_key(api):
    made = api.core.json("key", "create", "--account", api.account, "--kind", "secret")
    assert api.post({}, key=made["value"]).status == 400
    api.core.run("key", "revoke", made["id"])
    check_error(api.post({}, key=made["value"]), 401, "INVALID_API_KEY", "Unauthorized")


def test_key_of_another_dialect_is_not_a_key_here(api):
    check_error(api.post({}, key=api.world.baclique.secret_key), 401, "INVALID_API_KEY", "Unauthorized")


def test_SEL_09_the_scheme_is_read_in_any_case(api):
    answer = api.client.post_json(PATH, {}, {"Authorization": f"bearer {api.keys['live']}"})
    assert answer.status == 400


def test_unknown_methods_and_media_types(api):
    answer = api.client.get(PATH, {"Authorization": f"Bearer {api.keys['live']}"})
    assert answer.status == 405 and answer.fields["allow"] == "POST" and answer.json["statusCode"] == 405
    answer = api.post("a=b", content_type="application/x-www-form-urlencoded")
    assert answer.status == 415 and answer.json["error"] == "Unsupported Media Type"


def test_SEL_55_request_ids(api):
    assert api.post({}, fields={"X-Request-Id": "order-77:a.b_c-d"}).fields["x-request-id"] == "order-77:a.b_c-d"
    made = api.post({}).fields["x-request-id"]
    assert 16 <= len(made) <= 128
    assert api.post({}, fields={"X-Request-Id": "has blanks"}).fields["x-request-id"] != "has blanks"
    assert api.post({}, fields={"X-Request-Id": "x" * 129}).fields["x-request-id"] != "x" * 129


def test_no_cors_on_secret_routes(api):
    answer = api.post({}, fields={"Origin": "https://shop.example"})
    assert not [name for name in answer.fields if name.startswith("access-control-")]


# Body

def test_SEL_20_21_the_sample_of_the_reference(api):
    body = {"click_id": "550e8400-e29b-41d4-a716-446655440000", "event_type": "purchase",
            "external_transaction_id": fresh_id("order_456"), "amount_cents": 4900, "currency": "EUR"}
    answer = api.post(body)
    assert answer.status == 201 and answer.json["attributed"] is False
    assert answer.json["attribution"]["reason"] == "click_unknown"


def issues(answer):
    check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
    assert answer.json["message"] == "Validation failed"
    return {issue["field"]: issue["message"] for issue in answer.json["details"]}


def test_SEL_22_34_amount_as_a_string(api):
    assert issues(api.report(click_id=str(uuid.uuid4()), amount_cents="4900")) == {
        "amount_cents": "Expected number, received string"}


@pytest.mark.parametrize("field, value", [
    ("amount_cents", 49.5), ("amount_cents", -1), ("amount_cents", True), ("amount_cents", 1e30), ("click_id", "not-a-uuid"),
    ("click_id", 5), ("currency", "EURO"), ("currency", "XQX"), ("currency", 978), ("event_type", ""),
    ("event_type", "x" * 101), ("external_transaction_id", ""), ("external_transaction_id", "x" * 256),
    ("external_transaction_id", 17), ("occurred_at", "yesterday"), ("prospect_email", "nobody"), ("promo_code", 5),
    ("external_transaction_id", "a\x00b"), ("event_type", ["purchase"])])
def test_SEL_34_each_field_is_named(api, field, value):
    fields = {"click_id": str(uuid.uuid4()), field: value}
    assert set(issues(api.report(**fields))) == {field}


def test_SELX_01_required_fields_all_at_once(api):
    assert set(issues(api.post({"amount_cents": 5}))) == {"external_transaction_id", "event_type", "currency"}


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', '{"event_type": }', b'{"event_type":"\xff"}'])
def test_SEL_34_what_is_not_a_json_object(api, body):
    assert "body" in issues(api.post(body))


def test_SELX_02_04_amount_and_currency_may_be_absent(api):
    booked = api.booked(click_id=api.click(), amount_cents=None, currency=None)
    assert booked["amount_cents"] == 0 and booked["currency"] is None
    assert set(issues(api.report(click_id=str(uuid.uuid4()), currency=None))) == {"currency"}


def test_SELX_03_occurred_at_and_email(api):
    booked = api.booked(click_id=api.click(), occurred_at="2026-01-02T03:04:05+02:00", prospect_email="a.b@example.com")
    assert booked["occurred_at"] == "2026-01-02T01:04:05.000Z"
    assert booked["prospect_email"] == "a.b@example.com"


def test_SEL_24_currency_in_lower_case(api):
    assert api.booked(click_id=api.click(), currency="usd")["currency"] == "USD"


def test_SE_24_unknown_fields_are_ignored(api):
    assert api.booked(click_id=api.click(), something={"nested": [1]})["attributed"] is True


def test_body_beyond_the_bound(api):
    answer = api.post(json.dumps({"event_type": "x" * 2_000_000}))
    assert answer.status == 413 and answer.json["statusCode"] == 413


# Attribution

def test_SEL_28_29_a_click_inside_its_window(api):
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
    time.sleep(1.2)
    booked = api.booked(click_id=click)
    assert booked["attributed"] is False and booked["attribution"]["reason"] == "click_expired"


def test_a_click_that_no_person_made_earns_nothing(api):
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
    second = api.world.stack.add_core("second-core")
    second.start()
    try:
        body = {"event_type": "purchase", "external_transaction_id": fresh_id(), "amount_cents": 100, "currency": "EUR",
                "click_id": api.click()}
        fields = {"Authorization": f"Bearer {api.keys['live']}"}
        statuses, lock, gate = [], threading.Lock(), threading.Barrier(40)

        def retry(worker):
            port = api.world.edge.port if worker % 2 else second.port
            client = Client(port, "selgeo.localhost", timeout_s=60)
            gate.wait()
            for _ in range(5):
                status = client.post_json(PATH, body, fields).status
                with lock:
                    statuses.append(status)
        threads = [threading.Thread(target=retry, args=(worker,)) for worker in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [201] + [409] * 199
    finally:
        second.terminate()
    rows = api.world.stack.value("select count(*) from conversions where external_id = %s", (body["external_transaction_id"],))
    assert rows == 1


# Modes

def test_SEL_11_31_modes_do_not_mix(api):
    check_error(api.report(mode="test", click_id=api.click("live")), 422, "MODE_MISMATCH", "Unprocessable Entity")
    check_error(api.report(mode="live", click_id=api.click("test")), 422, "MODE_MISMATCH", "Unprocessable Entity")


def test_SE_12_promo_code_of_the_other_mode(api):
    code = fresh_id("T")
    api.core.json("promo", "create", "--campaign", api.program["test"], "--affiliate", api.affiliate["test"], "--code", code)
    assert api.report(promo_code=code).status == 422
    assert api.booked(mode="test", promo_code=code)["attributed"] is True


def test_SELX_05_test_conversions_owe_nothing(api):
    booked = api.booked(mode="test", click_id=api.click("test"))
    assert booked["attributed"] is True and booked["mode"] == "test"
    assert api.core.json("conversion", "show", booked["id"])["ledger"] == []


# Limits

def test_SEL_15_18_19_41_limit_per_key(api):
    limited, other = api.key("secret", limit=3), api.key("secret", limit=3)
    assert [api.post({}, key=limited).status for _ in range(3)] == [400] * 3
    answer = api.post({}, key=limited)
    assert answer.status == 429
    assert answer.json == {"statusCode": 429, "message": "Rate limit exceeded", "error": "Too Many Requests",
                           "code": "RATE_LIMIT_EXCEEDED"}
    assert 1 <= int(answer.fields["retry-after"]) <= 60
    assert api.post({}, key=other).status == 400


def test_SEL_15_the_documented_figure_is_the_default(api):
    key = api.core.json("key", "create", "--account", api.account, "--kind", "secret")["value"]
    statuses = [api.post({}, key=key).status for _ in range(121)]
    assert statuses == [400] * 120 + [429]


def test_SEL_17_general_zone_per_address(api):
    fields = {"X-Forwarded-For": "203.0.113.77", "X-Forwarded-Proto": "https"}
    statuses = [api.client.get("/api/v1/partners", fields).status for _ in range(301)]
    assert statuses == [404] * 300 + [429]


def test_SEL_16_auth_zone_per_address(api):
    fields = {"X-Forwarded-For": "203.0.113.78", "X-Forwarded-Proto": "https"}
    statuses = [api.client.post_json("/api/v1/auth/login", {}, fields).status for _ in range(11)]
    assert statuses == [404] * 10 + [429]


def test_SE_14_unknown_keys_are_counted_per_address(api):
    fields = {"X-Forwarded-For": "203.0.113.79", "X-Forwarded-Proto": "https", "Authorization": "Bearer sk_live_guess"}
    statuses = {api.client.post_json(PATH, {}, fields).status for _ in range(70)}
    assert statuses == {401, 429}
    assert api.post({}).status == 400


# Public sample clients (statements.md 1.3), as they stand

def test_mock_merchants_track_lead(api):
    """A lead with the click of the visitor's session: any 2xx will do for it."""
    email = f"{fresh_id()}@example.com"
    body = {"event_type": "lead", "external_transaction_id": f"lead:{email}", "prospect_email": email, "amount_cents": 0,
            "click_id": api.click()}
    answer = api.post(body)
    assert answer.status == 201 and answer.json["attributed"] is True


def test_mock_merchants_track_lead_without_a_click(api):
    email = f"{fresh_id()}@example.com"
    body = {"event_type": "lead", "external_transaction_id": f"lead:{email}", "prospect_email": email, "amount_cents": 0}
    check_error(api.post(body), 422, "NO_ATTRIBUTION_SIGNAL", "Unprocessable Entity")


def test_SELX_15_one_plain_host_serves_both(api):
    """On a host that no dialect claims the credential decides (statements.md 3.3)."""
    client = Client(api.world.edge.port, "localhost")
    click = client.post_json("/v1/clicks", {"ref": api.code["live"]}, {"X-Public-Key": api.public_keys["live"]}).json["click_id"]
    body = {"event_type": "lead", "external_transaction_id": fresh_id(), "click_id": click}
    answer = client.post_json(PATH, body, {"Authorization": f"Bearer {api.keys['live']}"})
    assert answer.status == 201 and answer.json["attributed"] is True


# Life

def test_a_hold_of_one_second_matures_by_itself(api):
    program = api.campaign("--hold", "1s")
    _, code = api.world.join(program)
    api.world.wait_live(code)
    booked = api.booked(click_id=api.click(code=code))
    assert booked["commission"]["status"] == "pending"
    wait_until(lambda: api.core.json("conversion", "show", booked["id"])["status"] == "approved", 15, "the hold over")
    steps = api.core.json("conversion", "show", booked["id"])["audit"]
    assert [(step["action"], step["actor"]) for step in steps][1:] == [("conversion.approve", "upkeep")]


def test_life_by_hand_with_its_trail(api):
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
    table = api.core.run("conversion", "export", "--account", api.account, "--format", "csv").stdout.splitlines()
    assert table[0].startswith("id,status,mode") and len(table) == len(lines) + 1
