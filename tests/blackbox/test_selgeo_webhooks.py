"""Selgeo's webhook endpoints in the dashboard's API. One test per row of CONTRACT.md; and pings (COMMON.md D-56)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from http_client import Client
from receiver import signed_at
from selgeo_api import check_error
from selgeo_dashboard import Dashboard
from servers import wait_until
from stack import Stack
from webhook_shop import SETTINGS, Shop

ROUTES = [
    "selgeo GET /api/v1/webhooks",
    "selgeo POST /api/v1/webhooks",
    "selgeo GET /api/v1/webhooks/{webhook_id}",
    "selgeo PATCH /api/v1/webhooks/{webhook_id}",
    "selgeo DELETE /api/v1/webhooks/{webhook_id}",
    "selgeo POST /api/v1/webhooks/{webhook_id}/rotate-secret",
    "selgeo POST /api/v1/webhooks/{webhook_id}/test",
    "selgeo GET /api/v1/webhooks/{webhook_id}/deliveries",
    "selgeo GET /api/v1/webhook-deliveries/{delivery_id}",
    "selgeo POST /api/v1/webhook-deliveries/{delivery_id}/redeliver",
]
UNPROCESSABLE = "Unprocessable Entity"


@pytest.fixture(scope="module")
def stack():
    with Stack(SETTINGS | {"FOOTFALL_CORE_DELIVER_TIMEOUT_MS": 20_000}) as stack:
        yield stack


@pytest.fixture
def shop(stack):
    return Shop(stack)


@pytest.fixture
def dashboard(stack, shop):
    return Dashboard(stack, shop.account)


def test_SE_45_an_endpoint_from_its_making_to_its_end(shop, dashboard, receiver):
    made = dashboard.post("/api/v1/webhooks", {"url": receiver.url("/a"), "events": ["conversion.created"], "description": "Books"})
    assert made.status == 201 and made.json["secret"].startswith("whsec_") and made.json["enabled"] is True
    endpoint = made.json["id"]
    shown = dashboard.get(f"/api/v1/webhooks/{endpoint}").json
    assert shown == {name: value for name, value in made.json.items() if name != "secret"}
    shop.sell()
    signed_at(receiver.wait("/a")[0], made.json["secret"])
    changed = dashboard.call("PATCH", f"/api/v1/webhooks/{endpoint}", {"enabled": False, "events": ["*"]}).json
    assert (changed["enabled"], changed["disabled_reason"], changed["events"], changed["description"]) == (False, "by_hand", ["*"], "Books")
    assert dashboard.call("PATCH", f"/api/v1/webhooks/{endpoint}", {"enabled": True, "url": receiver.url("/b")}).json["url"] == receiver.url("/b")
    assert dashboard.call("DELETE", f"/api/v1/webhooks/{endpoint}").json == {"id": endpoint, "deleted": True}
    check_error(dashboard.get(f"/api/v1/webhooks/{endpoint}"), 404, "WEBHOOK_NOT_FOUND", "Not Found")
    assert dashboard.get("/api/v1/webhooks").json == {"data": [], "total": 0, "page": 1, "limit": 20}


def test_SELX_12_13_test_ping_and_rotation(dashboard, receiver):
    endpoint = dashboard.post("/api/v1/webhooks", {"url": receiver.url("/ping")}).json
    pinged = dashboard.post(f"/api/v1/webhooks/{endpoint['id']}/test")
    assert (pinged.status, pinged.json["last_status"], pinged.json["type"]) == (200, 200, "webhook.test")
    rotated = dashboard.post(f"/api/v1/webhooks/{endpoint['id']}/rotate-secret").json
    assert rotated["secret"] != endpoint["secret"]
    receiver.answers["/ping"] = 500
    assert dashboard.post(f"/api/v1/webhooks/{endpoint['id']}/test").json["last_status"] == 500
    first, second = receiver.at("/ping")
    signed_at(first, endpoint["secret"])
    signed_at(second, rotated["secret"])
    check_error(dashboard.post(f"/api/v1/webhook-deliveries/{pinged.json['id']}/redeliver"), 409, "WEBHOOK_TEST", "Conflict")


def test_deliveries_with_their_attempts(shop, dashboard, receiver):
    endpoint = dashboard.post("/api/v1/webhooks", {"url": receiver.url("/d"), "events": ["conversion.created"]}).json["id"]
    shop.sell()
    delivery = shop.wait_status(endpoint, "delivered")[0]["id"]
    listed = dashboard.get(f"/api/v1/webhooks/{endpoint}/deliveries", status="delivered").json
    assert listed["total"] == 1 and listed["data"][0]["id"] == delivery
    assert dashboard.get(f"/api/v1/webhooks/{endpoint}/deliveries", status="failed").json["total"] == 0
    shown = dashboard.get(f"/api/v1/webhook-deliveries/{delivery}").json
    assert shown["attempt_list"][0]["status"] == 200 and '"conversion.created"' in shown["body"]
    assert dashboard.post(f"/api/v1/webhook-deliveries/{delivery}/redeliver").status == 202
    receiver.wait("/d", 2)
    check_error(dashboard.post("/api/v1/webhook-deliveries/whd_nothing/redeliver"), 404, "NOT_FOUND", "Not Found")
    dashboard.call("PATCH", f"/api/v1/webhooks/{endpoint}", {"enabled": False})
    check_error(dashboard.post(f"/api/v1/webhook-deliveries/{delivery}/redeliver"), 409, "WEBHOOK_DISABLED", "Conflict")


def test_SEL_46_an_unknown_endpoint_and_another_accounts(stack, shop, dashboard):
    theirs = Shop(stack).webhook("http://127.0.0.1:1/")[0]
    for endpoint in ("whk_nothing", "x", theirs):
        for answer in (dashboard.get(f"/api/v1/webhooks/{endpoint}"), dashboard.call("DELETE", f"/api/v1/webhooks/{endpoint}"),
                       dashboard.call("PATCH", f"/api/v1/webhooks/{endpoint}", {}), dashboard.post(f"/api/v1/webhooks/{endpoint}/test"),
                       dashboard.post(f"/api/v1/webhooks/{endpoint}/rotate-secret"), dashboard.get(f"/api/v1/webhooks/{endpoint}/deliveries")):
            check_error(answer, 404, "WEBHOOK_NOT_FOUND", "Not Found")


def test_SEL_47_more_than_ten_in_a_mode(stack, shop, dashboard):
    for n in range(10):
        assert dashboard.post("/api/v1/webhooks", {"url": f"http://127.0.0.1:1/{n}"}).status == 201
    check_error(dashboard.post("/api/v1/webhooks", {"url": "http://127.0.0.1:1/x"}), 422, "WEBHOOK_ENDPOINT_LIMIT_EXCEEDED", UNPROCESSABLE)
    test_mode = Dashboard(stack, shop.account, "test")
    assert test_mode.post("/api/v1/webhooks", {"url": "http://127.0.0.1:1/x"}).status == 201


def test_SEL_48_49_50_receivers_that_are_refused(stack, shop):
    stack.core.settings["FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS"] = "false"
    stack.core.terminate()
    stack.core.start()
    try:
        live, test = Dashboard(stack, shop.account), Dashboard(stack, shop.account, "test")
        check_error(live.post("/api/v1/webhooks", {"url": "http://1.1.1.1/"}), 422, "WEBHOOK_URL_NOT_HTTPS", UNPROCESSABLE)
        assert test.post("/api/v1/webhooks", {"url": "http://1.1.1.1/"}).status == 201
        for private in ("https://10.0.0.1/", "https://localhost/", "https://169.254.169.254/",
                        "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/"):
            check_error(live.post("/api/v1/webhooks", {"url": private}), 422, "WEBHOOK_URL_PRIVATE_IP", UNPROCESSABLE)
        check_error(test.post("/api/v1/webhooks", {"url": "http://127.0.0.1/"}), 422, "WEBHOOK_URL_PRIVATE_IP", UNPROCESSABLE)
        refused = live.post("/api/v1/webhooks", {"url": "https://16843009/"})  # 1.1.1.1, which is no spelling that we take
        check_error(refused, 400, "VALIDATION_ERROR", "Bad Request")
        assert refused.json["details"][0]["field"] == "url"
        unknown = live.post("/api/v1/webhooks", {"url": "https://no-such-host.invalid/"})
        check_error(unknown, 422, "WEBHOOK_URL_UNRESOLVABLE", UNPROCESSABLE)
    finally:
        stack.core.settings["FOOTFALL_CORE_DELIVER_ALLOW_PRIVATE_RECEIVERS"] = "true"
        stack.core.terminate()
        stack.core.start()


def test_SEL_34_fields(dashboard):
    for body, field in (({}, "url"), ({"url": 7}, "url"), ({"url": "no url"}, "url"),
                        ({"url": "http://127.0.0.1:1/", "events": ["sale.made"]}, "events")):
        answer = dashboard.post("/api/v1/webhooks", body)
        check_error(answer, 400, "VALIDATION_ERROR", "Bad Request")
        assert answer.json["details"][0]["field"] == field


def test_SEL_35_52_53_54_pages(dashboard):
    made = [dashboard.post("/api/v1/webhooks", {"url": f"http://127.0.0.1:1/{n}"}).json["id"] for n in range(5)]
    first = dashboard.get("/api/v1/webhooks", page=1, limit=2).json
    assert (first["total"], first["page"], first["limit"]) == (5, 1, 2)
    assert [one["id"] for one in first["data"]] == made[:2:-1]
    assert [one["id"] for one in dashboard.get("/api/v1/webhooks", page=3, limit=2).json["data"]] == made[:1]
    for query in ({"page": 0}, {"limit": 101}, {"limit": 0}, {"page": "one"}):
        check_error(dashboard.get("/api/v1/webhooks", **query), 400, "VALIDATION_ERROR", "Bad Request")


def test_SE_45_pings_of_a_slow_receiver_keep_no_worker(stack, shop, dashboard, receiver):
    """Six pings wait for their receiver at a core that has one worker, and it answers others meanwhile."""
    release = threading.Event()
    receiver.answers["/slow"] = lambda handler: release.wait(30) and handler.answer(204)
    endpoint = dashboard.post("/api/v1/webhooks", {"url": receiver.url("/slow")}).json["id"]
    narrow = stack.add_core("narrow", **{**SETTINGS, "FOOTFALL_CORE_ROLES": "api", "FOOTFALL_CORE_HTTP_WORKERS": 1}).start()
    bearer = {"Authorization": f"Bearer {dashboard.tokens['access_token']}"}
    call = lambda method, path: Client(narrow.port, "selgeo.localhost", timeout_s=30).request(method, path, fields=bearer)
    try:
        with ThreadPoolExecutor(6) as many:
            pings = [many.submit(call, "POST", f"/api/v1/webhooks/{endpoint}/test") for _ in range(6)]
            receiver.wait("/slow", 4)
            wait_until(lambda: len(shop.deliveries(endpoint)) == 6, what="six pings stored")
            assert call("GET", f"/api/v1/webhooks/{endpoint}").status == 200
            assert not any(ping.done() for ping in pings), "nobody has answered any of them"
            assert len(receiver.at("/slow")) == 4, "pings are bounded as events are"
            release.set()
            answers = [ping.result() for ping in pings]
        # A slow machine may have let them wait for as long as they may.
        assert {(answer.status, answer.json["last_status"]) for answer in answers} <= {(200, 204), (202, None)}
        wait_until(lambda: len(shop.deliveries(endpoint, "--status", "delivered")) == 6, what="all six delivered")
    finally:
        release.set()
        narrow.terminate()


def test_SE_45_a_ping_that_nobody_answers_in_time_is_shown_as_waiting(stack, dashboard, receiver):
    stack.core.terminate()   # nobody delivers
    api = stack.add_core("api-alone", **{**SETTINGS, "FOOTFALL_CORE_ROLES": "api"}).start()
    try:
        client = Client(api.port, "selgeo.localhost", timeout_s=30)
        bearer = {"Authorization": f"Bearer {dashboard.tokens['access_token']}"}
        made = client.post_json("/api/v1/webhooks", {"url": receiver.url("/late")}, bearer)
        pinged = client.request("POST", f"/api/v1/webhooks/{made.json['id']}/test", fields=bearer)
        assert (pinged.status, pinged.json["status"], pinged.json["last_status"]) == (202, "waiting", None), pinged.text
    finally:
        api.terminate()
        stack.core.start()
    receiver.wait("/late")
