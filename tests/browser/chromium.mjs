// A real Chromium for the tests: Debian's, without a window, that talks to nobody but the pages under test.
import { chromium } from "playwright-core";

export const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function launch(...more) {
  return chromium.launch({
    executablePath: process.env.FOOTFALL_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", ...more],
    // Playwright switches the back/forward cache off; the tests are about what visitors' browsers do.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
}

// A visitor who is taken for one: a browser without a window calls itself HeadlessChrome, and counts as a bot.
export function newVisitor(browser, options = {}) {
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version().split(".")[0]}.0.0.0 Safari/537.36`;
  return browser.newContext({ userAgent, ...options });
}
