"""A TLS handshake for each request, by OpenSSL's s_time: full ones, or resumed ones. It asks one after another, so several
of them run side by side."""

import os
import re
import subprocess

from bench.processes import on_core
from bench.wrk import BROWSER

CLIENTS = 8
AS_WANTED = 0.99  # share of the handshakes that must be of the wanted kind


def count_marks(text):
    """s_time prints a character for each handshake, an r if it was resumed: how many, and how many of them are an r."""
    lines = re.findall(r"^[r*t3]+$", text, re.M)
    return len(lines[0]) if lines else 0, lines[0].count("r") if lines else 0


def run(port, path, headers, seconds, core, resumed):
    """Requests answered. s_time writes "GET … HTTP/1.0", so the path brings the real request and its fields along."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in {**BROWSER, **headers, "Connection": "close"}.items())
    command = ["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-reuse" if resumed else "-new", "-tls1_3", "-time", str(seconds),
               "-www", f"{path} HTTP/1.1\r\n{fields}X-Rest: "]
    running = [subprocess.Popen(on_core(core, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                text=True, env={**os.environ, "LC_ALL": "C"}) for _ in range(CLIENTS)]
    requests = marks = resumptions = 0
    for process in running:
        text = process.communicate()[0]
        counts = re.search(r"(\d+) connections in (\d+) real seconds, (\d+) bytes read per connection", text)
        if process.returncode != 0 or not counts or int(counts[3]) < 100:
            raise RuntimeError(f"s_time got no answers from port {port}:\n{text}")
        requests += int(counts[1])
        each_marks, each_resumptions = count_marks(text)
        marks, resumptions = marks + each_marks, resumptions + each_resumptions
    as_wanted = resumptions if resumed else marks - resumptions
    if as_wanted < AS_WANTED * requests:
        raise RuntimeError(f"only {as_wanted} of {requests} handshakes with port {port} were {'resumed' if resumed else 'full'} ones")
    return {"requests": requests, "seconds": seconds, "socket_errors": None, "latency_ms": {}}
