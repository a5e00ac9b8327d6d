"""Faults of what Footfall stands on: a database that went back, is frozen or refuses a click, a Redis that takes no writes,
an edge's log that lost its end or was copied while it was written. Nothing that was answered is lost without a count, and
nothing stands still."""

import os
import shutil
import signal
import subprocess
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from http_client import Client
from load_client import mint_uuid7
from servers import wait_until
from stack import Stack
from world import World

PATH = "/api/v1/conversions"
SEGMENT_BYTES = 2 << 20


@pytest.fixture
def town():
    with Stack() as stack:
        yield World(stack, only=("selgeo",))


def post_click(town, edge=None, key=None):
    tracker = Client((edge or town.edge).port, "selgeo.localhost")
    body = {"ref": town.selgeo.code, "url": f"https://shop.example/?q={'x' * 1800}", "referrer": f"https://blog.example/?q={'y' * 1800}"}
    return tracker.post_json("/v1/clicks", body, {"X-Public-Key": key or town.selgeo.public_key})


def clicks_of(town, count, edge=None):
    answers = [post_click(town, edge) for _ in range(count)]
    assert all(answer.status == 201 for answer in answers), answers[-1].text
    return [str(uuid.UUID(answer.json["click_id"])) for answer in answers]


def report(town, click):
    body = {"event_type": "purchase", "external_transaction_id": uuid.uuid4().hex, "amount_cents": 1000, "currency": "EUR",
            "click_id": click}
    return Client(town.edge.port, "selgeo.localhost", timeout_s=30).post_json(
        PATH, body, {"Authorization": f"Bearer {town.selgeo.secret_key}"})


@contextmanager
def stopped(*pids):
    """A child of a server's that has ended since it was listed is left out."""
    def send(pid, what):
        with suppress(ProcessLookupError):
            os.kill(pid, what)
    for pid in pids:
        send(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            send(pid, signal.SIGCONT)


def segments_that_hold(edge, clicks):
    names = sorted(edge.log_folder.glob("segment-*"))
    return [name for name in names if any(uuid.UUID(click).bytes in name.read_bytes() for click in clicks)]


def everything_of(postgres):
    """The process ids of a PostgreSQL, the postmaster's first, so that it makes no more of them."""
    postmaster = int((postgres.folder / "postmaster.pid").read_text().split()[0])
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], text=True, capture_output=True).stdout
    return [postmaster, *map(int, children.split())]


def test_a_database_that_went_back_opens_a_new_epoch(town):
    """PROTOCOL.md 9: a restore, and nobody raised the epoch. The edge's log still holds what is missing."""
    stack = town.stack
    before = clicks_of(town, 5)
    stack.wait_stored(before)
    stack.core.terminate()
    stack.postgres.stop()
    backup = stack.postgres.folder.with_name("backup")
    shutil.rmtree(backup, ignore_errors=True)
    subprocess.run(["cp", "-a", stack.postgres.folder, backup], check=True)
    stack.postgres.start()
    stack.core.start()
    lost = clicks_of(town, 5)
    stack.wait_stored(lost)

    stack.core.terminate()
    stack.postgres.stop()
    shutil.rmtree(stack.postgres.folder)
    backup.rename(stack.postgres.folder)
    stack.postgres.start()
    stack.core.start()
    after = clicks_of(town, 5)
    stack.wait_stored(before + lost + after)
    assert stack.core.total("footfall_ingest_epochs_raised_total") == 1
    assert stack.value("select value from settings where key = 'recovery_epoch'") == "2"
    assert stack.value("select count(*) from audit where action = 'database.went_back'") == 1


def test_readiness_is_false_while_postgres_is_frozen(town):
    core = town.core
    with stopped(*everything_of(town.stack.postgres)):
        wait_until(lambda: core.readiness().status_code == 503, 20, "core not ready")
        assert "postgres" in core.readiness().json()["reasons"][0]
        assert core.admin("/livez") == 200
    wait_until(lambda: core.readiness().status_code == 200, 60, "core healed")


def test_a_redis_that_refuses_writes_is_named_and_stops_no_change(town):
    """PROTOCOL.md 16: it answers reads, so it looks healthy; a revoked key must be refused within the second all the same."""
    key, key_id = town.create_key(with_id=True)
    redis = town.stack.redis.client()
    redis.config_set("maxmemory", 1)
    try:
        wait_until(lambda: any("refuses writes" in name for name in town.core.readiness().json()["away"]), 20, "Redis named")
        assert town.core.total("footfall_core_redis_up") == 0
        town.core.run("key", "revoke", key_id)
        wait_until(lambda: post_click(town, key=key).status in (401, 403), 20, "the revoked key refused")
        code = town.create_link(wait=False)
        wait_until(lambda: town.edge.client().get(f"/{code}").status == 302, 20, "a new link")
    finally:
        redis.config_set("maxmemory", "512mb")
    wait_until(lambda: town.core.readiness().json()["away"] == [], 20, "Redis healed")
    town.stack.wait_stored(clicks_of(town, 3))


