"""Mails by SMTP: once the change that they tell of is safe, however often the server fails, and what it is told."""

import re

import pytest

from mail_server import link_in, MailServer
from pages_browser import heading, PASSWORD, Person
from servers import wait_until
from stack import Stack
from world import World

SENDER = "Footfall Märkte <no-reply@footfall.example>"


class Post:
    """A stack that sends its mails to a server, which can be away, and somebody who has an account."""

    def __init__(self, stack, server):
        self.stack, self.server = stack, server
        self.stack.mails = server
        self.world = World(stack, only=("baclique",))
        self.count = 0

    def person(self):
        self.count += 1
        address = f"jane{self.count}@example.com"
        invited = self.stack.core.json("affiliate", "invite", "--campaign", self.world.baclique.campaign, "--email", address)
        person = Person(self.world)
        assert person.accept(invited["invite_link"]).status == 200
        person.email = address
        return person

    def forget(self, address):
        answer = Person(self.world).send("/portal/forgotten", email=address)
        assert answer.status == 200 and heading(answer) == "Check your mail", answer.text

    def row(self, address):
        """(status, attempts, error)"""
        rows = self.stack.query("select status, attempts, error from mails where recipient = %s", (address,))
        return rows[0] if rows else None

    def bring_server_back(self):
        self.stack.mails = self.server = MailServer(self.server.port, self.server.mails)


@pytest.fixture(scope="module")
def post(tmp_path_factory):
    server = MailServer()
    password = tmp_path_factory.mktemp("mail") / "password"
    password.write_text("s3cret pass\nnot this line\n")
    settings = {"FOOTFALL_CORE_MAIL_SMTP_URL": f"smtp://127.0.0.1:{server.port}", "FOOTFALL_CORE_MAIL_FROM": SENDER,
                "FOOTFALL_CORE_MAIL_USER": "footfall", "FOOTFALL_CORE_MAIL_PASSWORD_FILE": password,
                "FOOTFALL_CORE_MAIL_REQUIRE_TLS": "false"}
    with Stack(core_settings=settings) as stack:
        post = Post(stack, server)
        yield post
    post.server.stop()


@pytest.fixture(autouse=True)
def obliging_server(post):
    yield
    post.server.answers.clear()


def test_a_mail_arrives_with_its_head_and_a_link_that_works(post):
    person = post.person()
    post.forget(person.email)
    post.server.mail_to(person.email, 2)
    sender, to, message, login = post.server.mails[-1]
    assert sender == "no-reply@footfall.example" and to == person.email and login == ("footfall", "s3cret pass")
    assert message["From"] == SENDER and message["To"] == person.email and message["Subject"] == "Set a new password"
    assert re.fullmatch(r"<mail_\w+@footfall\.example>", message["Message-ID"]) and message["Date"].datetime.tzinfo
    assert Person(post.world).get(link_in(message)).status == 200
    wait_until(lambda: post.row(person.email) is None, what="the row is gone")


def test_a_server_that_is_away_gets_the_mail_when_it_is_back_even_if_core_was_killed_meanwhile(post):
    person = post.person()
    post.server.stop()
    post.forget(person.email)
    wait_until(lambda: post.row(person.email) and post.row(person.email)[2] == "connect", what="a try has failed")
    post.stack.core.kill()
    post.bring_server_back()
    post.stack.core.start()
    message = post.server.mail_to(person.email, 2)
    assert Person(post.world).get(link_in(message)).status == 200


def test_a_refusal_for_now_is_tried_again_with_a_link_that_works(post):
    person = post.person()
    post.server.answers["END"] = "451 later"
    post.forget(person.email)
    wait_until(lambda: post.row(person.email) and post.row(person.email)[2] == "refused 451", what="a try was refused")
    post.server.answers.clear()
    message = post.server.mail_to(person.email, 2)
    assert Person(post.world).get(link_in(message)).status == 200


@pytest.mark.parametrize("at, status", [("RCPT", "550 nobody here"), ("END", "554 unwanted")])
def test_a_refusal_for_good_is_kept_and_not_tried_again(post, at, status):
    person = post.person()
    post.server.answers[at] = status
    before = post.server.asked
    post.forget(person.email)
    wait_until(lambda: post.row(person.email) and post.row(person.email)[0] == "failed", what="the mail was given up")
    assert post.row(person.email) == ("failed", 1, f"refused {status[:3]}") and post.server.asked == before + 1
    assert post.stack.core.total("footfall_mail_attempts_total", outcome="given_up") >= 1


def test_addresses_that_would_add_a_line_or_a_recipient(post):
    for address in ("a@b.example\r\nBcc: evil@example.com", "a@b.example\nRCPT TO:<evil@example.com>"):
        answer = Person(post.world).send("/portal/forgotten", email=address)
        assert answer.status == 400 and "not an e-mail address" in answer.text
    quoted = "jane>,evil@example.com"
    invited = post.stack.core.json("affiliate", "invite", "--campaign", post.world.baclique.campaign, "--email", quoted)
    assert heading(Person(post.world).ask_to_join(invited["invite_link"])) == "Check your mail"
    wait_until(lambda: post.row(quoted) and post.row(quoted)[0] == "failed", what="the mail was given up")
    assert post.row(quoted)[2] == "address" and not [mail for mail in post.server.mails if "evil" in str(mail.to)]


def test_no_token_waits_in_the_books_and_none_is_logged(post):
    person = post.person()
    post.server.answers["END"] = "451 later"
    post.forget(person.email)
    wait_until(lambda: post.row(person.email) and post.row(person.email)[2], what="a try was refused")
    assert "token" not in post.stack.value("select string_agg(m::text, ' ') from mails m")
    post.server.answers.clear()
    token = link_in(post.server.mail_to(person.email, 2)).split("token=")[1]
    log = post.stack.core.log.read_text()
    assert token not in log and person.email not in log
    assert token not in post.stack.value("select string_agg(r::text, ' ') from password_resets r")


def test_without_tls_nothing_is_sent_where_it_is_required(post):
    person = post.person()
    before = post.server.asked
    post.stack.core.terminate()
    post.stack.core.settings["FOOTFALL_CORE_MAIL_REQUIRE_TLS"] = "true"
    post.stack.core.start()
    try:
        post.forget(person.email)
        wait_until(lambda: post.row(person.email) and post.row(person.email)[2] == "tls", what="a try has failed")
        assert post.server.asked == before
    finally:
        post.stack.core.terminate()
        post.stack.core.settings["FOOTFALL_CORE_MAIL_REQUIRE_TLS"] = "false"
        post.stack.core.start()


@pytest.mark.parametrize("setting, value", [("SMTP_URL", "http://mail.example"), ("SMTP_URL", "smtp://user:secret@mail.example"),
                                            ("FROM", "nobody"), ("PASSWORD_FILE", "/nonexistent"), ("USER", ""), ("DIRECTORY", "somewhere")])
def test_settings_that_cannot_work_are_refused(post, setting, value):
    name = f"FOOTFALL_CORE_MAIL_{setting}"
    settings = post.stack.core.settings
    before = settings.get(name)
    settings[name] = value
    try:
        done = post.stack.core.run("account", "list", check=False)
        assert done.returncode != 0 and "mail." in done.stderr
    finally:
        settings.pop(name) if before is None else settings.__setitem__(name, before)
