"""Bars of what an edge bears: idle and slow connections, and far more load than it can serve."""

import os
import resource
import socket
import time
from pathlib import Path
from statistics import median

from bench import seed, wrk
from bench.bar import Bar
from bench.bars_hot import PARTS, open_loop_options
from bench.openloop import Load
from bench.processes import memory_bytes, wait_until
from bench.stack import Stack

WARM, COUNTED = 3_000, 14_000   # connections: those that use up what the allocator had free, those that are counted
REQUEST = b"GET /nothing-here HTTP/1.1\r\nHost: c.localhost\r\n\r\n"
HALF_A_REQUEST = b"GET /" + b"x" * 100 + b" HTTP/1.1\r\nHost: c.localhost\r\nX-Slow: "


def open_one(port, say, reads):
    """A connection that has said `say`, and read the answer to it if `reads`."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(say)
    if reads and not connection.recv(4096).startswith(b"HTTP/1.1 404"):
        raise RuntimeError("not the answer expected")
    return connection


def memory_of(edge, say, reads):
    """Bytes by which the edge's resident memory grows with each further connection that rests after `say`. The first
    ones are not counted: they live in memory that was free but resident before."""
    connections = [open_one(edge.port, say, reads) for _ in range(WARM)]
    time.sleep(1)
    before = memory_bytes(edge.pid)
    connections += [open_one(edge.port, say, reads) for _ in range(COUNTED)]
    time.sleep(1)
    after = memory_bytes(edge.pid)
    if (still := edge.total("footfall_http_connections_open", server="public")) != WARM + COUNTED:
        raise RuntimeError(f"{still:.0f} connections are open, not {WARM + COUNTED}")
    for connection in connections:
        connection.close()
    return (after - before) / COUNTED


def memory_bars(folder, rounds, seconds):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    patient = {"HTTP_HEADER_MS": 60_000, "HTTP_CONNECTIONS_MAX": WARM + COUNTED + 100}
    note = f"growth of resident memory from {WARM:,} to {WARM + COUNTED:,}; the kernel's sockets are not in it"
    with Stack({part: 0 for part in PARTS}, patient) as stack:
        slow = memory_of(stack.edge, HALF_A_REQUEST, False)
        stack.edge.stop()
        stack.edge.start()
        idle = memory_of(stack.edge, REQUEST, True)
    return [Bar("memory of an idle connection", idle / 1024, note=note),
            Bar("memory of one sending headers slowly", slow / 1024)]


CGROUPS = Path("/sys/fs/cgroup/cpu")
SHARE = 0.05           # of a core
ACCEPTED = 256         # connections that the edge is set to accept
VISITORS = 4_000       # connections that come


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


def wait_until_left(edge):
    """Until the edge has seen that the last load is gone: it does not listen before."""
    wait_until(lambda: edge.total("footfall_http_connections_open", server="public") == 0, what="all connections closed")


def overload_bars(folder, rounds, seconds):
    """The edge has a twentieth of a core and bears 256 connections, which stay open. Ten times what it can serve comes,
    over as many connections as it bears, which is the peak, and over 4,000. Whom it does not bear the kernel refuses, at
    connect. Both are the same generator's, which leaves the edge less of a shared core than wrk does."""
    if not os.access(CGROUPS / "cpu.cfs_quota_us", os.W_OK):
        return [Bar("overload 10×: goodput against peak", note="needs control groups, version 1")]
    with Stack({part: 0 for part in PARTS}, {"HTTP_CONNECTIONS_MAX": ACCEPTED}) as stack:
        made = seed.make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        throttle = Throttle(stack.edge.pid, SHARE)
        stack.core.pause()
        peaks, goods, refusals, offered = [], [], [], []

        def load(rate, connections):
            options = open_loop_options(rate, seconds)
            options.connections = connections
            wait_until_left(stack.edge)
            load = Load(options, folder, codes, stack.edge.port, made, True, patience_ms=500)
            return load.run(stack.pids())["kinds"]["redirect"]
        try:
            result = wrk.run(f"http://127.0.0.1:{stack.edge.port}/{codes[0]}", seconds, 1, ACCEPTED - 1, {"Host": seed.HOST})
            rate = 10 * result["requests"] / result["seconds"]
            for _ in range(rounds):
                peaks.append(load(rate, ACCEPTED - 1)["answered_in_time"] / seconds)
                kind = load(rate, VISITORS)
                goods.append(kind["answered_in_time"] / seconds)
                refusals.append(kind["refused"]["p99_ms"])
                offered.append(kind["sent"] / (seconds + 2))
                print(f"peak {peaks[-1]:.0f}/s, good {goods[-1]:.0f}/s of {offered[-1]:.0f}/s, refused {kind['failed']}, "
                      f"{kind['statuses']}", flush=True)
        finally:
            stack.core.resume()
            throttle.end()
        stack.wait_stored()
    note = (f"wrk {rate / 10:.0f}/s, peak {median(peaks):.0f}/s with a twentieth of a core, {median(offered):.0f}/s came, "
            f"good {median(goods):.0f}/s")
    ratio = median(good / peak for good, peak in zip(goods, peaks))
    return [Bar("overload 10×: goodput against peak", ratio, note=note),
            Bar("overload 10×: refused within, p99", median(refusals))]
