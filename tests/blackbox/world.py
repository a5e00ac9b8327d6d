"""Merchants of all four dialects in a stack, provisioned as an operator would: by footfall-core's command line."""

import itertools
from dataclasses import dataclass

from http_client import Client
from servers import wait_until
from stack import Stack

DIALECTS = ("baclique", "selgeo", "affspace", "affily")
MANY = 1_000_000_000   # requests a minute


@dataclass
class Merchant:
    dialect: str
    account: str
    campaign: str
    affiliate: str
    code: str
    target: str
    secret_key: str
    public_key: str = None


class World:
    """`world.selgeo` and its like; `only` leaves the others out. Ready when the edge knows every link."""

    _numbers = itertools.count(1)

    def __init__(self, stack: Stack, only=DIALECTS):
        self.stack = stack
        for dialect in only:
            setattr(self, dialect, self._merchant(dialect))
        for dialect in only:
            self.wait_live(getattr(self, dialect).code)
        if "selgeo" in only:
            self.wait_key(self.selgeo.public_key)

    @property
    def edge(self):
        return self.stack.edge

    @property
    def core(self):
        return self.stack.core

    def create_account(self, dialect):
        return self.core.json("account", "create", "--dialect", dialect, "--name", f"Test {dialect}")["id"]

    def create_key(self, kind="public", account=None, clicks_per_minute=None, mode="live", with_id=False):
        """Its value; of the Selgeo merchant unless said otherwise. A public key is live on the edge on return."""
        limit = [] if clicks_per_minute is None else ["--limit", f"clicks={clicks_per_minute}"]
        key = self.core.json("key", "create", "--account", account or self.selgeo.account, "--kind", kind, "--mode", mode, *limit)
        if kind == "public":
            self.wait_key(key["value"])
        return (key["value"], key["id"]) if with_id else key["value"]

    def create_campaign(self, account=None, target="https://shop.example/landing", *more):
        return self.core.json("campaign", "create", "--account", account or self.selgeo.account, "--name", self._name("Campaign"),
                              "--target", target, "--commission", "10%", *more)["id"]

    def join(self, campaign):
        """(affiliate, code) of a new affiliate in a campaign."""
        joined = self.core.json("affiliate", "join", "--campaign", campaign, "--email", f"{self._name('aff')}@example.com")
        return joined["affiliate"]["id"], joined["link"]["code"]

    def create_campaign_with_link(self, with_affiliate=False):
        campaign = self.create_campaign()
        affiliate, code = self.join(campaign)
        self.wait_live(code)
        return (campaign, code, affiliate) if with_affiliate else (campaign, code)

    def create_link(self, target=None, expires=None, fallback=None, wait=True):
        """The code of a further link of the Selgeo merchant's affiliate; its target the campaign's unless given."""
        options = [("--target", target), ("--expires", expires), ("--fallback", fallback)]
        link = self.core.json("link", "create", "--campaign", self.selgeo.campaign, "--affiliate", self.selgeo.affiliate,
                              *(part for option in options if option[1] for part in option))
        if wait:
            self.wait_live(link["code"])
        return link["code"]

    def wait_live(self, code):
        """Until the edge knows the code. HEAD is recorded, but never counts."""
        wait_until(lambda: self.edge.client().request("HEAD", f"/{code}").status != 404, what=f"/{code} live")

    def wait_key(self, key):
        """Until the edge knows the public key; takes one of its requests. Nothing is recorded: the body has no ref."""
        tracker = Client(self.edge.port, "selgeo.localhost")
        wait_until(lambda: tracker.post_json("/v1/clicks", {}, {"X-Public-Key": key}).status == 400, what="the key live")

    def _merchant(self, dialect):
        account = self.create_account(dialect)
        target = f"https://{dialect}-shop.example/landing"
        more = ("--code", f"OFFER{next(self._numbers)}") if dialect == "affspace" else ()
        campaign = self.create_campaign(account, target, *more)
        affiliate, code = self.join(campaign)
        secret = self.create_key("secret", account)
        public = None
        if dialect == "selgeo":
            public = self.core.json("key", "create", "--account", account, "--kind", "public", "--limit", f"clicks={MANY}")["value"]
        return Merchant(dialect, account, campaign, affiliate, code, target, secret, public)

    def _name(self, prefix):
        return f"{prefix}-{next(self._numbers)}"
