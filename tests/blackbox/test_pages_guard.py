"""What stands around every page, whatever it says: the policy of its content, and that nobody keeps, frames or guesses it. And
what is said when too many ask at once."""

import re
import socket

import pytest

from baclique_api import Creator, fresh
from http_client import Client, raw_exchange
from mail_server import link_in
from pages_browser import Person
from pages_people import Affiliate, Applicant, Owner
from servers import wait_until
from stack import ROOT

POLICY = {"default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"}
FILES = ("/portal/style.css", "/portal/copy.js", "/portal/icon.svg")


@pytest.fixture(scope="module")
def owner(world):
    return Creator(world)


def check(answer, what):
    fields = answer.fields
    assert {part.strip() for part in fields["content-security-policy"].split(";")} == POLICY, what
    assert fields["x-content-type-options"] == "nosniff" and fields["referrer-policy"] == "same-origin" and fields["x-robots-tag"] == "noindex", what
    cached = what.startswith(FILES)
    assert fields["cache-control"] == ("public, max-age=300" if cached else "no-store"), what
    if not fields.get("content-type", "").startswith("text/html"):
        return
    # Nothing that the policy would refuse, and nothing from elsewhere.
    text = answer.text
    assert text.count("<script") == text.count('<script src="/portal/copy.js" defer></script>') == 1, what
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<iframe|<base", text), what
    assert not re.findall(r'(?:src|action|href)="(?!/|#)[^"]*"', text), what
    assert '<html lang="en">' in text and len(re.findall(r"<h1>", text)) == 1 and "<title></title>" not in text, what


def get_routes():
    source = (ROOT / "core" / "pages" / "page_routes.cc").read_text()
    return set(re.findall(r'\{get, "([^"]+)"', source)), set(re.findall(r'\{post, "([^"]+)"', source))


def test_every_page_is_guarded(owner):
    """Every route, and of a route every kind of page."""
    mails = owner.world.stack.mails
    member, stranger = Affiliate(owner), Person(owner.world)
    private = Owner(owner.world)
    applicant = Applicant(private)
    seen = {"get": set(), "post": set()}

    def look(person, path, status, method="GET", form=None):
        answer = person.request(method, path, form)
        assert answer.status == status, (path, answer.status, answer.text)
        check(answer, path)
        route = "/c/" if path.startswith("/c/") else path.split("?")[0]
        seen[method.lower()].add(route)
        return answer

    def invite(campaign=None, email=None):
        path = f"/v1/campaigns/{campaign or owner.campaign()['id']}"
        return "/c/" + owner.done("POST", f"{path}/affiliates", {"email": email or f"{fresh('guarded')}@example.com"})["invite_link"].split("/c/")[1]

    opened, used = invite(), "/c/" + member.invitation.split("/c/")[1]
    ended = owner.campaign()["id"]
    archived, private_one = invite(ended), invite(owner.campaign(visibility="private")["id"])
    owner.done("DELETE", f"/v1/campaigns/{ended}")
    expired = invite()
    owner.world.stack.query("update invites set expires_at = now() where token_hash = sha256(%s::bytea)", (expired.split("=")[1],))
    for path, status in ((opened, 200), (private_one, 200), (used, 410), (archived, 410), (expired, 410), ("/c/x?invite=forged", 404)):
        look(stranger, path, status)
        look(member, path, status)
    token = stranger.token(stranger.get(opened))
    form = {"form_token": token, "invite": opened.split("=")[1], "password": "correct horse battery", "name": "Jane", "consent": "yes"}
    for change, status in (({"consent": ""}, 400), ({"password": "short"}, 400), ({"form_token": "x"}, 403), ({}, 200)):
        look(stranger, opened.split("?")[0], status, "POST", {**form, **change})
    address = owner.world.stack.value("select email from invites where token_hash = sha256(%s::bytea)", (opened.split("=")[1],))
    join = link_in(mails.mail_to(address))
    look(stranger, join, 200)
    look(stranger, "/portal/join?token=forged", 410)
    look(stranger, "/portal/join", 403, "POST", {"form_token": token, "token": join.split("=")[1], "password": "not that one"})
    for path in ("/portal", "/portal?days=7", "/portal/profile", f"/portal/link?campaign={member.campaign['id']}",
                 f"/portal/link?campaign={member.campaign['id']}&sub1=%20", "/portal/data.json"):
        look(member, path, 200)
        look(stranger, path, 303)
    look(applicant, f"/portal/link?campaign={applicant.campaign['id']}", 200)   # waiting
    look(member, "/portal/link?campaign=cmp_nothere", 404)
    look(member, "/portal/data.json?part=0", 404)
    look(stranger, "/portal/log-in", 200)
    look(stranger, "/portal/log-in", 403, "POST", {"form_token": token, "email": member.email, "password": "wrong password"})
    look(stranger, "/portal/forgotten", 200)
    look(stranger, "/portal/forgotten", 400, "POST", {"form_token": token, "email": "nobody"})
    look(stranger, "/portal/forgotten", 200, "POST", {"form_token": token, "email": member.email})
    reset = link_in(wait_until(lambda: [one for one in mails.to(member.email) if one["Subject"] == "Set a new password"], what="the mail")[-1])
    look(stranger, reset, 200)
    look(stranger, "/portal/reset?token=forged", 410)
    look(stranger, "/portal/reset", 400, "POST", {"form_token": token, "token": reset.split("=")[1], "password": "short"})
    merchant = {"form_token": token, "token": "forged", "password": "correct horse battery"}
    look(stranger, "/portal/merchant/confirm?token=forged", 200)
    look(stranger, "/portal/merchant/confirm", 410, "POST", merchant)
    look(stranger, "/portal/merchant/reset?token=forged", 410)
    look(stranger, "/portal/merchant/reset", 410, "POST", merchant)
    application = applicant.link_for_owner()
    look(stranger, application, 200)
    look(stranger, "/portal/application?token=forged", 410)
    for decision, status in (("perhaps", 400), ("approve", 200), ("reject", 200)):
        look(stranger, "/portal/application", status, "POST", {"form_token": token, "token": application.split("=")[1], "decision": decision})
    page_of_campaign = opened.split("?")[0]
    for path, status in ((page_of_campaign, 200), (archived.split("?")[0], 404), (private_one.split("?")[0], 404), ("/c/nobodys", 404)):
        look(stranger, path, status)
        look(member, path, status)
    for email, status in (("nobody", 400), (f"{fresh('asking')}@example.com", 200)):
        look(stranger, page_of_campaign, status, "POST", {"form_token": token, "email": email})
    look(stranger, "/portal/nothing", 404)
    look(stranger, "/portal", 405, "POST", {})
    for path in FILES:
        look(stranger, path, 200)
    token = member.token(member.get("/portal/profile"))
    for path in ("/portal/profile", "/portal/password", "/portal/delete"):
        look(member, path, 400, "POST", {"form_token": token})
    look(member, "/portal/log-out-everywhere", 303, "POST", {"form_token": token})
    applicant_token = applicant.token(applicant.get("/portal/profile"))
    look(applicant, "/portal/log-out", 303, "POST", {"form_token": applicant_token})
    gets, posts = get_routes()
    assert gets - seen["get"] == set() and posts - seen["post"] == set()


