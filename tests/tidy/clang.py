#!/usr/bin/env python3
"""clang-format and clang-tidy over the tree: `clang.py format` and `clang.py lint [--build DIR] [--jobs N] [FILE…]`.

Lint looks at every source of proto, edge and core that the build directory's compile_commands.json names, with clang's
thread annotations (-Wthread-safety). What was clean is remembered in DIR/clang-tidy under a hash of the source, of all our
headers that it includes, of the flags and of .clang-tidy; a second run looks only at what has changed since, most recent
changes first. One line per fault; exit code 1 if there is one.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import tidy

ROOT = Path(__file__).resolve().parents[2]
FORMAT, TIDY = "clang-format-19", "clang-tidy-19"
LINTED = ("proto/", "edge/", "core/")
FLAGS = ("-Wthread-safety", "-Wno-unknown-warning-option", "-Wno-deprecated-declarations")   # the commands are GCC's
SOURCES = ("proto", "edge", "core", "loadtest", "tests")
FAULT = re.compile(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*)$", re.M)


def check_format(root):
    """Faults of all sources, as "path:line: not formatted"."""
    paths = [path for path in tidy.walk(root, SOURCES) if path.endswith((".h", ".cc"))]
    faults = []
    for start in range(0, len(paths), 100):
        done = subprocess.run([FORMAT, "--dry-run", "--style=file", *paths[start:start + 100]], cwd=root, text=True, capture_output=True)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr)
        found = re.findall(r"^(\S+?):(\d+):\d+: warning: code should be clang-formatted", done.stderr, re.M)
        faults += [f"{path}:{line}: not formatted. Instead: {FORMAT} -i {path}." for path, line in dict(reversed(found)).items()]
    return faults


class Cache:
    """Which sources were clean, by everything that the verdict depends on."""

    def __init__(self, root, folder):
        self.root, self.folder, self.digests = root, folder, {}
        version = subprocess.run([TIDY, "--version"], text=True, capture_output=True, check=True).stdout
        self.common = hashlib.sha256((version + (root / ".clang-tidy").read_text() + " ".join(FLAGS)).encode()).digest()
        folder.mkdir(parents=True, exist_ok=True)

    def file(self, name):
        """(digest, our headers that it includes) of a file of the tree; nothing for one that is not there."""
        if name not in self.digests:
            try:
                content = (self.root / name).read_bytes()
            except OSError:
                content = b""
            included = re.findall(rb'^\s*#\s*include\s*"([^"]+)"', content, re.M)
            schema = re.sub(r"\.pb\.h$", ".proto", name)
            if schema != name:
                content = (self.root / schema).read_bytes()
            self.digests[name] = hashlib.sha256(content).digest(), [each.decode() for each in included]
        return self.digests[name]

    def key(self, source, command):
        seen, open_names = set(), [source]
        while open_names:
            name = open_names.pop()
            if name not in seen:
                seen.add(name)
                open_names += self.file(name)[1]
        flags = [word for word in shlex.split(command)[1:] if word.startswith(("-D", "-std", "-W", "-f"))]
        digest = hashlib.sha256(self.common + " ".join(flags).encode())
        for name in sorted(seen):
            digest.update(name.encode() + b"\0" + self.file(name)[0])
        return self.folder / digest.hexdigest()


def lint_one(root, build, source, key):
    """Faults of one source. Faults in headers come with every source that includes them."""
    command = ["nice", TIDY, "--quiet", "-p", str(build), *(f"--extra-arg={flag}" for flag in FLAGS), source]
    done = subprocess.run(command, cwd=root, text=True, capture_output=True)
    faults = {f"{os.path.relpath(root / path, root)}:{line}: {what}." for path, line, what in FAULT.findall(done.stdout)}
    if done.returncode == 0:
        key.touch()
    elif not faults:
        faults = {f"{source}:1: {TIDY} failed: {done.stderr.strip()[-500:]}"}
    return faults


def lint(root, build, jobs, only=()):
    """Faults of all sources, and how many had to be looked at."""
    cache = Cache(root, build / "clang-tidy")
    todo = []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = os.path.relpath(entry["file"], root)
        if source.startswith(LINTED) and (not only or source in only):
            key = cache.key(source, entry["command"])
            if not key.exists():
                todo.append((source, key))
    todo.sort(key=lambda each: -(root / each[0]).stat().st_mtime)
    faults = set()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for found in pool.map(lambda each: lint_one(root, build, *each), todo):
            for fault in sorted(found - faults):
                print(fault, flush=True)
            faults |= found
    return faults, len(todo)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("format", "lint"))
    parser.add_argument("files", nargs="*")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    if arguments.what == "format":
        faults = check_format(ROOT)
        print(*faults, sep="\n", end="\n" if faults else "")
        print(f"format: {len(faults) or 'no'} faults")
    else:
        faults, looked_at = lint(ROOT, arguments.build.resolve(), arguments.jobs, arguments.files)
        print(f"lint: {len(faults) or 'no'} faults, {looked_at} sources looked at")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
