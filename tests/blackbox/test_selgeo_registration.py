"""How merchants come to a dashboard of their own, and back to a password that they forgot. One test per row of CONTRACT.md."""

import itertools
import re

import pytest

from http_client import Client, numbered_address
from mail_server import link_in
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import Stack
from timing import check_take_equally_long
from webhook_shop import SETTINGS, Shop

ROUTES = [
    "selgeo POST /api/v1/auth/register",
    "selgeo POST /api/v1/auth/register/confirm",
    "selgeo POST /api/v1/auth/forgot-password",
    "selgeo POST /api/v1/auth/reset-password",
]
PATHS = {"register": "/api/v1/auth/register", "confirm": "/api/v1/auth/register/confirm", "forgot": "/api/v1/auth/forgot-password",
         "reset": "/api/v1/auth/reset-password", "login": "/api/v1/auth/login", "refresh": "/api/v1/auth/refresh"}
PASSWORD, NEW = "correct horse battery", "an entirely new one"
people = itertools.count(1)


@pytest.fixture(scope="module")
def stack():
    with Stack({**SETTINGS, "FOOTFALL_CORE_REGISTRATION": "true"}) as stack:
        yield stack


class Stranger:
    """Everybody comes from an address of their own, because the API counts addresses."""

    def __init__(self, stack):
        number = next(people)
        self.stack, self.email = stack, f"merchant{number}@shop.example"
        self.client = Client(stack.edge.port, "selgeo.localhost", source=numbered_address(9, number))

    def post(self, what, **body):
        return self.client.post_json(PATHS[what], body)

    def register(self, **more):
        return self.post("register", **{"email": self.email, "password": PASSWORD, "name": "Jane", "company": "Jane's Maps", **more})

    def link(self, number=1):
        return link_in(self.stack.mails.mail_to(self.email, number))

    def confirm(self, link, password=PASSWORD):
        return self.post("confirm", token=link.split("token=")[1], password=password)

    def page(self, link, password):
        """What the page behind the mail's link answers to its form."""
        pages = Client(self.stack.edge.port, "baclique.localhost")
        shown = pages.get(link)
        form = dict(re.findall(r'name="(form_token|token)" value="([^"]*)"', shown.text))
        cookie = shown.fields["set-cookie"].split(";")[0]
        body = "&".join(f"{name}={value}" for name, value in {**form, "password": password.replace(" ", "+")}.items())
        return pages.request("POST", link.split("?")[0], body.encode(),
                             {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie})


@pytest.fixture
def stranger(stack):
    return Stranger(stack)


@pytest.fixture
def merchant(stranger):
    stranger.register()
    assert stranger.confirm(stranger.link()).status == 201
    return stranger


def test_SEL_13_SE_46_a_stranger_becomes_a_merchant(stranger):
    asked = stranger.register()
    assert (asked.status, asked.json["status"]) == (202, "accepted")
    check_error(stranger.post("login", email=stranger.email, password=PASSWORD), 401, "INVALID_CREDENTIALS", "Unauthorized")
    link = stranger.link()
    check_error(stranger.confirm(link, "not the password"), 401, "INVALID_CREDENTIALS", "Unauthorized")
    made = stranger.confirm(link)
    assert made.status == 201 and made.json["email"] == stranger.email and made.json["merchant_id"].startswith("acc_")
    tokens = stranger.post("login", email=stranger.email, password=PASSWORD).json
    assert tokens["user"] == {"id": made.json["id"], "email": stranger.email, "name": "Jane", "merchant_id": made.json["merchant_id"]}
    again = stranger.confirm(link)
    check_error(again, 400, "VALIDATION_ERROR", "Bad Request")
    assert again.json["details"][0]["field"] == "token"


def test_SE_46_the_link_of_the_mail_leads_to_a_page(stranger):
    stranger.register()
    link = stranger.link()
    assert stranger.page(link, "not the password").status == 403
    assert "Your account is ready" in stranger.page(link, PASSWORD).text
    assert stranger.post("login", email=stranger.email, password=PASSWORD).status == 200


def test_SE_46_nothing_that_was_typed_with_the_address_stands_in_the_mail(stack, stranger):
    """Else a stranger could write to whom they like."""
    assert stranger.register(name="Visit evil.example", company="You have won: https://evil.example/win").status == 202
    mail = stack.mails.mail_to(stranger.email)
    assert mail["Subject"] == "Confirm your address" and link_in(mail).startswith("/portal/merchant/confirm?token=")
    assert not re.search("evil|won|visit", mail.get_content(), re.I)


