"""What an affiliate sees of a long history: conversions page by page, figures as a table, and everything as JSON."""

import datetime
import html
import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from baclique_api import Creator, fresh
from pages_browser import Person
from pages_people import Affiliate
from servers import wait_until


@pytest.fixture(scope="module")
def owner(world):
    return Creator(world)


def rows(page, table):
    """The cells of a table's body, row by row."""
    body = page.text.split(f'aria-label="{table}"')[1].split("<tbody>")[1].split("</tbody>")[0]
    cells = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>")
    return [[html.unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in cells.findall(row)] for row in body.split("<tr>")[1:]]


def link_called(page, text):
    """Where the link of that text leads; none: there is none."""
    found = re.search(rf'href="([^"]*)">{text}</a>', page.text)
    return html.unescape(found[1]).split("#")[0] if found else None


def today():
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def test_conversions_come_page_by_page(owner):
    person = Affiliate(owner)
    sales = [person.sale(amount=number + 1) for number in range(103)]
    amounts = [f"{number + 1}.00 EUR" for number in reversed(range(len(sales)))]
    pages = [person.get("/portal?days=7")]
    while link_called(pages[-1], "Older"):
        pages.append(person.get(link_called(pages[-1], "Older")))
    assert [len(rows(page, "Conversions")) for page in pages] == [50, 50, 3]
    assert [row[2] for page in pages for row in rows(page, "Conversions")] == amounts
    assert link_called(pages[0], "Newest") is None and link_called(pages[2], "Newest") == "/portal?days=7"
    assert 'aria-current="page">7 days' in pages[2].text
    for forged in ("x", "conv_nothere", "'", "a" * 5000):
        assert "There are no earlier ones." in person.get(f"/portal?before={forged}").text
    stranger = Affiliate(owner)
    assert "None yet." in stranger.get("/portal").text and "There are no earlier ones." in stranger.get(f"/portal?before={sales[50]}").text


def test_figures_stand_in_a_table_too(owner):
    """Commission and all clicks by day, for who cannot see the charts."""
    person = Affiliate(owner)
    owner.world.wait_live(person.code)
    clicks = [owner.click(person.code) for _ in range(3)]
    owner.world.edge.client().get(f"/{person.code}", agent="Googlebot/2.1")
    for click in clicks:
        owner.world.stack.click(click)
    approved, paid, old = person.sale(), person.sale(), person.sale(amount=50)
    person.sale(currency="USD", amount=70)
    for verb, one in (("approve", approved), ("approve", paid), ("pay", paid)):
        owner.core.run("conversion", verb, one)
    owner.world.stack.query("update conversions set created_at = created_at - interval '3 days' where public_id = %s", (old,))
    page = wait_until(lambda: (lambda page: page if '<p class="figure">3</p>' in page.text else None)(person.get("/portal?days=7")), what="the clicks counted")
    now, before = rows(page, "Figures by day")
    everything = int(re.search(r"of people; (\d+) in all", page.text)[1])
    assert everything >= 4
    assert now == [today(), "3", str(everything), "3", "7.00 USD", "10.00 EUR", "10.00 EUR"]
    assert before[1:] == ["0", "0", "1", "5.00 EUR", "–", "–"]
    summaries = re.findall(r'<svg class="chart" role="img" aria-label="([^"]*)"', page.text)
    assert summaries == [f"3 clicks of people, {everything} in all in 7 days", "4 conversions in 7 days",
                         "Commission in 7 days: 5.00 EUR pending, 10.00 EUR approved, 10.00 EUR paid",
                         "Commission in 7 days: 7.00 USD pending, 0.00 USD approved, 0.00 USD paid"]
    scales = re.findall(r'<div class="scale" aria-hidden="true"><span>(\d+)</span><span>(\d+)</span><span>0</span>', page.text)
    assert len(scales) == 4 and scales[1:] == [("10", "5"), ("20", "10"), ("10", "5")]


