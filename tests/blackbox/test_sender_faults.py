"""What senders of conversions get wrong, and what must not become money for it (core/api/COMMON.md, FC-3 to FC-7)."""

import html
import json
from urllib.parse import urlencode

import pytest

from affspace_vendor import check_error, check_untracked, fresh
from http_client import BROWSER, Client


def endpoint(vendor, *options):
    return vendor.core.json("callback", "create", "--account", vendor.account, "--key-less", *options)["id"]


def look(client, path, fields):
    """GET with these fields, of which User-Agent replaces the client's own."""
    others = {name: value for name, value in fields.items() if name != "User-Agent"}
    return client.get(path, fields=others, agent=fields.get("User-Agent", "curl/8.5.0"))


def callback(vendor, name, parameters, **fields):
    return look(vendor.client, f"/pb/{name}?{urlencode(parameters)}", fields)


def log_of(vendor, name):
    return vendor.core.json("callback", "log", name)["log"]


def shown(vendor, conversion):
    return vendor.get(f"/api/v1/conversions/{conversion}").json["data"]


# FC-3: a field that reverses the meaning

@pytest.mark.parametrize("said", [{"status": "3"}, {"status": "declined"}, {"cnv_status": "rejected"}, {"status": "Trash"},
                                  {"refund": "1"}, {"goal": "chargeback"}, {"Status": "Declined"}, {"approved": False}])
def test_FC_3_a_declined_sale_is_not_booked(vendor, said):
    order = fresh("DECL-")
    answer = vendor.convert(action_id=order, **said)
    check_untracked(answer, "declined")
    assert all(row["vendorTxId"] != order for row in vendor.get("/api/v1/conversions", limit=50).json["data"])


@pytest.mark.parametrize("said", [{"status": 3}, {"status": "refund"}, {"goal": "refund"}])
def test_FC_3_a_decline_rejects_the_earlier_sale(vendor, said):
    click, order = vendor.click(), fresh("SALE-")
    sale = vendor.request("POST", "/api/v1/conversions", {"clickid": click, "action_id": order}).json["data"]["conversionId"]
    answer = vendor.request("POST", "/api/v1/conversions", {"clickid": click, "action_id": order, **said})
    check_untracked(answer, "declined")
    assert answer.json["data"]["conversionId"] == sale
    assert shown(vendor, sale)["status"] == "rejected" and shown(vendor, sale)["advertiserPayoutCents"] == 0


def test_FC_3_D_60_a_decline_does_not_reject_what_is_disputed(vendor):
    click, order = vendor.click(), fresh("SALE-")
    report = lambda **more: vendor.request("POST", "/api/v1/conversions", {"clickid": click, "action_id": order, **more})
    sale = report().json["data"]["conversionId"]
    vendor.core.run("conversion", "dispute", sale)
    answer = report(status="declined")
    assert answer.json["data"]["conversionId"] == sale and "disputed" in answer.text, answer.text
    assert shown(vendor, sale)["status"] == "pending"
    vendor.core.run("conversion", "dispute", sale, "--resolve")
    report(status="declined")
    assert shown(vendor, sale)["status"] == "rejected"


def test_FC_3_a_decline_is_of_its_goal(vendor):
    click, order = vendor.click(), fresh("GOAL-")
    report = lambda **more: vendor.request("POST", "/api/v1/conversions", {"clickid": click, "action_id": order, **more})
    lead = report(goal="lead").json["data"]["conversionId"]
    sale = report(goal="purchase").json["data"]["conversionId"]
    assert report(goal="lead", status="declined").json["data"]["conversionId"] == lead
    assert (shown(vendor, lead)["status"], shown(vendor, sale)["status"]) == ("rejected", "pending")


def test_FC_3_a_decline_without_a_transaction_is_of_its_click(vendor):
    click = vendor.click()
    sale = vendor.request("POST", "/api/v1/conversions", {"clickid": click}).json["data"]["conversionId"]
    check_untracked(vendor.request("POST", "/api/v1/conversions", {"clickid": click, "status": "rejected"}), "declined")
    assert shown(vendor, sale)["status"] == "rejected"


def test_FC_3_a_decline_leaves_other_sales_alone(vendor):
    click, order = vendor.click(), fresh("KEEP-")
    sale = vendor.request("POST", "/api/v1/conversions", {"clickid": click, "action_id": order}).json["data"]["conversionId"]
    check_untracked(vendor.request("POST", "/api/v1/conversions", {"clickid": click, "action_id": fresh("OTHER-"), "status": "3"}), "declined")
    assert shown(vendor, sale)["status"] == "pending"


