"""Where the subjects of loadtest/compare run, and what they share."""

import subprocess
from pathlib import Path

from bench import seed
from bench.processes import free_port
from bench.servers import Redis
from bench.stack import Stack
from bench.subjects import ALL, Footfall


class Place:
    """Where things run, and what the subjects share."""

    def __init__(self, options, folder):
        self.folder = Path(folder)
        self.server_core, self.load_core = 0, 1
        self.connections = options.connections
        self.ingest_along = options.ingest == "along"
        self.handshakes = options.handshakes
        self.certificate, self.tls_port = make_certificate(self.folder / "certificate"), free_port()
        self.redis = Redis(self.folder / "redis", self.server_core, maxmemory="4gb")
        self.stack = self.seed = None
        if any(issubclass(ALL[name], Footfall) for name in options.subjects):
            cores = {part: self.server_core for part in ("edge", "redis", "core", "postgres")}
            if options.curve:  # core stands still while anything is measured; afterwards it is quicker on a core of its own
                cores["core"] = self.load_core
            tls = {"TLS_CERTIFICATES": self.certificate, "TLS_PORT": self.tls_port, "TLS_HANDSHAKES_PER_CLIENT_S": 0}
            self.stack = Stack(cores, edge_settings=tls).__enter__()
            self.seed = seed.make(self.stack.core)
            seed.wait_published(self.stack.edge, self.seed.code)

    def footfall(self):
        return self.stack

    def describe(self, options):
        along = "" if self.ingest_along else " (core stands still while Footfall is loaded)"
        load = "wrk, and the open-loop generator for rates" if options.curve else f"wrk, {self.connections} connections"
        return (f"core {self.server_core}: the server under test, Redis, and Footfall's core and PostgreSQL{along}; core {self.load_core}: "
                f"{load}{'' if options.keep_alive else ', one request each'}")

    def stop(self):
        if self.stack:
            self.stack.__exit__()
        self.redis.stop()


def make_certificate(folder):
    """A folder as the edge wants it, with a certificate of an elliptic curve."""
    folder.mkdir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=c.localhost", "-addext", "subjectAltName=DNS:c.localhost", "-keyout", folder / "privkey.pem",
                    "-out", folder / "fullchain.pem"], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return folder