def test_BA_40_my_data_holds_everything(owner):
    person = Affiliate(owner)
    second = Person(owner.world, "203.0.113.61")
    second.log_in(person.email)
    rejected = person.sale()
    owner.done("POST", f"/v1/conversions/{rejected}/reject", {"reason": "the goods came back"})
    left = owner.campaign()
    person.accept(owner.done("POST", f"/v1/campaigns/{left['id']}/affiliates", {"email": person.email})["invite_link"], password="")
    owner.done("DELETE", f"/v1/campaigns/{left['id']}/affiliates/{person.id}")
    owner.done("POST", f"/v1/campaigns/{owner.campaign()['id']}/affiliates", {"email": person.email})
    owner.core.run("affiliate", "set", person.id, "--name", "Jane as the merchant calls her", "--reason", "she married")
    further = owner.core.json("link", "create", "--campaign", person.campaign["id"], "--affiliate", person.id)["code"]
    owner.core.run("promo", "create", "--campaign", person.campaign["id"], "--affiliate", person.id, "--code", fresh("JANE"))
    answer = person.get("/portal/data.json")
    data = answer.json
    assert data["part"] == 1 and data["next"] is None and (data["email"], data["name"]) == (person.email, "Jane Doe")
    assert data["merchants"][0]["name"] == "Jane as the merchant calls her" and data["merchants"][0]["merchant"] == "Acme"
    standing = {one["campaign"]: one for one in data["campaigns"]}
    assert standing[person.campaign["name"]]["status"] == "active" and standing[person.campaign["name"]]["code"] == person.code
    assert standing[left["name"]]["status"] == "removed" and standing[left["name"]]["removed_at"]
    assert [one["accepted_at"] is not None for one in data["invitations"]] == [True, True, False]
    (sale,) = data["conversions"]
    assert (sale["id"], sale["status"], sale["rejection_note"], sale["commission_minor"]) == (rejected, "rejected", "the goods came back", 1000)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", sale["created_at"])
    assert len(data["sessions"]) == 2 and {one["address"] for one in data["sessions"]} == {person.address, "203.0.113.61"}
    assert max(Counter(one["day"] for one in data["portal_visitors"]).values()) == 2   # two places
    assert [one["campaign"] for one in data["consents"]] == [person.campaign["name"], left["name"]]
    assert {"affiliate.join", "affiliate.update", "enrolment.status"} <= {one["action"] for one in data["history"]}
    change = [one for one in data["history"] if one["action"] == "affiliate.update"][-1]
    assert (change["reason"], change["details"]) == ("she married", {"name": "Jane as the merchant calls her"})
    assert [one["code"] for one in data["links"] if one["status"] != "deleted" and one["campaign"] == person.campaign["name"]] == [person.code, further]
    assert [one["code"][:4].upper() for one in data["promo_codes"]] == ["JANE"]
    assert data["days"] == [] and data["postbacks"] == [] and data["mails"] == []
    for secret in ("password", "hash", "token"):
        assert secret not in answer.text


def test_BA_40_my_data_of_a_long_history_comes_in_parts(owner):
    person = Affiliate(owner)
    owner.world.stack.query("insert into audit (account_id, actor, action, subject) select account_id, 'cli:test', 'test.' || n, public_id from affiliates, "
                            "generate_series(1, 2100) n where public_id = %s", (person.id,))
    parts, path = [], "/portal/data.json"
    while path:
        answer = person.get(path)
        parts.append(answer.json)
        assert f'filename="my-data{"" if len(parts) == 1 else f"-{len(parts)}"}.json"' in answer.fields["content-disposition"]
        after = answer.json["next"]
        path = f"{urlsplit(after).path}?{urlsplit(after).query}" if after else None
    assert [len(part["history"]) for part in parts] == [1000, 1000, 101]
    actions = [one["action"] for part in parts for one in part["history"]]
    assert actions == ["affiliate.join"] + [f"test.{number}" for number in range(1, 2101)]
    assert [len(part["campaigns"]) for part in parts] == [1, 0, 0]
    for wrong in ("0", "-1", "x", "1x", "100001", "99999999999999999999"):
        assert person.get(f"/portal/data.json?part={wrong}").status == 404
    assert person.get("/portal/data.json?part=100000").json["history"] == []


# Of what refers to a person, by which list of their data it is told …
TOLD_BY = {"affiliates": "merchants", "enrolments": "campaigns", "links": "links", "promo_codes": "promo_codes", "conversions": "conversions",
           "click_rollups": "days", "webhook_endpoints": "postbacks", "sessions": "sessions", "consents": "consents",
           "portal_visitors": "portal_visitors"}
# … and why it is not.
NOT_TOLD = {"clicks": "a click is its visitor's; counted in days", "click_conflicts": "copies of clicks that came twice",
            "events": "what a visitor did; counted by its conversion", "erasures": "which visitors' clicks were erased",
            "password_resets": "a hash of a link that is good for an hour", "dashboard_sessions": "of a merchant's user, not of these",
            "dashboard_password_resets": "of a merchant's user, not of these", "payouts": "settles conversions that are told as paid",
            "conversion_rollups": "sums of conversions that are told one by one",
            "affiliate_conversions": "how many conversions there are that are told one by one"}


def test_BA_40_every_table_that_refers_to_a_person_is_in_their_data_or_has_a_reason(owner):
    tables = {row[0] for row in owner.world.stack.query(
        "select distinct c.table_name from information_schema.columns c join pg_class t on t.oid = c.table_name::regclass where "
        "c.table_schema = 'public' and c.column_name in ('affiliate_id', 'user_id') and not t.relispartition and t.relkind in ('r', 'p')")}
    assert tables - NOT_TOLD.keys() == TOLD_BY.keys() and not TOLD_BY.keys() & NOT_TOLD.keys() and NOT_TOLD.keys() <= tables
    assert set(TOLD_BY.values()) <= Affiliate(owner).get("/portal/data.json").json.keys()
