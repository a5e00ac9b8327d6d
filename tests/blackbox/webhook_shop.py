"""A merchant who sells by promo code, so that events come without clicks, and whose webhooks go to a receiver."""

import itertools
import json
import uuid

from http_client import Client, patiently
from servers import wait_until

numbers = itertools.count(1)

SETTINGS = {
    "FOOTFALL_CORE_SECRETS_KEY": "0123456789abcdef" * 4,
    "FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS": "true",
    "FOOTFALL_CORE_DELIVER_TIMEOUT_MS": 4000,
    "FOOTFALL_CORE_DELIVER_POLL_MS": 20,
}


class Shop:
    def __init__(self, stack, dialect="selgeo", mode="live"):
        self.stack, self.core, self.mode = stack, stack.core, mode
        number = next(numbers)
        self.account = self.core.json("account", "create", "--dialect", dialect, "--name", f"Shop {number}")["id"]
        self.program = self.core.json("campaign", "create", "--account", self.account, "--name", f"Program {number}", "--mode", mode,
                                      "--target", "https://shop.example/", "--commission", "10%")["id"]
        self.partner = self.join("jane@blog.example")
        self.promo = f"SAVE{number}"
        if dialect == "selgeo":
            self.core.json("promo", "create", "--campaign", self.program, "--affiliate", self.partner, "--code", self.promo)
            self.key = self.core.json("key", "create", "--account", self.account, "--kind", "secret", "--mode", mode,
                                      "--limit", "conversions=1000000")["value"]
            self.client = Client(stack.edge.port, "selgeo.localhost")
        self.settle()

    def join(self, email, status="active"):
        return self.core.json("affiliate", "join", "--campaign", self.program, "--email", email, "--status", status)["affiliate"]["id"]

    def settle(self):
        """Until no event waits, so that a new endpoint hears of what comes after it only."""
        wait_until(lambda: self.stack.value("select count(*) from events_out") == 0, what="events taken")

    def webhook(self, url, *events, mode=None):
        """(id, secret) of a new endpoint."""
        chosen = [word for event in events for word in ("--event", event)]
        made = self.core.json("webhook", "create", "--account", self.account, "--mode", mode or self.mode, "--url", url, *chosen)
        return made["id"], made["secret"]

    def delete_webhooks(self):
        """An account has room for ten."""
        for endpoint in self.core.json("webhook", "list", "--account", self.account)["webhooks"]:
            self.core.run("webhook", "delete", endpoint["id"])

    def sell(self, amount_cents=4900, **fields):
        body = {"event_type": "purchase", "external_transaction_id": f"order-{uuid.uuid4().hex}", "amount_cents": amount_cents,
                "currency": "EUR", "promo_code": self.promo, **fields}
        answer = patiently(lambda: self.client.post_json("/api/v1/conversions", {k: v for k, v in body.items() if v is not None}, {"Authorization": f"Bearer {self.key}"}))
        assert answer.status == 201, answer.text
        return answer.json

    def show(self, endpoint):
        return self.core.json("webhook", "show", endpoint)

    def deliveries(self, endpoint, *options):
        return self.core.json("webhook", "deliveries", endpoint, *options)["deliveries"]

    def latest(self, endpoint):
        """The latest delivery; {} as long as there is none."""
        return (self.deliveries(endpoint) or [{}])[0]

    def delivery(self, delivery):
        return self.core.json("webhook", "delivery", delivery)

    def wait_status(self, endpoint, status, count=1, timeout_s=30):
        return wait_until(lambda: (lambda all_of: all_of if len(all_of) >= count else None)(
            self.deliveries(endpoint, "--status", status)), timeout_s, f"{count} deliveries {status}")

    def let_time_pass(self, endpoint):
        """All pauses of the endpoint are over."""
        self.stack.query("update webhook_endpoints set paused_until = null where public_id = %s", (endpoint,))
        self.stack.query("update webhook_deliveries set next_attempt_at = now() where status = 'waiting' and next_attempt_at > now() "
                         "and endpoint_id = (select id from webhook_endpoints where public_id = %s)", (endpoint,))

    def refused(self, *arguments):
        """The code of the command's refusal."""
        done = self.core.run("webhook", *arguments, "--json", check=False)
        assert done.returncode == 1, done.stdout
        return json.loads(done.stderr)["error"]["code"]
