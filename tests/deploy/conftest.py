import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "blackbox"))   # for its servers.py


def free_port_base():
    """Seven neighbouring ports that are free now."""
    for base in range(30_000, 32_000, 10):
        try:
            for port in range(base, base + 7):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise AssertionError("no free ports")


class Deployment:
    """./deploy/run over a folder and ports of its own."""

    def __init__(self, as_user=None, **environment):
        self.base = free_port_base()
        self.var = Path(tempfile.mkdtemp(prefix="footfall-run-"))
        self.prefix = ["runuser", "-u", as_user, "--"] if as_user else []
        if as_user:
            shutil.chown(self.var, as_user)
        kept = {name: value for name, value in os.environ.items() if name == "FOOTFALL_BIN" or not name.startswith("FOOTFALL_")}
        self.environment = kept | {"FOOTFALL_VAR": str(self.var)} | environment
        self.output = ""

    def run(self, *arguments, timeout_s=1200, check=True):
        done = subprocess.run([*self.prefix, ROOT / "deploy" / "run", *arguments], env=self.environment, cwd=ROOT, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout_s)
        if check:
            assert done.returncode == 0, done.stdout
        return done

    def start(self):
        self.output = self.run("--detach", "--port-base", str(self.base)).stdout
        return self

    def reset(self):
        self.run("--reset", timeout_s=180, check=False)

    def commands(self):
        """What it says to paste."""
        return re.findall(r"^  \$ (.+)$", self.output, re.M)

    def paste(self, command):
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, text=True, capture_output=True, timeout=60, env=self.environment)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout


@pytest.fixture(scope="session")
def deployment():
    it = Deployment()
    try:
        yield it.start()
    finally:
        it.reset()
