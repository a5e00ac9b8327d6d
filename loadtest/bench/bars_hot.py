"""Bars of the hot path: what compare and openloop measure, and a proxied call."""

import argparse
import json
import string
import subprocess
from pathlib import Path
from statistics import median

from bench import seed, wrk
from bench.bar import Bar
from bench.openloop import Load
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
    bars = run_compare(folder, rounds, seconds)["bars"]
    return [Bar(name, values["bar"], values["aim"], values["measured"]) for name, values in bars.items()]


def connection_bars(folder, rounds, seconds):
    rows = run_compare(folder, rounds, seconds, "--no-keepalive", "--subjects", "nginx,redirect")["rows"]
    measured = rows["redirect"]["cpu_us"]["server"] / rows["nginx"]["cpu_us"]["server"]
    return [Bar("connection per click: CPU against nginx static", 1.15, 1.00, measured)]


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
    """Redirects only, as nginx has no POST; core takes the clicks between rounds."""
    nginx = NginxStatic(Place(folder))
    nginx.start()
    options = open_loop_options(rate, seconds)
    results = {"nginx": [], "edge": []}
    of_syncs = []
    with Stack({part: 0 for part in PARTS}) as stack:
        made = seed.make(stack.core)
        codes = seed.add_links(stack.postgres, made, 1_000)
        seed.wait_published(stack.edge, codes[-1])
        try:
            for _ in range(rounds):
                results["nginx"].append(Load(options, folder, codes, nginx.port).run(nginx.groups()))
                stack.core.pause()
                syncs = SyncMeter(stack.edge)
                results["edge"].append(Load(options, folder, codes, stack.edge.port, made, True).run(stack.pids()))
                of_syncs.append(syncs.distribution())
                print(f"round {len(of_syncs)}: {latencies(results['edge'][-1])}; {note(of_syncs[-1])}", flush=True)
                stack.core.resume()
                stack.wait_stored()
        finally:
            nginx.stop()

    def middle(name, of):
        return median(of(result) for result in results[name])

    def above(key):
        def latency(result):
            return result["kinds"]["redirect"]["latency"][key]
        return middle("edge", latency) - middle("nginx", latency)
    def of_disk(key):
        return f"syncs alone: {key.split('_')[0]} {median(each[key] for each in of_syncs):.2f} ms"
    cpu = middle("edge", lambda r: r["cpu_us"]["edge"]) / middle("nginx", lambda r: r["cpu_us"]["server"])
    return [Bar("open loop at 30,000/s: p99 above nginx static", 2, 0.6, above("p99_ms"), "ms", note=of_disk("p99_ms")),
            Bar("open loop at 30,000/s: p99.9 above nginx static", 8, 3, above("p99.9_ms"), "ms", note=of_disk("p99.9_ms")),
            Bar("open loop at 30,000/s: CPU against nginx static", 1.25, 1.00, cpu)]


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
    return [Bar("proxied call: edge CPU against nginx proxy_pass", 1.3, 1.0, median(costs["edge"]) / median(costs["nginx"]),
                note=f"{median(costs['edge']):.1f} against {median(costs['nginx']):.1f} µs")]
