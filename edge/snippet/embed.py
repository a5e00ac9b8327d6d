#!/usr/bin/env python3
"""Writes the source behind asset.h: each file as it is, compressed with gzip and with Brotli.

embed.py OUTPUT.cc FUNCTION=FILE…  Brotli is Debian's command of that name. The same files give the same bytes.
"""

import gzip
import hashlib
import subprocess
import sys
from pathlib import Path


def literal(content):
    """A C++ string literal of any bytes; octal escapes of three digits cannot swallow what follows."""
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\?' else f"\\{byte:03o}" for byte in content)
    return f'{{"{text}", {len(content)}}}'


def asset(function, content):
    packed = subprocess.run(["brotli", "-q", "11", "-c"], input=content, stdout=subprocess.PIPE, check=True).stdout
    version = hashlib.sha256(content).hexdigest()[:16]
    return f"""const Asset& {function}() {{
  static constexpr Asset kAsset{{
      {literal(content)},
      {literal(gzip.compress(content, 9, mtime=0))},
      {literal(packed)},
      {literal(version.encode())}}};
  return kAsset;
}}
"""


def main():
    output, *pairs = sys.argv[1:]
    functions = "\n".join(asset(function, Path(file).read_bytes()) for function, file in (pair.split("=", 1) for pair in pairs))
    Path(output).write_text(f"""// Made by embed.py.
#include "edge/snippet/asset.h"

namespace footfall::edge {{

{functions}
}}  // namespace footfall::edge
""")


if __name__ == "__main__":
    main()
