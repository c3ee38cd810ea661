/** Colours of the drawing: the page's tokens, or the system's own colours where the person has asked for those. */

export class Palette {
  #style = getComputedStyle(document.documentElement);
  #isForced = matchMedia("(forced-colors: active)").matches;

  /** After the theme or the system's colours have changed. */
  refresh(): void {
    this.#style = getComputedStyle(document.documentElement);
    this.#isForced = matchMedia("(forced-colors: active)").matches;
  }

  of(token: string): string {
    if (this.#isForced) return token === "--surface" || token === "--ground" || token === "--sunken" ? "Canvas" : "CanvasText";
    return this.#style.getPropertyValue(token).trim() || "#888";
  }

  font(pixels: number, weight = 400): string {
    return `${weight} ${pixels}px ${this.#style.getPropertyValue("--font")}`;
  }
}

/** Calls back when theme, contrast or system colours change. */
export function onPaletteChange(changed: () => void): void {
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(forced-colors: active)").addEventListener("change", changed);
}
