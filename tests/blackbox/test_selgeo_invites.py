"""Selgeo's invitations: listed while they are open, and taken back (SE-50, SE-82)."""

import json
import re

import pytest

from mail_server import link_in
from pages_browser import heading, Person
from pages_join import link_for_stranger, Merchant, someone
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from stack import Stack
from webhook_shop import SETTINGS
from world import World

ROUTES = [
    "selgeo GET /api/v1/programs/{program_id}/invites",
    "selgeo DELETE /api/v1/programs/{program_id}/invites/{invite_id}",
]


@pytest.fixture(scope="module")
def world():
    with Stack(SETTINGS) as stack:
        yield World(stack, only=("selgeo",))


@pytest.fixture(scope="module")
def merchant(world):
    return Merchant(world)


class Invites:
    """Of a program of its own."""

    def __init__(self, merchant, dashboard=None, **fields):
        self.merchant, self.dashboard = merchant, dashboard or merchant.dashboard
        self.program = merchant.program(self.dashboard, **fields)
        self.path = f"/api/v1/programs/{self.program['id']}/invites"

    def make(self, email=None):
        made = self.dashboard.post(self.path, {"email": email or someone()})
        assert made.status == 201, made.text
        return made.json

    def listed(self, **query):
        answer = self.dashboard.get(self.path, **query)
        assert answer.status == 200, answer.text
        return answer.json

    def ids(self):
        return [row["id"] for row in self.listed()["data"]]

    def delete(self, invite_id):
        return self.dashboard.call("DELETE", f"{self.path}/{invite_id}")

    def open(self, link):
        return Person(self.merchant.world).get(link[link.index("/c/"):])

    def trail(self):
        return [(row["action"], row["details"]) for row in self.dashboard.get("/api/v1/audit-log", subject=self.program["id"]).json["data"]]


def is_gone(answer):
    check_error(answer, 404, "NOT_FOUND", "Not Found")
    return True


def test_SE_82_open_invitations_are_listed_without_their_links(merchant):
    invites = Invites(merchant)
    assert invites.listed() == {"data": [], "total": 0, "page": 1, "limit": 20}
    made = [invites.make() for _ in range(3)]
    listed = invites.listed()
    assert listed["total"] == 3 and [row["id"] for row in listed["data"]] == [one["id"] for one in reversed(made)]
    for row, one in zip(listed["data"], reversed(made)):
        assert set(row) == {"id", "program_id", "email", "created_at", "expires_at"} and row["id"].startswith("inv_")
        assert all(row[name] == one[name] for name in ("program_id", "email", "expires_at"))
        token = one["invite_link"].split("invite=")[1]
        assert token not in invites.dashboard.get(invites.path).text
    second = invites.listed(page=2, limit=2)
    assert (second["total"], second["page"], second["limit"]) == (3, 2, 2) and [row["id"] for row in second["data"]] == [made[0]["id"]]
    for query, field in (({"limit": 101}, "limit"), ({"page": 0}, "page")):
        refused = invites.dashboard.get(invites.path, **query)
        check_error(refused, 400, "VALIDATION_ERROR", "Bad Request")
        assert refused.json["details"][0]["field"] == field


def test_SE_82_only_what_is_open_is_listed(merchant):
    invites = Invites(merchant, visibility="public")
    used, replaced, expired, kept = invites.make(), invites.make(), invites.make(), invites.make()
    Person(merchant.world).accept(used["invite_link"])
    newer = invites.make(replaced["email"])
    merchant.stack.query("update invites set expires_at = now() where public_id = %s", (expired["id"],))
    link_for_stranger(merchant, invites.program)   # nobody but the owner of the address knows of it
    assert invites.ids() == [newer["id"], kept["id"]] and invites.listed()["total"] == 2
    for closed in (used, replaced, expired):
        assert is_gone(invites.delete(closed["id"]))
    assert invites.ids() == [newer["id"], kept["id"]]


