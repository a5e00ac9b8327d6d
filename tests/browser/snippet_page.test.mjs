// What the snippet does on the page, and what it leaves alone: links, forms, storage, policies, single-page applications
// (SEL-10, SELX-07 to SELX-10). Run by tests/blackbox/test_snippet.py.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, newVisitor, uuid7, withPreferences } from "./chromium.mjs";
import { Merchant, control, edge, publicKey, ref, reports, settled, tag, until } from "./merchant.mjs";

let browser, merchant, context, page, sent, complaints;

before(async () => {
  merchant = await new Merchant().start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  merchant?.stop();
});

// A page's reports of clicks, and what the console or the page itself says of errors.
async function watch(someContext) {
  sent = reports(someContext);
  complaints = [];
  const it = await someContext.newPage();
  it.on("pageerror", (error) => complaints.push(String(error)));
  it.on("console", (message) => message.type() == "error" && complaints.push(message.text()));
  return it;
}

beforeEach(async () => {
  merchant.gate = (pass) => pass();
  merchant.passed = [];
  context = await newVisitor(browser);
  page = await watch(context);
});

afterEach(() => context.close());

const hrefs = () => page.$$eval("a", (links) => links.map((link) => link.href));

test("SELX-06: without a referral it sends nothing, keeps nothing and changes nothing", async () => {
  const link = "https://buy.stripe.com/test_1";
  await page.goto(merchant.page("/plain", `${tag()}<a href="${link}">pay</a><form><input name="click_id"></form>`));
  assert.deepEqual(await settled(page), { ready: null, clickId: null, stored: {}, cookie: "" });
  assert.deepEqual(sent, []);
  assert.deepEqual(await hrefs(), [link]);
  assert.equal(await page.inputValue("input"), "");
});

test("SEL-10, SELX-08: storage holds the documented keys and no cookie is set, by whatever name the script is loaded", async () => {
  for (const name of ["footfall.js", "selgeo.js"]) {
    await page.goto(merchant.page(`/${name}`, tag().replace("footfall.js", name)) + `?ref=${ref}`);
    const { ready, stored, cookie } = await settled(page);
    assert.match(ready, uuid7);
    assert.deepEqual(Object.keys(stored).sort(), ["__selgeo_cid", "__selgeo_req", "__selgeo_vtk"]);
    assert.equal(cookie, "");
  }
  assert.deepEqual(await context.cookies(), []);
  assert.deepEqual(complaints, []);
});

test("a version of the script, compressed with Brotli, with its integrity checked by the browser", async () => {
  const coming = page.waitForResponse(/footfall\.js/);
  await page.goto(merchant.page("/unpinned", tag()));
  const script = await coming;
  const headers = await script.allHeaders();
  assert.equal(headers["content-encoding"], "br");
  const digest = await crypto.subtle.digest("SHA-384", await script.body());
  const integrity = `sha384-${Buffer.from(digest).toString("base64")}`;
  const pinned = tag(`integrity="${integrity}" crossorigin`).replace("/v1/footfall.js", headers["content-location"]);
  await page.goto(merchant.page("/pinned", pinned) + `?ref=${ref}`);
  assert.match((await settled(page)).ready, uuid7);
  assert.deepEqual(complaints, []);
});

for (const [what, body, status] of [
  ["SELX-10, a wrong key", () => tag().replace(publicKey, "pk_live_nobody"), 401],
  ["a code that nobody has", () => tag(), 404],
]) {
  test(`${what}: the page is not disturbed, and nothing is kept`, async () => {
    const answers = [];
    page.on("response", (answer) => answer.request().method() == "POST" && answers.push(answer.status()));
    const address = merchant.page(`/refused-${status}`, body());
    await page.goto(`${address}?ref=${status == 404 ? "no-such-code" : ref}`);
    assert.deepEqual(await settled(page), { ready: null, clickId: null, stored: {}, cookie: "" });
    await page.goto(address);
    await settled(page);
    assert.deepEqual(answers, [status], "once, and not again on the next page");
    assert.equal(complaints.filter((text) => !text.startsWith("Failed to load resource")).length, 0, complaints);
  });
}

test("storage that another script has written over: the page is not disturbed, and the click is reported", async () => {
  await page.addInitScript(() => (sessionStorage.__selgeo_req = "{not JSON"));
  await page.goto(merchant.page("/overwritten", tag()) + `?ref=${ref}`);
  assert.match((await settled(page)).ready, uuid7);
  assert.deepEqual(complaints, []);
});

