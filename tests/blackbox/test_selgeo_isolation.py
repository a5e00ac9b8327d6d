"""Every route of Selgeo's API keeps to the account and the mode of who asks. The table of routes is walked as it is served, so that a
new route is in the test by itself: with ids of the account's other mode, of another account, and of nobody (SEL-11, SEL-40)."""

import itertools
import json
import re
import subprocess

import pytest

from http_client import Client, numbered_address
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import BUILD, Stack
from webhook_shop import SETTINGS, Shop

NOBODYS = {"program_id": "prg_nobodys", "partner_id": "aff_nobodys", "link_id": "lnk_nobodys", "promo_id": "prm_nobodys", "conversion_id": "conv_nobodys",
           "payout_id": "po_nobodys", "key_id": "key_nobodys", "webhook_id": "whk_nobodys", "invite_id": "inv_nobodys", "delivery_id": "whd_nobodys",
           "click_id": "01900000-0000-7000-8000-000000000000"}
# What a route needs beside {} to get as far as its path's ids.
BODIES = {"/invites": {"email": "x@blog.example"}, "/reject": {"reason": "x"}, "PATCH /api/v1/promo-codes/{promo_id}": {"status": "active"}}
# Routes whose body names things: path → body, in which {name} stands for an id.
NAMING = {"/api/v1/partners": {"program_id": "{program_id}", "email": "x@blog.example"},
          "/api/v1/applications": {"program_id": "{program_id}", "email": "x@blog.example"},
          "/api/v1/links": {"program_id": "{program_id}"},
          "/api/v1/promo-codes": {"program_id": "{program_id}", "partner_id": "{partner_id}", "code": "WHATEVER"},
          "/api/v1/payouts": {"partner_id": "{partner_id}", "currency": "EUR"}}
OWN_FILTERS = ("program_id", "partner_id")
addresses = itertools.count(1)


def served():
    printed = subprocess.run([BUILD / "footfall-core", "routes"], check=True, capture_output=True, text=True).stdout
    return [row for row in map(json.loads, printed.splitlines()) if row["dialect"] == "selgeo"]


class Half:
    """One mode of one account, with one of everything that a path can name."""

    def __init__(self, stack, shop, mode):
        self.stack, self.shop, self.mode = stack, shop, mode
        self.dashboard = Dashboard(stack, shop.account, mode)
        post = lambda path, **body: self.made(self.dashboard.post(f"/api/v1/{path}", body))
        program = post("programs", name="Own", target_url="https://shop.example/", commission={"percent": 10}, hold_seconds=0)["id"]
        partner = post("partners", program_id=program, email="own@blog.example")
        self.ids = {"program_id": program, "partner_id": partner["id"], "link_id": partner["link_id"]}
        self.ids["invite_id"] = post(f"programs/{program}/invites", email="invited@blog.example")["id"]
        code = f"OWN{next(addresses)}"
        self.ids["promo_id"] = post("promo-codes", program_id=program, partner_id=partner["id"], code=code)["id"]
        key = post("api-keys", kind="secret")
        self.ids["key_id"], self.secret = key["id"], key["value"]
        self.public = post("api-keys", kind="public")["value"]
        self.ids["webhook_id"] = post("webhooks", url="http://127.0.0.1:1/")["id"]
        self.ids["receiver_id"] = post("stripe-receiver")["id"]
        client = Client(stack.edge.port, "selgeo.localhost", source=numbered_address(12, next(addresses)))
        body = {"event_type": "purchase", "external_transaction_id": "own", "amount_cents": 1000, "currency": "EUR", "promo_code": code}
        sale = client.post_json("/api/v1/conversions", body, {"Authorization": f"Bearer {self.secret}"})
        self.ids["conversion_id"] = sale.json["id"]
        post(f"conversions/{sale.json['id']}/approve")
        self.ids["payout_id"] = post("payouts", partner_id=partner["id"], currency="EUR")["id"]
        self.ids["delivery_id"] = wait_until(lambda: self.dashboard.get(f"/api/v1/webhooks/{self.ids['webhook_id']}/deliveries").json["data"], what="a delivery")[0]["id"]
        visitor = Client(stack.edge.port, "c.localhost", source=numbered_address(12, next(addresses)))
        answer = wait_until(lambda: (lambda got: got if got.status == 302 else None)(
            visitor.request("GET", f"/{partner['program']['referral_code']}")), what="the link")
        self.ids["click_id"] = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", answer.fields["location"])[0]
        wait_until(lambda: stack.value("select count(*) from clicks where id = %s", (self.ids["click_id"],)) == 1, what="the click is stored")

    @staticmethod
    def made(answer):
        assert answer.status in (200, 201), answer.text
        return answer.json

    def call(self, row, path, body=None, token=None, **query):
        """From an address of its own: they are counted."""
        token = token or (self.secret if "secret_key" in row["access"] else self.dashboard.tokens["access_token"])
        self.dashboard.client = Client(self.stack.edge.port, "selgeo.localhost", source=f"127.1.{next(addresses) // 200}.{next(addresses) % 200 + 1}")
        method = row["method"]
        return self.dashboard.call(method, path, None if method in ("GET", "DELETE") else body or {}, token=token, **query)


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS) as stack:
        yield stack


