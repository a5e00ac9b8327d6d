"""The page that an invitation opens: from the API's call to the first credited conversion, every state of a token, and
attacks on it (BAC-48, BAC-49, BAC-54, BAC-56)."""

import html
import re
import threading
from urllib.parse import urlsplit

import pytest

from baclique_api import Creator, fresh
from mail_server import link_in
from pages_browser import heading, own_link, PASSWORD, Person
from servers import wait_until
from timing import check_take_equally_long


@pytest.fixture(scope="module")
def owner(world):
    return Creator(world)


class Invited:
    """An invitation of a fresh address into a fresh campaign."""

    def __init__(self, owner, email=None, **campaign):
        self.owner = owner
        self.campaign = owner.campaign(**campaign)
        self.path = f"/v1/campaigns/{self.campaign['id']}"
        self.email = email or f"{fresh('person')}@example.com"
        self.link = self.invite()

    def invite(self):
        return self.owner.done("POST", f"{self.path}/affiliates", {"email": self.email})["invite_link"]

    def open(self, link=None, person=None):
        target = urlsplit(link or self.link)
        return (person or Person(self.owner.world)).get(f"{target.path}?{target.query}")

    def listed(self):
        return self.owner.done("GET", f"{self.path}/affiliates")["affiliates"]

    def sql(self, statement, *parameters):
        return self.owner.world.stack.query(statement, parameters)


def test_BAC_48_49_53_from_the_invitation_to_the_first_credited_conversion(owner):
    invited = Invited(owner, name="Summer <Sale>")
    person = Person(owner.world)
    page = invited.open(person=person)
    assert page.status == 200 and heading(page) == "Summer <Sale>"
    assert "10% of each sale" in page.text and "30 days" in page.text and "7 days" in page.text and invited.email in page.text
    assert invited.listed() == []
    joined = person.accept(invited.link)
    assert joined.status == 200 and "You are in." in joined.text
    link = own_link(joined)
    one = invited.listed()[0]
    assert (one["email"], one["name"], one["status"], one["unique_link"]) == (invited.email, "Jane Doe", "active", link)
    assert 'class="qr" role="img"' in joined.text
    owner.world.wait_live(one["affiliate_code"])
    click = owner.click(one["affiliate_code"])
    body = {"campaign_id": invited.campaign["id"], "click_id": click, "external_id": fresh("O"), "amount": 99.99}
    assert owner.done("POST", "/v1/conversions", body)["affiliate_id"] == one["id"]
    portal = person.get("/portal")
    assert "9.99 EUR" in portal.text and html.escape("Summer <Sale>") in portal.text and "<Sale>" not in portal.text


def test_BAC_49_BA_35_consent_is_recorded_in_the_words_that_were_shown(owner):
    """BAC-49, BA-35."""
    invited = Invited(owner)
    person = Person(owner.world, "203.0.113.77")
    page = invited.open(person=person)
    refused = person.accept(invited.link, consent="")
    assert refused.status == 400 and "Please agree" in refused.text and invited.listed() == []
    assert person.accept(invited.link).status == 200
    rows = invited.sql("select s.version, s.text, s.address, s.at > now() - interval '1 minute' from consents s join users u on "
                       "u.id = s.user_id where u.email = %s", invited.email)
    assert len(rows) == 1 and rows[0][2:] == ("203.0.113.77", True) and rows[0][0]
    assert html.escape(rows[0][1], quote=False).replace('"', "&quot;") in page.text.replace("&#x27;", "'")


def test_BAC_54_BA_36_a_private_campaign_waits_for_approval(owner):
    invited = Invited(owner, visibility="private")
    person = Person(owner.world)
    page = invited.open(person=person)
    assert "approves you first" in page.text
    joined = person.accept(invited.link)
    assert "Waiting for approval" in joined.text and 'id="url"' not in joined.text
    one = invited.listed()[0]
    assert one["status"] == "pending"
    owner.core.run("affiliate", "set-status", one["id"], "active", "--campaign", invited.campaign["id"])
    assert invited.listed()[0]["status"] == "active"
    shown = person.get(f"/portal/link?campaign={invited.campaign['id']}")
    assert own_link(shown) == one["unique_link"]


