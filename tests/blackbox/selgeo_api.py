"""A Selgeo merchant for the tests, with keys and programs of both modes (core/api/selgeo/CONTRACT.md)."""

import itertools
import uuid

from http_client import Client, own_address, patiently
from servers import wait_until

numbers = itertools.count(1)
PATH = "/api/v1/conversions"


def fresh_id(prefix="order"):
    return f"{prefix}-{next(numbers)}-{uuid.uuid4().hex[:6]}"


class Api:
    """A merchant with keys of both modes whose limits are out of the way, a program in each mode and an affiliate."""

    def __init__(self, world):
        self.world = world
        self.core = world.core
        self.account = world.create_account("selgeo")
        self.keys = {mode: self.key("secret", mode) for mode in ("live", "test")}
        self.public_keys = {mode: self.key("public", mode) for mode in ("live", "test")}
        self.program = {mode: self.campaign("--mode", mode) for mode in ("live", "test")}
        self.affiliate, self.code = {}, {}
        for mode in ("live", "test"):
            self.affiliate[mode], self.code[mode] = world.join(self.program[mode])
            world.wait_live(self.code[mode])
        self.client = Client(world.edge.port, "selgeo.localhost", source=own_address())

    def key(self, kind, mode="live", **limits):
        zone = "clicks" if kind == "public" else "conversions"
        return self.core.json("key", "create", "--account", self.account, "--kind", kind, "--mode", mode,
                              "--limit", f"{zone}={limits.get('limit', 1_000_000)}")["value"]

    def campaign(self, *options, commission="10%"):
        name = fresh_id("Program")
        return self.core.json("campaign", "create", "--account", self.account, "--name", name, "--target",
                              "https://shop.example/landing", "--commission", commission, *options)["id"]

    def click(self, mode="live", code=None, **more):
        """A click by POST; its id."""
        body = {"ref": code or self.code[mode]}
        # A key that was just made reaches the edge within the second.
        answer = wait_until(lambda: self._post_click(body, mode, **more), what="the key live")
        return answer.json["click_id"]

    def _post_click(self, body, mode, **more):
        answer = self.client.post_json("/v1/clicks", body, {"X-Public-Key": self.public_keys[mode]}, **more)
        return answer if answer.status == 201 else None

    def post(self, body, key=None, mode="live", fields=None, **more):
        bearer = {"Authorization": f"Bearer {key or self.keys[mode]}"}
        return patiently(lambda: self.client.post_json(PATH, body, {**bearer, **(fields or {})}, **more))

    def report(self, mode="live", **fields):
        body = {"event_type": "purchase", "external_transaction_id": fresh_id(), "amount_cents": 4900, "currency": "EUR"}
        body.update(fields)
        return self.post({name: value for name, value in body.items() if value is not None}, mode=mode)

    def booked(self, **fields):
        answer = self.report(**fields)
        assert answer.status == 201, answer.text
        return answer.json


def check_error(answer, status, code, error):
    """SEL-32, SEL-33."""
    assert answer.status == status, answer.text
    assert answer.json["statusCode"] == status
    assert answer.json["code"] == code
    assert answer.json["error"] == error
    assert isinstance(answer.json["message"], str) and answer.json["message"]
