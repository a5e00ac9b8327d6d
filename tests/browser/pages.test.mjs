// A real Chromium goes the way of an affiliate: opens the invitation, joins, copies the link, reads the portal; at
// desktop and phone width, in light and dark, without JavaScript, and by keyboard alone. The pages' policy holds all the
// while. axe-core looks at every page.
//
// FOOTFALL_INVITATIONS: as many invitation links as there are ways below and one for the keyboard, parted by blanks.
// FOOTFALL_KEY: a key of the merchant, to report a sale. FOOTFALL_MAILS: the folder into which core writes mails.
// FOOTFALL_APPLICATION: the path of a creator's page that decides on an application. FOOTFALL_PAGES: further pages, as a
// JSON array of {name, path, heading} with the `session` that sees them. FOOTFALL_SCREENSHOTS: a folder for pictures; unset:
// none are taken.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { launch, uuid7, visitorWhoStaysHere } from "./chromium.mjs";

const invitations = (process.env.FOOTFALL_INVITATIONS ?? "").split(" ").filter(Boolean);
const others = JSON.parse(process.env.FOOTFALL_PAGES ?? "[]");
const pictures = process.env.FOOTFALL_SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ways = [
  { name: "desktop", options: { viewport: { width: 1280, height: 900 } } },
  { name: "phone", options: { viewport: { width: 375, height: 740 }, colorScheme: "dark", isMobile: true, hasTouch: true } },
  { name: "without-scripts", options: { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false } },
];

let browser;

before(async () => {
  assert.equal(invitations.length, ways.length + 1, "set FOOTFALL_INVITATIONS");
  browser = await launch();
});

after(() => browser?.close());

async function look(page, way, name) {
  if (pictures) await page.screenshot({ path: `${pictures}/${way.name}-${name}.png`, fullPage: true });
  if (way.options.javaScriptEnabled === false) return;
  // Past the page's policy, as a debugger: the page itself may not.
  const session = await page.context().newCDPSession(page);
  const put = await session.send("Runtime.evaluate", { expression: axe, allowUnsafeEvalBlockedByCSP: true });
  assert.equal(put.exceptionDetails, undefined);
  await session.detach();
  const { scrolls, violations } = await page.evaluate(async () => {
    const scrolls = document.documentElement.scrollWidth > document.documentElement.clientWidth;
    return { scrolls, violations: (await window.axe.run()).violations };
  });
  assert.equal(scrolls, false, `${name} is wider than a ${way.name}`);
  const serious = violations.filter((each) => ["serious", "critical"].includes(each.impact));
  assert.deepEqual(serious.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" ")}`), [], name);
}

// Where the newest mail to the address leads that has such a link; waits for it.
async function mailedLink(address, path) {
  const folder = process.env.FOOTFALL_MAILS;
  const mails = () => readdirSync(folder).filter((name) => name.endsWith(".eml")).sort().map((name) => readFileSync(`${folder}/${name}`, "utf8"));
  for (let tries = 0; tries < 300; ++tries) {
    const links = mails().filter((mail) => mail.includes(`\r\nTo: ${address}\r\n`)).map((mail) => mail.match(/https?:\/\/\S+/)?.[0]);
    const found = links.filter((link) => link && new URL(link).pathname === path).at(-1);
    if (found) return new URL(new URL(found).pathname + new URL(found).search, invitations[0]).href;
    await pause(100);
  }
  throw new Error(`no mail to ${address} leads to ${path}`);
}

// A visitor follows the affiliate's link and buys; the merchant reports the sale of that click, for 80 euros.
async function buy(link, invitation) {
  const { port } = new URL(invitation);
  const edge = `c.localhost:${port}`;
  const { context, page } = await visitorWhoStaysHere(browser, edge);
  await page.goto(`http://${edge}${new URL(link).pathname}`);
  const click = new URL(page.url()).searchParams.get("baclique_id");
  assert.match(click, uuid7);
  await context.close();
  const call = async (path, options = {}) => {
    const headers = { Authorization: `Bearer ${process.env.FOOTFALL_KEY}`, "Content-Type": "application/json" };
    const answer = await fetch(`http://localhost:${port}/v1${path}`, { headers, ...options });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  };
  const slug = new URL(invitation).pathname.split("/")[2];
  const { campaigns } = await call("/campaigns?limit=100");
  const campaign = campaigns.find((each) => each.name.toLowerCase().replace(/[^a-z0-9]+/g, "-") === slug);
  const body = { campaign_id: campaign.id, click_id: click, external_id: `ORDER-${Date.now()}`, amount: 80 };
  const sale = await call("/conversions", { method: "POST", body: JSON.stringify(body) });
  assert.equal(sale.commission, 10);
}