test("SELX-10: no key, no script, the script twice: the page is not disturbed", async () => {
  await page.goto(merchant.page("/keyless", tag().replace(/data-merchant="[^"]*"/, "")) + `?ref=${ref}`, { waitUntil: "load" });
  assert.equal(await page.evaluate(() => window.footfall), undefined);
  await page.goto(merchant.page("/twice", tag() + tag()) + `?ref=${ref}`);
  assert.match((await settled(page)).ready, uuid7);
  assert.equal(sent.length, 1);
  assert.deepEqual(complaints, []);
});

test("a strict policy: the script's host and the endpoint's are all it needs", async () => {
  const policy = `default-src 'none'; script-src ${edge}; connect-src ${edge}; require-trusted-types-for 'script'; img-src data:`;
  const body = tag() + '<a href="https://buy.stripe.com/test_1">pay</a>';
  await page.goto(merchant.page("/strict", body, { "content-security-policy": policy }) + `?ref=${ref}`);
  const { ready } = await settled(page);
  assert.match(ready, uuid7);
  assert.deepEqual(await hrefs(), [`https://buy.stripe.com/test_1?client_reference_id=${ready}`]);
  assert.deepEqual(complaints, []);
});

test("a policy that forbids the endpoint: nothing but the browser's own words", async () => {
  const policy = `default-src 'none'; script-src ${edge}; img-src data:`;
  await page.goto(merchant.page("/forbidden", tag(), { "content-security-policy": policy }) + `?ref=${ref}`);
  assert.equal((await settled(page)).ready, null);
  assert.ok(complaints.length > 0 && complaints.every((text) => /Content Security Policy|Refused to connect/.test(text)), complaints);
});

test("SELX-09: payment links, forms and links to other domains carry the id, also those that come later", async () => {
  const own = "https://buy.stripe.com/own?client_reference_id=cart-7";
  const others = ["https://stripe.com/test", "https://buy.stripe.com.evil.example/x", merchant.address("/same"), "mailto:a@b.example",
                  "https://notcheckout.example/"];
  const body = `${tag('data-domains="checkout.example, other.example"')}
    <a href="https://buy.stripe.com/test_1?prefilled_email=a%40b.example&note=a+b%20c#top">pay</a><a href="${own}">own</a>
    <a href="https://checkout.example/cart?x=1">cart</a><a href="https://eu.other.example">eu</a>
    ${others.map((link) => `<a href="${link}">other</a>`).join("")}<form><input type="hidden" name="click_id"></form>`;
  await page.goto(merchant.page("/links", body) + `?ref=${ref}`);
  const { ready } = await settled(page);
  assert.equal(await page.inputValue("[name=click_id]"), ready);
  assert.deepEqual(await hrefs(), [
    `https://buy.stripe.com/test_1?prefilled_email=a%40b.example&note=a+b%20c&client_reference_id=${ready}#top`, own,
    `https://checkout.example/cart?x=1&click_id=${ready}`, `https://eu.other.example/?click_id=${ready}`, ...others]);

  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", '<a id="late" href="https://buy.stripe.com/late">late</a><form><input id="later" name="click_id"></form>');
  });
  await page.waitForFunction((id) => document.getElementById("late").search == `?client_reference_id=${id}` && document.getElementById("later").value == id, ready);
  await page.evaluate(() => (document.getElementById("late").href = "https://buy.stripe.com/changed"));
  await page.waitForFunction((id) => document.getElementById("late").href == `https://buy.stripe.com/changed?client_reference_id=${id}`, ready);
});

test("a single-page application: the script comes late, routes change, another referral follows", async () => {
  const router = "<script>const asked = location.search; history.replaceState(null, '', '/app')</script>";
  const address = merchant.page("/app", `${router}${tag()}<a href="https://buy.stripe.com/test_1">pay</a>`);
  await page.goto(`${address}?ref=${ref}`);
  const first = await settled(page);
  assert.match(first.ready, uuid7, "the address of the landing counts, though the router has cleaned it");
  assert.equal(page.url(), address);

  const go = (method, url) => page.evaluate(([name, to]) => history[name](null, "", to), [method, url]);
  await go("pushState", "/app/pricing");
  await go("replaceState", `/app/pricing?ref=${ref}`);
  await go("pushState", `/app/more?ref=${ref}`);
  await page.goBack();
  assert.equal((await settled(page)).ready, first.ready);
  assert.equal(sent.length, 1, "routes are no clicks");

  const other = await control("link_to", { target: merchant.address("/anywhere") });
  await go("pushState", `/app/partner?ref=${other}`);
  await until(() => sent.length == 2, "the second click");
  const second = await settled(page);
  assert.notEqual(second.ready, first.ready);
  assert.deepEqual(await hrefs(), [`https://buy.stripe.com/test_1?client_reference_id=${second.ready}`]);
  const clicks = await control("clicks", { about: "/app" });
  assert.deepEqual(clicks.map(({ id, link }) => [id, link.code]), [[first.ready, ref], [second.ready, other]]);
});

