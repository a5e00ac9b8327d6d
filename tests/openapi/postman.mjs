// node postman.mjs FILE…: imports OpenAPI documents as Postman does, by its own converter. Prints each document that is
// refused, each operation that is no request of the collection, and each request that is no operation; status 1 if there
// is one.
import { readFile } from "node:fs/promises";
import { convertV2 } from "openapi-to-postmanv2";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`));
}

// Folders hold requests and folders. Postman writes {id} as :id.
function requestsOf(items) {
  return items.flatMap(({ item, request }) => {
    if (item) return requestsOf(item);
    const parts = request.url.path.map((part) => part.replace(/^:(.+)/, "{$1}"));
    return [`${request.method} /${parts.join("/")}`];
  });
}

function imported(data) {
  return new Promise((resolve, reject) => {
    convertV2({ type: "string", data }, {}, (error, { result, reason, output } = {}) => {
      if (error || !result) reject(error ?? new Error(reason));
      else resolve(output.find(({ type }) => type === "collection").data);
    });
  });
}

async function faultsOf(text) {
  const collection = await imported(text).catch((error) => error);
  if (collection instanceof Error) return [`refused: ${collection.message}`];
  const operations = operationsOf(JSON.parse(text)), requests = requestsOf(collection.item);
  const named = (names, others, what) => names.filter((name) => !others.includes(name)).map((name) => `${what}: ${name}`);
  return [...named(operations, requests, "no request"), ...named(requests, operations, "no operation")];
}

for (const file of process.argv.slice(2)) {
  const faults = await faultsOf(await readFile(file, "utf8"));
  faults.forEach((fault) => console.log(`${file} ${fault}`));
  if (faults.length > 0) process.exitCode = 1;
}