for (const [index, way] of ways.entries()) {
  test(`from the invitation to the portal, ${way.name}`, async () => {
    const context = await browser.newContext(way.options);
    if (way.options.javaScriptEnabled !== false) await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    const opened = await page.goto(invitations[index]);
    assert.equal(opened.status(), 200);
    await look(page, way, "invitation");
    await page.getByLabel("Your name").fill("Jane Doe");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("checkbox").check();
    const address = await page.getByLabel("E-mail", { exact: true }).inputValue();
    await page.getByRole("button", { name: "Join and get my link" }).click();
    await page.getByRole("heading", { name: "Check your mail" }).waitFor();
    await look(page, way, "check-your-mail");
    await page.goto(await mailedLink(address, "/portal/join"));
    await page.getByLabel("Password").fill("correct horse battery");
    await look(page, way, "confirm");
    await page.getByRole("button", { name: "Join and get my link" }).click();
    await page.getByText("You are in.").waitFor();
    await look(page, way, "joined");
    const link = await page.getByLabel("Your link").inputValue();
    assert.match(link, /^https?:\/\/c\.localhost(:\d+)?\/[\w-]+$/);
    const copy = page.getByRole("button", { name: "Copy" });
    if (way.options.javaScriptEnabled === false) {
      assert.equal(await copy.count(), 0);
    } else {
      await copy.click();
      await page.getByText("Copied").waitFor();
    }
    await buy(link, invitations[index]);
    await page.getByText("Tell your places apart").click();
    await page.getByLabel("Tag").fill("newsletter");
    await page.getByRole("button", { name: "Make the link" }).click();
    assert.equal(await page.getByLabel("Your link").inputValue(), `${link}?sub1=newsletter`);
    await page.getByRole("link", { name: "To your overview" }).click();
    await page.getByRole("heading", { name: "Hello, Jane Doe" }).waitFor();
    await page.getByText("80.00 EUR").first().waitFor();
    await look(page, way, "portal");
    await page.getByRole("link", { name: "90 days" }).click();
    await page.getByRole("link", { name: "Profile" }).click();
    await page.getByRole("heading", { name: "Profile" }).waitFor();
    await look(page, way, "profile");
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await look(page, way, "log-in");
    await page.goto(invitations[index]);
    await page.getByRole("heading", { name: "This invitation has been used" }).waitFor();
    await look(page, way, "used");
    await page.goto(new URL("/portal/log-in", invitations[0]).href);
    await page.getByRole("link", { name: "Forgotten the password?" }).click();
    await look(page, way, "forgotten");
    await page.getByLabel("E-mail", { exact: true }).fill(address);
    await page.getByRole("button", { name: "Send me a link" }).click();
    await page.getByRole("heading", { name: "Check your mail" }).waitFor();
    await page.goto(await mailedLink(address, "/portal/reset"));
    await look(page, way, "reset");
    await page.getByLabel("New password").fill("another horse battery");
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByRole("heading", { name: "Hello, Jane Doe" }).waitFor();
    await page.goto(new URL(process.env.FOOTFALL_APPLICATION, invitations[0]).href);
    await page.getByRole("button", { name: "Approve" }).waitFor();
    await look(page, way, "application");
    const { port } = new URL(invitations[0]);
    await page.goto(`http://c.localhost:${port}/no-such-link`);
    await look(page, way, "edge-404");
    await page.goto(`http://c.localhost:${port}${new URL(link).pathname}+`);
    await page.getByRole("heading", { name: "Where this link leads" }).waitFor();
    await look(page, way, "edge-preview");
    assert.deepEqual(complaints.filter((text) => !text.includes("favicon") && !text.includes("410") && !text.includes("404")), []);
    await context.close();
  });
}

