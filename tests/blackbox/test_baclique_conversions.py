"""BaClique: conversions (BAC-28…32, BACX-13…21, BACX-26, BA-1, BA-2, BA-4…8, BA-15, BA-22). One test per row, named by its id."""

import re
import threading
import uuid

import pytest

from baclique_api import check_error, Creator, fresh
from http_client import Client
from servers import wait_until

ROUTES = [
    "baclique GET /v1/campaigns/{campaign_id}/conversions",
    "baclique POST /v1/conversions",
    "baclique POST /v1/conversions/{conversion_id}/reject",
    "baclique POST /v1/conversions/{conversion_id}/unreject",
]
PATH = "/v1/conversions"
MEMBERS = ["id", "campaign_id", "affiliate_id", "external_id", "amount", "currency", "commission", "status", "created_at", "approved_at"]


class Shop:
    """A campaign with one affiliate."""

    def __init__(self, creator, **fields):
        self.creator = creator
        self.campaign = creator.campaign(**fields)["id"]
        self.affiliate, self.code = creator.affiliate(self.campaign)

    def body(self, **fields):
        body = {"campaign_id": self.campaign, "affiliate_code": self.code, "external_id": fresh("ORDER"), "amount": 99.99,
                "currency": "EUR", **fields}
        return {name: value for name, value in body.items() if value is not None}

    def report(self, **fields):
        return self.creator.request("POST", PATH, self.body(**fields))

    def booked(self, **fields):
        answer = self.report(**fields)
        assert answer.status == 200, answer.text
        return answer.json

    def by_click(self, click, **fields):
        return self.report(click_id=click, **{"affiliate_code": None, **fields})

    def click(self):
        return self.creator.click(self.code)

    def listed(self, **query):
        return self.creator.get(f"/v1/campaigns/{self.campaign}/conversions", **query).json

    def step(self, conversion, verb, body=None):
        return self.creator.request("POST", f"{PATH}/{conversion}/{verb}", body)

    def move(self, conversion, verb):
        self.creator.core.run("conversion", verb, conversion)


@pytest.fixture(scope="module")
def shop(creator):
    return Shop(creator)


def test_BAC_14_28_29_30_32_BACX_14_21_26_BA_1_7_the_sample_of_the_reference(shop):
    body = shop.body()
    answer = shop.creator.request("POST", PATH, body)
    assert answer.status == 200
    made = answer.json
    assert list(made) == MEMBERS and made["id"].startswith("conv_")
    assert made == made | {"campaign_id": shop.campaign, "affiliate_id": shop.affiliate, "external_id": body["external_id"],
                           "amount": 99.99, "currency": "EUR", "commission": 9.99, "status": "pending", "approved_at": None}
    assert '"amount":99.99,' in answer.text and '"commission":9.99,' in answer.text
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["created_at"])
    assert made in shop.listed()["conversions"]


def test_BAC_31_no_event_type_is_asked_for(shop):
    assert shop.booked(event_type="lead", anything={"else": 1})["status"] == "pending"


@pytest.mark.parametrize("missing", ["campaign_id", "external_id"])
def test_BACX_15_18_what_must_be_sent(shop, missing):
    check_error(shop.report(**{missing: None}), 400, f"{missing} is required")
    check_error(shop.report(affiliate_code=None), 400, "affiliate_code or click_id is required")


def test_BACX_16_a_click_is_credited(shop):
    made = shop.by_click(shop.click())
    assert made.status == 200 and made.json["affiliate_id"] == shop.affiliate and made.json["commission"] == 9.99


def test_BACX_17_defaults(shop):
    answer = shop.report(amount=None, currency=None)
    assert answer.json["amount"] == 0 and answer.json["currency"] == "EUR" and answer.json["commission"] == 0


@pytest.mark.parametrize("amount, currency, shown, commission", [
    ("99.99", "EUR", "99.99", "9.99"), ("4500", "eur", "4500.00", "450.00"), ("0.09", "USD", "0.09", "0.00"), ("19", "JPY", "19", "1"),
    ("1.234", "KWD", "1.234", "0.123"), ("1e2", "EUR", "100.00", "10.00"), ("0.30000000000000004", "EUR", "0.30", "0.03"),
    ("9999999999999.99", "EUR", "9999999999999.99", "999999999999.99"), ('"12.50"', "EUR", "12.50", "1.25")])
