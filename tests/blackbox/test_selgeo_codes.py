"""The codes of Selgeo's errors: what the sources can answer is what CONTRACT.md and the OpenAPI document list (SEL-51)."""

import json
import re

from stack import ROOT

API = ROOT / "core" / "api" / "selgeo"
WORD = r'"([A-Z]+(?:_[A-Z]+)*)"'
# Of a status that Selgeo's API answers with a code of its own, or not at all.
NEVER_PLAIN = {"PAYMENT_REQUIRED", "GONE", "UNPROCESSABLE_ENTITY"}


def of_statuses():
    """The third word of each row: {status, reason, BaClique's text, Selgeo's code, …}."""
    source = (ROOT / "proto" / "wire" / "dialect_errors.cc").read_text()
    rows = re.findall(r"^    \{(\d+), \"[^\"]*\",\s*(?:\"[^\"]*\"|\w+),\s*" + WORD, source, re.M)
    assert len(rows) == len(re.findall(r"^    \{\d+, ", source, re.M))
    return {code for _, code in rows} - NEVER_PLAIN


def of_sources():
    files = [*API.glob("*.cc"), ROOT / "core" / "api" / "admission.cc", ROOT / "edge" / "handlers" / "clicks.cc"]
    return {code for file in files for code in re.findall(WORD, file.read_text())}


def listed():
    text = (API / "CONTRACT.md").read_text()
    section = re.search(r"^## Codes$(.*?)^## ", text, re.M | re.S)[1]
    return set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", section))


def documented():
    notation = json.loads((API / "openapi.json").read_text())["schemas"]["ErrorCode"]
    return notation.split(" # ")[0].split("|")


def test_SEL_51_every_code_is_listed():
    assert listed() == of_statuses() | of_sources()


def test_SEL_51_the_document_has_the_same_codes():
    assert len(documented()) == len(set(documented()))
    assert set(documented()) == listed()
