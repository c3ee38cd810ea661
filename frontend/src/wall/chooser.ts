/** The list of cameras at the side of the wall: drag one onto a tile, or choose with the keyboard for the focused tile. */
import { t } from "../i18n/index.ts";
import type { CameraConfig } from "../shell/config.ts";
import { el, icon, iconButton } from "../shell/dom.ts";

export interface ChooserEvents {
  onChoose: (camera: string) => void;
  onReset: () => void;
  onClose: () => void;
}

export const CAMERA_MIME = "application/x-mingcha-camera";

export class Chooser {
  readonly root: HTMLElement;
  private readonly cameras: readonly CameraConfig[];
  private readonly events: ChooserEvents;
  private readonly search: HTMLInputElement;
  private readonly list: HTMLElement;
  private hanging: ReadonlySet<string> = new Set();

  constructor(cameras: readonly CameraConfig[], events: ChooserEvents) {
    this.cameras = cameras;
    this.events = events;
    this.search = el("input", {
      class: "input",
      type: "search",
      placeholder: t("chooser.search"),
      "aria-label": t("chooser.search"),
      oninput: () => this.draw(),
      onkeydown: (event: KeyboardEvent) => this.searchKey(event),
    });
    this.list = el("div", { class: "chooser__list", onkeydown: (event: KeyboardEvent) => this.listKey(event) });
    this.root = el(
      "aside",
      { class: "chooser", "aria-label": t("chooser.title"), hidden: true },
      el("div", { class: "chooser__head" }, el("h2", { class: "chooser__title" }, t("chooser.title")), iconButton("close", t("close"), () => this.close())),
      el("div", { class: "chooser__search" }, this.search),
      this.list,
      el(
        "div",
        { class: "chooser__foot" },
        el("p", { class: "muted" }, t("chooser.hint")),
        el("button", { type: "button", class: "button button--small", onclick: () => events.onReset() }, t("chooser.reset")),
      ),
    );
    this.draw();
  }

  get isOpen(): boolean {
    return !this.root.hidden;
  }

  open(focus: boolean): void {
    this.root.hidden = false;
    if (focus) this.search.focus();
  }

  close(): void {
    if (this.root.hidden) return;
    this.root.hidden = true;
    this.events.onClose();
  }

  /** Marks the cameras that hang on the wall already. */
  mark(hanging: ReadonlySet<string>): void {
    const same = hanging.size === this.hanging.size && [...hanging].every((camera) => this.hanging.has(camera));
    this.hanging = hanging;
    if (!same) this.draw();
  }

  private matching(): CameraConfig[] {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return this.cameras.filter((camera) => words.every((word) => `${camera.name} ${camera.site}`.toLowerCase().includes(word)));
  }

  private draw(): void {
    const focused = this.list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["camera"] : undefined;
    const bySite = new Map<string, CameraConfig[]>();
    for (const camera of this.matching()) bySite.set(camera.site, [...(bySite.get(camera.site) ?? []), camera]);
    const groups = [...bySite].map(([site, cameras]) =>
      el("div", { role: "group", "aria-label": site || t("chooser.noSite") },
        el("p", { class: "chooser__site" }, site || t("chooser.noSite"), el("span", { class: "muted tabular" }, String(cameras.length))),
        ...cameras.map((camera) => this.item(camera)),
      ),
    );
    this.list.replaceChildren(...(groups.length > 0 ? groups : [el("p", { class: "chooser__none muted" }, t("chooser.none"))]));
    if (focused) this.list.querySelector<HTMLElement>(`[data-camera="${focused}"]`)?.focus();
  }

  private item(camera: CameraConfig): HTMLElement {
    const up = this.hanging.has(camera.id);
    return el(
      "button",
      {
        type: "button",
        class: "chooser__item",
        draggable: "true",
        "data-camera": camera.id,
        title: camera.name,
        onclick: () => this.events.onChoose(camera.id),
        ondragstart: (event: DragEvent) => event.dataTransfer?.setData(CAMERA_MIME, camera.id),
      },
      icon("camera"),
      el("span", { class: "chooser__name" }, camera.name),
      up && el("span", { class: "chooser__up" }, icon("check"), t("chooser.up")),
    );
  }

  private searchKey(event: KeyboardEvent): void {
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown") this.items()[0]?.focus();
    else if (event.key === "Enter") this.items()[0]?.click();
    else return;
    event.preventDefault();
  }

  private items(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>(".chooser__item")];
  }

  private listKey(event: KeyboardEvent): void {
    const items = this.items();
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === "ArrowDown") items[Math.min(items.length - 1, at + 1)]?.focus();
    else if (event.key === "ArrowUp") (at <= 0 ? this.search : items[at - 1])?.focus();
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
