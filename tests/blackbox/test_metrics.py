"""The list of metrics in deploy/prometheus/METRICS.md is complete and true, and alerts and dashboard use nothing else.

With FOOTFALL_WRITE_METRICS=1 the first test writes the list anew instead of comparing it."""

import os
import re

from stack import ROOT

PAGE = ROOT / "deploy" / "prometheus" / "METRICS.md"
HEAD = """# Metrics

Every metric of both programs, with type and labels; what each means is the `# HELP` of `/metrics`. A label's values are few
and fixed; no link, account or address is ever one. A histogram also has `_bucket`, `_sum` and `_count`.

`tests/blackbox/test_metrics.py` compares this list with the two `/metrics`. After a change it writes the list anew:
`FOOTFALL_WRITE_METRICS=1 /usr/bin/python3 -m pytest tests/blackbox/test_metrics.py`.
"""


def exposed(program):
    """{name: (type, labels)} of a program's /metrics."""
    text = program.metrics_text()
    metrics = {}
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M):
        samples = re.findall(rf"^{name}(?:_bucket|_sum|_count)?(?:\{{(.*)\}})? ", text, re.M)
        labels = {label for sample in samples for label in re.findall(r'(\w+)="', sample)} - {"le"}
        metrics[name] = (kind, tuple(sorted(labels)))
    return metrics


def listed():
    """The same of each program, as the page has it."""
    programs = {}
    for section in re.split(r"^## ", PAGE.read_text(), flags=re.M)[1:]:
        rows = re.findall(r"^\| `(\w+)` \| (\w+) \|(.*)\|$", section, re.M)
        programs[section.split("\n", 1)[0]] = {name: (kind, tuple(re.findall(r"\w+", labels))) for name, kind, labels in rows}
    return programs


def page_of(programs):
    sections = []
    for program, metrics in programs.items():
        rows = [f"| `{name}` | {kind} | {', '.join(labels)}{' ' if labels else ''}|"
                for name, (kind, labels) in sorted(metrics.items())]
        sections.append("\n".join([f"## {program}", "", "| metric | type | labels |", "| --- | --- | --- |", *rows, ""]))
    return HEAD + "\n" + "\n".join(sections)


def test_the_list_is_what_the_programs_expose(world):
    world.edge.client().get(f"/{world.selgeo.code}")
    programs = {"footfall-edge": exposed(world.edge), "footfall-core": exposed(world.core)}
    if "FOOTFALL_WRITE_METRICS" in os.environ:
        PAGE.write_text(page_of(programs))
    for program, metrics in programs.items():
        there = listed()[program]
        changed = {name: (there.get(name), metrics.get(name)) for name in there.keys() | metrics.keys()
                   if there.get(name) != metrics.get(name)}
        assert not changed, f"listed and exposed differ in {program}: {changed}"


def test_every_name_in_the_sources_is_listed():
    """Also what is only exposed under another configuration, or not yet at the start."""
    names = set()
    for folder in ("proto", "edge", "core"):
        for source in (ROOT / folder).rglob("*.cc"):
            names |= set(re.findall(r'"(footfall_\w+)"', source.read_text()))
    known = {name for metrics in listed().values() for name in metrics}
    assert names - known == set()


def test_alerts_and_dashboard_use_listed_metrics_only():
    known = set()
    for metrics in listed().values():
        for name, (kind, _) in metrics.items():
            known |= {name + suffix for suffix in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}
    for file in ("prometheus/alerts.yml", "grafana/footfall.json"):
        named = set(re.findall(r"\bfootfall_\w+", (ROOT / "deploy" / file).read_text()))
        assert named and named <= known, (file, named - known)
