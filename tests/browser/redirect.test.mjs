// A real Chromium opens a short link and lands on the target, with its click id in the address.
//
// FOOTFALL_SHORT_LINK: the link that ./deploy/run printed (http://c.localhost:8080/demo). FOOTFALL_TARGET: the address that its
// campaign leads to. Chromium resolves *.localhost to this machine by itself. The target is answered by this test, so
// that nothing leaves the machine.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, uuid7, visitorWhoStaysHere } from "./chromium.mjs";

const shortLink = process.env.FOOTFALL_SHORT_LINK;
const target = process.env.FOOTFALL_TARGET;

let browser;

before(async () => {
  assert.ok(shortLink && target, "set FOOTFALL_SHORT_LINK and FOOTFALL_TARGET");
  browser = await launch();
});

after(() => browser?.close());

const visitor = () => visitorWhoStaysHere(browser, new URL(shortLink).host);

test("the short link leads to the target with a click id", async () => {
  const { context, page } = await visitor();
  const arrived = await page.goto(`${shortLink}?sub1=browser&utm_source=test`);
  assert.equal(arrived.status(), 200);
  const landed = new URL(page.url());
  const wanted = new URL(target);
  assert.equal(landed.origin + landed.pathname, wanted.origin + wanted.pathname);
  assert.match(landed.searchParams.get("click_id"), uuid7);
  assert.equal(landed.searchParams.get("sub1"), "browser");
  assert.equal(landed.searchParams.get("utm_source"), "test");
  const redirect = await arrived.request().redirectedFrom().response();
  assert.equal(redirect.status(), 302);
  assert.equal(redirect.headers()["cache-control"], "no-store");
  assert.equal(redirect.headers()["x-robots-tag"], "noindex");
  await context.close();
});

test("every visit is a click of its own: the browser keeps no answer", async () => {
  const { context, page } = await visitor();
  const seen = new Set();
  for (let visit = 0; visit < 3; visit++) {
    await page.goto(shortLink);
    seen.add(new URL(page.url()).searchParams.get("click_id"));
  }
  assert.equal(seen.size, 3);
  await context.close();
});

test("an unknown code is a 404 page, not a broken one", async () => {
  const { context, page } = await visitor();
  const answer = await page.goto(new URL("/no-such-code", shortLink).href);
  assert.equal(answer.status(), 404);
  assert.match(answer.headers()["content-type"], /^text\/html/);
  assert.ok((await page.locator("body").innerText()).length > 0);
  await context.close();
});