def test_FC_3_words_that_say_nothing_known_are_refused(vendor):
    for word in ("7", "maybe"):
        check_error(vendor.convert(status=word), 400, "VALIDATION_ERROR")
    for word in ("1", "pending", "rebill", "approved"):
        assert vendor.convert(status=word, action_id=fresh("OK-")).json["data"]["tracked"] is True


def test_FC_3_a_test_is_answered_and_leaves_nothing(vendor):
    order = fresh("TEST-")
    answer = vendor.convert(action_id=order, test="1")
    assert answer.json["data"]["conversionId"].startswith("conv_test_")
    assert vendor.convert(action_id=order).json["data"]["tracked"] is True


# FC-4: placeholders

@pytest.mark.parametrize("left", ["{transaction_id}", "%7Btransaction_id%7D", "${order}", "[ORDER]", "%order%", "{{ order.id }}",
                                  "null", "undefined"])
def test_FC_4_a_placeholder_is_no_transaction(vendor, left):
    name = endpoint(vendor)
    for _ in range(2):
        answer = callback(vendor, name, {"clickid": vendor.click(), "action_id": left, "user_id": left})
        assert answer.json["data"].get("tracked") is True, answer.text
    assert "action_id, user_id" in log_of(vendor, name)[0]["message"]


def test_FC_4_selgeo_takes_no_placeholder_for_an_id(api):
    answer = api.report(click_id="{click_id}", promo_code="[code]", external_transaction_id=fresh("P-"))
    assert answer.status == 422 and answer.json["code"] == "NO_ATTRIBUTION_SIGNAL"
    assert api.report(external_transaction_id="{{order_id}}").status == 400


def test_SE_28_an_empty_click_id_counts_as_absent(api):
    answer = api.report(click_id="", external_transaction_id=fresh("P-"))
    assert answer.status == 422 and answer.json["code"] == "NO_ATTRIBUTION_SIGNAL"


# FC-5: queries that passed through HTML

def test_FC_5_html_escaped_separators(vendor):
    name, order = endpoint(vendor), fresh("AMP-")
    query = html.escape(urlencode({"clickid": vendor.click(), "action_id": order, "goal": "lead"}))
    sale = vendor.client.get(f"/pb/{name}?{query}").json["data"]["conversionId"]
    assert shown(vendor, sale)["vendorTxId"] == order
    assert vendor.core.json("conversion", "show", sale)["goal"] == "lead"


# FC-7: a GET that books is not for those who only look

