"""A mail server that keeps what it gets and refuses as it is told, and the folder of a development's mails. Knows nothing of Footfall's code."""

import base64
import contextlib
import email
import email.policy
import re
import socket
import socketserver
import threading
from collections import namedtuple

from servers import wait_until

Mail = namedtuple("Mail", "sender to message login")


class MailServer:
    """`answers`: command in capitals ("RCPT", "DATA", "END" for what follows the text) → the whole line that refuses it."""

    def __init__(self, port=0, mails=()):
        self.mails, self.answers, self.asked, self.open = list(mails), {}, 0, set()
        owner = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def setup(self):
                super().setup()
                owner.open.add(self.connection)

            def finish(self):
                owner.open.discard(self.connection)
                with contextlib.suppress(OSError):
                    super().finish()

            def handle(self):
                self.say("220 double ready")
                sender = recipient = login = None
                while line := self.rfile.readline().decode(errors="replace").rstrip("\r\n"):
                    verb = line.split(" ")[0].upper()
                    if verb == "RCPT":
                        owner.asked += 1
                    if verb in owner.answers:
                        self.say(owner.answers[verb])
                    elif verb == "EHLO":
                        self.say("250-double")
                        self.say("250-AUTH PLAIN")
                        self.say("250 8BITMIME")
                    elif verb == "AUTH":
                        parts = line.split(" ")
                        if len(parts) < 3:
                            self.say("334 ")
                            parts.append(self.rfile.readline().decode().strip())
                        login = tuple(base64.b64decode(parts[-1]).decode().split("\0")[1:])
                        self.say("235 welcome")
                    elif verb == "MAIL":
                        sender, recipient = re.search(r"<(.*?)>", line)[1], None
                        self.say("250 ok")
                    elif verb == "RCPT":
                        recipient = re.search(r"<(.*?)>", line)[1]
                        self.say("250 ok")
                    elif verb == "DATA":
                        self.say("354 go on")
                        text = b""
                        while (data := self.rfile.readline()) not in (b".\r\n", b""):
                            text += data[1:] if data.startswith(b".") else data
                        if "END" in owner.answers:
                            self.say(owner.answers["END"])
                            continue
                        owner.mails.append(Mail(sender, recipient, email.message_from_bytes(text, policy=email.policy.default), login))
                        self.say("250 taken")
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 ok" if verb in ("RSET", "NOOP") else "502 unknown")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def to(self, address):
        """Oldest first."""
        return [mail.message for mail in self.mails if mail.to == address]

    def mail_to(self, address, number=1):
        """The newest of `number` mails to the address."""
        return wait_until(lambda: self.to(address)[number - 1:], 40, f"mail {number} to {address}")[-1]


class MailFolder:
    """The mails of a stack whose core writes them into files."""

    def __init__(self, folder):
        self.folder = folder

    def all(self):
        """Oldest first."""
        files = sorted(self.folder.glob("*.eml")) if self.folder.exists() else []
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def to(self, address):
        return [mail for mail in self.all() if mail["To"] == address]

    def mail_to(self, address, number=1):
        """The newest of `number` mails to the address."""
        return wait_until(lambda: self.to(address)[number - 1:], what=f"mail {number} to {address}")[-1]


def link_in(mail):
    """Path and query of the one link in a mail."""
    links = re.findall(r"https?://[^/\s]+(/\S+)", mail.get_content())
    assert len(links) == 1, mail
    return links[0]