def test_BA_7_30_BAC_29_30_BACX_26_amounts_are_exact(shop, amount, currency, shown, commission):
    body = '{"campaign_id":"%s","affiliate_code":"%s","external_id":"%s","amount":%s,"currency":"%s"}' % (
        shop.campaign, shop.code, fresh("N"), amount, currency)
    answer = shop.creator.request("POST", PATH, body.encode())
    assert answer.status == 200, answer.text
    assert f'"amount":{shown},"currency":"{currency.upper()}","commission":{commission},' in answer.text


@pytest.mark.parametrize("field, value", [
    ("amount", -1), ("amount", "much"), ("amount", True), ("amount", 1e30), ("currency", "EURO"), ("currency", "XQX"), ("currency", 5),
    ("external_id", ""), ("external_id", "x" * 256), ("external_id", "a\u0000b"), ("affiliate_code", 7), ("campaign_id", 7)])
def test_BAC_08_what_a_field_may_say(shop, field, value):
    check_error(shop.report(**{field: value}), 400)


def test_BA_8_a_fixed_commission_is_in_the_sales_currency(creator):
    shop = Shop(creator, commission_type="fixed", commission_value=5)
    for currency, commission in (("EUR", "5.00"), ("USD", "5.00"), ("JPY", "5"), ("KWD", "5.000")):
        assert f'"commission":{commission},' in shop.report(currency=currency, amount=1).text


def test_BACX_18_BA_2_a_repeat_is_refused_within_its_campaign(shop, creator):
    body = shop.body()
    assert creator.request("POST", PATH, body).status == 200
    check_error(creator.request("POST", PATH, body), 400, "Duplicate conversion")
    check_error(creator.request("POST", PATH, body | {"affiliate_code": "nobody", "amount": 1}), 400, "Duplicate conversion")
    other = Shop(creator)
    assert other.report(external_id=body["external_id"]).status == 200


def test_of_simultaneous_repeats_one_is_booked(shop, creator):
    """BA-2."""
    body = shop.body()
    answers = []

    def send():
        client = Client(creator.client.port, "baclique.localhost")
        answers.append(client.post_json(PATH, body, {"Authorization": f"Bearer {creator.key}"}).status)
    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [400] * 7


def test_BAC_09_32_BA_5_unknown_campaign_or_code(shop, creator):
    check_error(shop.report(campaign_id="cmp_nosuch"), 404, "Campaign not found")
    check_error(shop.report(affiliate_code="summer-none"), 404, "Affiliate not found")
    check_error(Shop(creator).report(affiliate_code=shop.code), 404, "Affiliate not found")
    check_error(shop.report(campaign_id=Creator(creator.world).campaign()["id"]), 404, "Campaign not found")


@pytest.mark.parametrize("status", ["pending", "suspended", "rejected", "removed"])
def test_BACX_19_BA_5_an_affiliate_who_is_not_active(creator, status):
    shop = Shop(creator)
    click = shop.click()
    creator.core.run("affiliate", "set-status", shop.affiliate, status, "--campaign", shop.campaign)
    check_error(shop.report(), 403, "Affiliate suspended")
    check_error(shop.by_click(click), 403, "Affiliate suspended")
    creator.core.run("affiliate", "set-status", shop.affiliate, "active", "--campaign", shop.campaign)
    assert shop.report().status == 200
    creator.core.run("affiliate", "set-status", shop.affiliate, "suspended")
    check_error(shop.report(), 403, "Affiliate suspended")


def test_BACX_19_a_used_up_budget(creator):
    shop = Shop(creator, budget=15)
    first = shop.booked(amount=100)["id"]
    check_error(shop.report(amount=100), 403, "Campaign budget exceeded")
    assert shop.report(amount=50).status == 200
    check_error(shop.report(amount=0.10), 403, "Campaign budget exceeded")
    assert shop.report(amount=0).status == 200
    assert shop.step(first, "reject").status == 200
    assert shop.report(amount=100).status == 200
    check_error(shop.step(first, "unreject"), 403, "Campaign budget exceeded")
    creator.done("PATCH", f"/v1/campaigns/{shop.campaign}", {"budget": 100})
    assert shop.step(first, "unreject").json["status"] == "pending"


