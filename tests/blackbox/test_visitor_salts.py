"""The salts of visitor hashes over a whole Footfall (D-16): alike on every edge, there without core and Redis, and nowhere
once they are deleted."""

from pathlib import Path

import pytest

from selgeo_api import Api
from servers import wait_until
from stack import Stack
from world import World


@pytest.fixture(scope="module")
def shop():
    with Stack(edge_settings={"FOOTFALL_EDGE_DIRECTORY_SNAPSHOT_INTERVAL_S": 1}) as stack:
        yield Api(World(stack, only=()))


def visitor_of(shop, edge):
    """The hash of one and the same visitor on that edge."""
    answer = edge.client().get(f"/{shop.code['live']}", {"X-Forwarded-For": "203.0.113.7"})
    click = answer.fields["location"].split("click_id=")[-1]
    shop.world.stack.click(click)
    return shop.core.json("click", "show", click)["visitor"]


def salts(stack):
    return [bytes(row[0]) for row in stack.query("select salt from visitor_salts order by day")]


def test_D_16_two_edges_a_restart_and_a_redis_that_is_away(shop):
    stack = shop.world.stack
    other = stack.add_edge("other")
    other.start()
    wait_until(lambda: other.client().request("HEAD", f"/{shop.code['live']}").status == 302, what="the link on the other edge")
    first = visitor_of(shop, stack.edge)
    assert first and visitor_of(shop, other) == first

    stack.edge.terminate()
    stack.redis.stop()
    stack.core.terminate()
    stack.edge.start()   # from its snapshot alone
    edge_only = stack.edge.client().get(f"/{shop.code['live']}", {"X-Forwarded-For": "203.0.113.7"})
    click = edge_only.fields["location"].split("click_id=")[-1]
    stack.redis.start()
    stack.core.start()
    stack.click(click)
    assert shop.core.json("click", "show", click)["visitor"] == first
    other.terminate()


def test_D_16_our_own_token_makes_no_other_visitor(shop):
    """Who follows the short link and whose page then reports a click, with and without the token that we made."""
    def reported(**more):
        answer = shop.client.post_json("/v1/clicks", {"ref": shop.code["live"], **more},
                                       {"X-Public-Key": shop.public_keys["live"], "X-Forwarded-For": "203.0.113.7"})
        assert answer.status == 201, answer.text
        shop.world.stack.click(answer.json["click_id"])
        return answer.json["visitor_token"], shop.core.json("click", "show", answer.json["click_id"])["visitor"]

    def all_visitors():
        token, first = reported()
        again, second = reported(visitor_token=token)
        assert again == token
        return visitor_of(shop, shop.world.stack.edge), first, second

    shop.click()   # until the key is live
    # A day may end between two of them.
    assert len(set(all_visitors())) == 1 or len(set(all_visitors())) == 1
    token, other = reported(visitor_token="tab-1")
    assert token == "tab-1" and other not in all_visitors()


def test_D_16_a_deleted_salt_is_in_no_store(shop):
    stack = shop.world.stack
    gone = salts(stack)[0]
    assert len(gone) == 16
    # As if two days had passed: the day's salt is older than anything needs, and a new one is made.
    stack.query("update visitor_salts set day = day - 2")
    stack.core.terminate()
    stack.core.start()
    wait_until(lambda: gone not in salts(stack) and len(salts(stack)) >= 4, what="the salt's deletion in PostgreSQL")
    wait_until(lambda: gone not in stack.redis.client().get("footfall:directory:salts"), what="… in Redis")
    for table, column in (("directory_log", "change"), ("visitor_salts", "salt")):
        assert stack.value(f"select count(*) from {table} where position(%s::bytea in {column}) > 0", (gone,)) == 0
    snapshot = Path(stack.edge.settings["FOOTFALL_EDGE_DIRECTORY_SNAPSHOT"])
    wait_until(lambda: gone not in snapshot.read_bytes(), what="… on the edge's disk")
    assert any(salt in snapshot.read_bytes() for salt in salts(stack)), "the file holds what is still needed"
    keys = stack.redis.client().keys("footfall:directory:snapshot:*")
    assert keys and all(gone not in stack.redis.client().get(key) for key in keys)
