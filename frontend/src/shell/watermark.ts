/** The names of those who were let in, moving over the picture. It drifts by style alone, so that no busy script stops it. */
import { el } from "./dom.ts";

/** The overlay for one picture; none without a text. */
export function watermark(text: string): HTMLElement | null {
  if (text === "") return null;
  const words = el("span", { class: "watermark__words" }, text);
  return el("div", { class: "watermark", "aria-hidden": "true" }, el("div", { class: "watermark__across" }, el("div", { class: "watermark__down" }, words)));
}
