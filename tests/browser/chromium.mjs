// A real Chromium for the tests: Debian's, without a window, that talks to nobody but the pages under test.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const settings = {
  executablePath: process.env.FOOTFALL_CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"],
  // Playwright switches the back/forward cache off; the tests are about what visitors' browsers do.
  ignoreDefaultArgs: ["--disable-back-forward-cache"],
};

export const launch = () => chromium.launch(settings);

// A visitor who is taken for one: a browser without a window calls itself HeadlessChrome, and counts as a bot.
const userAgent = (major) => `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;

export const newVisitor = (browser, options = {}) =>
  browser.newContext({ userAgent: userAgent(browser.version().split(".")[0]), ...options });

// A page of a fresh visitor, for whom every address but `edge` (a host with its port) is a small page of ours, so that
// nothing leaves the machine. Through the protocol and not page.route(), which does not see where a redirect leads.
export async function visitorWhoStaysHere(browser, edge) {
  const context = await newVisitor(browser);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  // A request that the browser has given up meanwhile (a favicon's, when the page goes on or closes) can no longer be
  // answered, and nobody waits for it. Were it the page's own, page.goto() would fail.
  const send = (method, parameters) => session.send(method, parameters).catch(() => {});
  session.on("Fetch.requestPaused", ({ requestId, request }) => {
    if (new URL(request.url).host === edge) return send("Fetch.continueRequest", { requestId });
    return send("Fetch.fulfillRequest", {
      requestId,
      responseCode: 200,
      responseHeaders: [{ name: "Content-Type", value: "text/html" }],
      body: Buffer.from("<!doctype html><title>target</title><h1>arrived</h1>").toString("base64"),
    });
  });
  await session.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
  return { context, page };
}

// Calls `use` with a folder that is gone afterwards. Chromium's helpers write into it for a moment after it has ended.
async function withFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "footfall-chromium-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

// Calls `use` with a visitor whose browser is set up as in `preferences` (Chromium's file of that name).
export const withPreferences = (preferences, use) =>
  withFolder(async (folder) => {
    mkdirSync(join(folder, "Default"));
    writeFileSync(join(folder, "Default", "Preferences"), JSON.stringify(preferences));
    const context = await chromium.launchPersistentContext(folder, { ...settings, userAgent: userAgent(140) });
    await use(context).finally(() => context.close());
  });

// Opens `address` in a browser that nobody steers, and calls `use` meanwhile: with a debugger on a page, Chromium renders
// no other ahead of time. The pages must act by themselves.
export const alone = (address, use) =>
  withFolder(async (folder) => {
    const more = [`--user-data-dir=${folder}`, `--user-agent=${userAgent(140)}`, "--headless=new", "--remote-debugging-port=0"];
    const process = spawn(settings.executablePath, [...settings.args, ...more, address], { stdio: "ignore" });
    const ended = once(process, "exit");
    try {
      await use();
    } finally {
      process.kill();
      await ended;
    }
  });
