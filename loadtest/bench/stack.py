"""A private Footfall for a measurement: shipped defaults, but for ports, folders, the number of workers (one a core, as
every subject has it) and the limits of the keys made here."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from bench.processes import clean_environment, free_port, launch, stop, wait_until
from bench.servers import ROOT, Postgres, Redis

BUILD = Path(os.environ.get("FOOTFALL_BUILD", ROOT / "build" / "release"))


class Program:
    """One of the two programs, with its settings in the environment."""

    def __init__(self, name, folder, core, settings, own_session=False):
        self.binary = BUILD / f"footfall-{name}"
        self.verb = ["serve"] if name == "core" else []
        self.prefix = f"FOOTFALL_{name.upper()}_"
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.core = core
        self.own_session = own_session
        self.port, self.admin_port = free_port(), free_port()
        self.settings = {self.prefix + key: value for key, value in
                         {"HTTP_PORT": self.port, "ADMIN_PORT": self.admin_port, **settings}.items()}
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def start(self, timeout_s=60):
        self.launch()
        wait_until(self.is_ready, timeout_s, f"{self.binary.name} ready ({self.folder}/log)")

    def launch(self):
        self.process = launch([self.binary, *self.verb], self.core, self.folder / "log",
                              env=clean_environment(**self.settings), cwd=self.folder,
                              start_new_session=self.own_session)

    def stop(self):
        stop(self.process)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.binary.name} ended: {(self.folder / 'log').read_text()[-2000:]}")
        try:
            return self.admin("/readyz") is not None
        except OSError:
            return False

    def admin(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def total(self, name, **labels):
        """The sum over all series of `name` that bear `labels`."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        values = re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", self.admin("/metrics"), re.M)
        return sum(float(value) for text, value in values if all(each in text for each in wanted))

    def command(self, *words):
        """The operator's command line, its JSON."""
        done = subprocess.run([self.binary, *map(str, words), "--json"], env=clean_environment(**self.settings),
                              cwd=self.folder, text=True, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"{self.binary.name} {' '.join(map(str, words))}: {done.stderr or done.stdout}")
        return json.loads(done.stdout) if done.stdout.strip() else {}


class Stack:
    """with Stack(...) as stack: everything runs. `cores`: part → core. `own_sessions`: each program in a session of its
    own, as deploy/run starts them; PostgreSQL always makes one. The folder goes at the end."""

    def __init__(self, cores, edge_settings=None, core_settings=None, postgres_settings=(), folder=None,
                 own_sessions=False):
        self.folder = Path(tempfile.mkdtemp(prefix="footfall-bench-", dir=folder or "/var/tmp"))
        self.folder.chmod(0o755)
        self.cores = cores
        self.edge_settings, self.core_settings = edge_settings or {}, core_settings or {}
        self.postgres_settings = postgres_settings
        self.own_sessions = own_sessions
        self.redis = self.postgres = self.core = self.edge = None

    def __enter__(self):
        try:
            self.start_books()
            self.edge.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start_books(self):
        """All but the edge."""
        self.redis = Redis(self.folder / "redis", self.cores["redis"], own_session=self.own_sessions)
        self.postgres = Postgres(self.folder / "postgres", self.cores["postgres"], self.postgres_settings)
        self.core = Program("core", self.folder / "core", self.cores["core"],
                            {"POSTGRES_URL": self.postgres.url, "REDIS_URL": self.redis.url, **self.core_settings},
                            self.own_sessions)
        self.edge = Program("edge", self.folder / "edge", self.cores["edge"],
                            {"HTTP_ADDRESS": "127.0.0.1", "REDIS_URL": self.redis.url, "NAME": "bench",
                             "CORE_URL": f"http://127.0.0.1:{self.core.port}", "WORKERS": 1, **self.edge_settings},
                            self.own_sessions)
        self.core.start()

    def __exit__(self, *_):
        for part in (self.edge, self.core, self.redis, self.postgres):
            if part is not None and (not isinstance(part, Program) or part.process):
                part.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pids(self):
        return {"edge": [self.edge.pid], "redis": [self.redis.pid], "core": [self.core.pid],
                "postgres": [self.postgres.pid]}

    # What is stored

    def safe(self):
        return int(self.edge.total("footfall_edge_clicks_safe_total"))

    def stored(self):
        return int(self.postgres.value("select count(*) from clicks"))

    def wait_stored(self, earlier=0, timeout_s=600):
        """Until every click that is safe at the edge is a row; fails if there are more or fewer. `earlier` were stored
        before the edge started anew."""
        wait_until(lambda: self.stored() >= self.safe() + earlier, timeout_s, "every acknowledged click stored", 0.2)
        if self.stored() != self.safe() + earlier:
            raise RuntimeError(f"{self.stored() - earlier} clicks stored, {self.safe()} acknowledged")

    def settle(self):
        """Until everything is stored and on disk, so that what one round leaves to be written is not in the next."""
        self.wait_stored()
        self.postgres.sql("checkpoint")
        os.sync()

    def books(self):
        return {"received": int(self.edge.total("footfall_edge_clicks_received_total")), "safe": self.safe(),
                "unrecorded": int(self.edge.total("footfall_edge_clicks_unrecorded_total")),
                "refused": int(self.edge.total("footfall_edge_clicks_refused_total")), "stored": self.stored()}
