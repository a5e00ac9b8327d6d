"""Each rule of tidy.py is seeded once in a small tree of its own and must be caught; a clean tree must pass."""

import contextlib
import json
import shutil
import tempfile
import unittest
from pathlib import Path

import clang
import rules
import tidy

HEADER = "// What it is for.\n#pragma once\n"
SOURCE = '#include "edge/log/segment.h"\n'
MARK = "TO" + "DO"
MACHINE = "/" + "home/somebody/footfall"


def faults_of(files):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return tidy.check_tree(root)


def listed(path, text):
    """A source and the CMakeLists that names it."""
    return {path: text, str(Path(path).parent / "CMakeLists.txt"): f"footfall_library(x FILES {Path(path).name})\n"}


class Arrows(unittest.TestCase):
    def expect(self, path, text, fragment):
        files = listed(path, text) if path.endswith(".cc") else {path: text}
        faults = faults_of(files)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(fragment, faults[0])
        self.assertIn("Instead: ", faults[0])

    def test_a_clean_tree_passes(self):
        self.assertEqual(faults_of({"edge/log/segment.h": HEADER, **listed("edge/log/segment.cc", SOURCE)}), [])

    def test_upwards_and_sideways(self):
        for home, target in [("proto/base", "proto/wire"), ("proto/http", "proto/redis"), ("edge/log", "edge/directory"),
                             ("edge/log", "edge/shipper"), ("edge/shipper", "edge/handlers"), ("proto/wire", "edge/log"),
                             ("edge/proxy", "core/domain"), ("core/domain", "core/storage"), ("core/ingest", "core/publish"),
                             ("core/domain", "proto/http"), ("core/actions", "proto/redis"), ("core/ingest", "edge/log"),
                             ("core/api/selgeo", "core/api/affily"), ("core/api/selgeo", "core/storage"), ("core/cli", "core/storage")]:
            self.expect(f"{home}/a.h", HEADER + f'#include "{target}/b.h"\n', "no arrow leads")

    def test_programs_may_not_lean_on_tests(self):
        self.expect("edge/log/a.h", HEADER + '#include "tests/support/b.h"\n', "programs may not lean")

    def test_own_header_first(self):
        files = {"edge/log/a.h": HEADER, "edge/log/b.h": HEADER,
                 **listed("edge/log/a.cc", '#include "edge/log/b.h"\n#include "edge/log/a.h"\n')}
        fault, = faults_of(files)
        self.assertIn("before its own header", fault)

    def test_relative_include(self):
        self.expect("edge/log/a.h", HEADER + '#include "segment.h"\n', "not relative to the root")

    def test_every_door(self):
        outside = {"boost/asio.hpp": "core/actions/a.cc", "boost/beast/core.hpp": "edge/handlers/a.cc", "boost/url.hpp": "core/api/a.cc",
                   "boost/json.hpp": "core/actions/a.h", "boost/uuid.hpp": "edge/log/a.cc", "hiredis/hiredis.h": "edge/shipper/a.cc",
                   "libpq-fe.h": "core/actions/a.cc", "openssl/evp.h": "core/domain/a.cc", "argon2.h": "edge/log/a.cc",
                   "spdlog/spdlog.h": "edge/log/a.cc", "prometheus/registry.h": "edge/log/a.cc", "toml++/toml.h": "edge/config.cc",
                   "simdjson.h": "core/ingest/a.cc", "re2/re2.h": "edge/handlers/a.cc", "CLI/CLI.hpp": "core/actions/a.cc",
                   "idn2.h": "core/actions/a.cc", "curl/curl.h": "core/api/a.cc", "maxminddb.h": "edge/handlers/a.cc",
                   "proto/schema/click.pb.h": "core/ingest/a.h"}
        for name, path in outside.items():
            text = (HEADER if path.endswith(".h") else "") + f"#include <{name}>\n"
            self.expect(path, text, "may not be included here")

    def test_a_door_is_open_to_its_own(self):
        for name, path in {"boost/asio.hpp": "proto/http/a.cc", "toml++/toml.h": "proto/base/config.cc",
                           "CLI/CLI.hpp": "core/main.cc", "re2/re2.h": "core/ingest/agents.cc"}.items():
            self.assertEqual(faults_of(listed(path, f"#include <{name}>\n")), [])


