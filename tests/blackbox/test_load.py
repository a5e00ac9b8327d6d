"""20,000 clicks by 64 connections over both paths, stored exactly once each: in peace, with Redis killed and flushed,
with core killed, with the edge killed and restarted, and drained by SIGTERM, each in the middle of the load.

The moments are chosen by progress, not by the clock. FOOTFALL_LOAD_CLICKS sets another number than 20,000."""

import os
import shutil
import signal

import pytest

from books import check_across, check_books
from ledger import Ledger
from servers import wait_until
from stack import Stack
from world import World

CLICKS = int(os.environ.get("FOOTFALL_LOAD_CLICKS", "20000"))


@pytest.fixture
def fresh():
    """A stack of its own for each test: the books are counted to the last click."""
    with Stack() as stack:
        world = World(stack, only=("selgeo",))
        stack.wait_stored_settled()
        world.stored_before = set(stack.stored_ids())   # of waiting for the link
        yield world


def load(world, clicks=CLICKS):
    selgeo = world.selgeo
    return Ledger(world.edge.port, "c.localhost", selgeo.code, "selgeo.localhost", selgeo.public_key, selgeo.code, clicks)


def check_ledger(world, ledger):
    """No answered click lost, none doubled, nothing stored that nobody asked for."""
    world.stack.wait_stored(ledger.acked)
    stored = set(world.stack.stored_ids()) - world.stored_before
    assert ledger.unrecorded == 0
    surplus = stored - set(ledger.acked)
    assert len(surplus) <= ledger.unanswered, f"{len(surplus)} stored but never answered, {ledger.unanswered} unanswered"
    check_books(world.stack)


def test_in_peace(fresh):
    ledger = load(fresh)
    ledger.run()
    check_ledger(fresh, ledger)
    assert set(fresh.stack.stored_ids()) - fresh.stored_before == set(ledger.acked) and len(ledger.acked) == CLICKS
    check_across(fresh.edge, fresh.core)
    assert ledger.reconnects == 0
    assert set(ledger.statuses) <= {201, 302, 400} and ledger.statuses[400] == ledger.reminted
    kinds = list(ledger.acked.values())
    assert abs(kinds.count("redirect") - kinds.count("post")) <= CLICKS / 10


def test_redis_killed_and_flushed(fresh):
    """PROTOCOL.md 2."""
    ledger = load(fresh).start()
    redis = fresh.stack.redis
    ledger.wait_for(CLICKS // 5)
    redis.kill()
    ledger.wait_for(2 * CLICKS // 5)   # answers go on without Redis
    redis.start()
    ledger.wait_for(3 * CLICKS // 5)
    redis.client().flushall()
    ledger.wait_for(4 * CLICKS // 5)
    redis.client().flushall()
    ledger.join()
    check_ledger(fresh, ledger)
    assert ledger.reconnects == 0 and set(ledger.statuses) <= {201, 302, 400}, "nobody noticed outside"


def test_core_killed(fresh):
    """PROTOCOL.md 6."""
    ledger = load(fresh).start()
    ledger.wait_for(CLICKS // 5)
    fresh.core.kill()
    ledger.wait_for(2 * CLICKS // 5)
    fresh.core.start()
    ledger.wait_for(3 * CLICKS // 5)
    fresh.core.kill()
    fresh.core.start()
    ledger.join()
    check_ledger(fresh, ledger)
    assert ledger.reconnects == 0 and set(ledger.statuses) <= {201, 302, 400}, "nobody noticed outside"


def test_edge_killed(fresh):
    ledger = load(fresh).start()
    for fifth in (1, 2, 3):
        ledger.wait_for(fifth * CLICKS // 5)
        fresh.edge.kill()
        fresh.edge.start()
    ledger.join()
    check_ledger(fresh, ledger)
    assert ledger.reconnects > 0


def test_everything_killed_together(fresh):
    ledger = load(fresh).start()
    ledger.wait_for(CLICKS // 3)
    fresh.edge.kill()
    fresh.core.kill()
    fresh.stack.redis.kill()
    fresh.stack.postgres.stop("immediate")
    fresh.stack.postgres.start()
    fresh.stack.redis.start()
    fresh.core.start()
    fresh.edge.start()
    ledger.join()
    check_ledger(fresh, ledger)


def test_sigterm_drains(fresh):
    """Open requests are finished, logged and shipped; the exit is an orderly one."""
    ledger = load(fresh).start()
    for half in (1, 2):
        ledger.wait_for(half * CLICKS // 3)
        assert fresh.edge.terminate() == 0
        acked_then = dict(ledger.acked)
        # All that was answered has left the machine: it is stored without the edge.
        fresh.stack.wait_stored(acked_then, timeout_s=30)
        fresh.edge.start()
    ledger.join()
    check_ledger(fresh, ledger)
    assert ledger.unanswered == 0, "a drain answers what it has read"


def test_a_copied_log_is_harmless(fresh):
    """PROTOCOL.md 1: a machine image with the log in it, started beside the original under another name."""
    ledger = load(fresh, CLICKS // 4)
    ledger.run()
    fresh.edge.kill()
    twin = fresh.stack.add_edge("twin")
    shutil.copytree(fresh.edge.log_folder, twin.log_folder)
    fresh.edge.start()
    twin.start()
    ledgers = [load(fresh, CLICKS // 4).start()]
    fresh.stack.edge, original = twin, fresh.stack.edge
    ledgers.append(load(fresh, CLICKS // 4).start())
    fresh.stack.edge = original
    for each in ledgers:
        each.join()
    everything = {**ledger.acked, **ledgers[0].acked, **ledgers[1].acked}
    assert len(everything) == 3 * (CLICKS // 4)
    fresh.stack.wait_stored(everything)
    assert set(fresh.stack.stored_ids()) - fresh.stored_before == set(everything)
    check_books(fresh.stack, edges=[original, twin])


def test_a_second_process_on_the_same_log_is_refused(fresh):
    twin = fresh.stack.add_edge("twin", FOOTFALL_EDGE_LOG_DIRECTORY=fresh.edge.log_folder)
    twin.launch()
    assert twin.process.wait(20) != 0
    assert "log" in twin.log.read_text()
    assert fresh.edge.is_ready()


def test_full_and_slow_redis_holds_clicks_back_in_the_log(fresh):
    """Back-pressure (PROTOCOL.md 10): with core stopped, Redis takes a bounded share, answers go on, nothing is lost."""
    fresh.edge.terminate()
    fresh.edge.settings["FOOTFALL_EDGE_SHIPPER_UNSTORED_BYTES_MAX"] = 256 * 1024
    fresh.edge.start()
    fresh.core.process.send_signal(signal.SIGSTOP)
    ledger = load(fresh)
    try:
        ledger.run()
        redis = fresh.stack.redis.client()
        streamed = sum(redis.memory_usage(key) for key in redis.scan_iter("footfall:clicks:*"))
        # All would take some 5 MiB. A busy Redis that answers late is sent its share anew, beside what it holds already.
        assert streamed < 2 * 1024 * 1024, streamed
    finally:
        fresh.core.process.send_signal(signal.SIGCONT)
    check_ledger(fresh, ledger)
    wait_until(lambda: fresh.edge.total("footfall_edge_log_unstored_bytes") == 0, what="the log emptied")
