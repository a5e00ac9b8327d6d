"""The pages where a link leads nowhere: in the visitor's language, and the operator's own in their place."""

import signal
import subprocess

import pytest

from http_client import Client, raw_exchange
from servers import wait_until
from stack import BUILD, clean_environment

WORDS = {"en": "Link not found", "de": "Link nicht gefunden", "fr": "Lien introuvable", "es": "Enlace no encontrado", "pl": "Nie znaleziono linku"}


@pytest.mark.parametrize("language", WORDS)
def test_in_the_visitors_language(world, language):
    answer = world.edge.client().get("/no-such-link", {"Accept-Language": f"it, {language}-XX;q=0.9, ja;q=0.5"})
    assert answer.status == 404 and WORDS[language] in answer.text and f'<html lang="{language}">' in answer.text
    assert answer.fields["content-language"] == language and answer.fields["vary"] == "Accept-Language"
    assert answer.fields["cache-control"] == "no-store" and answer.fields["content-type"] == "text/html; charset=utf-8"
    assert "script" not in answer.text and "default-src 'none'" in answer.fields["content-security-policy"]
    head = world.edge.client().request("HEAD", "/no-such-link", fields={"Accept-Language": language})
    assert head.status == 404 and head.body == b"" and head.fields["content-language"] == language


def test_an_unknown_host_and_a_link_that_has_expired(world):
    page = Client(world.edge.port, "nobody.example").get("/", {"Accept": "text/html", "Accept-Language": "fr"})
    assert page.status == 421 and "Rien ici" in page.text
    program = Client(world.edge.port, "nobody.example").get("/v1/campaigns", {"Accept": "application/json"})
    assert program.status == 421 and program.fields["content-type"].startswith("application/json")
    code = world.create_link(expires="2020-01-01T00:00:00Z")
    gone = world.edge.client().get(f"/{code}", {"Accept-Language": "es"})
    assert gone.status == 410 and "Enlace caducado" in gone.text


def test_what_the_guard_refuses_on_a_short_link_host(world):
    answer = raw_exchange(world.edge.port, b"GET / HTTP/1.1\r\nHost: c.localhost\r\nAccept-Language: pl\r\nContent-Length: 5\r\n\r\nhello")
    assert b" 413 " in answer.split(b"\r\n")[0] and "Nieprawidłowe żądanie".encode() in answer


def test_own_pages_by_host_and_language(world):
    folder = world.stack.folder / "pages"
    for name, text in {"c.localhost/404.html": "<p>Ours for all</p>", "c.localhost/404.de.html": "<p>Unsere</p>",
                       "default/421.html": "<p>Who are you?</p>"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    edge = world.stack.add_edge("own-pages", FOOTFALL_EDGE_PAGES_DIRECTORY=folder)
    edge.start()
    try:
        client = edge.client()
        assert client.get("/no-such-link", {"Accept-Language": "de"}).text == "<p>Unsere</p>"
        answer = client.get("/no-such-link", {"Accept-Language": "fr"})
        assert answer.status == 404 and answer.text == "<p>Ours for all</p>" and answer.fields["vary"] == "Accept-Language"
        assert "Método no permitido" in client.request("POST", "/no-such-link", fields={"Accept-Language": "es"}).text
        unknown = Client(edge.port, "nobody.example").get("/", {"Accept": "text/html"})
        assert unknown.status == 421 and unknown.text == "<p>Who are you?</p>"
        assert client.get(f"/{world.selgeo.code}").status == 302
        (folder / "c.localhost/404.de.html").write_text("<p>Neu</p>")
        edge.process.send_signal(signal.SIGHUP)
        wait_until(lambda: client.get("/no-such-link", {"Accept-Language": "de"}).text == "<p>Neu</p>", what="the new page")
        (folder / "c.localhost/404.htm").write_text("x")
        edge.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "edge.pages.refused" in edge.log.read_text(), what="the refusal")
        assert client.get("/no-such-link", {"Accept-Language": "de"}).text == "<p>Neu</p>"
    finally:
        edge.terminate()


def test_a_page_that_cannot_be_one_stops_the_start(world):
    folder = world.stack.folder / "bad-pages"
    (folder / "c.localhost").mkdir(parents=True)
    (folder / "c.localhost" / "index.html").write_text("x")
    edge = world.stack.add_edge("bad-pages-edge", FOOTFALL_EDGE_PAGES_DIRECTORY=folder)
    edge.launch()
    assert edge.process.wait(30) != 0
    assert "pages.directory: " in edge.log.read_text() and "index.html: a page is named" in edge.log.read_text()


def test_check_config_looks_at_the_pages(world):
    folder = world.stack.folder / "checked-pages"
    (folder / "c.localhost").mkdir(parents=True)
    check = lambda: subprocess.run([BUILD / "footfall-edge", "--check-config"], env=clean_environment(FOOTFALL_EDGE_PAGES_DIRECTORY=folder),
                                   text=True, capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
    (folder / "c.localhost" / "404.html").write_text("fine")
    assert check().returncode == 0
    (folder / "c.localhost" / "index.html").write_text("x")
    done = check()
    assert done.returncode == 2 and "pages.directory: " in done.stderr and "index.html: a page is named" in done.stderr