def test_SE_47_a_registered_address_is_told_by_mail_alone(stack, merchant):
    twin = Stranger(stack)
    known, unknown = twin.register(email=merchant.email, password="another password"), twin.register()
    assert (known.status, known.json) == (unknown.status, unknown.json)
    mail = stack.mails.mail_to(merchant.email, 2)
    assert mail["Subject"] == "You have an account already" and "token=" not in mail.get_content()
    assert twin.post("login", email=merchant.email, password="another password").status == 401
    assert twin.post("login", email=merchant.email, password=PASSWORD).status == 200

    def try_for(email):
        return lambda: lambda: Stranger(stack).register(email=email()).status == 202 or pytest.fail()
    check_take_equally_long(7, try_for(lambda: merchant.email), try_for(lambda: Stranger(stack).email), 3)


def test_SEL_18_guessing_the_password_of_a_link_ends(stack, stranger):
    """From however many addresses: the link itself is limited, and says when to come again."""
    stranger.register()
    token = stranger.link().split("token=")[1]
    answers = [Stranger(stack).post("confirm", token=token, password=f"wrong guess {n}") for n in range(11)]
    assert [answer.status for answer in answers] == [401] * 10 + [429]
    check_error(answers[-1], 429, "RATE_LIMIT_EXCEEDED", "Too Many Requests")
    assert answers[-1].json["message"] == "Rate limit exceeded" and answers[-1].fields["x-ratelimit-limit"] == "10"
    assert 1 <= int(answers[-1].fields["retry-after"]) <= 900
    stack.query("update attempts set started_at = started_at - interval '600 seconds'")
    later = Stranger(stack).post("confirm", token=token, password="wrong guess")
    assert later.status == 429 and 1 <= int(later.fields["retry-after"]) <= 300


def test_SE_48_whose_address_it_is_cannot_be_told_by_time(stack, merchant):
    def try_for(email):
        return lambda: lambda: Stranger(stack).post("forgot", email=email()).status == 202 or pytest.fail()
    check_take_equally_long(7, try_for(lambda: merchant.email), try_for(lambda: Stranger(stack).email), 3)


def test_SE_47_only_the_newest_link_is_good(stranger):
    stranger.register()
    first = stranger.link()
    stranger.register(company="Second thoughts")
    second = stranger.link(2)
    check_error(stranger.confirm(first), 400, "VALIDATION_ERROR", "Bad Request")
    assert stranger.confirm(second).status == 201


def shift(stack, seconds):
    """As if so much time had passed since every try that is counted."""
    stack.query("update attempts set started_at = started_at - %s * interval '1 second' returning 1", (seconds,))


def test_SE_47_three_mails_an_hour_and_ten_a_day_for_an_address(stack, stranger):
    """From whomever: the mails go to one person."""
    def mails():
        wait_until(lambda: stack.value("select count(*) from mails where status = 'waiting'") == 0, what="mails sent")
        return len(stack.mails.to(stranger.email))
    counts = []
    for hour in range(5):
        for _ in range(4):
            assert Stranger(stack).register(email=stranger.email).status == 202
            sent = mails()   # before the next one takes its link's place
        counts.append(sent)
        shift(stack, 3_601)
    assert counts == [3, 6, 9, 10, 10]
    shift(stack, 86_400)
    assert Stranger(stack).register(email=stranger.email).status == 202
    assert mails() == 11


def test_SE_46_a_link_of_a_registration_lasts_a_day(stack, stranger):
    stranger.register()
    link = stranger.link()
    left = stack.value("select extract(epoch from expires_at - now())::float from registrations where email = %s", (stranger.email,))
    assert 86_300 < left <= 86_400
    stack.query("update registrations set expires_at = now() where email = %s returning 1", (stranger.email,))
    check_error(stranger.confirm(link), 400, "VALIDATION_ERROR", "Bad Request")


def test_SE_48_a_link_for_a_new_password_lasts_an_hour(stack, merchant):
    merchant.post("forgot", email=merchant.email)
    token = link_in(stack.mails.mail_to(merchant.email, 2)).split("token=")[1]
    left = stack.value("select extract(epoch from expires_at - now())::float from dashboard_password_resets order by expires_at desc limit 1")
    assert 3_500 < left <= 3_600
    stack.query("update dashboard_password_resets set expires_at = now() returning 1")
    check_error(merchant.post("reset", token=token, password=NEW), 400, "VALIDATION_ERROR", "Bad Request")


def test_SE_48_a_forgotten_password(stack, merchant):
    session = merchant.post("login", email=merchant.email, password=PASSWORD).json
    asked = merchant.post("forgot", email=merchant.email)
    nobody = merchant.post("forgot", email="nobody@shop.example")
    assert (asked.status, asked.json) == (nobody.status, nobody.json) == (202, asked.json)
    token = link_in(stack.mails.mail_to(merchant.email, 2)).split("token=")[1]
    refused = merchant.post("reset", token=token, password="short")
    assert refused.status == 400 and refused.json["details"][0]["field"] == "password"
    assert merchant.post("reset", token=token, password=NEW).json == {"status": "password_changed"}
    assert merchant.post("refresh", refresh_token=session["refresh_token"]).status == 401   # all sessions have ended
    assert merchant.post("login", email=merchant.email, password=PASSWORD).status == 401
    other = Stranger(stack)
    assert other.post("login", email=merchant.email, password=NEW).status == 200
    again = other.post("reset", token=token, password=NEW)
    check_error(again, 400, "VALIDATION_ERROR", "Bad Request")
    assert again.json["details"][0]["field"] == "token"
    assert stack.mails.mail_to(merchant.email, 3)["Subject"] == "Your password was changed"
    assert stack.value("select count(*) from mails") == 0 and not stack.mails.to("nobody@shop.example")


