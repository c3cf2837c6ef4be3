// Types for pages that embed panels: <insights-widget>, its attributes and the events that it and
// the frames send. Served at /static/embed.d.ts. What React and Vue need beside it stands in
// examples/react and examples/vue: a page without them should not have to know their types.

export interface InsightsDetails {
  /** The panel is there. `found` (not from a frame): whether there is an entry for this page. */
  ready: { entry?: string; found?: boolean };
  /** A perspective, or the sources, opened; `part` is the id of its element. */
  expand: { entry: string; part: string };
  collapse: { entry: string; part: string };
  /** The preview of a source opened: the n-th, from 1. */
  footnote: { entry: string; number: number };
  /** A point's link was copied. */
  share: { entry: string; href: string };
  /** The panel could not be fetched; what stands inside the element stays to be seen. */
  error: { message: string };
}

export type InsightsEventMap = {
  [Name in keyof InsightsDetails as `insights:${Name}`]: CustomEvent<InsightsDetails[Name]>;
};

/** The element's attributes, each as a string. */
export interface InsightsAttributes {
  /** The entry's id. Without it the entry of `url`, or of the page's canonical address. */
  entry?: string;
  url?: string;
  theme?: "light" | "dark" | "auto";
  /** The interface's language. */
  lang?:
    | "en" | "ar" | "bg" | "bn" | "ca" | "ckb" | "cs" | "da" | "de" | "el" | "es" | "et"
    | "fa" | "fi" | "fr" | "he" | "hi" | "hr" | "hu" | "id" | "it" | "ja" | "ko" | "lt"
    | "lv" | "nb" | "nl" | "pl" | "ps" | "pt" | "ro" | "ru" | "sd" | "sk" | "sl" | "sr"
    | "sr-Latn" | "sv" | "th" | "tr" | "ug" | "uk" | "ur" | "vi" | "yi" | "zh-Hans" | "zh-Hant";
  "heading-level"?: 1 | 2 | 3 | 4 | 5 | "1" | "2" | "3" | "4" | "5";
  /** What starts open: roles and `sources`, with commas. */
  open?: string;
  /** The service's address, where the script came from somewhere else. */
  base?: string;
}

export interface InsightsWidget extends HTMLElement {
  addEventListener<Name extends keyof InsightsEventMap>(
    type: Name,
    listener: (this: InsightsWidget, event: InsightsEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<Name extends keyof HTMLElementEventMap>(
    type: Name,
    listener: (this: InsightsWidget, event: HTMLElementEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** `oninsights:ready` and so on: how React 19 listens to an element's own events. */
export type InsightsHandlers = {
  [Name in keyof InsightsEventMap as `on${Name}`]?: (event: InsightsEventMap[Name]) => void;
};

declare global {
  interface HTMLElementTagNameMap {
    "insights-widget": InsightsWidget;
  }
  // They bubble, so that a page can listen to all of its panels at once.
  interface DocumentEventMap extends InsightsEventMap {}
  interface WindowEventMap extends InsightsEventMap {}
}
