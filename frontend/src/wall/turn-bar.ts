/** The controls of one camera in hand: a bar under the pictures with buttons to hold, a speed, the places the camera knows. */
import { type MessageKey, t, tCode } from "../i18n/index.ts";
import { type CameraConfig, type IslandConfig, socketOrigin } from "../shell/config.ts";
import { messageOf, toast } from "../shell/dialogs.ts";
import { el, icon, iconButton, setText } from "../shell/dom.ts";
import { ApiError, MediaClient } from "../shell/http.ts";
import type { IconName } from "../shell/icon-shapes.ts";
import type { Reason, Viewing, ViewingDesk } from "../shell/viewing.ts";
import { TurnLink } from "./turn-link.ts";
import { type Direction, directionOf, type PresetConfig, SPEEDS, type Speed, velocityOf } from "./velocity.ts";

const BUTTONS: readonly [Direction, IconName, MessageKey][] = [
  ["left", "arrow-left", "turn.left"],
  ["up", "arrow-up", "turn.up"],
  ["down", "arrow-down", "turn.down"],
  ["right", "arrow-right", "turn.right"],
  ["wider", "minus", "turn.wider"],
  ["nearer", "plus", "turn.nearer"],
];
const SPEED_NAMES: Record<Speed, MessageKey> = { slow: "turn.speed.slow", normal: "turn.speed.normal", fast: "turn.speed.fast" };

type State = "opening" | "ready" | "over";

export class TurnBar {
  readonly root: HTMLElement;
  private readonly config: IslandConfig;
  private readonly desk: ViewingDesk;
  private readonly onClosed: () => void;
  private readonly name = el("strong", { class: "turnbar__name" });
  private readonly note = el("span", { class: "turnbar__note", role: "status" });
  private readonly pad = el("div", { class: "turnbar__pad", role: "group" });
  private readonly speed: HTMLSelectElement;
  private readonly presets: HTMLSelectElement;
  private readonly held = new Set<Direction>();
  private camera: CameraConfig | null = null;
  private viewing: Viewing | null = null;
  private link: TurnLink | null = null;
  /** Counts openings: an answer to an earlier one is too late. */
  private turn = 0;

  constructor(config: IslandConfig, desk: ViewingDesk, onClosed: () => void) {
    this.config = config;
    this.desk = desk;
    this.onClosed = onClosed;
    this.speed = el("select", { class: "input", "aria-label": t("turn.speed") }, ...(Object.keys(SPEEDS) as Speed[]).map((speed) => el("option", { value: speed, selected: speed === "normal" }, t(SPEED_NAMES[speed]))));
    this.presets = el("select", { class: "input", "aria-label": t("turn.presets"), hidden: true, onchange: () => this.goTo() });
    this.pad.setAttribute("aria-label", t("turn.pad"));
    this.pad.replaceChildren(...BUTTONS.map(([direction, shape, label]) => this.button(direction, shape, t(label))));
    this.root = el(
      "section",
      { class: "turnbar", "aria-label": t("turn.title"), hidden: true },
      el("div", { class: "turnbar__who" }, icon("turn"), this.name, this.note),
      this.pad,
      el("div", { class: "turnbar__more" }, this.speed, this.presets, el("button", { type: "button", class: "button button--small", onclick: () => this.close() }, t("turn.letGo"))),
    );
    window.addEventListener("blur", () => this.letAllGo());
    window.addEventListener("pagehide", () => this.close());
    document.addEventListener("visibilitychange", () => document.hidden && this.letAllGo());
    // In the capture phase: while a camera is in hand, the arrows are its own and not the wall's.
    document.addEventListener("keydown", (event) => this.key(event, true), true);
    document.addEventListener("keyup", (event) => this.key(event, false), true);
  }

  get inHand(): CameraConfig | null {
    return this.camera;
  }

