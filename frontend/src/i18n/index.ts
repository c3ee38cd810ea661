/** The islands' own strings: two catalogues with the same keys, `{name}` placeholders. */
import { en } from "./en.ts";
import { zhHans } from "./zh_hans.ts";

export type MessageKey = keyof typeof en;
export type Catalogue = Record<MessageKey, string>;

export const CATALOGUES: Record<"en" | "zh-Hans", Catalogue> = { en, "zh-Hans": zhHans };

let current: Catalogue = zhHans;
let currentTag: "en" | "zh-Hans" = "zh-Hans";

/** Any tag that begins with `zh` is Chinese; everything else is English. */
export function setLocale(tag: string): void {
  currentTag = tag.toLowerCase().startsWith("zh") ? "zh-Hans" : "en";
  current = CATALOGUES[currentTag];
}

export function localeTag(): "en" | "zh-Hans" {
  return currentTag;
}

/** The sentence of that key, with its placeholders filled. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return current[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Why there is no picture: the recorder's reasons and error codes (`camera_refused`, `camera.refused`) are one list. */
export function tWhy(code: string): string {
  return tCode("why", code.replaceAll(".", "_"));
}

/** Translates a machine code under a prefix, falling back to the prefix's general sentence. */
export function tCode(prefix: "why" | "error", code: string): string {
  const key = `${prefix}.${code}`;
  return key in current ? current[key as MessageKey] : current[`${prefix}.other`].replace("{code}", code);
}
