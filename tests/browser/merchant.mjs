// A merchant's web server for the snippet's tests, on an origin of its own, and what the tests say to Footfall.
//
// FOOTFALL_EDGE: the edge's port. FOOTFALL_PUBLIC_KEY, FOOTFALL_REF: of the merchant. FOOTFALL_CONTROL: who stops, starts
// and looks into the books (tests/blackbox/test_snippet.py).
import assert from "node:assert/strict";
import http from "node:http";

export const edge = `http://selgeo.localhost:${process.env.FOOTFALL_EDGE}`;
export const publicKey = process.env.FOOTFALL_PUBLIC_KEY;
export const ref = process.env.FOOTFALL_REF;

// Control.NAME of tests/blackbox/test_snippet.py.
export async function control(name, parameters = {}) {
  const answer = await fetch(`${process.env.FOOTFALL_CONTROL}/${name}`, { method: "POST", body: JSON.stringify(parameters) });
  const result = await answer.json();
  assert.equal(answer.status, 200, `${name}: ${result}`);
  return result;
}

// The snippet as a merchant pastes it; `attributes` are added.
export const tag = (attributes = "") => `<script src="${edge}/v1/footfall.js" data-merchant="${publicKey}" ${attributes} async></script>`;

function forward(request, body) {
  return new Promise((resolve, reject) => {
    const fields = { ...request.headers, host: new URL(edge).host };
    const onward = http.request({ host: "127.0.0.1", port: new URL(edge).port, method: request.method, path: "/v1" + request.url.slice(request.url.lastIndexOf("/")), headers: fields }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    onward.on("error", reject);
    onward.end(body);
  });
}

// Hosts below localhost, all of them this server's: page(path, …) serves a page on each. gate.localhost/v1/… leads to the
// edge through `gate`, by which a test holds a request up, refuses it, or only sees it.
export class Merchant {
  pages = new Map();
  requests = [];  // { path, query, purpose }: everything but what goes through the gate
  gate = (pass) => pass();
  passed = [];    // bodies that came to the gate
  broken = 0;     // requests whose sender was gone before the gate's answer

  async start() {
    this.server = http.createServer((request, answer) => this.handle(request, answer).catch(() => answer.destroy()));
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.port = this.server.address().port;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  address(path, host = "shop") {
    return `http://${host}.localhost:${this.port}${path}`;
  }

  page(path, body, fields = {}) {
    this.pages.set(path, { body, fields });
    return this.address(path);
  }

  async handle(request, answer) {
    const { pathname, searchParams } = new URL(request.url, "http://any");
    const host = request.headers.host.split(".")[0];
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    if (host == "gate" || pathname.startsWith("/proxied/")) {
      if (request.method == "POST") this.passed.push(JSON.parse(body));
      answer.on("close", () => (this.broken += answer.writableFinished ? 0 : 1));
      const reply = await this.gate(() => forward(request, body), request);
      answer.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    }
    this.requests.push({ path: pathname, query: searchParams, purpose: request.headers["sec-purpose"] });
    const page = this.pages.get(pathname);
    const html = `<!doctype html><html><head><title>${pathname}</title><link rel="icon" href="data:,"></head><body>${page?.body ?? "no such page"}</body></html>`;
    answer.writeHead(page ? 200 : 404, { "content-type": "text/html; charset=utf-8", ...page?.fields }).end(html);
  }
}

// Every attempt of a page (or a context) to report a click, as { body, failed }.
export function reports(target) {
  const seen = [];
  target.on("request", (request) => {
    if (request.method() == "POST") seen.push({ url: request.url(), body: JSON.parse(request.postData()) });
  });
  return seen;
}

// What the snippet says and has stored, once it has settled.
export const settled = (page) =>
  page.evaluate(async () => {
    await new Promise((resolve) => (document.readyState == "complete" ? resolve() : addEventListener("load", resolve)));
    const ready = await window.footfall.ready;
    return { ready, clickId: window.footfall.getClickId(), stored: { ...sessionStorage }, cookie: document.cookie };
  });

// Waits until `check` says something true, and returns it.
export async function until(check, what, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value) return value;
    assert.ok(Date.now() < end, `${what} did not happen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
