// The demo shop of ./deploy/run in a real Chromium, as a visitor sees it who comes by an affiliate's link, by a short
// link, or by himself.
//
// FOOTFALL_SHOP: the shop's address with ?ref=demo, as ./deploy/run printed it. FOOTFALL_SHORT_LINK: the short link.
// FOOTFALL_SCREENSHOTS: a folder for pictures of the pages, to be looked at; none otherwise.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, newVisitor, uuid7 } from "./chromium.mjs";

const shop = process.env.FOOTFALL_SHOP;
const shortLink = process.env.FOOTFALL_SHORT_LINK;
const pictures = process.env.FOOTFALL_SCREENSHOTS;

let browser;

before(async () => {
  assert.ok(shop && shortLink, "set FOOTFALL_SHOP and FOOTFALL_SHORT_LINK");
  browser = await launch();
});

after(() => browser?.close());

// A fresh visitor's page. What it complains of (an error, a breach of the shop's policy) fails the test at the end.
async function visit(address, options) {
  const context = await newVisitor(browser, options);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() == "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(address);
  return { page, complaints, leave: () => context.close() };
}

async function buy(page) {
  await page.click("text=Buy the map");
  await page.waitForURL(/\/orders\/order-[0-9a-f]{12}$/);
}

const picture = (page, name) => pictures && page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });

for (const [device, viewport] of [["desk", { width: 1200, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
  test(`by an affiliate's link, on a ${device}: the click counts and earns a tenth`, async () => {
    const { page, complaints, leave } = await visit(shop, { viewport });
    await page.waitForSelector(".referred");
    const clickId = await page.inputValue("[name=click_id]");
    assert.match(clickId, uuid7);
    await picture(page, `shop-${device}`);
    await buy(page);
    const text = await page.innerText("main");
    for (const expected of ["human: it counts", clickId, "click_in_window", "4.90 EUR", "pending", "selgeo@demo.example"]) {
      assert.ok(text.includes(expected), `${expected} in ${text}`);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "no page wider than the screen");
    await picture(page, `order-${device}`);
    assert.deepEqual(complaints, []);
    await leave();
  });
}

test("by a short link: the click that it recorded is the one that is credited", async () => {
  const { page, complaints, leave } = await visit(shortLink);
  const clickId = new URL(page.url()).searchParams.get("click_id");
  assert.match(clickId, uuid7);
  await page.waitForSelector(".referred");
  assert.equal(await page.inputValue("[name=click_id]"), clickId);
  await buy(page);
  assert.ok((await page.innerText("main")).includes("4.90 EUR"));
  assert.deepEqual(complaints, []);
  await leave();
});

test("by himself: nothing is sent, and nothing is owed", async () => {
  const { page, complaints, leave } = await visit(new URL("/", shop).href);
  await page.waitForSelector("text=You were not referred");
  await buy(page);
  const text = await page.innerText("main");
  assert.ok(text.includes("NO_ATTRIBUTION_SIGNAL") && text.includes("Nothing is owed to anybody"), text);
  assert.deepEqual(complaints, []);
  await leave();
});

test("a path that is not there", async () => {
  const { page, leave } = await visit(new URL("/orders/order-0", shop).href);
  assert.ok((await page.innerText("main")).includes("no path here"));
  await leave();
});
