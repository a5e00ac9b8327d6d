"""TLS at the edge: which certificate is shown, what is refused, how certificates are renewed, and what the plain port is
for beside it. Certificates are made by OpenSSL's command line."""

import json
import re
import signal
import socket
import ssl
import subprocess
import time

import pytest

from certificate_authority import Authority
from http_client import Client
from servers import free_port, wait_until
from stack import BUILD, clean_environment

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class TlsEdge:
    def __init__(self, world, folder):
        self.authority = Authority(folder / "ca")
        self.links = self.authority.issue(folder / "links", "c.localhost")
        self.others = self.authority.issue(folder / "others", "selgeo.localhost", "*.go.localhost", days=20)
        self.authority.staple(self.others)
        self.challenges = folder / "challenges"
        self.challenges.mkdir()
        self.port = free_port()
        self.edge = world.stack.add_edge("tls", FOOTFALL_EDGE_TLS_CERTIFICATES=f"{self.links},{self.others}",
                                         FOOTFALL_EDGE_TLS_PORT=self.port, FOOTFALL_EDGE_TLS_HANDSHAKES_PER_CLIENT_S=0,
                                         FOOTFALL_EDGE_TLS_ACME_DIRECTORY=self.challenges, FOOTFALL_EDGE_HTTP_REDIRECT_TO_HTTPS="true")
        self.edge.start()

    def connect(self, host, context=None):
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        return (context or self.authority.context()).wrap_socket(raw, server_hostname=host)

    def ask(self, host, request, context=None):
        with self.connect(host, context) as connection:
            return exchange(connection, request)

    def get(self, host, path, *fields):
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", f"User-Agent: {AGENT}", "Connection: close", *fields, "", ""]
        return self.ask(host, "\r\n".join(lines))

    def s_client(self, *arguments):
        """What OpenSSL's own client says of a connection, and whether there was one."""
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", *arguments], input=b"", timeout=30,
                              capture_output=True)
        text = (done.stdout + done.stderr).decode(errors="replace")
        return "Cipher is (NONE)" not in text and "New, " in text, text

    def reload(self, outcome="loaded"):
        """Has the certificates read anew, and waits for it."""
        count = lambda: self.edge.total("footfall_edge_certificate_reloads_total", outcome=outcome)
        before = count()
        self.edge.process.send_signal(signal.SIGHUP)
        wait_until(lambda: count() > before, what=f"certificates {outcome}")


def exchange(connection, request):
    """Sends a request and reads an answer with a Content-Length, or until the end."""
    connection.sendall(request.encode())
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < (length or [0])[0]:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture(scope="module")
def tls(world, tmp_path_factory):
    tls = TlsEdge(world, tmp_path_factory.mktemp("tls"))
    yield tls
    tls.edge.terminate()


def test_a_short_link_and_a_click_by_https(world, tls):
    answer = tls.get("c.localhost", f"/{world.selgeo.code}")
    assert b" 302 " in answer and b"Location: " in answer
    body = json.dumps({"ref": world.selgeo.code})
    answer = tls.ask("selgeo.localhost", "POST /v1/clicks HTTP/1.1\r\nHost: selgeo.localhost\r\nContent-Type: application/json\r\n"
                     f"User-Agent: {AGENT}\r\nX-Public-Key: {world.selgeo.public_key}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}")
    assert b" 201 " in answer.split(b"\r\n")[0], answer


def test_the_name_chooses_the_certificate(tls):
    def shown(host):
        with tls.connect(host) as connection:
            return connection.getpeercert()["subjectAltName"]
    assert shown("c.localhost") == (("DNS", "c.localhost"),)
    others = (("DNS", "selgeo.localhost"), ("DNS", "*.go.localhost"))
    assert shown("selgeo.localhost") == others and shown("brand.go.localhost") == others
    connected, text = tls.s_client("-noservername")
    assert connected and "CN = c.localhost" in text


@pytest.mark.parametrize("arguments", [
    ("-tls1", "-cipher", "ALL:@SECLEVEL=0"), ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
    ("-tls1_2", "-cipher", "AES128-GCM-SHA256"), ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"),
    ("-alpn", "h2")], ids=["TLS 1.0", "TLS 1.1", "no forward secrecy", "CBC", "HTTP/2 alone"])