  /** Takes a camera in hand, letting go of the one before. */
  async open(camera: CameraConfig, reason: Reason): Promise<void> {
    this.close();
    const turn = (this.turn += 1);
    this.camera = camera;
    setText(this.name, camera.name);
    this.draw("opening", t("turn.opening"));
    this.root.hidden = false;
    try {
      const viewing = await this.desk.openControl([camera.id], reason);
      if (turn !== this.turn) {
        this.desk.close(viewing);
        return;
      }
      this.viewing = viewing;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(messageOf(error), "danger");
      if (turn === this.turn) this.close();
      return;
    }
    const url = new MediaClient(socketOrigin(this.config.mediaOrigin)).url("/ptz", { camera: camera.id });
    this.link = new TurnLink(url, this.viewing.ticket, {
      onReady: (presets) => this.ready(presets),
      onRefused: (code) => setText(this.note, tCode("error", code)),
      onEnd: (reason_, code) => this.ended(reason_, code),
    });
  }

  /** Lets go: the camera stops, the viewing ends. */
  close(): void {
    const { viewing, link } = this;
    const wasOpen = this.camera !== null;
    this.turn += 1;
    this.camera = this.viewing = this.link = null;
    this.held.clear();
    this.root.hidden = true;
    link?.close();
    if (viewing) this.desk.close(viewing);
    if (wasOpen) this.onClosed();
  }

  renewed(viewing: Viewing): void {
    if (viewing.grant === this.viewing?.grant) this.link?.renew(viewing.ticket);
  }

  /** The office ended the viewing behind it. */
  viewingEnded(grant: string, error: ApiError): void {
    if (grant !== this.viewing?.grant) return;
    toast(messageOf(error), "warn");
    this.close();
  }

  private ready(presets: PresetConfig[]): void {
    this.presets.replaceChildren(el("option", { value: "" }, t("turn.presets")), ...presets.map((preset) => el("option", { value: preset.token }, preset.name || preset.token)));
    this.presets.hidden = presets.length === 0;
    this.draw("ready", t("turn.ready"));
    this.pad.querySelector("button")?.focus();
  }

  private ended(reason: string, code: string): void {
    const text = code !== "" ? tCode("error", code) : reason === "" ? t("turn.lost") : t("cover.ended");
    toast(text, "warn");
    this.close();
  }

  private draw(state: State, note: string): void {
    this.root.dataset["state"] = state;
    setText(this.note, note);
    for (const control of this.root.querySelectorAll<HTMLButtonElement | HTMLSelectElement>(".turnbar__pad button, select")) control.disabled = state !== "ready";
  }

  private button(direction: Direction, shape: IconName, label: string): HTMLElement {
    const button = iconButton(shape, label, () => undefined, { class: "button button--icon turnbar__key", "data-direction": direction });
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      this.hold(direction);
    });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(name, () => this.letGo(direction));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.hold(direction);
    });
    button.addEventListener("keyup", (event) => {
      if (event.key === "Enter" || event.key === " ") this.letGo(direction);
    });
    button.addEventListener("blur", () => this.letGo(direction));
    return button;
  }

  private key(event: KeyboardEvent, isDown: boolean): void {
    if (this.camera === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const isElsewhere = event.target instanceof Element && event.target.closest("input, textarea, select, dialog[open]") !== null;
    if (isDown && event.key === "Escape" && !isElsewhere) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      return;
    }
    const direction = directionOf(event.key);
    if (!direction || (isElsewhere && isDown)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isDown) this.hold(direction);
    else this.letGo(direction);
  }

  private hold(direction: Direction): void {
    if (this.link === null || this.root.dataset["state"] !== "ready" || this.held.has(direction)) return;
    this.held.add(direction);
    this.tell();
  }

  private letGo(direction: Direction): void {
    if (this.held.delete(direction)) this.tell();
  }

  private letAllGo(): void {
    this.held.clear();
    this.link?.stop();
    this.mark();
  }

  private tell(): void {
    this.link?.want(velocityOf(this.held, SPEEDS[this.speed.value as Speed]));
    this.mark();
  }

  private mark(): void {
    for (const button of this.pad.querySelectorAll<HTMLElement>("[data-direction]")) button.classList.toggle("turnbar__key--held", this.held.has(button.dataset["direction"] as Direction));
    if (this.camera) setText(this.note, this.held.size > 0 ? t("turn.turning") : t("turn.ready"));
  }

  private goTo(): void {
    if (this.presets.value !== "") this.link?.goTo(this.presets.value);
    this.presets.value = "";
  }
}
