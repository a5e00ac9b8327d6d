"""Bars of the directory's size: what a redirect costs, what a link takes, how long a start takes, with 1,000 and with
10,000,000 links; and what a thousand changes a second do to those who are served meanwhile."""

import math
import os
import socket
import subprocess
import threading
import time
from pathlib import Path
from statistics import median

from bench import seed, wrk
from bench.bar import Bar
from bench.bars_hot import PARTS, open_loop_options
from bench.openloop import Load
from bench.processes import Meter, memory_bytes, wait_until
from bench.servers import Redis
from bench.stack import BUILD, Program, Stack
from bench.subjects import CONFIGURATIONS

FEW, MANY = 1_000, 10_000_000
HEAD = "footfall:directory:head"


def start_with_snapshot(folder, redis, links):
    """An edge that finds a snapshot of `links`, and in Redis that it is up to date. Also: the seconds until it is ready."""
    home = Path(folder) / f"links-{links}"
    home.mkdir()
    snapshot = home / "directory.snapshot"
    subprocess.run([BUILD / "loadtest" / "make_snapshot", str(links), snapshot], check=True, stdout=subprocess.DEVNULL)
    redis.ask("HSET", HEAD, "epoch", 1, "version", 1, "snapshot_version", 1, "snapshot_chunks", 0,
              "checked_us", round(time.time() * 1e6))
    os.sync()   # what was just written is not to be read against its own way to the disk
    edge = Program("edge", home, 0, {"HTTP_ADDRESS": "127.0.0.1", "REDIS_URL": redis.url, "NAME": f"links-{links}",
                                     "CORE_URL": "http://127.0.0.1:1", "WORKERS": 1, "DIRECTORY_SNAPSHOT": snapshot})
    began = time.monotonic()
    edge.launch()
    while not edge.is_ready():
        time.sleep(0.02)
    return edge, time.monotonic() - began


def size_bars(folder, rounds, seconds):
    redis = Redis(Path(folder) / "links-redis", 0, maxmemory="4gb")
    edges, ready_s, memory = {}, {}, {}
    try:
        for links in (FEW, MANY):
            edges[links], ready_s[links] = start_with_snapshot(folder, redis, links)
            time.sleep(2)
            memory[links] = memory_bytes(edges[links].pid)
        costs = {FEW: [], MANY: []}
        for _ in range(rounds):
            for links in (FEW, MANY):
                os.environ["LOADTEST_LINKS"] = str(links)
                meter = Meter({"edge": [edges[links].pid]})
                result = wrk.run(f"http://127.0.0.1:{edges[links].port}/", seconds, 1, headers={"Host": seed.HOST},
                                 script=CONFIGURATIONS / "many-codes.lua")
                costs[links].append(meter.used_us()["edge"] / result["requests"])
    finally:
        for edge in edges.values():
            edge.stop()
        redis.stop()
    return [Bar("1,000 → 10,000,000 links: CPU per redirect", median(costs[MANY]) / median(costs[FEW]),
                note=f"{median(costs[FEW]):.2f} → {median(costs[MANY]):.2f} µs"),
            Bar("memory per link with a target of 60 bytes", (memory[MANY] - memory[FEW]) / (MANY - FEW)),
            Bar("start with 10,000,000 links from the snapshot", ready_s[MANY])]


CHANGES_S = 1_000
CHANGES, RECORDED = "footfall:directory:changes", "footfall-bench:recorded"
REPLAY = """
local last
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
  redis.call('XADD', KEYS[2], entry[1], unpack(entry[2]))
  last = entry[1]
end
redis.call('HSET', KEYS[3], 'version', string.match(last, '%d+$'), 'checked_us', last)
return last"""


class Replay(threading.Thread):
    """Publishes recorded changes as core does, 5 of them 200 times a second, from the load's core. With each it renews the
    mark by which edges see that Redis takes writes; otherwise they would ask core, which stands still."""
    step = 5

    def __init__(self, redis, last):
        super().__init__(daemon=True)
        self.redis = redis
        self.last = last    # the id of the last change published
        self.stopped = threading.Event()
        self.count = 0

    def run(self):
        os.sched_setaffinity(0, {1})
        script = self.redis.ask("SCRIPT", "LOAD", REPLAY)
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.redis.port)) as connection, connection.makefile("rb") as answers:
            while not self.stopped.is_set():
                connection.sendall(f"EVALSHA {script} 3 {RECORDED} {CHANGES} {HEAD} {self.last} {self.step}\r\n".encode())
                if not answers.readline().startswith(b"$"):
                    raise RuntimeError("Redis did not take the changes")
                self.last = answers.readline().strip().decode()
                self.count += self.step
                time.sleep(max(0.0, began + self.count / CHANGES_S - time.monotonic()))


def record_changes(stack, count):
    """Has core make and publish `count` changes of targets, and puts Redis and the edge back to where they were before:
    the changes are in RECORDED, core stands still. Returns the id of the last change that is published now."""
    stack.edge.stop()   # leaves a snapshot on disk
    head = stack.redis.ask("HGETALL", HEAD).split()
    before = dict(zip(head[::2], head[1::2]))
    for first in range(0, count, 500):
        codes = ", ".join(f"'l{(first + i) % 1_000}'" for i in range(500))
        stack.postgres.sql(f"update links set target_url = 'https://shop.example/new/{first}' where code_fold in ({codes})")
        version = int(before["version"]) + first + 500
        wait_until(lambda: int(stack.redis.ask("HGET", HEAD, "version")) >= version, what="changes published")
    stack.core.pause()
    stack.redis.ask("RENAME", CHANGES, RECORDED)
    stack.redis.ask("HSET", HEAD, *(word for pair in before.items() for word in pair))
    stack.edge.start()
    return f"{before['epoch']}-{before['version']}"


def change_bars(folder, rounds, seconds, rate=10_000):
    """What the edge's own following does to those who are served. Core and PostgreSQL would make the changes on the
    edge's core and take its time, which is not the edge's doing; so they are made beforehand and replayed."""
    quiet, busy = [], []
    rounds, seconds = 2 * rounds, seconds / 2   # one stall of the disk is a p99: rather more medians than long ones
    changes = math.ceil(rounds * (seconds + 4) * CHANGES_S)
    with Stack({part: 0 for part in PARTS}, core_settings={"PUBLISH_SNAPSHOT_AFTER_CHANGES": 10 * changes}) as stack:
        made = seed.make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        stack.wait_stored()
        earlier = stack.stored()
        last = record_changes(stack, changes)
        options = open_loop_options(rate, seconds)

        def load(results):
            results.append(Load(options, folder, codes, stack.edge.port, made, True).run(stack.pids()))
        for number in range(rounds):
            for changing in (False, True) if number % 2 == 0 else (True, False):
                if not changing:
                    load(quiet)
                    continue
                replay = Replay(stack.redis, last)
                replay.start()
                load(busy)
                replay.stopped.set()
                replay.join()
                last = replay.last
        wait_until(lambda: stack.edge.total("footfall_directory_version") == int(last.split("-")[1]), what="edge up to date")
        stack.core.resume()
        stack.wait_stored(earlier)

    def p99(results):
        return median(result["kinds"]["redirect"]["latency"]["p99_ms"] for result in results)

    def cpu(results):
        return median(result["cpu_us"]["edge"] for result in results)
    return [Bar("1,000 directory changes a second: p99 against none", p99(busy) / p99(quiet),
                note=f"{p99(quiet):.2f} → {p99(busy):.2f} ms at {rate:,}/s; edge {cpu(quiet):.1f} → {cpu(busy):.1f} µs")]