def test_what_is_refused(tls, arguments):
    connected, text = tls.s_client(*arguments)
    assert not connected, text


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_what_is_spoken(tls, version):
    connected, text = tls.s_client(version, "-alpn", "h2,http/1.1", "-servername", "selgeo.localhost", "-status")
    assert connected and "ALPN protocol: http/1.1" in text
    assert "Compression: NONE" in text and "OCSP Response Status: successful" in text and "Cert Status: good" in text


def test_renegotiation_is_refused(tls):
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{tls.port}", "-tls1_2"], input=b"R\n", timeout=30, capture_output=True)
    assert b"no renegotiation" in done.stderr and done.returncode != 0


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_visitor_who_comes_again_resumes(tls, version):
    context = tls.authority.context()
    context.minimum_version = context.maximum_version = version
    request = "GET /health HTTP/1.1\r\nHost: c.localhost\r\nConnection: close\r\n\r\n"
    session = None
    for turn in range(4):   # whichever worker it meets
        raw = socket.create_connection(("127.0.0.1", tls.port), timeout=10)
        with context.wrap_socket(raw, server_hostname="c.localhost", session=session) as connection:
            assert b" 200 " in exchange(connection, request)
            assert connection.session_reused == (turn > 0)
            session = connection.session


def test_certificates_are_renewed_while_connections_stay(tls):
    def serial():
        with tls.connect("c.localhost") as connection:
            return connection.getpeercert()["serialNumber"]
    request = "GET /health HTTP/1.1\r\nHost: c.localhost\r\n\r\n"
    before = serial()
    with tls.connect("c.localhost") as old:
        assert b" 200 " in exchange(old, request)
        tls.authority.issue(tls.links, "c.localhost", days=9)
        tls.reload()
        assert serial() != before
        assert b" 200 " in exchange(old, request), "the old connection goes on"
    expires = tls.edge.total("footfall_edge_certificate_expires_timestamp_seconds")   # of the one that ends first
    assert 8.9 < (expires - time.time()) / 86400 < 9.1


def test_a_certificate_that_cannot_be_used_changes_nothing(tls):
    good = (tls.links / "privkey.pem").read_text()
    (tls.links / "privkey.pem").write_text((tls.others / "privkey.pem").read_text())
    try:
        tls.reload("refused")
        assert '"level":"error","event":"edge.certificates.refused"' in tls.edge.log.read_text()
        assert tls.edge.total("footfall_edge_certificates_refused") == 1
        assert b" 200 " in tls.get("c.localhost", "/health")
    finally:
        (tls.links / "privkey.pem").write_text(good)
        tls.reload()
    assert tls.edge.total("footfall_edge_certificates_refused") == 0


def test_an_expired_certificate_does_not_replace_a_good_one(tls):
    good = {name: (tls.links / name).read_text() for name in ("privkey.pem", "fullchain.pem", "cert.pem")}
    tls.authority.issue(tls.links, "c.localhost", days=-1)
    try:
        tls.reload("refused")
        assert "fullchain.pem: ended at " in tls.edge.log.read_text()
        assert b" 200 " in tls.get("c.localhost", "/health"), "whose client checks the certificate"
    finally:
        for name, text in good.items():
            (tls.links / name).write_text(text)
        tls.reload()


