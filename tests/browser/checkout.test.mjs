// A real Chromium pays deposits: in the sandbox, on a double of Stripe's page, by bank so that the money comes late, and
// by a proforma invoice; at desktop and phone width, in light and dark, and without JavaScript. axe-core looks at every
// page of ours.
//
// FOOTFALL_CHECKOUTS: JSON, for each way below {sandbox, cancelled, stripe, bank, transfer}: payment_urls of deposits, of which
// `bank` and `stripe` lead back to a page that says "Back in the shop". FOOTFALL_SCREENSHOTS: a folder for pictures;
// unset: none are taken.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";

const checkouts = JSON.parse(process.env.FOOTFALL_CHECKOUTS ?? "[]");
const pictures = process.env.FOOTFALL_SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ways = [
  { name: "desktop", options: { viewport: { width: 1280, height: 900 } } },
  { name: "phone", options: { viewport: { width: 375, height: 740 }, colorScheme: "dark", isMobile: true, hasTouch: true } },
  { name: "without-scripts", options: { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false } },
];

let browser;

before(async () => {
  assert.equal(checkouts.length, ways.length, "set FOOTFALL_CHECKOUTS");
  browser = await launch();
});

after(() => browser?.close());

async function look(page, way, name) {
  if (pictures) await page.screenshot({ path: `${pictures}/checkout-${way.name}-${name}.png`, fullPage: true });
  if (way.options.javaScriptEnabled === false) return;
  const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  // The debugger's evaluation is none of the page's scripts, so that the page keeps its Content-Security-Policy.
  const debuggers = await page.context().newCDPSession(page);
  await debuggers.send("Runtime.evaluate", { expression: axe });
  const run = await debuggers.send("Runtime.evaluate", { expression: "axe.run().then(({ violations }) => violations)",
                                                         awaitPromise: true, returnByValue: true });
  assert.equal(run.exceptionDetails, undefined, run.exceptionDetails?.exception?.description);
  const violations = run.result.value;
  await debuggers.detach();
  assert.equal(scrolls, false, `${name} is wider than a ${way.name}`);
  const serious = violations.filter((each) => ["serious", "critical"].includes(each.impact));
  assert.deepEqual(serious.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" ")}`), [], name);
}

for (const [index, way] of ways.entries()) {
  const visit = async (use) => {
    const context = await browser.newContext(way.options);
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await use(page, checkouts[index]);
    assert.deepEqual(complaints.filter((text) => !text.includes("favicon") && !text.includes("404")), []);
    await context.close();
  };
  const backInTheShop = async (page, status) => {
    await page.getByText("Back in the shop").waitFor();
    const { searchParams } = new URL(page.url());
    assert.equal(searchParams.get("status"), status);
    assert.match(searchParams.get("deposit_id"), /^dep_/);
  };

  test(`the sandbox takes play money, ${way.name}`, () => visit(async (page, { sandbox, cancelled }) => {
    await page.goto(sandbox);
    await look(page, way, "sandbox");
    await page.getByRole("button", { name: /^Pay 250\.00 PLN$/ }).click();
    await backInTheShop(page, "paid");
    await page.goto(sandbox);
    await page.getByText("The money has come").waitFor();
    await look(page, way, "paid");
    assert.equal(await page.getByRole("button").count(), 0);
    await page.getByRole("link", { name: "Back" }).click();
    await backInTheShop(page, "paid");
    await page.goto(cancelled);
    await page.getByRole("button", { name: "Cancel" }).click();
    await backInTheShop(page, "cancelled");
  }));

  test(`Stripe takes the money and tells at once, ${way.name}`, () => visit(async (page, { stripe }) => {
    await page.goto(stripe);
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    await backInTheShop(page, "paid");
  }));

  test(`a payment by bank is waited for, ${way.name}`, () => visit(async (page, { bank, ours }) => {
    await page.goto(ours);
    await look(page, way, "stripe");
    await page.getByRole("link", { name: "Pay with Stripe" }).click();
    assert.equal(page.url(), bank);
    await page.getByRole("button", { name: "Pay by bank" }).click();
    await page.getByText("has not confirmed the payment yet").waitFor();
    await look(page, way, "awaited");
    const { origin, pathname } = new URL(bank);
    assert.equal((await fetch(`${origin}/late/${pathname.split("/").at(-1)}`)).status, 200);
    await backInTheShop(page, "paid");   // by itself
  }));

  test(`a transfer has a proforma invoice, ${way.name}`, () => visit(async (page, { transfer }) => {
    await page.goto(transfer);
    await page.getByText("PL61 1090").waitFor();
    await look(page, way, "transfer");
    const href = new URL(await page.getByRole("link", { name: /PDF/ }).getAttribute("href"), page.url());
    const file = await page.request.get(href.href.replace(href.hostname, "127.0.0.1"), { headers: { Host: href.host } });
    assert.equal(file.status(), 200);
    assert.equal((await file.body()).subarray(0, 5).toString(), "%PDF-");
  }));
}
