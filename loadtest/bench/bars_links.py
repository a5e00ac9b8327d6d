"""Bars of the directory's size: what a redirect costs, what a link takes, how long a start takes, with 1,000 and with
10,000,000 links; and what a thousand changes a second do to those who are served meanwhile."""

import os
import subprocess
import threading
import time
from pathlib import Path
from statistics import median

from bench import seed, wrk
from bench.bar import Bar
from bench.bars_hot import PARTS, open_loop_options
from bench.openloop import Load
from bench.processes import Meter, memory_bytes
from bench.servers import Redis
from bench.stack import BUILD, Program, Stack
from bench.subjects import CONFIGURATIONS

FEW, MANY = 1_000, 10_000_000


def start_with_snapshot(folder, redis, links):
    """An edge that finds a snapshot of `links`, and Redis and core empty or away. Also: the seconds until it is ready."""
    home = Path(folder) / f"links-{links}"
    home.mkdir()
    snapshot = home / "directory.snapshot"
    subprocess.run([BUILD / "loadtest" / "make_snapshot", str(links), snapshot], check=True, stdout=subprocess.DEVNULL)
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
    return [Bar("1,000 → 10,000,000 links: CPU per redirect", 1.20, 1.05, median(costs[MANY]) / median(costs[FEW]),
                note=f"{median(costs[FEW]):.2f} → {median(costs[MANY]):.2f} µs"),
            Bar("memory per link with a target of 60 bytes", 200, 120, (memory[MANY] - memory[FEW]) / (MANY - FEW), "B"),
            Bar("start with 10,000,000 links from the snapshot", 10, 3, ready_s[MANY], "s")]


class Changes(threading.Thread):
    """A thousand targets changed a second, in transactions of fifty."""

    def __init__(self, postgres):
        super().__init__(daemon=True)
        self.postgres = postgres
        self.stopped = threading.Event()
        self.count = 0

    def run(self):
        began = time.monotonic()
        while not self.stopped.is_set():
            first = self.count % 900
            self.postgres.sql(f"update links set target_url = 'https://shop.example/new/{self.count}' "
                              f"where code_fold in ({', '.join(repr(f'l{first + i}') for i in range(50))})")
            self.count += 50
            time.sleep(max(0.0, began + self.count / 1_000 - time.monotonic()))


def change_bars(folder, rounds, seconds, rate=10_000):
    quiet, busy = [], []
    with Stack({part: 0 for part in PARTS}) as stack:
        made = seed.make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        options = open_loop_options(rate, seconds)
        for _ in range(rounds):
            for changes, results in ((None, quiet), (Changes(stack.postgres), busy)):
                if changes:
                    changes.start()
                results.append(Load(options, folder, codes, stack.edge.port, made, True).run(stack.pids()))
                if changes:
                    changes.stopped.set()
                    changes.join()
        stack.wait_stored()

    def p99(results):
        return median(result["kinds"]["redirect"]["latency"]["p99_ms"] for result in results)
    return [Bar("1,000 directory changes a second: p99 against none", 1.20, 1.00, p99(busy) / p99(quiet),
                note=f"{p99(quiet):.2f} → {p99(busy):.2f} ms at {rate}/s, core and PostgreSQL on the edge's core")]
