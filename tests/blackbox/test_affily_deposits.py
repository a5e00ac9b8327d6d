"""Affily: deposits by the API, and the page where they are paid. One test per row, named by its id."""

import re
import subprocess
import threading
import time
from datetime import datetime
from urllib.parse import urlencode

import pytest

from affily_advertiser import Advertiser, check_error
from http_client import Client
from stack import Stack
from world import World

ROUTES = [
    "affily POST /v1/deposits",
    "affily GET /v1/deposits/{deposit_id}/checkout",
    "affily POST /v1/deposits/{deposit_id}/checkout",
    "affily GET /v1/deposits/{deposit_id}/proforma.pdf",
]


@pytest.fixture(scope="module")
def sandboxed():
    """An advertiser of an installation that is configured for the development of clients."""
    with Stack(core_settings={"FOOTFALL_CORE_DEPOSITS_SANDBOX": "true", "FOOTFALL_CORE_DEPOSITS_RETURN_HOSTS": "billing.example",
                              "FOOTFALL_CORE_DEPOSITS_ISSUER": "Operator sp. z o.o.\nul. Świętokrzyska 1",
                              "FOOTFALL_CORE_DEPOSITS_TRANSFER_DETAILS": "PL61 1090 1014 0000 0712 1981 2874"}) as stack:
        yield Advertiser(World(stack, only=()), deposit=None)


def ask(advertiser, key=None, **body):
    sent = {"amount": 1000, "currency": "PLN", "method": "stripe", "return_url": "https://sklep.example/success?x=1", **body}
    return advertiser.request("POST", "/v1/deposits", {name: value for name, value in sent.items() if value is not None}, key=key)


def path_of(deposit):
    return f"/v1/deposits/{deposit['id']}/checkout"


def pay(advertiser, deposit, action="pay"):
    return advertiser.client.request("POST", path_of(deposit), urlencode({"action": action}).encode(),
                                     {"Content-Type": "application/x-www-form-urlencoded"})


def page(advertiser, deposit):
    return advertiser.client.get(path_of(deposit))


def test_AFY_31_32_a_deposit_is_asked_for(advertiser):
    other = Advertiser(advertiser.world, deposit=None)
    for method, days in (("stripe", 1), ("sunrise_pay", 1), ("transfer", 14), ("proforma", 14)):
        answer = ask(other, method=method)
        assert answer.status == 201, answer.text
        made = answer.json
        assert set(made) == {"id", "status", "payment_url", "expires_at"}
        assert re.fullmatch(r"dep_[0-9a-z]{26}", made["id"]) and made["status"] == "pending_payment"
        assert re.fullmatch(r"http://affily\.localhost:\d+" + path_of(made), made["payment_url"])
        expires = datetime.fromisoformat(made["expires_at"].replace("Z", "+00:00")).timestamp()
        assert abs(expires - (time.time() + days * 86_400)) < 120
        assert other.core.json("deposit", "show", made["id"])["method"] == method
    assert other.balance() == 0
    assert ask(other, currency=None, return_url=None, amount=0.01).status == 201


@pytest.mark.parametrize("field, value", [
    ("amount", None), ("amount", "1000"), ("amount", 0), ("amount", -5), ("amount", 1.001), ("amount", 1e13), ("method", None),
    ("method", "cash"), ("currency", "EUR"), ("currency", "ZZZ"), ("return_url", "https://evil.example/"), ("return_url", "x"),
    ("return_url", "javascript:alert(1)"), ("return_url", "https://sklep.example.evil.example/"),
    ("return_url", "https://sklep.example@evil.example/")])
def test_AFY_31_AY_19_30_what_does_not_fit(advertiser, field, value):
    check_error(ask(advertiser, **{field: value}), 422, "validation_error", field)


