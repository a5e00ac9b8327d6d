"""A partner whom the merchant has entered gets a log-in by an invitation, and stays what they are in the program (SE-50)."""

import pytest

from baclique_api import fresh
from http_client import Client, patiently
from mail_server import link_in
from pages_browser import heading, own_link, Person
from pages_join import Merchant, someone
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from stack import Stack
from webhook_shop import SETTINGS
from world import World


@pytest.fixture(scope="module")
def world():
    with Stack(SETTINGS) as stack:
        yield World(stack, only=("selgeo",))


@pytest.fixture(scope="module")
def merchant(world):
    return Merchant(world)


class Entered:
    """A partner whom the merchant has made, by POST, in a program of their own."""

    def __init__(self, merchant, **fields):
        self.merchant = merchant
        self.program = merchant.program(**fields)
        self.email = someone()
        made = merchant.dashboard.post("/api/v1/partners", {"program_id": self.program["id"], "email": self.email})
        assert made.status == 201, made.text
        self.id, self.code = made.json["id"], made.json["program"]["referral_code"]
        self.path = f"/api/v1/programs/{self.program['id']}"

    def invite(self, email=None):
        return self.merchant.dashboard.post(f"{self.path}/invites", {"email": email or self.email})

    def link(self):
        made = self.invite()
        assert made.status == 201, made.text
        return made.json["invite_link"]

    def place(self):
        return self.merchant.place(self.program, self.email)

    def has_log_in(self):
        return self.merchant.stack.value("select user_id is not null from affiliates where public_id = %s", (self.id,))

    def set_status(self, status):
        self.merchant.core.run("affiliate", "set-status", self.id, status, "--campaign", self.program["id"])

    def page(self, person):
        return person.get(f"/portal/link?campaign={self.program['id']}")


def sale_of(entered):
    """A conversion that the partner's promo code brings."""
    core, order = entered.merchant.core, fresh("order")
    code = fresh("SPRING").upper()
    core.run("promo", "create", "--campaign", entered.program["id"], "--affiliate", entered.id, "--code", code)
    key = core.json("key", "create", "--account", entered.merchant.account, "--kind", "secret")["value"]
    body = {"event_type": "purchase", "external_transaction_id": order, "amount_cents": 4900, "currency": "EUR", "promo_code": code}
    client = Client(entered.merchant.world.edge.port, "selgeo.localhost")
    answer = patiently(lambda: client.post_json("/api/v1/conversions", body, {"Authorization": f"Bearer {key}"}))
    assert answer.status == 201 and answer.json["attribution"]["partner_id"] == entered.id, answer.text
    return answer.json["id"]


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_SE_50_the_link_makes_the_log_in_of_an_entered_partner(merchant, visibility):
    entered = Entered(merchant, visibility=visibility)
    sale = sale_of(entered)
    link = entered.link()
    person = Person(merchant.world)
    page = person.get(link[link.index("/c/"):])
    assert page.status == 200 and "approves you first" not in page.text   # they are in it
    joined = person.accept(link)
    assert "You are in." in joined.text and own_link(joined).endswith(f"/{entered.code}")
    assert (entered.place(), entered.has_log_in()) == ("active", True)
    listed = merchant.dashboard.get("/api/v1/partners", program_id=entered.program["id"]).json
    assert [(row["id"], row["email"]) for row in listed["data"]] == [(entered.id, entered.email)]
    assert sale in person.get("/portal/data.json").text and entered.program["name"] in person.get("/portal").text
    for email in (entered.email, entered.email.upper()):
        check_error(entered.invite(email), 409, "APPLICATION_DUPLICATE", "Conflict")
    assert person.get(link[link.index("/c/"):]).status == 410


def test_SE_50_the_owner_of_an_account_uses_it(merchant):
    first = Entered(merchant, visibility="private")
    person = Person(merchant.world)
    person.accept(first.link())
    other = Entered(Merchant(merchant.world), visibility="private")
    other.email = first.email
    made = other.merchant.dashboard.post("/api/v1/partners", {"program_id": other.program["id"], "email": other.email})
    code = made.json["program"]["referral_code"]
    assert own_link(person.accept(other.link(), password="")).endswith(f"/{code}")


