"""Links with rules, from the command line to the visitor: core/api/COMMON.md D-40 to D-43, D-47."""

import os
import re
import struct
import subprocess
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from servers import wait_until
from stack import BUILD

PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"


@pytest.fixture(scope="module")
def visitor(world):
    return world.edge.client()


def make_link(world, *options, campaign=None):
    """The code of a further link of the Selgeo merchant's affiliate."""
    link = world.core.json("link", "create", "--campaign", campaign or world.selgeo.campaign, "--affiliate",
                           world.selgeo.affiliate, *options)
    return link["code"]


def leads_to(answer):
    """Where an answer sends its visitor, without the query."""
    assert answer.status == 302, answer
    url = urlsplit(answer.fields["location"])
    return f"{url.scheme}://{url.netloc}{url.path}"


def wait_for(visitor, path, target, **more):
    wait_until(lambda: (answer := visitor.get(path, **more)).status == 302 and leads_to(answer) == target, what=f"{path} → {target}")


def test_D_40_before_its_start(world, visitor):
    code = make_link(world, "--starts", "2999-01-01T00:00:00Z", "--fallback", "https://shop.example/soon")
    wait_for(visitor, f"/{code}", "https://shop.example/soon")
    before = world.edge.total("footfall_edge_clicks_safe_total")
    answer = visitor.get(f"/{code}?sub1=x")
    assert "click_id" not in answer.fields["location"] and "sub1=x" in answer.fields["location"]
    assert world.edge.total("footfall_edge_clicks_safe_total") == before
    world.core.run("link", "set", code, "--fallback", "none")
    wait_until(lambda: visitor.get(f"/{code}").status == 404, what="nothing to lead to")
    world.core.run("link", "set", code, "--starts", "now")
    wait_for(visitor, f"/{code}", world.selgeo.target)
    shown = world.core.json("link", "show", code)
    assert shown["starts_at"] is None and shown["capped"] is False and shown["rules"] == []


def test_D_40_a_link_cannot_end_before_it_starts(world):
    failed = world.core.run("link", "create", "--campaign", world.selgeo.campaign, "--starts", "2030-01-02T00:00:00Z",
                            "--expires", "2030-01-01T00:00:00Z", check=False)
    assert failed.returncode != 0 and "before it starts" in failed.stdout + failed.stderr


def test_D_41_a_click_cap_counts_people(world, visitor):
    """The visitors of the two or three seconds behind the one that reaches the cap may still pass."""
    code = make_link(world, "--click-cap", "5", "--fallback", "https://shop.example/sold-out")
    world.wait_live(code)
    for _ in range(8):                      # machines never count
        visitor.request("HEAD", f"/{code}")
        visitor.get(f"/{code}", agent="curl/8.0 (compatible; Googlebot/2.1)")
    taken = 0
    reached = None

    def is_capped():
        nonlocal taken, reached
        if leads_to(visitor.get(f"/{code}")) == "https://shop.example/sold-out":
            return True
        taken += 1
        reached = reached or (time.monotonic() if taken == 5 else None)
        return False
    wait_until(is_capped, every_s=0.1, what="the cap")
    assert taken >= 5
    took_s = time.monotonic() - reached
    assert took_s < 10, "a busy machine takes longer than the three seconds that are promised, but not that long"
    people = "select count(*) from clicks c join links l on l.id = c.link_id where l.code = %s and c.verdict = 0"
    wait_until(lambda: world.stack.value(people, (code,)) >= taken, what="a click of each visitor who passed")
    assert world.stack.value(people, (code,)) == taken, "machines are not among them, nor visitors who were turned away"
    assert world.core.json("link", "show", code)["capped"] is True
    # It stays so, and nothing is recorded any more, until somebody raises the cap.
    before = world.edge.total("footfall_edge_clicks_safe_total")
    assert leads_to(visitor.get(f"/{code}")) == "https://shop.example/sold-out"
    assert world.edge.total("footfall_edge_clicks_safe_total") == before
    world.core.run("link", "set", code, "--fallback", "none")
    wait_until(lambda: visitor.get(f"/{code}").status == 410, what="gone")
    world.core.run("link", "set", code, "--click-cap", "none")
    wait_for(visitor, f"/{code}", world.selgeo.target)
    assert world.core.json("link", "show", code)["capped"] is False


