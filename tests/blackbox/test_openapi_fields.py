"""What the OpenAPI documents say of requests (D-48): every field that they name is read, a body that they require is
missed, and the header fields that calls take stand there."""

import json

import openapi_check
import pytest
from affily_advertiser import Advertiser
from affspace_vendor import Vendor
from baclique_api import Creator
from http_client import Client, numbered_address
from selgeo_dashboard import Dashboard
from stack import Stack
from webhook_shop import SETTINGS, Shop
from world import World

CREDENTIALS = {"secure", "merchant"}   # keys, for where no header has one
SAMPLES = {"target_url": "https://shop.example/", "currency": "EUR", "commission": {"percent": 10}, "percent": 10}
NO_TEXT = "%FF"   # of no query's parameter
numbers = iter(range(1, 60_000))


@pytest.fixture(scope="module")
def stack():
    with Stack({**SETTINGS, "FOOTFALL_CORE_DEPOSITS_SANDBOX": "true"}) as stack:
        yield stack


@pytest.fixture(scope="module")
def callers(stack):
    """By dialect: who calls, and what stands for each parameter of a path."""
    world = World(stack, only=("selgeo",))
    shop = Shop(stack)
    dashboard = Dashboard(stack, shop.account)
    creator, vendor, advertiser = Creator(world), Vendor(world), Advertiser(world)
    webhook = dashboard.post("/api/v1/webhooks", {"url": "http://127.0.0.1:1/"}).json["id"]
    deposit = advertiser.request("POST", "/v1/deposits", {"amount": 100, "method": "stripe"}).json["id"]
    endpoint = stack.core.json("callback", "create", "--account", vendor.account)
    return {
        "selgeo": (shop.key, world.selgeo.public_key, dashboard.tokens["access_token"], {
            "program_id": shop.program, "partner_id": shop.partner, "conversion_id": shop.sell()["id"], "webhook_id": webhook,
            "link_id": dashboard.get("/api/v1/links").json["data"][0]["id"], "promo_id": dashboard.get("/api/v1/promo-codes").json["data"][0]["id"],
            "receiver_id": dashboard.post("/api/v1/stripe-receiver", {"signing_secret": "whsec_0123456789abcdef"}).json["id"]}),
        "baclique": (creator.key, None, None, {"campaign_id": creator.campaign()["id"], "conversion_id": "conv_none"}),
        "affspace": (vendor.key, None, None, {"endpoint_id": endpoint["id"]}),
        "affily": (advertiser.key, None, None, {"conversion_id": advertiser.booked(), "deposit_id": deposit}),
    }


def operations():
    """(dialect, method, path, operation)"""
    for dialect in sorted(openapi_check.DIALECTS.values()):
        for path, methods in openapi_check.document(dialect)["paths"].items():
            for method, operation in methods.items():
                yield dialect, method.upper(), path, operation


def name_of(one):
    return f"{one[0]} {one[1]} {one[2]}"


def resolved(dialect, thing):
    """A schema or a parameter, where the document refers to it; of something or null, the thing."""
    if "anyOf" in thing:
        thing, = [one for one in thing["anyOf"] if one != {"type": "null"}]
    if "$ref" not in thing:
        return thing
    kind, name = thing["$ref"].split("/")[-2:]
    return resolved(dialect, openapi_check.document(dialect)["components"][kind][name])


def parameters(dialect, operation, place):
    return [one for one in (resolved(dialect, one) for one in operation.get("parameters", [])) if one["in"] == place]


def body_of(dialect, operation):
    content = operation.get("requestBody", {}).get("content", {})
    return resolved(dialect, content["application/json"]["schema"]) if content else {}


def sample(dialect, name, schema):
    """Something that fits."""
    schema = resolved(dialect, schema)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if name in SAMPLES:
        return SAMPLES[name]
    if "enum" in schema:
        return schema["enum"][0]
    return {"string": "a@blog.example" if schema.get("format") == "email" else "x", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}[kind]


def wrong(schema):
    """Something that the field does not take."""
    return [[]] if "boolean" in schema.get("type", "") else True


def call(callers, one, body=None, query=""):
    dialect, method, path, operation = one
    secret, public, token, of_path = callers[dialect]
    for name, value in of_path.items():
        path = path.replace("{" + name + "}", value)
    assert "{" not in path, path
    schemes = {name for scheme in operation["security"] for name in scheme}
    fields = {"Content-Type": "application/json"} if body is not None else {}
    if "PublicKey" in schemes:
        fields["X-Public-Key"] = public
    elif schemes:
        fields["Authorization"] = f"Bearer {token if 'Token' in schemes else secret}"
    # From an address of its own: some limits are few calls a minute.
    client = Client(callers["stack"].edge.port, f"{dialect}.localhost", source=numbered_address(9, next(numbers)))
    return client.request(method, path + query, body, fields)


