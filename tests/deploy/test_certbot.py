"""HTTPS without a proxy, as deploy/RUNBOOK.md has it: certbot gets certificates from an authority (pebble, which looks at
port 80 as Let's Encrypt does), the hook installs them, and the edge shows them. As root, certbot's keys are root's and the
edge is an ordinary user, who must be able to read what is renewed or comes later."""

import grp
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path

import pytest
import requests

from conftest import ROOT
from servers import free_port, stop_process, wait_until

HOOK = ROOT / "deploy" / "install-certificate"
BIN = Path(os.environ.get("FOOTFALL_BIN", ROOT / "build" / "release"))
FIRST, SECOND = "go.example.test", "api.example.test"


class Authority:
    """pebble, and a DNS for it in which every name is 127.0.0.1."""

    def __init__(self, folder, http_port):
        self.port, self.management_port = free_port(), free_port()
        dns_port = free_port()
        self.ca = folder / "pebble.pem"   # what its own HTTPS is to be trusted by
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        "/CN=pebble", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "pebble.key", "-out", self.ca],
                       check=True, capture_output=True, timeout=30)
        (folder / "pebble.json").write_text(json.dumps({"pebble": {
            "listenAddress": f"127.0.0.1:{self.port}", "managementListenAddress": f"127.0.0.1:{self.management_port}",
            "certificate": str(self.ca), "privateKey": str(folder / "pebble.key"), "httpPort": http_port, "tlsPort": free_port()}}))
        log = open(folder / "pebble.log", "ab")
        self.processes = [
            subprocess.Popen(["pebble-challtestsrv", "-dns01", f"127.0.0.1:{dns_port}", "-management", f"127.0.0.1:{free_port()}",
                              "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""], stdout=log, stderr=log),
            subprocess.Popen(["pebble", "-config", folder / "pebble.json", "-dnsserver", f"127.0.0.1:{dns_port}"], stdout=log, stderr=log,
                             env=os.environ | {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"})]
        self.root = folder / "root.pem"
        self.root.write_text(wait_until(self._root, what="pebble"))

    def _root(self):
        try:
            return requests.get(f"https://127.0.0.1:{self.management_port}/roots/0", verify=self.ca, timeout=5).text
        except requests.RequestException:
            return None

    def stop(self):
        for process in self.processes:
            stop_process(process)


class Machine:
    """What the runbook's procedure touches: certbot's folders, those of the edge, and systemctl."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="footfall-certbot-"))
        self.folder.chmod(0o755)
        self.state, self.installed = self.folder / "edge", self.folder / "tls"
        self.state.mkdir()
        self.group, self.as_user = grp.getgrgid(os.getgid()).gr_name, []
        if os.geteuid() == 0:
            self.group, self.as_user = "nogroup", ["runuser", "-u", "nobody", "--"]
            shutil.chown(self.state, "nobody", "nogroup")
        self.program = Path(shutil.copy(BIN / "footfall-edge", self.folder))
        self.port, self.tls_port = free_port(), free_port()
        self.log, self.calls = self.folder / "edge.log", self.folder / "systemctl.calls"
        (self.folder / "bin").mkdir()
        systemctl = self.folder / "bin" / "systemctl"
        systemctl.write_text(f'#!/bin/sh\necho "$@" >> {self.calls}\nkill -HUP "$(cat {self.folder}/edge.pid)"\n')
        systemctl.chmod(0o755)
        self.edge = None
        self.authority = Authority(self.folder, self.port)

    def start_edge(self, *names):
        """As the unit does, after the same check; with the certificates of `names`."""
        stop_process(self.edge)
        settings = {"HTTP_ADDRESS": "127.0.0.1", "HTTP_PORT": self.port, "ADMIN_PORT": free_port(), "LOG_DIRECTORY": self.state / "log",
                    "DIRECTORY_SNAPSHOT": self.state / "snapshot", "REDIS_URL": f"redis://127.0.0.1:{free_port()}",
                    "CORE_URL": f"http://127.0.0.1:{free_port()}", "HOSTS_SHORT_LINKS": FIRST, "HOSTS_SELGEO": SECOND,
                    "TLS_PORT": self.tls_port, "TLS_ACME_DIRECTORY": self.state / "acme" / ".well-known" / "acme-challenge"}
        if names:
            settings |= {"TLS_CERTIFICATES": ",".join(str(self.installed / name) for name in names), "HTTP_REDIRECT_TO_HTTPS": "true"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}
        environment = kept | {f"FOOTFALL_EDGE_{key}": str(value) for key, value in settings.items()}
        checked = subprocess.run([*self.as_user, self.program, "--check-config"], env=environment, cwd=self.state, text=True, capture_output=True)
        assert checked.returncode == 0, checked.stderr
        self.log.write_bytes(b"")
        with self.log.open("ab") as log:
            run = f'echo $$ > {self.folder}/edge.pid; exec "$@"'
            if self.as_user:   # runuser stays as the parent
                (self.folder / "edge.pid").touch()
                shutil.chown(self.folder / "edge.pid", "nobody")
            self.edge = subprocess.Popen([*self.as_user, "sh", "-c", run, "sh", self.program], env=environment, cwd=self.state,
                                         stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: self.edge.poll() is not None or "edge.started" in self.log.read_text(), what="the edge")
        assert self.edge.poll() is None, self.log.read_text()

    def certbot(self, *arguments):
        environment = os.environ | {"REQUESTS_CA_BUNDLE": str(self.authority.ca), "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
                                    "FOOTFALL_TLS": str(self.installed), "FOOTFALL_GROUP": self.group}
        folders = [f"--{name}-dir={self.folder / 'certbot' / name}" for name in ("config", "work", "logs")]
        done = subprocess.run(["certbot", *arguments, *folders, "--server", f"https://127.0.0.1:{self.authority.port}/dir", "--non-interactive",
                               "--agree-tos", "--register-unsafely-without-email"], env=environment, text=True, capture_output=True, timeout=120)
        assert done.returncode == 0 and "error" not in done.stderr.lower(), done.stdout + done.stderr

    def get_certificate(self, name):
        self.certbot("certonly", "--webroot", "-w", str(self.state / "acme"), "-d", name, "--deploy-hook", str(HOOK))

    def shown(self, name):
        """The serial number of the certificate that a client of `name` sees and believes."""
        context = ssl.create_default_context(cafile=self.authority.root)
        with socket.create_connection(("127.0.0.1", self.tls_port), 10) as raw, context.wrap_socket(raw, server_hostname=name) as connection:
            certificate = connection.getpeercert()
            assert certificate["subjectAltName"] == (("DNS", name),)
            return certificate["serialNumber"]

    def stop(self):
        stop_process(self.edge)
        self.authority.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def machine():
    it = Machine()
    try:
        yield it
    finally:
        it.stop()


def test_the_procedure_of_the_runbook(machine):
    machine.start_edge()
    machine.get_certificate(FIRST)
    machine.start_edge(FIRST)
    first = machine.shown(FIRST)

    machine.get_certificate(SECOND)   # a name that is added later, while the plain port leads to HTTPS
    machine.start_edge(FIRST, SECOND)
    assert machine.shown(FIRST) == first
    second = machine.shown(SECOND)

    machine.certbot("renew", "--force-renewal", "--no-random-sleep-on-renew")
    wait_until(lambda: machine.shown(FIRST) != first and machine.shown(SECOND) != second, what="the renewed certificates")
    assert machine.edge.poll() is None and "edge.certificates.refused" not in machine.log.read_text()
    assert machine.calls.read_text().splitlines() == ["try-reload-or-restart footfall-edge"] * 4

    for name in (FIRST, SECOND):
        key = (machine.installed / name / "privkey.pem").stat()
        assert key.st_mode & 0o777 == 0o640 and grp.getgrgid(key.st_gid).gr_name == machine.group
    assert len(list(machine.installed.iterdir())) == 4, "a link and a folder for each: nothing older is left"


def test_a_hook_that_is_cut_short_leaves_a_pair(machine):
    """Key and certificate change together: where the hook fails in between, the old ones stand."""
    lineage = machine.folder / "broken"
    lineage.mkdir()
    (lineage / "fullchain.pem").write_text("new")
    target = machine.installed / "broken"
    target.mkdir(parents=True)
    for file in ("fullchain.pem", "privkey.pem"):
        (target / file).write_text("old")
    done = subprocess.run([HOOK], env=os.environ | {"RENEWED_LINEAGE": str(lineage), "FOOTFALL_TLS": str(machine.installed), "FOOTFALL_GROUP": machine.group},
                          text=True, capture_output=True, timeout=30)
    assert done.returncode != 0 and "privkey.pem" in done.stderr
    assert [(target / file).read_text() for file in ("fullchain.pem", "privkey.pem")] == ["old", "old"]
