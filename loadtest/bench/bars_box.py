"""Bars of one box: every program on the same two cores, as `./deploy/run` and the units have them."""

import os
import time
from statistics import median

from bench import seed, wrk
from bench.bar import Bar
from bench.bars_hot import open_loop_options
from bench.openloop import Load
from bench.processes import Meter, family
from bench.stack import Stack

BOTH = "0,1"
GIVE_WAY = 10  # the niceness of core and PostgreSQL in ./deploy/run; CPUWeight in the units says the same


def give_way(*pids):
    """All threads of these processes and of their children, and what they start later."""
    for pid in (each for parent in pids for each in family(parent)):
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.setpriority(os.PRIO_PROCESS, int(thread), GIVE_WAY)


def one_box_bars(folder, rounds, seconds):
    """Redirects at half of what the box bears with ingest running: their p99 with ingest, against that while core stands
    still. The generator has no core of its own either, so it does not spin. The clicks are compared with the rows after
    every round."""
    slowest = {"along": [], "still": []}
    with Stack({part: BOTH for part in ("edge", "redis", "core", "postgres")}) as stack:
        give_way(stack.core.pid, stack.postgres.pid)
        made = seed.make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        peak = wrk.run(f"http://127.0.0.1:{stack.edge.port}/{codes[0]}", seconds, BOTH, headers={"Host": seed.HOST})
        stack.wait_stored()
        rate = int(peak["requests"] / peak["seconds"] / 2)
        load = Load(open_loop_options(rate, seconds), folder, codes, stack.edge.port, made, True, core=BOTH, spin=False)
        for number in range(1, rounds + 1):
            for name in ("along", "still") if number % 2 else ("still", "along"):
                if name == "still":
                    stack.core.pause()
                result = load.run(stack.pids())
                stack.core.resume()
                stack.wait_stored()
                slowest[name].append(result["kinds"]["redirect"]["latency"]["p99_ms"])
            print(f"round {number}: p99 {slowest['along'][-1]:.2f} ms with ingest, {slowest['still'][-1]:.2f} ms without", flush=True)
    ratio = median(along / still for along, still in zip(slowest["along"], slowest["still"]))
    note = f"{rate}/s: {median(slowest['along']):.2f} against {median(slowest['still']):.2f} ms"
    return [Bar("one box at half load: p99 with ingest against without", 1.5, 1.1, ratio, "", note=note)]


def idle_bars(folder, rounds, seconds):
    """What the four programs take when nothing happens, after they have settled."""
    with Stack({part: BOTH for part in ("edge", "redis", "core", "postgres")}) as stack:
        seed.make(stack.core)
        time.sleep(10)
        used = []
        for _ in range(rounds):
            meter = Meter(stack.pids())
            time.sleep(2 * seconds)
            used.append({name: us / 1e3 / (2 * seconds) for name, us in meter.used_us().items()})
    middle = median(sum(each.values()) for each in used)
    note = ", ".join(f"{name} {median(each[name] for each in used):.1f}" for name in used[0])
    return [Bar("idle, all four programs: CPU in a second", 12, 6, middle, "ms", note=note)]