def test_SE_50_an_invitation_takes_no_partner_from_the_person_who_has_them(merchant):
    """The merchant has given the partner of one person the address of another, and invites that address elsewhere."""
    entered, elsewhere = Entered(merchant, visibility="public"), merchant.program(visibility="public")
    owner, other = Person(merchant.world), Person(merchant.world)
    owner.accept(entered.link())
    sale, address = sale_of(entered), someone()
    assert merchant.dashboard.call("PATCH", f"/api/v1/partners/{entered.id}", {"email": address}).status == 200
    invited = merchant.dashboard.post(f"/api/v1/programs/{elsewhere['id']}/invites", {"email": address})
    refused = other.accept(invited.json["invite_link"])
    assert refused.status == 410 and heading(refused) == "This link is not good any more", refused.text
    assert sale in owner.get("/portal/data.json").text and merchant.place(elsewhere, address) is None


@pytest.mark.parametrize("status, shown", [("pending", "Waiting for approval"), ("suspended", None)])
def test_SE_50_the_log_in_changes_no_standing(merchant, status, shown):
    """Before the invitation or after it."""
    for invites_first in (True, False):
        entered = Entered(merchant)   # public: who is new takes part at once
        if not invites_first:
            entered.set_status(status)
        link = entered.link()
        entered.set_status(status)
        person = Person(merchant.world)
        joined = person.accept(link)
        assert joined.status == 200 and 'id="url"' not in joined.text and (shown or "") in joined.text
        assert (entered.place(), entered.has_log_in()) == (status, True)


@pytest.mark.parametrize("status", ["removed", "rejected"])
@pytest.mark.parametrize("visibility", ["private", "public"])
def test_SE_50_who_was_turned_down_does_not_come_in_by_an_invitation_of_before(merchant, status, visibility):
    entered = Entered(merchant, visibility=visibility)
    old = entered.link()
    waiting = Person(merchant.world)
    assert heading(waiting.ask_to_join(old)) == "Check your mail"   # the mail's link is not followed before the decision
    mail = merchant.mails.mail_to(entered.email)
    entered.set_status(status)
    page = Person(merchant.world).get(old[old.index("/c/"):])
    assert page.status == 410 and heading(page) == "This invitation was taken back"
    by_mail = waiting.get(link_in(mail))
    assert by_mail.status == 410 and heading(by_mail) == "This invitation was taken back"
    assert entered.place() in (status, None) and not entered.has_log_in()
    new = entered.link()   # the merchant decides anew
    assert heading(Person(merchant.world).get(old[old.index("/c/"):])) == "There is a newer invitation"
    entered.set_status(status)   # and once more: the same step takes the new invitation back
    again = Person(merchant.world).get(new[new.index("/c/"):])
    assert again.status == 410 and heading(again) == "This invitation was taken back"
    Person(merchant.world).accept(entered.link())
    assert entered.place() == ("pending" if visibility == "private" else "active")


def test_SE_50_a_changed_address_takes_the_invitation_back(merchant):
    entered = Entered(merchant, visibility="public")
    old = entered.link()
    changed = merchant.dashboard.call("PATCH", f"/api/v1/partners/{entered.id}", {"email": someone()})
    assert changed.status == 200, changed.text
    page = Person(merchant.world).get(old[old.index("/c/"):])
    assert page.status == 410 and heading(page) == "This invitation was taken back"


def test_SE_50_the_command_line_invites_an_entered_partner(merchant):
    entered = Entered(merchant, visibility="private")
    made = merchant.core.json("affiliate", "invite", "--campaign", entered.program["id"], "--email", entered.email)
    assert own_link(Person(merchant.world).accept(made["invite_link"])).endswith(f"/{entered.code}")
    refused = merchant.core.run("affiliate", "invite", "--campaign", entered.program["id"], "--email", entered.email, check=False)
    assert refused.returncode != 0


def test_SE_50_in_test_mode_there_is_no_log_in_to_make(merchant):
    dashboard = Dashboard(merchant.stack, merchant.account, "test")
    program = merchant.program(dashboard)
    email = someone()
    assert dashboard.post("/api/v1/partners", {"program_id": program["id"], "email": email}).status == 201
    check_error(dashboard.post(f"/api/v1/programs/{program['id']}/invites", {"email": email}), 409, "APPLICATION_DUPLICATE", "Conflict")
