"""Selgeo's merchant login: passwords, tokens, and what they open. One test per row of CONTRACT.md."""

import base64
import hashlib
import hmac
import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from http_client import Client, numbered_address
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from stack import Stack
from timing import check_take_equally_long
from webhook_shop import SETTINGS, Shop

ROUTES = [
    "selgeo POST /api/v1/auth/login",
    "selgeo POST /api/v1/auth/refresh",
    "selgeo POST /api/v1/auth/logout",
]
places = itertools.count(1)


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS) as stack:
        yield stack


@pytest.fixture(scope="module")
def shop(stack):
    return Shop(stack)


@pytest.fixture
def dashboard(stack, shop):
    return Dashboard(stack, shop.account)


def refresh(dashboard, token=None, **more):
    return dashboard.client.post_json("/api/v1/auth/refresh", {"refresh_token": token or dashboard.tokens["refresh_token"], **more})


def test_SEL_13_SE_41_log_in_refresh_and_log_out(dashboard):
    tokens = dashboard.tokens
    assert tokens["token_type"] == "Bearer" and tokens["expires_in"] == 900 and tokens["mode"] == "live"
    assert tokens["user"]["email"] == dashboard.user["email"] and tokens["user"]["merchant_id"] == dashboard.account
    assert dashboard.get("/api/v1/webhooks").status == 200
    renewed = refresh(dashboard)
    assert renewed.status == 200 and renewed.json["refresh_token"] != tokens["refresh_token"]
    assert dashboard.call("GET", "/api/v1/webhooks", token=renewed.json["access_token"]).status == 200
    ended = dashboard.client.post_json("/api/v1/auth/logout", {"refresh_token": renewed.json["refresh_token"]})
    assert ended.status == 200
    for token in (tokens["access_token"], renewed.json["access_token"]):   # at once, not when they expire
        check_error(dashboard.call("GET", "/api/v1/webhooks", token=token), 401, "UNAUTHORIZED", "Unauthorized")
    check_error(refresh(dashboard, renewed.json["refresh_token"]), 401, "INVALID_CREDENTIALS", "Unauthorized")


def test_SE_41_a_refresh_token_that_comes_twice_ends_the_session(stack, dashboard):
    stolen = dashboard.tokens["refresh_token"]
    newest = refresh(dashboard).json
    check_error(refresh(dashboard, stolen), 401, "INVALID_CREDENTIALS", "Unauthorized")
    check_error(refresh(dashboard, newest["refresh_token"]), 401, "INVALID_CREDENTIALS", "Unauthorized")
    check_error(dashboard.call("GET", "/api/v1/webhooks", token=newest["access_token"]), 401, "UNAUTHORIZED", "Unauthorized")
    actions = [entry["action"] for entry in stack.core.json("audit", "list", "--account", dashboard.account)["audit"]]
    assert "session.reused_token" in actions


def test_SE_41_a_token_of_two_renewals_ago_ends_the_session(dashboard):
    oldest = dashboard.tokens["refresh_token"]
    newest = refresh(dashboard, refresh(dashboard, oldest).json["refresh_token"]).json
    assert dashboard.call("GET", "/api/v1/webhooks", token=newest["access_token"]).status == 200
    check_error(refresh(dashboard, oldest), 401, "INVALID_CREDENTIALS", "Unauthorized")
    check_error(refresh(dashboard, newest["refresh_token"]), 401, "INVALID_CREDENTIALS", "Unauthorized")
    check_error(dashboard.call("GET", "/api/v1/webhooks", token=newest["access_token"]), 401, "UNAUTHORIZED", "Unauthorized")


def test_SE_41_of_two_renewals_at_once_one_is_given_and_the_session_ends(stack, dashboard):
    """The second one is a token that was used already, whoever sent it."""
    gate = threading.Barrier(2)

    def renew(number):
        client = Client(stack.edge.port, "selgeo.localhost", source=numbered_address(11, next(places)))
        client.post_json("/api/v1/auth/refresh", {})   # opens the connection
        gate.wait(timeout=60)
        return client.post_json("/api/v1/auth/refresh", {"refresh_token": dashboard.tokens["refresh_token"]})
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(renew, range(2)), key=lambda answer: answer.status)
    assert [answer.status for answer in answers] == [200, 401]
    given = answers[0].json
    check_error(dashboard.call("GET", "/api/v1/webhooks", token=given["access_token"]), 401, "UNAUTHORIZED", "Unauthorized")
    check_error(refresh(dashboard, given["refresh_token"]), 401, "INVALID_CREDENTIALS", "Unauthorized")
    actions = [entry["action"] for entry in stack.core.json("audit", "list", "--account", dashboard.account)["audit"]]
    assert actions[0] == "session.reused_token"


