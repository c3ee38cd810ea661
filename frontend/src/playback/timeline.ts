/** The time line: a canvas with rows of cameras that is zoomed by wheel, pinch and keys, moved by dragging, and scrubbed on
 * its ruler. It is a slider to assistive technology; the gaps are also a list (gaps-panel.ts). */
import { t, tWhy } from "../i18n/index.ts";
import { el } from "../shell/dom.ts";
import { MINUTE_US, SECOND_US, type Us, writeDuration, type Zone } from "../shell/time.ts";
import { gapAt, isCovered } from "./coverage.ts";
import * as scales from "./scale.ts";
import { AXIS_PX, paint, type Palette, readPalette, rowShape, type TimelineRow } from "./timeline-paint.ts";

export interface TimelineEvents {
  /** The pointer rests here; null when it left. `row`: camera id under it. */
  onHover: (us: Us | null, x: number, row: string | null) => void;
  /** While dragging the playhead. */
  onScrub: (us: Us) => void;
  onSeek: (us: Us) => void;
}

type Drag = { kind: "scrub" | "pan" | "pinch"; startX: number; lastX: number; moved: boolean; spread: number };

const CLICK_SLACK_PX = 4;

export class Timeline {
  readonly root: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly names: HTMLElement;
  private readonly zone: Zone;
  private readonly now: () => Us;
  private readonly events: TimelineEvents;
  private scale: scales.Scale;
  private rows: (TimelineRow & { name: string })[] = [];
  private playheadUs: Us = 0;
  private hoverUs: Us | null = null;
  private markIn: Us | null = null;
  private markOut: Us | null = null;
  private palette: Palette | null = null;
  private unit = 1;
  private isNarrow = false;
  private pending = false;
  private readonly pointers = new Map<number, number>();
  private drag: Drag | null = null;

  constructor(zone: Zone, now: () => Us, events: TimelineEvents) {
    this.zone = zone;
    this.now = now;
    this.events = events;
    this.scale = { fromUs: 0, toUs: 1, widthPx: 1, limitFromUs: 0, limitToUs: 1 };
    this.names = el("div", { class: "timeline__names", "aria-hidden": "true" });
    this.canvas = el("canvas", {
      class: "timeline__canvas",
      tabindex: 0,
      role: "slider",
      "aria-label": t("timeline.label"),
      "aria-describedby": "timeline-help",
    });
    this.root = el(
      "div",
      { class: "timeline" },
      this.names,
      this.canvas,
      el("p", { class: "visually-hidden", id: "timeline-help" }, t("timeline.help")),
    );
    this.listen();
  }

