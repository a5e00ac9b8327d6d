"""GET and HEAD /{code} on a short-link host: one test per row of core/api/COMMON.md and of the contracts, named by its id."""

import re
import uuid
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from http_client import BROWSER, raw_exchange
from servers import wait_until

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SPELLINGS = {
    "baclique": ("baclique_id", UUID7),
    "selgeo": ("click_id", UUID7),
    "affspace": ("click_id", re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")),
    "affily": ("click_id", re.compile(r"click_[0-9a-hjkmnp-tv-z]{26}")),
}


@pytest.fixture(scope="module")
def visitor(world):
    return world.edge.client()


def as_uuid(click_id):
    """Any spelling as a UUID: Crockford's base32 of the 128 bits, high bits first."""
    if "-" in click_id:
        return click_id
    number = 0
    for digit in click_id.removeprefix("click_").upper():
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(digit)
    return str(uuid.UUID(int=number))


def location(answer):
    assert answer.status == 302, answer
    return urlsplit(answer.fields["location"])


@pytest.mark.parametrize("dialect", SPELLINGS)
def test_BAC_57_BA_19_the_click_id_in_the_dialects_spelling(world, visitor, dialect):
    """BAC-57, BA-19, AF-30, D-11, D-12."""
    merchant = getattr(world, dialect)
    answer = visitor.get(f"/{merchant.code}")
    landed = location(answer)
    assert f"{landed.scheme}://{landed.netloc}{landed.path}" == merchant.target
    name, form = SPELLINGS[dialect]
    (value,) = parse_qs(landed.query)[name]
    assert form.fullmatch(value), value
    assert answer.fields["cache-control"] == "no-store"
    assert answer.fields["x-robots-tag"] == "noindex"
    assert answer.body == b"" or answer.fields["content-type"].startswith("text/html")
    row = world.stack.click(as_uuid(value))
    assert row["verdict"] == 0 and row["source"] == 0 and row["affiliate_id"] and row["landing"].startswith(merchant.target)


def test_parameters_pass_and_the_short_links_value_wins(world, visitor):
    """D-13."""
    code = world.create_link(target="https://shop.example/p?color=red&keep=1&click_id=theirs")
    landed = location(visitor.get(f"/{code}?color=blue&sub1=a%20b&utm_source=mail&x=1&x=2&click_id=mine"))
    pairs = parse_qsl(landed.query, keep_blank_values=True)
    assert [v for k, v in pairs if k == "color"] == ["blue"]
    assert ("keep", "1") in pairs and ("sub1", "a b") in pairs and ("utm_source", "mail") in pairs
    assert [v for k, v in pairs if k == "x"] == ["1", "2"]
    assert len([v for k, v in pairs if k == "click_id"]) == 1 and pairs[-1][0] == "click_id"
    row = world.stack.click(pairs[-1][1])
    assert row["sub1"] == "a b" and row["utm"] == {"source": "mail"} or row["utm"] == {"utm_source": "mail"}
    assert row["params"]["color"] == "blue"


def test_the_macro_wins_over_the_parameter(world, visitor):
    """D-12."""
    code = world.create_link(target="https://shop.example/in/{click_id}/p?q=1")
    landed = location(visitor.get(f"/{code}"))
    click_id = landed.path.split("/")[2]
    assert UUID7.fullmatch(click_id) and landed.query == "q=1"
    world.stack.click(click_id)


def test_fragment_stays_behind_the_query(world, visitor):
    landed = location(visitor.get(f"/{world.create_link(target='https://shop.example/p#top')}"))
    assert landed.fragment == "top" and "click_id=" in landed.query


def test_BA_20_codes_in_any_case(world, visitor):
    """BA-20."""
    assert location(visitor.get(f"/{world.selgeo.code.upper()}")).netloc == urlsplit(world.selgeo.target).netloc


@pytest.mark.parametrize("name", ["url", "redirect", "redir_url", "next", "target", "u"])
def test_D_22_no_parameter_chooses_the_target(world, visitor, name):
    landed = location(visitor.get(f"/{world.selgeo.code}?{name}=https://elsewhere.example/"))
    assert f"{landed.scheme}://{landed.netloc}{landed.path}" == world.selgeo.target


def test_header_injection_is_not_possible(world, visitor):
    answer = visitor.get(f"/{world.selgeo.code}?a=%0d%0aSet-Cookie:%20x=1")
    assert answer.status == 302 and "set-cookie" not in answer.fields
    assert "%0d%0a" in answer.fields["location"].lower()


def test_what_browsers_leave_raw_in_a_query(world, visitor):
    """The URL Standard encodes none of these in a query, so a macro that nobody replaced and PHP's arrays arrive as they are."""
    answer = visitor.get(f"/{world.selgeo.code}?sub1=is-{{campaign.id}}&ids[]=1&a=x|y^z`\\&b=\"<>")
    landed = location(answer)
    pairs = parse_qsl(landed.query)
    assert pairs[:-1] == [("sub1", "is-{campaign.id}"), ("ids[]", "1"), ("a", "x|y^z`\\"), ("b", '"<>')]
    assert not set('{}|^`\\"<>') & set(answer.fields["location"])   # as a header they are encoded
    assert world.stack.click(pairs[-1][1])["sub1"] == "is-{campaign.id}"


@pytest.mark.parametrize("raw, stored", [(b"caf\xc3\xa9", "caf\u00e9"), (b"caf\xe9", "caf\ufffd")])
def test_bytes_beyond_ascii_in_a_query(world, raw, stored):
    message = b"GET /%s?sub1=%s HTTP/1.1\r\nHost: c.localhost\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n"
    received = raw_exchange(world.edge.port, message % (world.selgeo.code.encode(), raw, BROWSER.encode()))
    assert received.startswith(b"HTTP/1.1 302"), received
    click_id = re.search(rb"Location: [!-~]*[?&]click_id=([0-9a-f-]{36})\r\n", received)[1].decode()
    assert world.stack.click(click_id)["sub1"] == stored


def test_unknown_code_is_a_small_page(visitor):
    """D-14."""
    answer = visitor.get("/nobody-has-this")
    assert answer.status == 404 and answer.fields["content-type"].startswith("text/html")
    assert answer.fields["cache-control"] == "no-store" and 0 < len(answer.body) < 4096


def test_a_plus_shows_where_the_link_leads(world, visitor):
    """D-38."""
    _, code = world.create_campaign_with_link()
    clicks = wait_until(lambda: visitor.get(f"/{code}").status == 302, what="the link live")
    assert clicks
    target = location(visitor.get(f"/{code}"))
    for path in (f"/{code}+", f"/{code}%2B"):
        page = visitor.get(path)
        assert page.status == 200 and page.fields["content-type"].startswith("text/html")
        assert f"{target.scheme}://{target.netloc}{target.path}" in page.text and f'href="/{code}"' in page.text
        assert "click_id=" not in page.text and "location" not in page.fields
    assert visitor.get("/nobody-has-this+").status == 404


@pytest.mark.parametrize("status", ["paused", "archived"])
def test_stopped_campaigns_redirect_and_record_nothing(world, visitor, status):
    """D-15, BA-15."""
    campaign, code = world.create_campaign_with_link()
    wait_until(lambda: "click_id=" in visitor.get(f"/{code}").fields.get("location", ""), what="the link live")
    world.core.run("campaign", "update", campaign, "--status", status)
    wait_until(lambda: "click_id=" not in visitor.get(f"/{code}").fields["location"], what=status)
    before = world.edge.total("footfall_edge_clicks_safe_total")
    landed = location(visitor.get(f"/{code}?sub1=x"))
    assert "click_id" not in landed.query and "sub1=x" in landed.query
    assert world.edge.total("footfall_edge_clicks_safe_total") == before


@pytest.mark.parametrize("status", ["draft", "deleted"])
def test_draft_and_deleted_campaigns_are_unknown(world, visitor, status):
    """D-15."""
    campaign, code = world.create_campaign_with_link()
    wait_until(lambda: visitor.get(f"/{code}").status == 302, what="the link live")
    world.core.run("campaign", "update", campaign, "--status", status)
    wait_until(lambda: visitor.get(f"/{code}").status == 404, what=status)


def test_expired_links(world, visitor):
    """D-15."""
    gone = world.create_link(expires="2020-01-01T00:00:00Z")
    elsewhere = world.create_link(expires="2020-01-01T00:00:00Z", fallback="https://shop.example/over")
    assert visitor.get(f"/{gone}").status == 410
    landed = location(visitor.get(f"/{elsewhere}"))
    assert landed.geturl().startswith("https://shop.example/over") and "click_id" not in landed.query


def test_a_removed_affiliates_link_redirects_and_credits_nobody(world, visitor):
    """BA-14."""
    campaign, code, affiliate = world.create_campaign_with_link(with_affiliate=True)
    wait_until(lambda: visitor.get(f"/{code}").status == 302, what="the link live")
    world.core.run("affiliate", "remove", "--campaign", campaign, affiliate)

    def credits_nobody():
        (click_id,) = parse_qs(location(visitor.get(f"/{code}")).query)["click_id"]
        return world.stack.click(click_id)["affiliate_id"] is None
    wait_until(credits_nobody, what="the credit withdrawn")


class TestVerdicts:
    """HEAD, prefetch and an empty user agent get the same answer and are recorded, but never count (D-10, D-17)."""

    @pytest.mark.parametrize("method, fields, agent, bit", [
        ("HEAD", {}, BROWSER, 1),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}, BROWSER, 2),
        ("GET", {"Purpose": "prefetch"}, BROWSER, 2),
        ("GET", {"X-Moz": "prefetch"}, BROWSER, 2),
        ("GET", {"X-Purpose": "preview"}, BROWSER, 2),
        ("GET", {}, "", 4),
        ("GET", {}, None, 4),
        ("HEAD", {"Sec-Purpose": "prefetch"}, None, 7),
        ("GET", {}, "facebookexternalhit/1.1", 256),
        ("GET", {}, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 256),
    ])
    def test_recorded_and_not_counted(self, world, visitor, method, fields, agent, bit):
        human = visitor.get(f"/{world.selgeo.code}")
        answer = visitor.request(method, f"/{world.selgeo.code}", fields=fields, agent=agent)
        landed, expected = location(answer), location(human)
        assert landed[:3] == expected[:3]
        assert {name for name in answer.fields} == {name for name in human.fields}
        (click_id,) = parse_qs(landed.query)["click_id"]
        row = world.stack.click(click_id)
        assert row["verdict"] == bit and row["is_unique"] is False

    def test_one_get_and_three_heads_of_one_browser(self, world, visitor):
        """dub#2309: gross 4, net at most 1."""
        code = world.create_link()
        visitor.get(f"/{code}")
        visitor.request("HEAD", f"/{code}")
        visitor.request("HEAD", f"/{code}")   # the third HEAD was the fixture's, as it waited for the link
        link_id = world.stack.value("select id from links where code = %s", (code,))

        def rolled_up():
            rows = world.stack.query("select sum(gross), sum(net), sum(uniques) from click_rollups where link_id = %s", (link_id,))
            return rows[0] if rows[0][0] and rows[0][0] >= 4 else None
        assert wait_until(rolled_up, what="four clicks rolled up") == (4, 1, 1)

    def test_unique_once_an_hour(self, world):
        """Repeats are kept and counted, and flagged (COMMON.md D-16) (PROTOCOL.md 13)."""
        code = world.create_link()
        first, second = world.edge.client(), world.edge.client()
        ids = [parse_qs(location(client.get(f"/{code}", agent=agent)).query)["click_id"][0]
               for client, agent in [(first, BROWSER), (second, BROWSER), (first, BROWSER + " Other/1")]]
        assert [world.stack.click(each)["is_unique"] for each in ids] in ([True, False, True], [True, True, True])  # an hour may turn
        assert all(world.stack.click(each)["verdict"] == 0 for each in ids)


