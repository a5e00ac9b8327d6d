"""BaClique's webhooks, with a creator's own account: the six events, their form, HTTPS, the secret (BACX-22 to BACX-25)."""

import json

import pytest

from baclique_api import Creator, fresh
from pages_browser import Person
from receiver import signed_at
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS
from world import World

SIX = ("conversion.created", "conversion.approved", "conversion.rejected", "affiliate.joined", "affiliate.approved", "payout.created")


@pytest.fixture(scope="module")
def world():
    """An installation whose webhooks reach the tests' receivers."""
    with Stack(SETTINGS) as stack:
        yield World(stack, only=())


class Told(Creator):
    """A creator whose server hears of every event."""

    def __init__(self, world, receiver, *events):
        super().__init__(world)
        self.receiver, self.path = receiver, f"/{fresh('hook')}"
        chosen = [word for event in events for word in ("--event", event)]
        made = self.core.json("webhook", "create", "--account", self.account, "--url", receiver.url(self.path), *chosen)
        self.endpoint, self.secret = made["id"], made["secret"]

    def event(self, type, count=1):
        """The newest of `count` webhooks of that type, once they are there: checked, without its envelope."""
        def of_type():
            return [one for one in self.receiver.at(self.path) if one.fields["x-baclique-event"] == type]
        one = wait_until(lambda: of_type()[count - 1:], what=f"{count} webhooks of {type}")[-1]
        signed_at(one, self.secret, "x-baclique-signature")
        body = json.loads(one.body)
        assert list(body) == ["id", "type", "created", "data"] and body["type"] == type
        assert body["id"].startswith("evt_") and isinstance(body["created"], int)
        return body["data"]

    def member(self, **campaign):
        """(campaign, affiliate as the API lists it) of somebody who has accepted an invitation."""
        made = self.campaign(**campaign)
        email = f"{fresh('member')}@example.com"
        person = Person(self.world)
        person.accept(self.done("POST", f"/v1/campaigns/{made['id']}/affiliates", {"email": email})["invite_link"])
        return made, self.done("GET", f"/v1/campaigns/{made['id']}/affiliates")["affiliates"][0]

    def sale(self, campaign, affiliate, amount=99.99):
        return self.done("POST", "/v1/conversions", {"campaign_id": campaign["id"], "affiliate_code": affiliate["affiliate_code"],
                                                     "external_id": fresh("O"), "amount": amount})


@pytest.fixture
def creator(world, receiver):
    return Told(world, receiver)


def member_data(campaign, affiliate, status="active"):
    return {"id": affiliate["id"], "campaign_id": campaign["id"], "email": affiliate["email"], "name": "Jane Doe", "status": status,
            "affiliate_code": affiliate["affiliate_code"], "joined_at": affiliate["joined_at"]}


def sale_data(sale, status):
    return {name: sale[name] for name in ("id", "campaign_id", "affiliate_id", "amount", "currency", "commission", "external_id")} | {"status": status}


def test_BACX_22_23_24_affiliate_joined(creator):
    campaign, affiliate = creator.member()
    assert creator.event("affiliate.joined") == member_data(campaign, affiliate)


def test_BACX_24_affiliate_approved(creator):
    campaign, affiliate = creator.member(visibility="private")
    creator.done("POST", f"/v1/campaigns/{campaign['id']}/affiliates/{affiliate['id']}/approve")
    assert creator.event("affiliate.approved") == member_data(campaign, affiliate)
    assert {one.fields["x-baclique-event"] for one in creator.receiver.at(creator.path)} == {"affiliate.approved"}   # who applied has not joined


def test_BACX_24_conversion_created(creator):
    campaign, affiliate = creator.member()
    sale = creator.sale(campaign, affiliate)
    assert creator.event("conversion.created") == sale_data(sale, "pending") and sale["commission"] == 9.99


def test_BACX_24_conversion_rejected(creator):
    campaign, affiliate = creator.member()
    sale = creator.sale(campaign, affiliate)
    creator.done("POST", f"/v1/conversions/{sale['id']}/reject", {"reason": "returned"})
    assert creator.event("conversion.rejected") == sale_data(sale, "rejected")


def test_BACX_24_BA_42_conversion_approved_and_what_is_paid_by_itself(creator):
    campaign, affiliate = creator.member()
    sale = creator.sale(campaign, affiliate, 250)
    creator.core.run("conversion", "approve", sale["id"])
    assert creator.event("conversion.approved") == sale_data(sale, "approved")
    creator.core.run("conversion", "pay", sale["id"])
    assert creator.event("payout.created") == {"id": sale["id"].replace("conv_", "po_"), "affiliate_id": affiliate["id"],
                                               "conversion_ids": [sale["id"]], "amount": 25.0, "currency": "EUR"}


def test_BACX_24_BA_42_a_payout_is_told_once(creator):
    campaign, affiliate = creator.member()
    sales = [creator.sale(campaign, affiliate, amount)["id"] for amount in (250, 100, 1)]
    for sale in sales:
        creator.core.run("conversion", "approve", sale)
    made = creator.core.json("payout", "create", "--affiliate", affiliate["id"], "--currency", "EUR")
    assert creator.event("payout.created") == {"id": made["id"], "affiliate_id": affiliate["id"], "conversion_ids": sales[::-1],
                                               "amount": 35.1, "currency": "EUR"}
    later = creator.sale(campaign, affiliate, 10)["id"]   # what comes behind it shows that nothing else was to come
    creator.core.run("conversion", "approve", later)
    creator.core.run("conversion", "pay", later)
    assert creator.event("payout.created", 2)["conversion_ids"] == [later]


def test_BACX_24_an_endpoint_hears_of_what_it_asked_for_and_there_are_six(world, receiver):
    creator = Told(world, receiver, "conversion.rejected")
    campaign, affiliate = creator.member()
    creator.done("POST", f"/v1/conversions/{creator.sale(campaign, affiliate)['id']}/reject")
    creator.event("conversion.rejected")
    assert len(receiver.at(creator.path)) == 1
    refused = creator.core.run("webhook", "create", "--account", creator.account, "--url", receiver.url("/x"), "--event", "affiliate.removed", check=False)
    assert refused.returncode == 1 and all(name in refused.stderr for name in SIX)


def test_BACX_25_only_https_and_the_secret_is_shown_once(world, receiver):
    creator = Told(world, receiver)
    strict = world.stack.add_core("strict", FOOTFALL_CORE_SECRETS_KEY=SETTINGS["FOOTFALL_CORE_SECRETS_KEY"])   # as in production; a command line only
    create = lambda url: strict.run("webhook", "create", "--account", creator.account, "--url", url, "--json", check=False)
    refused = create("http://192.0.2.1/hook")
    assert refused.returncode == 1 and "https" in refused.stderr.lower(), refused.stderr
    made = create("https://93.184.215.14/hook")
    assert made.returncode == 0, made.stderr
    made = json.loads(made.stdout)
    assert made["url"].startswith("https://") and made["secret"].startswith("whsec_") and len(made["secret"]) >= 38
    shown = strict.run("webhook", "show", made["id"]).stdout + strict.run("webhook", "list", "--account", creator.account, "--json").stdout
    assert made["id"] in shown and made["secret"] not in shown and creator.secret not in shown
    kept = world.stack.value("select string_agg(w::text, ' ') from webhook_endpoints w")
    assert made["secret"].removeprefix("whsec_") not in kept and made["secret"].encode().hex() not in kept
