"""Bars of one box: every program on the same two cores, as `./deploy/run` and the units have them."""

import http.client
import json
import os
import re
import time
from pathlib import Path
from statistics import median

from bench import seed, wrk
from bench.bar import Bar
from bench.bars_hot import open_loop_options
from bench.openloop import Load, late_note
from bench.processes import Meter, family
from bench.stack import Stack

BOTH = "0,1"
PARTS = ("edge", "redis", "core", "postgres")
AS_SHIPPED = {"WORKERS": 0}  # of the edge: one for each processor
GIVE_WAY = 10     # the niceness of core and PostgreSQL in ./deploy/run; CPUWeight in the units says the same
REST_US = 200     # of a generator that leaves the box its cores
BOX_LATE_MS = 1   # beyond, a latency is more the generator's than the box's


def give_way(*pids):
    """All threads of these processes and of their children; what is started later has to be told again, as ./deploy/run
    does. Where the kernel weighs sessions against each other (autogroups), each session is given the same weight, as in
    deploy/stack.sh: every process of PostgreSQL's has one."""
    for pid in (each for parent in pids for each in family(parent)):
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.setpriority(os.PRIO_PROCESS, int(thread), GIVE_WAY)
            group = Path(f"/proc/{pid}/autogroup")
            if group.exists():
                group.write_text(str(GIVE_WAY))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended
        except BlockingIOError:
            pass  # the kernel asks who is not root to come again: the next call does


def one_box_bars(folder, rounds, seconds):
    """Redirects at half of what the box bears with ingest running: their p99 with ingest, against that while core stands
    still. The generator has no core of its own either, so it rests between departures, which adds at most REST_US to both.
    The clicks are compared with the rows after every round."""
    results = {"along": [], "still": []}
    with Stack({part: BOTH for part in PARTS}, edge_settings=AS_SHIPPED, own_sessions=True) as stack:
        made = seed.make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        give_way(stack.core.pid, stack.postgres.pid)
        peak = wrk.run(f"http://127.0.0.1:{stack.edge.port}/{codes[0]}", seconds, BOTH, headers={"Host": seed.HOST})
        stack.settle()
        rate = int(peak["requests"] / peak["seconds"] / 2)
        load = Load(open_loop_options(rate, seconds), folder, codes, stack.edge.port, made, True, core=BOTH, spin=False, rest_us=REST_US)
        for number in range(1, rounds + 1):
            for name in ("along", "still") if number % 2 else ("still", "along"):
                give_way(stack.core.pid, stack.postgres.pid)
                if name == "still":
                    stack.core.pause()
                results[name].append(load.run(stack.pids()))
                stack.core.resume()
                stack.settle()
            print(f"round {number}: p99 {slowest(results['along'][-1]):.2f} ms with ingest, {slowest(results['still'][-1]):.2f} ms without; "
                  f"the generator was late by {lateness(results['along'][-1]):.2f} and {lateness(results['still'][-1]):.2f}", flush=True)
    along, still = ([slowest(each) for each in results[name]] for name in ("along", "still"))
    note = (f"{rate}/s: {median(along):.2f} against {median(still):.2f} ms, the generator late by "
            f"{median(map(lateness, results['along'])):.2f} and {median(map(lateness, results['still'])):.2f}")
    if late := late_note(results["along"] + results["still"], BOX_LATE_MS):
        note += f"; {late}"
    return [Bar("one box at half load: p99 with ingest against without", median(a / s for a, s in zip(along, still)), note=note)]


def slowest(result):
    return result["kinds"]["redirect"]["latency"]["p99_ms"]


def lateness(result):
    return result["lateness"]["p99_ms"]


def idle_bars(folder, rounds, seconds):
    """What the four programs take when nothing happens, after they have settled."""
    with Stack({part: BOTH for part in PARTS}, edge_settings=AS_SHIPPED) as stack:
        seed.make(stack.core)
        time.sleep(10)
        used = []
        for _ in range(rounds):
            meter = Meter(stack.pids())
            time.sleep(2 * seconds)
            used.append({name: us / 1e3 / (2 * seconds) for name, us in meter.used_us().items()})
    middle = median(sum(each.values()) for each in used)
    note = ", ".join(f"{name} {median(each[name] for each in used):.1f}" for name in used[0])
    return [Bar("idle, all four programs: CPU in a second", middle, note=note)]


def ask(connection, method, path, **more):
    """The status, the fields and the body of the answer."""
    connection.request(method, path, **more)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def fresh_conversion_bars(folder, rounds, seconds):
    """A shop that reports a sale in the moment of the click, while nothing else happens: the conversion waits until its click
    is stored. From sending the report to the answer, over connections that are open."""
    waits_ms = []
    with Stack({part: BOTH for part in PARTS}, edge_settings=AS_SHIPPED, own_sessions=True) as stack:
        made = seed.make(stack.core)
        seed.wait_published(stack.edge, made.code)
        visitor = http.client.HTTPConnection("127.0.0.1", stack.edge.port, timeout=30)
        shop = http.client.HTTPConnection("127.0.0.1", stack.edge.port, timeout=30)
        for number in range(10 * rounds * seconds):
            time.sleep(0.1)  # the box is idle again
            status, fields, _ = ask(visitor, "GET", f"/{made.code}", headers={"Host": seed.HOST, **wrk.BROWSER})
            click = re.search(r"click_id=([0-9a-f-]{36})", fields["Location"])[1]
            report = {"click_id": click, "event_type": "purchase", "external_transaction_id": f"order-{number}",
                      "amount_cents": 4900, "currency": "EUR"}
            began = time.perf_counter()
            status, _, body = ask(shop, "POST", "/api/v1/conversions", body=json.dumps(report),
                                  headers={"Host": "selgeo.localhost", "Authorization": f"Bearer {made.secret_key}",
                                           "Content-Type": "application/json"})
            waits_ms.append(1e3 * (time.perf_counter() - began))
            if status != 201:
                raise RuntimeError(f"a conversion right after its click was answered {status}: {body[:200]}")
    note = f"of {len(waits_ms)}; p99 {sorted(waits_ms)[len(waits_ms) * 99 // 100]:.1f} ms"
    return [Bar("conversion right after its click, idle: p50", median(waits_ms), note=note)]