test("to another domain of the merchant: the click goes along and is not counted twice", async () => {
  const checkout = merchant.address("/pay", "checkout");
  merchant.page("/pay", tag());
  await page.goto(merchant.page("/cart", tag('data-domains="checkout.localhost"') + `<a href="${checkout}">pay</a>`) + `?ref=${ref}`);
  const { ready } = await settled(page);
  await page.click("a");
  await page.waitForURL(/checkout\.localhost/);
  const there = await settled(page);
  assert.equal(there.ready, ready);
  assert.deepEqual(there.stored, { __selgeo_cid: ready });
  await page.reload();
  assert.equal((await settled(page)).ready, ready);
  assert.equal(sent.length, 1);
});

test("script and endpoint on the merchant's own host, under names of his own", async () => {
  const body = `<script src="/proxied/footfall.js" data-merchant="${publicKey}" data-endpoint="/proxied/clicks" async></script>`;
  const foreign = [];
  page.on("request", (request) => request.url().startsWith(merchant.address("/")) || foreign.push(request.url()));
  await page.goto(merchant.page("/own", body) + `?ref=${ref}`);
  assert.match((await settled(page)).ready, uuid7);
  assert.equal(sent[0].url, merchant.address("/proxied/clicks"));
  assert.deepEqual(foreign, []);
});

test("an application's module may load it", async () => {
  const module = `<script type="module">const s = document.createElement("script"); s.type = "module"; s.src = "${edge}/v1/footfall.js";
    s.dataset.merchant = "${publicKey}"; document.head.append(s)</script>`;
  await page.goto(merchant.page("/module", module) + `?ref=${ref}`);
  await page.waitForFunction(() => window.footfall);
  assert.match((await settled(page)).ready, uuid7);
});

test("Global Privacy Control, where the merchant respects it", async () => {
  await context.addInitScript(() => Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true }));
  await page.goto(merchant.page("/private", tag('data-gpc="respect"')) + `?ref=${ref}`);
  assert.deepEqual(await settled(page), { ready: null, clickId: null, stored: {}, cookie: "" });
  assert.deepEqual(sent, []);
  await page.goto(merchant.page("/counted", tag()) + `?ref=${ref}`);
  assert.match((await settled(page)).ready, uuid7);
});

test("no storage: the click is reported, and known on its own page", async () => {
  const frame = { "content-security-policy": "sandbox allow-scripts allow-forms" };
  await page.goto(merchant.page("/sandbox", tag() + '<form><input name="click_id"></form>', frame) + `?ref=${ref}`);
  const id = await page.evaluate(() => window.footfall.ready);
  assert.match(id, uuid7);
  assert.equal(await page.inputValue("input"), id);
  assert.equal((await control("clicks", { about: "/sandbox" }))[0].id, id);
});

for (const [what, preferences] of [
  ["third-party cookies blocked", { profile: { cookie_controls_mode: 1, block_third_party_cookies: true } }],
  ["all cookies blocked", { profile: { default_content_setting_values: { cookies: 2 } } }],
]) {
  test(`${what}: the click is reported all the same`, async () => {
    await withPreferences(preferences, async (blocking) => {
      const it = await watch(blocking);
      const probe = "<script>try { window.hasStorage = sessionStorage.length >= 0 } catch { window.hasStorage = false }</script>";
      const path = what.startsWith("all") ? "/blocked" : "/partly-blocked";
      await it.goto(merchant.page(path, probe + tag()) + `?ref=${ref}`);
      assert.equal(await it.evaluate(() => window.hasStorage), !what.startsWith("all"), "the browser blocks what it should");
      const id = await it.evaluate(() => window.footfall.ready);
      assert.match(id, uuid7);
      assert.equal((await control("clicks", { about: path }))[0].id, id);
      assert.deepEqual(await blocking.cookies(), []);
      assert.deepEqual(complaints, []);
    });
  });
}
