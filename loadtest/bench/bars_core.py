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
    return [Bar("ingest end to end, a core each for core and PostgreSQL", rate),
            Bar("ingest lag at a quarter of that, p99 (upper end of bucket)", age, note=note),
            Bar("share of the offered rate that was answered meanwhile", answered / (rate / 4))]


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
    the other, beside the generator. Answers the CPU of a click and its conversion together, by program, and what the
    generator says of the conversions. The books are closed at the end."""
    with Stack({"edge": 0, "redis": 0, "core": 0, "postgres": 1}) as stack:
        made = make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        options = open_loop_options(2 * rate, seconds, "redirect=50,conversion=50")
        if "api_host" in more:
            more["offer"] = made.campaign
        result = Load(options, folder, codes, stack.edge.port, made, True, patience_ms=60_000, **more).run(stack.pids())
        stack.wait_stored()
        kind = result["kinds"]["conversion"]
        close_books(stack, kind)
    return {name: 2 * us for name, us in result["cpu_us"].items()}, kind


def capacity(cpu):
    """What fills the fuller of the two cores."""
    return 1e6 / max(cpu["edge"] + cpu["core"] + cpu["redis"], cpu["postgres"])


def note_of(cpu, kind, rate):
    return (f"at {rate}/s offered: p99 {kind['latency']['p99_ms']:.0f} ms, CPU µs with its click: edge {cpu['edge']:.0f}, "
            f"core {cpu['core']:.0f}, PostgreSQL {cpu['postgres']:.0f}")


def conversion_bars(folder, rounds, seconds, rate=1_500, flood=5_000):
    """The wait at a steady rate, and the capacity while more is offered than can be booked: what comes together is booked
    together, so a conversion costs most where few come."""
    steady, full = [], []
    for number in range(1, rounds + 1):
        cpu, kind = load_conversions(folder, seconds, rate, seed.make)
        steady.append(kind["latency"]["p99_ms"])
        print(f"round {number}: {note_of(cpu, kind, rate)}", flush=True)
        cpu, kind = load_conversions(folder, seconds, flood, seed.make)
        full.append(capacity(cpu))
        print(f"round {number}: {full[-1]:.0f}/s, {note_of(cpu, kind, flood)}", flush=True)
    note = f"median of {rounds}"
    return [Bar(f"conversions at {rate:,}/s: p99", median(steady), note=note),
            Bar("conversions through the edge, a core each", median(full), note)]


def deposit_bars(folder, rounds, seconds, rate=5_000):
    """What it costs that a deposit covers every commission: the same advertiser with and without one, by turns, so that a
    slow minute of the machine meets both. Medians of the rounds, and the median of each round's own share."""
    found = {False: [], True: []}
    for number in range(1, rounds + 1):
        for deposit in (number % 2 == 0, number % 2 == 1):
            cpu, kind = load_conversions(folder, seconds, rate, lambda core: seed.make_affily(core, deposit), api_host="affily.localhost")
            found[deposit].append((capacity(cpu), note_of(cpu, kind, rate)))
        without, covered = found[False][-1], found[True][-1]
        print(f"round {number}: {without[0]:.0f}/s without a deposit, {covered[0]:.0f}/s covered by one, share {covered[0] / without[0]:.3f}; "
              f"without: {without[1]}; covered: {covered[1]}", flush=True)
    middle = {deposit: median(most for most, _ in rows) for deposit, rows in found.items()}
    share = median(covered[0] / without[0] for without, covered in zip(found[False], found[True]))
    note = f"median of {rounds}"
    return [Bar("conversions without a deposit (Affily), a core each", middle[False], note),
            Bar("conversions that one deposit covers, a core each", middle[True], note),
            Bar("share of those without a deposit", share, note)]


# Each makes a commission depend on what was booked before, so that conversions are booked one at a time.
COUNTED_TERMS = {"a budget": ("--budget", "1000000000", "--currency", "EUR"), "tiers": ("--tier", "1000000=12%"),
                 "a limit per click (CPA)": ("--model", "cpa", "--click-limit", "3")}


def counted_bars(folder, rounds, seconds, flood=4_000):
    bars = []
    for name, terms in COUNTED_TERMS.items():
        found = []
        for number in range(1, rounds + 1):
            cpu, kind = load_conversions(folder, seconds, flood, lambda core: seed.make(core, *terms))
            found.append(capacity(cpu))
            print(f"{name}, round {number}: {found[-1]:.0f}/s, {note_of(cpu, kind, flood)}", flush=True)
        bars.append(Bar(f"conversions with {name}, a core each", median(found), f"median of {rounds}"))
    return bars