class Bans(unittest.TestCase):
    SEEDS = {
        "shared_from_this": "auto self = shared_from_this();",
        "atomic shared_ptr": "std::atomic<std::shared_ptr<int>> p;",
        "co_await co_spawn": "co_await asio::co_spawn(e, f(), t);",
        "standard output": 'std::cout << "x";',
        "getenv": 'auto v = std::getenv("X");',
        "shell": 'std::system("ls");',
        "C strings": "strcpy(a, b);",
        "weak randomness": "int r = rand();",
        "std::regex": 'std::regex r("a*");',
        "raw clock": "auto t = std::chrono::system_clock::now();",
        "raw thread": "std::thread t(f);",
        "mutex without annotations": "std::mutex m;",
        "detached thread": "t.detach();",
        "using namespace in a header": "using namespace std;",
        "floating money": "double amount = 1;",
        "PostgreSQL's serial": "create table t (id bigserial);",
        "ledger entries": 'auto sql = "insert into ledger_entries values (1)";',
    }

    def test_every_ban_has_a_seed(self):
        self.assertEqual({name for name, *_ in rules.BANS + rules.STRING_BANS}, set(self.SEEDS))

    def test_every_seed_is_caught(self):
        for name, line in self.SEEDS.items():
            path = {"floating money": "core/domain/a.h", "PostgreSQL's serial": "core/storage/schema/1.sql"}.get(name, "edge/log/a.h")
            faults = faults_of({path: HEADER + line + "\n"})
            self.assertEqual(len(faults), 1, (name, faults))
            self.assertIn(f"banned: {name}", faults[0])

    def test_fixed_sleeps_in_tests(self):
        for path, line in {"tests/edge/log/a.h": "std::this_thread::sleep_for(1ms);", "tests/edge/log/b.h": "clock.sleep_us(5);",
                           "tests/blackbox/test_a.py": "time.sleep(1)", "tests/deploy/a.py": "from time import sleep"}.items():
            (fault,) = faults_of({path: (HEADER if path.endswith(".h") else "") + line + "\n"})
            self.assertIn("banned: fixed sleep in a test", fault)
        self.assertEqual(faults_of({"tests/blackbox/servers.py": "time.sleep(every_s)\n"}), [])

    def test_comments_and_strings_are_no_code(self):
        text = HEADER + '// never std::cout\n/* nor\n getenv("X") */\nconst char* s = "system(1)";\n'
        self.assertEqual(faults_of({"edge/log/a.h": text}), [])


class Form(unittest.TestCase):
    def expect(self, files, fragment):
        faults = faults_of(files)
        self.assertTrue(any(fragment in fault for fault in faults), faults)

    def test_form(self):
        self.expect({"edge/log/a.h": "// What.\nint x;\n"}, "without #pragma once")
        self.expect({"edge/log/a.h": "#pragma once\n"}, "does not open with a comment")
        self.expect({"edge/log/a.h": HEADER + "int x;\n" * 150}, "header of 152 lines")
        self.expect(listed("edge/log/a.cc", "int x;\n" * 401), "file of 401 lines")
        self.expect(listed("edge/log/a.cc", "int x;\n" * 101), "without an opening paragraph")
        self.assertEqual(faults_of(listed("edge/log/a.cc", "// How it works.\n" + "int x;\n" * 101)), [])
        self.expect(listed("edge/log/a.cc", "int x;" + " " * 120 + "//\n"), "columns")
        self.expect(listed("edge/log/a.cc", "int x; \n"), "white space")
        self.expect(listed("edge/log/a.cc", "\tint x;\n"), "tab")
        self.expect({"edge/log/a.cc": "int x;\n"}, "no CMakeLists.txt names")
        self.expect({"deploy/run": f"# {MARK}: later\n"}, "unfinished work")
        self.expect({"deploy/run": f"cd {MACHINE}\n"}, "path of one machine")

    def test_two_types_of_one_name(self):
        one = HEADER.rstrip() + "\nnamespace footfall::core {\nstruct Row {\n};\n}\n"
        self.expect({"core/actions/a.h": one, "core/ingest/b.h": one}, "footfall::core::Row is another type in core/actions/a.h")
        other = one.replace("::core", "::edge")
        self.assertEqual(faults_of({"core/actions/a.h": one, "edge/log/b.h": other}), [])


class Migrations(unittest.TestCase):
    def test_each_has_a_number_of_its_own(self):
        first, second = "core/storage/schema/0001_a.sql", "core/storage/schema/0001_b.sql"
        text = "create table t (id int);\n"
        self.assertEqual(faults_of({first: text, "core/storage/schema/0002_b.sql": text}), [])
        faults = faults_of({first: text, second: text})
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(f"{first} has this number, too", faults[0])


