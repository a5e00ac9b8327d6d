// What /v1/footfall.js (and /v1/selgeo.js, the same script) puts on the page. Copy this file into your project, or
// fetch it from /v1/footfall.d.ts.

export interface Footfall {
  /** The recorded click of this tab, a UUID; null if there is none, or not yet. */
  getClickId(): string | null;
  /**
   * The same as soon as this page's click is settled, at the latest after 15 seconds; null if the visitor was not
   * referred, the click was refused, or no answer has come. Never rejects. A later click has a promise of its own, so
   * read this property when you need it.
   */
  readonly ready: Promise<string | null>;
}

declare global {
  interface Window {
    /** Undefined until the script has loaded, and where it is blocked. */
    footfall?: Footfall;
  }
}
