#!/usr/bin/env python3
"""Writes the source behind files.h: the page as it is, the script and the style sheet compressed with gzip.

embed.py OUTPUT.cc PAGE.html SCRIPT.js STYLE.css LICENCES.txt  In the page, {{script}} and {{style}} are the versions of
the other two. The licences of what is in the script, which are comments, are put behind it. The same files give the same
bytes.
"""

import gzip
import hashlib
import sys
from pathlib import Path


def literal(content):
    """A C++ string literal of any bytes; octal escapes of three digits cannot swallow what follows."""
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\?' else f"\\{byte:03o}" for byte in content)
    return f'{{"{text}", {len(content)}}}'


def version(content):
    return hashlib.sha256(content).hexdigest()[:16]


def file_function(name, content, kept):
    return f"""const DocsFile& {name}() {{
  static constexpr DocsFile kFile{{{literal(kept)}, {literal(version(content).encode())}}};
  return kFile;
}}
"""


def main():
    output, page, script, style, licences = map(Path, sys.argv[1:])
    script, style = script.read_bytes() + licences.read_bytes(), style.read_bytes()
    html = page.read_text().replace("{{script}}", version(script)).replace("{{style}}", version(style)).encode()
    functions = "\n".join((file_function("docs_page", html, html),
                           file_function("docs_script", script, gzip.compress(script, 9, mtime=0)),
                           file_function("docs_style", style, gzip.compress(style, 9, mtime=0))))
    output.write_text(f"""// Made by embed.py.
#include "core/api/docs/files.h"

namespace footfall::core {{

{functions}
}}  // namespace footfall::core
""")


if __name__ == "__main__":
    main()
