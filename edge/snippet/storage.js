// What the tab remembers, under the names that Selgeo's clients read (SELX-08). No cookie, nothing that outlives the
// tab. Where the browser refuses storage (blocked cookies, a sandboxed frame, a full quota) the page's memory stands in
// for it: the click is recorded all the same, only the next page knows nothing of it.

export const kClickId = "__selgeo_cid";       // the recorded click
export const kVisitorToken = "__selgeo_vtk";  // what the edge calls this visitor
export const kRequest = "__selgeo_req";       // the last click's request; not recorded yet while its id differs

let store;
try {
  store = sessionStorage;
} catch {}
store ||= {};

export const read = (key) => store[key];

export function write(key, value) {
  try {
    store[key] = value;
  } catch {
    store = { ...store, [key]: value };
  }
}

export const forget = (key) => delete store[key];