def test_D_41_what_passes_beyond_the_cap_on_two_edges(world):
    """Visitors come to both edges at once; those who pass beyond the cap came within three seconds of the one who reached it."""
    cap, other = 40, world.stack.add_edge("cap-edge")
    other.start()
    code = make_link(world, "--click-cap", str(cap))
    edges = [edge for edge in (world.edge, other) for _ in range(2)]
    for edge in edges:
        wait_until(lambda edge=edge: edge.client().request("HEAD", f"/{code}").status == 302, what="the link on each edge")

    def come(edge):
        """Twenty visitors a second, until one is turned away; how many passed."""
        passed, client, pace = 0, edge.client(), threading.Event()
        while client.get(f"/{code}").status == 302:
            passed += 1
            pace.wait(0.05)
        return passed

    with ThreadPoolExecutor(len(edges)) as pool:
        passed = sum(pool.map(come, edges))
    people = "select count(*) from clicks c join links l on l.id = c.link_id where l.code = %s and c.verdict = 0"
    wait_until(lambda: world.stack.value(people, (code,)) >= passed, what="a click of each visitor who passed")
    assert world.stack.value(people, (code,)) == passed >= cap
    times = [row[0] for row in world.stack.query("select c.received_at from clicks c join links l on l.id = c.link_id "
                                                  "where l.code = %s and c.verdict = 0 order by c.received_at", (code,))]
    beyond_s = (times[-1] - times[cap - 1]).total_seconds()
    # Three seconds are promised where the processors can do what is asked of them; here others may ask, too.
    assert beyond_s <= 10, f"{passed - cap} visitors passed in {beyond_s} s beyond the cap"
    other.terminate()


def test_D_41_a_cap_counts_the_clicks_of_before(world, visitor):
    code = make_link(world)
    world.wait_live(code)
    ids = [parse_qs(urlsplit(visitor.get(f"/{code}").fields["location"]).query)["click_id"][0] for _ in range(3)]
    world.stack.wait_stored(ids)
    world.core.run("link", "set", code, "--click-cap", "3")
    wait_until(lambda: visitor.get(f"/{code}").status == 410, what="the cap")


def test_D_42_targets_by_device_and_weight(world, visitor):
    code = make_link(world, "--rule", "device=mobile,tablet https://m.shop.example/{click_id}",
                     "--rule", "device=desktop weight=1 https://a.shop.example/", "--rule", "device=desktop weight=1 https://b.shop.example/")
    world.wait_live(code)
    on_phone = leads_to(visitor.get(f"/{code}", agent=PHONE))
    assert on_phone.startswith("https://m.shop.example/")
    assert world.stack.click(on_phone.rsplit("/", 1)[1])["landing"] == on_phone

    def target_of(number):
        return leads_to(visitor.get(f"/{code}", {"X-Forwarded-For": f"203.0.113.{number}"}))
    first = [target_of(number) for number in range(40)]
    assert set(first) == {"https://a.shop.example/", "https://b.shop.example/"}
    assert [target_of(number) for number in range(40)] == first
    world.core.run("link", "set", code, "--rule", "none")
    wait_for(visitor, f"/{code}", world.selgeo.target)


def test_D_42_targets_by_country(world, tmp_path):
    database = tmp_path / "countries.mmdb"

    def write(*networks):
        subprocess.run([BUILD / "make_countries", tmp_path / "new", *networks], check=True)
        os.replace(tmp_path / "new", database)
    write("192.0.2.0/24", "DE", "2001:db8::/32", "AT")
    edge = world.stack.add_edge("with-countries", FOOTFALL_EDGE_COUNTRIES_DATABASE=database)
    edge.start()
    code = make_link(world, "--rule", "country=de,at https://shop.example/dach?c={country}")
    guest = edge.client()
    wait_until(lambda: guest.get(f"/{code}").status == 302, what="the link live")

    def landed(address):
        return guest.get(f"/{code}", {"X-Forwarded-For": address}).fields["location"]
    assert landed("192.0.2.7").startswith("https://shop.example/dach?c=DE")
    assert landed("2001:db8::1").startswith("https://shop.example/dach?c=AT")
    assert landed("198.51.100.1").startswith(world.selgeo.target)
    write("198.51.100.0/24", "DE")
    wait_until(lambda: landed("198.51.100.1").startswith("https://shop.example/dach?c=DE"), what="the new database")
    assert landed("192.0.2.7").startswith(world.selgeo.target)
    # Without a database every country is unknown.
    assert leads_to(world.edge.client().get(f"/{code}", {"X-Forwarded-For": "192.0.2.7"})) == world.selgeo.target