@pytest.mark.parametrize("status", ["paused", "archived"])
def test_BA_15_a_campaign_that_does_not_run(creator, status):
    shop = Shop(creator)
    click = shop.click()
    creator.done("PATCH", f"/v1/campaigns/{shop.campaign}", {"status": status})
    check_error(shop.report(), 400, "Campaign is not active")
    check_error(shop.by_click(click), 400, "Campaign is not active")


def test_BA_41_a_limit_of_conversions_for_each_click(creator):
    shop = Shop(creator)
    creator.core.run("campaign", "set", shop.campaign, "--click-limit", "1")
    click = shop.click()
    assert shop.by_click(click).status == 200
    check_error(shop.by_click(click), 400, "The click has converted already")


def test_BA_29_41_a_deposit_that_is_too_small(world):
    creator = Creator(world)
    shop = Shop(creator)
    small = shop.booked(amount=10)
    creator.core.run("account", "set", creator.account, "--policy", "deposit=required")
    too_small = "The deposit does not cover the commission"
    check_error(shop.report(external_id="one"), 403, too_small)
    deposit = creator.core.json("deposit", "create", "--account", creator.account, "--amount", "9.99")["id"]
    creator.core.run("deposit", "confirm", deposit)
    covered = shop.booked(external_id="one")
    assert covered["commission"] == 9.99
    assert shop.step(covered["id"], "reject").status == 200
    assert shop.booked()["commission"] == 9.99
    check_error(shop.step(covered["id"], "unreject"), 403, too_small)
    assert shop.step(small["id"], "reject").status == 200 and shop.step(small["id"], "unreject").status == 200


def test_BA_4_6_click_and_code(creator):
    shop = Shop(creator)
    affiliate, code = creator.affiliate(shop.campaign)
    assert shop.report(click_id=shop.click(), affiliate_code=code).json["affiliate_id"] == shop.affiliate
    for click in (str(uuid.uuid4()), "nonsense", Shop(creator).click(), Creator(creator.world).campaign()["id"]):
        assert shop.report(click_id=click, affiliate_code=code).json["affiliate_id"] == affiliate
    assert shop.report(click_id=shop.click(), affiliate_code="nobody").json["affiliate_id"] == shop.affiliate


def test_BACX_09_BA_4_6_the_window_binds_clicks_and_no_codes(creator):
    shop = Shop(creator)
    click = shop.click()
    assert shop.by_click(click).status == 200
    creator.core.run("campaign", "set", shop.campaign, "--window", "1s")
    wait_until(lambda: shop.by_click(click).status == 400, what="the window over")
    check_error(shop.by_click(click), 400, "Click is outside of the attribution window")
    assert shop.report(click_id=click).json["affiliate_id"] == shop.affiliate


def test_BA_26_a_click_that_is_not_this_campaigns(shop, creator):
    """BACX-16, BA-26: unknown, unreadable, of another campaign and of another creator, all in the same words."""
    other = Creator(creator.world)
    foreign = Shop(other)
    click = foreign.click()
    assert foreign.by_click(click).status == 200
    for one in (str(uuid.uuid4()), "nonsense", "x" * 200, Shop(creator).click(), click):
        check_error(shop.by_click(one), 404, "Click not found")


def test_BA_26_a_click_by_no_person_is_not_credited(shop, creator):
    """BACX-16, BA-26."""
    location = creator.world.edge.client().get(f"/{shop.code}", agent="Googlebot/2.1").fields["location"]
    click = re.search(r"baclique_id=([0-9a-f-]{36})", location)[1]
    check_error(shop.by_click(click), 400, "Click cannot be credited")


def test_BACX_01_BA_27_a_conversion_that_waited_for_its_click_shows_the_limit(shop):
    answer = shop.by_click(shop.click())
    assert answer.status == 200 and answer.fields["x-ratelimit-limit"] == "1000000"


# Reading