def is_named(answer, field):
    """A refusal says that it is about the field: in a list, or in its one sentence."""
    if answer.status not in (400, 422):
        return False
    error = answer.json["error"]
    if "details" in answer.json:
        return any(detail["field"].split(".")[0] == field for detail in answer.json["details"])
    if isinstance(error, str):
        return field in error
    return field in error["details"]["fields"] if "details" in error else field in error["message"]


@pytest.fixture(scope="module", autouse=True)
def with_stack(stack, callers):
    callers["stack"] = stack


WITH_BODY = [one for one in operations() if one[3].get("requestBody")]
WITH_FIELDS = [one for one in WITH_BODY if body_of(one[0], one[3]).get("properties")]
WITH_QUERY = [one for one in operations() if parameters(one[0], one[3], "query")]


@pytest.mark.parametrize("one", WITH_FIELDS, ids=name_of)
def test_every_field_of_a_body_is_read(callers, one):
    """A value that fits no field is refused by the field's name, also inside of an object."""
    schema = body_of(one[0], one[3])
    fits = {name: sample(one[0], name, schema["properties"][name]) for name in schema.get("required", [])}
    for name, field in schema["properties"].items():
        if name in CREDENTIALS:
            continue
        field = resolved(one[0], field)
        answer = call(callers, one, json.dumps({**fits, name: wrong(field)}).encode())
        assert is_named(answer, name), f"{name}: {answer.status} {answer.text}"
        for inner, inner_field in field.get("properties", {}).items():
            value = {**SAMPLES.get(name, {}), inner: wrong(inner_field)}
            answer = call(callers, one, json.dumps({**fits, name: value}).encode())
            assert is_named(answer, name), f"{name}.{inner}: {answer.status} {answer.text}"


@pytest.mark.parametrize("one", WITH_QUERY, ids=name_of)
def test_every_parameter_of_a_query_is_read(callers, one):
    for parameter in parameters(one[0], one[3], "query"):
        answer = call(callers, one, query=f"?{parameter['name']}={NO_TEXT}")
        assert is_named(answer, parameter["name"]), f"{parameter['name']}: {answer.status} {answer.text}"


@pytest.mark.parametrize("one", [one for one in WITH_BODY if one[3]["requestBody"].get("required")], ids=name_of)
def test_a_body_that_is_required_is_missed(callers, one):
    answer = call(callers, one, b"")
    provider_is_set_up = not one[2].startswith("/hooks/")
    assert answer.status in ((400, 422) if provider_is_set_up else (404,)), answer.text


def test_a_body_that_is_not_required_may_be_missing():
    """Its fields may stand in the query, or there need be none."""
    assert {name_of(one) for one in WITH_BODY if not one[3]["requestBody"].get("required")} == {
        "affily POST /v1/deposits/{deposit_id}/checkout", "affspace POST /api/v1/conversions", "affspace POST /api/v1/events",
        "affspace POST /api/v1/test-sessions", "affspace POST /pb", "affspace POST /pb/{endpoint_id}",
        "baclique POST /v1/conversions/{conversion_id}/reject"}


def test_header_fields_are_parameters():
    named = {name_of(one): {field["name"]: field["required"] for field in parameters(one[0], one[3], "header") if field["name"] != "If-None-Match"}
             for one in operations()}
    assert {operation: fields for operation, fields in named.items() if fields} == {
        "selgeo POST /api/v1/payouts": {"Idempotency-Key": False},
        "selgeo POST /api/v1/stripe-events/{receiver_id}": {"Stripe-Signature": True},
        "affily POST /hooks/stripe": {"Stripe-Signature": True},
        "affily POST /hooks/sunrise_pay": {"Sunrise-Signature": True}}
    for one in operations():
        is_asked_again = any(field["name"] == "If-None-Match" for field in parameters(one[0], one[3], "header"))
        assert is_asked_again == ("304" in one[3]["responses"]), name_of(one)


@pytest.mark.parametrize("dialect, fields", [("selgeo", {"X-Selgeo-Signature", "X-Selgeo-Event"}), ("baclique", {"X-BaClique-Signature", "X-BaClique-Event"})])
def test_header_fields_of_webhooks_are_parameters(dialect, fields):
    for event, webhook in openapi_check.document(dialect)["webhooks"].items():
        assert {field["name"] for field in parameters(dialect, webhook["post"], "header") if field["required"]} == fields, event
