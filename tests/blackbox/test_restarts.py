"""The edge on a socket that stays open while it restarts, as systemd keeps one: nobody is refused, nobody is cut off, and
every acknowledged click is stored."""

import re
import socket
import threading

import pytest

from certificate_authority import Authority
from servers import wait_until
from stack import Edge, Stack
from world import World

RESTARTS = 8


class EdgeOnSocket(Edge):
    """Is passed listeners by name as systemd would: from descriptor 3 on, LISTEN_FDS, LISTEN_FDNAMES and LISTEN_PID."""

    def __init__(self, folder, redis, core, listeners, **settings):
        super().__init__(folder, redis, core, FOOTFALL_EDGE_HTTP_PORT=0, FOOTFALL_EDGE_WORKERS=2, **settings)
        self.listeners = listeners

    def command(self):
        moves = "".join(f"exec {20 + place}<&{listener.fileno()}; " for place, listener in enumerate(self.listeners.values()))
        moves += "".join(f"exec {3 + place}<&{20 + place} {20 + place}<&-; " for place in range(len(self.listeners)))
        variables = f"LISTEN_FDS={len(self.listeners)} LISTEN_FDNAMES={':'.join(self.listeners)} LISTEN_PID=$$"
        return ["bash", "-c", f'{moves}{variables} exec "$0"', *super().command()]

    def launch(self):
        return super().launch(pass_fds=[listener.fileno() for listener in self.listeners.values()])

    @property
    def port(self):
        return self.listeners["http"].getsockname()[1]


class Visitor(threading.Thread):
    """Follows a link again and again, on a connection each or on one as long as the server keeps it."""

    def __init__(self, port, code, keeps_alive):
        super().__init__(daemon=True)
        self.port, self.keeps_alive = port, keeps_alive
        self.request = (f"GET /{code} HTTP/1.1\r\nHost: c.localhost\r\nUser-Agent: Mozilla/5.0 Visitor\r\n"
                        f"{'' if keeps_alive else 'Connection: close' + chr(13) + chr(10)}\r\n").encode()
        self.over = threading.Event()
        self.ids, self.failures = [], []
        self.connections = 0

    def run(self):
        connection = None
        while not self.over.is_set():
            try:
                if connection is None:
                    connection = socket.create_connection(("127.0.0.1", self.port), 30)
                    self.connections += 1
                connection.sendall(self.request)
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    part = connection.recv(4096)
                    if not part:
                        raise ConnectionError("closed without an answer")
                    head += part
            except OSError as failure:
                self.failures.append(repr(failure))
                connection = None
                continue
            found = re.match(rb"HTTP/1.1 302 .*click_id=([0-9a-f-]{36})", head, re.S)
            if not found:
                self.failures.append(head.decode())
            else:
                self.ids.append(found[1].decode())
            if b"connection: close" in head.lower():
                connection.close()
                connection = None


@pytest.fixture(scope="module")
def stack():
    with Stack() as stack:
        yield stack


def test_restarts_refuse_nobody(stack):
    code = World(stack, only=("selgeo",)).selgeo.code
    stack.edge.terminate()
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        edge = EdgeOnSocket(stack.folder / "socketed", stack.redis, stack.core, {"http": listener}).start()
        stack.others.append(edge)
        wait_until(lambda: edge.client().get(f"/{code}").status == 302, what="link on the edge")
        visitors = [Visitor(edge.port, code, keeps_alive=number % 2 == 0) for number in range(6)]
        for visitor in visitors:
            visitor.start()
        for _ in range(RESTARTS):
            before = sum(len(visitor.ids) for visitor in visitors)
            wait_until(lambda: sum(len(visitor.ids) for visitor in visitors) > before + 200, 60, "visitors served")
            assert edge.terminate() == 0
            edge.start()
        for visitor in visitors:
            visitor.over.set()
        for visitor in visitors:
            visitor.join(60)
    assert [visitor.failures for visitor in visitors] == [[]] * len(visitors)
    assert all(visitor.ids for visitor in visitors)
    stack.wait_stored([click for visitor in visitors for click in visitor.ids])


def test_who_comes_by_https_during_a_restart_waits(stack, tmp_path):
    """With a second socket unit, whose place among the descriptors is not known: its name counts."""
    authority = Authority(tmp_path / "ca")
    certificate = authority.issue(tmp_path / "links", "c.localhost")
    with socket.create_server(("127.0.0.1", 0)) as tls, socket.create_server(("127.0.0.1", 0)) as plain:
        edge = EdgeOnSocket(stack.folder / "both", stack.redis, stack.core, {"tls": tls, "http": plain},
                            FOOTFALL_EDGE_TLS_CERTIFICATES=certificate, FOOTFALL_EDGE_TLS_PORT=0).start()
        stack.others.append(edge)
        assert edge.client().get("/health").status == 200, "the plain port"
        assert edge.terminate() == 0
        with socket.create_connection(tls.getsockname(), 30) as raw:
            edge.start()
            with authority.context().wrap_socket(raw, server_hostname="c.localhost") as connection:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: c.localhost\r\n\r\n")
                assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
