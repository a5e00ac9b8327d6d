"""An AffSpace advertiser for the tests, and how its answers look (core/api/affspace/CONTRACT.md)."""

import itertools
import re
import uuid
from urllib.parse import urlencode

from http_client import Client, own_address, patiently

numbers = itertools.count(1)
MANY = 1_000_000


def fresh(prefix):
    return f"{prefix}{next(numbers)}-{uuid.uuid4().hex[:6]}"


class Vendor:
    """An advertiser with offers of each kind, and a way to make clicks."""

    def __init__(self, world):
        self.world = world
        self.core = world.core
        self.account = self.core.json("account", "create", "--dialect", "affspace", "--name", "Acme Inc", "--email",
                                      "team@acme.com")["id"]
        self.key = self.new_key()
        self.client = Client(world.edge.port, "affspace.localhost", source=own_address())
        self.codes = {}
        self.cpa = self.offer()

    def new_key(self, *limits):
        zones = limits or [f"{zone}={MANY}" for zone in ("conversions", "read", "stats", "write")]
        options = [part for zone in zones for part in ("--limit", zone)]
        return self.core.json("key", "create", "--account", self.account, "--kind", "secret", *options)["value"]

    def offer(self, *options, commission=None, model="cpa", currency="USD"):
        """An offer's code; its link is live. CPA pays a fixed amount, the others a share."""
        commission = commission or ("30.00" if model == "cpa" else "15%")
        code = fresh("OFFER").replace("-", "").upper()
        made = self.core.json("campaign", "create", "--account", self.account, "--name", f"Offer {code}", "--code", code, "--target",
                              "https://advertiser.example/landing", "--commission", commission, "--model", model, "--currency",
                              currency, *options)
        affiliate, link = self.world.join(made["id"])
        self.world.wait_live(link)
        self.codes[code] = {"id": made["id"], "affiliate": affiliate, "link": link}
        return code

    def click(self, offer=None, agent=None):
        more = {"agent": agent} if agent else {}
        location = self.world.edge.client().get(f"/{self.codes[offer or self.cpa]['link']}", **more).fields["location"]
        return re.search(r"click_id=([0-9A-Z]{26})", location)[1]

    def request(self, method, path, body=None, key=None, **fields):
        headers = {"X-API-Key": key or self.key, **fields}
        if body is None:
            return patiently(lambda: self.client.request(method, path, fields=headers))
        return patiently(lambda: self.client.post_json(path, body, headers))

    def get(self, path, key=None, **parameters):
        query = {name: value for name, value in parameters.items() if value is not None}
        return self.request("GET", path + ("?" + urlencode(query) if query else ""), key=key)

    def convert(self, **body):
        return self.request("POST", "/api/v1/conversions", {"click_id": self.click(), **body})

    def tracked(self, **body):
        answer = self.convert(**body)
        assert answer.status == 200 and answer.json["data"]["tracked"] is True, answer.text
        return answer.json["data"]["conversionId"]


def check_error(answer, status, code, message=None):
    """AFS-06."""
    assert answer.status == status, answer.text
    assert set(answer.json) == {"success", "error"} and answer.json["success"] is False
    assert answer.json["error"]["code"] == code
    if message:
        assert answer.json["error"]["message"] == message


def check_untracked(answer, reason, start=""):
    """AFS-33 with AF-1: flat, and nested for those who look there."""
    assert answer.status == 200, answer.text
    body = answer.json
    assert body["success"] is True and body["tracked"] is False and body["reason"] == reason
    assert body["message"].startswith(start)
    assert body["data"]["tracked"] is False and body["data"]["reason"] == reason


def invalid(answer, message):
    check_error(answer, 400, "VALIDATION_ERROR", message)


def stored(vendor, external_id):
    return vendor.world.stack.value("select count(*) from conversions where external_id = %s", (external_id,))
