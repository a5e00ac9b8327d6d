"""The curve: what a request costs with few connections and with many, at saturation, and at constant rates.

A round visits every point, and at each point every subject, one after the other; so a figure and the figure of nginx that
it is divided by are seconds apart. Whatever is not meaningful is kept apart with the reason: a subject that could not
keep up with a rate has no cost at that rate, and where the generator was the limit the point says so.
"""

import statistics
from dataclasses import dataclass

from bench.bars_hot import open_loop_options
from bench.openloop import KEPT_UP, Load, was_late
from bench.processes import ChildrenMeter, Meter
from bench.subjects import Footfall

SUBJECTS = ("nginx", "redirect", "post", "nginx-lua")
BASE = "nginx"
CONNECTIONS = (16, 64, 256, 1_000, 4_000)
RATES = (1_000, 5_000, 30_000)
CONNECTIONS_OF_RATES = 64
WARM_UP_S = 0.5
BUSY = 0.95          # share of its core beyond which wrk is the limit


@dataclass(frozen=True)
class Point:
    connections: int
    rate: int | None = None   # requests a second; None: as many as it serves

    @property
    def name(self):
        return f"{self.rate:,}/s" if self.rate else f"{self.connections:,} connections"


POINTS = [*map(Point, CONNECTIONS), *(Point(CONNECTIONS_OF_RATES, rate) for rate in RATES)]


def saturate(subject, seconds):
    """At saturation, by wrk. If it was wrk that was saturated, the note says so."""
    generator = ChildrenMeter()
    meter = Meter(subject.groups())
    result = subject.load(seconds, True)
    cpu_us = {part: used / result["requests"] for part, used in meter.used_us().items()}
    busy = generator.used_s() / result["seconds"]
    note = f"wrk was busy for {busy:.0%} of the time" if busy > BUSY else None
    if result["socket_errors"]:
        note = f"socket errors: {result['socket_errors']}"
    return {"cpu_us": cpu_us, "per_s": result["requests"] / result["seconds"], "p99_ms": result["latency_ms"].get("p99"),
            "kept_up": True, "note": note}


def keep_rate(subject, place, point, seconds):
    """At a constant rate, by the open-loop generator, which warms up first; what that costs counts along."""
    is_post = subject.name == "post"
    options = open_loop_options(point.rate, seconds, "post=1" if is_post else "redirect=1")
    options.connections = point.connections
    made, port, code = None, getattr(subject, "port", None), "summer24"
    if isinstance(subject, Footfall):
        made, port, code = place.seed, place.stack.edge.port, place.seed.code
        place.stack.core.pause()
    load = Load(options, place.folder, [code], port, made, core=place.load_core, warmup=WARM_UP_S)
    result = load.run(subject.groups())
    return judge_rate(result, "post" if is_post else "redirect", subject, point, seconds)


def judge_rate(result, kind, subject, point, seconds):
    """`result`: the generator's. Of what it sent, everything that was answered must have been so rightly; who lets the rest
    wait, or lets no more be sent, has not kept up."""
    kind = result["kinds"][kind]
    wanted = kind["statuses"].get(subject.answers, 0)
    if wanted != kind["sent"] - result["unanswered"]:
        raise RuntimeError(f"{subject.title} at {point.name}: {kind['sent']} sent, answers {kind['statuses']}, {kind['failed']} failed")
    answered = kind["answered_in_time"] / seconds
    note = f"the generator was late by {result['lateness']['p99_ms']:.2f} ms at p99" if was_late(result) else None
    if answered < KEPT_UP * point.rate:
        note = f"answered {answered:,.0f}/s of {point.rate:,}"
    return {"cpu_us": result["cpu_us"], "per_s": answered, "p99_ms": kind["latency"]["p99_ms"],
            "kept_up": answered >= KEPT_UP * point.rate, "note": note}


def measure(place, subjects, point, seconds):
    place.connections = point.connections
    found = {}
    for subject in subjects:
        found[subject.name] = keep_rate(subject, place, point, seconds) if point.rate else saturate(subject, seconds)
        subject.after()
    return found


def run(place, subjects, rounds, seconds):
    """Rounds of {point: {subject: figures}}, with one printed line for each point."""
    found = []
    for number in range(rounds):
        order = subjects if number % 2 == 0 else subjects[::-1]
        found.append({})
        for point in POINTS:
            figures = measure(place, order, point, seconds)
            found[-1][point] = figures
            costs = "  ".join(f"{subject.name} {figures[subject.name]['cpu_us']['server']:.2f}" for subject in subjects)
            print(f"round {number + 1}  {point.name:18}  µs each: {costs}", flush=True)
    return found


def middle(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def summarise(rounds, subjects):
    """Of each point and subject the medians. `ratio` is the median of the rounds' own ratios to nginx, server against
    server: Redis is another machine's in most installations, and has a figure of its own. Who did not keep up with a rate
    in half of the rounds has no figures at that point; else the other rounds count."""
    rows = []
    for point in rounds[0]:
        row = {"point": point.name, "connections": point.connections, "rate": point.rate, "subjects": {}}
        for subject in subjects:
            every = [each[point][subject] for each in rounds]
            kept_up = [each[point] for each in rounds if each[point][subject]["kept_up"]]
            if 2 * len(kept_up) <= len(rounds):
                kept_up = []
            figures = [each[subject] for each in kept_up]
            row["subjects"][subject] = {
                "server_us": middle(each["cpu_us"]["server"] for each in figures),
                "redis_us": middle(each["cpu_us"].get("redis") for each in figures),
                "ratio": middle(each[subject]["cpu_us"]["server"] / each[BASE]["cpu_us"]["server"] for each in kept_up if each[BASE]["kept_up"]),
                "p99_ms": middle(each["p99_ms"] for each in figures),
                "per_s": middle(each["per_s"] for each in every),
                "notes": sorted({each["note"] for each in every if each["note"]})}
        rows.append(row)
    return rows


def table(rows, titles):
    """Markdown: the costs, the latencies, and what is to be known of single points."""
    number = lambda value, form: format(value, form) if value is not None else "–"  # noqa: E731
    names = list(rows[0]["subjects"])
    def of(head, cell):
        lines = [[head, *(titles[name] for name in names)], ["---", *["---:"] * len(names)]]
        lines += [[row["point"], *(cell(name, row["subjects"][name]) for name in names)] for row in rows]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)
    def cost(name, each):
        redis = f" + {each['redis_us']:.1f}" if each["redis_us"] is not None else ""
        ratio = f" ({each['ratio']:.2f})" if each["ratio"] is not None and name != BASE else ""
        return number(each["server_us"], ".1f") + redis + ratio
    text = of("CPU µs per request: server + Redis (server against nginx)", cost)
    text += "\n" + of("p99, ms", lambda _, each: number(each["p99_ms"], ".2f"))
    notes = [f"- {row['point']}, {titles[name]}: {note}\n" for row in rows for name, each in row["subjects"].items() for note in each["notes"]]
    return text + ("\n" + "".join(notes) if notes else "")
