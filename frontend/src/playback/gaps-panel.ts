/** The gaps of the day as a list that can be read, tabbed through and jumped along. */
import { t, tWhy } from "../i18n/index.ts";
import { el, icon, iconButton } from "../shell/dom.ts";
import { type Us, writeDuration, type Zone } from "../shell/time.ts";
import type { CameraRecord } from "./coverage.ts";

export interface GapRow {
  camera: string;
  name: string;
  record: CameraRecord;
}

export class GapsPanel {
  readonly root: HTMLElement;
  private readonly list = el("div", { class: "chooser__list" });
  private readonly zone: Zone;
  private readonly onJump: (us: Us) => void;
  private drawn = "";

  constructor(zone: Zone, onJump: (us: Us) => void, onClose: () => void) {
    this.zone = zone;
    this.onJump = onJump;
    this.root = el(
      "aside",
      { class: "chooser", hidden: true, "aria-label": t("gaps.title") },
      el("div", { class: "chooser__head" }, el("h2", { class: "chooser__title" }, t("gaps.title")), iconButton("close", t("close"), onClose)),
      this.list,
    );
  }

  draw(rows: GapRow[]): void {
    const key = JSON.stringify(rows.map((row) => [row.camera, row.record.gaps]));
    if (key === this.drawn) return;
    this.drawn = key;
    this.list.replaceChildren(...rows.map((row) => this.group(row)));
  }

  private group(row: GapRow): HTMLElement {
    const items = row.record.gaps.map((gap) =>
      el(
        "button",
        { type: "button", class: "gap-item", onclick: () => this.onJump(gap.from) },
        icon("gap"),
        el("span", { class: "gap-item__when tabular" }, `${this.zone.clock(gap.from)} – ${this.zone.clock(gap.to)}`),
        el("span", { class: "gap-item__length tabular" }, writeDuration(gap.to - gap.from)),
        el("span", { class: "gap-item__why" }, tWhy(gap.reason)),
      ),
    );
    return el(
      "div",
      { role: "group", "aria-label": row.name },
      el("p", { class: "chooser__site" }, row.name, el("span", { class: "muted tabular" }, String(items.length))),
      ...(items.length > 0 ? items : [el("p", { class: "chooser__none muted" }, t("gaps.none"))]),
    );
  }
}
