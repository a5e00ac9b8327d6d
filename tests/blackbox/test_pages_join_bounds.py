"""The public page of a program: how often it may be asked, what is no address, test mode, and where no mail is sent."""

import html
import re

import pytest

from pages_browser import heading, Person
from pages_join import all_sent, ask, Merchant, page_of, someone, without_token
from selgeo_dashboard import Dashboard
from stack import Stack
from webhook_shop import SETTINGS
from world import World


@pytest.fixture(scope="module")
def merchant():
    with Stack(SETTINGS) as stack:
        yield Merchant(World(stack, only=("selgeo",)))


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "a b@example.com", "a@example.com\r\nBcc: all@example.com", "x" * 250 + "@example.com", "\x00@example.com"])
def test_SE_79_what_is_no_address(merchant, email):
    program = merchant.program()
    answer = ask(Person(merchant.world), page_of(program), email)
    assert answer.status == 400 and "This is not an e-mail address." in answer.text
    assert merchant.stack.value("select count(*) from mails where kind = 'join_request' and recipient = %s", (email.replace("\x00", ""),)) == 0


def test_SE_79_forms_of_other_sites_are_refused(merchant):
    path, person = page_of(merchant.program()), Person(merchant.world)
    token = person.token(person.get(path))
    assert person.request("POST", path, {"email": someone()}).status == 403
    assert person.request("POST", path, {"form_token": token, "email": someone()}, Origin="https://evil.example").status == 403
    assert person.request("POST", path, {"form_token": token, "email": someone()}).status == 200


def test_SE_79_nobody_is_flooded_and_a_client_ends_soon(merchant):
    """Three mails an hour of one client to an address, of which the page says nothing; and twenty tries of a client."""
    program, email = merchant.program(), someone()
    person = Person(merchant.world)
    page = person.get(page_of(program))
    answers = [ask(person, page_of(program), email, page) for _ in range(20)]
    assert {(answer.status, without_token(answer)) for answer in answers} == {(200, without_token(answers[0]))}
    assert 1 <= len(all_sent(merchant.stack, email)) <= 3
    refused = ask(person, page_of(program), someone(), page)
    assert refused.status == 429 and "Too many tries" in refused.text and int(refused.fields["retry-after"]) == 900
    assert ask(Person(merchant.world), page_of(program), someone()).status == 200   # others are not held up


def test_SE_79_a_program_takes_three_hundred_requests_in_a_quarter_of_an_hour(merchant):
    program, other = merchant.program(), merchant.program()
    person = Person(merchant.world)
    form = {"form_token": person.token(person.get(page_of(program)))}
    for number in range(300):
        person.address = f"198.19.{number // 10}.1"
        answer = person.request("POST", page_of(program), {**form, "email": f"many{number}@example.com"})
        assert answer.status == 200, number
    person.address = "198.19.200.1"
    refused = person.request("POST", page_of(program), {**form, "email": someone()})
    assert refused.status == 429 and int(refused.fields["retry-after"]) == 900
    assert person.request("POST", page_of(other), {**form, "email": someone()}).status == 200


# Test mode, and no mail

def test_SELX_16_in_test_mode_the_page_shows_the_link_to_everybody(merchant):
    test = Dashboard(merchant.stack, merchant.account, "test")
    program, person = merchant.program(test), Person(merchant.world)
    assert program["join_url"]
    new, known = someone(), someone()
    assert test.post("/api/v1/partners", {"program_id": program["id"], "email": known}).status == 201
    assert "test mode" in person.get(page_of(program)).text
    seen = set()
    for email in (new, known):
        answer = ask(person, page_of(program), email)
        seen.add(re.sub(r"invite=\w+", "", without_token(answer)))
    assert len(seen) == 1 and heading(answer) == "Your link"
    answer = ask(person, page_of(program), new)
    page = person.get(html.unescape(re.search(r'class="button" href="([^"]*)"', answer.text)[1]))
    assert 'name="password"' not in page.text
    joined = person.send(page_of(program), page, invite=person.path.split("invite=")[1], consent="yes")
    assert heading(joined) == "You are in" and merchant.place(program, new) == "pending"
    for email in (new, known):
        assert merchant.stack.value("select count(*) from mails where recipient = %s", (email,)) == 0 and not merchant.mails.to(email)
        assert merchant.stack.value("select count(*) from users where email = %s", (email,)) == 0


def test_SE_78_where_no_mail_is_sent_there_is_no_page(merchant):
    core = merchant.stack.add_core("join-without-mail", FOOTFALL_CORE_ROLES="api", FOOTFALL_CORE_MAIL_DIRECTORY="")
    core.start()
    try:
        program = merchant.program()
        assert core.json("campaign", "show", program["id"])["join_url"] is None
        assert Person(merchant.world, port=core.port).get(page_of(program)).status == 404
        assert Person(merchant.world).get(page_of(program)).status == 200
    finally:
        core.terminate()
