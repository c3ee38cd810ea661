/** Under a masked grant: the part of a picture that is shown without masking, for whoever asked to see themselves.
 * Drawn with the pointer or with the arrow keys; the office enters it in the register, and the ticket says it. */
import { t } from "../i18n/index.ts";
import { el, icon } from "../shell/dom.ts";

/** Left, top, right, bottom in thousandths of the picture. */
export type Box = [number, number, number, number];

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

const FIRST: Box = [350, 250, 650, 750];
const STEP = 25;
const SMALLEST = 20;

/** Where a picture lies in an element that shows all of it, as large as fits. */
export function pictureRect(width: number, height: number, pictureWidth: number, pictureHeight: number): Rect {
  if (pictureWidth <= 0 || pictureHeight <= 0) return { x: 0, y: 0, width, height };
  const scale = Math.min(width / pictureWidth, height / pictureHeight);
  const shown = { width: pictureWidth * scale, height: pictureHeight * scale };
  return { x: (width - shown.width) / 2, y: (height - shown.height) / 2, ...shown };
}

/** The box between two points of the element; cut off at the picture's edges, null when nothing worth showing is left. */
export function boxBetween(picture: Rect, from: { x: number; y: number }, to: { x: number; y: number }): Box | null {
  const across = (x: number): number => Math.round(Math.min(1, Math.max(0, (x - picture.x) / picture.width)) * 1000);
  const down = (y: number): number => Math.round(Math.min(1, Math.max(0, (y - picture.y) / picture.height)) * 1000);
  const box: Box = [Math.min(across(from.x), across(to.x)), Math.min(down(from.y), down(to.y)), Math.max(across(from.x), across(to.x)), Math.max(down(from.y), down(to.y))];
  return box[2] - box[0] < SMALLEST || box[3] - box[1] < SMALLEST ? null : box;
}

/** The box moved (or, with `resize`, made larger or smaller at its lower right corner) by an arrow key. */
export function nudged(box: Box, key: string, resize: boolean): Box {
  const dx = key === "ArrowLeft" ? -STEP : key === "ArrowRight" ? STEP : 0;
  const dy = key === "ArrowUp" ? -STEP : key === "ArrowDown" ? STEP : 0;
  const [left, top, right, bottom] = box;
  if (resize) {
    return [left, top, Math.min(1000, Math.max(left + SMALLEST, right + dx)), Math.min(1000, Math.max(top + SMALLEST, bottom + dy))];
  }
  const x = Math.min(1000 - right, Math.max(-left, dx));
  const y = Math.min(1000 - bottom, Math.max(-top, dy));
  return [left + x, top + y, right + x, bottom + y];
}

export interface ClearAreaHost {
  /** The video whose picture is masked. */
  video: HTMLVideoElement;
  name: string;
  /** Tells the office; resolves to whether it agreed. */
  onChange: (box: Box | null) => Promise<boolean>;
}

export class ClearArea {
  /** Lies over the picture. */
  readonly overlay: HTMLElement;
  readonly button: HTMLButtonElement;
  private readonly host: ClearAreaHost;
  private readonly frame = el("div", { class: "area__frame", hidden: true });
  private readonly hint: HTMLElement;
  private kept: Box | null = null;
  private drawn: Box | null = null;
  private from: { x: number; y: number } | null = null;
  private isDrawing = false;

  constructor(host: ClearAreaHost) {
    this.host = host;
    this.hint = el("p", { class: "area__hint", hidden: true }, t("area.hint"));
    this.overlay = el("div", { class: "area", tabindex: -1, role: "group", "aria-label": t("area.label", { name: host.name }) }, this.frame, this.hint);
    this.button = el("button", { type: "button", class: "button button--small area__button", "aria-pressed": "false", onclick: (event: Event) => this.pressed(event) });
    this.overlay.addEventListener("pointerdown", (event) => this.begin(event));
    this.overlay.addEventListener("pointermove", (event) => this.stretch(event));
    this.overlay.addEventListener("pointerup", () => void this.finish());
    this.overlay.addEventListener("pointercancel", () => this.stop());
    this.overlay.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.overlay);
    host.video.addEventListener("resize", () => this.draw());
    this.name();
  }

  /** Nothing is shown clearly any more: another viewing began. */
  reset(): void {
    this.kept = null;
    this.stop();
  }

  private pressed(event: Event): void {
    event.stopPropagation();
    if (this.isDrawing) this.stop();
    else if (this.kept) void this.send(null);
    else this.start();
  }

  private start(): void {
    this.isDrawing = true;
    this.drawn = FIRST;
    this.overlay.classList.add("area--drawing");
    this.overlay.tabIndex = 0;
    this.hint.hidden = false;
    this.name();
    this.draw();
    this.overlay.focus();
  }

  private stop(): void {
    this.isDrawing = false;
    this.from = null;
    this.drawn = null;
    this.overlay.classList.remove("area--drawing");
    this.overlay.tabIndex = -1;
    this.hint.hidden = true;
    this.name();
    this.draw();
  }

  private get picture(): Rect {
    const { clientWidth, clientHeight } = this.overlay;
    return pictureRect(clientWidth, clientHeight, this.host.video.videoWidth, this.host.video.videoHeight);
  }

  private pointOf(event: PointerEvent): { x: number; y: number } {
    const place = this.overlay.getBoundingClientRect();
    return { x: event.clientX - place.left, y: event.clientY - place.top };
  }

  private begin(event: PointerEvent): void {
    if (!this.isDrawing || event.button !== 0) return;
    event.preventDefault();
    this.overlay.setPointerCapture(event.pointerId);
    this.from = this.pointOf(event);
  }

  private stretch(event: PointerEvent): void {
    if (!this.from) return;
    this.drawn = boxBetween(this.picture, this.from, this.pointOf(event));
    this.draw();
  }

  private async finish(): Promise<void> {
    if (!this.from) return;
    this.from = null;
    if (this.drawn) await this.send(this.drawn);
  }

  private key(event: KeyboardEvent): void {
    if (!this.isDrawing) return;
    if (event.key === "Escape") this.stop();
    else if (event.key === "Enter" && this.drawn) void this.send(this.drawn);
    else if (event.key.startsWith("Arrow")) this.drawn = nudged(this.drawn ?? FIRST, event.key, event.shiftKey);
    else return;
    // The page's own keys must not move the time meanwhile.
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  private async send(box: Box | null): Promise<void> {
    const agreed = await this.host.onChange(box);
    if (agreed) this.kept = box;
    this.stop();
    this.button.focus();
  }

  private name(): void {
    const word = this.isDrawing ? t("area.cancel") : this.kept ? t("area.maskAll") : t("area.show");
    this.button.setAttribute("aria-pressed", String(this.isDrawing));
    this.button.replaceChildren(icon(this.kept && !this.isDrawing ? "lock" : "fullscreen"), el("span", {}, word));
  }

  private draw(): void {
    const box = this.drawn ?? this.kept;
    this.frame.hidden = box === null;
    if (!box) return;
    const { x, y, width, height } = this.picture;
    const [left, top, right, bottom] = box.map((side) => side / 1000) as Box;
    this.frame.style.left = `${x + left * width}px`;
    this.frame.style.top = `${y + top * height}px`;
    this.frame.style.width = `${(right - left) * width}px`;
    this.frame.style.height = `${(bottom - top) * height}px`;
  }
}
