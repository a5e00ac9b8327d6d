"""Everything that is not hot goes to core, in the edge's own framing (GUARD.md G-15, G-18); core away is answered in the
dialect's own words, and the hot path does not notice."""

import re

import pytest

from fake_core import FakeCore
from http_client import Client, raw_exchange
from servers import free_port, wait_until


@pytest.fixture(scope="module")
def upstream():
    fake = FakeCore()
    yield fake
    fake.close()


@pytest.fixture(scope="module")
def proxying(world, upstream):
    """An edge of its own in front of the stand-in."""
    edge = world.stack.add_edge("proxying", FOOTFALL_EDGE_CORE_URL=f"http://127.0.0.1:{upstream.port}")
    edge.start()
    return edge


@pytest.fixture
def merchant(proxying, upstream):
    upstream.answer = upstream.plain(200, b'{"ok":true}')
    return Client(proxying.port, "baclique.localhost", documented=False)


class TestForwarding:
    def test_reframed_with_the_clients_address(self, merchant, upstream):
        answer = merchant.post_json("/v1/conversions?x=1", {"a": 1}, {"Authorization": "Bearer sk_live_x", "Idempotency-Key": "k"})
        assert answer.status == 200 and answer.json == {"ok": True}
        line, fields, body = upstream.last()
        assert line == "POST /v1/conversions?x=1 HTTP/1.1"
        assert fields["host"] == "baclique.localhost" and body == b'{"a": 1}'
        assert fields["content-length"] == str(len(body)) and "transfer-encoding" not in fields
        assert fields["authorization"] == "Bearer sk_live_x" and fields["idempotency-key"] == "k"
        assert fields["x-forwarded-for"].split(",")[-1].strip() == "127.0.0.1"

    def test_chunked_becomes_a_length(self, proxying, upstream, merchant):
        received = raw_exchange(proxying.port, b"POST /v1/conversions HTTP/1.1\r\nHost: baclique.localhost\r\nConnection: close\r\n"
                                               b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        assert received.startswith(b"HTTP/1.1 200")
        _, fields, body = upstream.last()
        assert body == b"abcde" and fields["content-length"] == "5" and "transfer-encoding" not in fields

    def test_hop_by_hop_fields_stay_behind(self, proxying, upstream, merchant):
        raw_exchange(proxying.port, b"GET /v1/campaigns HTTP/1.1\r\nHost: baclique.localhost\r\nConnection: close, X-Secret\r\n"
                                    b"X-Secret: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nUpgrade: h2c\r\nProxy-Authorization: x\r\n"
                                    b"X-Kept: 1\r\n\r\n")
        _, fields, _ = upstream.last()
        assert fields["x-kept"] == "1"
        assert not {"x-secret", "keep-alive", "te", "upgrade", "proxy-authorization"} & set(fields)

    def test_request_id_is_taken_or_made(self, merchant, upstream):
        """D-29."""
        answer = merchant.get("/v1/campaigns", {"X-Request-Id": "mine-1"})
        assert upstream.last()[1]["x-request-id"] == "mine-1" == answer.fields["x-request-id"]
        answer = merchant.get("/v1/campaigns", {"X-Request-Id": "bad id\u00e9".encode("latin-1").decode("latin-1")})
        made = upstream.last()[1]["x-request-id"]
        assert re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", made) and made == answer.fields["x-request-id"]

    def test_core_sees_what_a_trusted_proxy_says(self, merchant, upstream):
        merchant.get("/v1/campaigns", {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"})
        fields = upstream.last()[1]
        assert fields["x-forwarded-for"].split(",")[0].strip() == "203.0.113.9" and fields["x-forwarded-proto"] == "https"

    def test_upstreams_fields_pass_but_for_its_hops(self, merchant, upstream):
        upstream.answer = upstream.plain(429, b"{}", b"Retry-After: 7\r\nKeep-Alive: timeout=5\r\nX-RateLimit-Limit: 100\r\n")
        answer = merchant.get("/v1/campaigns")
        assert answer.status == 429 and answer.fields["retry-after"] == "7" and answer.fields["x-ratelimit-limit"] == "100"
        assert "keep-alive" not in answer.fields

    def test_HEAD_says_the_length_that_GET_would_bring(self, proxying, upstream, merchant):
        upstream.answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 118\r\n\r\n"
        received = raw_exchange(proxying.port, b"HEAD /v1/campaigns HTTP/1.1\r\nHost: baclique.localhost\r\nConnection: close\r\n\r\n")
        head, _, body = received.partition(b"\r\n\r\n")
        assert body == b"" and b"\r\nContent-Length: 118\r\n" in head + b"\r\n" and b"application/json" in head

    def test_connections_are_kept(self, merchant, upstream):
        merchant.get("/v1/campaigns")
        before = upstream.connections
        for _ in range(20):
            assert merchant.get("/v1/campaigns").status == 200
        assert upstream.connections == before

    def test_a_connection_that_core_closed_is_replaced(self, merchant, upstream):
        upstream.answer = upstream.plain(200, b"{}", b"Connection: close\r\n")
        assert [merchant.get("/v1/campaigns").status for _ in range(5)] == [200] * 5

    @pytest.mark.parametrize("nonsense", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                                          b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"])
    def test_an_answer_that_is_none_is_502(self, merchant, upstream, nonsense):
        upstream.answer = nonsense
        answer = merchant.get("/v1/campaigns")
        assert answer.status in (502, 503) and set(answer.json) == {"error"}

    def test_header_bytes_of_an_answer_are_bounded(self, merchant, upstream):
        upstream.answer = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\nContent-Length: 0\r\n\r\n"
        assert merchant.get("/v1/campaigns").status in (502, 503)


AWAY = {
    "baclique": lambda body: list(body) == ["error"] and isinstance(body["error"], str),
    "selgeo": lambda body: body["statusCode"] == 503 and body["error"] == "Service Unavailable" and body["code"] and body["message"],
    "affspace": lambda body: body["success"] is False and body["error"],
    "affily": lambda body: body["error"]["code"] and body["error"]["message"],
}


@pytest.mark.parametrize("dialect", AWAY)
def test_core_away(world, dialect):
    """D-8."""
    edge = away(world)
    answer = Client(edge.port, f"{dialect}.localhost").get("/v1/campaigns" if dialect == "baclique" else "/api/v1/conversions")
    assert answer.status == 503 and int(answer.fields["retry-after"]) >= 1
    assert AWAY[dialect](answer.json), answer.json
    assert edge.client().get(f"/{world.selgeo.code}").status == 302


@pytest.mark.parametrize("path", ["/c/summer?invite=x", "/portal", "/portal/log-in", "/portal/data.json"])
def test_core_away_is_a_page_for_people(world, path):
    """D-8: the edge's own, in the visitor's language."""
    client = Client(away(world).port, "baclique.localhost")
    answer = client.get(path, {"Accept-Language": "de"})
    assert answer.status == 503 and int(answer.fields["retry-after"]) >= 1
    assert answer.fields["content-type"] == "text/html; charset=utf-8" and "Bitte noch einmal versuchen" in answer.text
    assert answer.fields["content-language"] == "de" and answer.fields["cache-control"] == "no-store" and answer.fields["x-request-id"]
    assert client.post_json(path, {}).text.startswith("<!doctype html>")


def test_a_form_that_is_too_long_is_a_page(world):
    received = raw_exchange(world.edge.port, b"POST /portal/log-in HTTP/1.1\r\nHost: baclique.localhost\r\nContent-Length: 3000000\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 413 ") and b"text/html" in received and b"<h1>Bad request</h1>" in received


def test_affspaces_health_needs_no_core(world):
    edge = away(world)
    for host in ("affspace.localhost", "c.localhost"):   # COMMON.md C-9: on every host
        answer = Client(edge.port, host).get("/health")
        assert answer.status == 200 and answer.json["status"] in ("ok", "healthy")
        answer = Client(edge.port, host).request("HEAD", "/health")
        assert answer.status == 200 and answer.body == b""


def away(world):
    """An edge whose core is not there."""
    if not hasattr(world, "edge_without_core"):
        world.edge_without_core = world.stack.add_edge("coreless", FOOTFALL_EDGE_CORE_URL=f"http://127.0.0.1:{free_port()}")
        world.edge_without_core.launch()
        wait_until(lambda: world.edge_without_core.client().get(f"/{world.selgeo.code}").status == 302
                   if world.edge_without_core.is_alive() else False, what="the edge without core serves")
    return world.edge_without_core