def test_AY_27_only_so_many_wait_for_their_payment(advertiser):
    other = Advertiser(advertiser.world, deposit=None)
    for _ in range(100):
        assert ask(other).status == 201
    details = check_error(ask(other), 422, "validation_error")
    assert details == {"reason": "too_many_deposits"}


def test_AY_18_what_is_transferred_is_confirmed_by_an_operator(advertiser):
    other = Advertiser(advertiser.world, deposit=None)
    other.core.run("account", "set", other.account, "--name", "<b>Sklep & Syn</b>")
    for method in ("transfer", "proforma", "stripe"):
        deposit = ask(other, method=method, amount=50.5).json
        shown = page(other, deposit)
        assert shown.status == 200 and shown.fields["content-type"] == "text/html; charset=utf-8"
        assert "50.50 PLN" in shown.text and deposit["id"] in shown.text and "&lt;b&gt;Sklep &amp; Syn&lt;/b&gt;" in shown.text
        assert "<button" not in shown.text
        assert pay(other, deposit).status == 403 and other.core.json("deposit", "show", deposit["id"])["status"] == "pending_payment"
        other.core.run("deposit", "confirm", deposit["id"], "--amount", "50.50")
        assert "Paid" in page(other, deposit).text
    assert other.balance() == 151.5


def pdf_text(advertiser, deposit):
    answer = advertiser.client.get(f"/v1/deposits/{deposit['id']}/proforma.pdf")
    assert answer.status == 200 and answer.fields["content-type"] == "application/pdf", answer.text
    assert deposit["id"] in answer.fields["content-disposition"] and answer.fields["cache-control"] == "no-store"
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=answer.body, capture_output=True, check=True)
    return done.stdout.decode()


def test_AY_37_a_proforma_invoice_is_a_pdf(sandboxed):
    other = Advertiser(sandboxed.world, deposit=None)
    other.core.run("account", "set", other.account, "--name", "Łódź & Żółw")
    for method in ("transfer", "proforma"):
        deposit = ask(other, method=method, amount=1234.5).json
        assert 'href="proforma.pdf"' in page(other, deposit).text
        text = pdf_text(other, deposit)
        for part in ("Proforma invoice", deposit["id"], "Łódź & Żółw", "1234.50 PLN", "Operator sp. z o.o.", "ul. Świętokrzyska 1",
                     "PL61 1090 1014 0000 0712 1981 2874", deposit["expires_at"][:10]):
            assert part in text, text
        assert "Paid on" not in text
        other.core.run("deposit", "confirm", deposit["id"])
        assert "Paid on" in pdf_text(other, deposit)
    for deposit in (ask(other).json, {"id": "dep_00000000000000000000000000"}):
        check_error(other.client.get(f"/v1/deposits/{deposit['id']}/proforma.pdf"), 404, "not_found")


def test_AY_31_the_page_gives_nothing_away(advertiser):
    deposit = ask(advertiser).json
    shown = page(advertiser, deposit)
    assert "default-src 'none'" in shown.fields["content-security-policy"] and "frame-ancestors 'none'" in shown.fields["content-security-policy"]
    assert shown.fields["referrer-policy"] == "no-referrer" and shown.fields["cache-control"] == "no-store"
    for unknown in ("dep_00000000000000000000000000", "dep_x", "conv_x"):
        check_error(advertiser.client.get(f"/v1/deposits/{unknown}/checkout"), 404, "not_found")


def test_AY_31_the_page_is_limited(advertiser):
    """60 calls a minute from one address, over all pages; another address has its own."""
    deposit = ask(advertiser, method="transfer").json
    paths = (path_of(deposit), f"/v1/deposits/{deposit['id']}/proforma.pdf", "/v1/deposits/dep_00000000000000000000000000/checkout")
    get = lambda number, address: advertiser.client.get(paths[number % 3], {"X-Forwarded-For": address})
    started = time.monotonic()
    answers = [get(number, "198.19.77.8") for number in range(130)]   # more than two windows let in
    refused = [answer for answer in answers if answer.status == 429]
    assert refused and all(int(answer.fields["retry-after"]) >= 1 for answer in refused)
    if time.monotonic() - started < 60:
        assert [answer.status for answer in answers[:60]] == [200, 200, 404] * 20 and answers[60].status == 429
    assert get(0, "198.19.77.9").status == 200


