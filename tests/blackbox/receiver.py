"""A receiver of webhooks that answers as it is told, path by path, and knows nothing of Footfall's code: signatures are
checked with the openssl command. At the end the bodies of all webhooks are held against the OpenAPI documents."""

import json
import re
import socket
import ssl
import subprocess
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openapi_check
from servers import wait_until

Received = namedtuple("Received", "path fields body")   # fields: names in lower case


def hmac_by_openssl(key_hex, message):
    done = subprocess.run(["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key_hex}"], input=message,
                          capture_output=True, check=True)
    return done.stdout.decode().split("= ")[-1].strip()


def signed_at(received, secret, header="x-selgeo-signature"):
    """The time of a valid signature; fails on one that is not valid."""
    match = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", received.fields[header])
    assert match, received.fields
    key = secret.removeprefix("whsec_") if header == "x-selgeo-signature" else secret.encode().hex()
    assert hmac_by_openssl(key, match[1].encode() + b"." + received.body) == match[2], "the signature is wrong"
    return int(match[1])


class Receiver:
    """`answers`: path → status, or a function of the handler that answers itself. 200 where nothing is said."""

    def __init__(self, port=0, certificate=None):
        self.received, self.answers = [], {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self.answer_as_told()

            def do_GET(self):
                receiver.received.append(Received(self.path, {}, b"GET"))
                self.answer_as_told()

            def answer_as_told(self):
                answer = receiver.answers.get(self.path.partition("?")[0], 200)
                if callable(answer):
                    answer(self)
                else:
                    self.answer(answer)

            def answer(self, status, **fields):
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def close_early(self):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self, path):
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        faults = [fault for one in self.received if one.body != b"GET" for fault in openapi_check.event_faults(one.body)]
        assert not faults, f"webhooks beside their OpenAPI documents: {faults[:3]}"

    def at(self, path):
        return [one for one in list(self.received) if one.path == path]

    def events(self, path, type=None):
        """The bodies, as JSON."""
        bodies = [json.loads(one.body) for one in self.at(path)]
        return [body for body in bodies if type in (None, body["type"])]

    def wait(self, path, count=1, timeout_s=30):
        wait_until(lambda: len(self.at(path)) >= count, timeout_s, f"{count} webhooks at {path}")
        return self.at(path)


def make_certificate(folder):
    """A certificate of 127.0.0.1 that signs itself, with its key in one file."""
    path = folder / "receiver.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", f"{path}.crt"],
                   check=True, capture_output=True)
    path.write_text(path.read_text() + open(f"{path}.crt").read())
    return path