def test_D_43_deep_links(world, visitor):
    campaign, code = world.create_campaign_with_link()
    wanted = quote("https://www.shop.example/shoes?size=42#red", safe="")
    assert leads_to(visitor.get(f"/{code}?url={wanted}")) == "https://shop.example/landing"
    world.core.run("campaign", "set", campaign, "--allow-host", "shop.example", "--allow-host", "*.shop.example")
    assert world.core.json("campaign", "show", campaign)["allow_hosts"] == ["shop.example", "*.shop.example"]
    wait_for(visitor, f"/{code}?url={wanted}", "https://www.shop.example/shoes")
    url = urlsplit(visitor.get(f"/{code}?sub1=x&url={wanted}").fields["location"])
    pairs = parse_qs(url.query)
    assert pairs["size"] == ["42"] and pairs["sub1"] == ["x"] and "url" not in pairs and url.fragment == "red"
    assert world.stack.click(pairs["click_id"][0])["landing"].startswith("https://www.shop.example/shoes?size=42")
    for trick in ("https://evil.example/", "//evil.example", "https://shop.example@evil.example/", "https://shop.example\\@evil.example/",
                  "https://evil.example\\.shop.example/", "https:/\tevil.example", "javascript:alert(1)//https://shop.example/",
                  "https://shop.example.evil.example/", "https://shop.example:8443/", "https://shop.example./", "https://sh\u043ep.example/",
                  "https://evil.example%2f.shop.example/", "https://shop.example%0d%0a@evil.example/"):
        answer = visitor.get(f"/{code}?url={quote(trick, safe='')}")
        assert leads_to(answer) == "https://shop.example/landing", trick
        assert "evil" not in answer.fields["location"], trick
    world.core.run("campaign", "set", campaign, "--allow-host", "none")
    wait_for(visitor, f"/{code}?url={wanted}", "https://shop.example/landing")


def test_D_47_macros_of_campaign_affiliate_and_code(world, visitor):
    campaign = world.create_campaign(None, "https://shop.example/{campaign}/{affiliate}/{code}/{country}x")
    affiliate, code = world.join(campaign)
    wait_for(visitor, f"/{code.upper()}", f"https://shop.example/{campaign}/{affiliate}/{code.lower()}/x")
    # The links of a campaign whose target begins to name affiliates.
    plain, code = world.create_campaign_with_link()
    world.core.run("campaign", "set", plain, "--target", "https://shop.example/by/{affiliate}")
    shown = world.core.json("link", "show", code)
    wait_for(visitor, f"/{code}", f"https://shop.example/by/{shown['affiliate']}")


def test_a_links_qr_code(world, tmp_path):
    """The same modules as SVG and as PNG; what they say is tested by looking at them (no reader is installed)."""
    svg = world.core.run("link", "qr", world.selgeo.code).stdout
    assert svg.startswith("<svg xmlns=")
    modules = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)}
    assert {(4, 4), (10, 4), (4, 10)} <= dark and (5, 5) not in dark   # the corners of the finder patterns
    file = tmp_path / "code.png"
    world.core.run("link", "qr", world.selgeo.code, "--png", "--out", file)
    assert pixels(file.read_bytes()) == {(x, y) for x in range(8 * modules) for y in range(8 * modules) if (x // 8, y // 8) in dark}
    failed = world.core.run("link", "qr", "nobody-has-this", check=False)
    assert failed.returncode != 0 and not failed.stdout


def pixels(png):
    """The black ones of a PNG of one bit a pixel without filters."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at:at + 4])
        assert zlib.crc32(png[at + 4:at + 8 + length]) == struct.unpack(">I", png[at + 8 + length:at + 12 + length])[0]
        chunks[png[at + 4:at + 8]] = png[at + 8:at + 8 + length]
        at += 12 + length
    size, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (height, depth, colour) == (size, 1, 0)
    row = 1 + (size + 7) // 8
    raw = zlib.decompress(chunks[b"IDAT"])
    assert len(raw) == row * size and not any(raw[::row])
    return {(x, y) for y in range(size) for x in range(size) if not raw[row * y + 1 + x // 8] >> (7 - x % 8) & 1}


def test_a_rule_that_means_nothing_is_refused(world):
    for rule in ("device=fridge https://shop.example/", "country=Germany https://shop.example/", "weight=0 https://shop.example/",
                 "device=mobile", "https://user@shop.example/"):
        failed = world.core.run("link", "create", "--campaign", world.selgeo.campaign, "--rule", rule, check=False)
        assert failed.returncode != 0, rule
    failed = world.core.run("campaign", "set", world.selgeo.campaign, "--allow-host", "https://shop.example/", check=False)
    assert failed.returncode != 0