def waiters(connection):
    """How many wait for the table of sessions."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where relation = 'sessions'::regclass and not granted")
        return cursor.fetchone()[0]


def test_too_many_at_once_is_a_page(owner):
    """Core answers a full queue at once, while those before wait for the books."""
    core = owner.world.stack.add_core("pages-queue", FOOTFALL_CORE_ROLES="api", FOOTFALL_CORE_POSTGRES_LOCK_TIMEOUT_MS=60_000,
                                      FOOTFALL_CORE_POSTGRES_STATEMENT_TIMEOUT_MS=60_000)
    core.start()
    request = b"GET /portal HTTP/1.1\r\nHost: localhost\r\nCookie: session=" + b"x" * 43 + b"\r\nConnection: close\r\n\r\n"
    holder, watcher = owner.world.stack.postgres.connect(), owner.world.stack.postgres.connect()
    holder.autocommit = False
    watcher.autocommit = True
    waiting = []
    try:
        with holder.cursor() as cursor:
            cursor.execute("lock table sessions in access exclusive mode")
        def ask(times):
            for _ in range(times):
                waiting.append(socket.create_connection(("127.0.0.1", core.port), timeout=30))
                waiting[-1].sendall(request)

        # Both workers have a page each, so that nothing leaves the queue any more.
        ask(2)
        wait_until(lambda: waiters(watcher) >= 2, what="both workers wait")
        ask(138)
        wait_until(lambda: core.total("footfall_pages_queue_refused_total") >= 5, what="the queue is full")
        received = b""
        last = socket.create_connection(("127.0.0.1", core.port), timeout=30)
        last.sendall(request)
        while data := last.recv(65536):
            received += data
        last.close()
    finally:
        holder.rollback()
        holder.close()
        watcher.close()
        for each in waiting:
            each.close()
        core.terminate()
    head, _, body = received.decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 503 ") and "\r\nRetry-After: 1" in head and "\r\nContent-Type: text/html" in head
    assert "<h1>One moment, please</h1>" in body and "default-src 'none'" in head


def test_what_cores_guard_refuses_is_a_page(world):
    received = raw_exchange(world.stack.core.port, b"POST /portal/log-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\n").decode()
    head, _, body = received.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 413 ") and "\r\nContent-Type: text/html" in head and "default-src 'none'" in head
    assert "<h1>This is not possible</h1>" in body


def test_the_edges_pages_are_guarded(world):
    """Of a page that core should have answered, too; nothing but their own style is let in."""
    for host, path in (("c.localhost", "/no-such-link"), ("nobody.example", "/")):
        fields = Client(world.edge.port, host).get(path, {"Accept": "text/html"}).fields
        assert "default-src 'none'" in fields["content-security-policy"] and "script" not in fields["content-security-policy"]
        assert fields["cache-control"] == "no-store" and fields["x-content-type-options"] == "nosniff"
