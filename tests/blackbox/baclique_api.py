"""A creator with BaClique's API for the tests, and how its answers look (core/api/baclique/CONTRACT.md)."""

import itertools
import json
import re
import uuid
from urllib.parse import urlencode

from http_client import Client, own_address, patiently

numbers = itertools.count(1)
MANY = 1_000_000


def fresh(prefix):
    return f"{prefix}-{next(numbers)}-{uuid.uuid4().hex[:6]}"


class Creator:
    """An account with a key whose limit is out of the way."""

    def __init__(self, world, *options):
        self.world = world
        self.core = world.core
        self.account = self.core.json("account", "create", "--dialect", "baclique", "--name", "Acme", *options)["id"]
        self.key = self.new_key()
        self.source = own_address()
        self.client = Client(world.edge.port, "baclique.localhost", source=self.source)

    def new_key(self, limit=MANY):
        options = [] if limit is None else ["--limit", f"api={limit}"]
        return self.core.json("key", "create", "--account", self.account, "--kind", "secret", "--name", "Production", *options)["value"]

    def request(self, method, path, body=None, key=None, **fields):
        headers = {"Authorization": f"Bearer {key or self.key}", **fields}
        if body is None:
            return patiently(lambda: self.client.request(method, path, fields=headers))
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return patiently(lambda: self.client.request(method, path, data, {"Content-Type": "application/json", **headers}))

    def get(self, path, **parameters):
        query = {name: value for name, value in parameters.items() if value is not None}
        return self.request("GET", path + ("?" + urlencode(query) if query else ""))

    def done(self, method, path, body=None):
        """The body of a call that must succeed."""
        answer = self.request(method, path, body)
        assert answer.status == 200, answer.text
        return answer.json

    def campaign(self, **fields):
        body = {"name": fresh("Summer Sale"), "target_url": "https://example.com/summer", "type": "CPA",
                "commission_type": "percentage", "commission_value": 10, **fields}
        return self.done("POST", "/v1/campaigns", body)

    def affiliate(self, campaign):
        """(id, code) of an affiliate who has joined; the link is live."""
        affiliate, code = self.world.join(campaign)
        self.world.wait_live(code)
        return affiliate, code

    def click(self, code):
        location = self.world.edge.client().get(f"/{code}").fields["location"]
        return re.search(r"baclique_id=([0-9a-f-]{36})", location)[1]


def check_error(answer, status, message=None):
    """BAC-10: one member, a text."""
    assert answer.status == status, answer.text
    assert answer.fields["content-type"].startswith("application/json")
    assert list(answer.json) == ["error"] and isinstance(answer.json["error"], str) and answer.json["error"]
    if message:
        assert answer.json["error"] == message
