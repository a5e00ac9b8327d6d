"""The pages of affiliates in a real Chromium (tests/browser/pages.test.mjs)."""

import os
import subprocess

from baclique_api import Creator, fresh
from mail_server import link_in
from pages_browser import Person
from stack import ROOT

BROWSER_TESTS = ROOT / "tests" / "browser"


def test_in_a_real_chromium(world):
    """BAC-49: from the invitation to the first credited conversion. An affiliate who has brought clicks and sales before comes back by another invitation, so that the portal has
    something to show."""
    owner = Creator(world)
    owner.core.run("account", "set", owner.account, "--name", "Alpine Outfitters")
    port = world.edge.port
    links = []
    for _ in range(3):
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
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--omit=optional"], cwd=BROWSER_TESTS, check=True, capture_output=True, timeout=300)
    done = subprocess.run(["node", "--test", "pages.test.mjs"], cwd=BROWSER_TESTS, text=True, capture_output=True, timeout=300,
                          env=os.environ | {"FOOTFALL_INVITATIONS": " ".join(links), "FOOTFALL_KEY": owner.key,
                                            "FOOTFALL_MAILS": str(world.stack.mails.folder), "FOOTFALL_APPLICATION": application})
    assert done.returncode == 0, done.stdout + done.stderr