def test_BAC_56_every_token_that_is_not_open_has_a_page_of_its_own(owner):
    invited = Invited(owner)
    first = invited.link
    second = invited.invite()
    page = invited.open(first)
    assert page.status == 410 and heading(page) == "There is a newer invitation"                     # BA-16
    invited.sql("update invites set expires_at = now() where email = %s and voided_at is null", invited.email)
    page = invited.open(second)
    assert page.status == 410 and heading(page) == "This invitation has expired"
    third = invited.invite()
    assert Person(owner.world).accept(third).status == 200
    page = invited.open(third)
    assert page.status == 410 and heading(page) == "This invitation has been used"
    for forged in (third[:-1], third + "x", third.split("=")[0] + "=", third.split("=")[0] + "=" + "a" * 5000):
        page = invited.open(forged)
        assert page.status == 404 and heading(page) == "We do not know this invitation"
    cut = invited.open(third.split("?")[0])
    assert cut.status == 200 and heading(cut) == invited.campaign["name"]   # the page of the campaign itself
    other = Invited(owner)
    owner.done("DELETE", other.path)
    page = other.open()
    assert page.status == 410 and heading(page) == "This campaign has ended"
    assert len(invited.listed()) == 1 and other.listed() == []


def test_what_is_not_open_cannot_be_accepted_by_a_form_that_was_loaded_before(owner):
    """BAC-56."""
    invited = Invited(owner)
    person = Person(owner.world)
    target = urlsplit(invited.link)
    page = invited.open(person=person)
    invited.invite()
    answer = person.send(target.path, page, invite=target.query.split("=")[1], password=PASSWORD, name="Late", consent="yes")
    assert answer.status == 410 and heading(answer) == "There is a newer invitation" and invited.listed() == []


