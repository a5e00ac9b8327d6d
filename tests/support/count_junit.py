#!/usr/bin/env python3
"""Prints "passed failed skipped" of a JUnit report, whoever wrote it (ctest, pytest, node), and below it, a line each, which
tests failed. A second report is of those that ran again: a test that passes there counts as passed, and is named as well.
A report without tests is an error."""

import sys
import xml.etree.ElementTree as ElementTree


def outcomes(path):
    """Test → passed, failed or skipped."""
    try:
        cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        sys.exit(f"{path}: {error}")
    found = {}
    for case in cases:
        name = " ".join(dict.fromkeys(part for part in (case.get("classname"), case.get("name")) if part))
        if case.find("failure") is not None or case.find("error") is not None:
            found[name] = "failed"   # a test that failed and whose clean-up failed, too, stands there twice
        elif found.get(name) != "failed":
            found[name] = "skipped" if case.find("skipped") is not None else "passed"
    if not found:
        sys.exit(f"{path}: no tests")
    return found


def main():
    first = outcomes(sys.argv[1])
    again = {name for path in sys.argv[2:] for name, outcome in outcomes(path).items() if outcome == "passed"}
    counted = {name: "passed" if name in again else outcome for name, outcome in first.items()}
    print(*(list(counted.values()).count(outcome) for outcome in ("passed", "failed", "skipped")))
    for name, outcome in first.items():
        if outcome == "failed":
            print(f"{name} passed when it ran again" if name in again else f"{name} failed")


if __name__ == "__main__":
    main()
