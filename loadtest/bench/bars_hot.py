"""Bars of the hot path: what compare and openloop measure, and a proxied call."""

import argparse
import json
import string
import subprocess
from pathlib import Path
from statistics import median

from bench import seed, wrk
from bench.bar import Bar
from bench.openloop import Load, fell_behind, late_note, run_in_time
from bench.processes import Meter, launch, stop, takes_connections, wait_until
from bench.servers import ROOT
from bench.stack import Program, Stack
from bench.subjects import CONFIGURATIONS, Floor, Nginx, NginxStatic
from bench.syncs import SyncMeter, note

HERE = ROOT / "loadtest"
PARTS = ("edge", "redis", "core", "postgres")


def run_compare(folder, rounds, seconds, *more):
    file = Path(folder) / "compare.json"
    subprocess.run([HERE / "compare", "--rounds", str(rounds), "--seconds", str(seconds), "--json", file, *more],
                   check=True, stdin=subprocess.DEVNULL)
    return json.loads(file.read_text())


def compare_bars(folder, rounds, seconds):
    few = run_compare(folder, rounds, seconds)["bars"]
    many = run_compare(folder, rounds, seconds, "--subjects", "nginx,redirect,post", "--connections", "1000")["bars"]
    return [*_bars_of(few), *_bars_of(many)]


def tls_bars(folder, rounds, seconds):
    found = []
    for how in ("kept", "full", "resumed"):
        more = [] if how == "kept" else ["--handshakes", how]
        bars = run_compare(folder, rounds, seconds, "--subjects", "nginx-tls,redirect-tls", *more)["bars"]
        found += _bars_of(bars)
    return found


def _bars_of(bars):
    return [Bar(what, measured) for what, measured in bars.items()]


def connection_bars(folder, rounds, seconds):
    rows = run_compare(folder, rounds, seconds, "--no-keepalive", "--subjects", "nginx,redirect")["rows"]
    measured = rows["redirect"]["cpu_us"]["server"] / rows["nginx"]["cpu_us"]["server"]
    return [Bar("connection per click: CPU against nginx static", measured)]


class Place:
    """What a subject needs to know of its surroundings."""
    server_core, load_core, connections = 0, 1, 64
    certificate = None  # nothing here has TLS

    def __init__(self, folder):
        self.folder = folder
        self.redis = type("None", (), {"port": 0})


def open_loop_options(rate, seconds, mix="redirect=1"):
    return argparse.Namespace(rate=rate, seconds=seconds, mix=mix, arrivals="even", connections=256, zipf=1.0,
                              keep_alive=True)


def latencies(result):
    found = result["kinds"]["redirect"]["latency"]
    return "answers " + ", ".join(f"{name} {found[name + '_ms']:.2f}" for name in ("p50", "p99", "p99.9", "max")) + " ms"


def open_loop_bars(folder, rounds, seconds, rate=30_000):
    """Redirects only, as nginx has no POST; core takes the clicks between rounds. A round in which the generator was late is
    done again."""
    nginx = NginxStatic(Place(folder))
    nginx.start()
    options = open_loop_options(rate, seconds)
    results = {"nginx": [], "edge": []}
    of_syncs = []
    with Stack({part: 0 for part in PARTS}) as stack:
        made = seed.make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])

        def load_nginx():
            return Load(options, folder, codes, nginx.port).run(nginx.groups())

        def load_edge():
            stack.core.pause()
            syncs = SyncMeter(stack.edge)
            result = Load(options, folder, codes, stack.edge.port, made, True).run(stack.pids())
            result["syncs"] = syncs.distribution()
            stack.core.resume()
            stack.settle()
            return result

        try:
            for number in range(1, rounds + 1):
                for name, load in (("nginx", load_nginx), ("edge", load_edge))[:: 1 if number % 2 else -1]:
                    results[name].append(run_in_time(load))
                of_syncs.append(results["edge"][-1]["syncs"])
                print(f"round {number}: {latencies(results['edge'][-1])}; {note(of_syncs[-1])}", flush=True)
        finally:
            nginx.stop()

    def middle(name, of):
        return median(of(result) for result in results[name])

    def above(key):
        def latency(result):
            return result["kinds"]["redirect"]["latency"][key]
        return middle("edge", latency) - middle("nginx", latency)
    def of_disk(key):
        late = late_note(results["nginx"] + results["edge"])
        return f"syncs alone: {key.split('_')[0]} {median(each[key] for each in of_syncs):.2f} ms" + (f"; {late}" if late else "")
    behind = [name for name, found in results.items() if 2 * sum(map(fell_behind, found)) >= len(found)]
    if behind:
        return [Bar(f"open loop at 30,000/s: {what} nginx static", note=f"{' and '.join(behind)} fell behind the rate")
                for what in ("p99 above", "p99.9 above", "CPU against")]
    cpu = middle("edge", lambda r: r["cpu_us"]["edge"]) / middle("nginx", lambda r: r["cpu_us"]["server"])
    return [Bar("open loop at 30,000/s: p99 above nginx static", above("p99_ms"), note=of_disk("p99_ms")),
            Bar("open loop at 30,000/s: p99.9 above nginx static", above("p99.9_ms"), note=of_disk("p99.9_ms")),
            Bar("open loop at 30,000/s: CPU against nginx static", cpu)]


class NginxProxy(Nginx):
    name, title, configuration = "proxy", "nginx proxy_pass", "nginx-proxy.conf"
    upstream_port = 0

    def command(self):
        text = (CONFIGURATIONS / self.configuration).read_text()
        file = self.folder / "nginx.conf"
        file.write_text(string.Template(text).safe_substitute(folder=self.folder, port=self.port,
                                                              upstream_port=self.upstream_port))
        return ["nginx", "-e", self.folder / "error.log", "-p", self.folder, "-c", file]


def proxy_bars(folder, rounds, seconds):
    """The same upstream for both, a canned answer on the load's core, so that only the proxy is measured."""
    place = Place(folder)
    upstream = Floor(place)
    upstream.process = launch(upstream.command(), place.load_core)
    wait_until(lambda: takes_connections(upstream.port), what="upstream")
    nginx = NginxProxy(place)
    nginx.upstream_port = upstream.port
    nginx.start()
    with Stack({part: 0 for part in PARTS}) as stack:
        edge = Program("edge", Path(folder) / "proxy-edge", 0,
                       {"HTTP_ADDRESS": "127.0.0.1", "REDIS_URL": stack.redis.url, "NAME": "proxy", "WORKERS": 1,
                        "CORE_URL": f"http://127.0.0.1:{upstream.port}"})
        edge.start()
        costs = {"nginx": [], "edge": []}
        try:
            for _ in range(rounds):
                for name, port, pid in (("nginx", nginx.port, nginx.process.pid), ("edge", edge.port, edge.pid)):
                    meter = Meter({"proxy": [pid]})
                    result = wrk.run(f"http://127.0.0.1:{port}/v1/campaigns", seconds, 1,
                                     headers={"Host": "baclique.localhost", "Authorization": "Bearer sk_live_x"})
                    costs[name].append(meter.used_us()["proxy"] / result["requests"])
        finally:
            edge.stop()
            nginx.stop()
            stop(upstream.process)
    return [Bar("proxied call: edge CPU against nginx proxy_pass", median(costs["edge"]) / median(costs["nginx"]),
                note=f"{median(costs['edge']):.1f} against {median(costs['nginx']):.1f} µs")]
