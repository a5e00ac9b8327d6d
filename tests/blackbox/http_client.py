"""HTTP towards 127.0.0.1 with a Host of one's choice; nothing is resolved, nothing is followed. Every answer of an API
is held against its OpenAPI document."""

import http.client
import json
import random
import socket
from dataclasses import dataclass

import openapi_check
from servers import wait_until

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def own_address():
    """One of loopback's. Unknown keys are limited per address: who connects from one of its own is not counted with
    others."""
    return f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"


def numbered_address(network, number):
    """One of loopback's, another for each number below 62,500."""
    return f"127.{network}.{number // 250}.{number % 250 + 1}"


@dataclass
class Answer:
    status: int
    fields: dict   # names in lower case
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


class Client:
    """One kept-alive connection, made anew when it was closed."""

    def __init__(self, port, host, timeout_s=15, source=None, documented=True):
        """`source`: the address to connect from, one of the machine's. `documented`: unless core is a double, answers are
        held against the OpenAPI documents."""
        self.port = port
        self.host = host
        self.timeout_s = timeout_s
        self.source = source
        self.documented = documented
        self._connection = None

    def request(self, method, path, body=None, fields=None, agent=BROWSER):
        for attempt in (1, 2):
            fresh = self._connection is None
            if fresh:
                self._connection = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=self.timeout_s,
                    source_address=(self.source, 0) if self.source else None)
            try:
                return self._exchange(method, path, body, fields or {}, agent)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.close()
                if fresh or attempt == 2:
                    raise

    def get(self, path, fields=None, **more):
        return self.request("GET", path, fields=fields, **more)

    def post_json(self, path, value, fields=None, content_type="application/json", **more):
        body = value if isinstance(value, (bytes, str)) else json.dumps(value)
        body = body.encode() if isinstance(body, str) else body
        return self.request("POST", path, body, {"Content-Type": content_type, **(fields or {})}, **more)

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def _exchange(self, method, path, body, fields, agent):
        connection = self._connection
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", self.host)
        if agent is not None:
            connection.putheader("User-Agent", agent)
        for name, value in fields.items():
            connection.putheader(name, value)
        if body is not None and not any(name.lower() in ("content-length", "transfer-encoding") for name in fields):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        data = response.read()
        if response.will_close:
            self.close()
        names = {}
        for name, value in response.getheaders():
            is_repeated = name.lower() == "set-cookie" and name.lower() in names
            names[name.lower()] = f"{names[name.lower()]}\n{value}" if is_repeated else value
        answer = Answer(response.status, names, data)
        assert answer.status != 429 or int(names["retry-after"]) >= 1, f"{method} {path}: 429 without Retry-After"
        if self.documented:
            openapi_check.check(self.host, method, path, fields.get("Content-Type"), body, answer)
        return answer


def raw_exchange(port, message, timeout_s=15):
    """Sends the bytes as they are and reads until the peer closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_s) as connection:
        connection.sendall(message)
        received = b""
        while True:
            try:
                data = connection.recv(65536)
            except ConnectionResetError:
                return received
            if not data:
                return received
            received += data


def patiently(call, timeout_s=30):
    """As a client that heeds Retry-After: again after each 503. A busy machine may be slower than the bounds of a wait."""
    def settled():
        answer = call()
        assert answer.status != 503 or int(answer.fields["retry-after"]) >= 1
        return answer if answer.status != 503 else None
    return wait_until(settled, timeout_s, "an answer other than 503", every_s=0.2)
