"""Webhooks: every event arrives, signed, whatever the receiver does (COMMON.md D-51 to D-54, D-56)."""

import json
import threading

import pytest

from receiver import Receiver, make_certificate, signed_at
from servers import free_port, wait_until
from stack import Stack
from webhook_shop import SETTINGS, Shop


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS) as stack:
        yield stack


@pytest.fixture(scope="module")
def merchant(stack):
    return Shop(stack)


@pytest.fixture
def shop(merchant):
    yield merchant
    merchant.delete_webhooks()


def test_SELX_11_SEL_05_signature_and_envelope(shop, receiver):
    endpoint, secret = shop.webhook(receiver.url("/all"))
    assert len(secret) == 6 + 64
    sale = shop.sell()
    receiver.wait("/all", 2)
    by_type = {event["type"]: event for event in receiver.events("/all")}
    assert set(by_type) == {"conversion.created", "commission.created"}
    for one in receiver.at("/all"):
        signed_at(one, secret)
        body = json.loads(one.body)
        assert one.fields["content-type"] == "application/json" and one.fields["x-selgeo-event"] == body["type"]
        assert body["api_version"] == "v1" and body["id"].startswith("evt_") and body["mode"] == "live"
    told = by_type["conversion.created"]["data"]
    assert told["id"] == sale["id"] and told["amount_cents"] == 4900 and told["partner_id"] == shop.partner
    assert told["external_transaction_id"] == sale["external_transaction_id"] and told["status"] == "pending"
    assert by_type["commission.created"]["data"] == {
        "conversion_id": sale["id"], "partner_id": shop.partner, "program_id": shop.program, "amount_cents": 490,
        "reversed_cents": 0, "currency": "EUR", "status": "pending", "review": False, "rejection_reason": None}
    delivered = shop.wait_status(endpoint, "delivered", 2)
    assert [one["attempts"] for one in delivered] == [1, 1]
    details = shop.delivery(delivered[0]["id"])
    assert details["body"]["id"] == details["event"] and [a["status"] for a in details["attempt_list"]] == [200]
    assert secret not in json.dumps(shop.show(endpoint)) + json.dumps(details)


def test_only_what_an_endpoint_asked_for_and_each_step_as_it_was(shop, receiver):
    shop.webhook(receiver.url("/steps"), "conversion.rejected", "commission.restored", "partner.suspended", "application.created",
                 "promo_code.updated")
    sale = shop.sell()
    shop.core.run("conversion", "reject", sale["id"])
    shop.core.run("conversion", "restore", sale["id"])
    applicant = shop.join("applicant@blog.example", "pending")
    shop.core.run("affiliate", "set-status", applicant, "suspended", "--campaign", shop.program)
    promo = shop.core.json("promo", "create", "--campaign", shop.program, "--affiliate", shop.partner, "--code", "SPRING")["id"]
    shop.core.run("promo", "disable", promo)
    receiver.wait("/steps", 5)
    told = {event["type"]: event["data"] for event in receiver.events("/steps")}
    assert told["conversion.rejected"]["status"] == "rejected" and told["commission.restored"]["status"] == "pending"
    assert told["application.created"]["id"] == applicant and told["application.created"]["program_status"] == "pending"
    assert told["partner.suspended"]["program_status"] == "suspended" and told["promo_code.updated"]["status"] == "disabled"


def test_BACX_22_23_25_baclique(stack, receiver):
    shop = Shop(stack, "baclique")
    assert shop.refused("create", "--account", shop.account, "--url", receiver.url("/b"), "--event", "partner.joined") == "webhook_event"
    _, secret = shop.webhook(receiver.url("/b"))
    joined = shop.join("joe@blog.example")
    one = receiver.wait("/b")[0]
    signed_at(one, secret, "x-baclique-signature")
    assert one.fields["x-baclique-event"] == "affiliate.joined"
    body = json.loads(one.body)
    assert set(body) == {"id", "type", "created", "data"} and body["id"].startswith("evt_") and isinstance(body["created"], int)
    assert body["data"]["id"] == joined and body["data"]["campaign_id"] == shop.program and body["data"]["status"] == "active"


def test_SE_25_signed_anew_at_each_attempt_with_one_event_id(shop, receiver):
    endpoint, secret = shop.webhook(receiver.url("/again"), "conversion.created")
    receiver.answers["/again"] = 500
    shop.sell()
    for count in (1, 2, 3):
        receiver.wait("/again", count)
        wait_until(lambda: shop.show(endpoint)["failures_in_row"] == count, what="the failure noted")
        if count == 3:
            receiver.answers["/again"] = 200
        shop.let_time_pass(endpoint)
    shop.wait_status(endpoint, "delivered")
    attempts = receiver.wait("/again", 4)
    assert len({json.loads(one.body)["id"] for one in attempts}) == 1
    times = [signed_at(one, secret) for one in attempts]
    assert times == sorted(times)
    details = shop.delivery(shop.deliveries(endpoint)[0]["id"])
    assert [(a["status"], a["error"]) for a in details["attempt_list"]] == [(500, "refused")] * 3 + [(200, None)]
    assert shop.show(endpoint)["failures_in_row"] == 0