def test_SE_48_the_link_of_the_mail_leads_to_a_page(stack, merchant):
    merchant.post("forgot", email=merchant.email)
    link = link_in(stack.mails.mail_to(merchant.email, 2))
    assert merchant.page(link, "short").status == 400
    assert "Your password was changed" in merchant.page(link, NEW).text
    assert merchant.post("login", email=merchant.email, password=NEW).status == 200


def test_SELX_16_no_mail_in_test_mode(stack, merchant):
    before = len(stack.mails.to(merchant.email))
    test, live = merchant.post("forgot", email=merchant.email, mode="test"), Stranger(stack)
    assert test.status == 202
    assert live.register(mode="test").json == test.json
    assert stack.value("select count(*) from registrations where email = %s", (live.email,)) == 0
    merchant.post("forgot", email=merchant.email)   # whose mail comes after what the first would have sent
    wait_until(lambda: len(stack.mails.to(merchant.email)) > before, what="the mail of live mode")
    assert len(stack.mails.to(merchant.email)) == before + 1 and not stack.mails.to(live.email)


def test_SEL_16_34_fields_and_limit(stack, stranger):
    for body, field in (({"email": "no address"}, "email"), ({"password": "short"}, "password"), ({"company": ""}, "company"),
                        ({"mode": "both"}, "mode"), ({"password": stranger.email}, "password")):
        answer = stranger.register(**body)
        check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
        assert [one["field"] for one in answer.json["details"]] == [field]
    statuses = [stranger.post("forgot", email="x").status for _ in range(6)]
    assert statuses == [400] * 5 + [429]


def test_tokens_and_passwords_are_hashed(stack, stranger):
    stranger.register()
    token = stranger.link().split("token=")[1]
    kept = str(stack.query("select * from registrations"))
    assert "$argon2id$" in kept and PASSWORD not in kept and token not in kept
    log = stack.core.log.read_text()
    assert PASSWORD not in log and token not in log


def test_registration_is_closed_unless_the_operator_opens_it(stack, stranger):
    stack.core.settings["FOOTFALL_CORE_REGISTRATION"] = "false"
    stack.core.terminate()
    stack.core.start()
    try:
        check_error(stranger.register(), 403, "FORBIDDEN", "Forbidden")
    finally:
        stack.core.settings["FOOTFALL_CORE_REGISTRATION"] = "true"
        stack.core.terminate()
        stack.core.start()


def test_SE_42_another_secrets_key_is_brought_in_without_a_break(stack):
    shop = Shop(stack)
    dashboard = Dashboard(stack, shop.account)
    endpoint, secret = shop.webhook("http://127.0.0.1:1/")
    old, new = SETTINGS["FOOTFALL_CORE_SECRETS_KEY"], "fedcba9876543210" * 4

    def restart(key, accepted=None):
        stack.core.settings["FOOTFALL_CORE_SECRETS_KEY"] = key
        stack.core.settings.pop("FOOTFALL_CORE_SECRETS_KEY_ACCEPTED", None)
        if accepted:
            stack.core.settings["FOOTFALL_CORE_SECRETS_KEY_ACCEPTED"] = accepted
        stack.core.terminate()
        stack.core.start()
    try:
        restart(new, old)
        assert dashboard.get("/api/v1/webhooks").status == 200   # with the token that the old key signed
        renewed = dashboard.client.post_json("/api/v1/auth/refresh", {"refresh_token": dashboard.tokens["refresh_token"]}).json
        head = lambda token: token.split(".")[0]
        assert head(renewed["access_token"]) != head(dashboard.tokens["access_token"])
        assert stack.core.json("webhook", "reseal") == {"resealed": stack.value("select count(*) from webhook_endpoints where kind = 'webhook'"), "unreadable": 0}
        restart(new)
        check_error(dashboard.get("/api/v1/webhooks"), 401, "UNAUTHORIZED", "Unauthorized")
        assert dashboard.call("GET", "/api/v1/webhooks", token=renewed["access_token"]).json["data"][0]["id"] == endpoint
        assert stack.core.json("webhook", "reseal")["unreadable"] == 0 and secret
    finally:
        restart(old, new)
        stack.core.json("webhook", "reseal")
        restart(old)
