"""Private Redis and PostgreSQL for a test: on free ports of 127.0.0.1, in a folder of their own, stopped at the end."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg2
import redis

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")


given_ports = set()


def free_port():
    """Never the same twice, and below the ports of ./deploy/run in tests/deploy, and below those that the kernel gives to
    outgoing connections: one of those might take it before the server does."""
    while True:
        port = random.randrange(12_000, 30_000)
        if port in given_ports:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            given_ports.add(port)
            return port


def wait_until(check, timeout_s=20.0, what="it", every_s=0.02):
    """Polls until `check` returns something true, and returns that. Generous bounds: a slow machine is no failure."""
    end = time.monotonic() + timeout_s
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {timeout_s:.0f} s")
        time.sleep(every_s)


def stop_process(process, with_signal=signal.SIGTERM, timeout_s=30):
    """Returns the exit code; kills what does not go."""
    if process is None or process.poll() is not None:
        return process.poll() if process else None
    process.send_signal(with_signal)
    try:
        return process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"{process.args[0]} did not stop within {timeout_s} s") from None


class PrivateRedis:
    def __init__(self, folder, port=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.process = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def start(self):
        log = open(self.folder / "redis.log", "ab")
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "",
             "--appendonly", "no", "--maxmemory", "512mb", "--maxmemory-policy", "noeviction"],
            stdout=log, stderr=log)
        wait_until(self._answers, what="Redis")
        return self

    def client(self):
        return redis.Redis(port=self.port, socket_timeout=5)

    def kill(self):
        """SIGKILL; nothing is on disk, so the next start is an empty one."""
        stop_process(self.process, signal.SIGKILL)

    def stop(self):
        stop_process(self.process)

    def _answers(self):
        try:
            return self.client().ping()
        except redis.RedisError:
            return False


class PrivatePostgres:
    """As user postgres when root: the server refuses to run as root."""

    def __init__(self, folder, port=None):
        self.folder = Path(folder)
        self.port = port or free_port()
        self.starts = 0
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    @property
    def url(self):
        return f"postgresql://footfall@127.0.0.1:{self.port}/postgres"

    def start(self):
        if not (self.folder / "PG_VERSION").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.as_user:
                shutil.chown(self.folder, "postgres", "postgres")
            self._run("initdb", "-D", str(self.folder), "-U", "footfall", "--auth=trust", "--no-sync",
                      "--encoding=UTF8", "--locale=C.UTF-8")
        self._run("pg_ctl", "-D", str(self.folder), "-w", "-t", "60", "-l", str(self.folder / "server.log"), "-o",
                  f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off "
                  "-c max_connections=200", "start")
        self.starts += 1
        return self

    def stop(self, mode="fast"):
        if self.is_started():
            self._run("pg_ctl", "-D", str(self.folder), "-w", "-m", mode, "stop")

    def is_started(self):
        return (self.folder / "postmaster.pid").exists()

    def connect(self):
        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        return connection

    def _run(self, program, *arguments):
        done = subprocess.run([*self.as_user, str(POSTGRES_BIN / program), *arguments], cwd="/", text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, f"{program}: {done.stdout}"
