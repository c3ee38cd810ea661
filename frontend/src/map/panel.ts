/** Beside the drawing: search, the cameras in sight as a list (which is also the map for those who do not see it), and the card of
 * the one chosen. */
import { localeTag, t } from "../i18n/index.ts";
import { el, icon } from "../shell/dom.ts";
import { ApiError, getOffice } from "../shell/http.ts";
import { relative } from "../office/words.ts";
import type { Card } from "./config.ts";
import type { Mark } from "./marks.ts";

export interface Listed {
  id: string;
  name: string;
  site: string;
  mark: Mark;
}

/** More are not read by anybody; the number tells the rest. */
export const LISTED = 60;

export class Panel {
  readonly root: HTMLElement;
  readonly search: HTMLInputElement;
  readonly #heading = el("h2", { class: "map__heading" });
  readonly #list = el("ul", { class: "map__list" });
  readonly #card = el("div", { class: "map__card", role: "status", hidden: true });
  readonly #labels: Record<Mark, string>;
  readonly #cardUrl: string;
  readonly #chosen: (id: string) => void;
  #shownIds = "";
  #current = "";

  constructor(labels: Record<Mark, string>, cardUrl: string, chosen: (id: string) => void, searched: (text: string) => void) {
    this.#labels = labels;
    this.#cardUrl = cardUrl;
    this.#chosen = chosen;
    this.search = el("input", { class: "input", type: "search", id: "map-search", autocomplete: "off", placeholder: t("map.searchHint") });
    this.search.addEventListener("input", () => searched(this.search.value));
    const field = el("div", { class: "field" }, el("label", { class: "field__label", for: "map-search" }, t("map.search")), this.search);
    this.root = el("div", { class: "map__panel" }, field, this.#card, this.#heading, this.#list);
  }

  /** The cameras of the list; `total` may be more than are given. */
  list(heading: string, cameras: readonly Listed[], total: number): void {
    const ids = `${heading}|${total}|${cameras.map((camera) => camera.id + camera.mark).join()}`;
    if (ids === this.#shownIds) return;
    this.#shownIds = ids;
    this.#heading.textContent = heading;
    const rest = total - cameras.length;
    this.#list.replaceChildren(
      ...cameras.map((camera) => el("li", {}, this.#button(camera))),
      ...(rest > 0 ? [el("li", { class: "muted map__more" }, t("map.more", { n: rest }))] : []),
    );
  }

  #button(camera: Listed): HTMLButtonElement {
    return el(
      "button",
      { type: "button", class: "map__entry", onclick: () => this.#chosen(camera.id), "aria-current": camera.id === this.#current ? "true" : null },
      markIcon(camera.mark),
      el("span", { class: "map__name" }, camera.name, el("span", { class: "muted" }, camera.site)),
      el("span", { class: "map__state" }, this.#labels[camera.mark]),
    );
  }

  /** Shows the card of a camera, with `extra` below it. */
  async show(id: string, extra: HTMLElement | null = null): Promise<void> {
    this.#current = id;
    this.#shownIds = "";
    try {
      const card = await getOffice<Card>(this.#cardUrl.replace("{camera}", id));
      if (card && this.#current === id) this.#fill(card, extra);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.say(error.message || t("error.network"));
    }
  }

  close(): void {
    this.#current = "";
    this.#card.hidden = true;
  }

  say(text: string): void {
    this.#card.hidden = false;
    this.#card.replaceChildren(el("p", {}, text));
  }

  #fill(card: Card, extra: HTMLElement | null): void {
    const facts: (HTMLElement | null)[] = [
      fact(t("map.state"), card.state),
      card.why ? fact(t("map.why"), card.why) : null,
      card.since_us === null ? null : fact(t("map.since"), sinceText(card.since_us)),
      card.area ? fact(t("map.area"), card.area) : null,
      card.gb_code ? fact(t("map.code"), card.gb_code) : null,
    ];
    const close = el("button", { type: "button", class: "button button--quiet button--icon", "aria-label": t("close"), onclick: () => this.close() }, icon("close"));
    this.#card.hidden = false;
    this.#card.replaceChildren(
      el("div", { class: "map__card-head" }, markIcon(card.mark), el("h2", {}, card.name), close),
      el("p", { class: "muted" }, card.site),
      el("div", {}, ...facts),
      el(
        "div",
        { class: "map__actions" },
        card.urls.live ? el("a", { class: "button button--small button--primary", href: card.urls.live }, icon("live"), t("map.live")) : null,
        card.urls.playback ? el("a", { class: "button button--small", href: card.urls.playback }, icon("playback"), t("map.playback")) : null,
        el("a", { class: "button button--small", href: card.urls.camera }, icon("camera"), t("map.camera")),
        card.urls.plan && !location.pathname.startsWith(card.urls.plan) ? el("a", { class: "button button--small", href: card.urls.plan }, icon("map"), t("map.plan")) : null,
      ),
      ...(extra ? [extra] : []),
    );
  }
}

function fact(label: string, value: string): HTMLElement {
  return el("p", { class: "map__fact" }, el("span", { class: "muted" }, label), value);
}

function sinceText(us: number): string {
  const exact = new Date(us / 1000).toLocaleString(localeTag() === "en" ? "en-GB" : "zh-CN");
  const ago = relative(us / 1000, Date.now(), localeTag());
  return ago === null ? exact : `${exact} · ${ago}`;
}

export function markIcon(mark: Mark): SVGSVGElement {
  const svg = icon(`mark-${mark}`);
  svg.setAttribute("class", `map-mark map-mark--${mark}`);
  return svg;
}