def at_once(people, act):
    """The statuses of act(person), all at the same time."""
    answers = []
    threads = [threading.Thread(target=lambda person=person: answers.append(act(person).status)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def test_BAC_56_of_two_confirmations_at_once_one_joins(owner):
    invited = Invited(owner)
    people = [Person(owner.world) for _ in range(6)]
    pages = {person: invited.open(person=person) for person in people}
    assert at_once(people, lambda person: person.ask_to_join(invited.link, page=pages[person])) == [200] * 6
    wait_until(lambda: invited.sql("select count(*) from mails where recipient = %s", invited.email) == [(0,)], what="the mails are sent")
    link = link_in(owner.world.stack.mails.to(invited.email)[-1])
    tokens = {person: person.token(person.get(link)) for person in people}
    body = lambda person: {"form_token": tokens[person], "token": link.split("token=")[1], "password": PASSWORD}
    assert at_once(people, lambda person: person.request("POST", "/portal/join", body(person))) == [303] + [410] * 5
    assert len(invited.listed()) == 1
    assert invited.sql("select count(*) from users where email = %s", invited.email) == [(1,)]


def test_BAC_56_of_two_accepts_at_once_one_joins_where_no_mail_is_sent(owner, without_mail):
    invited = Invited(owner)
    target = urlsplit(invited.link)
    people = [Person(owner.world, port=without_mail.port) for _ in range(6)]
    tokens = [person.token(invited.open(person=person)) for person in people]
    answers = []

    def accept(person, token):
        answers.append(person.request("POST", target.path, {"form_token": token, "invite": target.query.split("=")[1], "name": "Twice",
                                                            "password": PASSWORD, "consent": "yes"}).status)
    threads = [threading.Thread(target=accept, args=pair) for pair in zip(people, tokens)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303] + [410] * 5
    assert len(invited.listed()) == 1
    assert invited.sql("select count(*) from users where email = %s", invited.email) == [(1,)]


@pytest.fixture(scope="module")
def without_mail(owner):
    core = owner.world.stack.add_core("pages-without-mail", FOOTFALL_CORE_ROLES="api", FOOTFALL_CORE_MAIL_DIRECTORY="")
    core.start()
    yield core
    core.terminate()


def test_where_no_mail_is_sent_the_link_is_enough(owner, without_mail):
    """BAC-49: and a wrong password is called so."""
    first = Invited(owner)
    assert "You are in." in Person(owner.world, port=without_mail.port).ask_to_join(first.link).text
    second = Invited(owner, email=first.email)
    refused = Person(owner.world, port=without_mail.port).ask_to_join(second.link, password="something else 1")
    assert refused.status == 403 and "not the password" in refused.text and second.listed() == []


def test_BA_35_whoever_holds_an_invitation_does_not_learn_whether_its_address_has_an_account(owner):
    """BA-35: neither by text or status nor by time."""
    known = Invited(owner)
    Person(owner.world).accept(known.link)
    seen = set()

    def try_for(email):
        def ready():
            owner.world.stack.query("delete from attempts")
            invited = Invited(owner, email=email())
            holder = Person(owner.world)
            page = invited.open(person=holder)

            def act():
                answer = holder.ask_to_join(invited.link, password="something else 1", page=page)
                seen.add((answer.status, re.sub(r'[0-9a-f]{64}', "", answer.text.replace(invited.email, "…")), "session" in holder.cookies))
            return act
        return ready
    # Two hashes either way: one less would halve the time.
    check_take_equally_long(15, try_for(lambda: known.email), try_for(lambda: f"{fresh('nobody')}@example.com"), 1.4)
    assert len(seen) == 1 and next(iter(seen))[0] == 200 and not next(iter(seen))[2]
    bad = {Person(owner.world).ask_to_join(Invited(owner, email=email).link, password="short").text.count("role=\"alert\"")
           for email in (known.email, f"{fresh('nobody')}@example.com")}
    assert bad == {1}


def test_the_mail_says_that_there_is_an_account_and_brings_no_link_that_makes_one(owner):
    first = Invited(owner)
    Person(owner.world).accept(first.link)
    second = Invited(owner, email=first.email)
    Person(owner.world).ask_to_join(second.link, password="something else 1")
    mail = owner.world.stack.mails.mail_to(first.email, 2)
    assert mail["Subject"] == "You have an account already" and link_in(mail) == "/portal/forgotten"


def test_links_of_confirmation_that_are_not_good(owner):
    invited = Invited(owner)
    mails = owner.world.stack.mails
    holder = Person(owner.world)
    holder.ask_to_join(invited.link)
    first = link_in(mails.mail_to(invited.email))
    holder.ask_to_join(invited.link, name="Another Name")
    second = link_in(mails.mail_to(invited.email, 2))
    assert Person(owner.world).get(first).status == 410 and Person(owner.world).get(second).status == 200
    assert second.split("token=")[1] not in str(invited.sql("select string_agg(c::text, ' ') from join_confirmations c"))
    for forged in ("", "x", "y" * 500, second.split("token=")[1][:-1]):
        assert Person(owner.world).get(f"/portal/join?token={forged}").status == 410
    stranger = Person(owner.world)
    stranger.get("/portal/log-in")
    assert stranger.request("POST", "/portal/join", {"token": second.split("token=")[1]}).status == 403
    guesser = Person(owner.world, "203.0.113.151")
    assert [guesser.get(f"/portal/join?token=guess{n}").status for n in range(31)] == [410] * 30 + [429]
    newer = invited.invite()
    assert heading(Person(owner.world).get(second)) == "There is a newer invitation"
    holder.ask_to_join(newer)
    third = link_in(mails.mail_to(invited.email, 3))
    invited.sql("update join_confirmations set expires_at = now()")
    assert Person(owner.world).get(third).status == 410 and invited.listed() == []


def test_BA_35_whoever_holds_an_invitation_floods_nobody(owner):
    """An address gets three mails an hour and ten a day of invitations that were accepted; the page says the same, and the link
    of the newest mail stays good."""
    invited = Invited(owner)
    mails, pages, stranger = owner.world.stack.mails, set(), "203.0.113.79"

    def ask_four_times(hours_later):
        invited.sql("update attempts set started_at = started_at - %s * interval '61 minutes'", hours_later)
        for _ in range(4):
            pages.add(re.sub(r'value="[0-9a-f]{64}"', "", Person(owner.world, stranger).ask_to_join(invited.link, name=fresh("Name")).text))
            wait_until(lambda: invited.sql("select count(*) from mails where recipient = %s", invited.email) == [(0,)], what="sent")
        return len(mails.to(invited.email))
    assert ask_four_times(0) == 3
    assert Person(owner.world).get(link_in(mails.to(invited.email)[-1])).status == 200
    assert [ask_four_times(1) for _ in range(4)] == [6, 9, 10, 10] and len(pages) == 1
    assert "You are in." in Person(owner.world).confirm(link_in(mails.to(invited.email)[-1])).text


def test_who_does_not_know_the_password_makes_no_account(owner):
    """Had the holder of the invitation chosen it, the owner of the address would open an account for them."""
    invited = Invited(owner)
    Person(owner.world).ask_to_join(invited.link, password="the holder's own", name="Holder")
    link = link_in(owner.world.stack.mails.mail_to(invited.email))
    victim = Person(owner.world)
    refused = victim.confirm(link)
    assert refused.status == 403 and "not the password" in refused.text and invited.listed() == []
    assert victim.accept(invited.link, name="Jane").status == 200 and invited.listed()[0]["name"] == "Jane"
    assert Person(owner.world).log_in(invited.email, "the holder's own").status == 403
    other = Invited(owner)
    Person(owner.world).ask_to_join(other.link)
    link = link_in(owner.world.stack.mails.mail_to(other.email))
    assert [Person(owner.world).confirm(link, "a guess of it").status for _ in range(11)] == [403] * 10 + [429]


def test_a_confirmation_in_the_browser_of_somebody_else(owner):
    """Who follows the link is logged in as its owner, whoever was logged in before; and by a new session."""
    other = Invited(owner)
    person = Person(owner.world)
    person.accept(other.link, name="Zoe")
    before = person.cookies["session"]
    invited = Invited(owner)
    Person(owner.world).ask_to_join(invited.link, name="Jane")
    assert "You are in." in person.confirm(link_in(owner.world.stack.mails.mail_to(invited.email))).text
    assert heading(person.get("/portal")) == "Hello, Jane" and person.cookies["session"] != before


def test_an_account_that_exists_is_used_again(owner):
    """BAC-49: one account for all campaigns; its password is asked for, and no other will do."""
    first = Invited(owner)
    person = Person(owner.world)
    person.accept(first.link, name="Jane")
    second = Invited(owner, email=first.email.upper())
    stranger = Person(owner.world)
    refused = stranger.ask_to_join(second.link, password="something else 1", name="Zoe")
    assert heading(refused) == "Check your mail" and second.listed() == [] and "Jane" not in refused.text
    assert stranger.accept(second.link).status == 200
    third = Invited(owner, email=first.email)
    assert "You join as" in third.open(person=person).text
    assert "You are in." in person.accept(third.link, password="").text
    portal = person.get("/portal")
    for invited in (first, second, third):
        assert invited.campaign["name"] in portal.text


def test_an_invitation_is_for_its_address_alone(owner):
    """BAC-49: who is logged in as somebody else cannot take it."""
    mine, theirs = Invited(owner), Invited(owner)
    person = Person(owner.world)
    person.accept(mine.link)
    page = theirs.open(person=person)
    assert "You are logged in as" in page.text and "Join and get my link" not in page.text
    target = urlsplit(theirs.link)
    answer = person.send(target.path, page, invite=target.query.split("=")[1], password=PASSWORD, consent="yes", name="x")
    assert answer.status == 403 and theirs.listed() == []


@pytest.mark.parametrize("password, name", [("short", "Jane"), ("", "Jane"), ("aaaaaaaaaaaa", "Jane"), (PASSWORD, ""), (PASSWORD, "  "),
                                            (PASSWORD, "x" * 201), ("x" * 257, "Jane")])
def test_passwords_and_names_that_cannot_be(owner, password, name):
    invited = Invited(owner)
    answer = Person(owner.world).accept(invited.link, password=password, name=name)
    assert answer.status == 400 and 'role="alert"' in answer.text and invited.listed() == []
    assert invited.sql("select count(*) from users where email = %s", invited.email) == [(0,)]


def test_an_affiliate_who_was_put_in_meanwhile_gets_an_account(owner):
    invited = Invited(owner)
    owner.core.run("affiliate", "join", "--campaign", invited.campaign["id"], "--email", invited.email)
    person = Person(owner.world)
    assert "You are in." in person.accept(invited.link).text
    assert own_link(person.get(f"/portal/link?campaign={invited.campaign['id']}")) == invited.listed()[0]["unique_link"]


def test_a_removed_affiliate_joins_again_under_the_old_code(owner):
    """BA-17."""
    invited = Invited(owner)
    person = Person(owner.world)
    person.accept(invited.link)
    before = invited.listed()[0]
    owner.done("DELETE", f"{invited.path}/affiliates/{before['id']}")
    assert heading(person.get(f"/portal/link?campaign={invited.campaign['id']}")) == "You are not in this campaign"
    assert "You are in." in person.accept(invited.invite(), password="").text
    assert invited.listed()[0]["affiliate_code"] == before["affiliate_code"]


def test_guessing_tokens_ends_soon(owner):
    """BAC-56."""
    guesser = Person(owner.world, "203.0.113.99")
    statuses = [guesser.request("GET", f"/c/x?invite=guess{n}").status for n in range(31)]
    assert statuses == [404] * 30 + [429]
    assert Invited(owner).open(person=guesser).status == 200   # a sound one is still opened


def test_the_command_line_invites_into_any_dialects_campaign(world):
    """BAC-49: the page is the same for Selgeo's partners."""
    email = f"{fresh('partner')}@example.com"
    made = world.core.json("affiliate", "invite", "--campaign", world.selgeo.campaign, "--email", email)
    person = Person(world)
    joined = person.accept(made["invite_link"])
    assert "You are in." in joined.text
    listed = world.core.json("affiliate", "list", "--campaign", world.selgeo.campaign)["affiliates"]
    code = next(row["enrolment"]["code"] for row in listed if row["email"] == email)
    assert own_link(joined).endswith(f"/{code}")
    world.wait_live(code)


def test_who_joined_is_in_the_audit_trail(owner):
    """BAC-49."""
    invited = Invited(owner)
    Person(owner.world).accept(invited.link)
    affiliate = invited.listed()[0]["id"]
    audit = owner.core.json("audit", "list", "--subject", affiliate)["audit"]
    assert [row["action"] for row in audit] == ["affiliate.join"] and audit[0]["actor"].startswith("user:usr_")
