"""The tables that tidy.py enforces: which folder may include which, where third-party libraries may be used, banned
patterns, size limits.

A change here is a change of the architecture: core/README.md and edge/README.md show it.
"""

import re

SOURCE_ROOTS = ("proto", "edge", "core", "loadtest", "tests")
TEXT_ROOTS = SOURCE_ROOTS + ("deploy", ".ci")
SKIPPED_FOLDERS = {"build", "var", "node_modules", "__pycache__", ".pytest_cache", ".git"}

BASE = {"proto/base"}
WIRE = BASE | {"proto/wire"}
PROTO = WIRE | {"proto/tls", "proto/http", "proto/redis"}
EDGE_STATE = {"edge/directory", "edge/geo", "edge/log", "edge/limits", "edge/pages", "edge/snippet"}
EDGE_PARTS = {"edge/handlers", "edge/proxy", "edge/shipper"}
CORE_MODEL = {"core/domain", "core/storage", "core/actions"}
CORE_ROLES = {"core/api", "core/cli", "core/ingest", "core/publish", "core/deliver", "core/upkeep", "core/pages"}
DIALECTS = ("baclique", "selgeo", "affspace", "affily")

# Folder → folders it may include beside itself. A path belongs to the longest folder named here.
MAY_INCLUDE = {
    "proto/base": set(),
    "proto/wire": BASE,
    "proto/tls": BASE,
    "proto/http": BASE | {"proto/tls"},
    "proto/redis": BASE,
    **{folder: PROTO for folder in EDGE_STATE},
    **{folder: PROTO | EDGE_STATE for folder in EDGE_PARTS},
    "edge": PROTO | EDGE_STATE | EDGE_PARTS,
    "core/domain": WIRE,
    "core/storage": WIRE | {"core/domain"},
    "core/actions": WIRE | {"core/domain", "core/storage"},
    "core/pictures": set(),
    "core/outgoing": BASE | {"core/domain"},
    "core/documents": BASE,
    "core/payments": WIRE | {"core/domain", "core/outgoing"},
    **{folder: PROTO | CORE_MODEL for folder in CORE_ROLES},
    "core/deliver": PROTO | CORE_MODEL | {"core/outgoing"},
    "core/pages": PROTO | CORE_MODEL | {"core/pictures"},
    "core/cli": PROTO | {"core/domain", "core/actions", "core/pictures"},   # what it reads comes from core/actions/reading
    **{f"core/api/{dialect}": PROTO | {"core/domain", "core/actions", "core/api"} for dialect in DIALECTS},
    "core/api/selgeo": PROTO | {"core/domain", "core/actions", "core/api", "core/payments", "core/pictures"},
    "core/api/affily": PROTO | {"core/domain", "core/actions", "core/api", "core/documents", "core/payments"},
    "core": PROTO | CORE_MODEL | CORE_ROLES | {"core/documents", "core/outgoing", "core/payments", "core/pictures"} | {f"core/api/{dialect}" for dialect in DIALECTS},
}
# Tests and load tools may look at everything; nothing may look at them.
FREE_FOLDERS = ("tests", "loadtest")

# (what is included, where it may be, what to do instead). A place is a folder or the stem of a file; "…:cc" lets it
# into sources only, so that no header passes it on.
THIRD_PARTY = [
    (r"boost/(asio|beast)\b|boost/asio\.hpp|boost/beast\.hpp", ("proto/http",),
     "use proto/http (Handler, HttpClient): Asio and Beast are used nowhere else"),
    (r"boost/url\b|boost/url\.hpp", ("core/domain:cc",),
     "use the URL rules of core/domain: Boost.URL 1.81 needs the extra checks made there"),
    (r"boost/json\b|boost/json\.hpp", ("core:cc", "core/api"),
     "only core's sources build JSON with Boost.JSON; the edge writes it by hand, headers below core/api pass strings"),
    (r"boost/", ("proto/http",), "no other part of Boost is used"),
    (r"hiredis", ("proto/redis",), "use proto/redis/client.h"),
    (r"libpq-fe\.h|postgresql/", ("core/storage",), "use core/storage/database.h"),
    (r"openssl/", ("proto/base/crypto", "proto/tls:cc"), "use proto/base/crypto.h; TLS is proto/tls's"),
    (r"argon2", ("proto/base/crypto", "core/domain:cc"), "hash passwords where the other secrets are hashed"),
    (r"spdlog/", ("proto/base/logging",), "use log_info and its kin of proto/base/logging.h"),
    (r"prometheus/", ("proto/base/metrics",), "use proto/base/metrics.h"),
    (r"toml\+\+|toml\.hpp", ("proto/base/config",), "bind the key in a ConfigSchema, proto/base/config.h"),
    (r"simdjson", ("edge/handlers:cc", "core/api:cc"), "parse bodies in edge/handlers or core/api, with the DOM parser"),
    (r"re2/", ("core/ingest:cc",), "judge user agents in core/ingest"),
    (r"CLI/", ("core/cli/command_parser:cc", "core/main", "edge/main"), "describe commands with core/cli/command_parser.h; main.cc reads its own line"),
    (r"idn2|libpsl", ("core/domain:cc",), "host names are judged in core/domain"),
    (r"hpdf", ("core/documents:cc",), "draw PDFs in core/documents"),
    (r"mustache", ("core/pages:cc",), "fill templates with core/pages/view.h"),
    (r"qrencode", ("core/pictures:cc",), "draw QR codes with core/pictures/qr_code.h"),
    (r"curl/", ("core/outgoing",), "calls to the outside leave by core/outgoing/http_poster.h"),
    (r"maxminddb", ("edge/geo:cc",), "the country of an address is known in edge/geo"),
    (r"proto/schema/.*\.pb\.h|google/protobuf/",
     ("proto/wire:cc", "edge/directory:cc", "edge/shipper:cc", "core/ingest:cc", "core/publish:cc", "core/cli:cc",
      "core/api:cc"),
     "generated protobuf code stays in sources; headers use proto/wire"),
]

