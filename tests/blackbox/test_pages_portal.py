"""The portal of affiliates: logging in and out, figures, links with tags, profile, data, deletion; and attacks on it."""

import html
import json
import re

import pytest

from baclique_api import Creator, fresh
from http_client import Client
from pages_browser import heading, own_link, PASSWORD, Person
from pages_people import Affiliate
from servers import wait_until
from timing import check_take_equally_long

NASTY = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture(scope="module")
def owner(world):
    return Creator(world)


@pytest.fixture(scope="module")
def jane(owner):
    return Affiliate(owner)


def is_logged_in(person):
    return "Log out" in person.get("/portal").text


def test_logging_in_and_out(owner, jane):
    person = Person(owner.world)
    assert heading(person.get("/portal")) == "Log in" and person.path == "/portal/log-in"
    answer = person.log_in(jane.email.upper())
    assert answer.status == 200 and heading(answer) == "Hello, Jane Doe"
    assert heading(person.get("/portal/log-in")) == "Hello, Jane Doe"
    old = dict(person.cookies)
    assert heading(person.send("/portal/log-out", person.get("/portal"))) == "Log in"
    person.cookies = old
    assert not is_logged_in(person)   # the session is over, not only forgotten by the browser


def test_a_page_that_was_asked_for_is_shown_after_the_log_in(owner, jane):
    wanted = f"/portal/link?campaign={jane.campaign['id']}"
    person = Person(owner.world)
    page = person.get(wanted)
    assert heading(page) == "Log in"
    to = html.unescape(re.search(r'name="to" value="([^"]*)"', page.text)[1])
    assert to == wanted
    answer = person.send("/portal/log-in", page, email=jane.email, password=PASSWORD, to=to)
    assert own_link(answer) == jane.link
    for elsewhere in ("https://evil.example/", "//evil.example", "/portal/../../evil", "/portal/\r\nX: y", "/\\evil.example", "/portal//" + "x" * 1000,
                      "/c/x", NASTY):
        person = Person(owner.world)
        page = person.get("/portal/log-in")
        answer = person.request("POST", "/portal/log-in", {"form_token": person.token(page), "email": jane.email, "password": PASSWORD, "to": elsewhere})
        assert (answer.status, answer.fields["location"]) == (303, "/portal"), elsewhere


def test_no_one_learns_whether_an_address_has_an_account(owner, jane):
    """By text, and by time: a password is hashed either way, and nothing else takes as long."""
    texts = set()

    def try_as(email):
        def ready():
            owner.world.stack.query("delete from attempts")
            person = Person(owner.world)
            page = person.get("/portal/log-in")

            def act():
                answer = person.send("/portal/log-in", page, email=email, password="not the password")
                assert answer.status == 403
                texts.add(re.sub(r'value="[^"]*"', "", answer.text))
            return act
        return ready
    check_take_equally_long(25, try_as(jane.email), try_as(f"{fresh('nobody')}@example.com"))
    assert len(texts) == 1


def test_logging_in_is_limited_per_account_and_per_address(owner):
    victim = Affiliate(owner)
    statuses = [Person(owner.world).log_in(victim.email, "wrong password").status for _ in range(11)]
    assert statuses == [403] * 10 + [429]
    assert Person(owner.world).log_in(victim.email).status == 429     # from anywhere, with the right one, too
    assert is_logged_in(victim)                                       # who is logged in stays so
    attacker = Person(owner.world, "203.0.113.111")
    statuses = [attacker.log_in(f"{fresh('x')}@example.com", "wrong password").status for _ in range(31)]
    assert statuses == [403] * 30 + [429]


