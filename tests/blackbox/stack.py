"""A whole Footfall for a test: private Redis and PostgreSQL, one core or several, one edge or several, all on free ports
of 127.0.0.1, everything below one temporary folder. Every part can be killed and started again by itself."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path

import requests

from http_client import Client
from mail_server import MailFolder
from servers import PrivatePostgres, PrivateRedis, free_port, stop_process, wait_until

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("FOOTFALL_BUILD", ROOT / "build" / "release"))


def clean_environment(**settings):
    """The environment without anything of Footfall's that the caller happens to have, plus `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}
    return kept | {name: str(value) for name, value in settings.items()}


class Program:
    """One process of ours, restartable under the same configuration."""

    verbs = ()

    def __init__(self, binary, folder, settings):
        self.binary = BUILD / binary
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.process = None

    @property
    def admin_port(self):
        return self.settings[self.prefix + "ADMIN_PORT"]

    @property
    def port(self):
        return self.settings[self.prefix + "HTTP_PORT"]

    @property
    def log(self):
        return self.folder / "log.jsonl"

    def command(self):
        return [self.binary, *self.verbs]

    def launch(self, **more):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(), **more, env=clean_environment(**self.settings), cwd=self.folder,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def start(self, timeout_s=30):
        """Until it is ready to work."""
        self.launch()
        wait_until(self.is_ready, timeout_s, f"{self.binary.name} ready ({self.log})")
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"{self.binary.name} ended: {self.log.read_text()[-2000:]}"
        return self.admin("/readyz") == 200

    def is_alive(self):
        return self.admin("/livez") == 200

    def admin(self, path):
        try:
            return requests.get(f"http://127.0.0.1:{self.admin_port}{path}", timeout=30).status_code
        except requests.RequestException:
            return None

    def readiness(self):
        return requests.get(f"http://127.0.0.1:{self.admin_port}/readyz", timeout=30)

    def metrics_text(self):
        return requests.get(f"http://127.0.0.1:{self.admin_port}/metrics", timeout=30).text

    def metrics(self):
        """name → {labels as written: value}."""
        values = {}
        for line in self.metrics_text().splitlines():
            match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            if match:
                values.setdefault(match[1], {})[match[2] or ""] = float(match[3])
        return values

    def total(self, name, **labels):
        """The sum over all label sets of `name` that contain `labels`."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(value for text, value in self.metrics().get(name, {}).items() if all(w in text for w in wanted))

    def kill(self):
        stop_process(self.process, signal.SIGKILL)

    def terminate(self, timeout_s=45):
        return stop_process(self.process, signal.SIGTERM, timeout_s)


class Core(Program):
    prefix = "FOOTFALL_CORE_"
    verbs = ("serve",)

    def __init__(self, folder, postgres, redis, **settings):
        super().__init__("footfall-core", folder, {
            "FOOTFALL_CORE_HTTP_PORT": free_port(),
            "FOOTFALL_CORE_ADMIN_PORT": free_port(),
            "FOOTFALL_CORE_POSTGRES_URL": postgres.url,
            "FOOTFALL_CORE_REDIS_URL": redis.url,
            **({} if "FOOTFALL_CORE_MAIL_SMTP_URL" in settings else {"FOOTFALL_CORE_MAIL_DIRECTORY": Path(folder).parent / "mail"}),
            **settings})

    def run(self, *arguments, check=True):
        """The operator's command line, as text."""
        done = subprocess.run([self.binary, *map(str, arguments)], env=clean_environment(**self.settings), text=True,
                              cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        if check:
            assert done.returncode == 0, f"footfall-core {' '.join(map(str, arguments))}: {done.stderr or done.stdout}"
        return done

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--json").stdout)


class Edge(Program):
    prefix = "FOOTFALL_EDGE_"

    def __init__(self, folder, redis, core, **settings):
        folder = Path(folder)
        super().__init__("footfall-edge", folder, {
            "FOOTFALL_EDGE_HTTP_ADDRESS": "127.0.0.1",
            "FOOTFALL_EDGE_HTTP_PORT": free_port(),
            "FOOTFALL_EDGE_ADMIN_PORT": free_port(),
            "FOOTFALL_EDGE_REDIS_URL": redis.url,
            "FOOTFALL_EDGE_CORE_URL": f"http://127.0.0.1:{core.port}",
            "FOOTFALL_EDGE_NAME": folder.name,
            "FOOTFALL_EDGE_LOG_DIRECTORY": folder / "log",
            "FOOTFALL_EDGE_DIRECTORY_SNAPSHOT": folder / "directory.snapshot",
            **settings})

    @property
    def log_folder(self):
        return Path(self.settings["FOOTFALL_EDGE_LOG_DIRECTORY"])

    def client(self, host="c.localhost"):
        return Client(self.port, host)


class Stack:
    """with Stack() as stack: … everything runs; the folder goes unless FOOTFALL_KEEP is set."""

    def __init__(self, core_settings=None, edge_settings=None):
        self.folder = Path(tempfile.mkdtemp(prefix="footfall-"))
        self.folder.chmod(0o755)
        self.redis = PrivateRedis(self.folder / "redis")
        self.postgres = PrivatePostgres(self.folder / "postgres")
        self.core = Core(self.folder / "core", self.postgres, self.redis, **(core_settings or {}))
        self.edge = Edge(self.folder / "edge", self.redis, self.core, **(edge_settings or {}))
        self.mails = MailFolder(self.folder / "mail")   # what core writes there instead of sending it
        self.others = []
        self._database = None
        self._server = 0   # which start of PostgreSQL the connection belongs to

    def __enter__(self):
        try:
            self.postgres.start()
            self.redis.start()
            self.core.start()
            self.edge.start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind=None, *_):
        try:
            if kind is None:
                self.verify_ledger()
        finally:
            self._stop()

    def verify_ledger(self):
        """Every scenario ends with a proof that the ledger is right, whatever it did."""
        if not self.postgres.is_started():
            self.postgres.start()
        done = self.core.run("ledger", "verify", "--json", check=False)
        assert done.returncode == 0, f"footfall-core ledger verify: {done.stdout}{done.stderr}"

    def _stop(self):
        for program in [*self.others, self.edge, self.core]:
            program.kill()
        self.redis.kill()
        if self._database:
            self._database.close()
        self.postgres.stop("immediate")
        if "FOOTFALL_KEEP" in os.environ:
            print(f"kept {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def add_edge(self, name, **settings):
        edge = Edge(self.folder / name, self.redis, self.core, **settings)
        self.others.append(edge)
        return edge

    def add_core(self, name, **settings):
        core = Core(self.folder / name, self.postgres, self.redis, **settings)
        self.others.append(core)
        return core

    # What is in the books

    def query(self, sql, parameters=None):
        if self._database is None or self._server != self.postgres.starts:
            self._database = self.postgres.connect()
            self._server = self.postgres.starts
        with self._database.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def value(self, sql, parameters=None):
        return self.query(sql, parameters)[0][0]

    def click(self, click_id, timeout_s=20):
        """The stored row of a click, by column, as soon as it is there."""
        identity = str(uuid.UUID(click_id))

        def find():
            rows = self.query("select row_to_json(c) from clicks c where id = %s", (identity,))
            return rows[0][0] if rows else None
        return wait_until(find, timeout_s, f"click {click_id} stored")

    def stored_ids(self):
        return [row[0] for row in self.query("select id::text from clicks")]

    def wait_stored(self, ids, timeout_s=60):
        """Until every id is stored; fails with the number that is missing."""
        ids = set(ids)
        missing = ids

        def none_missing():
            nonlocal missing
            missing = ids - set(self.stored_ids())
            return not missing
        try:
            wait_until(none_missing, timeout_s, "everything stored", every_s=0.2)
        except AssertionError:
            raise AssertionError(f"{len(missing)} of {len(ids)} answered clicks are not stored after {timeout_s} s, "
                                 f"such as {sorted(missing)[:3]}; streams: {self.streams()}") from None

    def wait_stored_settled(self):
        """Until every click that an edge has taken is stored."""
        def settled():
            safe = sum(edge.total("footfall_edge_clicks_safe_total") for edge in [self.edge, *self.others] if isinstance(edge, Edge))
            return len(self.stored_ids()) == safe
        wait_until(settled, what="everything stored")

    def streams(self):
        return self.query("select edge, encode(incarnation, 'hex'), position, head, ended, voided, dead, duplicates "
                          "from streams order by id")
