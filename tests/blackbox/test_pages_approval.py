"""Private campaigns: who runs one approves or rejects by the link of a mail or by the API, and the affiliate hears of it."""

import html
import re

import pytest

from baclique_api import check_error, Creator, fresh
from mail_server import link_in
from pages_browser import heading, own_link, Person
from pages_people import Applicant, Owner
from servers import wait_until

ROUTES = ["baclique POST /v1/campaigns/{campaign_id}/affiliates/{affiliate_id}/approve",
          "baclique POST /v1/campaigns/{campaign_id}/affiliates/{affiliate_id}/reject"]
NASTY = '<script>alert(1)</script>"><b>'


@pytest.fixture(scope="module")
def owner(world):
    return Owner(world)


def decide(person, link, decision):
    page = person.get(link)
    return person.send("/portal/application", page, token=link.split("token=")[1], decision=decision)


def test_BA_38_the_link_of_a_mail_approves(owner):
    applicant = Applicant(owner)
    link = applicant.link_for_owner()
    creator = Person(owner.world)
    page = creator.get(link)
    assert page.status == 200 and heading(page) == applicant.campaign["name"]
    assert applicant.email in page.text and "Jane Doe" in page.text and applicant.status() == "pending"   # looking decides nothing
    answer = decide(creator, link, "approve")
    assert "Jane Doe is approved" in answer.text and applicant.status() == "active"
    shown = applicant.get(f"/portal/link?campaign={applicant.campaign['id']}")
    assert own_link(shown) == applicant.row()["unique_link"]
    mail = owner.mails.mail_to(applicant.email, 2)
    assert mail["Subject"] == f"You are in: {applicant.campaign['name']}"
    assert link_in(mail) == f"/portal/link?campaign={applicant.campaign['id']}"


def test_BA_38_the_creators_page_is_no_page_of_the_portal(owner):
    """Also in the browser of somebody who is logged in to the portal."""
    applicant = Applicant(owner)
    link = applicant.link_for_owner()
    for path in (link, link + "x"):
        page = applicant.get(path)
        header = page.text.split("<main")[0]
        assert "Applications" in header and "Log out" not in header and "/portal/profile" not in header and 'href="/portal"' not in header
    assert "is approved" in decide(applicant, link, "approve").text
    assert "Log out" in applicant.get("/portal").text


def test_BA_38_what_was_decided_by_the_link_stays(owner):
    applicant = Applicant(owner)
    link = applicant.link_for_owner()
    page = Person(owner.world).get(link)
    first, second = Person(owner.world), Person(owner.world)
    assert "is rejected" in decide(first, link, "reject").text
    second_page = second.get(link)
    assert "is rejected" in second_page.text and "<button" not in second_page.text.split("<main")[1]
    token = second.token(second.get("/portal/log-in"))
    answer = second.request("POST", "/portal/application", {"form_token": token, "token": link.split("token=")[1], "decision": "approve"})
    assert "is rejected" in answer.text and applicant.status() == "rejected" and page.status == 200
    mail = owner.mails.mail_to(applicant.email, 2)
    assert mail["Subject"] == f"Your application: {applicant.campaign['name']}" and "has not accepted" in mail.get_content()
    assert "Not accepted" in applicant.get("/portal").text


def test_BA_37_the_api_approves_and_rejects(owner):
    applicant = Applicant(owner)
    path = f"{applicant.route}/{applicant.id}"
    assert owner.done("POST", f"{path}/reject") == {"success": True, "message": "Affiliate rejected"} and applicant.status() == "rejected"
    assert owner.done("POST", f"{path}/reject")["success"]
    assert owner.done("POST", f"{path}/approve") == {"success": True, "message": "Affiliate approved"} and applicant.status() == "active"
    assert owner.done("POST", f"{path}/approve")["success"]
    check_error(owner.request("POST", f"{path}/reject"), 400, "Affiliate is not pending")
    owner.core.run("affiliate", "set-status", applicant.id, "suspended", "--campaign", applicant.campaign["id"])
    check_error(owner.request("POST", f"{path}/approve"), 400, "Affiliate is not pending")
    check_error(owner.request("POST", f"{applicant.route}/aff_nothere/approve"), 404, "Affiliate not found")
    check_error(owner.request("POST", f"/v1/campaigns/cmp_nothere/affiliates/{applicant.id}/approve"), 404, "Campaign not found")
    owner.done("DELETE", path)
    check_error(owner.request("POST", f"{path}/approve"), 404, "Affiliate not found")
    stranger = Creator(owner.world)
    check_error(stranger.request("POST", f"{path}/approve"), 404, "Campaign not found")


def test_BA_37_a_decision_is_in_the_audit_trail(owner):
    applicant = Applicant(owner)
    decide(Person(owner.world), applicant.link_for_owner(), "approve")
    audit = owner.core.json("audit", "list", "--subject", applicant.id)["audit"]
    assert [(row["action"], row["actor"].split(":")[0]) for row in audit][:1] == [("enrolment.status", "mail-link")]


def test_no_mail_to_a_creator_without_an_address(owner):
    nobody = Creator(owner.world)
    nobody.mails = owner.mails
    nobody.email = None
    applicant = Applicant(nobody)
    nobody.done("POST", f"{applicant.route}/{applicant.id}/approve")
    owner.mails.mail_to(applicant.email, 2)   # mails leave in their order: one to the creator would be there by now
    assert [mail["To"] for mail in owner.mails.all() if applicant.campaign["name"] in str(mail["Subject"])] == [applicant.email] * 2


def test_attacks_on_the_link(owner):
    applicant = Applicant(owner, name=NASTY)
    link = applicant.link_for_owner()
    page = Person(owner.world).get(link)
    assert NASTY not in page.text and NASTY in html.unescape(page.text)
    token = link.split("token=")[1]
    stranger = Person(owner.world)
    stranger.get("/portal/log-in")
    assert stranger.request("POST", "/portal/application", {"token": token, "decision": "approve"}).status == 403
    assert decide(stranger, link, "delete").status == 400 and applicant.status() == "pending"
    for forged in ("", "x" * 32, "x" * 500, token[:-1]):
        assert Person(owner.world).get(f"/portal/application?token={forged}").status == 410
    assert token not in owner.world.stack.value("select string_agg(l::text, ' ') from application_links l")
    owner.world.stack.query("update application_links set expires_at = now()")
    assert Person(owner.world).get(link).status == 410
    guesser = Person(owner.world, "203.0.113.201")
    assert [guesser.get(f"/portal/application?token=guess{n}").status for n in range(31)] == [410] * 30 + [429]
    assert applicant.status() == "pending"


def test_a_newer_application_has_a_newer_link(owner):
    """Who was rejected is invited again, and applies again."""
    applicant = Applicant(owner)
    first = applicant.link_for_owner()
    decide(Person(owner.world), first, "reject")
    link = owner.done("POST", applicant.route, {"email": applicant.email})["invite_link"]
    applicant.accept(link, password="")
    assert applicant.status() == "pending"
    second = wait_until(lambda: (again := applicant.link_for_owner()) != first and again, what="a newer mail")
    assert Person(owner.world).get(first).status == 410
    assert "is approved" in decide(Person(owner.world), second, "approve").text
    assert re.search(r'id="url"', applicant.get(f"/portal/link?campaign={applicant.campaign['id']}").text)
