"""Every row of the table of verdicts (D-17), through the edge to the stored click, on both paths where both have it."""

import itertools

import pytest

from selgeo_api import Api
from servers import wait_until
from stack import Stack
from world import World

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NETWORK = "198.51.100.0/24"
PER_MINUTE = 20


@pytest.fixture(scope="module")
def shop():
    with Stack(core_settings={"FOOTFALL_CORE_INGEST_NETWORKS": NETWORK},
               edge_settings={"FOOTFALL_EDGE_LIMITS_CLICKS_PER_ADDRESS_PER_MINUTE": PER_MINUTE}) as stack:
        yield Api(World(stack, only=()))


_addresses = (f"203.0.113.{n % 250 + 1}" for n in itertools.count())   # of visitors who come once


def visit(shop, method="GET", agent=PERSON, address=None, **fields):
    """Follows the short link; its click's id."""
    fields = {"X-Forwarded-For": address or next(_addresses), **fields}
    answer = shop.world.edge.client().request(method, f"/{shop.code['live']}", None, fields, agent)
    assert answer.status == 302
    return answer.fields["location"].split("click_id=")[-1]


def post(shop, key, agent=PERSON, address=None, **fields):
    fields = {"X-Public-Key": key, "Content-Type": "application/json", "X-Forwarded-For": address or next(_addresses), **fields}
    answer = shop.client.request("POST", "/v1/clicks", f'{{"ref": "{shop.code["live"]}"}}'.encode(), fields, agent)
    assert answer.status == 201, answer.text
    return answer.json["click_id"]


def verdict_of(shop, click):
    shop.world.stack.click(click)
    shown = shop.core.json("click", "show", click)
    assert shown["counts"] == (not shown["verdict"])
    return ",".join(shown["verdict"]) or "human"


ROWS = [
    ("a person", {}, "human"),
    ("a prefetch", {"Sec-Purpose": "prefetch"}, "prefetch"),
    ("its predecessor", {"X-Moz": "prefetch"}, "prefetch"),
    ("no agent", {"agent": ""}, "no_agent"),
    ("a crawler", {"agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, "bot"),
    ("a link preview", {"agent": "facebookexternalhit/1.1"}, "bot"),
    ("a tool", {"agent": "curl/8.5.0"}, "bot"),
    ("a mail scanner", {"agent": "Barracuda Sentinel (EE)"}, "bot"),
    ("a data centre", {"address": "198.51.100.9"}, "network"),
    ("several at once", {"agent": "curl/8.5.0", "address": "198.51.100.9", "Purpose": "prefetch"}, "prefetch,bot,network"),
]


@pytest.mark.parametrize("fields, verdict", [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_D_17_on_both_paths(shop, fields, verdict):
    assert verdict_of(shop, visit(shop, **fields)) == verdict
    assert verdict_of(shop, post(shop, shop.public_keys["live"], **fields)) == verdict


def test_D_17_head_of_a_short_link(shop):
    assert verdict_of(shop, visit(shop, method="HEAD")) == "head"


def test_D_17_a_page_of_another_site(shop):
    key = shop.core.json("key", "create", "--account", shop.account, "--kind", "public", "--origin", "shop.example",
                         "--origin", "*.shop.example")
    shop.world.wait_key(key["value"])
    assert key["origins"] == ["shop.example", "*.shop.example"]
    for origin, verdict in (("https://shop.example", "human"), ("https://www.shop.example", "human"),
                            ("https://evil.example", "origin"), ("null", "origin")):
        assert verdict_of(shop, post(shop, key["value"], Origin=origin)) == verdict, origin
    assert verdict_of(shop, post(shop, key["value"])) == "human"   # a server
    assert verdict_of(shop, post(shop, shop.public_keys["live"], Origin="https://evil.example")) == "human"

    shop.core.run("key", "origins", key["id"], "--origin", "any")
    wait_until(lambda: verdict_of(shop, post(shop, key["value"], Origin="https://evil.example")) == "human",
               what="the key without origins")
    for refused in (["--origin", "*.co.uk"], ["--origin", "https://shop.example/x"]):
        done = shop.core.run("key", "origins", key["id"], *refused, check=False)
        assert done.returncode != 0, refused


@pytest.mark.parametrize("path, busy, quiet", [("redirect", "192.0.2.99", "192.0.2.98"), ("post", "192.0.2.97", "192.0.2.96")])
def test_D_17_more_clicks_of_an_address_than_people_make(shop, path, busy, quiet):
    def click(address):
        return visit(shop, address=address) if path == "redirect" else post(shop, shop.public_keys["live"], address=address)
    shop.click()   # until the key is live
    clicks = [click(busy) for _ in range(PER_MINUTE + 1)]
    assert verdict_of(shop, clicks[0]) == "human"
    assert verdict_of(shop, clicks[-1]) == "limit"
    assert verdict_of(shop, click(quiet)) == "human"


def test_D_17_a_key_that_was_revoked_unheard_by_the_edge(shop):
    stack = shop.world.stack
    key = shop.core.json("key", "create", "--account", shop.account, "--kind", "public")
    shop.world.wait_key(key["value"])
    before = post(shop, key["value"])
    stack.click(before)
    stack.core.terminate()
    stack.redis.stop()
    shop.core.run("key", "revoke", key["id"])
    after = post(shop, key["value"])
    stack.redis.start()
    stack.core.start()
    assert verdict_of(shop, before) == "human"
    assert verdict_of(shop, after) == "revoked"


def test_D_17_a_network_narrower_than_what_is_stored_is_refused(shop):
    shop.core.settings["FOOTFALL_CORE_INGEST_NETWORKS"] = "192.0.2.0/25"
    try:
        done = shop.core.run("click", "rejudge", "--from", "2020-01-01", "--to", "2100-01-01", "--dry-run", check=False)
        assert done.returncode != 0 and "narrower" in done.stderr
    finally:
        del shop.core.settings["FOOTFALL_CORE_INGEST_NETWORKS"]