class Citations(unittest.TestCase):
    """Pages and tests of a small tree, and one fault at a time."""

    PAGES = {"proto/PROTOCOL.md": "# Rules\n\n### 1. One\nText.\n\n- Closes: this.\n- Proof: `tests/edge/log/a_test.cc`,\n  `test_b.py`\n",
             "core/api/selgeo/CONTRACT.md": "| id | statement | proof |\n| --- | --- | --- |\n| SEL-01 | It is so. | `test_b.py` |\n"
                                            "| SEL-02 | It will be so. | not served yet |\n"}
    TESTS = {**listed("tests/edge/log/a_test.cc", "TEST(Log, rule_01_is_kept) {}\n"),
             "tests/blackbox/test_b.py": '"""PROTOCOL.md 1."""\n\n\ndef test_SEL_01_it_is_so():\n    pass\n'}

    def expect(self, files, fragment):
        faults = faults_of(self.PAGES | self.TESTS | files)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(fragment, faults[0])

    def test_a_sound_tree_passes(self):
        citing = "// What it is for (PROTOCOL.md 1, SEL-01, 02; SEL-1 to SEL-2).\n#pragma once\n"
        self.assertEqual(faults_of(self.PAGES | self.TESTS | {"edge/log/a.h": citing}), [])

    def test_what_is_cited_must_be_defined(self):
        header = "// What it is for ({}).\n#pragma once\n"
        for cited, fragment in {"statements.md 3.2": "statements.md is not in the repository", "PROTOCOL.md 2": "PROTOCOL.md has no number 2",
                                "PROTOCOL.md 1 and 3": "has no number 3", "PROTOCOL.md\n// 4": "has no number 4",
                                "SEL-03": "no page defines SEL-3", "SEL-01 to SEL-03": "no page defines SEL-3",
                                "SEL-01, 07": "no page defines SEL-7", "AFSX-1": "no page defines AFSX-1"}.items():
            self.expect({"edge/log/a.h": header.format(cited)}, fragment)
        self.expect({"tests/blackbox/test_c.py": "def test_SEL_01_09_x():\n    pass\n"}, "no page defines SEL-9")

    def test_what_is_defined_needs_a_proof(self):
        page = "core/api/affily/CONTRACT.md"
        for proof, fragment in {"": "AFY-1 has no test", "soon": "AFY-1 has no test", "`test_gone.py`": "which does not exist",
                                "`test_b.py`": "tests/blackbox/test_b.py does not cite AFY-1"}.items():
            self.expect({page: f"| AFY-01 | It is so. | {proof} |\n"}, fragment)
        self.expect({"proto/PROTOCOL.md": self.PAGES["proto/PROTOCOL.md"] + "\n### 2. Two\nText.\n"}, "PROTOCOL.md 2 has no test")
        self.expect({"proto/PROTOCOL.md": self.PAGES["proto/PROTOCOL.md"] + "\n### 2. Two\n\n- Proof: `test_b.py`\n"},
                    "test_b.py does not cite PROTOCOL.md 2")
        self.expect({page: "| SEL-01 | Twice. | `test_b.py` |\n"}, "SEL-1 is defined twice")


class Clang(unittest.TestCase):
    """clang-format and clang-tidy, each with a seeded fault, and what the cache remembers."""

    CLEAN = '#include "edge/log/a.h"\n\nint twice(int x) { return x + kOne; }\n'
    MOVED = "#include <string>\n#include <utility>\n\nstd::string f(std::string s) {\n  std::string t = std::move(s);\n  return t + s;\n}\n"
    LOCKED = """struct __attribute__((capability("mutex"))) Mutex {};
struct Thing {
  int read() { return guarded_; }

 private:
  Mutex mutex_;
  int guarded_ __attribute__((guarded_by(mutex_))) = 0;
};
int use(Thing& thing) { return thing.read(); }
"""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        for name in (".clang-tidy", ".clang-format"):
            shutil.copy(clang.ROOT / name, self.root)
        self.write("edge/log/a.h", "// What it is for.\n#pragma once\n\ninline constexpr int kOne = 1;\n")
        self.write("edge/log/a.cc", self.CLEAN)
        self.write("build/compile_commands.json", json.dumps([
            {"directory": str(self.root), "file": str(self.root / "edge/log/a.cc"), "command": f"c++ -std=c++20 -I{self.root} -c {self.root}/edge/log/a.cc"}]))

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def lint(self):
        with contextlib.redirect_stdout(None):   # it prints as it goes
            return clang.lint(self.root, self.root / "build", 1)

    def test_format(self):
        self.assertEqual(clang.check_format(self.root), [])
        self.write("edge/log/a.cc", "int  f( ) {return 1;}\n")
        self.assertTrue(clang.check_format(self.root)[0].startswith("edge/log/a.cc:1: not formatted"))

    def test_lint_and_what_it_remembers(self):
        self.assertEqual(self.lint(), (set(), 1))
        self.assertEqual(self.lint(), (set(), 0))
        self.write("edge/log/a.h", "// What it is for now.\n#pragma once\n\ninline constexpr int kOne = 2;\n")
        self.assertEqual(self.lint(), (set(), 1))
        for text, fragment in ((self.MOVED, "bugprone-use-after-move"), (self.LOCKED, "thread-safety")):
            self.write("edge/log/a.cc", text)
            for _ in range(2):   # what is faulty is not remembered
                (fault,), looked_at = self.lint()
                self.assertIn(fragment, fault)
                self.assertEqual(looked_at, 1)


if __name__ == "__main__":
    unittest.main()