def test_what_cannot_be_stapled_is_left_out_and_counted(tls):
    """A file that came later is stapled after a reload; one that is broken or of the certificate before is not, and harms
    nobody."""
    def stapled():
        connected, text = tls.s_client("-servername", "c.localhost", "-status")
        assert connected, text
        return "OCSP Response Status: successful" in text
    left_out = lambda: tls.edge.total("footfall_edge_certificate_staples_left_out")
    assert not stapled() and left_out() == 0
    try:
        tls.authority.staple(tls.links)
        tls.reload()
        assert stapled() and left_out() == 0
        tls.authority.staple(tls.links, by=tls.authority.issue(tls.links.parent / "responder", "responder", purpose="OCSPSigning"))
        tls.reload()
        assert stapled(), "in the authority's name"
        assert 1.9 < (tls.edge.total("footfall_edge_certificate_staple_expires_timestamp_seconds") - time.time()) / 86400 < 2.1
        tls.authority.staple(tls.links, by=tls.authority.issue(tls.links.parent / "stranger", "stranger"))
        tls.reload()
        assert not stapled() and left_out() == 1, "by a certificate that may not speak for the authority"
        tls.authority.staple(tls.links)
        tls.authority.issue(tls.links, "c.localhost")
        tls.reload()
        assert not stapled() and left_out() == 1
        assert "ocsp.der is about another certificate: nothing is stapled" in tls.edge.log.read_text()
        (tls.links / "ocsp.der").write_bytes(b"")
        tls.reload()
        assert not stapled() and left_out() == 1
    finally:
        (tls.links / "ocsp.der").unlink()
        tls.reload()


def test_the_plain_port_leads_to_https(world, tls):
    client = Client(tls.edge.port, "c.localhost")
    answer = client.get("/a/b?c=d%20e")
    assert answer.status == 301 and answer.fields["location"] == f"https://c.localhost:{tls.port}/a/b?c=d%20e"
    assert client.get("/health").status == 200
    posted = Client(tls.edge.port, "selgeo.localhost").request("POST", "/api/v1/conversions", b"{}", {"Content-Type": "application/json", "Authorization": f"Bearer {world.selgeo.secret_key}"})
    assert posted.status == 403 and "HTTPS is required" in posted.text
    clicks = Client(tls.edge.port, "selgeo.localhost").request("POST", "/v1/clicks", b"{}", {"Content-Type": "application/json"})
    assert clicks.status == 403
    by_proxy = client.get(f"/{world.selgeo.code}", {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "User-Agent": AGENT})
    assert by_proxy.status == 302, "a trusted proxy says that the visitor used HTTPS"


def test_redirects_lead_to_the_port_that_serves(world, tls):
    """One that the kernel chose, and one that something in front leads here."""
    for outside, expected in ((0, None), (443, ""), (4443, ":4443")):
        edge = world.stack.add_edge(f"tls-{outside}", FOOTFALL_EDGE_TLS_CERTIFICATES=tls.links, FOOTFALL_EDGE_TLS_PORT=0,
                                    FOOTFALL_EDGE_TLS_OUTSIDE_PORT=outside, FOOTFALL_EDGE_HTTP_REDIRECT_TO_HTTPS="true")
        edge.start()
        try:
            if expected is None:
                expected = ":" + re.search(r'"tls_port":"?(\d+)', edge.log.read_text())[1]
                assert expected != ":0"
                raw = socket.create_connection(("127.0.0.1", int(expected[1:])), timeout=10)
                tls.authority.context().wrap_socket(raw, server_hostname="c.localhost").close()
            assert Client(edge.port, "c.localhost").get("/a").fields["location"] == f"https://c.localhost{expected}/a"
        finally:
            edge.terminate()


def test_challenges_of_certificate_authorities(tls):
    (tls.challenges / "Token-1_a").write_text("Token-1_a.thumbprint")
    (tls.challenges.parent / "secret").write_text("not to be seen")
    (tls.challenges / "link").symlink_to(tls.challenges.parent / "secret")
    (tls.challenges / "folder").mkdir()
    client = Client(tls.edge.port, "c.localhost")
    answer = client.get("/.well-known/acme-challenge/Token-1_a")
    assert answer.status == 200 and answer.text == "Token-1_a.thumbprint"
    for path in ("none", "..%2Fsecret", "../secret", "link", "folder", ""):
        answer = client.get(f"/.well-known/acme-challenge/{path}")
        assert answer.status == 301 and "not to be seen" not in answer.text, path