  private listen(): void {
    const { canvas } = this;
    new ResizeObserver(() => this.resized()).observe(canvas);
    new MutationObserver(() => this.retint()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", (event) => this.up(event));
    canvas.addEventListener("pointerleave", () => this.hover(null, 0, 0));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("dblclick", (event) => this.zoomBy(0.5, event.offsetX));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** The day (or other stretch) that may be moved in. */
  setLimits(fromUs: Us, toUs: Us): void {
    this.scale = { ...this.scale, fromUs, toUs, limitFromUs: fromUs, limitToUs: toUs };
    this.draw();
  }

  setRows(rows: (TimelineRow & { name: string })[]): void {
    const renamed = rows.map((row) => row.id).join() !== this.rows.map((row) => row.id).join();
    this.rows = rows;
    if (renamed) {
      this.names.replaceChildren(...rows.map((row) => el("span", { class: "timeline__name", title: row.name }, row.name)));
      this.resized();
    }
    this.draw();
  }

  setPlayhead(us: Us, follow: boolean): void {
    this.playheadUs = us;
    if (follow && !this.drag) this.scale = scales.reveal(this.scale, us);
    this.describe();
    this.draw();
  }

  setMarks(markIn: Us | null, markOut: Us | null): void {
    this.markIn = markIn;
    this.markOut = markOut;
    this.draw();
  }

  /** Shows ten minutes around an instant, unless it is closer already. */
  zoomTo(us: Us): void {
    this.scale = scales.centre(this.scale, us, Math.min(scales.lengthUs(this.scale), 10 * MINUTE_US));
    this.draw();
  }

  zoomBy(factor: number, x?: number): void {
    this.scale = scales.zoom(this.scale, factor, x ?? this.anchorX());
    this.draw();
  }

  private anchorX(): number {
    const x = scales.xOf(this.scale, this.playheadUs);
    return x >= 0 && x <= this.scale.widthPx ? x : this.scale.widthPx / 2;
  }

  private retint(): void {
    this.palette = null;
    this.draw();
  }

  private resized(): void {
    this.unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    this.isNarrow = window.matchMedia("(max-width: 46rem)").matches;
    this.canvas.style.height = `${(AXIS_PX + this.rows.length * rowShape(this.isNarrow).rowPx + 6) * this.unit}px`;
    const box = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(box.width * ratio));
    this.canvas.height = Math.max(1, Math.round(box.height * ratio));
    this.scale = { ...this.scale, widthPx: Math.max(1, box.width) };
    this.palette = null;
    this.draw();
  }

  private draw(): void {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      const context = this.canvas.getContext("2d");
      if (!context) return;
      const ratio = window.devicePixelRatio || 1;
      this.palette ??= readPalette(this.canvas);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const { scale, isNarrow, rows, playheadUs, hoverUs, markIn, markOut, zone } = this;
      const picture = { scale, isNarrow, rows, playheadUs, hoverUs, markIn, markOut, zone, nowUs: this.now() };
      paint(context, picture, this.palette, this.unit, this.canvas.height / ratio);
    });
  }

  private describe(): void {
    const { canvas, scale } = this;
    canvas.setAttribute("aria-valuemin", String(Math.round(scale.limitFromUs / SECOND_US)));
    canvas.setAttribute("aria-valuemax", String(Math.round(scale.limitToUs / SECOND_US)));
    canvas.setAttribute("aria-valuenow", String(Math.round(this.playheadUs / SECOND_US)));
    const missing = this.rows.filter((row) => !isCovered(row.record.coverage, this.playheadUs)).map((row) => row.name);
    const note = missing.length > 0 ? `, ${t("timeline.noPicture", { cameras: missing.join(", ") })}` : "";
    canvas.setAttribute("aria-valuetext", `${this.zone.dateTime(this.playheadUs)}${note}`);
  }

  private down(event: PointerEvent): void {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event.offsetX);
    const near = Math.abs(event.offsetX - scales.xOf(this.scale, this.playheadUs)) < 8 * this.unit;
    const onRuler = event.offsetY < AXIS_PX * this.unit;
    const kind = this.pointers.size > 1 ? "pinch" : onRuler || near ? "scrub" : "pan";
    this.drag = { kind, startX: event.offsetX, lastX: event.offsetX, moved: false, spread: this.spread() };
    if (kind === "scrub" && onRuler) this.scrub(event.offsetX);
  }

  private spread(): number {
    const [a, b] = [...this.pointers.values()];
    return a === undefined || b === undefined ? 0 : Math.max(12, Math.abs(a - b));
  }

  private move(event: PointerEvent): void {
    const { drag } = this;
    if (!drag || !this.pointers.has(event.pointerId)) {
      this.hover(scales.usAt(this.scale, event.offsetX), event.offsetX, event.offsetY);
      return;
    }
    this.pointers.set(event.pointerId, event.offsetX);
    if (Math.abs(event.offsetX - drag.startX) > CLICK_SLACK_PX) drag.moved = true;
    if (drag.kind === "pinch") {
      const spread = this.spread();
      const [a = 0, b = 0] = [...this.pointers.values()];
      if (spread > 0 && drag.spread > 0) this.zoomBy(drag.spread / spread, (a + b) / 2);
      drag.spread = spread;
    } else if (drag.kind === "scrub") {
      this.scrub(event.offsetX);
    } else if (drag.moved) {
      this.scale = scales.pan(this.scale, drag.lastX - event.offsetX);
      this.draw();
    }
    drag.lastX = event.offsetX;
  }

  private scrub(x: number): void {
    const us = this.held(scales.usAt(this.scale, x));
    this.playheadUs = us;
    this.events.onScrub(us);
    this.draw();
  }

  private held(us: Us): Us {
    return Math.min(Math.max(us, this.scale.limitFromUs), Math.min(this.scale.limitToUs, this.now()));
  }

  private up(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    const { drag } = this;
    if (!drag || this.pointers.size > 0) return;
    this.drag = null;
    if (event.type === "pointercancel" || drag.kind === "pinch") return;
    if (drag.kind === "scrub" || !drag.moved) this.events.onSeek(this.held(scales.usAt(this.scale, event.offsetX)));
  }

  private hover(us: Us | null, x: number, y: number): void {
    this.hoverUs = us;
    const row = this.rows[Math.floor((y / this.unit - AXIS_PX) / rowShape(this.isNarrow).rowPx)];
    this.events.onHover(us, x, row?.id ?? null);
    this.draw();
  }

  /** What to say about an instant of a row: recorded, a gap with its reason and length, or nothing known. */
  tell(camera: string, us: Us): string {
    const record = this.rows.find((row) => row.id === camera)?.record;
    if (!record) return "";
    if (us > this.now()) return t("timeline.future");
    const gap = gapAt(record.gaps, us);
    if (gap) return t("gap.told", { reason: tWhy(gap.reason), length: writeDuration(gap.to - gap.from) });
    return isCovered(record.coverage, us) ? "" : t("timeline.nothing");
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.scale = scales.pan(this.scale, event.deltaX || event.deltaY);
      this.draw();
    } else {
      this.zoomBy(1.0018 ** event.deltaY, event.offsetX);
    }
  }

  private key(event: KeyboardEvent): void {
    // The other arrows move by seconds, as everywhere on the page.
    const tenth = scales.lengthUs(this.scale) / 10;
    const keys: Record<string, () => void> = {
      PageUp: () => this.events.onSeek(this.held(this.playheadUs - tenth)),
      PageDown: () => this.events.onSeek(this.held(this.playheadUs + tenth)),
      ArrowUp: () => this.zoomBy(0.5),
      ArrowDown: () => this.zoomBy(2),
      Home: () => this.events.onSeek(this.scale.limitFromUs),
      End: () => this.events.onSeek(this.held(this.scale.limitToUs)),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
