"""BaClique: affiliates (BAC-33…57, BA-14, BA-16…18). One test per row, named by its id."""

import re
import subprocess
import sys
import textwrap
import threading
from datetime import datetime, timezone

import pytest

from baclique_api import check_error, Creator, fresh
from http_client import Client
from servers import wait_until

ROUTES = [
    "baclique GET /v1/campaigns/{campaign_id}/affiliates",
    "baclique POST /v1/campaigns/{campaign_id}/affiliates",
    "baclique DELETE /v1/campaigns/{campaign_id}/affiliates/{affiliate_id}",
]
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class Club:
    """A campaign and its affiliates."""

    def __init__(self, creator, **fields):
        self.creator = creator
        self.world = creator.world
        made = creator.campaign(**fields)
        self.campaign, self.name = made["id"], made["name"]
        self.path = f"/v1/campaigns/{self.campaign}/affiliates"

    def listed(self, **query):
        return self.creator.get(self.path, **query).json

    def ids(self, **query):
        return [row["id"] for row in self.listed(**query)["affiliates"]]

    def join(self, *options):
        joined = self.creator.core.json("affiliate", "join", "--campaign", self.campaign, "--email", f"{fresh('aff')}@example.com", *options)
        return joined["affiliate"]["id"], joined["link"]["code"]

    def invite(self, email):
        return self.creator.request("POST", self.path, {"email": email})

    def stand(self, affiliate, status):
        self.creator.core.run("affiliate", "set-status", affiliate, status, "--campaign", self.campaign)


@pytest.fixture(scope="module")
def club(creator):
    return Club(creator)


def test_BAC_33_37_to_43_BA_34_an_affiliate(creator):
    club = Club(creator)
    assert club.listed() == {"affiliates": [], "pagination": {"limit": 50, "offset": 0, "total": 0}}
    affiliate, code = club.join("--name", "John Doe")
    listed = club.listed()
    assert listed["pagination"] == {"limit": 50, "offset": 0, "total": 1}
    one = listed["affiliates"][0]
    assert list(one) == ["id", "email", "name", "status", "unique_link", "affiliate_code", "joined_at", "stats"]
    assert one["id"] == affiliate and affiliate.startswith("aff_") and one["status"] == "active" and one["name"] == "John Doe"
    assert one["affiliate_code"] == code and re.fullmatch(r"summer-[a-z0-9]{4}", code)
    assert re.fullmatch(rf"https?://c\.localhost(:\d+)?/{code}", one["unique_link"])
    assert re.fullmatch(TIME, one["joined_at"])
    assert one["stats"] == {"clicks": 0, "conversions": 0, "revenue": 0, "pending_commission": 0}


def test_BAC_42_43_57_BA_32_what_an_affiliate_brought(creator):
    club = Club(creator)
    _, code = club.join()
    club.world.wait_live(code)
    edge = club.world.edge.client()
    clicks = [creator.click(code) for _ in range(3)]
    edge.get(f"/{code}", agent="Googlebot/2.1")           # no person: it counts nowhere
    for click in clicks:
        club.world.stack.click(click)
    report = lambda **more: creator.done("POST", "/v1/conversions", {
        "campaign_id": club.campaign, "affiliate_code": code, "external_id": fresh("O"), "amount": 99.99, **more})["id"]
    report(), report()
    rejected = report()
    creator.done("POST", f"/v1/conversions/{rejected}/reject")
    creator.core.run("conversion", "approve", report(amount=10))
    stats = lambda: club.listed()["affiliates"][0]["stats"]
    wait_until(lambda: stats()["clicks"] == 3, what="the clicks counted")
    assert stats() == {"clicks": 3, "conversions": 3, "revenue": 209.98, "pending_commission": 19.98}
    assert '"revenue":209.98,"pending_commission":19.98' in creator.get(club.path).text
    report(currency="USD", amount=50)
    many = stats()
    assert many["conversions"] == 4 and many["revenue"] == 209.98 and many["currency"] == "EUR"
    assert many["by_currency"] == [{"currency": "EUR", "revenue": 209.98, "pending_commission": 19.98},
                                   {"currency": "USD", "revenue": 50.0, "pending_commission": 5.0}]


