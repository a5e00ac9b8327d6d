"""What PostgreSQL cannot do in time is 503, in the caller's dialect or as a page: a call waits neither for a lock nor for a
statement longer than core's configuration says."""

import contextlib

import pytest

from baclique_api import Creator
from http_client import Client
from pages_browser import heading, PASSWORD, Person
from stack import Stack
from world import World


@pytest.fixture(scope="module")
def hurried():
    """An installation with little patience."""
    with Stack(core_settings={"FOOTFALL_CORE_POSTGRES_STATEMENT_TIMEOUT_MS": 1_500, "FOOTFALL_CORE_POSTGRES_LOCK_TIMEOUT_MS": 500}) as stack:
        yield World(stack)


@contextlib.contextmanager
def locked(world, table):
    """Somebody holds the whole table."""
    holder = world.stack.postgres.connect()
    holder.autocommit = False
    try:
        with holder.cursor() as cursor:
            cursor.execute(f"lock table {table} in access exclusive mode")
        yield
    finally:
        holder.rollback()
        holder.close()


def calls(world):
    """dialect → (a reading call, its status, whether a body is a refusal in the dialect)."""
    def call(host, path, **fields):
        return lambda: Client(world.edge.port, host).get(path, fields)
    bearer = lambda merchant: {"Authorization": f"Bearer {merchant.secret_key}"}
    return {"baclique": (call("baclique.localhost", "/v1/campaigns", **bearer(world.baclique)), 200, lambda body: list(body) == ["error"]),
            "selgeo": (call("selgeo.localhost", "/api/v1/audit/conversions/conv_nothere", **bearer(world.selgeo)), 404, lambda body: body["statusCode"] == 503 and body["code"]),
            "affspace": (call("affspace.localhost", "/api/v1/offers", **{"X-API-Key": world.affspace.secret_key}), 200,
                         lambda body: body["success"] is False and body["error"]),
            "affily": (call("affily.localhost", "/v1/offers", **bearer(world.affily)), 200, lambda body: body["error"]["code"])}


@pytest.mark.parametrize("dialect", ["baclique", "selgeo", "affspace", "affily"])
def test_D_64_a_lock_that_others_hold_is_503_in_the_dialect(hurried, dialect):
    call, status, is_refusal = calls(hurried)[dialect]
    assert call().status == status
    with locked(hurried, "campaigns, conversions"):
        answer = call()
    assert answer.status == 503 and int(answer.fields["retry-after"]) >= 1 and is_refusal(answer.json), answer.text
    assert call().status == status


def test_D_64_a_lock_that_others_hold_is_a_page_for_people(hurried):
    person = Person(hurried)
    page = person.get("/portal/log-in")
    with locked(hurried, "users, sessions"):
        answer = person.send("/portal/log-in", page, email="a@example.com", password=PASSWORD)
    assert answer.status == 503 and heading(answer) == "One moment, please" and int(answer.fields["retry-after"]) >= 1
    assert "text/html" in answer.fields["content-type"]
    assert person.log_in("a@example.com").status == 403


def test_D_64_a_statement_that_takes_too_long_is_503_and_changes_nothing(hurried):
    owner = Creator(hurried)
    sql = hurried.stack.query
    sql("create function dawdle() returns trigger language plpgsql as 'begin perform pg_sleep(30); return new; end'")
    sql("create trigger dawdle before insert on campaigns for each row execute function dawdle()")
    try:
        answer = owner.client.post_json("/v1/campaigns", {"name": "Slow", "target_url": "https://example.com/", "type": "CPA",
                                                          "commission_type": "percentage", "commission_value": 10},
                                        {"Authorization": f"Bearer {owner.key}"})
    finally:
        sql("drop function dawdle() cascade")
    assert answer.status == 503 and list(answer.json) == ["error"] and int(answer.fields["retry-after"]) >= 1
    assert sql("select count(*) from campaigns where name = 'Slow'") == [(0,)]
    assert owner.campaign()["id"]


def test_D_64_commands_of_the_operator_wait_as_long_as_it_takes(hurried):
    sql = hurried.stack.query
    sql("create function dawdle() returns trigger language plpgsql as 'begin perform pg_sleep(3); return new; end'")
    sql("create trigger dawdle before insert on campaigns for each row execute function dawdle()")
    try:
        assert hurried.create_campaign()
    finally:
        sql("drop function dawdle() cascade")
