/** The bar under the pictures: play, step, speed, the time, marks, copy. */
import { t } from "../i18n/index.ts";
import { el, icon, iconButton, setText } from "../shell/dom.ts";
import { type Us, writeDuration, type Zone } from "../shell/time.ts";
import { RATES, writeRate } from "./rates.ts";

export interface TransportActions {
  toggle: () => void;
  step: (direction: 1 | -1) => void;
  setRate: (rate: number) => void;
  jump: () => void;
  snapshot: () => void;
  markIn: () => void;
  markOut: () => void;
  clearMarks: () => void;
  copy: () => void;
}

export class Transport {
  readonly root: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly rates = new Map<number, HTMLButtonElement>();
  private readonly day = el("span", { class: "clock__day tabular" });
  private readonly clock = el("span", { class: "clock__time tabular" });
  private readonly note = el("span", { class: "transport__note", "aria-live": "polite" });
  private readonly marks = el("span", { class: "marks__text tabular" });
  private readonly clear: HTMLButtonElement;
  private readonly copy: HTMLButtonElement;
  private readonly zone: Zone;

  constructor(zone: Zone, actions: TransportActions, rights: { snapshot: boolean; export: boolean }) {
    this.zone = zone;
    this.play = iconButton("play", t("transport.play"), () => actions.toggle(), { class: "button button--primary button--icon transport__play" });
    const speeds = el("div", { class: "segmented", role: "group", "aria-label": t("transport.speed") });
    for (const rate of RATES) {
      const button = el("button", { type: "button", class: "segmented__item tabular", onclick: () => actions.setRate(rate) }, writeRate(rate));
      this.rates.set(rate, button);
      speeds.appendChild(button);
    }
    this.clear = iconButton("close", t("marks.clear"), () => actions.clearMarks());
    this.copy = el("button", { type: "button", class: "button", disabled: true, onclick: () => actions.copy() }, icon("download"), el("span", {}, t("copy.button")));
    const clock = el(
      "button",
      { type: "button", class: "clock", title: t("jump.title"), "aria-label": t("jump.title"), onclick: () => actions.jump() },
      this.clock,
      this.day,
    );
    this.root = el(
      "div",
      { class: "transport", role: "toolbar", "aria-label": t("transport.label") },
      el(
        "div",
        { class: "transport__group" },
        iconButton("step-back", t("transport.stepBack"), () => actions.step(-1)),
        this.play,
        iconButton("step-forward", t("transport.stepForward"), () => actions.step(1)),
      ),
      clock,
      speeds,
      this.note,
      el("div", { class: "transport__group transport__end" }, ...this.copyTools(actions, rights)),
    );
    this.setMarks(null, null);
  }

  private copyTools(actions: TransportActions, rights: { snapshot: boolean; export: boolean }): Node[] {
    const tools: Node[] = [];
    if (rights.snapshot) tools.push(iconButton("snapshot", t("wall.snapshot"), () => actions.snapshot()));
    if (!rights.export) return tools;
    const mark = (label: string, word: string, act: () => void): HTMLElement =>
      el("button", { type: "button", class: "button button--quiet marks__set", title: label, "aria-label": label, onclick: act }, word);
    tools.push(
      el(
        "div",
        { class: "marks", role: "group", "aria-label": t("marks.label") },
        mark(t("marks.in"), "[", actions.markIn),
        this.marks,
        mark(t("marks.out"), "]", actions.markOut),
        this.clear,
      ),
      this.copy,
    );
    return tools;
  }

  setTime(us: Us): void {
    setText(this.clock, Number.isFinite(us) ? this.zone.clockExact(us) : "--:--:--");
    setText(this.day, Number.isFinite(us) ? this.zone.day(us) : "");
  }

  setPlaying(isPlaying: boolean, isWaiting: boolean, rate: number): void {
    const label = t(isPlaying ? "transport.pause" : "transport.play");
    this.play.replaceChildren(icon(isPlaying ? "pause" : "play"));
    this.play.setAttribute("aria-label", label);
    this.play.title = label;
    this.root.dataset["playing"] = String(isPlaying);
    for (const [value, button] of this.rates) button.setAttribute("aria-pressed", String(value === rate));
    const note = isWaiting ? t("pane.loading") : isPlaying && rate < 0 ? t("transport.backward", { rate: writeRate(rate) }) : isPlaying && rate > 4 ? t("transport.keyFrames") : "";
    setText(this.note, note);
  }

  setMarks(markIn: Us | null, markOut: Us | null): void {
    const { zone } = this;
    const write = (us: Us | null): string => (us === null ? "–" : zone.clock(us));
    const both = markIn !== null && markOut !== null;
    setText(this.marks, both ? `${write(markIn)} – ${write(markOut)} · ${writeDuration(markOut - markIn, true)}` : markIn === null && markOut === null ? t("marks.none") : `${write(markIn)} – ${write(markOut)}`);
    this.copy.disabled = !both;
    this.clear.hidden = markIn === null && markOut === null;
  }
}