def test_SEL_12_SE_44_keys_and_tokens_open_their_own_doors(shop, dashboard):
    check_error(dashboard.call("GET", "/api/v1/webhooks", token=shop.key), 403, "FORBIDDEN", "Forbidden")
    body = {"event_type": "purchase", "external_transaction_id": "x"}
    check_error(dashboard.post("/api/v1/conversions", body), 403, "FORBIDDEN", "Forbidden")
    check_error(dashboard.client.get("/api/v1/webhooks"), 401, "UNAUTHORIZED", "Unauthorized")
    check_error(dashboard.call("GET", "/api/v1/webhooks", token="sk_live_" + "0" * 40), 401, "UNAUTHORIZED", "Unauthorized")


def part(text):
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def test_SE_42_one_algorithm_and_no_other(dashboard):
    head, body, signature = dashboard.tokens["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    assert header == {"alg": "HS256", "kid": header["kid"], "typ": "JWT"}
    assert claims["exp"] - claims["iat"] == 900
    key = hmac.new(bytes.fromhex(SETTINGS["FOOTFALL_CORE_SECRETS_KEY"]), b"access tokens of the dashboard", hashlib.sha256).digest()

    def sign(text):   # the same signature by other code, so that what is refused below is refused for its head alone
        return base64.urlsafe_b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()
    assert sign(f"{head}.{body}") == signature
    none, other = part(json.dumps({**header, "alg": "none"})), part(json.dumps({**header, "kid": "00000000"}))
    expired = part(json.dumps({**claims, "exp": claims["iat"] - 1}))
    test_mode = part(json.dumps({**claims, "mode": "test"}))
    for forged in (f"{none}.{body}.", f"{none}.{body}.{signature}", f"{other}.{body}.{sign(f'{other}.{body}')}",
                   f"{head}.{expired}.{sign(f'{head}.{expired}')}", f"{head}.{test_mode}.{signature}", f"{head}.{body}.",
                   f"{head}..{sign(f'{head}.')}", "a.b.c", f"{head}.{body}.{signature}x"):
        check_error(dashboard.call("GET", "/api/v1/webhooks", token=forged), 401, "UNAUTHORIZED", "Unauthorized")


def test_SEL_11_a_token_is_for_one_mode(shop, dashboard):
    test = dashboard.log_in(mode="test").json
    assert test["mode"] == "test"
    made = dashboard.call("POST", "/api/v1/webhooks", {"url": "http://127.0.0.1:1/t"}, token=test["access_token"]).json
    assert made["mode"] == "test"
    live = Dashboard.log_in(dashboard).json["access_token"]
    check_error(dashboard.call("GET", f"/api/v1/webhooks/{made['id']}", token=live), 404, "WEBHOOK_NOT_FOUND", "Not Found")


def test_SE_41_a_session_stays_in_its_mode(stack, dashboard):
    for mode, other in (("test", "live"), ("live", "test")):
        tokens = dashboard.log_in(mode=mode).json
        renewed = refresh(dashboard, tokens["refresh_token"]).json
        assert renewed["mode"] == mode, "without a word about the mode"
        refused = refresh(dashboard, renewed["refresh_token"], mode=other)
        check_error(refused, 400, "VALIDATION_ERROR", "Bad Request")
        assert refused.json["details"][0]["field"] == "mode"
        again = refresh(dashboard, renewed["refresh_token"], mode=mode).json
        assert again["mode"] == mode, "what was refused has used nothing up"
        endpoint = dashboard.call("POST", "/api/v1/webhooks", {"url": "https://127.0.0.1/x" if mode == "live" else "http://127.0.0.1:1/x"},
                                  token=again["access_token"])
        assert endpoint.json["mode"] == mode, endpoint.text


def test_SE_41_a_session_lasts_thirty_days(stack, dashboard):
    lasts = "select extract(epoch from expires_at - created_at)::bigint from dashboard_sessions order by id desc limit 1"
    assert stack.value(lasts) == 30 * 86_400
    renewed = refresh(dashboard).json
    assert stack.value(lasts) == 30 * 86_400, "a renewal makes it no longer"
    stack.query("update dashboard_sessions set expires_at = now() where id = (select max(id) from dashboard_sessions) returning 1")
    check_error(refresh(dashboard, renewed["refresh_token"]), 401, "INVALID_CREDENTIALS", "Unauthorized")
    check_error(dashboard.call("GET", "/api/v1/webhooks", token=renewed["access_token"]), 401, "UNAUTHORIZED", "Unauthorized")


def test_SE_43_ten_tries_at_an_address_whoever_has_it(stack, dashboard):
    """From however many places, and the same for an address that nobody has; a right password forgets those before it."""
    def tries(email, count, password="not the password"):
        answers = []
        for number in range(count):
            client = Client(stack.edge.port, "selgeo.localhost", source=numbered_address(11, next(places)))
            answers.append(client.post_json("/api/v1/auth/login", {"email": email, "password": password}))
        return answers
    mail = dashboard.user["email"]
    assert [answer.status for answer in tries(mail, 9)] == [401] * 9
    assert tries(mail, 1, dashboard.user["password"])[0].status == 200
    refusals = []
    for email in (mail, f"nobody{next(places)}@shop.example"):
        answers = tries(email, 10) + tries(email.upper(), 1)
        assert [answer.status for answer in answers] == [401] * 10 + [429]
        check_error(answers[-1], 429, "RATE_LIMIT_EXCEEDED", "Too Many Requests")
        assert answers[-1].json["message"] == "Rate limit exceeded"   # SEL-19
        assert 1 <= int(answers[-1].fields["retry-after"]) <= 900
        assert (answers[-1].fields["x-ratelimit-limit"], answers[-1].fields["x-ratelimit-remaining"]) == ("10", "0")   # D-19
        assert 1 <= int(answers[-1].fields["x-ratelimit-reset"]) - time.time() + 1 <= 902
        refusals.append(answers[-1].json)
    assert refusals[0] == refusals[1]
    assert tries(mail, 1, dashboard.user["password"])[0].status == 429
    stack.query("update attempts set started_at = started_at - interval '600 seconds'")
    assert 1 <= int(tries(mail, 1)[0].fields["retry-after"]) <= 300   # what is left of the window (SEL-18)
    assert Dashboard(stack, dashboard.account).tokens["access_token"], "others log in as before"


def test_SE_43_nobody_learns_who_has_a_user(stack, dashboard):
    wrong = dashboard.log_in(password="not the password")
    unknown = dashboard.log_in(email="nobody@shop.example")
    check_error(wrong, 401, "INVALID_CREDENTIALS", "Unauthorized")
    assert (unknown.status, unknown.json) == (wrong.status, wrong.json)

    def try_with(**more):
        def ready():
            others = Dashboard(stack, dashboard.account)
            asked = {**more, **({"email": f"nobody{next(places)}@shop.example"} if "email" in more else {})}
            return lambda: others.log_in(**asked).status == 401 or pytest.fail()
        return ready
    check_take_equally_long(15, try_with(password="not the password"), try_with(email="nobody"))


def test_a_disabled_user_and_a_new_password_end_sessions(stack, dashboard):
    stack.core.run("user", "disable", dashboard.user["id"])
    check_error(dashboard.get("/api/v1/webhooks"), 401, "UNAUTHORIZED", "Unauthorized")
    check_error(dashboard.log_in(), 401, "INVALID_CREDENTIALS", "Unauthorized")
    stack.core.run("user", "enable", dashboard.user["id"])
    old, tokens = dashboard.user["password"], dashboard.log_in().json
    dashboard.user = stack.core.json("user", "password", dashboard.user["id"])
    check_error(dashboard.call("GET", "/api/v1/webhooks", token=tokens["access_token"]), 401, "UNAUTHORIZED", "Unauthorized")
    check_error(dashboard.log_in(password=old), 401, "INVALID_CREDENTIALS", "Unauthorized")
    assert dashboard.log_in().status == 200


def test_passwords_and_tokens_are_hashed(stack, dashboard):
    text = str(stack.query("select * from dashboard_users")) + str(stack.query("select * from refresh_tokens"))
    assert "$argon2id$" in text and dashboard.user["password"] not in text and dashboard.tokens["refresh_token"] not in text
    assert dashboard.user["password"] not in stack.core.log.read_text()


def test_SEL_16_ten_a_minute_for_each_address(stack, dashboard):
    statuses = [dashboard.log_in(password="wrong").status for _ in range(10)]   # one log-in came before
    assert statuses == [401] * 9 + [429]
    check_error(dashboard.client.post_json("/api/v1/auth/refresh", {}), 429, "RATE_LIMIT_EXCEEDED", "Too Many Requests")


def test_SEL_34_fields_of_a_log_in(dashboard):
    answer = dashboard.client.post_json("/api/v1/auth/login", {"email": "no address", "mode": "both"})
    check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
    assert {detail["field"] for detail in answer.json["details"]} == {"email", "password", "mode"}
