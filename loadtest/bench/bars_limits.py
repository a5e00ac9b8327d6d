"""Bars of what an edge bears: idle and slow connections, and far more load than it can serve."""

import asyncio
import os
import resource
import time
from pathlib import Path
from statistics import median

from bench import seed, wrk
from bench.bar import Bar
from bench.bars_hot import PARTS, open_loop_options
from bench.openloop import Load
from bench.processes import memory_bytes
from bench.stack import Stack

CONNECTIONS = 5_000
REQUEST = b"GET /nothing-here HTTP/1.1\r\nHost: c.localhost\r\n\r\n"


async def open_all(port, say, reads):
    """CONNECTIONS of them, each of which has said `say`, and read an answer to it if `reads`."""
    pairs = []
    for _ in range(CONNECTIONS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(say)
        if reads:
            await reader.readuntil(b"\r\n\r\n")
        pairs.append((reader, writer))
    return pairs


def memory_of(edge, say, reads):
    """Bytes of the edge's resident memory for each of many connections that rest after `say`."""
    async def measure():
        before = memory_bytes(edge.pid)
        pairs = await open_all(edge.port, say, reads)
        await asyncio.sleep(1)
        after = memory_bytes(edge.pid)
        for _, writer in pairs:
            writer.close()
        return (after - before) / CONNECTIONS
    return asyncio.run(measure())


def memory_bars(folder, rounds, seconds):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with Stack({part: 0 for part in PARTS}, {"HTTP_HEADER_MS": 60_000}) as stack:
        slow = memory_of(stack.edge, b"GET /" + b"x" * 100 + b" HTTP/1.1\r\nHost: c.localhost\r\nX-Slow: ", False)
        stack.edge.stop()
        stack.edge.start()
        idle = memory_of(stack.edge, REQUEST, True)
    return [Bar("memory of an idle connection", 6, 4, idle / 1024, "KiB"),
            Bar("memory of one sending headers slowly", 12, 8, slow / 1024, "KiB")]


CGROUPS = Path("/sys/fs/cgroup/cpu")
SHARE = 0.1            # of a core
ACCEPTED = 256         # connections that the edge is told to bear


class Throttle:
    """A share of the processor for a process, in slices of a millisecond: a control group (version 1)."""

    def __init__(self, pid, share):
        self.folder = CGROUPS / f"footfall-bench-{os.getpid()}"
        self.folder.mkdir()
        (self.folder / "cpu.cfs_period_us").write_text(str(round(1_000 / share)))
        (self.folder / "cpu.cfs_quota_us").write_text("1000")
        (self.folder / "cgroup.procs").write_text(str(pid))

    def end(self):
        for pid in (self.folder / "cgroup.procs").read_text().split():
            (CGROUPS / "cgroup.procs").write_text(pid)
        time.sleep(0.1)
        self.folder.rmdir()


def overload_bars(folder, rounds, seconds):
    """The edge has a tenth of a core and bears 256 connections. Ten times what it can serve comes over 4,000."""
    if not os.access(CGROUPS / "cpu.cfs_quota_us", os.W_OK):
        return [Bar("overload 10×: goodput against peak", 0.90, 0.95, note="needs control groups, version 1", more_is_better=True)]
    with Stack({part: 0 for part in PARTS}, {"HTTP_CONNECTIONS_MAX": ACCEPTED}) as stack:
        made = seed.make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        throttle = Throttle(stack.edge.pid, SHARE)
        stack.core.pause()
        try:
            url = f"http://127.0.0.1:{stack.edge.port}/{codes[0]}"
            peaks = [wrk.run(url, seconds, 1, ACCEPTED, {"Host": seed.HOST}) for _ in range(rounds)]
            peak = median(result["requests"] / result["seconds"] for result in peaks)
            options = open_loop_options(10 * peak, seconds)
            options.connections = 4_000
            goods, refusals = [], []
            for _ in range(rounds):
                kind = Load(options, folder, codes, stack.edge.port, made, True).run(stack.pids())["kinds"]["redirect"]
                goods.append(kind["answered_in_time"] / seconds)
                refusals.append(kind["refused"]["p99_ms"])
        finally:
            stack.core.resume()
            throttle.end()
        stack.wait_stored()
    note = f"peak {peak:.0f}/s with a tenth of a core, {10 * peak:.0f}/s offered, good {median(goods):.0f}/s"
    return [Bar("overload 10×: goodput against peak", 0.90, 0.95, median(goods) / peak, more_is_better=True, note=note),
            Bar("overload 10×: refused within, p99", 10, 2, median(refusals), "ms")]