def test_SEL_03_https_of_our_own_is_https(world, tls):
    """A proxy's word that the client came by plain HTTP is believed; without one, our own TLS counts."""
    def report(*fields):
        body = "{}"
        lines = ["POST /api/v1/conversions HTTP/1.1", "Host: selgeo.localhost", "Content-Type: application/json",
                 f"Authorization: Bearer {world.selgeo.secret_key}", f"Content-Length: {len(body)}", "Connection: close", *fields, "", body]
        return tls.ask("selgeo.localhost", "\r\n".join(lines))
    assert b" 400 " in report("X-Forwarded-For: 203.0.113.9"), "it is read, and found empty"
    assert b" 403 " in report("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http")


def test_handshakes_are_bounded(world, tls):
    edge = world.stack.add_edge("tls-bounded", FOOTFALL_EDGE_TLS_CERTIFICATES=str(tls.links), FOOTFALL_EDGE_TLS_PORT=free_port(),
                                FOOTFALL_EDGE_TLS_HANDSHAKES_PER_CLIENT_S=1, FOOTFALL_EDGE_WORKERS=1)
    edge.start()
    try:
        connected = 0
        for _ in range(10):
            try:
                raw = socket.create_connection(("127.0.0.1", edge.settings["FOOTFALL_EDGE_TLS_PORT"]), timeout=10)
                tls.authority.context().wrap_socket(raw, server_hostname="c.localhost").close()
                connected += 1
            except OSError:
                pass
        assert 2 <= connected < 10
        assert edge.total("footfall_http_tls_handshakes_total", server="public", outcome="refused") == 10 - connected
        assert Client(edge.port, "c.localhost").get("/health").status == 200
    finally:
        edge.terminate()


def test_a_start_without_a_sound_certificate_is_refused(world, tls, tmp_path):
    edge = world.stack.add_edge("tls-broken", FOOTFALL_EDGE_TLS_CERTIFICATES=str(tmp_path), FOOTFALL_EDGE_TLS_PORT=free_port())
    edge.launch()
    assert edge.process.wait(30) != 0
    assert "fullchain.pem" in edge.log.read_text()


def check_config(**settings):
    return subprocess.run([BUILD / "footfall-edge", "--check-config"], env=clean_environment(**settings), text=True,
                          capture_output=True, timeout=30, stdin=subprocess.DEVNULL)


def test_check_config_says_what_a_start_would_refuse(tls, tmp_path):
    sound = {"FOOTFALL_EDGE_TLS_CERTIFICATES": tls.others, "FOOTFALL_EDGE_TLS_ACME_DIRECTORY": tmp_path,
             "FOOTFALL_EDGE_LOG_DIRECTORY": tmp_path}
    done = check_config(**sound)
    assert done.returncode == 0 and not done.stderr, done.stderr
    (tmp_path / "file").touch()
    for key, value in [("TLS_CERTIFICATES", "/nonexistent"), ("TLS_ACME_DIRECTORY", tmp_path / "file"), ("LOG_DIRECTORY", tmp_path / "file")]:
        done = check_config(**sound | {f"FOOTFALL_EDGE_{key}": value})
        assert done.returncode == 2 and f"{key.lower().replace('_', '.', 1)}: {value}" in done.stderr, done.stderr
    done = check_config(**sound | {"FOOTFALL_EDGE_COUNTRIES_DATABASE": "/nonexistent"})
    assert done.returncode == 0 and "warning: countries.database: /nonexistent" in done.stderr, done.stderr


def test_a_start_takes_an_expired_certificate_with_a_warning_and_makes_the_folder_for_challenges(world, tls, tmp_path):
    expired = tls.authority.issue(tmp_path / "expired", "c.localhost", days=-1)
    (expired / "ocsp.der").write_bytes(b"")
    challenges = tmp_path / "acme" / "challenges"
    edge = world.stack.add_edge("tls-expired", FOOTFALL_EDGE_TLS_CERTIFICATES=expired, FOOTFALL_EDGE_TLS_PORT=free_port(),
                                FOOTFALL_EDGE_TLS_ACME_DIRECTORY=challenges)
    edge.start()
    try:
        assert challenges.is_dir()
        log = edge.log.read_text()
        assert "/fullchain.pem ended at " in log and "ocsp.der is empty: nothing is stapled" in log
        assert Client(edge.port, "c.localhost").get("/health").status == 200
    finally:
        edge.terminate()
