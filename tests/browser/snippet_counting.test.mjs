// What counts as one click: the snippet on a merchant's page, from the visit to the books, with everything that can come
// between (SELX-06, SELX-08). Run by tests/blackbox/test_snippet.py.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { alone, launch, newVisitor, uuid7 } from "./chromium.mjs";
import { Merchant, control, edge, publicKey, ref, reports, settled, tag, until } from "./merchant.mjs";

let browser, merchant, context, page, sent;

before(async () => {
  merchant = await new Merchant().start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  merchant?.stop();
});

beforeEach(async () => {
  merchant.gate = (pass) => pass();
  merchant.passed = [];
  merchant.broken = 0;
  context = await newVisitor(browser);
  sent = reports(context);
  page = await context.newPage();
});

afterEach(() => context.close());

// The first request waits at the gate; the function returned in the list lets it pass, and ends once it was answered.
function holdFirst() {
  const held = [];
  merchant.gate = (pass) => {
    if (held.length) return pass();
    return new Promise((resolve) => {
      held.push(() => {
        const answer = pass();
        resolve(answer);
        return answer;
      });
    });
  };
  return held;
}

const throughGate = () => tag(`data-api-url="${merchant.address("", "gate")}/"`);

test("SEL-10, SELX-06, SELX-08: a first visit is one click, which a conversion is credited to", async () => {
  const address = merchant.page("/first", tag());
  await page.goto(`${address}?ref=${ref}&sub1=blue#part`);
  const { ready, clickId, stored } = await settled(page);
  assert.match(ready, uuid7);
  assert.equal(clickId, ready);
  assert.equal(stored.__selgeo_cid, ready);
  assert.match(stored.__selgeo_vtk, /^\S+$/);
  assert.equal(sent.length, 1);
  assert.equal(sent[0].url, `${edge}/v1/clicks`);

  const [click, ...others] = await control("clicks", { about: "/first" });
  assert.deepEqual(others, []);
  assert.equal(click.id, ready);
  assert.equal(click.counts, true);
  assert.deepEqual(click.verdict, []);
  assert.equal(click.source, "posted_client_id");
  assert.equal(click.landing, `${address}?ref=${ref}&sub1=blue`);
  assert.equal(click.sub1, "blue");

  const { status, body } = await control("convert", { click_id: stored.__selgeo_cid, order: "browser-first" });
  assert.equal(status, 201);
  assert.equal(body.attributed, true);
  assert.equal(body.commission.amount_cents, 490);
});

test("SELX-07, no preflight: the request is one that any page may make", async () => {
  const methods = [];
  merchant.gate = (pass, request) => (methods.push([request.method, request.headers["content-type"]]), pass());
  await page.goto(merchant.page("/preflight", throughGate()) + `?ref=${ref}`);
  assert.match((await settled(page)).ready, uuid7);
  assert.deepEqual(methods, [["POST", "text/plain;charset=UTF-8"]]);
});

test("a reload is the same click", async () => {
  await page.goto(merchant.page("/reload", tag()) + `?ref=${ref}`);
  const first = await settled(page);
  await page.reload();
  assert.deepEqual((await settled(page)).stored, first.stored);
  assert.equal(sent.length, 1);
  assert.equal((await control("clicks", { about: "/reload" })).length, 1);
});

test("a reload while the click is being sent is the same click", async () => {
  const address = merchant.page("/impatient", throughGate()) + `?ref=${ref}`;
  const held = holdFirst();
  await page.goto(address);
  await until(() => held.length, "the request at the gate");
  await page.reload();
  const { ready } = await settled(page);
  await held[0]();
  assert.equal(merchant.passed.length, 2, "sent twice");
  assert.deepEqual((await control("clicks", { about: "/impatient" })).map((click) => click.id), [ready], "and counted once");
});

for (const cached of [true, false]) {
  test(`the back button is no click, ${cached ? "from the back/forward cache" : "where the page is loaded again"}`, async () => {
    const path = cached ? "/back" : "/back-uncached";
    const watch = "<script>addEventListener('pageshow', (event) => (window.fromCache = event.persisted))</script>";
    const address = merchant.page(path, tag() + watch, cached ? {} : { "cache-control": "no-store" });
    const elsewhere = merchant.page("/elsewhere", tag());
    await page.goto(`${address}?ref=${ref}`);
    const first = await settled(page);
    await page.goto(elsewhere);
    await settled(page);
    await page.goBack({ waitUntil: "commit" });
    await until(() => page.evaluate(() => window.fromCache !== undefined).catch(() => false), "the page shown again");
    assert.equal(await page.evaluate(() => window.fromCache), cached);
    assert.deepEqual((await settled(page)).stored, first.stored);
    assert.equal(sent.length, 1);
    assert.equal((await control("clicks", { about: `${path}?` })).length, 1);
  });
}

