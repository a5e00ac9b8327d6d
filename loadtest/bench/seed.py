"""Accounts, keys, campaigns and links to load, made by the operator's command line with limits out of the way. Links by
the million are written to PostgreSQL directly: the command line makes one at a time."""

import http.client
from dataclasses import dataclass

from bench.processes import wait_until

LIMIT = 100_000_000  # requests a minute: never reached
HOST = "c.localhost"


@dataclass
class Seed:
    account: str
    public_key: str
    secret_key: str
    campaign: str
    affiliate: str
    code: str


def make(core, *terms):
    """`terms`: further options of the campaign."""
    account = core.command("account", "create", "--dialect", "selgeo", "--name", "Shop", "--link-host", HOST)["id"]
    public_key = core.command("key", "create", "--account", account, "--kind", "public", "--limit", f"clicks={LIMIT}")
    secret_key = core.command("key", "create", "--account", account, "--kind", "secret", "--limit", f"conversions={LIMIT}")
    campaign = core.command("campaign", "create", "--account", account, "--name", "Summer", "--commission", "10%",
                            "--target", "https://shop.example/landing?utm_source=news", *terms)["id"]
    joined = core.command("affiliate", "join", "--campaign", campaign, "--email", "jane@blog.example", "--code", "summer24")
    return Seed(account, public_key["value"], secret_key["value"], campaign, joined["affiliate"]["id"], "summer24")


def make_affily(core, deposit):
    """An advertiser whose commissions a deposit covers, which never runs out, or which needs none."""
    account = core.command("account", "create", "--dialect", "affily", "--name", "Shop", "--link-host", HOST)["id"]
    secret_key = core.command("key", "create", "--account", account, "--kind", "secret", "--limit", f"api={LIMIT}")
    campaign = core.command("campaign", "create", "--account", account, "--name", "Summer", "--commission", "10%",
                            "--target", "https://shop.example/landing?utm_source=news")["id"]
    joined = core.command("affiliate", "join", "--campaign", campaign, "--email", "jane@blog.example", "--code", "summer24")
    if deposit:
        paid = core.command("deposit", "create", "--account", account, "--amount", "1000000000")["id"]
        core.command("deposit", "confirm", paid)
    else:
        core.command("account", "set", account, "--policy", "deposit=none")
    return Seed(account, "", secret_key["value"], campaign, joined["affiliate"]["id"], "summer24")


def add_links(postgres, seed, count, first=0, target_bytes=60):
    """Codes l0, l1 …, each with a target of its own. The publisher is told as by any other change."""
    target = "https://shop.example/p/"
    padding = "x" * (target_bytes - len(target) - 9)
    postgres.sql(f"""
      insert into links (public_id, account_id, host, code, code_fold, campaign_id, affiliate_id, target_url)
      select 'lnk_' || n, c.account_id, '{HOST}', 'l' || n, 'l' || n, c.id, a.id, '{target}' || lpad(n::text, 9, '0') || '{padding}'
      from campaigns c, affiliates a, generate_series({first}, {first + count - 1}) n
      where c.public_id = '{seed.campaign}' and a.public_id = '{seed.affiliate}'""")
    return [f"l{number}" for number in range(first, first + count)]


def status_of(port, path, host=HOST):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


def wait_published(edge, code, timeout_s=60):
    """Until the edge redirects `code`. Changes arrive in order, so everything made before it is there too."""
    wait_until(lambda: status_of(edge.port, f"/{code}") == 302, timeout_s, f"{code} on the edge", 0.1)