def test_AY_18_30_the_sandbox_pays_and_leads_back(sandboxed):
    deposit = ask(sandboxed, amount=100).json
    shown = page(sandboxed, deposit)
    assert shown.text.count("<button") == 2 and "sandbox" in shown.text
    assert "form-action 'self' https://sklep.example" in shown.fields["content-security-policy"]
    back = f"https://sklep.example/success?x=1&deposit_id={deposit['id']}&status="
    cancelled = pay(sandboxed, deposit, "cancel")
    assert cancelled.status == 303 and cancelled.fields["location"] == back + "cancelled" and sandboxed.balance() == 0
    for _ in range(2):   # paying twice pays once
        paid = pay(sandboxed, deposit)
        assert paid.status == 303 and paid.fields["location"] == back + "paid"
    assert sandboxed.balance() == 100 and "<button" not in page(sandboxed, deposit).text
    assert sandboxed.convert(amount=1000).status == 201 and sandboxed.balance() == 0
    plain = ask(sandboxed, amount=1, return_url=None).json
    assert pay(sandboxed, plain).fields["location"] == path_of(plain)
    assert ask(sandboxed, return_url="https://billing.example/done").status == 201
    transfer = ask(sandboxed, method="transfer").json
    assert pay(sandboxed, transfer).status == 403


def test_AY_30_the_pages_link_back_says_how_the_deposit_stands(sandboxed):
    deposit = ask(sandboxed, method="transfer", amount=1).json
    back = lambda: re.search(r'href="([^"]+)">Back<', page(sandboxed, deposit).text)[1].replace("&amp;", "&")
    expected = f"https://sklep.example/success?x=1&deposit_id={deposit['id']}&status="
    assert back() == expected + "pending_payment"
    sandboxed.world.stack.query("update deposits set expires_at = now() where public_id = %s", (deposit["id"],))
    assert back() == expected + "pending_payment", "late money still counts"
    sandboxed.core.run("deposit", "confirm", deposit["id"])
    assert back() == expected + "paid"
    sandboxed.core.run("deposit", "refund", deposit["id"])
    assert back() == expected + "refunded"


def test_AY_18_paid_by_many_at_once_counts_once(sandboxed):
    other = Advertiser(sandboxed.world, deposit=None)
    deposit = ask(other, amount=10).json
    statuses = []
    port = other.world.edge.port

    def work():
        client = Client(port, "affily.localhost", timeout_s=30)
        statuses.append(client.request("POST", path_of(deposit), b"action=pay", {"Content-Type": "application/x-www-form-urlencoded"}).status)
    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {303} and other.balance() == 10


def test_AY_18_an_expired_deposit_is_not_paid_here_and_late_money_counts(sandboxed):
    other = Advertiser(sandboxed.world, deposit=None)
    deposit = ask(other, amount=10).json
    other.world.stack.query("update deposits set expires_at = now() where public_id = %s", (deposit["id"],))
    assert "Expired" in page(other, deposit).text
    assert pay(other, deposit).status == 410 and other.balance() == 0
    other.core.run("deposit", "confirm", deposit["id"], "--reason", "came late")
    assert other.balance() == 10


def test_AY_22_test_deposits_are_play_money_of_their_own(advertiser):
    other = Advertiser(advertiser.world, deposit=None)
    key = other.new_key(mode="test")
    deposit = ask(other, key=key, amount=10).json
    assert pay(other, deposit).status == 303
    assert other.get("/v1/account", key=key).json["deposit_balance"] == 10 and other.balance() == 0
    check_error(other.convert(), 402, "insufficient_deposit")
