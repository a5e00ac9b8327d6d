"""A load client that remembers what it was promised, click by click.

64 connections on one epoll loop, half of the clicks by redirect, half by POST. A POST carries an id of its own, and is
sent again under the same id until it is answered 201; a redirect that gets no answer is followed by another one, as a
visitor would. What the edge answered for is in `acked`; every one of these must be stored.
"""

import os
import select
import socket
import threading
import time
import uuid
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from servers import wait_until


def mint_uuid7():
    raw = bytearray(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10))
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return str(uuid.UUID(bytes=bytes(raw)))


class _Connection:
    def __init__(self, slot):
        self.slot = slot
        self.socket = None
        self.received = b""
        self.click = None    # (kind, id) in flight
        self.pause_until = 0.0   # after a refusal: when to connect, or to send, again
        self.pauses = False


class LoadClient:
    """run() blocks until `total` clicks are acknowledged; start() does so on a thread of its own.

    `acked`: id → "redirect" or "post". `unanswered`: redirects sent whose answer never came (each may be stored or
    not). `statuses`: answers by status; `reminted`: ids refused because they looked like an edge's own (one in 65,536).
    """

    def __init__(self, port, redirect_host, redirect_code, post_host, public_key, ref, total, connections=64,
                 deadline_s=180):
        self.port = port
        self.total = total
        self.deadline_s = deadline_s
        self.acked = {}
        self.unanswered = 0
        self.reconnects = 0
        self.reminted = 0
        self.unrecorded = 0
        self.statuses = Counter()
        self.failure = None
        self._issued = 0
        self._owed = total   # clicks that no connection has in hand and that are not acknowledged
        self._connections = [_Connection(i) for i in range(connections)]
        self._epoll = select.epoll()
        self._by_fd = {}
        self._thread = None
        self._redirect = (f"GET /{redirect_code}?sub1=load HTTP/1.1\r\nHost: {redirect_host}\r\n"
                          "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Load/1\r\n\r\n").encode()
        self._post_head = (f"POST /v1/clicks HTTP/1.1\r\nHost: {post_host}\r\nX-Public-Key: {public_key}\r\n"
                           "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Load/1\r\n"
                           "Content-Type: application/json\r\nContent-Length: ")
        self._ref = ref

    # The loop

    def start(self):
        self._thread = threading.Thread(target=self._run_guarded, name="load", daemon=True)
        self._thread.start()
        return self

    def wait_for(self, acks, timeout_s=120):
        """Until so many clicks are acknowledged: the moment for a fault, by progress and not by the clock."""
        wait_until(lambda: self.failure or len(self.acked) >= acks, timeout_s, f"{acks} clicks acknowledged", every_s=0.002)
        if self.failure:
            raise self.failure

    def join(self):
        self._thread.join(self.deadline_s + 30)
        if self.failure:
            raise self.failure
        assert not self._thread.is_alive(), "the load client hangs"

    def run(self):
        end = time.monotonic() + self.deadline_s
        while len(self.acked) < self.total:
            if time.monotonic() > end:
                raise AssertionError(f"{len(self.acked)} of {self.total} clicks acknowledged in {self.deadline_s} s, "
                                     f"{dict(self.statuses)}")
            now = time.monotonic()
            for connection in self._connections:
                if connection.socket is None and now >= connection.pause_until:
                    self._open(connection)
                elif connection.socket and connection.pauses and now >= connection.pause_until:
                    self._send(connection)
                elif connection.socket and connection.click is None and not connection.pauses and self._owed:
                    self._send(connection)
            for fd, _ in self._epoll.poll(0.02):
                connection = self._by_fd.get(fd)
                if connection:
                    self._read(connection)
        for connection in self._connections:
            self._close(connection)
        self._epoll.close()

    def _run_guarded(self):
        try:
            self.run()
        except BaseException as failure:  # handed to the test by wait_for and join
            self.failure = failure

    def _open(self, connection):
        try:
            connection.socket = socket.create_connection(("127.0.0.1", self.port), timeout=2)
            connection.socket.setblocking(False)
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            connection.socket = None
            connection.pause_until = time.monotonic() + 0.05
            return
        connection.received = b""
        self._by_fd[connection.socket.fileno()] = connection
        self._epoll.register(connection.socket.fileno(), select.EPOLLIN)
        self._send(connection)

    def _close(self, connection):
        if connection.socket:
            self._by_fd.pop(connection.socket.fileno(), None)
            connection.socket.close()
            connection.socket = None

    def _lost(self, connection):
        """The connection broke. A POST keeps its id and goes out again."""
        self._close(connection)
        self.reconnects += 1
        connection.pause_until = time.monotonic() + 0.02
        if connection.click and connection.click[0] == "redirect":
            self.unanswered += 1
            self._drop(connection)

    # Requests and answers

    def _send(self, connection):
        connection.pauses = False
        if connection.click is None:
            if self._owed == 0:
                return   # the other connections have the rest in hand
            self._owed -= 1
            kind = "redirect" if self._issued % 2 == 0 else "post"
            self._issued += 1
            connection.click = (kind, mint_uuid7() if kind == "post" else None)
        kind, click_id = connection.click
        if kind == "redirect":
            message = self._redirect
        else:
            body = f'{{"ref":"{self._ref}","url":"https://shop.example/p?utm_source=load","click_id":"{click_id}"}}'
            message = (self._post_head + f"{len(body)}\r\n\r\n{body}").encode()
        try:
            connection.socket.sendall(message)
        except OSError:
            self._lost(connection)

    def _read(self, connection):
        try:
            data = connection.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost(connection)
            return
        connection.received += data
        head_end = connection.received.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = connection.received[:head_end].decode("latin-1")
        fields = dict(line.lower().split(": ", 1) if ": " in line else (line, "") for line in head.split("\r\n")[1:])
        length = int(fields.get("content-length", "0"))
        if len(connection.received) < head_end + 4 + length:
            return
        body = connection.received[head_end + 4:head_end + 4 + length].decode()
        connection.received = b""
        self._answered(connection, int(head.split(" ", 2)[1]), head, body)
        if fields.get("connection") == "close":
            self._close(connection)
        elif not connection.pauses:
            self._send(connection)

    def _answered(self, connection, status, head, body):
        kind, click_id = connection.click
        self.statuses[status] += 1
        if kind == "redirect" and status == 302:
            location = next(line[10:] for line in head.split("\r\n") if line.lower().startswith("location: "))
            ids = parse_qs(urlsplit(location).query).get("click_id")
            if ids:
                self._acknowledge(ids[0], kind)
                connection.click = None
            else:
                self.unrecorded += 1
                self._drop(connection)
        elif kind == "post" and status == 201:
            assert f'"{click_id}"' in body, body
            self._acknowledge(click_id, kind)
            connection.click = None
        elif kind == "post" and status == 400 and "click_id" in body and self.reminted < 5:
            self.reminted += 1
            self._drop(connection)
        elif status in (429, 503):
            connection.pauses, connection.pause_until = True, time.monotonic() + 0.02
            if kind == "redirect":
                self._drop(connection)
        else:
            raise AssertionError(f"{kind} answered {status}: {body[:300]}")

    def _drop(self, connection):
        """This click comes to nothing; another one takes its place, on any connection."""
        connection.click = None
        self._owed += 1

    def _acknowledge(self, click_id, kind):
        assert click_id not in self.acked, f"{click_id} was handed out twice"
        self.acked[click_id] = kind
