"""The edge on a socket that stays open while it restarts, as systemd keeps one: nobody is refused, nobody is cut off, and
every acknowledged click is stored."""

import re
import socket
import threading

import pytest

from servers import wait_until
from stack import Edge, Stack
from world import World

RESTARTS = 8


class EdgeOnSocket(Edge):
    """Is passed `listener` as systemd would: descriptor 3, LISTEN_FDS and LISTEN_PID."""

    def __init__(self, folder, redis, core, listener):
        super().__init__(folder, redis, core, FOOTFALL_EDGE_HTTP_PORT=0, FOOTFALL_EDGE_WORKERS=2)
        self.listener = listener

    def command(self):
        return ["bash", "-c", f'exec 3<&{self.listener.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0"', *super().command()]

    def launch(self):
        return super().launch(pass_fds=[self.listener.fileno()])

    @property
    def port(self):
        return self.listener.getsockname()[1]


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
        edge = EdgeOnSocket(stack.folder / "socketed", stack.redis, stack.core, listener).start()
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
