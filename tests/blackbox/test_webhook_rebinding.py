"""Receivers whose name leads elsewhere than when their endpoint was made (COMMON.md D-54, SEL-49). Core asks a file of names
that the tests write (libnss-wrapper) instead of the resolver of the machine."""

import os
import socket

import pytest

from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS, Shop

PUBLIC, OURS = "1.1.1.1", "127.0.0.1"   # nothing is ever sent to the first


class Names:
    def __init__(self, file):
        self.file, self.addresses, self.changes = file, {}, 0
        self.lead("localhost", OURS)

    @property
    def settings(self):
        return {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": self.file}

    def lead(self, name, *addresses):
        self.addresses[name] = addresses
        self.file.write_text("".join(f"{address} {name}\n" for name, all_of in self.addresses.items() for address in all_of))
        self.changes += 1
        os.utime(self.file, (self.changes, self.changes))   # it is read again when its time is of another second


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    return Names(tmp_path_factory.mktemp("names") / "hosts")


@pytest.fixture(scope="module")
def stack(names):
    with Stack(SETTINGS | names.settings | {"FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS": "false"}) as stack:
        yield stack


@pytest.fixture
def listener():
    """Takes connections, and says nothing."""
    with socket.create_server((OURS, 0)) as listener:
        listener.setblocking(False)
        yield listener


def somebody_came(listener):
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def endpoint_that_moves(shop, names, name, listener):
    """Its name led to a public address when it was made, and leads here now."""
    names.lead(name, PUBLIC)
    scheme = "https" if shop.mode == "live" else "http"
    endpoint, _ = shop.webhook(f"{scheme}://{name}:{listener.getsockname()[1]}/hook", "conversion.created")
    names.lead(name, OURS)
    return endpoint


@pytest.mark.parametrize("mode", ["live", "test"])
def test_D_54_a_name_that_leads_to_a_private_address_later_is_not_dialled(stack, names, listener, mode):
    shop = Shop(stack, mode=mode)
    endpoint = endpoint_that_moves(shop, names, f"moved.{mode}.example", listener)
    shop.sell()
    delivery = wait_until(lambda: shop.latest(endpoint).get("last_error") and shop.latest(endpoint), 60, "an attempt")
    assert (delivery["last_error"], delivery["last_status"], delivery["status"]) == ("address", None, "waiting")
    assert {attempt["error"] for attempt in shop.delivery(delivery["id"])["attempt_list"]} == {"address"}
    assert shop.core.json("webhook", "ping", endpoint)["last_error"] == "address"
    assert not somebody_came(listener)


def test_where_private_receivers_are_allowed_it_is_dialled(stack, names, listener):
    """So the names of the test above lead where it says."""
    shop = Shop(stack)
    stack.core.settings["FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS"] = "true"
    stack.core.terminate()
    stack.core.start()
    try:
        endpoint_that_moves(shop, names, "allowed.example", listener)
        shop.sell()
        wait_until(lambda: somebody_came(listener), 60, "a connection")
    finally:
        stack.core.settings["FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS"] = "false"
        stack.core.terminate()
        stack.core.start()


@pytest.mark.parametrize("number, addresses", enumerate([(PUBLIC, "10.1.2.3"), ("10.1.2.3", PUBLIC), (PUBLIC, "::1"), (PUBLIC, "::ffff:127.0.0.1")]))
def test_SEL_49_one_private_address_among_others_is_enough(stack, names, number, addresses):
    shop, name = Shop(stack), f"several{number}.example"
    names.lead(name, *addresses)
    assert shop.refused("create", "--account", shop.account, "--url", f"https://{name}/") == "webhook_url_private_ip"
    for mode in ("live", "test"):
        refused = Dashboard(stack, shop.account, mode).post("/api/v1/webhooks", {"url": f"https://{name}/"})
        check_error(refused, 422, "WEBHOOK_URL_PRIVATE_IP", "Unprocessable Entity")
    names.lead(f"only-public{number}.example", PUBLIC)
    assert shop.webhook(f"https://only-public{number}.example/")
