"""An Affily advertiser for the tests, and how its answers look (core/api/affily/CONTRACT.md)."""

import itertools
import json
import re
import uuid
from urllib.parse import urlencode

from http_client import Client, own_address, patiently

numbers = itertools.count(1)
MANY = 1_000_000


def fresh(prefix="ORDER"):
    return f"{prefix}-{next(numbers)}-{uuid.uuid4().hex[:6]}"


class Advertiser:
    """An account with an offer of 10 %, a link, a key, and as much money paid in as `deposit` says."""

    def __init__(self, world, deposit="1000000.00", *options):
        self.world = world
        self.core = world.core
        self.account = self.core.json("account", "create", "--dialect", "affily", "--name", "Sklep SA", *options)["id"]
        self.key = self.new_key()
        self.client = Client(world.edge.port, "affily.localhost", timeout_s=30, source=own_address())
        self.links = {}
        self.offer = self.new_offer()
        if deposit:
            self.pay_in(deposit)

    def new_key(self, limit=MANY, mode="live"):
        options = [] if limit is None else ["--limit", f"api={limit}"]
        return self.core.json("key", "create", "--account", self.account, "--kind", "secret", "--mode", mode, *options)["value"]

    def new_offer(self, commission="10%", *options):
        """An offer's id; its link is live."""
        made = self.core.json("campaign", "create", "--account", self.account, "--name", fresh("Offer"), "--target",
                              "https://sklep.example/oferta", "--commission", commission, *options)
        affiliate, link = self.world.join(made["id"])
        self.world.wait_live(link)
        self.links[made["id"]] = link
        return made["id"]

    def pay_in(self, amount, *options):
        deposit = self.core.json("deposit", "create", "--account", self.account, "--amount", amount, *options)["id"]
        self.core.run("deposit", "confirm", deposit)
        return deposit

    def click(self, offer=None, agent=None):
        more = {"agent": agent} if agent else {}
        location = self.world.edge.client().get(f"/{self.links[offer or self.offer]}", **more).fields["location"]
        return re.search(r"click_id=(click_[0-9a-z]{26})", location)[1]

    def request(self, method, path, body=None, key=None, **fields):
        headers = {"Authorization": f"Bearer {key or self.key}", **fields}
        if body is None:
            return patiently(lambda: self.client.request(method, path, fields=headers))
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return patiently(lambda: self.client.request(method, path, data, {"Content-Type": "application/json", **headers}))

    def get(self, path, key=None, **parameters):
        query = {name: value for name, value in parameters.items() if value is not None}
        return self.request("GET", path + ("?" + urlencode(query) if query else ""), key=key)

    def convert(self, key=None, **body):
        """The answer to a conversion of a fresh click and order, unless `body` says otherwise; None leaves a field out."""
        sent = {"offer_id": self.offer, "order_id": fresh(), "amount": 250.00, "currency": "PLN", **body}
        if "click_id" not in sent:
            sent["click_id"] = self.click(sent["offer_id"] if sent["offer_id"] in self.links else None)
        return self.request("POST", "/v1/conversions", {name: value for name, value in sent.items() if value is not None}, key=key)

    def booked(self, **body):
        answer = self.convert(**body)
        assert answer.status == 201, answer.text
        return answer.json["id"]

    def decide(self, conversion, status, reason=None, note=None, key=None):
        body = {"status": status, "rejection_reason": reason, "rejection_note": note}
        return self.request("PATCH", f"/v1/conversions/{conversion}", {name: value for name, value in body.items() if value is not None},
                            key=key)

    def listed(self, **parameters):
        answer = self.get("/v1/conversions", **parameters)
        assert answer.status == 200, answer.text
        return answer.json["data"]

    def shown(self, conversion):
        return next(row for row in self.listed(limit=500) if row["id"] == conversion)

    def balance(self):
        return self.get("/v1/account").json["deposit_balance"]

    def verify_ledger(self):
        self.core.run("ledger", "verify")


def check_error(answer, status, code, field=None):
    """AFY-05: one member, whose details name the field."""
    assert answer.status == status, answer.text
    assert answer.fields["content-type"].startswith("application/json")
    assert list(answer.json) == ["error"] and set(answer.json["error"]) == {"code", "message", "details"}
    error = answer.json["error"]
    assert error["code"] == code and error["message"] and isinstance(error["details"], dict), error
    if field:
        assert error["details"]["field"] == field, error
    return error["details"]
