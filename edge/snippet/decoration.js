// The page's links and forms carry the click id on: to Stripe's payment pages (SELX-09), to the merchant's other
// domains, to his server.

let written;  // the id that is on the page now
let due;      // a timer: many changes of the page are followed by one look at it

// Puts `id` into the page, and from then on into whatever is added to it. A reference that the merchant set himself
// stays; fields named click_id are ours. Called again with another id it replaces the one before.
export function decorate(id, domains) {
  for (const field of document.getElementsByName("click_id")) {
    if ("value" in field && field.value != id) field.value = id;
  }
  for (const link of document.links) {
    const name = parameterFor(link.hostname, domains);
    if (!name) continue;
    if (written && written != id && link.search.includes(written)) {
      link.search = link.search.replace(written, id);
    } else if (!new URLSearchParams(link.search).has(name)) {
      link.search += (link.search && "&") + name + "=" + id;
    }
  }
  if (!written) {
    const again = () => (due ||= setTimeout(() => ((due = 0), decorate(written, domains))));
    const changes = { childList: true, subtree: true, attributeFilter: ["href", "name"] };
    new MutationObserver(again).observe(document, changes);
  }
  written = id;
}

function parameterFor(host, domains) {
  if (host == "buy.stripe.com") return "client_reference_id";
  const isOurs = (domain) => host == domain || host.endsWith("." + domain);
  return host != location.hostname && domains.some(isOurs) && "click_id";
}
