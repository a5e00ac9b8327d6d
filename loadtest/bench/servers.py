"""Private Redis and PostgreSQL as Footfall is shipped with them: the repository's redis.conf, a PostgreSQL that syncs."""

import os
import shutil
import subprocess
from pathlib import Path

from bench.processes import free_port, launch, on_core, stop, takes_connections, wait_until

ROOT = Path(__file__).resolve().parents[2]
POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")


class Redis:
    def __init__(self, folder, core, own_session=False, **settings):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.port = free_port()
        more = [word for name, value in settings.items() for word in (f"--{name.replace('_', '-')}", value)]
        self.process = launch(["redis-server", ROOT / "deploy" / "redis.conf", "--port", self.port, "--bind", "127.0.0.1",
                               "--dir", self.folder, "--daemonize", "no", *more], core, self.folder / "redis.log",
                              start_new_session=own_session)
        wait_until(lambda: takes_connections(self.port), what="Redis")

    @property
    def pid(self):
        return self.process.pid

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-p", str(self.port), *map(str, words)], text=True, check=True,
                              stdin=subprocess.DEVNULL, capture_output=True).stdout.strip()

    def stop(self):
        stop(self.process)


class Postgres:
    """As user postgres when root: the server refuses to run as root."""

    def __init__(self, folder, core, settings=()):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_user:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", self.folder, "-U", "footfall", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        options = [f"-p {self.port}", "-c listen_addresses=127.0.0.1", "-c unix_socket_directories=''",
                   "-c max_connections=200", *(f"-c {setting}" for setting in settings)]
        self._run("pg_ctl", "-D", self.folder, "-w", "-t", "60", "-l", self.folder / "server.log", "-o",
                  " ".join(options), "start", core=core)

    @property
    def pid(self):
        return int((self.folder / "postmaster.pid").read_text().split()[0])

    @property
    def url(self):
        return f"postgresql://footfall@127.0.0.1:{self.port}/postgres"

    def sql(self, statement):
        """Lines of tab-separated values."""
        done = subprocess.run(["psql", self.url, "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", statement], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"{statement[:200]}: {done.stderr}")
        return done.stdout.splitlines()

    def value(self, statement):
        return self.sql(statement)[0]

    def stop(self):
        if (self.folder / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.folder, "-w", "-m", "fast", "stop")

    def _run(self, program, *arguments, core=None):
        command = on_core(core, [*self.as_user, POSTGRES_BIN / program, *arguments])
        done = subprocess.run(command, cwd="/", text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stdout}")
