"""Packages from npm's registry, for the tests that need a browser or a linter."""

import subprocess


def install(folder):
    """What the folder's package-lock.json names, from npm's cache where that has it. The registry may be slow to answer."""
    subprocess.run(["npm", "ci", "--prefer-offline", "--fetch-retries=5", "--no-audit", "--no-fund", "--omit=optional"], cwd=folder,
                   check=True, capture_output=True, timeout=300)
