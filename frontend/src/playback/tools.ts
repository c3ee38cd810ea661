/** Playback's tools in the top bar: the day, the cameras, the gaps. */
import { t } from "../i18n/index.ts";
import { el, icon, iconButton } from "../shell/dom.ts";
import { DAY_US, type Zone } from "../shell/time.ts";
import { openPlaybackHelp } from "./keys.ts";

export interface PlaybackToolActions {
  day: (day: string) => void;
  cameras: () => void;
  gaps: () => void;
  fullscreen: () => void;
}

export class PlaybackTools {
  private readonly zone: Zone;
  private readonly actions: PlaybackToolActions;
  private readonly day: HTMLInputElement;
  private readonly next: HTMLButtonElement;
  private readonly gaps: HTMLButtonElement;

  constructor(zone: Zone, actions: PlaybackToolActions) {
    this.zone = zone;
    this.actions = actions;
    this.day = el("input", { class: "input input--day tabular", type: "date", "aria-label": t("tools.day"), onchange: () => this.day.value && actions.day(this.day.value) });
    this.next = iconButton("arrow-right", t("tools.nextDay"), () => this.move(1));
    this.gaps = el("button", { type: "button", class: "button button--quiet", "aria-pressed": "false", onclick: () => actions.gaps() }, icon("gap"), el("span", {}, t("gaps.title")));
  }

  private move(days: 1 | -1): void {
    const noon = this.zone.dayStart(this.day.value) + DAY_US / 2;
    if (Number.isFinite(noon)) this.actions.day(this.zone.day(noon + days * DAY_US));
  }

  mount(): void {
    const slot = document.getElementById("island-tools");
    if (!slot || slot.childElementCount > 0) return;
    slot.replaceChildren(
      el("div", { class: "room-pager" }, iconButton("arrow-left", t("tools.previousDay"), () => this.move(-1)), this.day, this.next),
      el("button", { type: "button", class: "button button--quiet", title: t("cameras.title"), onclick: () => this.actions.cameras() }, icon("camera"), el("span", {}, t("cameras.open"))),
      this.gaps,
      iconButton("fullscreen", t("wall.fullscreen"), () => this.actions.fullscreen()),
      iconButton("keyboard", t("help.title"), () => openPlaybackHelp()),
    );
  }

  setDay(day: string, today: string): void {
    this.day.value = day;
    this.day.max = today;
    this.next.disabled = day >= today;
  }

  setGapsOpen(isOpen: boolean): void {
    this.gaps.setAttribute("aria-pressed", String(isOpen));
  }
}
