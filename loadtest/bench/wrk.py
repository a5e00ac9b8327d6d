"""One run of wrk, and what it says."""

import re
import subprocess

from bench.processes import on_core

# What a browser sends along; the same for every subject.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.9",
    "Accept-Encoding": "gzip, deflate",
    "Referer": "https://blog.example/ten-best-shoes",
}

UNITS_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * UNITS_MS[unit]


def run(url, seconds, core, connections=64, headers=None, script=None, keep_alive=True):
    """Requests answered, by latency; raises if an answer was not the one wanted (2xx or 3xx)."""
    sent = {**BROWSER, **(headers or {})}
    if not keep_alive:
        sent["Connection"] = "close"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    for name, value in sent.items():
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", script]
    done = subprocess.run(on_core(core, [*command, url]), stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout
    total = re.search(r"(\d+) requests in ([\d.]+\w+),", text)
    if done.returncode != 0 or not total or int(total[1]) == 0:
        raise RuntimeError(f"wrk failed on {url}:\n{text}")
    if wrong := re.search(r"Non-2xx or 3xx responses: (\d+)", text):
        raise RuntimeError(f"{url}: {wrong[1]} of {total[1]} answers were errors\n{text}")
    errors = re.search(r"Socket errors: (.*)", text)
    return {
        "requests": int(total[1]),
        "seconds": milliseconds(total[2]) / 1e3,
        "socket_errors": errors[1] if errors else None,
        "latency_ms": {f"p{share}": milliseconds(value)
                       for share, value in re.findall(r"^\s+(\d+)%\s+([\d.]+\w+)", text, re.M)},
    }
