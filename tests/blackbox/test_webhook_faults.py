"""Webhooks while processes die, and between two of them: each event arrives at least once, with one id (COMMON.md D-50);
and receivers that are refused (D-54)."""

import json
import threading
from collections import Counter

import pytest

from receiver import signed_at
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS, Shop


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS | {"FOOTFALL_CORE_DELIVER_TIMEOUT_MS": 10_000}) as stack:
        yield stack


@pytest.fixture(scope="module")
def merchant(stack):
    return Shop(stack)


@pytest.fixture
def shop(merchant):
    yield merchant
    merchant.delete_webhooks()


def test_core_killed_in_mid_delivery(stack, shop, receiver):
    release = threading.Event()

    def hang(handler):
        release.wait(30)
        handler.close_early()
    receiver.answers["/killed"] = hang
    endpoint, secret = shop.webhook(receiver.url("/killed"), "conversion.created")
    sales = {shop.sell()["id"] for _ in range(6)}
    receiver.wait("/killed")
    stack.core.kill()
    receiver.answers["/killed"] = 200
    release.set()
    stack.core.start()
    wait_until(lambda: {event["data"]["id"] for event in receiver.events("/killed")} == sales
               and len(shop.deliveries(endpoint, "--status", "delivered")) == 6, 60, "all six sales told")
    ids = {}
    for one in receiver.at("/killed"):
        signed_at(one, secret)
        event = json.loads(one.body)
        assert ids.setdefault(event["data"]["id"], event["id"]) == event["id"], "an event has one id"


def test_core_ends_in_mid_delivery_without_waiting_for_the_receiver(stack, shop, receiver):
    release = threading.Event()
    receiver.answers["/stopped"] = lambda handler: release.wait(30) and handler.close_early()
    endpoint, _ = shop.webhook(receiver.url("/stopped"), "conversion.created")
    shop.sell()
    receiver.wait("/stopped")
    assert stack.core.terminate() == 0
    receiver.answers["/stopped"] = 200
    stack.core.start()
    delivery = shop.wait_status(endpoint, "delivered")[0]
    assert delivery["attempts"] <= 2
    release.set()


def test_two_cores_share_the_work(stack, shop, receiver):
    second = stack.add_core("second", **SETTINGS).start()
    try:
        endpoint, _ = shop.webhook(receiver.url("/shared"), "conversion.created")
        sales = [shop.sell()["id"] for _ in range(150)]
        shop.wait_status(endpoint, "delivered", 50, 60)
        wait_until(lambda: len(shop.deliveries(endpoint, "--status", "delivered", "--limit", 1000)) == 150, 60, "all delivered")
        told = Counter(event["data"]["id"] for event in receiver.events("/shared"))
        assert set(told) == set(sales)
        assert max(told.values()) == 1, "nothing failed, so nothing is doubled"
        work = [core.total("footfall_deliver_attempts_total", outcome="delivered") for core in (stack.core, second)]
        assert min(work) > 0, f"both worked: {work}"
    finally:
        second.terminate()


def test_PostgreSQL_away_for_a_while(stack, shop, receiver):
    endpoint, _ = shop.webhook(receiver.url("/database"), "conversion.created")
    stack.postgres.stop("immediate")
    stack.postgres.start()
    sale = shop.sell()
    receiver.wait("/database")
    assert receiver.events("/database")[0]["data"]["id"] == sale["id"]
    shop.wait_status(endpoint, "delivered")


def test_an_unsafe_receiver_is_refused_when_it_is_made(stack, shop):
    strict = stack.add_core("strict", **{**SETTINGS, "FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS": "false"})

    def code(url, mode="live"):
        done = strict.run("webhook", "create", "--account", shop.account, "--mode", mode, "--url", url, "--json", check=False)
        assert done.returncode == 1, done.stdout
        return json.loads(done.stderr)["error"]["code"]
    assert code("http://1.1.1.1/hook") == "webhook_url_not_https"
    for private in ("https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://169.254.169.254/latest", "https://[::1]/",
                    "https://[::ffff:10.0.0.1]/", "https://[fd00::1]/", "https://0.0.0.0/", "https://192.0.2.1/",
                    "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://0XA.0x0.0.01/"):
        assert code(private) == "webhook_url_private_ip", private
    assert code("http://127.0.0.1/", "test") == "webhook_url_private_ip"
    assert code("https://no-such-host.invalid/") == "webhook_url_unresolvable"
    for broken in ("ftp://1.1.1.1/", "https://user@1.1.1.1/", "https://16843009/", "https://0x1.1.1.1/", "https://1.1/", "https://1.1.1.1/{click_id}", "1.1.1.1"):
        assert code(broken) == "webhook_url", broken
    assert strict.json("webhook", "create", "--account", shop.account, "--url", "https://1.1.1.1/hook")["secret"]
    assert strict.json("webhook", "create", "--account", shop.account, "--mode", "test", "--url", "http://1.1.1.1/hook")["secret"]


def test_a_private_address_is_refused_when_it_is_dialled(stack, shop, receiver):
    """The endpoint was made when its name led elsewhere, or under another configuration."""
    endpoint, _ = shop.webhook(receiver.url("/dialled"))
    stack.core.settings["FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS"] = "false"
    stack.core.terminate()
    stack.core.start()
    try:
        assert shop.core.json("webhook", "ping", endpoint)["last_error"] == "address"
        assert receiver.received == []
    finally:
        stack.core.settings["FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS"] = "true"
        stack.core.terminate()
        stack.core.start()


def test_ten_endpoints_in_each_mode(stack):
    shop = Shop(stack)
    for mode in ("live", "test"):
        made = [shop.webhook(f"http://127.0.0.1:1/{n}", mode=mode)[0] for n in range(10)]
        arguments = ("create", "--account", shop.account, "--mode", mode, "--url", "http://127.0.0.1:1/eleven")
        assert shop.refused(*arguments) == "webhook_limit"
        shop.core.run("webhook", "delete", made[0])
        shop.core.run("webhook", *arguments)