def test_BAC_34_35_36_53_54_55_BA_9_10_31_filters_and_pages(creator):
    club = Club(creator)
    ids = [club.join()[0] for _ in range(5)][::-1]
    club.stand(ids[0], "pending")
    club.stand(ids[1], "rejected")
    club.stand(ids[2], "suspended")
    assert club.ids() == ids
    assert club.ids(status="pending") == ids[:1] and club.ids(status="rejected") == ids[1:2] and club.ids(status="active") == ids[3:]
    assert [row["status"] for row in club.listed()["affiliates"]] == ["pending", "rejected", "suspended", "active", "active"]
    assert club.ids(limit=2, offset=1) == ids[1:3] and club.listed(limit=2, offset=1)["pagination"] == {"limit": 2, "offset": 1, "total": 5}
    assert club.listed(status="active", limit=1)["pagination"]["total"] == 2
    assert club.listed(limit=1000)["pagination"]["limit"] == 100
    creator.core.run("affiliate", "set-status", ids[4], "suspended")
    assert club.ids(status="active") == ids[3:4]
    for query in ({"status": "removed"}, {"limit": "x"}, {"offset": "x"}):
        check_error(creator.get(club.path, **query), 400)


def test_BAC_44_46_47_50_BA_34_an_invitation(club):
    before = datetime.now(timezone.utc)
    answer = club.invite("affiliate@example.com")
    assert answer.status == 200 and list(answer.json) == ["status", "email", "invite_link", "expires_at"]
    assert answer.json["status"] == "pending_invite" and answer.json["email"] == "affiliate@example.com"
    slug = re.sub(r"[^a-z0-9]+", "-", club.name.lower())
    assert re.fullmatch(rf"https?://[a-z.]+(:\d+)?/c/{slug}\?invite=[A-Za-z0-9]{{32}}", answer.json["invite_link"])
    assert re.fullmatch(TIME, answer.json["expires_at"])
    valid = datetime.fromisoformat(answer.json["expires_at"].replace("Z", "+00:00")) - before
    assert abs(valid.total_seconds() - 7 * 86_400) < 60
    mails = club.world.stack.value("select count(*) from mails where recipient = %s", ("affiliate@example.com",))
    assert mails == 0 and club.world.stack.mails.to("affiliate@example.com") == [], "the creator sends the link"


def test_only_the_hash_of_a_token_is_kept(club):
    """BAC-44."""
    token = club.invite("hashed@example.com").json["invite_link"].split("invite=")[1]
    kept = club.world.stack.value("select count(*) from invites i where i::text like %s", (f"%{token}%",))
    told = club.world.stack.value("select count(*) from audit a where a::text like %s", (f"%{token}%",))
    known = club.world.stack.value("select count(*) from invites where token_hash = sha256(%s)", (token.encode(),))
    assert (kept, told, known) == (0, 0, 1)


@pytest.mark.parametrize("email", [None, "", "nobody", "a@b", "a b@example.com", "@example.com", 5, "x" * 250 + "@example.com"])
def test_BAC_45_the_address_is_needed(club, email):
    check_error(club.invite(email), 400)


def test_BAC_48_inviting_adds_nobody(creator):
    club = Club(creator)
    club.invite("later@example.com")
    assert club.listed()["affiliates"] == []


def open_invitations(club, email):
    return club.world.stack.value("select count(*) from invites i join campaigns c on c.id = i.campaign_id where c.public_id = %s and "
                                  "lower(i.email) = lower(%s) and voided_at is null and accepted_at is null", (club.campaign, email))


def test_BA_16_inviting_again_voids_the_first(club):
    first = club.invite("again@example.com").json
    second = club.invite("Again@Example.com").json
    assert first["invite_link"] != second["invite_link"]
    assert open_invitations(club, "again@example.com") == 1
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(Client(club.creator.client.port, "baclique.localhost").post_json(
        club.path, {"email": "again@example.com"}, {"Authorization": f"Bearer {club.creator.key}"}).status)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 6 and open_invitations(club, "again@example.com") == 1


def test_BA_17_who_is_in_the_campaign_is_not_invited(creator):
    club = Club(creator)
    email = f"{fresh('in')}@example.com"
    affiliate = creator.core.json("affiliate", "join", "--campaign", club.campaign, "--email", email)["affiliate"]["id"]
    for address in (email, email.upper()):
        check_error(club.invite(address), 400, "Affiliate already in campaign")
    club.stand(affiliate, "pending")
    check_error(club.invite(email), 400, "Affiliate already in campaign")
    creator.request("DELETE", f"{club.path}/{affiliate}")
    assert club.invite(email).status == 200
    assert Club(creator).invite(email).status == 200


def test_BA_33_nobody_is_invited_into_an_archived_campaign(creator):
    club = Club(creator)
    creator.done("DELETE", f"/v1/campaigns/{club.campaign}")
    check_error(club.invite("late@example.com"), 400, "Campaign is not active")


