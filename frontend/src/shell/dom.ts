/** Building elements without a framework: `el("button", { class: "button", onclick }, "text")`. */
import { type IconName, iconMarkup } from "./icon-shapes.ts";

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, unknown>;

/** Creates an element. `on*` functions become listeners, `true` an empty attribute, `false`/null none. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  append(node, children);
  return node;
}

function setAttribute(node: HTMLElement, name: string, value: unknown): void {
  if (value === false || value === null || value === undefined) return;
  if (name.startsWith("on") && typeof value === "function") {
    node.addEventListener(name.slice(2), value as EventListener);
  } else {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(node: Node, children: Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      node.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
    }
  }
}

const SVG = "http://www.w3.org/2000/svg";

/** One icon; decorative, so a word must stand beside it or in the control's `aria-label`. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    class: "icon",
    viewBox: "0 0 20 20",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.6",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  })) {
    svg.setAttribute(key, value);
  }
  // Markup of our own icon set only; nothing from outside reaches it.
  svg.innerHTML = iconMarkup(name);
  return svg;
}

/** A button with an icon and, unless `quietLabel`, its word. */
export function iconButton(
  name: IconName,
  label: string,
  onclick: (event: MouseEvent) => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  return el(
    "button",
    { type: "button", class: "button button--quiet button--icon", "aria-label": label, title: label, onclick, ...attributes },
    icon(name),
  );
}

/** Sets text only when it changed, so that a 4 Hz clock does not dirty layout. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Whether a key event belongs to something that takes text or has keys of its own. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog[open], [contenteditable]") !== null;
}