test("back in an earlier page, the tab's last click is the one that it carries", async () => {
  const earlier = merchant.page("/carrying", tag() + '<a href="https://buy.stripe.com/test_1">pay</a>') + `?ref=${ref}`;
  await page.goto(earlier);
  const first = await settled(page);
  await page.goto(merchant.page("/carrying-later", tag()) + `?ref=${ref}`);
  const second = await settled(page);
  assert.notEqual(second.ready, first.ready);
  await page.goBack({ waitUntil: "commit" });
  const payment = await until(() => page.$eval("a", (link) => link.search && link.href).catch(() => null), "the link");
  assert.equal(payment, `https://buy.stripe.com/test_1?client_reference_id=${second.ready}`);
  assert.equal(sent.length, 2);
});

test("pages of the site that keep ?ref= are no clicks, another visit from outside is one", async () => {
  const address = merchant.page("/kept", tag() + `<a href="/kept?ref=${ref}">more</a>`) + `?ref=${ref}`;
  await page.goto(address);
  const first = await settled(page);
  await page.click("a");
  await settled(page);
  assert.equal(sent.length, 1);
  await page.goto(address);
  const again = await settled(page);
  assert.notEqual(again.ready, first.ready);
  assert.equal(again.stored.__selgeo_vtk, first.stored.__selgeo_vtk, "the same visitor");
  const clicks = await control("clicks", { about: "/kept" });
  assert.equal(clicks.length, 2);
  assert.equal(clicks[1].visitor, clicks[0].visitor);
  assert.equal(clicks[1].unique, false, "and it is marked as a repeat");
});

test("a page that is closed while it sends loses nothing", async () => {
  const held = holdFirst();
  await page.goto(merchant.page("/closed", throughGate()) + `?ref=${ref}`);
  await until(() => held.length, "the request at the gate");
  await page.close();
  const another = await context.newPage();  // by the time that it is there the browser has let go of the closed one
  await another.goto(merchant.page("/after", throughGate()));
  await settled(another);
  await held[0]();
  assert.equal((await control("clicks", { about: "/closed" })).length, 1);
  assert.equal(merchant.broken, 0, "the browser has waited for the answer");
});

test("a visitor who goes on at once loses nothing", async () => {
  const next = merchant.page("/next", "read on");
  // The snippet runs, and the page goes in the same moment.
  await page.goto(merchant.page("/hurry", tag(`onload="location.href='${next}'"`)) + `?ref=${ref}`);
  await page.waitForURL(next);
  await until(async () => (await control("clicks", { about: "/hurry" })).length == 1, "the click stored");
});

test("a request that fails is sent once more with the same id", async () => {
  let failures = 1;
  merchant.gate = (pass) =>
    failures-- > 0 ? { status: 503, headers: { "access-control-allow-origin": "*", "retry-after": "1" }, body: "{}" } : pass();
  await page.goto(merchant.page("/busy", throughGate()) + `?ref=${ref}`);
  const { ready } = await settled(page);
  assert.match(ready, uuid7);
  assert.deepEqual(merchant.passed.map((body) => body.click_id), [ready, ready]);
  assert.equal((await control("clicks", { about: "/busy" })).length, 1);
});

test("an edge that says when to come back by a date is not asked again at once", async () => {
  const times = [];
  const busy = () => ({
    status: 503,
    headers: { "access-control-allow-origin": "*", "access-control-expose-headers": "retry-after", "retry-after": new Date(Date.now() + 3_000).toUTCString() },
    body: "{}",
  });
  merchant.gate = (pass) => (times.push(Date.now()) == 1 ? busy() : pass());
  await page.goto(merchant.page("/date", throughGate()) + `?ref=${ref}`);
  assert.match((await settled(page)).ready, uuid7);
  assert.equal(times.length, 2);
  assert.ok(times[1] - times[0] > 1_000, `after ${times[1] - times[0]} ms`);
});

test("an earlier click that never gets an answer does not settle a later one", async () => {
  await page.addInitScript(() => {
    const real = window.setTimeout;
    window.waits = [];  // what would settle `ready` after fifteen seconds
    window.setTimeout = (call, ms) => (ms == 15_000 ? window.waits.push(call) : real(call, ms));
  });
  const held = [];
  merchant.gate = (pass) => new Promise((resolve) => held.push(() => resolve(pass())));
  const other = await control("link_to", { target: merchant.address("/anywhere") });
  await page.goto(merchant.page("/two", throughGate()) + `?ref=${ref}`);
  await until(() => held.length == 1, "the first click");
  await page.evaluate((code) => history.pushState(null, "", `?ref=${code}`), other);
  await until(() => held.length == 2, "the second click");
  const isSettled = () =>
    page.evaluate(() => Promise.race([window.footfall.ready.then(() => true), new Promise((go) => setTimeout(() => go(false), 50))]));
  await page.evaluate(() => window.waits[0]());
  assert.equal(await isSettled(), false, "the first click's time is over, not the second's");
  held[1]();
  assert.equal((await settled(page)).ready, merchant.passed[1].click_id);
  held[0]();
});