def test_a_receiver_that_is_down_for_a_while_gets_everything(shop):
    port = free_port()
    endpoint, secret = shop.webhook(f"http://127.0.0.1:{port}/down", "conversion.created")
    sales = {shop.sell()["id"] for _ in range(20)}
    wait_until(lambda: shop.show(endpoint)["failures_in_row"] >= 3, what="failures")
    assert shop.show(endpoint)["paused_until"] is not None, "a dead receiver is left in peace"
    receiver = Receiver(port)
    try:
        def all_arrived():
            shop.let_time_pass(endpoint)
            return {event["data"]["id"] for event in receiver.events("/down")} >= sales
        wait_until(all_arrived, what="all twenty sales told", every_s=0.2)
        for one in receiver.at("/down"):
            signed_at(one, secret)
        shop.wait_status(endpoint, "delivered", 20)
        assert len({event["id"] for event in receiver.events("/down")}) == 20
    finally:
        receiver.close()


def test_a_slow_receiver_delays_nobody_else(shop, receiver):
    release = threading.Event()

    def hang(handler):
        release.wait(30)
        handler.answer(200)
    receiver.answers["/slow"] = hang
    slow, _ = shop.webhook(receiver.url("/slow"), "conversion.created")
    fast, _ = shop.webhook(receiver.url("/fast"), "conversion.created")
    for _ in range(10):
        shop.sell()
    receiver.wait("/fast", 10)
    assert len(receiver.at("/slow")) <= 4, "attempts at once to one endpoint are bounded"
    assert not shop.deliveries(slow, "--status", "delivered")
    release.set()
    wait_until(lambda: shop.let_time_pass(slow) or len(shop.deliveries(slow, "--status", "delivered")) == 10, what="the slow one caught up")


def test_an_attempt_has_an_end(shop, receiver):
    release = threading.Event()
    receiver.answers["/never"] = lambda handler: release.wait(60)
    endpoint, _ = shop.webhook(receiver.url("/never"), "conversion.created")
    shop.sell()
    wait_until(lambda: shop.latest(endpoint).get("last_error") == "timeout", what="the time-out")
    release.set()


def test_a_receiver_that_closes_early_or_answers_without_end(shop, receiver):
    endpoint, _ = shop.webhook(receiver.url("/close"), "conversion.created")
    receiver.answers["/close"] = lambda handler: handler.close_early()
    shop.sell()
    wait_until(lambda: shop.latest(endpoint).get("last_error") == "closed", what="closed early")

    def flood(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(1 << 30))
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            handler.close_connection = True
    receiver.answers["/close"] = flood
    shop.let_time_pass(endpoint)
    assert shop.wait_status(endpoint, "delivered")[0]["last_status"] == 200


def test_redirects_are_not_followed(shop, receiver):
    endpoint, _ = shop.webhook(receiver.url("/redirect"), "conversion.created")
    receiver.answers["/redirect"] = lambda handler: handler.answer(302, Location=receiver.url("/private"))
    shop.sell()
    delivery = wait_until(lambda: [d for d in shop.deliveries(endpoint) if d["last_status"]], what="the answer")[0]
    assert (delivery["last_status"], delivery["last_error"], delivery["status"]) == (302, "redirect", "waiting")
    assert receiver.at("/private") == []


def test_retry_after_is_honoured(shop, receiver):
    endpoint, _ = shop.webhook(receiver.url("/later"), "conversion.created")
    receiver.answers["/later"] = lambda handler: handler.answer(503, Retry_After="3600")
    shop.sell()
    wait_until(lambda: shop.latest(endpoint).get("last_status") == 503, what="the refusal")
    pause = shop.stack.value("select extract(epoch from next_attempt_at - now()) from webhook_deliveries d join webhook_endpoints e "
                             "on e.id = d.endpoint_id where e.public_id = %s", (endpoint,))
    assert 3500 < pause <= 3600 * 1.1


