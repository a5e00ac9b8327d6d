#!/usr/bin/env python3
"""The rules that run: which folder may include which, where third-party libraries may be used, banned patterns,
sizes and citations, over the tree on disk.

Usage: tidy.py [--root DIR] [--graph]. Prints one line per fault, with what to do instead; exit code 1 if there is one.
--graph prints the arrows that the include lines really draw.
"""

import argparse
import os
import re
import sys
from collections import Counter
from pathlib import Path

import citations
import rules

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
LITERAL = re.compile(r'R"(\w*)\((?:.|\n)*?\)\1"|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*(?:.|\n)*?\*/')
CODE = {".h", ".cc"}
SIZED = {".h", ".cc", ".py", ".js", ".mjs", ".sql", ".proto", ".sh", ""}
TEXT = SIZED | {".md", ".txt", ".cmake", ".json", ".toml", ".yml", ".conf", ".service"}
NOT_OURS = {"package-lock.json"}


def folder_of(path):
    """The longest folder of the arrows table that holds `path`, or None."""
    parts = path.split("/")[:-1]
    while parts:
        folder = "/".join(parts)
        if folder in rules.MAY_INCLUDE:
            return folder
        parts.pop()
    return None


def is_free(path):
    return path.split("/")[0] in rules.FREE_FOLDERS


def within(path, place):
    """Whether `place` (a folder, the stem of a file, or either with ":cc" for sources only) holds `path`."""
    place, _, only = place.partition(":")
    if only and not path.endswith("." + only):
        return False
    return path.startswith(place + "/") or path.rsplit(".", 1)[0] == place


def blank_comments(text):
    """The code with its strings and without comments, line numbers kept."""
    def blank(match):
        return "\n" * match.group(0).count("\n") if match.group(0).startswith("/") else match.group(0)
    return LITERAL.sub(blank, text)


def blank_literals(text):
    """The code without comments and strings, line numbers kept."""
    def blank(match):
        kept = "\n" * match.group(0).count("\n")
        return kept if match.group(0).startswith("/") else '""' + kept
    return LITERAL.sub(blank, text)


def check_includes(path, lines):
    home = folder_of(path)
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, name = match.groups()
        if not is_free(path):
            for pattern, places, instead in rules.THIRD_PARTY:
                if re.match(pattern, name):
                    if not any(within(path, place) for place in places):
                        yield number, f"<{name}> may not be included here", instead
                    break
        if quote != '"' or name.endswith(".pb.h"):
            continue
        target = folder_of(name)
        if "/" not in name or name.startswith(".") or (target is None and not name.startswith(rules.FREE_FOLDERS)):
            yield number, f'"{name}" is not relative to the root', 'write #include "edge/log/segment.h"'
        elif is_free(path):
            continue
        elif target is None:
            yield number, f'"{name}": programs may not lean on {name.split("/")[0]}', "move it into the program's tree"
        elif target != home and target not in rules.MAY_INCLUDE.get(home, set()):
            yield (number, f'"{name}": no arrow leads from {home} to {target}',
                   f"{home} may include {', '.join(sorted(rules.MAY_INCLUDE.get(home, set()))) or 'nothing of ours'}; "
                   "hand the thing in from above, or move what both need downwards")


def exempt(path, places):
    for place in places:
        if place == "@sources" and path.endswith(".cc"):
            return True
        if place.startswith("@not ") and not within(path, place[5:]):
            return True
        if not place.startswith("@") and within(path, place):
            return True
    return False


def check_bans(path, text):
    for bans, blanked in ((rules.BANS, blank_literals(text)), (rules.STRING_BANS, blank_comments(text))):
        lines = blanked.split("\n")
        for name, pattern, places, instead in bans:
            if exempt(path, places):
                continue
            for number, line in enumerate(lines, 1):
                if re.search(pattern, line):
                    yield number, f"banned: {name}", instead


def check_sleeps(path, text):
    if exempt(path, rules.SLEEP_PLACES):
        return
    for number in (number for number, line in enumerate(text.split("\n"), 1) if rules.SLEEP.search(line)):
        yield (number, "banned: fixed sleep in a test",
               "wait for the thing itself with wait_until of tests/support/wait_until.h or tests/blackbox/servers.py")


def check_form(path, text, lines):
    if path.endswith(".h"):
        if "#pragma once" not in lines:
            yield 1, "header without #pragma once", "add it after the opening comment"
        if not lines[0].startswith("//"):
            yield 1, "header does not open with a comment", "say what it is for, who owns what, which thread, what is bounded, what fails"
        limit = rules.LONG_HEADERS.get(path, rules.HEADER_LINES_MAX)
        if len(lines) > limit:
            yield limit, f"header of {len(lines)} lines, {limit} allowed", "split it by idea"
    if path.endswith(".cc") and not path.endswith("_test.cc") and len(lines) > rules.PARAGRAPH_FROM_LINES \
            and not lines[0].startswith("//"):
        yield 1, f"source of {len(lines)} lines without an opening paragraph", "say in a few plain sentences how it works"
    columns_max = rules.COLUMNS_MAX_IN_TESTS if path.startswith("tests/") else rules.COLUMNS_MAX
    for number, line in enumerate(lines, 1):
        if len(line) > columns_max:
            yield number, f"line of {len(line)} columns", f"break it below {columns_max}"
        if line != line.rstrip():
            yield number, "white space at the end of the line", "remove it"
        if "\t" in line:
            yield number, "tab", "indent with spaces"