test("a page that goes before its second attempt sends the click as a last word", async () => {
  await page.addInitScript(() => {
    const real = window.fetch;
    window.fetch = (...of) => real(...of).finally(() => (window.answered = true));
  });
  let refusals = 1;
  merchant.gate = (pass) =>
    refusals-- > 0 ? { status: 503, headers: { "access-control-allow-origin": "*", "retry-after": "600" }, body: "{}" } : pass();
  await page.goto(merchant.page("/last-word", throughGate()) + `?ref=${ref}`);
  await page.waitForFunction(() => window.answered);
  await page.close({ runBeforeUnload: true });
  const [first, last] = await until(() => merchant.passed.length == 2 && merchant.passed, "the beacon");
  assert.deepEqual(last, first);
  const stored = async () => (await control("clicks", { about: "/last-word" })).map((click) => click.id);
  assert.deepEqual(await until(async () => (await stored()).length && stored(), "the click stored"), [first.click_id]);
});

test("an answer that is lost does not make two clicks", async () => {
  let answers = 0;
  merchant.gate = async (pass) => {
    const answer = await pass();
    if (answers++ == 0) throw new Error("the connection breaks after the edge has taken the click");
    return answer;
  };
  await page.goto(merchant.page("/lost-answer", throughGate()) + `?ref=${ref}`);
  const { ready } = await settled(page);
  assert.deepEqual(merchant.passed.map((body) => body.click_id), [ready, ready]);
  assert.deepEqual((await control("clicks", { about: "/lost-answer" })).map((click) => click.id), [ready]);
});

test("a visitor's clock that is days off: the click is reported with an id of the right time", async () => {
  await page.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() - 3 * 86_400_000;
  });
  await page.goto(merchant.page("/slow-clock", tag()) + `?ref=${ref}`);
  const { ready } = await settled(page);
  assert.equal(sent.length, 2, "refused with the edge's time, then sent with it");
  assert.equal(ready, sent[1].body.click_id);
  const minutesOff = Math.abs(parseInt(ready.replaceAll("-", "").slice(0, 12), 16) - Date.now()) / 60_000;
  assert.ok(minutesOff < 10, `${minutesOff} minutes off`);
  assert.deepEqual((await control("clicks", { about: "/slow-clock" })).map((click) => click.id), [ready]);
});

test("offline, then online", async () => {
  await page.goto(merchant.page("/offline", tag()));
  assert.equal((await settled(page)).ready, null);
  await context.setOffline(true);
  await page.evaluate((code) => history.pushState(null, "", `?ref=${code}`), ref);
  await until(() => sent.length == 1, "the first attempt");
  await context.setOffline(false);
  const { ready } = await settled(page);
  assert.match(ready, uuid7);
  assert.equal(new Set(sent.map(({ body }) => body.click_id)).size, 1);
  assert.deepEqual((await control("clicks", { about: "/offline" })).map((click) => click.id), [ready]);
});

test("Redis away: nothing is seen of it, and the click is stored once it is back", async () => {
  await control("stop_redis");
  try {
    await page.goto(merchant.page("/no-redis", tag()) + `?ref=${ref}`);
    assert.match((await settled(page)).ready, uuid7);
  } finally {
    await control("start_redis");
  }
  assert.equal((await control("clicks", { about: "/no-redis" })).length, 1);
});

test("the edge away: the page is not disturbed, and the next page in the tab reports the click", async () => {
  const errors = [];
  page.on("pageerror", (error) => errors.push(error));
  const next = merchant.page("/edge-back", tag());
  await page.goto(next);  // the browser keeps the script now
  await settled(page);
  await control("stop_edge");
  let away;
  try {
    await page.goto(merchant.page("/edge-away", tag()) + `?ref=${ref}`);
    away = await settled(page);
    assert.equal(away.ready, null);
    assert.equal(away.stored.__selgeo_cid, undefined);
    assert.equal(sent.length, 2, "one retry");
  } finally {
    await control("start_edge");
  }
  await page.goto(next);
  const { ready } = await settled(page);
  assert.equal(ready, JSON.parse(away.stored.__selgeo_req).click_id);
  assert.deepEqual((await control("clicks", { about: "/edge-away" })).map((click) => click.id), [ready]);
  assert.deepEqual(errors, []);
});

