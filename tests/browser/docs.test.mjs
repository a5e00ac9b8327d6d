// A real Chromium reads the page of each API (/docs): its style sheet holds, nothing is asked from elsewhere, the browser
// has nothing to complain about, and axe-core neither; at desktop and phone width, in light and dark.
//
// FOOTFALL_DOCS: JSON, the pages' addresses. FOOTFALL_SCREENSHOTS: a folder for pictures; unset: none are taken.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";

const pages = JSON.parse(process.env.FOOTFALL_DOCS ?? "[]");
const pictures = process.env.FOOTFALL_SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ways = [
  { name: "desktop", options: { viewport: { width: 1280, height: 900 } } },
  { name: "phone", options: { viewport: { width: 375, height: 740 }, colorScheme: "dark", isMobile: true } },
];

let browser;

before(async () => {
  assert.equal(pages.length, 4, "set FOOTFALL_DOCS");
  browser = await launch();
});

after(() => browser?.close());

for (const way of ways) {
  test(`the pages can be read, ${way.name}`, async () => {
    for (const address of pages) {
      const context = await browser.newContext(way.options);
      const page = await context.newPage();
      const complaints = [], asked = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(address);
      assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /API$/);
      assert.ok(await page.locator("article").count() > 20, address);
      const call = page.locator(".call").first();
      assert.notEqual(await call.evaluate((one) => getComputedStyle(one).backgroundColor), "rgba(0, 0, 0, 0)", "the style sheet holds");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing hangs over the edge");
      if (pictures) await page.screenshot({ path: `${pictures}/${new URL(address).hostname}-${way.name}.png` });
      assert.deepEqual(complaints, []);
      assert.deepEqual(asked.filter((url) => !url.startsWith("data:")), [address]);
      const session = await context.newCDPSession(page);
      await session.send("Runtime.evaluate", { expression: axe, allowUnsafeEvalBlockedByCSP: true });
      const violations = await page.evaluate(async () => (await window.axe.run()).violations);
      assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`), []);
      await context.close();
    }
  });
}
