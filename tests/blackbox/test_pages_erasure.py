"""An account is deleted: nothing in the whole database names the person any more, and the merchants' books tell of it."""

import json
import re
import threading

import pytest

from baclique_api import Creator, fresh
from pages_browser import heading, PASSWORD, Person
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS, Shop
from world import World

@pytest.fixture(scope="module")
def world():
    """An installation whose webhooks reach the tests' receivers."""
    with Stack(SETTINGS) as stack:
        yield World(stack, only=())


@pytest.fixture(scope="module")
def owner(world):
    return Creator(world)


class Known(Person):
    """Somebody with an unusual name, who is in campaigns of two merchants and has left traces wherever there can be any."""

    def __init__(self, owner, shop, receiver):
        super().__init__(owner.world)
        self.owner, self.shop, self.receiver, self.core = owner, shop, receiver, owner.world.core
        word = fresh("quux")
        self.name, self.email = f"Zebulon {word}", f"zebulon.{word}@example.com"
        self.former, self.alias = f"Former {word}", f"alias.{word}@example.net"
        self.earlier = f"earlier.{word}@example.org"
        self.secret = word   # in each of them
        self.hear()
        self.campaign = self.join(owner.campaign())
        self.id = owner.done("GET", f"/v1/campaigns/{self.campaign}/affiliates")["affiliates"][0]["id"]
        self.second = Person(owner.world)
        self.second.log_in(self.email)
        self.partner = self.be_a_partner()
        self.wait_for_approval()
        self.be_invited_again()
        self.send("/portal/forgotten", email=self.email)

    def hear(self):
        """The merchants' webhooks; the partner's merchant has one that does not get through yet."""
        for at in ("/works", "/fails"):
            self.shop.webhook(self.receiver.url(at), "partner.joined", "partner.updated", "partner.erased")
        self.receiver.answers["/fails"] = 500
        self.core.json("webhook", "create", "--account", self.owner.account, "--url", self.receiver.url("/baclique"))

    def join(self, campaign):
        invited = self.owner.done("POST", f"/v1/campaigns/{campaign['id']}/affiliates", {"email": self.email})
        assert self.accept(invited["invite_link"], name=self.name).status == 200
        return campaign["id"]

    def be_a_partner(self):
        """Of Selgeo's merchant, who changes name and address, and calls a tracker whose URL names its owner."""
        made = self.core.json("affiliate", "invite", "--campaign", self.shop.program, "--email", self.email)
        assert self.accept(made["invite_link"], password="").status == 200
        listed = self.core.json("affiliate", "list", "--campaign", self.shop.program)["affiliates"]
        partner = next(one["id"] for one in listed if one["email"] == self.email)
        self.core.run("affiliate", "set", partner, "--email", self.earlier)
        self.confirm_later(self.shop.more[0], self.earlier)
        self.core.run("affiliate", "set", partner, "--name", self.former, "--email", self.alias)
        self.confirm_later(self.shop.more[1], self.alias)
        self.core.run("affiliate", "set-status", partner, "suspended", "--reason", f"{self.former.upper()} writes from {self.earlier}")
        self.core.run("affiliate", "set-status", partner, "active", "--reason", f"{self.alias} is back")
        self.core.run("affiliate", "set-status", partner, "suspended", "--reason", f"{self.name} ({self.email}) had asked")
        self.core.run("affiliate", "set-status", partner, "active")
        self.core.run("affiliate", "invite", "--campaign", self.shop.other, "--email", self.alias)
        self.tracker = self.core.json("postback", "create", "--affiliate", partner, "--on", "created", "--description", self.name,
                                      "--url", self.receiver.url(f"/tracker?who={self.secret}&conv={{conversion_id}}"))["id"]
        self.shop.settle()
        self.core.run("promo", "create", "--campaign", self.shop.program, "--affiliate", partner, "--code", "ZEBULON")
        self.shop.sell(promo_code="ZEBULON", prospect_email=self.alias.upper())
        self.shop.sell(promo_code="ZEBULON", prospect_email=self.alias.replace("@", "+shop@"))
        wait_until(lambda: [one for one in self.receiver.received if one.path.startswith("/tracker")], what="the tracker called")
        return partner

    def confirm_later(self, campaign, address):
        """Somebody accepts an invitation to an address that the merchant gave; its mail could not be sent."""
        made = self.core.json("affiliate", "invite", "--campaign", campaign, "--email", address)
        Person(self.owner.world).ask_to_join(made["invite_link"], name=self.name)
        self.mails.mail_to(address)
        self.owner.world.stack.query(
            "insert into mails (public_id, kind, recipient, about, status) select 'mail_' || c.id || i.email, 'join_confirmation', i.email, "
            "c.id, 'failed' from join_confirmations c join invites i on i.id = c.invite_id where i.email = %s", (address,))

    def wait_for_approval(self):
        self.private = self.join(self.owner.campaign(visibility="private"))

    def be_invited_again(self):
        """By a merchant of whom nothing has come yet; somebody else has the link, and chose a password for it."""
        link = self.owner.done("POST", f"/v1/campaigns/{self.owner.campaign()['id']}/affiliates", {"email": self.email})["invite_link"]
        assert heading(Person(self.owner.world).ask_to_join(link, password="not the one at all", name=self.name)) == "Check your mail"