def test_BAC_51_52_BA_14_18_removal(creator):
    club = Club(creator)
    affiliate, code = club.join()
    club.world.wait_live(code)
    body = {"campaign_id": club.campaign, "affiliate_code": code, "external_id": fresh("O"), "amount": 10}
    booked = creator.done("POST", "/v1/conversions", body)
    answer = creator.request("DELETE", f"{club.path}/{affiliate}")
    assert answer.status == 200 and answer.json == {"success": True, "message": "Affiliate removed from campaign"}
    assert club.listed() == {"affiliates": [], "pagination": {"limit": 50, "offset": 0, "total": 0}}
    check_error(creator.request("DELETE", f"{club.path}/{affiliate}"), 404, "Affiliate not found")
    check_error(creator.request("POST", "/v1/conversions", body | {"external_id": fresh("O")}), 403, "Affiliate suspended")
    kept = creator.done("GET", f"/v1/campaigns/{club.campaign}/conversions")["conversions"]
    assert [row["id"] for row in kept] == [booked["id"]] and kept[0]["commission"] == 1.0
    assert club.world.edge.client().get(f"/{code}").fields["location"].startswith("https://example.com/summer")
    for other in ("aff_nosuch", "17", Club(creator).join()[0], Club(Creator(creator.world)).join()[0]):
        check_error(creator.request("DELETE", f"{club.path}/{other}"), 404, "Affiliate not found")


def test_BAC_09_another_creators_campaign(club):
    theirs = Club(Creator(club.world))
    affiliate, _ = theirs.join()
    for method, path, body in (("GET", theirs.path, None), ("POST", theirs.path, {"email": "a@example.com"}),
                               ("DELETE", f"{theirs.path}/{affiliate}", None)):
        check_error(club.creator.request(method, path, body), 404, "Campaign not found")
    assert theirs.ids() == [affiliate]


# The reference's samples run as they stand but for the base URL: on the plain host the key says that it is BaClique (COMMON.md D-2).

def test_BAC_01_44_the_python_sample(club):
    port = club.creator.client.port
    sample = textwrap.dedent("""
        import requests
        import os

        def invite_affiliate(campaign_id, email):
            response = requests.post(
                f"%s/v1/campaigns/{campaign_id}/affiliates",
                headers={
                    "Authorization": f"Bearer {os.environ['BACLIQUE_API_KEY']}",
                    "Content-Type": "application/json"
                },
                json={"email": email}
            )
            data = response.json()

            # Returns { status, email, invite_link, expires_at }
            print(f"Send this link to {email}: {data['invite_link']}")
            return data
        """ % f"http://localhost:{port}")
    run = f"{sample}\nprint(invite_affiliate('{club.campaign}', 'sample@example.com')['status'])"
    done = subprocess.run([sys.executable, "-c", run], env={"BACLIQUE_API_KEY": club.creator.key, "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Send this link to sample@example.com: http") and done.stdout.endswith("pending_invite\n")


def test_BAC_01_33_the_javascript_sample(creator):
    club = Club(creator)
    affiliate, _ = club.join()
    sample = textwrap.dedent("""
        async function listAffiliates(campaignId) {
          const response = await fetch(
            `%s/v1/campaigns/${campaignId}/affiliates`,
            {
              headers: {
                'Authorization': `Bearer ${process.env.BACLIQUE_API_KEY}`
              }
            }
          );

          return response.json();
        }
        """ % f"http://localhost:{creator.client.port}")
    run = f"{sample}\nlistAffiliates('{club.campaign}').then(data => console.log(data.affiliates[0].id));"
    done = subprocess.run(["node", "-e", run], env={"BACLIQUE_API_KEY": creator.key, "PATH": "/usr/local/bin:/usr/bin:/bin"},
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{affiliate}\n"


def test_BAC_28_the_curl_samples(club):
    _, code = club.join()
    base, key = f"http://localhost:{club.creator.client.port}/v1", club.creator.key
    curl = lambda *arguments: subprocess.run(["curl", "-s", *arguments], capture_output=True, text=True, timeout=60, check=True).stdout
    assert '"pagination"' in curl(f"{base}/campaigns", "-H", f"Authorization: Bearer {key}")
    body = ('{\n    "campaign_id": "%s",\n    "affiliate_code": "%s",\n    "external_id": "ORDER-12345",\n    "amount": 99.99,\n'
            '    "currency": "EUR"\n  }' % (club.campaign, code))
    booked = curl("-X", "POST", f"{base}/conversions", "-H", f"Authorization: Bearer {key}", "-H", "Content-Type: application/json", "-d", body)
    assert '"commission":9.99' in booked
    affiliate = club.ids()[0]
    removed = curl("-X", "DELETE", f"{base}/campaigns/{club.campaign}/affiliates/{affiliate}", "-H", f"Authorization: Bearer {key}")
    assert removed == '{"success":true,"message":"Affiliate removed from campaign"}'
