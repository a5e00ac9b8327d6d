"""What happens to one buyer of a shop that sells by Stripe's Checkout, told by whole events of one version of Stripe's API
(stripe_events/README.md)."""

import json
import re
import time
from pathlib import Path

from stripe_shop import fresh

EVENTS = Path(__file__).parent / "stripe_events"
VERSIONS = sorted(folder.name for folder in EVENTS.iterdir() if folder.is_dir())
FIRST = {"in_Renewal": "in_First", "pi_Payment": "pi_First", "ch_Charge": "ch_First", "inpay_Payment": "inpay_First"}
ID = re.compile(r"\b(evt|cs_live|pi|in|inpay|ch|re|sub|cus)_([A-Z][A-Za-z]*)\b")


class Story:
    """What has one name in several events is one thing of Stripe's, and no other story's."""

    def __init__(self, shop, version):
        self.shop, self.version, self.ids = shop, version, {}
        self.click, self.buyer = shop.click(), f"{fresh('jane')}@buyer.example"

    def id(self, name):
        prefix = ID.fullmatch(name)[1]
        return self.ids.setdefault(name, fresh(prefix))

    def event(self, file, renamed=None, kind=None, **changed):
        """`renamed`: other things than the file's, by name; `changed`: members of what the event tells of."""
        text = (EVENTS / self.version / f"{file}.json").read_text()
        text = ID.sub(lambda found: self.id((renamed or {}).get(found[0], found[0])), text)
        event = json.loads(text.replace("jane@buyer.example", self.buyer))
        thing = event["data"]["object"]
        assert changed.keys() <= thing.keys(), f"Stripe sends no {changed.keys() - thing.keys()} in {self.version}"
        thing.update(changed)
        return event | {"id": fresh("evt"), "created": int(time.time()), "type": kind or event["type"]}

    def session(self, mode, in_metadata=False, **changed):
        signal = {"metadata": {"aff_click_id": self.click}} if in_metadata else {"client_reference_id": self.click}
        return self.event(f"checkout.session.completed.{mode}", **signal, **changed)

    def first_invoice(self, **changed):
        """The one that the session names."""
        return self.event("invoice.paid", FIRST, billing_reason="subscription_create", **changed)

    def links(self, renamed=None):
        """Events that join a payment and its invoice, in versions that have them."""
        file = "invoice_payment.paid"
        return [self.event(file, renamed)] if (EVENTS / self.version / f"{file}.json").exists() else []

    def subscription(self):
        """A session, its invoice, a renewal, and half of that given back."""
        return [self.session("subscription"), self.first_invoice(), self.event("invoice.paid"), *self.links(), self.event("charge.refunded")]

    def sale(self):
        """A session of one payment, and half of that given back."""
        return [self.session("payment"), self.refund_of_sale(2450)]

    def refund_of_sale(self, amount):
        """All of the 4900 that was given back so far."""
        event = self.event("charge.refunded", amount_refunded=amount, refunded=amount == 4900)
        charge = event["data"]["object"]
        if "invoice" in charge:
            charge["invoice"] = None   # a sale has none
        return event

    @staticmethod
    def as_sent(event):
        """Stripe indents its JSON."""
        return json.dumps(event, indent=2, ensure_ascii=False).encode()

    def tell(self, event):
        """What it led to."""
        answer = self.shop.tell(self.as_sent(event))
        assert answer.status == 200, answer.text
        return answer.json["outcome"]

    def booked(self):
        """Goal, amount, status, commission and what of it was taken back, by the name of what was paid."""
        names = {id: name for name, id in self.ids.items()}
        rows = self.shop.core.json("conversion", "list", "--account", self.shop.account)["conversions"]
        mine = [row for row in rows if row["click"] == self.click]
        assert not any(row["review"] for row in mine)
        return {names[row["external_id"]]: tuple(row[field] for field in ("goal", "amount", "status", "commission", "reversed")) for row in mine}