def test_BACX_13_BAC_19_BA_9_10_28_30_list_and_filters(creator):
    shop = Shop(creator)
    second, code = creator.affiliate(shop.campaign)
    ids = [shop.booked()["id"] for _ in range(4)] + [shop.booked(affiliate_code=code)["id"]]
    ids = ids[::-1]
    pick = lambda **query: [row["id"] for row in shop.listed(**query)["conversions"]]
    assert shop.listed()["pagination"] == {"limit": 50, "offset": 0, "total": 5} and pick() == ids
    assert pick(limit=2, offset=1) == ids[1:3] and shop.listed(limit=500)["pagination"]["limit"] == 100
    assert pick(affiliate_id=second) == ids[:1] and pick(affiliate_id=shop.affiliate) == ids[1:]
    assert shop.listed(affiliate_id="aff_nosuch") == {"conversions": [], "pagination": {"limit": 50, "offset": 0, "total": 0}}
    for verb, which in (("approve", 1), ("approve", 2), ("pay", 2), ("approve", 4), ("reverse", 4)):
        shop.move(ids[which], verb)
    assert shop.step(ids[3], "reject").status == 200
    assert pick(status="pending") == ids[:1] and pick(status="approved") == ids[1:3] and pick(status="rejected") == ids[3:]
    assert shop.listed(status="rejected", limit=1)["pagination"]["total"] == 2
    for query in ({"status": "paid"}, {"limit": "x"}, {"offset": "x"}):
        check_error(creator.get(f"/v1/campaigns/{shop.campaign}/conversions", **query), 400)
    check_error(creator.get("/v1/campaigns/cmp_nosuch/conversions"), 404, "Campaign not found")
    check_error(creator.get(f"/v1/campaigns/{Creator(creator.world).campaign()['id']}/conversions"), 404, "Campaign not found")


# Life

def test_BACX_20_21_BA_22_29_reject_and_unreject(shop):
    made = shop.booked()
    rejected = shop.step(made["id"], "reject", {"reason": "refunded"})
    assert rejected.status == 200 and rejected.json == made | {"status": "rejected"}
    assert shop.step(made["id"], "reject").json == rejected.json
    assert shop.creator.core.json("conversion", "show", made["id"])["rejection_note"] == "refunded"
    assert shop.step(made["id"], "unreject").json == made
    assert shop.step(made["id"], "unreject").json == made
    check_error(shop.step(made["id"], "reject", {"reason": 5}), 400)
    assert shop.step(made["id"], "reject", b"").json["status"] == "rejected"


def test_D_60_the_operator_decides_what_is_disputed(shop):
    made = shop.booked()
    shop.creator.core.run("conversion", "dispute", made["id"])
    check_error(shop.step(made["id"], "reject"), 400, "Conversion is disputed; the operator decides")
    shop.creator.core.run("conversion", "dispute", made["id"], "--resolve")
    assert shop.step(made["id"], "reject").json["status"] == "rejected"


def test_BACX_21_approved_after_maturation(creator):
    shop = Shop(creator, maturation_days=0)
    made = shop.booked()
    approved = wait_until(lambda: next((row for row in shop.listed(status="approved")["conversions"] if row["id"] == made["id"]), None),
                          60, "the hold over")
    assert approved == made | {"status": "approved", "approved_at": approved["approved_at"]}
    assert approved["approved_at"] >= made["created_at"]
    shop.move(made["id"], "pay")
    assert shop.listed()["conversions"] == [approved]
    for verb in ("reject", "unreject"):
        check_error(shop.step(made["id"], verb), 400, "Conversion has been paid out")


def test_BA_22_what_cannot_be_changed(shop, creator):
    made = shop.booked()["id"]
    shop.move(made, "approve")
    check_error(shop.step(made, "unreject"), 400, "Conversion is not rejected")
    assert shop.step(made, "reject").json["status"] == "rejected"
    taken_back = shop.booked()["id"]
    shop.move(taken_back, "approve")
    shop.move(taken_back, "reverse")
    assert shop.step(taken_back, "reject").json["status"] == "rejected"
    check_error(shop.step(taken_back, "unreject"), 400, "Conversion is not rejected")
    for verb in ("reject", "unreject"):
        check_error(shop.step("conv_nosuch", verb), 404, "Conversion not found")
        check_error(creator.request("POST", f"{PATH}/17/{verb}"), 404, "Conversion not found")
        check_error(Creator(creator.world).request("POST", f"{PATH}/{made}/{verb}"), 404, "Conversion not found")
