"""What a Selgeo partner gets on the pages beside the short link, and an invitation of test mode."""

import html
import re
from urllib.parse import urlsplit

from baclique_api import Creator, fresh
from http_client import Client
from pages_browser import heading, Person
from pages_people import Affiliate


def test_a_partner_sees_every_way_to_earn(world):
    """Selgeo's partners: the short link, the merchant's page with their code, and their promo codes."""
    email, core = f"{fresh('partner')}@example.com", world.core
    program = world.create_campaign(target="https://shop.example/maps?lang=en&click={click_id}#top")
    person = Person(world)
    joined = person.accept(core.json("affiliate", "invite", "--campaign", program, "--email", email)["invite_link"])
    row = next(row for row in core.json("affiliate", "list", "--campaign", program)["affiliates"] if row["email"] == email)
    code = row["enrolment"]["code"]
    address = html.unescape(re.search(r'id="page_url" value="([^"]*)"', joined.text)[1])
    assert address == f"https://shop.example/maps?lang=en&ref={code}#top"
    assert "Your promo codes" not in joined.text
    used, ended = fresh("SPRING").upper(), fresh("GONE").upper()
    for promo in (used, ended):
        made = core.json("promo", "create", "--campaign", program, "--affiliate", row["id"], "--code", promo)
    core.run("promo", "disable", made["id"])
    page = person.get(f"/portal/link?campaign={program}").text
    assert f"<code>{used}</code>" in page and ended not in page
    world.wait_live(code)
    tracker = Client(world.edge.port, "selgeo.localhost")
    answer = tracker.post_json("/v1/clicks", {"ref": code, "page_url": address}, {"X-Public-Key": world.selgeo.public_key})
    assert answer.status == 201, answer.text   # the code of the page is one that the snippet's endpoint takes


def test_SELX_16_in_test_mode_nobody_gets_a_mail_or_an_account(world):
    email, core = f"{fresh('tester')}@example.com", world.core
    program = world.create_campaign(None, "https://shop.example/", "--mode", "test")
    link = core.json("affiliate", "invite", "--campaign", program, "--email", email)["invite_link"]
    person = Person(world)
    page = person.get(urlsplit(link).path + "?" + urlsplit(link).query)
    assert "test mode" in page.text and 'name="password"' not in page.text
    assert heading(person.ask_to_join(link, page=page)) == "You are in"
    row = next(row for row in core.json("affiliate", "list", "--campaign", program)["affiliates"] if row["email"] == email)
    assert row["enrolment"]["status"] == "active"
    audit = core.json("audit", "list", "--subject", row["id"])["audit"]
    assert [(entry["action"], entry["actor"]) for entry in audit] == [("affiliate.join", f"invitation:{program}")]
    assert world.stack.value("select count(*) from users where email = %s", (email,)) == 0
    assert world.stack.value("select count(*) from mails where recipient = %s", (email,)) == 0
    assert Person(world).get(urlsplit(link).path + "?" + urlsplit(link).query).status == 410   # it was used


def test_other_dialects_have_no_snippet(world):
    jane = Affiliate(Creator(world))
    page = jane.get(f"/portal/link?campaign={jane.campaign['id']}").text
    assert 'id="url"' in page and 'id="page_url"' not in page
