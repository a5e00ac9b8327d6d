"""How long the click log's syncs took between two moments, from the edge's histogram. An answer waits for the sync that
carries its click, and for the one before it, so the two distributions side by side say what is the disk's.

Shares count syncs, not clicks: a sync of 10 ms at 30,000 clicks a second delays 300 of them. `slow_share` is therefore
given too: the share of the time that went by in syncs of more than SLOW_MS, at least."""

import re
import time

METRIC = "footfall_log_sync_seconds"
SLOW_MS = 2.0


def read_buckets(text):
    """[(upper end in seconds, how many up to it)] of /metrics; the last one is infinite."""
    return [(float(bound), int(float(count))) for bound, count in re.findall(rf'^{METRIC}_bucket\{{le="([^"]+)"\}} (\S+)$', text, re.M)]


def at_share(buckets, share):
    """Milliseconds, drawn straight through the bucket in which it lies; of the last bucket its lower end."""
    total = buckets[-1][1]
    low, below = 0.0, 0
    for high, count in buckets:
        if count >= share * total and count > below:
            if high == float("inf"):
                return low * 1e3
            return (low + (high - low) * (share * total - below) / (count - below)) * 1e3
        low, below = high, count
    return low * 1e3


def distribution(before, after, seconds):
    """Of what was observed from one reading to the next; None if nothing was. The longest is known up to its bucket."""
    buckets = [(bound, count - earlier) for (bound, count), (_, earlier) in zip(after, before)]
    if not buckets or buckets[-1][1] == 0:
        return None
    edges = [0.0, *(bound for bound, _ in buckets)]
    singles = [count - earlier for (_, count), earlier in zip(buckets, [0, *(count for _, count in buckets)])]
    longest = max(number for number, count in enumerate(singles) if count)
    slow_s = sum(count * low for count, low in zip(singles, edges) if low * 1e3 >= SLOW_MS)
    return {"count": buckets[-1][1], **{f"p{name}_ms": at_share(buckets, share) for name, share in
                                        (("50", 0.5), ("90", 0.9), ("99", 0.99), ("99.9", 0.999), ("99.99", 0.9999))},
            "max_above_ms": edges[longest] * 1e3, "max_ms": edges[longest + 1] * 1e3, "slow_share": slow_s / seconds}


class SyncMeter:
    """The edge's syncs from now on."""

    def __init__(self, edge):
        self.edge = edge
        self.began = time.monotonic()
        self.before = read_buckets(edge.admin("/metrics"))

    def distribution(self):
        return distribution(self.before, read_buckets(self.edge.admin("/metrics")), time.monotonic() - self.began)


def note(syncs):
    """In a few words, for a bar."""
    if syncs is None:
        return "no sync"
    return (f"syncs p50 {syncs['p50_ms']:.2f}, p99 {syncs['p99_ms']:.2f}, p99.9 {syncs['p99.9_ms']:.1f}, "
            f"longest up to {syncs['max_ms']:.0f} ms, {syncs['slow_share']:.1%} of the time in syncs above {SLOW_MS:.0f} ms")
