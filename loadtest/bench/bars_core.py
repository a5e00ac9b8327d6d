"""Bars of core and PostgreSQL: how fast ingest stores, how far it lags, and conversions through the edge."""

import json
import re
import subprocess
import sys
from statistics import median

from bench import seed
from bench.bar import Bar
from bench.bars_hot import open_loop_options
from bench.openloop import Load
from bench.stack import BUILD, Stack


def ingest_rate(clicks=1_000_000):
    """Clicks a second of ingest_bench: core and Redis on one core, PostgreSQL on the other, both syncing."""
    done = subprocess.run([BUILD / "loadtest" / "ingest_bench", "--clicks", str(clicks), "--pin"], text=True, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    print(done.stdout, end="", flush=True)
    return float(re.search(r": (\d+)/s", done.stdout)[1])


def age_at_share(program, share):
    """Upper bound of the bucket of footfall_ingest_age_seconds in which `share` of all transactions lie."""
    buckets = re.findall(r'^footfall_ingest_age_seconds_bucket\{le="([^"]+)"\} (\S+)$', program.admin("/metrics"), re.M)
    total = float(buckets[-1][1])
    return next(float(bound) for bound, count in buckets if float(count) >= share * total)


def ingest_bars(folder, rounds, seconds):
    rate = ingest_rate()
    with Stack({"edge": 1, "redis": 1, "core": 0, "postgres": 0}) as stack:
        made = seed.make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        # The edge shares the generator's core here, so the generator rests between departures instead of spinning.
        load = Load(open_loop_options(rate / 4, 3 * seconds), folder, codes, stack.edge.port, made, True, spin=False)
        result = load.run(stack.pids())
        stack.wait_stored()
        age = age_at_share(stack.core, 0.99)
    answered = sum(kind["answered_in_time"] for kind in result["kinds"].values()) / (3 * seconds)
    note = f"{rate / 4:.0f}/s offered, {answered:.0f}/s answered"
    return [Bar("ingest end to end, a core each for core and PostgreSQL", 80_000, 150_000, rate, "/s", True),
            Bar("ingest lag at a quarter of that, p99 (upper end of bucket)", 1, 0.25, age, "s", note=note),
            Bar("share of the offered rate that was answered meanwhile", 0.98, 0.999, answered / (rate / 4), "", True)]


def close_books(stack, kind):
    """Fails unless every report was answered 201, each of them is one row, and the ledger proves itself."""
    created = kind["statuses"].get("201", 0)
    if created == 0 or created != kind["sent"] or kind["failed"]:
        sys.exit(f"{kind['sent']} conversions were reported and answered {json.dumps(kind['statuses'])}, {kind['failed']} failed; "
                 f"only 201 counts")
    stored = int(stack.postgres.value("select count(*) from conversions"))
    if stored != created:
        sys.exit(f"{created} conversions were answered 201, and {stored} are stored")
    stack.core.command("ledger", "verify")


def load_conversions(folder, seconds, rate, make, **more):
    """Half of the requests are clicks, which the other half converts at once. The edge and core have one core, PostgreSQL
    the other, beside the generator; the capacity is what fills the fuller of the two. Answers it with a note. The books
    are closed at the end."""
    with Stack({"edge": 0, "redis": 0, "core": 0, "postgres": 1}) as stack:
        made = make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        options = open_loop_options(2 * rate, seconds, "redirect=50,conversion=50")
        if "api_host" in more:
            more["offer"] = made.campaign
        result = Load(options, folder, codes, stack.edge.port, made, True, **more).run(stack.pids())
        stack.wait_stored()
        kind = result["kinds"]["conversion"]
        close_books(stack, kind)
    cpu = {name: 2 * us for name, us in result["cpu_us"].items()}  # of a click and its conversion together
    capacity = 1e6 / max(cpu["edge"] + cpu["core"] + cpu["redis"], cpu["postgres"])
    note = (f"at {rate}/s offered: p99 {kind['latency']['p99_ms']:.0f} ms, answers {json.dumps(kind['statuses'])}, CPU µs "
            f"with its click: edge {cpu['edge']:.0f}, core {cpu['core']:.0f}, PostgreSQL {cpu['postgres']:.0f}")
    return capacity, note


def conversion_bars(folder, rounds, seconds, rate=1_500):
    capacity, note = load_conversions(folder, seconds, rate, seed.make)
    return [Bar("conversions through the edge, a core each", 1_500, 3_000, capacity, "/s", True, note)]


def deposit_bars(folder, rounds, seconds, rate=1_000):
    """What it costs that a deposit covers every commission: the same advertiser with and without one, by turns, so that a
    slow minute of the machine meets both. Medians of the rounds, and the median of each round's own share."""
    found = {False: [], True: []}
    for number in range(1, rounds + 1):
        for deposit in (number % 2 == 0, number % 2 == 1):
            capacity, note = load_conversions(folder, seconds, rate, lambda core: seed.make_affily(core, deposit), api_host="affily.localhost")
            found[deposit].append((capacity, note))
        without, covered = found[False][-1], found[True][-1]
        print(f"round {number}: {without[0]:.0f}/s without a deposit, {covered[0]:.0f}/s covered by one, share {covered[0] / without[0]:.3f}; "
              f"without: {without[1]}; covered: {covered[1]}", flush=True)
    middle = {deposit: median(capacity for capacity, _ in rows) for deposit, rows in found.items()}
    share = median(covered[0] / without[0] for without, covered in zip(found[False], found[True]))
    note = f"median of {rounds}"
    return [Bar("conversions without a deposit (Affily), a core each", 1_500, 3_000, middle[False], "/s", True, note),
            Bar("conversions that one deposit covers, a core each", 1_000, 2_000, middle[True], "/s", True, note),
            Bar("share of those without a deposit", 0.5, 0.8, share, "", True, note)]
