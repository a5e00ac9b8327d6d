"""What is compared. Each subject is started once and waits, idle, for its rounds; in a round only one has load.

A subject says where its load goes (url, headers, script), which processes it is made of (groups, the first of which is
the server) and what has to happen after a round (after).
"""

import json
import os
import string
import subprocess
import tempfile
import urllib.parse
from pathlib import Path

from bench import handshakes, wrk
from bench.processes import free_port, launch, stop, takes_connections, wait_until
from bench.servers import ROOT
from bench.stack import BUILD

HERE = ROOT / "loadtest"
CONFIGURATIONS = HERE / "subjects"
DURATION_OF_PLAIN_XADDS = 400_000  # a second of them


class Subject:
    script = None
    headers = {}
    answers = "302"

    def __init__(self, place):
        self.place = place
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/summer24"
        self.folder = Path(tempfile.mkdtemp(prefix=self.name + "-", dir=place.folder))
        self.folder.chmod(0o755)
        self.process = None

    def start(self):
        self.process = launch(self.command(), self.place.server_core, self.folder / "log", cwd=self.folder)
        wait_until(self.is_up, what=self.name)

    def is_up(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended: {(self.folder / 'log').read_text()[-2000:]}")
        return takes_connections(self.port)

    def groups(self):
        return {"server": [self.process.pid]}

    def load(self, seconds, keep_alive):
        return wrk.run(self.url, seconds, self.place.load_core, self.place.connections, self.headers, self.script, keep_alive)

    def after(self):
        pass

    def stop(self):
        stop(self.process)


class Floor(Subject):
    name, title = "floor", "bare epoll loop, canned 302"

    def command(self):
        return [BUILD / "loadtest" / "floor", self.port]


class Nginx(Subject):
    def command(self):
        text = (CONFIGURATIONS / self.configuration).read_text()
        file = self.folder / "nginx.conf"
        file.write_text(string.Template(text).safe_substitute(folder=self.folder, port=self.port, certificate=self.place.certificate,
                                                              redis_port=self.place.redis.port))
        return ["nginx", "-e", self.folder / "error.log", "-p", self.folder, "-c", file]


class NginxStatic(Nginx):
    name, title, configuration = "nginx", "nginx return 302", "nginx-static.conf"


class WithTls:
    """Over TLS: connections stay open, or each request has a handshake of its own (--handshakes)."""
    path = "/summer24"
    tls_headers = {"Host": "c.localhost"}

    def load(self, seconds, keep_alive):
        if self.place.handshakes is None:
            return super().load(seconds, keep_alive)
        return handshakes.run(self.tls_port, self.path, self.tls_headers, seconds, self.place.load_core, self.place.handshakes == "resumed")


class NginxTls(WithTls, NginxStatic):
    name, title, configuration = "nginx-tls", "nginx return 302, TLS", "nginx-tls.conf"

    def __init__(self, place):
        super().__init__(place)
        self.url = f"https://127.0.0.1:{self.port}{self.path}"
        self.tls_port = self.port


class NginxLogging(Nginx):
    name, title, configuration = "nginx-log", "nginx return 302, logging", "nginx-logging.conf"

    def after(self):
        (self.folder / "access.log").write_text("")


class WithRedis:
    """Those that put one XADD a click into the competitors' Redis."""

    def groups(self):
        return {**super().groups(), "redis": [self.place.redis.pid]}

    def after(self):
        self.place.redis.ask("flushall")


class NginxLua(WithRedis, Nginx):
    name, title, configuration = "nginx-lua", "nginx + Lua + Redis", "nginx-lua.conf"


class Webdis(WithRedis, Subject):
    name, title, answers = "webdis", "webdis", "200"

    def __init__(self, place):
        super().__init__(place)
        words = ["XADD", "clicks", "*", "code", "summer24", "ip", "127.0.0.1", "ua", wrk.BROWSER["User-Agent"],
                 "ref", wrk.BROWSER["Referer"]]
        self.url = f"http://127.0.0.1:{self.port}/" + "/".join(urllib.parse.quote(word, safe="*") for word in words)

    def command(self):
        file = self.folder / "webdis.json"
        file.write_text(json.dumps({"redis_host": "127.0.0.1", "redis_port": self.place.redis.port, "redis_auth": None,
                                    "http_host": "127.0.0.1", "http_port": self.port, "threads": 1, "daemonize": False,
                                    "database": 0, "verbosity": 0, "logfile": str(self.folder / "webdis.log")}))
        return ["webdis", file]


class Node(WithRedis, Subject):
    name, title = "node", "Node + ioredis"

    def command(self):
        return ["node", CONFIGURATIONS / "node.mjs", self.port, self.place.redis.port]


class Xadd(WithRedis):
    """No server: redis-benchmark sends the plainest form of a click, 64 commands a write. The Redis to be measured by."""
    name, title, answers = "xadd", "one plain XADD per click", "id"
    click_bytes = 200

    def __init__(self, place):
        self.place = place

    def start(self):
        pass

    def groups(self):
        return {"redis": [self.place.redis.pid]}

    def load(self, seconds, keep_alive):
        count = DURATION_OF_PLAIN_XADDS * seconds
        subprocess.run(["taskset", "-c", str(self.place.load_core), "redis-benchmark", "-p", str(self.place.redis.port),
                        "-c", "1", "-P", "64", "-n", str(count), "-q", "XADD", "clicks", "*", "d", "x" * self.click_bytes],
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return {"requests": count, "seconds": None, "socket_errors": None, "latency_ms": {}}

    def stop(self):
        pass


class Footfall:
    """Redirect and POST share one stack. Core takes the clicks after the round, unless --ingest with."""

    def __init__(self, place):
        self.place = place

    def start(self):
        self.stack = self.place.footfall()
        self.url = f"http://127.0.0.1:{self.stack.edge.port}{self.path}"

    def groups(self):
        return {"server": [self.stack.edge.pid], "redis": [self.stack.redis.pid], "core": [self.stack.core.pid],
                "postgres": [self.stack.postgres.pid]}

    def load(self, seconds, keep_alive):
        if not self.place.ingest_along:
            self.stack.core.pause()
        os.environ["LOADTEST_BODY"] = json.dumps({"ref": self.place.seed.code, "url": "https://shop.example/?ref=summer24",
                                                  "referrer": wrk.BROWSER["Referer"]})
        return wrk.run(self.url, seconds, self.place.load_core, self.place.connections, self.headers, self.script, keep_alive)

    def after(self):
        self.stack.core.resume()
        self.stack.wait_stored()
        self.stack.postgres.sql("checkpoint")

    def stop(self):
        pass  # the place stops the stack


class FootfallRedirect(Footfall):
    name, title, answers, script = "redirect", "Footfall redirect", "302", None

    def start(self):
        self.path = f"/{self.place.seed.code}"
        self.headers = {"Host": "c.localhost"}
        super().start()


class FootfallTls(WithTls, FootfallRedirect):
    name, title = "redirect-tls", "Footfall redirect, TLS"

    def start(self):
        super().start()
        self.tls_port = self.place.tls_port
        self.url = f"https://127.0.0.1:{self.tls_port}{self.path}"

    def load(self, seconds, keep_alive):
        if not self.place.ingest_along:
            self.stack.core.pause()
        return super().load(seconds, keep_alive)


class FootfallPost(Footfall):
    name, title, answers, path = "post", "Footfall POST /v1/clicks", "201", "/v1/clicks"
    script = CONFIGURATIONS / "post.lua"

    def start(self):
        self.headers = {"Host": "selgeo.localhost", "X-Public-Key": self.place.seed.public_key}
        super().start()


ALL = {each.name: each for each in (Floor, NginxStatic, NginxLogging, NginxLua, Webdis, Node, Xadd,
                                     FootfallRedirect, FootfallPost, NginxTls, FootfallTls)}
PLAIN = [name for name, each in ALL.items() if not issubclass(each, WithTls)]
