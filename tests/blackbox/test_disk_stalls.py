"""A disk that stalls, below the log of a real edge with one worker: what needs no disk is answered meanwhile, and no click
is answered before it is written."""

import re
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from http_client import Client
from servers import wait_until
from stack import Stack
from world import World

QUICK_CLICKS = 40      # after so many a worker writes to the log itself, where it may
STALL_S = 0.1          # several times what counts as a stall
SOON_S = 3             # for an answer that waits for no disk; a stall lasts until the test ends it


class Disk:
    """Of the edge: stalls on command."""

    def __init__(self, folder):
        self.library = Path(folder) / "stalled_writes.so"
        self.file = Path(folder) / "stall"
        self.met = Path(folder) / "stall.met"
        source = Path(__file__).with_name("stalled_writes.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-Wall", "-Werror", "-o", self.library, source], check=True)

    @property
    def settings(self):
        return {"LD_PRELOAD": self.library, "STALL": self.file, "FOOTFALL_EDGE_WORKERS": 1}

    def stall(self):
        self.met.unlink(missing_ok=True)
        self.file.touch()

    def wait_met(self, for_s=0.0):
        """Until a write has been waiting for so long."""
        wait_until(lambda: self.met.exists() and time.time() - self.met.stat().st_mtime >= for_s, what="a write that stalls")

    def go_on(self):
        self.file.unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path):
    disk = Disk(tmp_path)
    yield disk
    disk.go_on()


def click(town):
    """Its id."""
    answer = Client(town.edge.port, "c.localhost", timeout_s=30).get(f"/{town.selgeo.code}")
    assert answer.status == 302
    return str(uuid.UUID(re.search(r"click_id=([0-9a-f-]{36})", answer.fields["location"])[1]))


def quick_clicks(town):
    return [click(town) for _ in range(QUICK_CLICKS)]


def expect_answers_without_disk(town):
    """A short link that does not exist, a key that does not, a page: over connections that exist and over new ones."""
    kept = Client(town.edge.port, "c.localhost", timeout_s=SOON_S)
    for _ in range(20):
        assert kept.get("/no-such-link").status == 404
    tracker = Client(town.edge.port, "selgeo.localhost", timeout_s=SOON_S)
    body = {"ref": town.selgeo.code, "url": "https://shop.example/"}
    assert tracker.post_json("/v1/clicks", body, {"X-Public-Key": "pk_live_nobody"}).status == 401
    assert Client(town.edge.port, "affspace.localhost", timeout_s=SOON_S).get("/health").status == 200


def expect_stall_that_stops_clicks_only(town, disk):
    """The clicks that it held up."""
    disk.stall()
    with ThreadPoolExecutor() as pool:
        try:
            held = [pool.submit(click, town) for _ in range(3)]
            disk.wait_met()
            expect_answers_without_disk(town)
            assert not any(each.done() for each in held), "an answer before its click is written"
        finally:
            disk.go_on()
        return [each.result() for each in held]


def test_a_stall_stops_clicks_only_once_the_disk_has_stalled(disk):
    """Writes count as quick up to nearly a stall, so that the worker does write itself on a slow machine."""
    with Stack(edge_settings={**disk.settings, "FOOTFALL_EDGE_LOG_OWN_WRITE_US": 15_000}) as stack:
        town = World(stack, only=("selgeo",))
        clicks = quick_clicks(town)
        disk.stall()
        with ThreadPoolExecutor() as pool:
            first = pool.submit(click, town)
            disk.wait_met(STALL_S)
            disk.go_on()
            clicks.append(first.result())
        clicks += quick_clicks(town)
        for _ in range(3):
            clicks += expect_stall_that_stops_clicks_only(town, disk)
        stack.wait_stored(clicks)


def test_not_even_the_first_stall_stops_a_worker_as_shipped(disk):
    with Stack(edge_settings=disk.settings) as stack:
        town = World(stack, only=("selgeo",))
        clicks = quick_clicks(town)
        clicks += expect_stall_that_stops_clicks_only(town, disk)
        stack.wait_stored(clicks)


def test_who_comes_when_no_more_clicks_may_wait_is_led_on_at_once(disk):
    """Each click below is a batch of its own, as it is taken before the next one comes."""
    with Stack(edge_settings={**disk.settings, "FOOTFALL_EDGE_LOG_HANDOVER_BATCHES": 4}) as stack:
        town = World(stack, only=("selgeo",))
        clicks = quick_clicks(town)
        disk.stall()
        visit = lambda: Client(town.edge.port, "c.localhost", timeout_s=30).get(f"/{town.selgeo.code}")
        in_flight = lambda: town.edge.total("footfall_edge_clicks_in_flight")
        with ThreadPoolExecutor(max_workers=32) as pool:
            try:
                visits = []
                while not any(each.done() for each in visits):
                    assert len(visits) < 16, "all of them wait, and some for nothing"
                    visits.append(pool.submit(visit))
                    wait_until(lambda: visits[-1].done() or in_flight() == len(visits), what="the click to be taken or not")
                led_on = visits.pop()
                assert led_on.done() and led_on.result().status == 302 and "click_id" not in led_on.result().fields["location"]
                tracker = Client(town.edge.port, "selgeo.localhost", timeout_s=SOON_S)
                refused = tracker.post_json("/v1/clicks", {"ref": town.selgeo.code, "url": "https://shop.example/"}, {"X-Public-Key": town.selgeo.public_key})
                assert refused.status == 503 and refused.fields["retry-after"]
                expect_answers_without_disk(town)
                assert not any(each.done() for each in visits)
            finally:
                disk.go_on()
            for each in visits:
                clicks.append(str(uuid.UUID(re.search(r"click_id=([0-9a-f-]{36})", each.result().fields["location"])[1])))
        stack.wait_stored(clicks)
        assert town.edge.total("footfall_edge_clicks_unrecorded_total") == 1
