"""The public page of a program, /c/{slug}: a stranger asks by e-mail to join, and the mail's link brings them in."""

import html
import json
import re
from urllib.parse import urlsplit

import pytest

from baclique_api import fresh
from mail_server import link_in
from pages_browser import heading, own_link, Person
from pages_join import all_sent, ask, link_for_stranger, Merchant, page_of, someone, without_token
from pages_people import Owner
from selgeo_api import check_error
from stack import Stack
from timing import check_take_equally_long
from webhook_shop import SETTINGS
from world import World


@pytest.fixture(scope="module")
def world():
    with Stack(SETTINGS) as stack:
        yield World(stack, only=("baclique", "selgeo"))


@pytest.fixture(scope="module")
def merchant(world):
    return Merchant(world)


@pytest.fixture(scope="module")
def owner(world):
    return Owner(world)


# The page

def test_SE_78_the_page_says_what_the_program_pays(merchant):
    program = merchant.program(name="Maps & <More>", event_commissions={"lead": {"amount_cents": 200}}, hold_seconds=14 * 86_400,
                               attribution_window_seconds=45 * 86_400)
    page = Person(merchant.world).get(page_of(program))
    assert page.status == 200 and heading(page) == "Maps & <More>" and html.escape("Acme <Maps>") in page.text and "<Maps>" not in page.text
    terms = dict(re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", html.unescape(page.text)))
    assert terms == {"You earn": "12.5% of each sale", "From 50 conversions on": "15%", 'For "lead"': "2.00 EUR",
                     "A click counts for": "45 days", "Commissions are final after": "14 days"}
    assert "looks at every application" in page.text and 'type="email"' in page.text
    assert "form-action 'self'" in page.fields["content-security-policy"] and page.fields["cache-control"] == "no-store"


def test_SE_78_every_program_that_takes_no_strangers_is_the_same_404(merchant, owner):
    world = merchant.world
    paths = [f"/c/{fresh('nobody')}", "/c/" + "x" * 3000, "/c/a/b"]
    changes = [{"visibility": "private"}, *({"status": status} for status in ("draft", "paused", "archived"))]
    for change in changes:
        program = merchant.program()
        paths.append(page_of(program))
        merchant.change(program, **change)
        shown = merchant.dashboard.get(f"/api/v1/programs/{program['id']}").json
        assert shown["join_url"] is None, change
        assert merchant.core.json("campaign", "show", program["id"])["join_url"] is None
    for option, value in (("--status", "deleted"), ("--expires", "2025-01-01T00:00:00Z")):
        program = merchant.program()
        paths.append(page_of(program))
        merchant.core.run("campaign", "set", program["id"], option, value)
    closed = Merchant(world)
    paths.append(page_of(closed.program()))
    closed.core.run("account", "set", closed.account, "--status", "suspended")
    seen = set()
    person = Person(world)
    form = {"form_token": person.token(person.get("/portal/log-in")), "email": someone()}
    for path in paths:
        for answer in (person.get(path), person.request("POST", path, form)):
            assert answer.status == 404, path
            seen.add((without_token(answer), tuple(sorted((name, value) for name, value in answer.fields.items() if name not in ("date", "x-request-id")))))
    assert len(seen) == 1
    assert merchant.stack.value("select count(*) from mails where recipient = %s", (form["email"],)) == 0


def test_SE_78_a_slug_names_one_program_of_all_merchants(merchant, owner):
    name = fresh("Very Own")
    first = merchant.program(name=name)
    second = owner.campaign(name=name)
    slug = page_of(first).split("/")[2]
    assert slug == re.sub(r"[^a-z0-9]+", "-", name.lower())
    address = merchant.core.json("campaign", "show", second["id"])["join_url"]
    assert address.startswith(first["join_url"].rsplit("/", 1)[0] + "/very-") and not address.endswith("/" + slug)
    assert heading(Person(merchant.world).get(page_of(first).upper().replace("/C/", "/c/"))) == name
    assert "Acme &lt;Maps&gt;" in Person(merchant.world).get(page_of(first)).text
    assert "Acme &lt;Maps&gt;" not in Person(merchant.world).get(urlsplit(address).path).text
    for taken in (slug, slug.upper()):
        refused = merchant.core.run("campaign", "set", second["id"], "--slug", taken, check=False)
        assert refused.returncode == 1 and "another campaign has the slug" in refused.stderr
    chosen = fresh("chosen")
    assert merchant.core.json("campaign", "set", second["id"], "--slug", chosen)["join_url"].endswith("/c/" + chosen)
    assert Person(merchant.world).get("/c/" + chosen).status == 200


# From the page into the program

def test_SE_79_a_stranger_applies_and_is_approved(merchant, receiver):
    """One mail: opening its link has shown whose the address is."""
    program, email = merchant.program(), someone()
    hook = merchant.dashboard.post("/api/v1/webhooks", {"url": receiver.url("/join"), "events": ["application.created", "application.approved"]}).json["id"]
    person = Person(merchant.world)
    assert heading(ask(person, page_of(program), email)) == "Check your mail"
    mail = merchant.mails.mail_to(email)
    assert mail["Subject"] == f"Join {program['name']}" and "If it was not you" in mail.get_content()
    link = link_in(mail)
    assert urlsplit(link).path == page_of(program) and merchant.place(program, email) is None
    token = link.split("invite=")[1]
    assert token not in str(merchant.stack.query("select string_agg(i::text, ' ') from invites i"))
    page = person.get(link)
    assert "they approve you first" in page.text and f"This link is for {email}" in page.text
    joined = person.ask_to_join(link, page=page)
    assert "Waiting for approval" in joined.text and merchant.place(program, email) == "pending"
    assert len(all_sent(merchant.stack, email)) == 1
    told = merchant.mails.mail_to(merchant.email)
    assert program["name"] in told["Subject"] and email in told.get_content() and "private" not in told.get_content()
    assert json.loads(receiver.wait("/join")[0].body)["type"] == "application.created"
    application, = [row for row in merchant.dashboard.get("/api/v1/applications").json["data"] if row["email"] == email]
    audit = merchant.core.json("audit", "list", "--subject", application["partner_id"])["audit"]
    assert [row["action"] for row in audit] == ["affiliate.join"] and audit[0]["actor"].startswith("user:usr_")
    check_error(merchant.dashboard.post("/api/v1/applications", {"program_id": program["id"], "email": email}), 409, "APPLICATION_DUPLICATE", "Conflict")
    merchant.dashboard.post(f"/api/v1/programs/{program['id']}/partners/{application['partner_id']}/approve")
    assert merchant.place(program, email) == "active"
    assert own_link(person.get(f"/portal/link?campaign={program['id']}"))
    merchant.dashboard.call("DELETE", f"/api/v1/webhooks/{hook}")


def test_BA_43_a_public_campaign_of_baclique_is_joined_at_once(owner):
    campaign, email = owner.campaign(), someone()
    address = owner.core.json("campaign", "show", campaign["id"])["join_url"]
    person = Person(owner.world)
    page = person.get(urlsplit(address).path)
    assert "looks at every application" not in page.text
    ask(person, urlsplit(address).path, email, page)
    joined = person.ask_to_join(link_in(owner.mails.mail_to(email)))
    assert "You are in." in joined.text and own_link(joined)
    one, = owner.done("GET", f"/v1/campaigns/{campaign['id']}/affiliates")["affiliates"]
    assert (one["email"], one["status"]) == (email, "active")
    assert len(all_sent(owner.world.stack, email)) == 1
    consent = owner.world.stack.query("select s.text from consents s join users u on u.id = s.user_id where u.email = %s", (email,))
    assert len(consent) == 1 and campaign["name"] in consent[0][0]


def test_SE_78_the_merchant_chooses_whether_to_review(merchant):
    program, email = merchant.program(join_review=False), someone()
    assert program["join_review"] is False
    person = Person(merchant.world)
    assert "looks at every application" not in person.get(page_of(program)).text
    ask(person, page_of(program), email)
    assert "You are in." in person.ask_to_join(link_in(merchant.mails.mail_to(email))).text
    assert merchant.place(program, email) == "active"
    merchant.core.run("campaign", "set", program["id"], "--join-review", "yes")
    assert merchant.dashboard.get(f"/api/v1/programs/{program['id']}").json["join_review"] is True


def test_SE_79_who_has_an_account_elsewhere_enters_its_password(merchant):
    email = someone()
    first = Person(merchant.world)
    program, other = merchant.program(), Merchant(merchant.world).program()
    ask(first, page_of(program), email)
    first.ask_to_join(link_in(merchant.mails.mail_to(email)))
    stranger = Person(merchant.world)
    ask(stranger, page_of(other), email)
    link = link_in(merchant.mails.mail_to(email, 2))
    refused = stranger.ask_to_join(link, password="something else 1")
    assert refused.status == 403 and "not the password" in refused.text
    assert "Waiting for approval" in stranger.ask_to_join(link).text
    assert merchant.stack.value("select count(*) from users where email = %s", (email,)) == 1


def test_SE_79_who_is_logged_in_needs_no_mail(merchant):
    email, person = someone(), Person(merchant.world)
    first, second, third = (merchant.program(join_review=review) for review in (True, True, False))
    ask(person, page_of(first), email)
    person.ask_to_join(link_in(merchant.mails.mail_to(email)))
    page = person.get(page_of(second))
    assert f"You are logged in as <strong>{email}</strong>" in page.text and 'name="email"' not in page.text
    form = person.send(page_of(second), page)
    assert "You join as" in form.text
    assert "Waiting for approval" in person.send(page_of(second), form, invite=person.path.split("invite=")[1], consent="yes").text
    assert heading(person.send(page_of(second))) == "You have applied already"
    form = person.send(page_of(third))
    person.send(page_of(third), form, invite=person.path.split("invite=")[1], consent="yes")
    assert own_link(person.send(page_of(third)))   # to where the link is
    merchant.core.run("affiliate", "set-status", merchant.stack.value("select public_id from affiliates where email = %s", (email,)), "removed", "--campaign", third["id"])
    assert heading(person.send(page_of(third))) == "You cannot join this campaign"
    assert len(all_sent(merchant.stack, email)) == 1


# What is told of an address, and to whom

def known_addresses(merchant, program):
    """Of every kind that there is."""
    addresses = {status: someone() for status in ("stranger", "active", "pending", "rejected", "removed", "suspended", "with account")}
    for status, email in addresses.items():
        if status not in ("stranger", "with account"):
            merchant.partner(program, email, status)
    person = Person(merchant.world)
    ask(person, page_of(program), addresses["with account"])
    assert "Waiting for approval" in person.ask_to_join(link_in(merchant.mails.mail_to(addresses["with account"]))).text
    return addresses


def test_SE_79_the_page_tells_nobody_of_an_address_and_the_mail_its_owner(merchant):
    program = merchant.program()
    addresses = known_addresses(merchant, program)
    seen = set()
    for email in addresses.values():
        answer = ask(Person(merchant.world), page_of(program), email)
        seen.add((answer.status, without_token(answer).replace(email, "…")))
    assert len(seen) == 1 and next(iter(seen))[0] == 200
    subjects = {}
    for status, email in addresses.items():
        mail = merchant.mails.mail_to(email, 2 if status == "with account" else 1)
        subjects[status] = mail["Subject"].removesuffix(program["name"])
        linked = {"stranger": "/c/", "active": "/c/", "pending": "/c/", "with account": "/portal"}.get(status)
        assert link_in(mail).startswith(linked) if linked else "http" not in mail.get_content(), status
    assert subjects == {"stranger": "Join ", "active": "Join ", "pending": "Join ", "rejected": "Your application: ", "with account": "Your application: ",
                        "removed": "You were in it before: ", "suspended": "Your part is suspended: "}
    # Whom the merchant has entered gets an account, and keeps the place.
    person = Person(merchant.world)
    assert "You are in." in person.ask_to_join(link_in(merchant.mails.mail_to(addresses["active"]))).text
    for status in ("rejected", "removed", "suspended"):
        assert merchant.place(program, addresses[status]) == status, "asking changes nothing"


def test_SE_79_the_answer_takes_as_long_whoever_has_the_address(merchant):
    program = merchant.program()
    known = known_addresses(merchant, program)["with account"]

    def try_for(email):
        def ready():
            merchant.stack.query("delete from attempts")
            person, address = Person(merchant.world), email()
            form = {"form_token": person.token(person.get(page_of(program))), "email": address}
            return lambda: person.request("POST", page_of(program), form)
        return ready
    check_take_equally_long(40, try_for(lambda: known), try_for(someone))


def test_SE_79_a_link_is_good_once_for_seven_days_and_only_the_newest(merchant):
    program, email = merchant.program(), someone()
    person = Person(merchant.world)
    ask(person, page_of(program), email)
    first = link_in(merchant.mails.mail_to(email))
    ask(person, page_of(program), email)
    second = link_in(merchant.mails.mail_to(email, 2))
    assert (person.get(first).status, heading(person.get(first))) == (410, "There is a newer link")
    assert merchant.stack.value("select extract(epoch from max(expires_at) - now())::int from invites where email = %s", (email,)) in range(7 * 86_400 - 60, 7 * 86_400 + 1)
    merchant.stack.query("update invites set expires_at = now() where email = %s", (email,))
    expired = person.get(second)
    assert (expired.status, heading(expired)) == (410, "This link has expired") and f'href="{page_of(program)}"' in expired.text
    ask(person, page_of(program), email)
    third = link_in(merchant.mails.mail_to(email, 3))
    person.ask_to_join(third)
    assert (Person(merchant.world).get(third).status, heading(Person(merchant.world).get(third))) == (410, "This link has been used")
    assert Person(merchant.world).get(third[:-1]).status == 404
    another = Person(merchant.world)
    another.ask_to_join(link_for_stranger(merchant, program))
    page = another.get(link_for_stranger(merchant, program))
    assert "You are logged in as" in page.text and 'name="consent"' not in page.text


@pytest.mark.parametrize("status", ["rejected", "suspended", "removed"])
def test_SE_79_what_the_merchant_has_decided_is_not_undone_by_a_link_of_before(merchant, status):
    program, email = merchant.program(join_review=False), someone()
    link = link_for_stranger(merchant, program, email)
    person = Person(merchant.world)
    page = person.get(link)
    merchant.partner(program, email, status)
    answer = person.ask_to_join(link, page=page)
    assert (answer.status, heading(answer)) == (410, "You cannot join this campaign") and merchant.place(program, email) == status
    assert heading(Person(merchant.world).get(link)) == "You cannot join this campaign"


def test_SE_79_a_program_that_closes_takes_its_links_along(merchant):
    program = merchant.program()
    link = link_for_stranger(merchant, program)
    merchant.change(program, visibility="private")
    page = Person(merchant.world).get(link)
    assert (page.status, heading(page)) == (410, "This campaign takes nobody at the moment")
    merchant.change(program, visibility="public")
    assert Person(merchant.world).get(link).status == 200


def test_SE_79_a_stranger_voids_no_invitation_of_the_merchant(merchant):
    program, email = merchant.program(), someone()
    invited = merchant.dashboard.post(f"/api/v1/programs/{program['id']}/invites", {"email": email}).json["invite_link"]
    asked = link_for_stranger(merchant, program, email)
    person = Person(merchant.world)
    assert person.get(asked).status == 200
    assert "You are in." in person.accept(invited).text   # who was invited waits for nobody
    assert merchant.place(program, email) == "active"


def test_SE_79_who_was_erased_is_a_stranger_again(merchant):
    program, email = merchant.program(), someone()
    partner = merchant.partner(program, email)
    merchant.stack.query("insert into mails (public_id, kind, recipient, about, next_attempt_at) select 'mail_held_' || id, 'join_request', %s, id, now() + "
                         "interval '1 hour' from campaigns where public_id = %s", (email, program["id"]))
    assert merchant.dashboard.post(f"/api/v1/partners/{partner}/erase").status == 200
    assert merchant.stack.value("select count(*) from mails where recipient = %s", (email,)) == 0
    person = Person(merchant.world)
    assert "Waiting for approval" in person.ask_to_join(link_for_stranger(merchant, program, email)).text
    assert merchant.place(program, email) == "pending"
