"""A TLS handshake for each request, by OpenSSL's s_time: full ones, or resumed ones. It asks one after another, so several
of them run side by side."""

import os
import re
import subprocess

from bench.processes import on_core
from bench.wrk import BROWSER

CLIENTS = 8


def run(port, path, headers, seconds, core, resumed):
    """Requests answered. s_time writes "GET … HTTP/1.0", so the path brings the real request and its fields along."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in {**BROWSER, **headers, "Connection": "close"}.items())
    command = ["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-reuse" if resumed else "-new", "-tls1_3", "-time", str(seconds),
               "-www", f"{path} HTTP/1.1\r\n{fields}X-Rest: "]
    running = [subprocess.Popen(on_core(core, command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                text=True, env={**os.environ, "LC_ALL": "C"}) for _ in range(CLIENTS)]
    requests = 0
    for process in running:
        text = process.communicate()[0]
        counts = re.search(r"(\d+) connections in (\d+) real seconds, (\d+) bytes read per connection", text)
        if process.returncode != 0 or not counts or int(counts[3]) < 100:
            raise RuntimeError(f"s_time got no answers from port {port}:\n{text}")
        requests += int(counts[1])
    return {"requests": requests, "seconds": seconds, "socket_errors": None, "latency_ms": {}}
