// The snippet: reports the click that brought a visitor to this page, and tells its id to whoever asks.
//
// A page whose address has ?ref= makes one request. One with ?click_id= makes none: a short link, or another domain of
// the merchant, leads here with a click that is recorded already. Every other page only looks into the tab's storage.
// Whatever goes wrong, the page is not disturbed.
import { isClickId, mint } from "./click_id.js";
import { decorate } from "./decoration.js";
import { deliver } from "./delivery.js";
import { forget, kClickId, kRequest, kVisitorToken, read, write } from "./storage.js";

const kReadyMs = 15_000;
const kAddressCharsMax = 4_096;  // of the page and of its referrer

const tag = document.currentScript || document.querySelector("script[data-merchant]");
const { merchant, apiUrl, endpoint: path, domains, gpc } = tag?.dataset || {};

let endpoint;
let current;  // the delivery that is under way, if any
let seen;     // what the address asked for when we last looked
let settle;   // resolves `ready`
let ready = new Promise((resolve) => (settle = resolve));

const getClickId = () => read(kClickId) || null;

// The last click's request; nothing if there is none, or if another script has written over it.
function lastRequest() {
  try {
    return JSON.parse(read(kRequest));
  } catch {}
}

// The same, if its answer has not been seen.
function unconfirmed() {
  const request = lastRequest();
  return request && request.click_id != getClickId() && request;
}

function tell() {
  const id = getClickId();
  if (id) decorate(id, (domains || "").split(/[\s,]+/).filter(Boolean));
  settle(id);
}

// Reports a click. A later one that begins meanwhile takes its place in the tab; this one is still delivered.
async function report(body) {
  const delivery = (current = { body });
  const isCurrent = () => delivery == current;
  const remember = () => isCurrent() && write(kRequest, JSON.stringify(body));
  const before = settle;
  let own;
  ready = new Promise((resolve) => (settle = own = resolve));
  before(ready);
  remember();
  setTimeout(() => settle == own && tell(), kReadyMs);
  const answer = await deliver(endpoint, delivery, remember);
  if (!isCurrent()) return;
  current = undefined;
  if (answer) {
    write(kClickId, answer.click_id);
    write(kVisitorToken, answer.visitor_token);
  } else if (answer === undefined) {
    forget(kRequest);
  }
  tell();
}

// Looks at the address that the visitor has come to. `again`: by reload or through the history, which is no new click;
// `within`: from a page of the same site, which is one only if it brings another ref.
function arrive(address, again, within) {
  const query = new URL(address).searchParams;
  const ref = query.get("ref");
  const id = query.get("click_id");
  const last = lastRequest();
  const left = unconfirmed();
  const isKnown = (last || getClickId()) && (again || (within && last && last.ref == ref));
  if (seen != ref + id && !isKnown) {
    if (isClickId(id)) {
      write(kClickId, id);
      forget(kRequest);
      current = undefined;
    } else if (ref) {
      if (left && !current) deliver(endpoint, { body: left }, () => {});
      report({
        merchant,
        ref,
        click_id: mint(Date.now()),
        url: address.split("#")[0].slice(0, kAddressCharsMax),
        referrer: document.referrer.slice(0, kAddressCharsMax),
        visitor_token: read(kVisitorToken),
      });
    }
  }
  seen = ref + id;
  if (current) return;
  if (unconfirmed()) report(unconfirmed());
  else tell();
}

function start() {
  endpoint = path || (apiUrl ? apiUrl.replace(/\/*$/, "/v1/clicks") : new URL("clicks", tag.src).href);
  // A single-page application may have taken ?ref= out of the address before this script came.
  const [landing = { name: location.href }] = performance.getEntriesByType("navigation");
  const address = /[?&](ref|click_id)=/.test(location.search) ? location.href : landing.name;
  arrive(address, /^[rb]/.test(landing.type), document.referrer.startsWith(location.origin + "/"));

  window.navigation?.addEventListener("currententrychange", ({ navigationType }) => {
    if (/^(push|replace)$/.test(navigationType)) arrive(location.href, false, true);
  });
  // Back from the back/forward cache, where other pages of the tab may have gone on.
  addEventListener("pageshow", ({ persisted }) => persisted && arrive(location.href, true));
  // The page goes while nothing is under way, or the browser keeps no request alive: a beacon may still get through.
  // If it arrives as well as a later attempt, it counts once.
  addEventListener("pagehide", () => {
    const left = unconfirmed();
    if (left && (!current || current.waits || !("keepalive" in Request.prototype))) {
      navigator.sendBeacon(endpoint, JSON.stringify(left));
    }
  });
}

if (merchant && !window.footfall) {
  window.footfall = {
    getClickId,
    get ready() {
      return ready;
    },
  };
  if (gpc == "respect" && navigator.globalPrivacyControl) settle(null);
  // A page that the browser renders ahead of time has no visitor yet.
  else if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
  else start();
}
