"""20,000 clicks by 64 connections over both paths, stored exactly once each: in peace, with Redis killed and flushed,
with core killed, with the edge killed and restarted, and drained by SIGTERM, each in the middle of the load.

The moments are chosen by progress, not by the clock. FOOTFALL_LOAD_CLICKS sets another number than 20,000."""

import os
import shutil
import signal

import pytest

from counts import check_across, check_counts
from load_client import LoadClient
from servers import wait_until
from stack import Stack
from world import World

CLICKS = int(os.environ.get("FOOTFALL_LOAD_CLICKS", "20000"))


@pytest.fixture
def own_world():
    """A stack of its own for each test: the books are counted to the last click."""
    with Stack() as stack:
        world = World(stack, only=("selgeo",))
        stack.wait_stored_settled()
        world.stored_before = set(stack.stored_ids())   # of waiting for the link
        yield world


def load(world, clicks=CLICKS):
    selgeo = world.selgeo
    return LoadClient(world.edge.port, "c.localhost", selgeo.code, "selgeo.localhost", selgeo.public_key, selgeo.code, clicks)


def check_answers(world, client):
    """No answered click lost, none doubled, nothing stored that nobody asked for."""
    world.stack.wait_stored(client.acked)
    stored = set(world.stack.stored_ids()) - world.stored_before
    assert client.unrecorded == 0
    surplus = stored - set(client.acked)
    assert len(surplus) <= client.unanswered, f"{len(surplus)} stored but never answered, {client.unanswered} unanswered"
    check_counts(world.stack)


def test_in_peace(own_world):
    client = load(own_world)
    client.run()
    check_answers(own_world, client)
    assert set(own_world.stack.stored_ids()) - own_world.stored_before == set(client.acked) and len(client.acked) == CLICKS
    check_across(own_world.edge, own_world.core)
    assert client.reconnects == 0
    assert set(client.statuses) <= {201, 302, 400} and client.statuses[400] == client.reminted
    kinds = list(client.acked.values())
    assert abs(kinds.count("redirect") - kinds.count("post")) <= CLICKS / 10


def test_redis_killed_and_flushed(own_world):
    """PROTOCOL.md 2."""
    client = load(own_world).start()
    redis = own_world.stack.redis
    client.wait_for(CLICKS // 5)
    redis.kill()
    client.wait_for(2 * CLICKS // 5)   # answers go on without Redis
    redis.start()
    client.wait_for(3 * CLICKS // 5)
    redis.client().flushall()
    client.wait_for(4 * CLICKS // 5)
    redis.client().flushall()
    client.join()
    check_answers(own_world, client)
    assert client.reconnects == 0 and set(client.statuses) <= {201, 302, 400}, "nobody noticed outside"


def test_core_killed(own_world):
    """PROTOCOL.md 6."""
    client = load(own_world).start()
    client.wait_for(CLICKS // 5)
    own_world.core.kill()
    client.wait_for(2 * CLICKS // 5)
    own_world.core.start()
    client.wait_for(3 * CLICKS // 5)
    own_world.core.kill()
    own_world.core.start()
    client.join()
    check_answers(own_world, client)
    assert client.reconnects == 0 and set(client.statuses) <= {201, 302, 400}, "nobody noticed outside"


def test_edge_killed(own_world):
    client = load(own_world).start()
    for fifth in (1, 2, 3):
        client.wait_for(fifth * CLICKS // 5)
        own_world.edge.kill()
        own_world.edge.start()
    client.join()
    check_answers(own_world, client)
    assert client.reconnects > 0


def test_everything_killed_together(own_world):
    client = load(own_world).start()
    client.wait_for(CLICKS // 3)
    own_world.edge.kill()
    own_world.core.kill()
    own_world.stack.redis.kill()
    own_world.stack.postgres.stop("immediate")
    own_world.stack.postgres.start()
    own_world.stack.redis.start()
    own_world.core.start()
    own_world.edge.start()
    client.join()
    check_answers(own_world, client)


def test_sigterm_drains(own_world):
    """Open requests are finished, logged and shipped; the exit is an orderly one."""
    client = load(own_world).start()
    for half in (1, 2):
        client.wait_for(half * CLICKS // 3)
        assert own_world.edge.terminate() == 0
        acked_then = dict(client.acked)
        # All that was answered has left the machine: it is stored without the edge.
        own_world.stack.wait_stored(acked_then, timeout_s=30)
        own_world.edge.start()
    client.join()
    check_answers(own_world, client)
    assert client.unanswered == 0, "a drain answers what it has read"


def test_a_copied_log_is_harmless(own_world):
    """PROTOCOL.md 1: a machine image with the log in it, started beside the original under another name."""
    client = load(own_world, CLICKS // 4)
    client.run()
    own_world.edge.kill()
    copy = own_world.stack.add_edge("copy")
    shutil.copytree(own_world.edge.log_folder, copy.log_folder)
    own_world.edge.start()
    copy.start()
    clients = [load(own_world, CLICKS // 4).start()]
    own_world.stack.edge, original = copy, own_world.stack.edge
    clients.append(load(own_world, CLICKS // 4).start())
    own_world.stack.edge = original
    for each in clients:
        each.join()
    everything = {**client.acked, **clients[0].acked, **clients[1].acked}
    assert len(everything) == 3 * (CLICKS // 4)
    own_world.stack.wait_stored(everything)
    assert set(own_world.stack.stored_ids()) - own_world.stored_before == set(everything)
    check_counts(own_world.stack, edges=[original, copy])


def test_a_second_process_on_the_same_log_is_refused(own_world):
    copy = own_world.stack.add_edge("copy", FOOTFALL_EDGE_LOG_DIRECTORY=own_world.edge.log_folder)
    copy.launch()
    assert copy.process.wait(20) != 0
    assert "log" in copy.log.read_text()
    assert own_world.edge.is_ready()


def test_full_and_slow_redis_holds_clicks_back_in_the_log(own_world):
    """Back-pressure (PROTOCOL.md 10): with core stopped, Redis takes a bounded share, answers go on, nothing is lost."""
    own_world.edge.terminate()
    own_world.edge.settings["FOOTFALL_EDGE_SHIPPER_UNSTORED_BYTES_MAX"] = 256 * 1024
    own_world.edge.start()
    own_world.core.process.send_signal(signal.SIGSTOP)
    client = load(own_world)
    try:
        client.run()
        redis = own_world.stack.redis.client()
        streamed = sum(redis.memory_usage(key) for key in redis.scan_iter("footfall:clicks:*"))
        # All would take some 5 MiB. A busy Redis that answers late is sent its share anew, beside what it holds already.
        assert streamed < 2 * 1024 * 1024, streamed
    finally:
        own_world.core.process.send_signal(signal.SIGCONT)
    check_answers(own_world, client)
    wait_until(lambda: own_world.edge.total("footfall_edge_log_unstored_bytes") == 0, what="the log emptied")
