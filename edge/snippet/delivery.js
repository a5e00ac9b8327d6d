// How a click reaches the edge: at most two attempts on a page, each bounded, with the same click id.
//
// The body is plain text, so that the browser asks no permission first (no preflight), and the request is kept alive,
// so that it survives the page. What failed for a passing reason is tried once more after a pause, or as soon as the
// browser is online again; what the edge has refused is not.
import { isClickId, mint } from "./click_id.js";

const kAttemptMs = 10_000;

// Sends `delivery.body`. Returns the edge's answer once the click is safe, undefined if it was refused for good, null
// if nobody knows yet (the next page tries again). `rewritten` is called when the click has got another id, before that
// is sent. `delivery.waits` is true while no request is under way.
export async function deliver(endpoint, delivery, rewritten) {
  for (let attempt = 1; ; attempt++) {
    let pause = 2 + Math.random();  // so that an edge that comes back is not met by everybody at once
    try {
      delivery.waits = false;
      const response = await fetch(endpoint, {
        method: "POST",
        body: JSON.stringify(delivery.body),
        keepalive: true,
        credentials: "omit",
        signal: AbortSignal.timeout?.(kAttemptMs),
      });
      const status = response.status;
      if (response.ok) {
        const answer = await response.json();
        return isClickId(answer.click_id) ? answer : undefined;  // undefined: this is somebody else's endpoint
      }
      if (status == 400 && attempt == 1) {
        // Most likely this clock is wrong, and the edge says what time it is. Otherwise the id itself was unlucky.
        const { server_time } = await response.json();
        delivery.body.click_id = mint(+new Date(server_time || Date.now()));
        rewritten();
        continue;
      }
      if (status < 500 && status != 429 && status != 408) return;
      const after = response.headers.get("retry-after");
      const seconds = isNaN(after) ? (Date.parse(after) - Date.now()) / 1000 : +after;  // it may be a date
      if (after && seconds >= 0) pause = seconds;
    } catch {}
    delivery.waits = true;
    if (attempt == 2) return null;
    await new Promise((resume) =>
      navigator.onLine ? setTimeout(resume, pause * 1000) : addEventListener("online", resume, { once: true }),
    );
  }
}