# Tests wait for the thing itself: a fixed sleep fails on a busy machine. They may sleep in the helpers that poll, where a
# slow disk is imitated, and where sleeping itself is tested.
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|\.sleep_us\s*\(|\btime\.sleep\(|\bimport sleep\b")
SLEEP_PLACES = ("tests/support/wait_until", "tests/blackbox/servers", "tests/edge/log/faulty_disk", "tests/proto/base/clock_test")

# (name, pattern on code without comments and strings, places that are exempt, what to do instead)
BANS = [
    ("shared_from_this", r"\b(enable_)?shared_from_this\b", (),
     "let one coroutine frame or one owner hold the object, so that its end is known"),
    ("atomic shared_ptr", r"atomic\s*<\s*(std::)?shared_ptr|atomic_(load|store)\s*\([^)]*shared_ptr", (),
     "publish through the directory's pin and unpin: this one takes a lock inside libstdc++ 12"),
    ("co_await co_spawn", r"co_await\s+(\w+::)*co_spawn", (),
     "spawn a named coroutine and hand results over by value: this form frees twice under GCC 12"),
    ("standard output", r"\bstd::(cout|cerr)\b|\b(printf|fprintf|puts|putchar)\s*\(|#\s*include\s*<iostream>",
     ("core/cli", "core/main", "edge/main", *FREE_FOLDERS), "log with proto/base/logging.h; only programs' mains and core/cli print"),
    ("getenv", r"\b(secure_)?getenv\s*\(", ("proto/base/config", "proto/base/inherited", *FREE_FOLDERS), "bind a key in a ConfigSchema, proto/base/config.h"),
    ("shell", r"\b(std::)?(system|popen)\s*\(", ("tests",), "do it in C++; a program of ours starts no shell"),
    ("C strings", r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof)\s*\(", (),
     "use std::string, std::format's kin or std::from_chars: these know no bound or no error"),
    ("weak randomness", r"\b(rand|srand|random_shuffle)\s*\(", ("tests",), "use random_bytes of proto/base/crypto.h"),
    ("std::regex", r"\bstd::regex\b", (), "match by hand or with RE2: std::regex overflows the stack on long input"),
    ("raw clock", r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|\bgettimeofday\s*\(|\bclock_gettime\s*\(",
     ("proto/base/clock", "proto/http", *FREE_FOLDERS), "take a Clock (proto/base/clock.h), so that a test can hold the time"),
    ("raw thread", r"\bstd::j?thread\b(?!::)", ("proto/base/lifecycle", *FREE_FOLDERS),
     "use Worker of proto/base/lifecycle.h: it is named, stopped and joined"),
    ("mutex without annotations", r"\bstd::(recursive_|shared_|timed_)?mutex\b",
     ("proto/base/thread_annotations", "proto/base/lifecycle", *FREE_FOLDERS),
     "use Mutex and MutexLock of proto/base/thread_annotations.h, and write FOOTFALL_GUARDED_BY beside what it guards"),
    ("detached thread", r"\.detach\s*\(\s*\)", (), "keep the thread and join it"),
    ("using namespace in a header", r"^\s*using\s+namespace\b", ("@sources", *FREE_FOLDERS), "name what is used"),
    ("PostgreSQL's serial", r"\bbigserial\b|\bserial\s+primary\b", (), "generated always as identity"),
    ("floating money", r"\b(double|float)\b", ("@not core/domain",),
     "money is integers in minor units, rates are exact decimals: no floating point in core/domain"),
]

# The same on code with its strings: what may stand in the SQL of one folder or file only.
STRING_BANS = [
    ("ledger entries", r"\bledger_entries\b|\bdeposit_balances\b",
     ("core/storage/ledger", "core/storage/ledger_checks", "core/storage/schema", *FREE_FOLDERS),
     "read and write the ledger through core/storage/ledger.h, so that its rules have one home"),
]

# Words that mark unfinished work, spelled apart so that this file passes its own check.
MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
# Paths that exist on one developer's machine only.
MACHINE_PATHS = re.compile(r"(?<![\w.$}/-])/(work|home|Users|root|mnt)/[\w.]+")

LINES_MAX = 400
HEADER_LINES_MAX = 150
# A source longer than this opens with a short paragraph on how it works (but for tests: their names say it).
PARAGRAPH_FROM_LINES = 100
COLUMNS_MAX = 120
COLUMNS_MAX_IN_TESTS = 140   # tables of cases
# Headers that are one idea and yet longer, with their own bound.
LONG_HEADERS = {
}