def test_410_disables_the_endpoint_and_says_so(shop, receiver):
    endpoint, _ = shop.webhook(receiver.url("/gone"), "conversion.created")
    receiver.answers["/gone"] = 410
    before = shop.core.total("footfall_deliver_disabled_total", reason="gone")
    shop.sell()
    wait_until(lambda: shop.show(endpoint)["status"] == "disabled", what="disabled")
    assert shop.show(endpoint)["disabled_reason"] == "gone"
    assert shop.core.total("footfall_deliver_disabled_total", reason="gone") == before + 1
    audit = shop.core.json("audit", "list", "--subject", endpoint)["audit"][0]
    assert (audit["action"], audit["actor"], audit["reason"]) == ("webhook.disable", "deliver", "gone")
    assert '"deliver.endpoint_disabled"' in shop.core.log.read_text()
    shop.sell()
    shop.settle()
    assert len(shop.deliveries(endpoint)) == 1, "a disabled endpoint is told nothing"


def test_twenty_failures_in_a_row_disable_the_endpoint(shop, receiver):
    endpoint, _ = shop.webhook(receiver.url("/fails"), "conversion.created")
    receiver.answers["/fails"] = 500
    for _ in range(4):
        shop.sell()
    wait_until(lambda: shop.let_time_pass(endpoint) or shop.show(endpoint)["status"] == "disabled", what="disabled", timeout_s=60)
    assert (shop.show(endpoint)["disabled_reason"], shop.show(endpoint)["failures_in_row"]) == ("failures", 20)
    assert {one["status"] for one in shop.deliveries(endpoint)} <= {"cancelled", "failed"}
    receiver.answers["/fails"] = 200
    assert shop.refused("redeliver", endpoint) == "webhook_disabled"
    shop.core.run("webhook", "enable", endpoint)
    assert shop.core.json("webhook", "redeliver", endpoint)["deliveries"] == 4
    shop.wait_status(endpoint, "delivered", 4)


def test_a_delivery_is_sent_again_with_the_same_id(shop, receiver):
    endpoint, _ = shop.webhook(receiver.url("/twice"), "conversion.created")
    shop.sell()
    delivery = shop.wait_status(endpoint, "delivered")[0]
    shop.core.run("webhook", "redeliver", delivery["id"])
    first, second = receiver.wait("/twice", 2)
    assert first.body == second.body
    wait_until(lambda: shop.delivery(delivery["id"])["status"] == "delivered", what="delivered again")
    assert [a["number"] for a in shop.delivery(delivery["id"])["attempt_list"]] == [1, 2]


def test_SELX_12_a_ping_reports_the_status(shop, receiver):
    endpoint, secret = shop.webhook(receiver.url("/ping"), "partner.joined")
    pinged = shop.core.json("webhook", "ping", endpoint)
    assert (pinged["type"], pinged["status"], pinged["last_status"]) == ("webhook.test", "delivered", 200)
    assert signed_at(receiver.at("/ping")[0], secret) and receiver.events("/ping")[0]["type"] == "webhook.test"
    receiver.answers["/ping"] = 418
    shop.core.run("webhook", "disable", endpoint)
    pinged = shop.core.json("webhook", "ping", endpoint)   # also one that is disabled, so that it can be tried before
    assert (pinged["status"], pinged["last_status"]) == ("failed", 418)
    assert shop.refused("redeliver", pinged["id"]) == "webhook_disabled"
    assert shop.show(endpoint)["failures_in_row"] == 0


def test_SELX_13_a_rotated_secret_is_invalid_at_once(shop, receiver):
    endpoint, old = shop.webhook(receiver.url("/rotated"))
    new = shop.core.json("webhook", "rotate", endpoint)["secret"]
    shop.core.json("webhook", "ping", endpoint)
    signed_at(receiver.at("/rotated")[0], new)
    with pytest.raises(AssertionError, match="signature is wrong"):
        signed_at(receiver.at("/rotated")[0], old)


def test_test_mode_and_other_accounts_hear_nothing_of_it(stack, shop, receiver):
    other = Shop(stack)
    shop.webhook(receiver.url("/test-mode"), mode="test")
    other.webhook(receiver.url("/other"))
    shop.webhook(receiver.url("/mine"), "conversion.created")
    shop.sell()
    receiver.wait("/mine")
    shop.settle()
    assert receiver.at("/test-mode") == [] and receiver.at("/other") == []


def test_certificates_are_checked(shop, stack, receiver):
    certificate = make_certificate(stack.folder)
    secure = Receiver(certificate=certificate)
    try:
        endpoint, _ = shop.webhook(secure.url("/tls"))
        pinged = shop.core.json("webhook", "ping", endpoint)
        assert pinged["last_error"] == "tls", str(pinged)
        stack.core.settings["FOOTFALL_CORE_DELIVER_CA_FILE"] = f"{certificate}.crt"
        stack.core.terminate()
        stack.core.start()
        pinged = shop.core.json("webhook", "ping", endpoint)
        assert pinged["last_status"] == 200, str(pinged)
    finally:
        secure.close()
