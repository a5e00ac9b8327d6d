#!/usr/bin/env python3
"""Prints "passed failed skipped" of a JUnit report, whoever wrote it (ctest, pytest, node)."""

import sys
import xml.etree.ElementTree as ElementTree

passed = failed = skipped = 0
try:
    cases = list(ElementTree.parse(sys.argv[1]).getroot().iter("testcase"))
except (OSError, ElementTree.ParseError) as error:
    sys.exit(f"{sys.argv[1]}: {error}")
for case in cases:
    if case.find("failure") is not None or case.find("error") is not None:
        failed += 1
    elif case.find("skipped") is not None:
        skipped += 1
    else:
        passed += 1
print(passed, failed, skipped)