@pytest.mark.parametrize("fields", [
    {"Sec-Purpose": "prefetch;prerender", "User-Agent": BROWSER},
    {"Purpose": "prefetch", "User-Agent": BROWSER},
    {"X-Purpose": "preview", "User-Agent": BROWSER},
    {"X-Moz": "prefetch", "User-Agent": BROWSER},
    {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
    {"User-Agent": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"},
    {"User-Agent": "WhatsApp/2.23.20.0"},
    {"User-Agent": "TelegramBot (like TwitterBot)"},
    {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
])
def test_FC_7_previews_book_nothing(vendor, fields):
    name, parameters = endpoint(vendor), {"clickid": vendor.click(), "action_id": fresh("LOOK-")}
    check_error(callback(vendor, name, parameters, **fields), 403, "FORBIDDEN")
    assert log_of(vendor, name)[0]["status"] == 403
    check_error(look(vendor.client, f"/pb?{urlencode(parameters)}&secure={vendor.key}", fields), 403, "FORBIDDEN")
    assert callback(vendor, name, parameters).json["data"]["tracked"] is True, "the sender's own call still books"


@pytest.mark.parametrize("agent", ["curl/8.5.0", "Go-http-client/2.0", "PHP/8.2", "python-requests/2.31.0", "Java/17.0.9",
                                   "Keitaro", "Voluum/1.0", "axios/1.6.0", BROWSER])
def test_FC_7_tools_are_welcome(vendor, agent):
    name = endpoint(vendor)
    assert callback(vendor, name, {"clickid": vendor.click()}, **{"User-Agent": agent}).json["data"]["tracked"] is True


# What a body's head says, and what nobody reads

# D-34

@pytest.mark.parametrize("unread", ['123456789012345678901234567890', '1e999', '-1e-999', '"\\ud800"', '["\\udc00\\ud800"]', "[" * 100 + "]" * 100])
def test_SE_24_a_field_that_nobody_reads_spoils_nothing(api, vendor, unread):
    body = '{"event_type":"sale","external_transaction_id":"%s","promo_code":"NOSUCH","x":%s}' % (fresh("BIG-"), unread)
    assert api.post(body).status == 201
    body = '{"clickid":"%s","action_id":"%s","x":%s}' % (vendor.click(), fresh("BIG-"), unread)
    assert vendor.request("POST", "/api/v1/conversions", body).json["data"]["tracked"] is True


def test_a_surrogate_in_a_field_that_is_read_is_named(api):
    body = '{"event_type":"\\ud800","external_transaction_id":"%s","promo_code":"NOSUCH"}' % fresh("SUR-")
    answer = api.post(body)
    assert answer.status == 400 and answer.json["details"][0]["field"] == "event_type"


# D-33

@pytest.mark.parametrize("content_type, status", [
    ("application/json; charset=utf-8", 201), ("application/json;charset=\"UTF-8\"", 201), ("text/json", 201),
    ("application/vnd.api+json", 201), ("application/json; charset=utf-16", 415), ("application/x-www-form-urlencoded", 415),
])
def test_media_types_of_json(api, content_type, status):
    body = json.dumps({"event_type": "sale", "external_transaction_id": fresh("MT-"), "promo_code": "NOSUCH"})
    assert api.post(body, content_type=content_type).status == status


def test_a_body_that_is_no_form_is_415(vendor):
    answer = vendor.client.request("POST", "/api/v1/conversions", body=b"--x\r\n\r\n--x--", fields={
        "X-API-Key": vendor.key, "Content-Type": "multipart/form-data; boundary=x"})
    check_error(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


# Paths, dates and filters as they were meant

def test_D_32_paths_joined_from_a_base_url(vendor, api):
    name = endpoint(vendor)
    assert vendor.client.get(f"/pb/{name}/?clickid={vendor.click()}").json["data"]["tracked"] is True
    assert vendor.client.get(f"//pb//{name}?clickid={vendor.click()}").json["data"]["tracked"] is True
    assert vendor.get("/api/v1/offers/").status == 200
    assert vendor.get("//api/v1/profile").status == 200


def test_D_37_a_zone_whose_plus_was_lost(vendor):
    vendor.tracked(action_id=fresh("ZONE-"))
    answer = vendor.request("GET", "/api/v1/conversions?start_date=2020-01-01T00:00:00+01:00")
    assert answer.status == 200 and answer.json["data"]


@pytest.mark.parametrize("query", ["status=pending&status=approved", "status[]=pending", "status%5B%5D=pending", "limit=1&limit=2"])
def test_D_35_a_filter_that_stands_twice_is_refused(vendor, query):
    check_error(vendor.request("GET", f"/api/v1/conversions?{query}"), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("amount, cents", [(".5", 50), ("5.", 500)])
def test_D_37_amounts_as_people_write_them(vendor, amount, cents):
    assert shown(vendor, vendor.tracked(sum=amount, action_id=fresh("AMT-")))["saleAmountCents"] == cents


# The log of callbacks, and what caches and browsers may do with answers

def test_AF_43_refused_callbacks_do_not_fill_the_log(vendor):
    name = vendor.core.json("callback", "create", "--account", vendor.account)["id"]
    stranger = Client(vendor.world.core.port, "affspace.localhost")
    fields = {"X-Forwarded-For": "203.0.113.77", "X-Forwarded-Proto": "https"}
    statuses = [stranger.get(f"/pb/{name}?clickid=x", fields=fields).status for _ in range(200)]
    assert statuses.count(401) <= 60 and statuses[-1] == 429
    count = vendor.world.stack.value(
        f"select count(*) from postback_log l join postback_endpoints e on e.id = l.endpoint_id where e.public_id = '{name}'")
    assert int(count) <= 60


@pytest.mark.parametrize("path", ["/api/v1/profile", "/api/v1/nothing", "/health", "/pb/nothing"])
def test_D_31_no_cache_keeps_an_answer(vendor, path):
    fields = vendor.get(path).fields
    assert fields["x-content-type-options"] == "nosniff", (path, fields)
    assert "no-store" in fields["cache-control"], (path, fields)


def test_D_31_no_cache_keeps_an_answer_of_the_edge(world):
    tracker = Client(world.edge.port, "selgeo.localhost")
    for answer in (tracker.post_json("/v1/clicks", {"ref": world.selgeo.code}, {"X-Public-Key": world.selgeo.public_key}),
                   tracker.post_json("/v1/clicks", {"ref": "nobody"}, {"X-Public-Key": world.selgeo.public_key}),
                   tracker.get("/v1/clicks")):
        assert answer.fields["x-content-type-options"] == "nosniff", answer
        assert "no-store" in answer.fields["cache-control"], answer