def tables_that_name(world, word):
    """Every table of the database with a row in which the word stands, in whichever column, also as bytes."""
    sql = world.stack.query
    tables = [row[0] for row in sql("select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                                    "where n.nspname = 'public' and c.relkind in ('r', 'p')")]
    assert len(tables) > 40, tables
    hexadecimal = word.encode().hex()
    return {table for table in tables
            if sql(f"select count(*) from {table} x where strpos(lower(x::text), %s) > 0 or strpos(lower(x::text), %s) > 0", (word, hexadecimal)) != [(0,)]}


@pytest.fixture
def known(world, owner, receiver):
    shop = Shop(world.stack)
    shop.other = world.core.json("campaign", "create", "--account", shop.account, "--name", "Another", "--target", "https://shop.example/",
                                 "--commission", "10%")["id"]
    shop.more = [world.core.json("campaign", "create", "--account", shop.account, "--name", f"More {number}", "--target", "https://shop.example/",
                                 "--commission", "10%")["id"] for number in range(2)]
    return Known(owner, shop, receiver)


def test_BA_39_nothing_names_the_person_any_more_and_the_books_tell_of_it(world, owner, known):
    shop, receiver = known.shop, known.receiver
    wait_until(lambda: len(receiver.events("/works")) >= 2 and receiver.events("/fails") and receiver.events("/baclique"), what="the merchants told")
    assert {"users", "affiliates", "invites", "audit", "webhook_events", "webhook_endpoints", "join_confirmations", "mails", "conversions"} <= tables_that_name(world, known.secret)
    sale = owner.done("POST", "/v1/conversions", {"campaign_id": known.campaign, "external_id": fresh("O"), "amount": 100, "affiliate_code":
                                                  owner.done("GET", f"/v1/campaigns/{known.campaign}/affiliates")["affiliates"][0]["affiliate_code"]})
    failed = receiver.events("/fails")[0]
    consents = "select s.address from consents s join affiliates f on f.user_id = s.user_id where f.public_id = %s"
    assert set(world.stack.query(consents, (known.id,))) == {(known.address,)}
    visitors = "select 1 from portal_visitors v join affiliates f on f.user_id = v.user_id where f.public_id = %s"
    assert world.stack.query(visitors, (known.id,))
    answer = known.send("/portal/delete", known.get("/portal/profile"), password=PASSWORD)
    assert heading(answer) == "Your account is deleted"
    assert "theirs to erase: ask them" in answer.text
    assert tables_that_name(world, known.secret) == set()
    assert not world.stack.query(visitors, (known.id,))
    assert set(world.stack.query(consents, (known.id,))) == {("",)}

    # What was still on its way goes out under the same id, and names nobody.
    receiver.answers["/fails"] = 200

    def told_all():
        for endpoint in world.core.json("webhook", "list", "--account", shop.account)["webhooks"]:
            shop.let_time_pass(endpoint["id"])
        return {"partner.joined", "partner.updated", "partner.erased"} <= {event["type"] for event in receiver.events("/fails")[1:]}
    wait_until(told_all, what="the rest told")
    late = [event for event in receiver.events("/fails") if event["type"] == failed["type"]][-1]
    assert late["id"] == failed["id"] and known.secret in json.dumps(failed) and known.secret not in json.dumps(late)
    assert (late["data"]["email"], late["data"]["name"]) == (f"{known.partner}@erased.invalid", "")
    erased = [event for event in receiver.events("/works", "partner.erased")]
    assert [event["data"]["id"] for event in erased] == [known.partner] and erased[0]["data"]["status"] == "erased"
    assert known.secret not in json.dumps(erased)

    # Audit: who, for each merchant and for the installation.
    for subject, action in ((known.id, "affiliate.erase"), (known.partner, "affiliate.erase")):
        row = world.core.json("audit", "list", "--subject", subject)["audit"][0]
        assert row["action"] == action and re.match(r"user:usr_\w+$", row["actor"]), row
    user = row["actor"].removeprefix("user:")
    assert world.core.json("audit", "list", "--subject", user)["audit"][0]["action"] == "user.erase"
    changed = world.core.json("audit", "list", "--subject", known.partner, "--action", "affiliate.update")["audit"][0]
    assert changed["details"] == {"email": "erased", "name": "erased"}   # that they were changed is still known

    # What ends and what stays.
    assert known.log_in(known.email).status == 403 and "Log out" not in known.second.get("/portal").text
    assert owner.done("GET", f"/v1/campaigns/{known.private}/affiliates")["affiliates"] == []
    kept = owner.done("GET", f"/v1/campaigns/{known.campaign}/conversions")["conversions"]
    assert [(one["id"], one["commission"]) for one in kept] == [(sale["id"], 10.0)]
    assert world.core.json("postback", "list", "--account", shop.account)["postbacks"] == []


def test_BA_39_a_wrong_password_deletes_nothing(world, owner):
    person = Person(world)
    person.email = f"{fresh('keeps')}@example.com"
    link = owner.done("POST", f"/v1/campaigns/{owner.campaign()['id']}/affiliates", {"email": person.email})["invite_link"]
    person.accept(link)
    assert person.send("/portal/delete", person.get("/portal/profile"), password="wrong password").status == 400
    assert "users" in tables_that_name(world, person.email) and heading(person.get("/portal")) == "Hello, Jane Doe"


def test_BA_39_who_has_the_same_address_with_another_merchant_and_never_joined_stays(world, owner):
    """What a merchant has entered by themselves is the merchant's; and an address that a merchant gave somebody is no reason to
    void the invitations of whom it belongs to."""
    sql = world.stack.query
    person, victim = Person(world), f"{fresh('victim')}@example.com"
    person.email = f"{fresh('leaves')}@example.com"
    campaign = owner.campaign()["id"]
    person.accept(owner.done("POST", f"/v1/campaigns/{campaign}/affiliates", {"email": person.email})["invite_link"])
    other = Creator(world)
    world.core.run("affiliate", "join", "--campaign", other.campaign()["id"], "--email", person.email)
    mine = owner.done("GET", f"/v1/campaigns/{campaign}/affiliates")["affiliates"][0]["id"]
    world.core.run("affiliate", "set", mine, "--email", victim)
    other.done("POST", f"/v1/campaigns/{other.campaign()['id']}/affiliates", {"email": victim})
    assert heading(person.send("/portal/delete", person.get("/portal/profile"), password=PASSWORD)) == "Your account is deleted"
    assert tables_that_name(world, person.email) == {"affiliates"}
    assert sql("select count(*) from invites where email = %s and voided_at is null", (victim,)) == [(1,)]


class InFlight:
    """Forms that wait for the person's row, which is held, in the order in which they were sent."""

    def __init__(self, world, person):
        self.world, self.person, self.pages = world, person, {}
        self.profile = person.get("/portal/profile")
        self.holder = world.stack.postgres.connect()
        self.holder.autocommit = False
        self.holder.cursor().execute("select 1 from users where email = %s for update", (person.email,))
        self.threads = []

    def send(self, path, **form):
        def run():   # with cookies of its own
            browser = Person(self.world, self.person.address)
            browser.cookies = dict(self.person.cookies)
            self.pages[path] = browser.send(path, self.profile, **form)
        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        wait_until(lambda: self.world.stack.value(waiting) == len(self.threads), what="the form waits")

    def release(self):
        self.holder.rollback()
        self.holder.close()
        for thread in self.threads:
            thread.join()
        return self.pages


NEW = "another good password"
DELETE, RENAME = ("/portal/delete", {"password": PASSWORD}), ("/portal/profile", {"name": "Quite Else"})
CHANGE = ("/portal/password", {"old_password": PASSWORD, "new_password": NEW})


def send_at_once(world, owner, *forms):
    person = Person(world)
    person.email = f"{fresh('hasty')}@example.com"
    person.accept(owner.done("POST", f"/v1/campaigns/{owner.campaign()['id']}/affiliates", {"email": person.email})["invite_link"])
    user = world.stack.value("select id from users where email = %s", (person.email,))
    flight = InFlight(world, person)
    for path, form in forms:
        flight.send(path, **form)
    return person, flight.release(), world.stack.query("select status, name, password_hash = '' from users where id = %s", (user,))[0]


@pytest.mark.parametrize("forms", [(DELETE, RENAME), (RENAME, DELETE), (DELETE, CHANGE), (CHANGE, DELETE)], ids=str)
def test_BA_39_a_form_on_its_way_brings_nobody_back(world, owner, forms):
    person, pages, row = send_at_once(world, owner, *forms)
    if forms == (CHANGE, DELETE):   # the account is erased nevertheless: the password was right when the form came
        assert heading(pages["/portal/password"]) == "Profile"
    assert heading(pages["/portal/delete"]) == "Your account is deleted" and row == ("erased", "", True)
    assert "mails" not in tables_that_name(world, person.email) and tables_that_name(world, person.email) == set()
    if forms[0] == DELETE:
        assert heading(pages[forms[1][0]]) == "Log in"


@pytest.mark.parametrize("forms", [(RENAME, CHANGE), (CHANGE, RENAME)], ids=str)
def test_a_name_and_a_password_that_are_changed_at_once_are_both_changed(world, owner, forms):
    person, _, row = send_at_once(world, owner, *forms)
    assert row == ("active", "Quite Else", False)
    assert person.log_in(person.email).status == 403 and person.log_in(person.email, NEW).status == 200
