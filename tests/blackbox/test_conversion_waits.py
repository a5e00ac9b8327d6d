"""A conversion waits for its click, on numbers (PROTOCOL.md 12): right after it, while ingest or the edge hold it back,
and after its edge is gone for good."""

import threading
import uuid
from contextlib import contextmanager

import pytest

from http_client import Client, patiently
from load_client import mint_uuid7
from servers import wait_until
from stack import Stack
from world import World

PATH = "/api/v1/conversions"


@pytest.fixture(scope="module")
def own_world():
    with Stack() as stack:
        yield World(stack, only=("baclique", "selgeo", "affspace"))


def click_of(own_world, edge=None):
    tracker = Client((edge or own_world.edge).port, "selgeo.localhost")
    answer = tracker.post_json("/v1/clicks", {"ref": own_world.selgeo.code}, {"X-Public-Key": own_world.selgeo.public_key})
    assert answer.status == 201, answer.text
    return answer.json["click_id"]


def report(port, key, click):
    body = {"event_type": "purchase", "external_transaction_id": uuid.uuid4().hex, "amount_cents": 1000, "currency": "EUR",
            "click_id": click}
    return Client(port, "selgeo.localhost", timeout_s=30).post_json(PATH, body, {"Authorization": f"Bearer {key}"})


def test_SE_29_D_24_right_after_its_click(own_world):
    """Never "unknown" only because the click is on its way."""
    key = own_world.core.json("key", "create", "--account", own_world.selgeo.account, "--kind", "secret", "--limit",
                         "conversions=100000")["value"]
    for _ in range(50):
        click = click_of(own_world)
        answer = patiently(lambda: report(own_world.edge.port, key, click))   # busy machines take longer than the bound
        assert answer.status == 201 and answer.json["attributed"] is True, answer.text


@contextmanager
def without_ingest(stack):
    """A core that serves the API alone, while the one that stores clicks is stopped."""
    api = stack.add_core("api-only", FOOTFALL_CORE_ROLES="api")
    api.start()
    stack.core.terminate()
    try:
        yield api
    finally:
        if stack.core.process.poll() is not None:
            stack.core.start()
        api.terminate()


def patiently_booked(send):
    """The first answer that is not 503, as a client finds it that retries."""
    return wait_until(lambda: (lambda answer: answer if answer.status != 503 else None)(send()), 20, "the click stored")


def test_while_ingest_stops_and_starts(own_world):
    with without_ingest(own_world.stack) as api:
        click = click_of(own_world)
        refused = report(api.port, own_world.selgeo.secret_key, click)
        assert refused.status == 503 and int(refused.fields["retry-after"]) >= 1, refused.text
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(report(api.port, own_world.selgeo.secret_key, click)))
        waiting.start()
        own_world.stack.core.start()
        waiting.join()
        if answers[0].status == 503:   # the machine was slower than the bound: the client retries, as it was told
            answers = [patiently_booked(lambda: report(api.port, own_world.selgeo.secret_key, click))]
        assert answers[0].status == 201 and answers[0].json["attributed"] is True, answers[0].text


def test_SE_29_the_audit_of_a_click_that_nobody_stores(own_world):
    """503, and not "not found", until it is stored."""
    with without_ingest(own_world.stack) as api:
        click = click_of(own_world)
        bearer = {"Authorization": f"Bearer {own_world.selgeo.secret_key}"}
        send = lambda: Client(api.port, "selgeo.localhost", timeout_s=30).get(f"/api/v1/audit/clicks/{click}", bearer)
        refused = send()
        assert refused.status == 503 and int(refused.fields["retry-after"]) >= 1, refused.text
        own_world.stack.core.start()
        answer = patiently_booked(send)
        assert answer.status == 200 and answer.json["click"]["click_id"] == click, answer.text


def test_SE_29_the_audit_of_a_click_that_never_was(own_world):
    """"Not found" after a wait: once all is stored that the edges hold."""
    core = own_world.stack.core
    bearer = {"Authorization": f"Bearer {own_world.selgeo.secret_key}"}
    before = core.total("footfall_conversion_waits_total")
    answer = patiently_booked(lambda: Client(core.port, "selgeo.localhost", timeout_s=30).get(f"/api/v1/audit/clicks/{mint_uuid7()}", bearer))
    assert answer.status == 404 and core.total("footfall_conversion_waits_total") > before, answer.text


def test_AF_34_affspace_does_not_say_click_not_found_of_a_click_on_its_way(own_world):
    with without_ingest(own_world.stack) as api:
        location = own_world.edge.client().get(f"/{own_world.affspace.code}").fields["location"]
        body = {"click_id": location.split("click_id=")[1].split("&")[0], "amount": "10.00", "secure": own_world.affspace.secret_key}
        send = lambda: Client(api.port, "affspace.localhost", timeout_s=30).post_json("/api/v1/conversions", body)
        refused = send()
        assert refused.status == 503 and int(refused.fields["retry-after"]) >= 1, refused.text
        assert refused.json["success"] is False
        own_world.stack.core.start()
        answer = patiently_booked(send)
        assert answer.status == 200 and answer.json["data"]["tracked"] is True, answer.text


def test_nobody_waits_for_what_a_restarted_edge_has_shipped(own_world):
    """Its old incarnation, with or without clicks, is over once the new one speaks and all is stored."""
    stack = own_world.stack
    brief = stack.add_edge("brief")
    for _ in range(3):
        brief.start()
        brief.kill()
    brief.start()
    try:
        def only_the_last_is_open():
            return stack.query("select count(*) from streams where edge = 'brief' and not ended")[0][0] == 1
        wait_until(only_the_last_is_open, 30, "the old incarnations ended")
        unknown = mint_uuid7()
        answer = wait_until(lambda: (lambda a: a if a.status == 201 else None)(
            report(stack.edge.port, own_world.selgeo.secret_key, unknown)), 60, "an unknown click settled")
        assert answer.json["attribution"]["reason"] == "click_unknown"
    finally:
        brief.kill()
        stack.core.run("edge", "retire", "brief")