def test_SE_82_an_invitation_is_taken_back(merchant):
    invites = Invites(merchant, visibility="public")
    made, other = invites.make(), invites.make()
    assert invites.open(made["invite_link"]).status == 200
    answer = invites.delete(made["id"])
    assert (answer.status, answer.json) == (200, {"id": made["id"], "deleted": True})
    assert invites.ids() == [other["id"]]
    page = invites.open(made["invite_link"])
    assert page.status == 410 and heading(page) == "This invitation was taken back"
    assert is_gone(invites.delete(made["id"]))
    assert invites.open(other["invite_link"]).status == 200
    newest, before, *_ = invites.trail()
    assert newest == ("affiliate.uninvite", {"invitation": made["id"]})
    assert before == ("affiliate.invite", {"invitation": other["id"]})
    again = invites.make(made["email"])   # whoever was uninvited may be invited anew
    assert heading(invites.open(made["invite_link"])) == "There is a newer invitation"
    assert invites.open(again["invite_link"]).status == 200


def test_SE_82_the_mail_of_one_that_was_taken_back_leads_nowhere(merchant):
    """Whoever has accepted follows the link of a mail; the invitation is looked at once more then."""
    invites = Invites(merchant, visibility="public")
    made, person = invites.make(), Person(merchant.world)
    assert heading(person.ask_to_join(made["invite_link"])) == "Check your mail"
    mail = merchant.mails.mail_to(made["email"])
    assert invites.delete(made["id"]).status == 200
    page = person.get(link_in(mail))
    assert page.status == 410 and heading(page) == "This invitation was taken back"
    assert merchant.place(invites.program, made["email"]) is None


def test_SE_82_an_invitation_belongs_to_its_program_account_and_mode(merchant):
    """Of another program, of the other mode, of another account: not found, and nothing happens."""
    test_mode = Dashboard(merchant.stack, merchant.account, "test")
    mine, beside = Invites(merchant), Invites(merchant)
    tested, foreign = Invites(merchant, test_mode), Invites(Merchant(merchant.world))
    made = mine.make()
    for elsewhere in (beside, tested, foreign):
        assert is_gone(elsewhere.delete(made["id"])) and elsewhere.ids() == []
    for stranger in (tested, foreign):
        assert is_gone(stranger.dashboard.get(mine.path))
        assert is_gone(stranger.dashboard.call("DELETE", f"{mine.path}/{made['id']}"))
    assert mine.ids() == [made["id"]] and mine.open(made["invite_link"]).status == 200
    of_test_mode = tested.make()
    assert tested.ids() == [of_test_mode["id"]]
    assert tested.delete(of_test_mode["id"]).status == 200 and tested.ids() == []
    assert "affiliate.uninvite" in dict(tested.trail()) and "affiliate.uninvite" not in dict(mine.trail())
    for wrong in ("inv_nothing", "x"):
        assert is_gone(mine.delete(wrong))


def test_SE_82_the_command_line_does_the_same(merchant):
    invites = Invites(merchant)
    program = invites.program["id"]
    made = merchant.core.json("affiliate", "invite", "--campaign", program, "--email", someone())
    assert re.fullmatch(r"inv_[0-9a-f]{32}", made["id"])
    listed = merchant.core.json("affiliate", "invitations", "--campaign", program)["invitations"]
    assert [(row["id"], row["email"]) for row in listed] == [(made["id"], made["email"])] and "invite_link" not in listed[0]
    assert merchant.core.json("affiliate", "uninvite", made["id"], "--campaign", program) == {"id": made["id"], "status": "revoked"}
    assert merchant.core.json("affiliate", "invitations", "--campaign", program)["invitations"] == []
    assert invites.open(made["invite_link"]).status == 410
    again = merchant.core.run("affiliate", "uninvite", made["id"], "--campaign", program, "--json", check=False)
    assert json.loads(again.stderr)["error"]["code"] == "not_found"
