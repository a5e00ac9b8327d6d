"""The written rules and those who cite them: pages, numbered sections, ids of statements, and the tests that prove them.

A page defines an id by a table row that begins with it ("| SEL-14 | statement | proof |"), and a number by a heading
("### 12. A conversion waits …") that is followed by a list item "- Proof: …". A proof is "not served yet", or names test
files in back quotes; each of them must exist and cite what it proves: by its id, or in the name of a test
(test_AFS_02_03_the_key, rule_07_the_offender).
"""

import posixpath
import re

FAMILIES = "BACX|BAC|SELX|SEL|AFSX|AFS|AFY|FC|BA|SE|AF|AY|C|D|G"
ROW = re.compile(rf"^\| ({FAMILIES})-(\d+) \|(.*)\|([^|]*)\|$")
HEADING = re.compile(r"^#+ (\d+)\. ")
PROOF = re.compile(r"^- Proof: ((?:.|\n  )+)", re.M)
NOT_SERVED = "not served yet"
TEST_FILES = re.compile(r"`([\w./-]+\.(?:py|cc|mjs))`")
TESTS_FOLDER = "tests/blackbox/"

PAGE = re.compile(r"(?<![\w*./-])((?:[\w.-]+/)*[\w-]+\.md)\b(?: (\d+(?:(?:, (?:and )?| and | to )\d+)*)(?![\w.]*\.\d))?")
ID = re.compile(rf"\b({FAMILIES})-(\d+)((?:(?:, (?:and )?| and | to |\.\.|…)(?:\1-)?\d+\b)*)")
NAMED_ID = re.compile(rf"_({FAMILIES})((?:_(?:to_)?\d+)+)(?![A-Za-z])")
NAMED_NUMBER = re.compile(r"\brule_(\d+)_")
# Applied migrations keep their text for ever, and the spelling of a page in it.
FROZEN = "core/storage/schema/"
# What seeds faults must be able to name what does not exist.
EXEMPT = ("tests/tidy/",)


def numbers_of(text):
    """"3, 5 to 7" → 3, 5, 6, 7."""
    numbers = []
    for to, number in re.findall(r"( to |\.\.|…)?\D*(\d+)", text):
        numbers += range(numbers[-1] + 1, int(number) + 1) if to else [int(number)]
    return numbers


def ids_cited(text):
    for match in ID.finditer(text):
        for number in numbers_of(match[2] + match[3]):
            yield match[1], number
    for match in NAMED_ID.finditer(text):
        for number in numbers_of(match[2].replace("_to_", " to ")):
            yield match[1], number


def pages_cited(text):
    """Pairs of a page's name and the numbers cited of it."""
    for match in PAGE.finditer(text):
        yield match[1], numbers_of(match[2] or "")


def lines_of(text, pattern_of):
    """(line number, finding) of a text, where a citation may be broken over two lines of a comment."""
    joined = re.sub(r"\n[ \t]*(?://|--|#|\*)?[ \t]*(?=\d)", " ", text) if pattern_of is pages_cited else text
    for number, line in enumerate(joined.split("\n"), 1):
        for finding in pattern_of(line):
            yield number, finding


class Definitions:
    """What the pages define, and the proof of each: {"SEL-14": (page, line, proof), …}, keyed by (family or page, number)."""

    def __init__(self, texts):
        self.proofs, self.twice = {}, []
        self.pages = [path for path in texts if path.endswith(".md")]
        for page in self.pages:
            section = None
            for line_number, line in enumerate(texts[page].split("\n"), 1):
                if row := ROW.match(line):
                    self.define((row[1], int(row[2])), page, line_number, row[4].strip())
                elif heading := HEADING.match(line):
                    section = texts[page].split("\n" + line + "\n", 1)[-1]
                    proof = PROOF.search(re.split(r"\n#+ ", section)[0])
                    self.define((page.rsplit("/", 1)[-1], int(heading[1])), page, line_number, proof[1] if proof else "")

    def define(self, key, page, line, proof):
        if key in self.proofs:
            self.twice.append((page, line, name_of(key)))
        self.proofs[key] = (page, line, proof)

    def has_page(self, citing, name):
        if citing.startswith(FROZEN):
            name = name.upper().replace(".MD", ".md")
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(citing), name))
        return beside in self.pages or any(page == name or page.endswith("/" + name) for page in self.pages)


def name_of(key):
    return f"{key[0]} {key[1]}" if key[0].endswith(".md") else f"{key[0]}-{key[1]}"


def check_proofs(texts, definitions):
    for key, (page, line, proof) in definitions.proofs.items():
        tests = TEST_FILES.findall(proof)
        if proof == NOT_SERVED:
            continue
        if not tests:
            yield page, line, f"{name_of(key)} has no test", f'name test files in back quotes, or say "{NOT_SERVED}"'
        for test in tests:
            path = test if "/" in test else TESTS_FOLDER + test
            if path not in texts:
                yield page, line, f"{name_of(key)} is proved by {path}, which does not exist", "name the test that proves it"
            elif not cites(texts[path], key):
                yield page, line, f"{path} does not cite {name_of(key)}", "cite it beside the test that proves it, or name that test"


def cites(text, key):
    if not key[0].endswith(".md"):
        return key in set(ids_cited(text))
    named = {int(number) for number in NAMED_NUMBER.findall(text)}
    return key[1] in named or any(key[1] in numbers for _, (name, numbers) in lines_of(text, pages_cited)
                                  if name.rsplit("/", 1)[-1] == key[0])


def check_citations(texts):
    """Faults as (path, line, what, instead). `texts`: {path: text} of the tree."""
    definitions = Definitions(texts)
    for page, line, name in definitions.twice:
        yield page, line, f"{name} is defined twice", "give one of them a number of its own"
    yield from check_proofs(texts, definitions)
    for path, text in texts.items():
        if path.startswith(EXEMPT):
            continue
        for line, (page, numbers) in lines_of(text, pages_cited):
            if not definitions.has_page(path, page):
                yield path, line, f"{page} is not in the repository", "cite a page that ships"
                continue
            for number in numbers:
                if not path.startswith(FROZEN) and (page.rsplit("/", 1)[-1], number) not in definitions.proofs:
                    yield path, line, f"{page} has no number {number}", "cite a heading of that page"
        for line, key in lines_of(text, ids_cited):
            if key not in definitions.proofs:
                yield path, line, f"no page defines {name_of(key)}", "add its row to the dialect's CONTRACT.md, or cite another"
