"""Running the open-loop generator, and judging what it wrote down."""

import json
import subprocess
import sys
import uuid

from bench.processes import Meter, on_core
from bench.stack import BUILD
from bench.syncs import SLOW_MS


LATE_MS = 0.1  # p99 of how late the generator itself was: beyond, its own waiting is in the latencies
TRIES = 3
KEPT_UP = 0.98  # share of the offered requests that must be answered in time


def was_late(result, late_ms=LATE_MS):
    return result["lateness"]["p99_ms"] > late_ms


def fell_behind(result):
    """Whether the subject let requests wait that it was to answer by then: their latencies are not in the result."""
    answered = sum(kind["answered_in_time"] for kind in result["kinds"].values())
    return answered < KEPT_UP * result["rate_per_s"] * result["seconds"]


def run_in_time(run, tries=TRIES, late_ms=LATE_MS):
    """`run` measures and answers a result. Done again while the generator was late; the last result says if it still was."""
    for remaining in reversed(range(tries)):
        result = run()
        if not was_late(result, late_ms):
            break
        print(f"the generator was late by {result['lateness']['p99_ms']:.2f} ms at p99" + (": again" if remaining else ""), flush=True)
    return result


def late_note(results, late_ms=LATE_MS):
    """Of how many rounds the latencies are partly the generator's own; empty: of none."""
    late = sum(was_late(result, late_ms) for result in results)
    return f"GENERATOR LATE in {late} of {len(results)} rounds" if late else ""


class Load:
    """One run of the generator against `port`. `more`: options of loadtest/openloop.cc."""

    def __init__(self, options, folder, codes, port, made=None, reads_ids=False, core=1, patience_ms=10_000, spin=True, **more):
        self.folder = folder
        self.core = core
        self.ids_file, self.json_file = folder / "ids", folder / "result.json"
        self.conversions_file = folder / "conversions"
        (folder / "codes").write_text("\n".join(codes) + "\n")
        settings = {"port": port, "rate": options.rate, "seconds": options.seconds, "connections": options.connections,
                    "arrivals": options.arrivals, "keep-alive": "yes" if options.keep_alive else "no",
                    "patience-ms": patience_ms, "spin": "yes" if spin else "no",
                    "mix": options.mix, "codes": folder / "codes", "zipf": options.zipf, "json": self.json_file}
        if made:
            settings |= {"public-key": made.public_key, "secret-key": made.secret_key, "run": uuid.uuid4().hex}
        if reads_ids:
            settings |= {"ids": self.ids_file, "conversions": self.conversions_file}
        settings |= {name.replace("_", "-"): value for name, value in more.items()}
        self.command = [BUILD / "loadtest" / "openloop"]
        for name, value in settings.items():
            self.command += [f"--{name}", value]

    def run(self, groups):
        """The generator's result, with the CPU of `groups` by request. Its progress goes to standard error."""
        meter = Meter(groups)
        status = subprocess.run(on_core(self.core, self.command), stdin=subprocess.DEVNULL).returncode
        if not self.json_file.exists():
            sys.exit(f"the generator failed with status {status}")  # it has said why
        result = json.loads(self.json_file.read_text())
        sent = sum(kind["sent"] for kind in result["kinds"].values())
        result["cpu_us"] = {name: used / sent for name, used in meter.used_us().items()}
        return result

    def ids(self):
        return self.ids_file.read_text().split()

    def acknowledged(self):
        with open(self.ids_file, encoding="ascii") as file:
            return sum(1 for _ in file)


def compare_ids(acknowledged, stored, before, unanswered):
    """`before`: clicks that were there already. Equal: each acknowledged click is stored, and no click is stored that
    was not acknowledged, but for at most as many as had no answer when the generator ended."""
    known, rows = set(acknowledged), set(stored)
    missing = len(known - rows)
    extra = len(rows - known) - before
    return {"acknowledged": len(acknowledged), "stored": len(stored) - before, "missing": missing, "extra": extra,
            "equal": missing == 0 and 0 <= extra <= unanswered and len(known) == len(acknowledged)}


def show(result):
    print(f"\n{'':12} {'sent':>9} {'p50 ms':>8} {'p90 ms':>8} {'p99 ms':>8} {'p99.9':>8} {'p99.99':>8} {'max':>8}  answers")
    for name, kind in result["kinds"].items():
        latency = kind["latency"]
        figures = " ".join(f"{latency[key]:8.3f}" for key in ("p50_ms", "p90_ms", "p99_ms", "p99.9_ms", "p99.99_ms", "max_ms"))
        print(f"{name:12} {kind['sent']:>9} {figures}  {kind['statuses']}, failed {kind['failed']}")
    if syncs := result.get("syncs"):
        figures = " ".join(f"{syncs[key]:8.3f}" for key in ("p50_ms", "p90_ms", "p99_ms", "p99.9_ms", "p99.99_ms"))
        print(f"{'log syncs':12} {syncs['count']:>9} {figures} {'≤ ' + format(syncs['max_ms'], '.0f'):>8}  "
              f"{syncs['slow_share']:.2%} of the time went by in syncs above {SLOW_MS:.0f} ms")
    late = result["lateness"]
    print(f"the generator itself was late by p99 {late['p99_ms']:.3f} ms, p99.9 {late['p99.9_ms']:.3f} ms; "
          f"at most {result['waiting_max']} requests waited for one of {result['connections']} connections")
    print("CPU µs per request: " + "  ".join(f"{name} {us:.2f}" for name, us in result["cpu_us"].items()))
    if result.get("settled") is not None:
        print(f"all stored {result['settled']:.1f} s after the last answer")
