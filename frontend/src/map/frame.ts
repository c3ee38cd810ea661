/** What surrounds the drawing on both kinds of map: buttons, the panel, the words for the keyboard. */
import { t } from "../i18n/index.ts";
import { el, iconButton } from "../shell/dom.ts";
import type { Panel } from "./panel.ts";
import type { Surface } from "./surface.ts";

/** Puts everything into the page's mount and returns the row of buttons, for further ones. */
export function frame(root: HTMLElement, surface: Surface, panel: Panel): HTMLElement {
  const buttons = el(
    "div",
    { class: "map__buttons" },
    iconButton("plus", t("map.zoomIn"), () => surface.zoomBy(1.6)),
    iconButton("minus", t("map.zoomOut"), () => surface.zoomBy(1 / 1.6)),
    iconButton("fit", t("map.all"), () => surface.goHome()),
  );
  const help = el("p", { class: "visually-hidden", id: "map-keys" }, t("map.keys"));
  root.replaceChildren(el("div", { class: "map__stage" }, surface.canvas, buttons, help), panel.root);
  return buttons;
}