def test_SE_30_while_an_edge_cannot_ship_and_after_it_was_retired(own_world):
    stack = own_world.stack
    isolated = stack.add_edge("isolated")
    isolated.start()
    wait_until(lambda: Client(isolated.port, "c.localhost").request("HEAD", f"/{own_world.selgeo.code}").status == 302, what="the link there")
    first = click_of(own_world, isolated)
    assert patiently(lambda: report(stack.edge.port, own_world.selgeo.secret_key, first)).json["attributed"] is True
    stack.redis.stop()
    held = click_of(own_world, isolated)   # safe in the log, and nowhere else
    isolated.kill()
    stack.redis.start()
    try:
        refused = report(stack.edge.port, own_world.selgeo.secret_key, held)
        assert refused.status == 503, refused.text

        stack.core.run("edge", "retire", "isolated")
        booked = wait_until(lambda: (lambda a: a if a.status == 201 else None)(
            report(stack.edge.port, own_world.selgeo.secret_key, held)), 20, "the wait ended")
        assert booked.json["attributed"] is False
        assert booked.json["attribution"]["reason"] == "click_unresolved"

        isolated.start()   # its log was not lost after all
        conversion = booked.json["id"]
        shown = wait_until(lambda: (lambda c: c if c["attributed"] else None)(
            stack.core.json("conversion", "show", conversion)), 30, "the late click credited")
        assert shown["commission"] == "1.00" and shown["affiliate"] == own_world.selgeo.affiliate
        assert [step["action"] for step in shown["audit"]] == ["conversion.create", "conversion.resolve"]
    finally:
        isolated.kill()
        stack.core.run("edge", "retire", "isolated")


def test_BA_27_a_click_whose_edge_is_silent_is_credited_later(own_world):
    """BaClique refuses what nobody can be credited for, but not a click that may still come."""
    stack, merchant = own_world.stack, own_world.baclique
    mute = stack.add_edge("mute")
    mute.start()
    wait_until(lambda: mute.client().request("HEAD", f"/{merchant.code}").status == 302, what="the link there")
    visit = lambda: mute.client().get(f"/{merchant.code}").fields["location"].split("baclique_id=")[1]
    stack.click(visit())   # core has heard of this edge
    stack.redis.stop()
    click = visit()
    mute.kill()
    stack.redis.start()
    try:
        client = Client(stack.edge.port, "baclique.localhost", timeout_s=30)
        value = stack.core.json("key", "create", "--account", merchant.account, "--kind", "secret", "--limit", "api=100000")["value"]
        key = {"Authorization": f"Bearer {value}"}
        body = {"campaign_id": merchant.campaign, "click_id": click, "external_id": "LATE-1", "amount": 10}
        refused = client.post_json("/v1/conversions", body, key)
        assert refused.status == 503 and int(refused.fields["retry-after"]) >= 1, refused.text
        stack.core.run("edge", "retire", "mute")
        booked = patiently(lambda: client.post_json("/v1/conversions", body, key))
        assert booked.status == 200 and booked.json["affiliate_id"] is None and booked.json["commission"] == 0
        assert booked.json["campaign_id"] == merchant.campaign
        mute.start()
        listed = lambda: client.get(f"/v1/campaigns/{merchant.campaign}/conversions", key).json["conversions"]
        shown = wait_until(lambda: next((row for row in listed() if row["affiliate_id"]), None), 60, "the late click credited")
        assert shown == booked.json | {"affiliate_id": merchant.affiliate, "commission": 1.0}
    finally:
        mute.kill()
        stack.core.run("edge", "retire", "mute", check=False)   # nothing to retire if its second life was too short to be seen


def test_an_id_that_no_edge_can_have_minted_is_answered_at_once(own_world):
    answer = report(own_world.edge.port, own_world.selgeo.secret_key, str(uuid.uuid4()))
    assert answer.status == 201 and answer.json["attribution"]["reason"] == "click_unknown"


def test_postgres_restarts_and_nothing_of_ours_does(own_world):
    key = own_world.core.json("key", "create", "--account", own_world.selgeo.account, "--kind", "secret", "--limit",
                         "conversions=100000")["value"]
    click = click_of(own_world)
    assert patiently(lambda: report(own_world.edge.port, key, click)).status == 201
    if own_world.stack._database:
        own_world.stack._database.close()
        own_world.stack._database = None
    own_world.stack.postgres.stop("immediate")
    body = {"event_type": "purchase", "external_transaction_id": uuid.uuid4().hex, "amount_cents": 1000, "currency": "EUR",
            "click_id": click}
    client = Client(own_world.edge.port, "selgeo.localhost", timeout_s=30)
    away = client.post_json(PATH, body, {"Authorization": f"Bearer {key}"})
    assert away.status == 503 and away.json["statusCode"] == 503
    own_world.stack.postgres.start()
    answer = wait_until(lambda: (lambda a: a if a.status != 503 else None)(
        client.post_json(PATH, body, {"Authorization": f"Bearer {key}"})), 30, "PostgreSQL used again")
    assert answer.status in (201, 409)   # 409: the try that was answered 503 had been committed
    rows = own_world.stack.value("select count(*) from conversions where external_id = %s", (body["external_transaction_id"],))
    assert rows == 1
    assert own_world.stack.value("select count(*) from (select transaction_id from ledger_entries group by transaction_id, currency "
                            "having sum(amount_minor) <> 0) unbalanced") == 0