@pytest.fixture(scope="module")
def halves(stack):
    """(who asks, the other mode of the account, another account)"""
    own, other = Shop(stack), Shop(stack)
    return Half(stack, own, "live"), Half(stack, own, "test"), Half(stack, other, "live")


def names_in(path):
    return re.findall(r"{(\w+)}", path)


def filled(path, ids):
    return re.sub(r"{(\w+)}", lambda name: ids[name[1]], path)


def body_of(row):
    for end, body in BODIES.items():
        if row["path"].endswith(end) or f"{row['method']} {row['path']}" == end:
            return body
    return {}


def protected():
    return [row for row in served() if set(row["access"]) & {"dashboard_user", "secret_key"}]


def test_SEL_11_SEL_40_nobody_reaches_what_a_path_names(halves):
    me, test_mode, stranger = halves
    asked = 0
    for row in protected():
        names = names_in(row["path"])
        # Each id of the path in turn is somebody else's, the others are one's own.
        for name, (whose, ids) in itertools.product(names, (("the other mode", test_mode.ids), ("another account", stranger.ids), ("nobody", NOBODYS))):
            answer = me.call(row, filled(row["path"], {**me.ids, name: ids[name]}), body_of(row))
            is_audit = "secret_key" in row["access"] and whose == "the other mode"
            expected = 422 if is_audit else 404
            assert answer.status == expected, f"{row['method']} {row['path']} with {name} of {whose}: {answer.status} {answer.text}"
            asked += 1
    assert asked > 100


def test_SEL_11_SEL_40_nobody_reaches_what_a_body_or_a_filter_names(halves):
    me, test_mode, stranger = halves
    rows = {f"{row['method']} {row['path']}": row for row in protected()}
    for path, body in NAMING.items():
        for name in [key for key, value in body.items() if value == f"{{{key}}}"]:
            for ids in (test_mode.ids, stranger.ids, NOBODYS):
                sent = {key: filled(value, {**me.ids, name: ids[name]}) for key, value in body.items()}
                assert me.call(rows[f"POST {path}"], path, sent).status == 404, (path, name, ids[name])
    filtered = 0
    for row in protected():
        if row["method"] != "GET" or names_in(row["path"]) or row["path"].endswith("/export"):
            continue
        for name, ids in itertools.product(OWN_FILTERS, (test_mode.ids, stranger.ids)):
            answer = me.call(row, row["path"], **{name: ids[name]})
            # A list that does not know the filter shows one's own things as ever.
            assert answer.status == 404 or ids[name] not in answer.text
            filtered += answer.status == 404
    assert filtered > 12


def test_SEL_11_no_list_shows_what_is_elsewhere(halves):
    me, test_mode, stranger = halves
    lists = [row for row in protected() if row["method"] == "GET" and not names_in(row["path"])]
    assert len(lists) > 10
    for row in lists:
        mine = me.call(row, row["path"])
        assert mine.status == 200, (row["path"], mine.text)
        for foreign in (*test_mode.ids.values(), *stranger.ids.values()):
            assert foreign not in mine.text, f"{row['path']} shows {foreign}"
    # The lists do show something.
    shown = "".join(me.call(row, row["path"], limit=100).text for row in lists if not row["path"].endswith("/export"))
    for name in ("program_id", "partner_id", "link_id", "promo_id", "conversion_id", "payout_id", "key_id", "webhook_id",
                 "receiver_id"):
        assert me.ids[name] in shown, name


def test_one_finds_ones_own_by_every_path(halves):
    """Without this the tests above could pass because nothing is found at all."""
    me = halves[0]
    for row in protected():
        if row["method"] == "GET" and names_in(row["path"]):
            answer = me.call(row, filled(row["path"], me.ids))
            assert answer.status == 200, f"{row['path']}: {answer.status} {answer.text}"


def test_SEL_07_a_public_key_opens_nothing_but_the_tracking_endpoint(halves):
    me = halves[0]
    for row in protected():
        answer = me.call(row, filled(row["path"], me.ids), body_of(row), token=me.public)
        check_error(answer, 403, "FORBIDDEN", "Forbidden")


def test_SEL_12_no_key_opens_the_dashboard_and_no_token_the_rest(halves):
    me = halves[0]
    for row in protected():
        wrong = {**row, "access": ["secret_key"] if "dashboard_user" in row["access"] else ["dashboard_user"]}
        answer = me.call(wrong, filled(row["path"], me.ids), body_of(row))
        assert answer.status == 403, f"{row['method']} {row['path']}: {answer.status} {answer.text}"
