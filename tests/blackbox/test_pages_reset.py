"""A forgotten password: a link by mail, and what nobody learns from asking for one."""

import re

import pytest

from baclique_api import Creator, fresh
from http_client import Client
from mail_server import link_in
from pages_browser import heading, PASSWORD, Person
from servers import wait_until
from timing import check_take_equally_long

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


def forget(owner, address, client=None):
    return Person(owner.world, client).send("/portal/forgotten", email=address)


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


def test_asking_takes_as_long_for_an_address_without_an_account(owner, person):
    """The request itself looks up nothing."""
    def ask_for(address):
        def ready():
            owner.world.stack.query("delete from attempts")
            browser = Person(owner.world)
            page = browser.get("/portal/forgotten")
            return lambda: browser.send("/portal/forgotten", page, email=address()).status == 200 or pytest.fail()
        return ready
    check_take_equally_long(40, ask_for(lambda: person.email), ask_for(lambda: f"{fresh('nobody')}@example.com"))


def test_the_session_of_somebody_else_in_that_browser_ends(owner, person):
    """Who follows the link is logged in as its owner; and who was logged in there before is not any more."""
    other = Person(owner.world)
    made = owner.core.json("affiliate", "invite", "--campaign", owner.world.baclique.campaign, "--email", f"{fresh('other')}@example.com")
    other.accept(made["invite_link"], name="Zoe Other")
    before = other.cookies["session"]
    link = reset_link(owner, person.email)
    answer = other.send("/portal/reset", other.get(link), token=link.split("token=")[1], password=NEW)
    assert heading(answer) == "Hello, Jane Doe" and other.cookies["session"] != before
    other.cookies["session"] = before
    assert not is_logged_in(other)


class Asking:
    """Forms for the person's address, some hours apart; `pages` are the answers, which should not differ."""

    def __init__(self, owner, person):
        self.owner, self.person, self.pages = owner, person, set()

    def ask(self, client, times=4, hours_later=0):
        """How many mails there are after it."""
        self.owner.world.stack.query("update attempts set started_at = started_at - %s * interval '61 minutes'", (hours_later,))
        for _ in range(times):
            self.pages.add(re.sub(r'value="[0-9a-f]{64}"', "", forget(self.owner, self.person.email, client).text))
            wait_until(lambda: self.owner.world.stack.value("select count(*) from mails where recipient = %s", (self.person.email,)) == 0, what="sent")
        return len(reset_mails(self.owner, self.person.email))


def test_BA_35_a_stranger_gets_an_address_a_few_mails_and_leaves_its_owner_some(owner, person):
    """Three an hour and ten a day; the page says the same. The owner, by another way, still gets a link that works."""
    asking, stranger = Asking(owner, person), "203.0.113.180"
    assert [asking.ask(stranger, hours_later=hours) for hours in (0, 1, 1, 1, 1)] == [3, 6, 9, 10, 10]
    assert asking.ask("203.0.113.181", times=1) == 11 and len(asking.pages) == 1
    browser = Person(owner.world)
    link = link_in(reset_mails(owner, person.email)[-1])
    assert heading(browser.send("/portal/reset", browser.get(link), token=link.split("token=")[1], password=NEW)).startswith("Hello, ")
    assert asking.ask(stranger, hours_later=24) == 14


def test_BA_35_all_strangers_together_do_not_flood_an_address(owner, person):
    """Ten an hour and forty a day, from however many networks."""
    asking = Asking(owner, person)
    def ask_in_hour(hour):
        return [asking.ask(f"203.0.113.{190 + 4 * hour + network}", times=3, hours_later=0 if network else 1) for network in range(4)][-1]
    assert [ask_in_hour(hour) for hour in range(5)] == [10, 20, 30, 40, 40] and len(asking.pages) == 1
    assert heading(Person(owner.world).get(link_in(reset_mails(owner, person.email)[-1]))) == "Set a new password"


def test_asking_is_limited_per_network(owner):
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
