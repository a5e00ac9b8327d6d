"""The pages of affiliates in a real Chromium (tests/browser/pages.test.mjs)."""

import json
import os
import subprocess
from urllib.parse import urlsplit

import npm
from baclique_api import Creator, fresh
from mail_server import link_in
from pages_browser import heading, Person
from pages_people import Affiliate, Applicant, Owner
from stack import ROOT

BROWSER_TESTS = ROOT / "tests" / "browser"


def test_in_a_real_chromium(world):
    """BAC-49: from the invitation to the first credited conversion. An affiliate who has brought clicks and sales before comes back by another invitation, so that the portal has
    something to show."""
    owner = Creator(world)
    owner.core.run("account", "set", owner.account, "--name", "Alpine Outfitters")
    port = world.edge.port
    links = []
    for _ in range(4):   # three ways, and by keyboard
        campaign = owner.campaign(name=fresh("Summer Sale"), commission_value=12.5)["id"]
        email = f"{fresh('jane')}@example.com"
        affiliate = owner.core.json("affiliate", "join", "--campaign", owner.campaign(name="Winter boots")["id"], "--email", email)
        code = affiliate["link"]["code"]
        world.wait_live(code)
        for click in [owner.click(code) for _ in range(5)]:
            world.stack.click(click)
        for number, amount in enumerate((120, 59.9, 240)):
            made = owner.done("POST", "/v1/conversions", {"campaign_id": affiliate["enrolment"]["campaign"], "affiliate_code": code,
                                                          "external_id": fresh("O"), "amount": amount})["id"]
            if number == 1:
                owner.done("POST", f"/v1/conversions/{made}/reject", {"reason": "returned"})
            if number == 2:
                owner.core.run("conversion", "approve", made)
        link = owner.done("POST", f"/v1/campaigns/{campaign}/affiliates", {"email": email})["invite_link"]
        links.append(f"http://baclique.localhost:{port}/c/" + link.split("/c/")[1])
    address = f"{fresh('creator')}@example.com"
    creator = Creator(world, "--email", address)
    creator.core.run("account", "set", creator.account, "--name", "Alpine Outfitters")
    campaign = creator.campaign(name="Members only", visibility="private")["id"]
    invitation = creator.done("POST", f"/v1/campaigns/{campaign}/affiliates", {"email": f"{fresh('zoe')}@example.com"})["invite_link"]
    Person(world).accept(invitation, name="Zoe Applicant")
    application = link_in(world.stack.mails.mail_to(address))
    pages = further_pages(world, owner)
    npm.install(BROWSER_TESTS)
    done = subprocess.run(["node", "--test", "pages.test.mjs"], cwd=BROWSER_TESTS, text=True, capture_output=True, timeout=900,
                          env=os.environ | {"FOOTFALL_PAGES": json.dumps(pages)} | {"FOOTFALL_INVITATIONS": " ".join(links), "FOOTFALL_KEY": owner.key,
                                            "FOOTFALL_MAILS": str(world.stack.mails.folder), "FOOTFALL_APPLICATION": application})
    assert done.returncode == 0, done.stdout + done.stderr


def further_pages(world, owner):
    """Those that no way of an affiliate leads to, with the heading by which each is known."""
    private = Owner(world)
    private.core.run("account", "set", private.account, "--name", "Alpine Outfitters")
    waiting, approved, rejected = (Applicant(private, name=name) for name in ("Zoe Waiting", "Ann Approved", "Ray Rejected"))
    links = {one: one.link_for_owner() for one in (waiting, approved, rejected)}
    for one, decision in ((approved, "approve"), (rejected, "reject")):
        creator = Person(world)
        creator.send("/portal/application", creator.get(links[one]), token=links[one].split("token=")[1], decision=decision)
    member = Affiliate(owner)
    invite = lambda campaign, email: owner.done("POST", f"/v1/campaigns/{campaign}/affiliates", {"email": email})["invite_link"]
    ended, running, address = owner.campaign()["id"], owner.campaign()["id"], f"{fresh('reader')}@example.com"
    archived, newer = invite(ended, address), invite(running, address)
    owner.done("DELETE", f"/v1/campaigns/{ended}")
    expired = invite(running, f"{fresh('late')}@example.com")
    world.stack.query("update invites set expires_at = now() where token_hash = sha256(%s::bytea)", (expired.split("=")[1],))
    invite(running, address)
    running_link = invite(running, f"{fresh('runner')}@example.com")
    reviewed = owner.core.json("campaign", "create", "--account", world.selgeo.account, "--name", "Maps of the Alps", "--target", "https://shop.example/",
                               "--commission", "10%", "--tier", "50=12.5%", "--tier", "200=15%", "--goal", "newsletter=1.50", "--hold", "14d")
    tested = owner.core.json("campaign", "create", "--account", world.selgeo.account, "--name", "Dress rehearsal", "--target", "https://shop.example/",
                             "--commission", "10%", "--mode", "test")
    elsewhere = invite(owner.campaign()["id"], f"{fresh('somebody')}@example.com")
    path = lambda link: "/c/" + link.split("/c/")[1]
    seen_by = lambda person: {"session": person.cookies["session"]}
    link_of = lambda person: f"/portal/link?campaign={person.campaign['id']}"
    pages = [{"name": "waiting", "path": link_of(waiting), **seen_by(waiting)}, {"name": "rejected", "path": link_of(rejected), **seen_by(rejected)},
             {"name": "expired", "path": path(expired)}, {"name": "archived", "path": path(archived)}, {"name": "newer", "path": path(newer)},
             {"name": "forged", "path": "/c/summer?invite=forged"}, {"name": "used-by-another", "path": path(member.invitation)},
             {"name": "logged-in-as-another", "path": path(elsewhere), **seen_by(member)},
             {"name": "private", "path": path(invite(owner.campaign(visibility="private")["id"], address))},
             {"name": "campaign", "path": path(running_link).split("?")[0]}, {"name": "campaign-of-nobody", "path": "/c/nobodys"},
             {"name": "campaign-reviewed", "path": urlsplit(reviewed["join_url"]).path},
             {"name": "campaign-logged-in", "path": path(running_link).split("?")[0], **seen_by(member)},
             {"name": "campaign-of-test-mode", "path": urlsplit(tested["join_url"]).path},
             {"name": "decide", "path": links[waiting]}, {"name": "decided-approved", "path": links[approved]},
             {"name": "decided-rejected", "path": links[rejected]}, {"name": "decide-forged", "path": "/portal/application?token=forged"},
             {"name": "join-forged", "path": "/portal/join?token=forged"}, {"name": "reset-forged", "path": "/portal/reset?token=forged"},
             {"name": "portal-empty", "path": "/portal", **seen_by(waiting)}, {"name": "nothing-there", "path": "/portal/nothing"}]
    for page in pages:
        reader = Person(world)
        if "session" in page:
            reader.cookies["session"] = page["session"]
        page["heading"] = heading(reader.get(page["path"]))
    assert len({page["heading"] for page in pages}) >= 12
    return pages
