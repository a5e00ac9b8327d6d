"""The OpenAPI documents (D-48, D-49, SEL-56): what they say is what is served. Every other test holds the answers that it gets against
them as well (openapi_check.py)."""

import gzip
import hashlib
import json
import os
import re
import subprocess

import npm
import openapi_check
import pytest
from http_client import Answer, Client, patiently
from stack import ROOT
from test_routes import named_routes

ROUTES = ["baclique GET /openapi.json", "baclique GET /docs", "baclique GET /docs/ui.js", "baclique GET /docs/ui.css",
          "selgeo GET /openapi.json", "selgeo GET /docs", "selgeo GET /docs/ui.js", "selgeo GET /docs/ui.css",
          "affspace GET /openapi.json", "affspace GET /docs", "affspace GET /docs/ui.js", "affspace GET /docs/ui.css",
          "affily GET /openapi.json", "affily GET /docs", "affily GET /docs/ui.js", "affily GET /docs/ui.css"]
READERS, BROWSER_TESTS = ROOT / "tests" / "openapi", ROOT / "tests" / "browser"
HOSTS = sorted(openapi_check.DIALECTS)


def served(world, host, path="/openapi.json", fields=None):
    return Client(world.stack.edge.port, host).get(path, fields)


@pytest.mark.parametrize("host", HOSTS)
def test_SEL_56_D_48_the_document_is_served_as_it_is_printed(world, host):
    """With the address that it was asked for at, and to browsers of other sites as well."""
    answer = served(world, host)
    assert answer.status == 200 and answer.fields["content-type"].startswith("application/json")
    assert answer.fields["access-control-allow-origin"] == "*"
    document = answer.json
    server, = document.pop("servers")
    assert server["url"].split("://")[1].split(":")[0] == host
    assert document == openapi_check.document(openapi_check.DIALECTS[host])
    assert document["openapi"] == "3.1.0"


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/docs/ui.js", "/docs/ui.css"])
def test_who_has_it_already_is_told_so(world, host, path):
    first = served(world, host, path)
    again = served(world, host, path, {"If-None-Match": first.fields["etag"]})
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert again.fields["etag"] == first.fields["etag"]
    assert served(world, host, path, {"If-None-Match": '"other"'}).status == 200


