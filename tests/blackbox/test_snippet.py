"""The snippet in a real Chromium, on a merchant's pages, over a whole Footfall of its own (edge/snippet/README.md).

The tests themselves are tests/browser/snippet_*.test.mjs, run by Node. What they cannot do from there, they ask of this
process over HTTP: to stop and start the parts, to look into the books, to report a conversion.
"""

import gzip
import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import npm
from http_client import Client
from stack import ROOT, Stack
from world import World

BROWSER_TESTS = ROOT / "tests" / "browser"


class Control:
    """What a test may ask for: the methods without an underscore, by name, with their arguments as a JSON object."""

    def __init__(self, world):
        self._world = world
        self._stack = world.stack
        self._markers = 0
        self._lock = threading.Lock()   # one wish at a time

    def stop_redis(self):
        self._stack.redis.stop()

    def start_redis(self):
        self._stack.redis.start()

    def stop_edge(self):
        self._stack.edge.terminate()

    def start_edge(self):
        self._stack.edge.start()

    def clicks(self, about):
        """All that is known of every click whose landing page or sub id contains `about`. A click of ours follows first, and is waited
        for: what the edge answered before it is stored then."""
        self._markers += 1
        body = {"ref": self._world.selgeo.code, "url": f"https://marker.example/{self._markers}"}
        answer = Client(self._stack.edge.port, "selgeo.localhost").post_json("/v1/clicks", body, {"X-Public-Key": self._world.selgeo.public_key})
        assert answer.status == 201, answer
        self._stack.click(answer.json["click_id"], timeout_s=60)
        ids = self._stack.query("select id::text from clicks where landing like %s or sub1 like %s order by id", (f"%{about}%",) * 2)
        return [self._stack.core.json("click", "show", each) for (each,) in ids]

    def convert(self, click_id, order):
        body = {"click_id": click_id, "event_type": "purchase", "external_transaction_id": order, "amount_cents": 4900, "currency": "EUR"}
        fields = {"Authorization": f"Bearer {self._world.selgeo.secret_key}"}
        answer = Client(self._stack.edge.port, "selgeo.localhost").post_json("/api/v1/conversions", body, fields)
        return {"status": answer.status, "body": answer.json}

    def link_to(self, target):
        """A new short link; its code."""
        return self._world.create_link(target=target)


def serve(control):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            arguments = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                with control._lock:
                    status, result = 200, getattr(control, self.path[1:])(**arguments)
            except Exception as problem:   # the test shows it
                status, result = 500, f"{type(problem).__name__}: {problem}"
            body = json.dumps(result).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def world():
    with Stack() as stack:
        yield World(stack, only=("selgeo",))


@pytest.fixture(scope="module")
def settings(world):
    npm.install(BROWSER_TESTS)
    server = serve(Control(world))
    yield os.environ | {"FOOTFALL_CONTROL": f"http://127.0.0.1:{server.server_port}", "FOOTFALL_EDGE": str(world.edge.port),
                        "FOOTFALL_PUBLIC_KEY": world.selgeo.public_key, "FOOTFALL_REF": world.selgeo.code}
    server.shutdown()


def test_on_the_wire(world):
    """All forms are the same script, HEAD answers like GET, and what is held already is not sent again."""
    client = world.edge.client("selgeo.localhost")
    plain = client.get("/v1/selgeo.js")
    assert plain.status == 200 and plain.body.startswith(b"(()=>{") and b"__selgeo_cid" in plain.body
    zipped = client.get("/v1/footfall.js", {"Accept-Encoding": "gzip"})
    assert gzip.decompress(zipped.body) == plain.body and len(zipped.body) < 2048
    small = client.get(plain.fields["content-location"], {"Accept-Encoding": "gzip, deflate, br"})
    assert subprocess.run(["brotli", "-d", "-c"], input=small.body, capture_output=True, check=True).stdout == plain.body
    assert "immutable" in small.fields["cache-control"]
    head = client.request("HEAD", "/v1/footfall.js", fields={"Accept-Encoding": "gzip"})
    assert head.body == b"" and {**head.fields, "date": ""} == {**zipped.fields, "date": ""}
    held = client.get("/v1/footfall.js", {"Accept-Encoding": "gzip", "If-None-Match": zipped.fields["etag"]})
    assert held.status == 304 and held.body == b"" and held.fields["etag"] == zipped.fields["etag"]
    assert client.get("/v1/footfall.d.ts").text == (ROOT / "edge" / "snippet" / "footfall.d.ts").read_text()


@pytest.mark.parametrize("file", sorted(path.name for path in BROWSER_TESTS.glob("snippet_*.test.mjs")))
def test_SEL_10_SELX_06_to_10_SE_32_to_35_in_a_real_chromium(settings, file):
    """Which statement each test of the browser proves stands in its name."""
    done = subprocess.run(["node", "--test", file], cwd=BROWSER_TESTS, text=True, capture_output=True, timeout=580, env=settings)
    assert done.returncode == 0, done.stdout + done.stderr