for (const way of ways.slice(0, 2)) {
  test(`pages that say what to do, ${way.name}`, async () => {
    assert.ok(others.length > 0, "set FOOTFALL_PAGES");
    for (const { name, path, heading, session } of others) {
      const context = await browser.newContext(way.options);
      const { origin } = new URL(invitations[0]);
      if (session) await context.addCookies([{ name: "session", value: session, url: origin }]);
      const page = await context.newPage();
      const refused = [];
      page.on("console", (message) => message.text().includes("Content Security Policy") && refused.push(message.text()));
      await page.goto(origin + path);
      await page.getByRole("heading", { name: heading, exact: true }).first().waitFor();
      await look(page, way, name);
      assert.deepEqual(refused, []);
      await context.close();
    }
  });
}

// Presses Tab until the element with that role and name has the focus, and sees that the focus shows.
async function tabTo(page, role, name) {
  const wanted = {
    textbox: () => page.getByLabel(name, { exact: true }),   // a password has no role
    summary: () => page.locator("summary", { hasText: name }),
  }[role]?.() ?? page.getByRole(role, { name, exact: true });
  for (let presses = 0; presses < 40; ++presses) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
      const { top, bottom, left, right } = element.getBoundingClientRect();
      return { is: element.outerHTML.slice(0, 80), outlineStyle, outlineColor, width: parseFloat(outlineWidth),
               isSeen: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth };
    });
    assert.ok(focus.outlineStyle !== "none" && focus.width >= 2 && focus.isSeen, `the focus shows: ${JSON.stringify(focus)}`);
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`no Tab leads to ${role} "${name}"`);
}

test("from the invitation to the portal by keyboard alone", async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const keys = page.keyboard;
  await page.goto(invitations.at(-1));
  const address = await page.getByLabel("E-mail", { exact: true }).inputValue();
  await tabTo(page, "link", "Skip to the content");
  await tabTo(page, "textbox", "Your name");
  await keys.type("Kay Board");
  await tabTo(page, "textbox", "Password");
  await keys.type("correct horse battery");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.name), "consent");
  await keys.press("Space");
  assert.ok(await page.getByRole("checkbox").isChecked());
  await tabTo(page, "button", "Join and get my link");
  await keys.press("Enter");
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  await page.goto(await mailedLink(address, "/portal/join"));
  await tabTo(page, "textbox", "Password");
  await keys.type("correct horse battery");
  await keys.press("Enter");
  await page.getByText("You are in.").waitFor();
  await tabTo(page, "button", "Copy");
  await keys.press("Enter");
  await page.getByText("Copied").waitFor();
  await tabTo(page, "summary", "Tell your places apart");
  await keys.press("Enter");
  await tabTo(page, "textbox", "Tag");
  await keys.type("newsletter");
  await keys.press("Enter");
  await page.waitForURL(/sub1=newsletter/);
  await tabTo(page, "link", "To your overview");
  await keys.press("Enter");
  await page.getByRole("heading", { name: "Hello, Kay Board" }).waitFor();
  await tabTo(page, "link", "7 days");
  await keys.press("Enter");
  await page.waitForURL(/days=7/);
  await tabTo(page, "button", "Log out");
  await keys.press("Enter");
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await context.close();
});

test("the policy of the page lets its own script and style in, and nothing else", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const refused = [];
  page.on("console", (message) => message.text().includes("Content Security Policy") && refused.push(message.text()));
  await page.goto(new URL("/portal/log-in", invitations[0]).href);
  assert.deepEqual(refused, []);
  const weight = await page.getByRole("button", { name: "Log in" }).evaluate((button) => getComputedStyle(button).fontWeight);
  assert.equal(weight, "600");
  await page.addScriptTag({ content: "window.injected = true" }).catch(() => {});
  assert.equal(await page.evaluate(() => window.injected), undefined);
  await context.close();
});