def test_what_is_stored_with_a_click(world, visitor):
    """D-23."""
    answer = visitor.get(f"/{world.selgeo.code}?sub1=1&sub5=5&utm_medium=mail&other=o", agent=BROWSER,
                         fields={"Referer": "https://news.example/a", "X-Forwarded-For": "203.0.113.77"})
    (click_id,) = parse_qs(location(answer).query)["click_id"]
    row = world.stack.click(click_id)
    assert row["user_agent"] == BROWSER and row["referrer"] == "https://news.example/a"
    assert (row["sub1"], row["sub2"], row["sub5"]) == ("1", None, "5")
    assert "mail" in row["utm"].values() and row["params"]["other"] == "o"
    assert row["ip"] == "\\xcb007100", "203.0.113.0: truncated by default, from a trusted proxy's header"
    assert len(row["visitor"]) == 2 + 32


def test_over_long_input_is_cut_and_stored(world, visitor):
    """D-23."""
    answer = visitor.get(f"/{world.selgeo.code}?other={'x' * 3000}", agent=BROWSER + "A" * 2000, fields={"Referer": "https://r.example/" + "r" * 3000})
    (click_id,) = parse_qs(location(answer).query)["click_id"]
    row = world.stack.click(click_id)
    assert len(row["user_agent"]) == 512 and len(row["referrer"]) == 1024 and len(row["landing"]) <= 2048


def test_bytes_that_are_no_utf8_are_stored(world, visitor):
    """D-23."""
    answer = visitor.get(f"/{world.selgeo.code}?sub1=%ff%00x", agent=BROWSER + " caf\xe9")
    (click_id,) = parse_qs(location(answer).query)["click_id"]
    row = world.stack.click(click_id)
    assert row["verdict"] == 0 and row["user_agent"].startswith(BROWSER) and row["sub1"]
