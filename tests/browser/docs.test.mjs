// A real Chromium reads the page of each API (/docs), which is Swagger UI: it shows every operation, its style sheet holds,
// nothing is asked from elsewhere, the browser has nothing to complain about (so the page's policy lets in what it needs),
// and axe-core nothing serious; the last of them, which is the largest, also at phone width and in the dark. Then a call
// is tried out.
//
// Waits are for what a reader waits for, never for an idle network: Swagger UI renders for some time after its last
// request, and for much longer on a machine that is busy.
//
// FOOTFALL_DOCS: JSON, the pages' addresses, BaClique's among them. FOOTFALL_KEY: a key of BaClique's, of an account with a
// campaign. FOOTFALL_SCREENSHOTS: a folder for pictures; unset: none are taken.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";

const addresses = JSON.parse(process.env.FOOTFALL_DOCS ?? "[]");
const pictures = process.env.FOOTFALL_SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const desktop = { name: "desktop", options: { viewport: { width: 1280, height: 900 } } };
const phone = { name: "phone", options: { viewport: { width: 375, height: 740 }, colorScheme: "dark", isMobile: true } };

let browser;

before(async () => {
  assert.equal(addresses.length, 4, "set FOOTFALL_DOCS");
  browser = await launch();
});

after(() => browser?.close());

// Calls `use` with the page, once it shows its operations, and the document that it shows. Sees afterwards that it asked
// for its own files and nothing else but `more`, and that the browser did not complain.
async function read(address, way, use, more = []) {
  const context = await browser.newContext(way.options);
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const complaints = [], asked = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => asked.push(request.url().replace(/\?v=[0-9a-f]{16}$/, "")));
  const described = page.waitForResponse((answer) => answer.url().endsWith("/openapi.json"));
  await page.goto(address, { waitUntil: "commit" });
  const shown = await (await described).json();
  await page.locator(".opblock-summary-control").first().waitFor();
  await use(page, shown);
  const { origin } = new URL(address);
  const own = [address, `${address}/ui.css`, `${address}/ui.js`, `${origin}/openapi.json`, ...more];
  assert.deepEqual(asked.filter((url) => !url.startsWith("data:")).sort(), own.sort());
  assert.deepEqual(complaints, []);
  await context.close();
}

async function look(page) {
  const session = await page.context().newCDPSession(page);   // past the page's policy, as a debugger
  const put = await session.send("Runtime.evaluate", { expression: axe, allowUnsafeEvalBlockedByCSP: true });
  assert.equal(put.exceptionDetails, undefined);
  const violations = await page.evaluate(async () => (await window.axe.run()).violations);
  const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact));
  assert.deepEqual(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(" ")}`), []);
}

for (const [way, which] of [[desktop, addresses], [phone, addresses.slice(-1)]]) {
  test(`every operation can be read, ${way.name}`, async () => {
    for (const address of which) {
      await read(address, way, async (page, { info, paths, webhooks = {} }) => {
        assert.match(await page.title(), /API$/);
        await page.getByRole("heading", { name: info.title }).waitFor();
        const operations = [...Object.values(paths), ...Object.values(webhooks)].flatMap(Object.keys).length;
        await page.locator(".opblock").nth(operations - 1).waitFor();
        assert.equal(await page.locator(".opblock").count(), operations, address);
        const first = page.locator(".opblock").first();
        await first.locator(".opblock-summary-control").click();
        await first.locator(".responses-table .response").first().waitFor();
        await first.locator("pre.example").filter({ hasText: /^\s*\{\s*"\w+":/ }).first().waitFor();   // references are followed
        const method = first.locator(".opblock-summary-method");
        assert.notEqual(await method.evaluate((one) => getComputedStyle(one).backgroundColor), "rgba(0, 0, 0, 0)", "the style sheet holds");
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing hangs over the edge");
        if (pictures) await page.screenshot({ path: `${pictures}/${new URL(address).hostname}-${way.name}.png` });
        await look(page);
      });
    }
  });
}

test("a call is tried out on the same host, with the key that was typed", async () => {
  const address = addresses.find((one) => new URL(one).hostname.startsWith("baclique"));
  const called = new URL("/v1/campaigns?status=active", address).href;
  await read(address, desktop, async (page) => {
    await page.locator(".scheme-container button.authorize").click();
    await page.locator(".auth-container input").fill(process.env.FOOTFALL_KEY);
    await page.locator(".auth-btn-wrapper button.authorize").click();
    await page.locator(".auth-btn-wrapper .btn-done").click();
    const operation = page.locator(".opblock", { has: page.getByText("List campaigns", { exact: true }) });
    await operation.locator(".opblock-summary-control").click();
    await operation.getByRole("button", { name: "Try it out" }).click();
    await operation.locator("tr[data-param-name=status] select").selectOption("active");
    await operation.getByRole("button", { name: "Execute" }).click();
    const answer = operation.locator(".live-responses-table");
    await answer.waitFor();
    assert.equal((await answer.locator("tbody .response-col_status").first().innerText()).trim(), "200");
    const { campaigns } = JSON.parse(await answer.locator(".response-col_description pre").first().innerText());
    assert.ok(campaigns.length > 0 && campaigns.every((one) => one.id.startsWith("cmp_")));
  }, [called]);
});
