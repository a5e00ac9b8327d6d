"""Bars of what an edge bears: idle and slow connections, and far more load than it can serve."""

import asyncio
import resource
from pathlib import Path

from bench import seed
from bench.bar import Bar
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
    with Stack({part: 0 for part in ("edge", "redis", "core", "postgres")}, {"HTTP_HEADER_MS": 60_000}) as stack:
        slow = memory_of(stack.edge, b"GET /" + b"x" * 100 + b" HTTP/1.1\r\nHost: c.localhost\r\nX-Slow: ", False)
        stack.edge.stop()
        stack.edge.start()
        idle = memory_of(stack.edge, REQUEST, True)
    return [Bar("memory of an idle connection", 6, 4, idle / 1024, "KiB"),
            Bar("memory of one sending headers slowly", 12, 8, slow / 1024, "KiB")]
