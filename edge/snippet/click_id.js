// A click's id is minted here and not by the edge, so that a request sent again (a retry, a reload, the next page) is
// still the same click.

// A UUID of version 7 whose time is `now`, in milliseconds. Without crypto.randomUUID, which plain http has not.
export function mint(now) {
  const time = now.toString(16).padStart(12, "0");
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  bytes[0] = (bytes[0] & 15) | 112;
  bytes[2] = (bytes[2] & 63) | 128;
  const random = Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
  return [time.slice(0, 8), time.slice(8), random.slice(0, 4), random.slice(4, 8), random.slice(8)].join("-");
}

export const isClickId = (text) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