def check_listed(root, path):
    """A source that no CMakeLists names is dead code."""
    folder = Path(path).parent
    while folder != Path("."):
        for listing in [root / folder / "CMakeLists.txt", *(root / folder).glob("*.cmake")]:
            if listing.is_file():
                name = Path(path).relative_to(folder).as_posix()
                text = listing.read_text()
                if re.search(rf"(?<![\w./-]){re.escape(name)}\b", text) or f"{folder}/{name}" in text:
                    return
        folder = folder.parent
    yield 1, "source that no CMakeLists.txt names", "list it in its folder's CMakeLists.txt or delete it"


def check_own_header(root, path, lines):
    """Whoever includes its own header first proves that this one includes what it needs."""
    header = path.removesuffix(".cc") + ".h"
    first = next((match.group(2) for match in map(INCLUDE.match, lines) if match), None)
    if first != header and (root / header).is_file():
        yield 1, f"includes {first} before its own header", f'include "{header}" first'


def check_file(root, path, text):
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    if not lines:
        return
    suffix = Path(path).suffix
    if suffix in SIZED and len(lines) > rules.LINES_MAX:
        yield rules.LINES_MAX, f"file of {len(lines)} lines, {rules.LINES_MAX} allowed", "split it by idea"
    for number, line in enumerate(lines, 1):
        if rules.MARKS.search(line):
            yield number, "mark of unfinished work", "finish it, or write it into an issue"
        if rules.MACHINE_PATHS.search(line):
            yield number, "path of one machine", "make it relative to the tree, or a configuration key"
    if suffix in CODE:
        yield from check_includes(path, lines)
        yield from check_bans(path, text)
        yield from check_form(path, text, lines)
    if path.startswith("tests/") and not path.startswith("tests/tidy/"):
        yield from check_sleeps(path, blank_literals(text) if suffix in CODE else text)
    if suffix == ".sql":
        yield from check_bans(path, text)
    if suffix == ".cc":
        yield from check_listed(root, path)
        yield from check_own_header(root, path, lines)


def walk(root, tops):
    for top in tops:
        for folder, folders, files in os.walk(root / top):
            folders[:] = sorted(f for f in folders if f not in rules.SKIPPED_FOLDERS)
            for name in sorted(files):
                path = Path(folder, name)
                if path.suffix in TEXT and name not in NOT_OURS and not path.is_symlink():
                    yield path.relative_to(root).as_posix()


def check_names(texts):
    """Two types of one name in one namespace are one type to the linker, which keeps whichever it met first."""
    seen = {}
    for path, text in texts.items():
        if not path.endswith(".h") or is_free(path):
            continue
        space = None
        for number, line in enumerate(text.split("\n"), 1):
            if match := re.match(r"namespace ([\w:]+) \{", line):
                space = match[1]
            match = re.match(r"(?:struct|class|enum class|enum) (\w+)\b(?!::)[^;()]*\{", line)
            if not match or space is None:
                continue
            first = seen.setdefault((space, match[1]), path)
            if first != path:
                yield path, number, f"{space}::{match[1]} is another type in {first}", "give one of them a name of its own"


def check_migrations(texts):
    """Two migrations of one number are what two branches made of the same next one; their order is then an accident."""
    seen = {}
    for path in texts:
        match = re.match(r"core/storage/schema/(\d{4})_", path)
        if match and seen.setdefault(match[1], path) != path:
            yield path, 1, f"{seen[match[1]]} has this number, too", "take the next free one"


def check_tree(root):
    """All faults as "path:line: what. Instead: how."."""
    faults = []
    texts = {}
    for path in walk(root, rules.TEXT_ROOTS):
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            faults.append(f"{path}:1: not UTF-8. Instead: keep binary files out of the tree.")
            continue
        texts[path] = text
        for number, what, instead in check_file(root, path, text):
            faults.append(f"{path}:{number}: {what}. Instead: {instead}.")
    texts |= {page.name: page.read_text(encoding="utf-8") for page in sorted(root.glob("*.md"))}
    for path, number, what, instead in (*check_names(texts), *check_migrations(texts), *citations.check_citations(texts)):
        faults.append(f"{path}:{number}: {what}. Instead: {instead}.")
    return faults


def graph(root):
    arrows = Counter()
    for path in walk(root, ("proto", "edge", "core")):
        home = folder_of(path)
        if Path(path).suffix not in CODE or home is None:
            continue
        for line in (root / path).read_text(encoding="utf-8").split("\n"):
            match = INCLUDE.match(line)
            target = folder_of(match.group(2)) if match and match.group(1) == '"' else None
            if target and target != home:
                arrows[home, target] += 1
    return arrows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--graph", action="store_true")
    arguments = parser.parse_args()
    if arguments.graph:
        for (home, target), count in sorted(graph(arguments.root).items()):
            print(f"{home} -> {target} ({count})")
        return 0
    faults = check_tree(arguments.root)
    for fault in faults:
        print(fault)
    print(f"tidy: {len(faults)} faults" if faults else "tidy: clean")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
