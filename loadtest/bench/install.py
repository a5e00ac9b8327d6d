"""What the subjects need beside Footfall: Debian packages, and ioredis from npm. Says nothing when all is there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
POLICY = Path("/usr/sbin/policy-rc.d")  # asked whether a fresh package may start its service

# subject → [(package, a file it brings)]
PACKAGES = {
    "": [("wrk", "/usr/bin/wrk"), ("redis-server", "/usr/bin/redis-server"), ("redis-tools", "/usr/bin/redis-benchmark")],
    "nginx": [("nginx-light", "/usr/sbin/nginx")],
    "nginx-tls": [("nginx-light", "/usr/sbin/nginx")],
    "nginx-log": [("nginx-light", "/usr/sbin/nginx")],
    "nginx-lua": [("libnginx-mod-http-lua", "/usr/lib/nginx/modules/ngx_http_lua_module.so"),
                  ("lua-nginx-redis", "/usr/share/lua/5.1/nginx/redis.lua")],
    "webdis": [("webdis", "/usr/bin/webdis")],
    "node": [("nodejs", shutil.which("node") or "/usr/bin/node"), ("npm", shutil.which("npm") or "/usr/bin/npm")],
    "proxy": [("nginx-light", "/usr/sbin/nginx")],
}


def for_compare(subjects):
    wanted = [pair for name in ("", *subjects) for pair in PACKAGES.get(name, [])]
    missing = sorted({package for package, file in wanted if not Path(file).exists()})
    if missing:
        _install(missing)
    if "node" in subjects and not (HERE / "node_modules" / "ioredis").exists():
        print("installing ioredis from npm", flush=True)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE, check=True,
                       stdin=subprocess.DEVNULL)


def _install(missing):
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        sys.exit(f"Debian packages are missing. As root, or with sudo: {' '.join(command)}")
    print("installing", *missing, flush=True)
    quiet = not POLICY.exists()
    if quiet:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    finally:
        if quiet:
            POLICY.unlink()