@pytest.mark.parametrize("host", HOSTS)
def test_the_page_loads_its_own_files_and_nothing_else(world, host):
    """D-49"""
    page = served(world, host, "/docs")
    assert page.status == 200 and page.fields["content-type"] == "text/html; charset=utf-8"
    policy = dict(one.split(" ", 1) for one in page.fields["content-security-policy"].split("; "))
    assert policy == {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "data:", "connect-src": "'self'",
                      "frame-ancestors": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=", page.text)
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    parts = [name for name in named if name.startswith("/docs/")]
    assert set(named) - set(parts) == {"data:,", "/openapi.json"} and len(parts) == 2
    for part in parts:
        path, version = part.split("?v=")
        whole = served(world, host, part)
        assert whole.status == 200 and whole.fields["content-encoding"] == "gzip"
        assert whole.fields["cache-control"] == "public, max-age=31536000, immutable"
        assert served(world, host, path).fields["cache-control"] == "public, max-age=300", "another version may stand there soon"
        content = gzip.decompress(whole.body)
        assert hashlib.sha256(content).hexdigest()[:16] == version
        assert not re.search(rb"@import|url\(['\"]?http", content)
        assert page.fields["x-content-type-options"] == whole.fields["x-content-type-options"] == "nosniff"


def test_the_description_has_a_limit_for_each_address(world):
    """D-49"""
    fields = {"X-Forwarded-For": "203.0.113.80", "X-Forwarded-Proto": "https"}
    clients = [Client(world.stack.edge.port, host) for host in HOSTS]
    paths = ["/docs", "/openapi.json", "/docs/ui.css"] * 25
    assert {patiently(lambda: client.get(path, fields)).status for client in clients for path in paths} == {200}
    assert {client.get(path, fields).status for client in clients for path in paths[:3]} == {429}
    assert clients[0].get("/docs", {**fields, "X-Forwarded-For": "203.0.113.81"}).status == 200


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_short_links_keep_their_codes(world, path):
    """D-48: on hosts of short links these are codes like any other, here of no link."""
    assert served(world, "c.localhost", path).status == 404


@pytest.mark.parametrize("host", HOSTS)
def test_what_is_not_there_is_said_as_ever(world, host):
    for path in ("/openapi.yaml", "/docs/x", "/docs/ui.js/x", "/openapi.json/x"):
        answer = served(world, host, path)
        assert answer.status == 404 and "error" in answer.json


@pytest.mark.parametrize("host", HOSTS)
def test_answers_name_their_header_fields(host):
    """SEL-18, SEL-55, BA-12, D-19, D-29: they stand in the document, not in its prose alone."""
    components = openapi_check.document(openapi_check.DIALECTS[host])["components"]
    limit = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
    further = {"Error429": {"Retry-After"} | limit, "Error503": {"Retry-After"}}
    for name, response in components["responses"].items():
        assert set(response["headers"]) == {"X-Request-Id"} | further.get(name, set()), name
    types = {name: header["schema"]["type"] for name, header in components["headers"].items()}
    assert types == {"X-Request-Id": "string", "Retry-After": "integer", **{name: "integer" for name in limit}}


@pytest.mark.parametrize("host", HOSTS)
def test_D_29_every_answer_but_files_and_health_has_a_request_id(host):
    for path, methods in openapi_check.document(openapi_check.DIALECTS[host])["paths"].items():
        is_plain = path == "/health" or path.startswith(("/v1/selgeo.", "/v1/footfall."))
        for operation in methods.values():
            answers = [answer for answer in operation["responses"].values() if "$ref" not in answer]
            assert answers and all(("X-Request-Id" in answer.get("headers", {})) != is_plain for answer in answers), path


@pytest.mark.parametrize("method, path, status", [("get", "/api/v1/payouts/payable/export", "422"), ("post", "/v1/clicks", "404")])
def test_SE_3_SE_59_statuses_that_selgeo_answers_are_named(method, path, status):
    assert status in openapi_check.document("selgeo")["paths"][path][method]["responses"]


@pytest.fixture(scope="module")
def read_by():
    """Public tools that read documents, each by a script of ours."""
    npm.install(READERS)
    return lambda script, files: subprocess.run(["node", script, *files], cwd=READERS, text=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def documents(world, tmp_path_factory):
    files = [tmp_path_factory.mktemp(host) / "openapi.json" for host in HOSTS]
    for file, host in zip(files, HOSTS):
        file.write_bytes(served(world, host).body)
    return files


def test_a_public_linter_finds_nothing(read_by, documents):
    done = read_by("lint.mjs", documents)
    assert done.returncode == 0, done.stdout + done.stderr


def test_D_48_postman_imports_every_operation_as_a_request(read_by, documents):
    done = read_by("postman.mjs", documents)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_postman_does_not_import_is_found(read_by, tmp_path):
    file = tmp_path / "openapi.json"
    file.write_text('{"openapi": "3.1.0", "paths": {"/v1/offers": {"get": {"responses": {"200": {"description": "offers"}}}}}}')
    done = read_by("postman.mjs", [file])
    assert done.returncode == 1 and "refused: " in done.stdout


def test_in_a_real_chromium(world, creator):
    """D-49 (tests/browser/docs.test.mjs)"""
    creator.campaign()
    docs = [f"http://{host}:{world.stack.edge.port}/docs" for host in HOSTS]
    npm.install(BROWSER_TESTS)
    done = subprocess.run(["node", "--test", "docs.test.mjs"], cwd=BROWSER_TESTS, text=True, capture_output=True, timeout=560,
                          env={**os.environ, "FOOTFALL_DOCS": json.dumps(docs), "FOOTFALL_KEY": creator.key})
    assert done.returncode == 0, done.stdout[-6000:]


OFFERS = {"success": True, "data": [], "meta": {"pagination": {"hasMore": False, "nextCursor": None}}}
PATH = "/api/v1/offers"


@pytest.mark.parametrize("path, status, media_type, body", [
    (PATH, 200, "application/json", {**OFFERS, "more": 1}),
    (PATH, 200, "application/json", {"success": True, "data": []}),
    (PATH, 200, "application/json", {**OFFERS, "data": [{"code": 7}]}),
    (PATH, 200, "text/html", OFFERS),
    (PATH, 200, "application/json", None),
    (PATH, 418, "application/json", {"success": False, "error": {"code": "x", "message": "x"}}),
    (PATH, 401, "application/json", {"error": "x"}),
    ("/api/v1/secrets", 200, "application/json", OFFERS),
])
def test_answers_beside_the_document_are_found(path, status, media_type, body):
    """The check that all other tests lean on finds what it is there for."""
    def faults(path, status, media_type, body, **more):
        text = b"" if body is None else json.dumps(body).encode()
        answer = Answer(status, {"content-type": media_type, "x-request-id": "1", **more}, text)
        return openapi_check.exchange_faults("affspace.localhost", "GET", path, "", None, answer)
    assert faults(PATH, 200, "application/json", OFFERS) == []
    limited = {"success": False, "error": {"code": "RATE_LIMITED", "message": "x"}}
    assert faults(PATH, 429, "application/json", limited, **{"retry-after": "1"}) == [
        f"no X-RateLimit-{name}" for name in ("Limit", "Remaining", "Reset")]
    assert faults(path, status, media_type, body)


def test_requests_beside_the_document_are_found():
    """A request that was taken although the document says that it could not be."""
    receipt = json.dumps({"success": True, "data": {"testClickId": "x", "sessionToken": "x", "expiresAt": 1}})
    def faults(sent):
        answer = Answer(200, {"content-type": "application/json", "x-request-id": "1"}, receipt)
        return openapi_check.exchange_faults("affspace.localhost", "POST", "/api/v1/test-sessions", "application/json", json.dumps(sent), answer)
    assert faults({"offer_code": "x"}) == []
    assert faults({}) and faults({"offer_code": []})


def test_every_route_that_a_test_names_was_answered_well(request):
    """Of the modules that this session runs as a whole; conftest.py puts this test behind all others."""
    in_part = {argument.split("::")[0].rsplit("/", 1)[-1] for argument in request.config.args if "::" in argument}
    whole = {item.path.name for item in request.session.items} - in_part
    named = {route for route, module in named_routes().items() if module in whole}
    assert set(ROUTES) <= named
    assert sorted(named - openapi_check.CALLED) == []
