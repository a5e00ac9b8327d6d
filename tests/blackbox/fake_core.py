"""A stand-in for core that remembers what reached it, byte for byte, and answers as it is told."""

import socketserver
import threading


class FakeCore:
    """`requests`: the raw requests so far. `answer`: bytes to send for each, or None to stay silent."""

    def __init__(self):
        self.requests = []
        self.connections = 0
        self.answer = self.plain(200, b'{"ok":true}')
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                outer.connections += 1
                outer._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @staticmethod
    def plain(status, body, fields=b""):
        return b"HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s" % (
            status, len(body), fields, body)

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def last(self):
        """(request line, fields in lower case, body) of the latest request."""
        head, _, body = self.requests[-1].partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        fields = {}
        for each in lines:
            name, _, value = each.partition(":")
            assert name.lower() not in fields, f"{name} twice"
            fields[name.lower()] = value.strip()
        return line, fields, body

    def _serve(self, connection):
        received = b""
        while True:
            try:
                data = connection.recv(65536)
            except OSError:
                return
            if not data:
                return
            received += data
            while True:
                end = received.find(b"\r\n\r\n")
                if end < 0:
                    break
                length = 0
                for line in received[:end].split(b"\r\n"):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                if len(received) < end + 4 + length:
                    break
                self.requests.append(received[:end + 4 + length])
                received = received[end + 4 + length:]
                if self.answer is None:
                    continue
                connection.sendall(self.answer)
                if b"connection: close" in self.answer.lower():
                    connection.close()
                    return
