// Shows the OpenAPI document of the host that the page came from, with Swagger UI. A key that is typed under "Authorize"
// stays in this page's memory, and calls go to this host alone (the page's Content-Security-Policy holds them to it).
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "./ui.css";

const main = document.getElementById("api");

const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

// The value with what its references lead to in their place. A schema that holds itself stays a reference there. Schemas
// have their names as titles.
function resolved(value, spec, within = []) {
  if (Array.isArray(value)) return value.map((one) => resolved(one, spec, within));
  if (value === null || typeof value !== "object") return value;
  const { $ref: reference, ...beside } = value;
  if (typeof reference === "string") {
    if (within.includes(reference)) return value;
    const names = reference.replace(/^#\//, "").split("/");
    const target = resolved(names.reduce((part, name) => part[name], spec), spec, [...within, reference]);
    return { ...(names[1] === "schemas" ? { title: names.at(-1) } : {}), ...target, ...beside };
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolved(one, spec, within)]));
}

// Swagger UI's own resolver reads the whole document anew for each operation that is opened, which takes a browser
// seconds. All references of ours lead into the same document, so the part that is asked for is enough.
const quickResolver = () => ({
  fn: {
    resolveSubtree: async (spec, path) => ({ spec: resolved(path.reduce((part, name) => part?.[name], spec), spec), errors: [] }),
  },
});

// A parameter's name stands in another column; readers of screens get it at its field as well.
const namedFields = ({ React }) => ({
  wrapComponents: {
    JsonSchema_string: (Field) => (properties) =>
      React.createElement("label", null,
        React.createElement("span", { className: "unseen" }, properties.description || "value"),
        React.createElement(Field, properties)),
  },
});

async function show() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`openapi.json: status ${answer.status}`);
  const spec = await answer.json();
  spec.servers = [{ url: location.origin }];   // whatever names stand between this page and the API
  document.title = spec.info.title;
  const place = document.createElement("div");
  main.replaceChildren(place);
  SwaggerUI({
    spec,
    domNode: place,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    plugins: [quickResolver, namedFields],
    syntaxHighlight: false,
    validatorUrl: null,
  });
}

show().catch((error) => {
  main.querySelector(".note").textContent = `The document could not be loaded. ${error.message}`;
});
