"""A merchant of Selgeo whose programs have pages, and what strangers do there."""

import re
from urllib.parse import urlsplit

from baclique_api import fresh
from mail_server import link_in
from pages_browser import Person
from selgeo_dashboard import Dashboard
from servers import wait_until

COMMISSION = {"percent": "12.5", "tiers": [{"from": 50, "percent": "15"}]}


class Merchant:
    """Of Selgeo, with a contact address and a dashboard for each mode."""

    def __init__(self, world):
        self.world, self.stack, self.core, self.mails = world, world.stack, world.core, world.stack.mails
        self.email = f"{fresh('merchant')}@shop.example"
        self.account = self.core.json("account", "create", "--dialect", "selgeo", "--name", "Acme <Maps>", "--email", self.email)["id"]
        self.dashboard = Dashboard(world.stack, self.account)

    def program(self, dashboard=None, **fields):
        body = {"name": fresh("Summer Sale"), "target_url": "https://shop.example/", "commission": COMMISSION, **fields}
        made = (dashboard or self.dashboard).post("/api/v1/programs", body)
        assert made.status == 201, made.text
        return made.json

    def change(self, program, **fields):
        assert self.dashboard.call("PATCH", f"/api/v1/programs/{program['id']}", fields).status == 200

    def place(self, program, email):
        """The partner's status in the program; None: no place."""
        listed = self.core.json("affiliate", "list", "--campaign", program["id"])["affiliates"]
        return next((row["enrolment"]["status"] for row in listed if row["email"] == email), None)

    def partner(self, program, email, status="active"):
        made = self.dashboard.post("/api/v1/partners", {"program_id": program["id"], "email": email})
        assert made.status == 201, made.text
        if status != "active":
            self.core.run("affiliate", "set-status", made.json["id"], status, "--campaign", program["id"])
        return made.json["id"]


def page_of(program):
    return urlsplit(program["join_url"]).path


def someone():
    return f"{fresh('jane')}@example.com"


def ask(person, path, email, page=None):
    return person.send(path, page, email=email)


def all_sent(stack, email):
    wait_until(lambda: stack.value("select count(*) from mails where recipient = %s", (email,)) == 0, what="the mails are sent")
    return stack.mails.to(email)


def without_token(answer):
    return re.sub(r"[0-9a-f]{64}", "", answer.text)


def link_for_stranger(merchant, program, email=None):
    email = email or someone()
    ask(Person(merchant.world), page_of(program), email)
    return link_in(merchant.mails.mail_to(email))
