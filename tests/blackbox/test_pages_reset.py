"""A forgotten password: a link by mail, and what nobody learns from asking for one."""

import re
import statistics
import time

import pytest

from baclique_api import Creator, fresh
from http_client import Client
from mail_server import link_in
from pages_browser import heading, PASSWORD, Person
from servers import wait_until

NEW = "an entirely new one"


@pytest.fixture(scope="module")
def owner(world):
    return Creator(world)


@pytest.fixture
def person(owner):
    person = Person(owner.world)
    person.email = f"{fresh('forgetful')}@example.com"
    made = owner.core.json("affiliate", "invite", "--campaign", owner.world.baclique.campaign, "--email", person.email)
    assert person.accept(made["invite_link"]).status == 200
    return person


def forget(owner, address):
    return Person(owner.world).send("/portal/forgotten", email=address)


def reset_mails(owner, address):
    return [mail for mail in owner.world.stack.mails.to(address) if mail["Subject"] == "Set a new password"]


def reset_link(owner, address, number=1):
    """By the newest of `number` mails."""
    assert heading(forget(owner, address)) == "Check your mail"
    return link_in(wait_until(lambda: reset_mails(owner, address)[number - 1:], what="the mail")[-1])


def is_logged_in(person):
    return "Log out" in person.get("/portal").text


def test_a_new_password_is_set_and_all_sessions_end(owner, person):
    assert 'href="/portal/forgotten"' in Person(owner.world).get("/portal/log-in").text
    link = reset_link(owner, person.email)
    browser = Person(owner.world)
    page = browser.get(link)
    set_it = lambda: browser.send("/portal/reset", page, token=link.split("token=")[1], password=NEW)
    assert heading(set_it()).startswith("Hello, ") and not is_logged_in(person)
    assert Person(owner.world).log_in(person.email).status == 403 and Person(owner.world).log_in(person.email, NEW).status == 200
    told = owner.world.stack.mails.mail_to(person.email, 3)
    assert told["Subject"] == "Your password was changed" and link_in(told) == "/portal/forgotten"
    again = Person(owner.world).get(link)
    assert again.status == 410 and heading(again) == "This link is not good any more"


def test_only_the_newest_link_is_good_and_for_an_hour(owner, person):
    first, second = reset_link(owner, person.email), reset_link(owner, person.email, 2)
    assert Person(owner.world).get(first).status == 410 and Person(owner.world).get(second).status == 200
    left = owner.world.stack.value("select extract(epoch from r.expires_at - now())::int from password_resets r join users u on "
                                   "u.id = r.user_id where u.email = %s", (person.email,))
    assert 3_400 < left <= 3_600
    owner.world.stack.query("update password_resets set expires_at = now() where user_id = (select id from users where email = %s)", (person.email,))
    assert Person(owner.world).get(second).status == 410


def test_nobody_learns_whether_an_address_has_an_account(owner, person):
    unknown = f"{fresh('nobody')}@example.com"
    texts = {forget(owner, address).text for address in (person.email, unknown)}
    assert len({re.sub(r'value="[0-9a-f]{64}"', "", text) for text in texts}) == 1
    wait_until(lambda: reset_mails(owner, person.email), what="the mail")
    wait_until(lambda: owner.world.stack.value("select count(*) from mails where recipient = %s", (unknown,)) == 0, what="dropped")
    assert owner.world.stack.mails.to(unknown) == []


def test_asking_takes_as_long_for_an_address_without_an_account(owner):
    """The request itself looks up nothing: over many, the medians differ by less than either varies."""
    people = []
    for _ in range(12):
        email = f"{fresh('timed')}@example.com"
        made = owner.core.json("affiliate", "invite", "--campaign", owner.world.baclique.campaign, "--email", email)
        Person(owner.world).accept(made["invite_link"])
        people.append(email)
    times = {True: [], False: []}
    for email in people:
        for is_known, address in ((True, email), (False, f"{fresh('nobody')}@example.com")):
            browser = Person(owner.world)
            page = browser.get("/portal/forgotten")
            began = time.perf_counter()
            assert browser.send("/portal/forgotten", page, email=address).status == 200
            times[is_known].append(time.perf_counter() - began)
    known, unknown = (statistics.median(times[is_known]) for is_known in (True, False))
    assert abs(known - unknown) < 0.050, times


def test_asking_is_limited_per_account_in_silence_and_per_address(owner, person):
    for _ in range(5):
        assert forget(owner, person.email).status == 200
    wait_until(lambda: owner.world.stack.value("select count(*) from mails where recipient = %s", (person.email,)) == 0, what="all sent")
    assert 1 <= len(reset_mails(owner, person.email)) <= 3
    attacker = Person(owner.world, "203.0.113.177")
    statuses = [attacker.send("/portal/forgotten", email=f"{fresh('x')}@example.com").status for _ in range(11)]
    assert statuses == [200] * 10 + [429]


def test_what_is_no_address_and_a_form_from_elsewhere(owner):
    assert forget(owner, "nobody").status == 400 and forget(owner, "").status == 400
    browser = Person(owner.world)
    browser.get("/portal/forgotten")
    assert browser.request("POST", "/portal/forgotten", {"email": "a@example.com"}).status == 403
    assert browser.request("POST", "/portal/forgotten", {"email": "a@example.com", "form_token": "0" * 64}).status == 403


def test_who_is_erased_gets_no_mail(owner, person):
    person.send("/portal/delete", person.get("/portal/profile"), password=PASSWORD)
    assert forget(owner, person.email).status == 200
    wait_until(lambda: owner.world.stack.value("select count(*) from mails where recipient = %s", (person.email,)) == 0, what="dropped")
    assert reset_mails(owner, person.email) == []


def test_where_no_mail_is_sent_the_operator_helps(owner):
    core = owner.world.stack.add_core("no-mail", FOOTFALL_CORE_ROLES="api", FOOTFALL_CORE_MAIL_DIRECTORY="")
    core.start()
    try:
        client = Client(core.port, "localhost")
        assert "Whoever runs this site" in client.get("/portal/log-in").text
        answer = client.get("/portal/forgotten")
        assert answer.status == 404 and "Whoever runs this site" in answer.text
    finally:
        core.terminate()