test("the last click wins, and one that is still open is delivered beside it", async () => {
  const busy = { status: 503, headers: { "access-control-allow-origin": "*", "retry-after": "0" }, body: "{}" };
  // Both attempts and the page's last word fail; what the next page sends does not.
  merchant.gate = (pass) => (merchant.passed.length > 3 ? pass() : busy);
  await page.goto(merchant.page("/earlier", throughGate()) + `?ref=${ref}`);
  assert.equal((await settled(page)).ready, null);
  await page.goto(merchant.page("/later", throughGate()) + `?ref=${ref}`);
  const { ready } = await settled(page);
  const [later] = await control("clicks", { about: "/later" });
  assert.equal(later.id, ready);
  await until(async () => (await control("clicks", { about: "/earlier" })).length == 1, "the earlier click stored");
});

test("a page that the browser renders ahead of time counts when it is seen", async () => {
  const steps = `<script>
    addEventListener("load", () => fetch("/ahead/rendered"));
    document.addEventListener("prerenderingchange", async () => {
      const [{ activationStart }] = performance.getEntriesByType("navigation");
      fetch("/ahead/seen?id=" + (await footfall.ready) + "&activated=" + activationStart);
    });
  </script>`;
  const landing = merchant.page("/ahead", throughGate() + steps) + `?ref=${ref}`;
  const rules = JSON.stringify({ prerender: [{ urls: [landing], eagerness: "immediate" }] });
  const follow = `<a href="${landing}">go</a><script>
    (async () => {
      while (!(await fetch("/ahead/go")).ok);
      document.querySelector("a").click();
    })();
  </script>`;
  const list = merchant.page("/list", `<script type="speculationrules">${rules}</script>${follow}`);
  const asked = (path) => until(() => merchant.requests.find((request) => request.path == path), path);
  await alone(list, async () => {
    assert.match((await asked("/ahead")).purpose, /prerender/);
    await asked("/ahead/rendered");
    assert.deepEqual(merchant.passed, [], "nothing is sent before somebody sees the page");
    merchant.page("/ahead/go", "");
    const { query } = await asked("/ahead/seen");
    assert.ok(query.get("activated") > 0, "it is the page that was rendered before");
    const clicks = await control("clicks", { about: "/ahead" });
    assert.deepEqual(clicks.map(({ id, verdict }) => [id, verdict]), [[query.get("id"), []]]);
  });
});

test("a short link that the browser only prefetches counts as a prefetch", async () => {
  const code = await control("link_to", { target: merchant.page("/prefetched", tag()) });
  const link = `http://c.localhost:${new URL(edge).port}/${code}?sub1=prefetched-link`;
  const rules = JSON.stringify({ prefetch: [{ urls: [link], eagerness: "immediate" }] });
  await page.goto(merchant.page("/affiliate", `<script type="speculationrules">${rules}</script><a href="${link}">go</a>`));
  await until(() => merchant.requests.some(({ path }) => path == "/prefetched"), "the prefetch");
  const [click] = await control("clicks", { about: "prefetched-link" });
  assert.equal(click.counts, false);
  assert.deepEqual(click.verdict, ["prefetch"]);
});

test("a short link that was prefetched and is then followed stays a prefetch: the browser does not ask again", async () => {
  const steps = `<script>
    addEventListener("load", async () => {
      const [{ deliveryType }] = performance.getEntriesByType("navigation");
      fetch("/followed/seen?delivery=" + deliveryType + "&id=" + (await footfall.ready));
    });
  </script>`;
  const code = await control("link_to", { target: merchant.page("/followed", tag() + steps) });
  const link = `http://c.localhost:${new URL(edge).port}/${code}?sub1=followed-link`;
  const rules = JSON.stringify({ prefetch: [{ urls: [link], eagerness: "immediate" }] });
  const follow = `<a href="${link}">go</a><script>
    (async () => {
      while (!(await fetch("/followed/go")).ok);
      document.querySelector("a").click();
    })();
  </script>`;
  const asked = (path) => until(() => merchant.requests.find((request) => request.path == path), path);
  await alone(merchant.page("/list-of-links", `<script type="speculationrules">${rules}</script>${follow}`), async () => {
    await asked("/followed");
    merchant.page("/followed/go", "");
    const { query } = await asked("/followed/seen");
    assert.equal(query.get("delivery"), "navigational-prefetch");
    const clicks = await control("clicks", { about: "followed-link" });
    assert.deepEqual(clicks.map(({ id, verdict }) => [id, verdict]), [[query.get("id"), ["prefetch"]]]);
  });
});
