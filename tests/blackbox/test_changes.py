"""Promise 6: a change is seen in under a second, and the staleness is a metric.

Measured from the return of the command that made the change. A busy machine may be slow once, so each change gets three
tries; one under a second is the proof, three over it a failure."""

import time
from urllib.parse import urlsplit

import pytest

from http_client import Client
from servers import wait_until


def seen_within_a_second(make_change, is_seen):
    """`make_change(attempt)`, then `is_seen(attempt)` until true; best of three."""
    waits = []
    for attempt in range(3):
        make_change(attempt)
        begun = time.monotonic()
        wait_until(lambda: is_seen(attempt), 20, "the change seen", every_s=0.005)
        waits.append(time.monotonic() - begun)
        if waits[-1] < 1.0:
            return waits[-1]
    raise AssertionError(f"a change took {waits} s")


@pytest.fixture(scope="module")
def visitor(world):
    return world.edge.client()


def test_created_link(world, visitor):
    codes = {}

    def create(attempt):
        codes[attempt] = world.create_link(wait=False)
    seen_within_a_second(create, lambda attempt: visitor.get(f"/{codes[attempt]}").status == 302)


def test_edited_link(world, visitor):
    code = world.create_link()
    seen_within_a_second(
        lambda attempt: world.core.run("link", "update", code, "--target", f"https://shop.example/new-{attempt}"),
        lambda attempt: urlsplit(visitor.get(f"/{code}").fields["location"]).path == f"/new-{attempt}")


def test_paused_link(world, visitor):
    code = world.create_link()

    def toggle(attempt):
        world.core.run("link", "update", code, "--status", "paused" if attempt % 2 == 0 else "active")
    seen_within_a_second(toggle, lambda attempt: ("click_id=" not in visitor.get(f"/{code}").fields["location"]) == (attempt % 2 == 0))


def test_deleted_link(world, visitor):
    codes = [world.create_link() for _ in range(3)]
    seen_within_a_second(lambda attempt: world.core.run("link", "delete", codes[attempt]),
                         lambda attempt: visitor.get(f"/{codes[attempt]}").status == 404)


def test_edited_campaign(world, visitor):
    campaign, code = world.create_campaign_with_link()
    seen_within_a_second(
        lambda attempt: world.core.run("campaign", "update", campaign, "--target", f"https://shop.example/c-{attempt}"),
        lambda attempt: urlsplit(visitor.get(f"/{code}").fields["location"]).path == f"/c-{attempt}")


def test_revoked_key(world):
    tracker = Client(world.edge.port, "selgeo.localhost")
    keys = [world.create_key(with_id=True) for _ in range(3)]
    seen_within_a_second(
        lambda attempt: world.core.run("key", "revoke", keys[attempt][1]),
        lambda attempt: tracker.post_json("/v1/clicks", {"ref": world.selgeo.code}, {"X-Public-Key": keys[attempt][0]}).status == 401)


def test_staleness_is_a_metric(world):
    assert 0 <= world.edge.total("footfall_edge_directory_staleness_seconds") < 30


class TestWithoutRedis:
    """PROTOCOL.md 16: edges poll core; a flushed Redis is never read as deletion, and comes back by itself."""

    def test_flush_is_no_deletion(self, world, visitor):
        code = world.create_link()
        redis = world.stack.redis.client()
        redis.flushall()

        def republished_and_read():
            assert visitor.get(f"/{code}").status == 302
            return redis.exists("footfall:directory:head") and world.edge.total("footfall_directory_redis_usable") == 1
        wait_until(republished_and_read, what="the directory republished and followed")
        after = world.create_link()
        wait_until(lambda: visitor.get(f"/{after}").status == 302, what="a link made after the flush")

    def test_changes_arrive_over_http(self, world, visitor):
        world.stack.redis.kill()
        try:
            code = world.create_link(wait=False)
            wait_until(lambda: visitor.get(f"/{code}").status == 302, what="a link made while Redis is away")
        finally:
            world.stack.redis.start()
        after = world.create_link(wait=False)
        wait_until(lambda: visitor.get(f"/{after}").status == 302, 40, "a link made after Redis came back")

    def test_rebuild_at_any_time(self, world, visitor):
        code = world.create_link()
        before = world.edge.total("footfall_directory_epoch")
        world.core.run("directory", "rebuild")

        def rebuilt():
            assert visitor.get(f"/{code}").status == 302
            return world.edge.total("footfall_directory_epoch") > before
        wait_until(rebuilt, what="the new epoch on the edge")
        after = world.create_link(wait=False)
        wait_until(lambda: visitor.get(f"/{after}").status == 302, what="a link made after a rebuild")


def test_an_edge_starts_from_its_snapshot_alone(world):
    """Redis and core away: the edge serves what it knew."""
    edge = world.stack.add_edge("survivor")
    edge.start()
    assert edge.client().get(f"/{world.selgeo.code}").status == 302
    edge.terminate()
    edge.settings |= {"FOOTFALL_EDGE_REDIS_URL": "redis://127.0.0.1:1", "FOOTFALL_EDGE_CORE_URL": "http://127.0.0.1:1"}
    edge.launch()
    wait_until(lambda: edge.is_alive(), what="the edge alive")
    answer = wait_until(lambda: edge.client().get(f"/{world.selgeo.code}"), what="an answer")
    assert answer.status == 302 and "click_id=" in answer.fields["location"]
    edge.kill()
