"""Affiliates, applicants and creators who meet on the pages."""

from baclique_api import Creator, fresh
from mail_server import link_in
from pages_browser import own_link, Person
from servers import wait_until


class Affiliate(Person):
    """Somebody who has joined a campaign of the owner, and is logged in."""

    def __init__(self, owner, name="Jane Doe", **campaign):
        super().__init__(owner.world)
        self.owner = owner
        self.email = f"{fresh('aff')}@example.com"
        self.campaign = owner.campaign(**campaign)
        self.route = f"/v1/campaigns/{self.campaign['id']}"
        self.invitation = owner.done("POST", f"{self.route}/affiliates", {"email": self.email})["invite_link"]
        joined = self.accept(self.invitation, name=name)
        assert joined.status == 200, joined.text
        self.link = own_link(joined)
        self.code = self.link.rsplit("/", 1)[1]
        self.id = owner.done("GET", f"{self.route}/affiliates")["affiliates"][0]["id"]

    def sale(self, **fields):
        return self.owner.done("POST", "/v1/conversions", {"campaign_id": self.campaign["id"], "affiliate_code": self.code,
                                                           "external_id": fresh("O"), "amount": 100, **fields})["id"]


class Owner(Creator):
    def __init__(self, world):
        self.email = f"{fresh('creator')}@example.com"
        super().__init__(world, "--email", self.email)
        self.mails = world.stack.mails


class Applicant(Person):
    """Somebody who has accepted an invitation into a private campaign."""

    def __init__(self, owner, name="Jane Doe", **fields):
        super().__init__(owner.world)
        self.owner = owner
        self.email = f"{fresh('applicant')}@example.com"
        self.campaign = owner.campaign(name=fresh("Private"), visibility="private", **fields)
        self.route = f"/v1/campaigns/{self.campaign['id']}/affiliates"
        link = owner.done("POST", self.route, {"email": self.email})["invite_link"]
        assert "Waiting for approval" in self.accept(link, name=name).text
        self.id = self.row()["id"]

    def row(self):
        return self.owner.done("GET", self.route)["affiliates"][0]

    def status(self):
        return self.row()["status"]

    def link_for_owner(self):
        """Of the newest mail that tells of this application."""
        def find():
            mails = [mail for mail in self.owner.mails.to(self.owner.email) if self.campaign["name"] in str(mail["Subject"])]
            return mails[-1] if mails else None
        return link_in(wait_until(find, what="the mail to the creator"))
