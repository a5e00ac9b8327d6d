// Tells below the product what the snippet has done. A real shop needs none of this.
const story = document.getElementById("story");

const element = (name, properties) => Object.assign(document.createElement(name), properties);

function tell(clickId) {
  if (clickId) {
    story.replaceChildren("You came by an affiliate's link. The click is safe as ", element("code", { textContent: clickId }),
                          ". Buy the map, and see who earns what.");
    story.classList.add("referred");
  } else {
    // Without a referrer the link looks as it does from an affiliate's page: a visit from outside.
    story.replaceChildren("You were not referred, so nothing was sent. ",
                          element("a", { href: "/?ref=demo", rel: "noreferrer", textContent: "Come by an affiliate's link" }), ".");
  }
}

// Both scripts load on their own; by this event the snippet is there, unless it was blocked.
addEventListener("load", async () => tell((await window.footfall?.ready) ?? null));
