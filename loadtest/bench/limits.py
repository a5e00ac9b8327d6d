"""What Footfall has to reach, and what it aims for: one list, for the measurements, their tables and README.md."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    bar: float
    aim: float
    unit: str = ""
    more_is_better: bool = False


MANY = " (1,000 connections)"

LIMITS = {
    "redirect: edge CPU against nginx static": Limit(1.10, 0.95),
    "redirect: edge CPU against nginx static" + MANY: Limit(1.10, 0.95),
    "edge + Redis CPU against nginx + Lua + Redis": Limit(1 / 3.5, 1 / 4.5),
    "POST against the redirect": Limit(1.15, 1.10),
    "POST against the redirect" + MANY: Limit(1.15, 1.10),
    "Redis CPU per click against one plain XADD": Limit(0.5, 0.3),
    "open loop at 30,000/s: p99 above nginx static": Limit(1, 0.6, "ms"),
    "open loop at 30,000/s: p99.9 above nginx static": Limit(8, 2, "ms"),
    "open loop at 30,000/s: CPU against nginx static": Limit(1.25, 1.00),
    "connection per click: CPU against nginx static": Limit(1.15, 1.00),
    "TLS: edge CPU against nginx static with TLS (connection kept)": Limit(1.15, 1.00),
    "TLS: edge CPU against nginx static with TLS (a full handshake each)": Limit(1.10, 1.00),
    "TLS: edge CPU against nginx static with TLS (a resumed handshake each)": Limit(1.10, 1.00),
    "1,000 → 10,000,000 links: CPU per redirect": Limit(1.20, 1.05),
    "memory per link with a target of 60 bytes": Limit(200, 120, "B"),
    "start with 10,000,000 links from the snapshot": Limit(10, 3, "s"),
    "1,000 directory changes a second: p99 against none": Limit(1.20, 1.00),
    "ingest end to end, a core each for core and PostgreSQL": Limit(80_000, 150_000, "/s", True),
    "ingest lag at a quarter of that, p99 (upper end of bucket)": Limit(1, 0.25, "s"),
    "share of the offered rate that was answered meanwhile": Limit(0.98, 0.999, "", True),
    "conversions at 1,500/s: p99": Limit(25, 12, "ms"),
    "conversions through the edge, a core each": Limit(4_000, 8_000, "/s", True),
    "conversions without a deposit (Affily), a core each": Limit(2_000, 4_000, "/s", True),
    "conversions that one deposit covers, a core each": Limit(2_000, 4_000, "/s", True),
    "share of those without a deposit": Limit(0.5, 0.8, "", True),
    "conversions with a budget, a core each": Limit(2_000, 4_000, "/s", True),
    "conversions with tiers, a core each": Limit(2_000, 4_000, "/s", True),
    "conversions with a limit per click (CPA), a core each": Limit(2_000, 4_000, "/s", True),
    "conversion right after its click, idle: p50": Limit(15, 8, "ms"),
    "one box at half load: p99 with ingest against without": Limit(1.5, 1.1),
    "idle, all four programs: CPU in a second": Limit(12, 6, "ms"),
    "proxied call: edge CPU against nginx proxy_pass": Limit(1.3, 1.0),
    "memory of an idle connection": Limit(6, 4, "KiB"),
    "memory of one sending headers slowly": Limit(12, 8, "KiB"),
    "overload 10×: goodput against peak": Limit(0.95, 0.98, "", True),
    "overload 10×: refused within, p99": Limit(10, 2, "ms"),
}