def test_the_cookie_and_the_fields_of_a_page(owner, jane):
    person = Person(owner.world)
    page = person.get("/portal/log-in")
    answer = person.request("POST", "/portal/log-in", {"form_token": person.token(page), "email": jane.email, "password": PASSWORD})
    cookie = answer.fields["set-cookie"]
    assert answer.status == 303 and re.match(r"session=[A-Za-z0-9]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000$", cookie)
    for path in ("/portal", "/portal/profile", "/portal/log-in", "/portal/nothing", "/c/x?invite=y"):
        fields = person.request("GET", path).fields
        policy = fields["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy and fields["cache-control"] == "no-store"
        assert fields["x-content-type-options"] == "nosniff" and fields["referrer-policy"] == "same-origin"
    kept = owner.world.stack.query("select count(*) from sessions s where s::text like %s", (f"%{person.cookies['session']}%",))
    assert kept == [(0,)]


def test_https_sites_have_host_cookies(owner):
    core = owner.world.stack.add_core("https-pages", FOOTFALL_CORE_ROLES="api", FOOTFALL_CORE_SITE_URL="https://affiliates.example")
    core.start()
    try:
        answer = Client(core.port, "affiliates.example").get("/portal/log-in")
        assert re.match(r"__Host-visitor=[A-Za-z0-9]{32}; Path=/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$", answer.fields["set-cookie"])
    finally:
        core.terminate()


# Attacks

def test_a_form_without_its_token_or_from_another_site_does_nothing(owner):
    """Cross-site request forgery."""
    person = Affiliate(owner)
    token = person.token(person.get("/portal/profile"))
    other = Affiliate(owner)
    theirs = other.token(other.get("/portal/profile"))
    for form, fields in (({}, {}), ({"form_token": ""}, {}), ({"form_token": "0" * 64}, {}), ({"form_token": theirs}, {}),
                         ({"form_token": token}, {"Origin": "https://evil.example"}), ({"form_token": token}, {"Origin": "null"}),
                         ({"form_token": token}, {"Sec-Fetch-Site": "cross-site"})):
        answer = person.request("POST", "/portal/profile", {"name": "Mallory", **form}, **fields)
        assert answer.status == 403 and heading(answer) == "This form is too old"
    body = json.dumps({"form_token": token, "name": "Mallory"}).encode()
    assert person.client.request("POST", "/portal/profile", body, {"Content-Type": "application/json", "Cookie": f"session={person.cookies['session']}"}).status == 403
    assert heading(person.get("/portal")) == "Hello, Jane Doe"
    for origin in ("http://baclique.localhost:8080", f"http://{person.client.host}"):   # the configured site, and the host that was asked
        assert person.request("POST", "/portal/profile", {"name": "", "form_token": token}, Origin=origin).status == 400
    host = person.client.host
    answer = person.request("POST", "/portal/profile", {"name": "Jane D.", "form_token": token}, Origin=f"http://{host}")
    assert answer.status == 303 and heading(person.get("/portal")) == "Hello, Jane D."


def test_session_fixation(owner, jane):
    """A session that somebody else set is not the one that is logged in."""
    attacker, victim = Affiliate(owner), Person(owner.world)
    planted = attacker.cookies["session"]
    victim.cookies["session"] = planted
    answer = victim.send("/portal/log-in", attacker.get("/portal/profile"), email=jane.email, password=PASSWORD)
    assert heading(answer) == "Hello, Jane Doe" and victim.cookies["session"] != planted
    attacker.cookies["session"] = planted
    assert not is_logged_in(attacker)
    stranger = Person(owner.world)
    stranger.cookies["session"] = "x" * 43
    stranger.log_in(jane.email)
    assert stranger.cookies["session"] != "x" * 43


def test_what_people_and_merchants_write_is_text(owner):
    """Cross-site scripting by names of affiliates, campaigns and accounts, and by what stands in a query."""
    nasty = Creator(owner.world)
    nasty.core.run("account", "set", nasty.account, "--name", NASTY)
    person = Affiliate(nasty, name=NASTY)
    nasty.done("PATCH", person.route, {"name": NASTY})
    person.sale()
    pages = [person.get(path) for path in ("/portal", "/portal/profile", f"/portal/link?campaign={person.campaign['id']}&sub1={'%22%3E%3Cscript%3E'}",
                                           "/portal?days=%3Cscript%3E", "/portal/link?campaign=%3Cscript%3E", "/portal/%3Cscript%3E")]
    invitation = nasty.done("POST", f"{person.route}/affiliates", {"email": f"{fresh('n')}@example.com"})["invite_link"]
    pages.append(Person(owner.world).get("/c/" + invitation.split("/c/")[1]))
    for page in pages:
        assert page.status in (200, 404)
        assert "<script>alert" not in page.text and "<img src=x" not in page.text and '"><script>' not in page.text
        assert page.text.count("<script") == 1    # our own file
    assert html.escape(NASTY).replace("&#x27;", "&#39;") in pages[0].text


def test_nobody_sees_another_affiliates_things(owner, jane):
    other = Affiliate(owner)
    conversion = other.sale(amount=12345)
    page = jane.get("/portal")
    assert other.campaign["name"] not in page.text and "1234.50" not in page.text and conversion not in page.text
    assert jane.get(f"/portal/link?campaign={other.campaign['id']}").status == 404
    assert other.email not in jane.get("/portal/data.json").text


# Figures and links

def test_figures_by_days(owner):
    person = Affiliate(owner)
    owner.world.wait_live(person.code)
    clicks = [owner.click(person.code) for _ in range(3)]
    owner.world.edge.client().get(f"/{person.code}", agent="Googlebot/2.1")
    for click in clicks:
        owner.world.stack.click(click)
    approved, paid, rejected, _ = (person.sale() for _ in range(4))
    for verb, one in (("approve", approved), ("approve", paid), ("pay", paid)):
        owner.core.run("conversion", verb, one)
    owner.done("POST", f"/v1/conversions/{rejected}/reject", {"reason": "the goods came back"})
    owner.world.stack.query("update conversions set created_at = created_at - interval '40 days' where public_id = %s", (paid,))
    figures = lambda page: re.findall(r'<p class="over">(.*?)</p><p class="figure">(.*?)</p>', page.text)
    month = wait_until(lambda: (lambda page: page if ("Clicks", "3") in figures(page) else None)(person.get("/portal")), what="the clicks counted")
    assert figures(month) == [("Clicks", "3"), ("Conversions", "2"), ("Pending", "10.00 EUR"), ("Approved", "10.00 EUR"), ("Paid", "0.00 EUR")]
    everything = int(re.search(r"of people; (\d+) in all", month.text)[1])
    assert everything >= 4   # the crawler, and the HEAD by which the test waited for the link
    assert "the goods came back" in month.text and "Rejected" in month.text
    assert f'aria-label="3 clicks of people, {everything} in all in 30 days"' in month.text and 'aria-label="2 conversions in 30 days"' in month.text
    quarter = person.get("/portal?days=90")
    assert ("Paid", "10.00 EUR") in figures(quarter) and ("Conversions", "3") in figures(quarter)
    assert 'aria-current="page">90 days' in quarter.text and 'aria-current="page">30 days' in person.get("/portal?days=17").text


def test_a_link_with_a_tag(owner, jane):
    page = jane.get(f"/portal/link?campaign={jane.campaign['id']}&sub1=newsletter")
    assert own_link(page) == f"{jane.link}?sub1=newsletter" and 'class="qr" role="img"' in page.text
    owner.world.wait_live(jane.code)
    location = owner.world.edge.client().get(f"/{jane.code}?sub1=newsletter").fields["location"]
    stored = owner.world.stack.click(re.search(r"baclique_id=([0-9a-f-]{36})", location)[1])
    assert "newsletter" in json.dumps(stored)
    for tag in ("a%20b", "x" * 65, "%3Cb%3E", "a%26b"):
        page = jane.get(f"/portal/link?campaign={jane.campaign['id']}&sub1={tag}")
        assert own_link(page) == jane.link and 'role="alert"' in page.text


# Profile

def test_the_password_is_changed_and_other_devices_are_logged_out(owner):
    person = Affiliate(owner)
    other = Person(owner.world)
    other.log_in(person.email)
    link = "/portal/" + owner.core.json("affiliate", "reset-link", person.email)["reset_link"].split("/portal/")[1]
    change = lambda old, new: person.send("/portal/password", person.get("/portal/profile"), old_password=old, new_password=new)
    assert change("wrong password", "another long one").status == 400
    assert change(PASSWORD, "short").status == 400 and is_logged_in(other)
    assert "Your password is changed" in change(PASSWORD, "another long one").text
    assert is_logged_in(person) and not is_logged_in(other)
    assert heading(Person(owner.world).get(link)) == "This link is not good any more"
    assert owner.world.stack.mails.mail_to(person.email, 2)["Subject"] == "Your password was changed"
    assert other.log_in(person.email).status == 403 and other.log_in(person.email, "another long one").status == 200


def test_a_forgotten_password_is_set_anew_by_the_operators_link(owner):
    person = Affiliate(owner)
    make = lambda: "/portal/" + owner.core.json("affiliate", "reset-link", person.email.upper())["reset_link"].split("/portal/")[1]
    first, second = make(), make()
    stranger = Person(owner.world)
    assert heading(stranger.get(first)) == "This link is not good any more"           # a newer one took its place
    page = stranger.get(second)
    token = second.split("token=")[1]
    reset = lambda page, password: stranger.send("/portal/reset", page, token=token, password=password)
    assert reset(page, "short").status == 400 and is_logged_in(person)
    assert heading(reset(page, "a new long password")) == "Hello, Jane Doe"
    assert not is_logged_in(person)                                                   # all devices but this one
    assert person.log_in(person.email).status == 403 and person.log_in(person.email, "a new long password").status == 200
    assert heading(stranger.get(second)) == "This link is not good any more"
    third = make()
    owner.world.stack.query("update password_resets set expires_at = now()")
    for path in (third, "/portal/reset", "/portal/reset?token=" + "x" * 500):
        assert Person(owner.world).get(path).status == 410
    assert token not in owner.world.stack.value("select coalesce(string_agg(r::text, ' '), '') from password_resets r")
    assert owner.core.run("affiliate", "reset-link", "nobody@example.com", check=False).returncode == 1


def test_log_out_everywhere(owner):
    person = Affiliate(owner)
    other = Person(owner.world)
    other.log_in(person.email)
    person.send("/portal/log-out-everywhere", person.get("/portal/profile"))
    assert not is_logged_in(person) and not is_logged_in(other)


def test_the_links_of_an_account_that_is_deleted(owner):
    person = Affiliate(owner)
    conversion = person.sale()
    owner.world.wait_live(person.code)
    delete = lambda password: person.send("/portal/delete", person.get("/portal/profile"), password=password)
    assert delete("wrong password").status == 400 and is_logged_in(person)
    assert heading(delete(PASSWORD)) == "Your account is deleted"
    assert not is_logged_in(person) and person.log_in(person.email).status == 403
    assert owner.done("GET", f"{person.route}/affiliates")["affiliates"] == []
    kept = owner.done("GET", f"{person.route}/conversions")["conversions"]
    assert [row["id"] for row in kept] == [conversion] and kept[0]["commission"] == 10.0
    assert owner.world.edge.client().get(f"/{person.code}").fields["location"].startswith("https://example.com/summer")
    refused = owner.request("POST", "/v1/conversions", {"campaign_id": person.campaign["id"], "affiliate_code": person.code, "external_id": fresh("O")})
    assert refused.status == 403


# What is not there

def test_unknown_pages_methods_and_pages_when_the_books_are_away(owner, jane):
    assert heading(jane.get("/portal/nothing")) == "There is no such page"
    assert jane.request("DELETE", "/portal").status == 405 and jane.request("POST", "/portal", {}).status == 405
    assert jane.request("HEAD", "/portal/log-in").body == b""
    stylesheet = jane.get("/portal/style.css")
    assert stylesheet.status == 200 and stylesheet.fields["content-type"].startswith("text/css") and "max-age" in stylesheet.fields["cache-control"]
    owner.world.stack.query("alter table users rename to users_away")
    try:
        answer = jane.request("GET", "/portal")
        assert answer.status == 500 and heading(answer) == "Something went wrong" and "users" not in answer.text
    finally:
        owner.world.stack.query("alter table users_away rename to users")
    assert is_logged_in(jane)
