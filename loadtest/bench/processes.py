"""Starting processes on a core of their own, and what the kernel says they used."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def end_in_order():
    """SIGTERM unwinds like Ctrl-C, so that whatever was started is stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(check, timeout_s=30.0, what="it", every_s=0.05):
    end = time.monotonic() + timeout_s
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not happen within {timeout_s:.0f} s")
        time.sleep(every_s)


def takes_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def clean_environment(**settings):
    """The environment without anything of Footfall's that the caller happens to have, plus `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}
    return kept | {name: str(value) for name, value in settings.items()}


def on_core(core, command):
    """`core` is a number, a list such as "0,1", or None for wherever the kernel likes."""
    return [*(["taskset", "-c", str(core)] if core is not None else []), *map(str, command)]


def launch(command, core=None, log=subprocess.DEVNULL, **more):
    stream = open(log, "ab") if isinstance(log, (str, Path)) else log
    return subprocess.Popen(on_core(core, command), stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, **more)


def stop(process, timeout_s=60):
    """SIGTERM, then SIGKILL for what does not go."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# What the kernel counts. All threads of a process are in its stat; children that have ended are in their parent's.

def _stat(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def family(pid):
    """`pid` and its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(entry)):
            children.setdefault(int(fields[1]), []).append(int(entry))
    found, queue = [], [pid]
    while queue:
        each = queue.pop()
        found.append(each)
        queue += children.get(each, [])
    return found


def _clock_us(pid):
    """What the kernel's clock of a process says, to the nanosecond, where its stat counts in hundredths of a second."""
    try:
        return time.clock_gettime_ns((~pid << 3) | 2) / 1e3  # clock_getcpuclockid(3)
    except OSError:
        return 0.0  # it has ended


def cpu_us(pid):
    """User and system time of `pid`, its threads, its children and those of them that have ended."""
    used = 0.0
    for each in family(pid):
        fields = _stat(each)
        if fields:
            ended_children = sum(int(value) for value in fields[13:15])  # cutime cstime
            used += _clock_us(each) + ended_children * 1e6 / TICKS_PER_S
    return used


def memory_bytes(pid, field="VmRSS"):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"{pid} has no {field}")


class Meter:
    """CPU of named groups of processes between two moments."""

    def __init__(self, groups):
        self.groups = groups  # name → [pid]
        self.before = self._read()

    def used_us(self):
        now = self._read()
        return {name: now[name] - self.before[name] for name in self.groups}

    def _read(self):
        return {name: sum(cpu_us(pid) for pid in pids) for name, pids in self.groups.items()}


class ChildrenMeter:
    """CPU seconds of this process' children that have ended since, such as a generator's."""

    def __init__(self):
        self.before = self._read()

    def used_s(self):
        return self._read() - self.before

    @staticmethod
    def _read():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime


def may_open_files(count):
    """For this process and all that it starts; ends the program where the system does not allow so many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        sys.exit(f"{count} open files are needed, and the limit of this session is {hard}: raise it (ulimit -Hn, as root)")
    if soft != resource.RLIM_INFINITY and soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