def test_a_conversion_of_a_dead_letter_is_credited_after_the_replay(town):
    """PROTOCOL.md 7 and 12."""
    stack = town.stack
    stack.query("alter table clicks add constraint poison check (sub1 is distinct from 'poison')")
    location = town.edge.client().get(f"/{town.selgeo.code}?sub1=poison").fields["location"]
    click = location.split("selgeo_click_id=" if "selgeo_click_id=" in location else "click_id=")[1].split("&")[0]
    wait_until(lambda: stack.value("select count(*) from dead_letters") == 1, what="the dead letter")
    booked = wait_until(lambda: (lambda a: a if a.status == 201 else None)(report(town, click)), 20, "the wait ended")
    assert booked.json["attributed"] is False
    assert booked.json["attribution"]["reason"] == "click_unresolved"

    stack.query("alter table clicks drop constraint poison")
    assert stack.core.json("stream", "dead-letters", "replay", "--all")["replayed"] == 1
    shown = wait_until(lambda: (lambda c: c if c["attributed"] else None)(
        stack.core.json("conversion", "show", booked.json["id"])), 30, "the click credited")
    assert shown["affiliate"] == town.selgeo.affiliate


@pytest.fixture
def town_of_small_segments():
    with Stack(edge_settings={"FOOTFALL_EDGE_LOG_SEGMENT_BYTES": SEGMENT_BYTES,
                              "FOOTFALL_EDGE_LOG_TOTAL_BYTES_MAX": 16 * SEGMENT_BYTES}) as stack:
        yield World(stack, only=("selgeo",))


def test_a_log_that_lost_its_end_is_counted_and_holds_nothing_up(town_of_small_segments):
    """PROTOCOL.md 1: what a power cut leaves. Core has heard of clicks that no log and no Redis holds any more."""
    town = town_of_small_segments
    stack = town.stack
    stack.wait_stored(clicks_of(town, 3))
    database = stack.postgres.connect()
    database.autocommit = False
    database.cursor().execute("lock table clicks in access exclusive mode")
    try:
        taken = []
        while len(segments_that_hold(town.edge, taken)) < 2:
            taken += clicks_of(town, 50)
        lost = taken
        incarnation = stack.value("select encode(incarnation, 'hex') from streams where not ended")
        wait_until(lambda: stack.value("select max(head) from streams") >= 3 + len(lost), what="core has heard of them")
        town.edge.kill()
        stack.redis.client().flushall()
        segments_that_hold(town.edge, lost)[-1].unlink()
    finally:
        database.rollback()
        database.close()
    town.edge.start()

    def closed():
        rows = stack.query("select ended and position >= head from streams where encode(incarnation, 'hex') = %s", (incarnation,))
        return rows[0][0]
    wait_until(closed, 60, "the stream closed")
    gone = len(set(lost) - set(stack.stored_ids()))
    assert gone > 0 and stack.core.total("footfall_ingest_void_clicks_total", reason="lost_tail") == gone
    answer = wait_until(lambda: (lambda a: a if a.status == 201 else None)(report(town, mint_uuid7())), 20, "conversions go on")
    assert answer.json["attribution"]["reason"] == "click_unknown"


def copy_if_there(source, target):
    """Of a log that is being written: a prepared segment is renamed when it is begun, so a listed name may be gone."""
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


def test_copies_of_a_living_log_hold_nothing_up(town):
    """PROTOCOL.md 1: a machine is cloned while its edge writes, and the clones start while core is paused."""
    stack = town.stack
    before = clicks_of(town, 20)
    with stopped(stack.core.process.pid):
        meanwhile = clicks_of(town, 20)
        copies = []
        for name in ("copy-1", "copy-2"):
            copy = stack.add_edge(name)
            Path(copy.settings["FOOTFALL_EDGE_LOG_DIRECTORY"]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(town.edge.log_folder, copy.log_folder, copy_function=copy_if_there)
            shutil.copy(town.edge.folder / "directory.snapshot", copy.folder / "directory.snapshot")
            copies.append(copy.launch())
        for copy in copies:
            wait_until(copy.is_alive, 30, "the copy runs")
        meanwhile += clicks_of(town, 20)
    after = clicks_of(town, 20)
    stack.wait_stored(before + meanwhile + after)
    stack.wait_stored(clicks_of(town, 20))
    for copy in copies:
        stack.wait_stored(clicks_of(town, 3, copy))
    assert stack.core.total("footfall_ingest_clicks_total", outcome="conflict") == 0
