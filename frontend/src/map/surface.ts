/** A canvas that is looked about in: it follows its size and the screen's density, paints once a frame at most, and turns pointer,
 * wheel and keys into viewports. What is drawn and what a click means belongs to its owner. */
import { el, isTyping } from "../shell/dom.ts";
import type { Point } from "./geo.ts";
import { onPaletteChange, Palette } from "./palette.ts";
import { type Bounds, fit, type Limits, pan, resize, type Viewport, zoom } from "./viewport.ts";

export interface Owner {
  paint(context: CanvasRenderingContext2D, view: Viewport, palette: Palette): void;
  /** A press and release without movement. */
  click(at: Point): void;
  /** Whether a press there begins a drag of something drawn; then `drag` is called instead of panning. */
  grab?(at: Point): boolean;
  drag?(at: Point): void;
  drop?(): void;
  hover?(at: Point): boolean;
  /** A key the surface has no use for; true when it was used. */
  key?(event: KeyboardEvent): boolean;
  moved?(view: Viewport): void;
}

const PAN_PX = 80;
const ZOOM_STEP = 1.6;
const STILL_PX = 4;
/** Zooming in without end shows nothing new: about 20 cm across a screen. */
const MOST_SCALE = 4e10;

export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly palette = new Palette();
  view: Viewport = { x: 0.5, y: 0.5, scale: 256, width: 1, height: 1 };
  limits: Limits = { least: 128, most: MOST_SCALE };
  readonly #owner: Owner;
  readonly #pointers = new Map<number, Point>();
  #home: Bounds | null = null;
  #pending = false;
  #travelled = 0;
  #isDragging = false;

  constructor(owner: Owner, label: string, describedBy: string) {
    this.#owner = owner;
    this.canvas = el("canvas", { class: "map__canvas", tabindex: 0, role: "application", "aria-label": label, "aria-describedby": describedBy });
    new ResizeObserver(() => this.#measure()).observe(this.canvas);
    onPaletteChange(() => {
      this.palette.refresh();
      this.redraw();
    });
    this.#listen();
  }

  /** What key `0` and the button show. */
  setHome(bounds: Bounds): void {
    const isFirst = this.#home === null;
    this.#home = bounds;
    if (isFirst) this.goHome();
  }

  goHome(): void {
    if (this.#home) this.show(this.#home);
  }

  show(bounds: Bounds): void {
    this.#set(fit(this.view, bounds, this.limits));
  }

  zoomBy(factor: number, at: Point = { x: this.view.width / 2, y: this.view.height / 2 }): void {
    this.#set(zoom(this.view, factor, at, this.limits));
  }

  redraw(): void {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#paint();
    });
  }

  #set(view: Viewport): void {
    this.view = view;
    this.#owner.moved?.(view);
    this.redraw();
  }

  #measure(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const wasUnknown = this.view.width <= 1;
    const density = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(clientWidth * density);
    this.canvas.height = Math.round(clientHeight * density);
    this.#set(resize(this.view, Math.max(1, clientWidth), Math.max(1, clientHeight)));
    if (wasUnknown) this.goHome();
    // Setting the size has cleared the canvas: paint before it is shown.
    this.#paint();
  }

  #paint(): void {
    const context = this.canvas.getContext("2d");
    if (!context || this.view.width <= 1) return;
    const density = this.canvas.width / this.view.width;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this.view.width, this.view.height);
    this.#owner.paint(context, this.view, this.palette);
  }

  #at(event: MouseEvent): Point {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #listen(): void {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"] as const) canvas.addEventListener(name, (event) => this.#release(event));
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.zoomBy(2 ** (-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0025)), this.#at(event));
      },
      { passive: false },
    );
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0) return;
    const at = this.#at(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, at);
    if (this.#pointers.size > 1) return;
    this.#travelled = 0;
    this.#isDragging = this.#owner.grab?.(at) ?? false;
  }

  #move(event: PointerEvent): void {
    const at = this.#at(event);
    const before = this.#pointers.get(event.pointerId);
    if (!before) {
      this.canvas.style.cursor = this.#owner.hover?.(at) ? "pointer" : "";
      return;
    }
    this.#travelled += Math.hypot(at.x - before.x, at.y - before.y);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, at);
    if (other) {
      const ratio = Math.hypot(at.x - other.x, at.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      this.zoomBy(ratio, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
    } else if (this.#isDragging) {
      if (this.#travelled > STILL_PX) this.#owner.drag?.(at);
    } else if (this.#travelled > STILL_PX) {
      this.#set(pan(this.view, at.x - before.x, at.y - before.y));
    }
  }

  #release(event: PointerEvent): void {
    if (!this.#pointers.delete(event.pointerId) || this.#pointers.size > 0) return;
    if (this.#isDragging && this.#travelled > STILL_PX) this.#owner.drop?.();
    else if (event.type === "pointerup" && this.#travelled <= STILL_PX) this.#owner.click(this.#at(event));
    this.#isDragging = false;
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (this.#owner.key?.(event)) {
      event.preventDefault();
      return;
    }
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.#set(pan(this.view, PAN_PX, 0)),
      ArrowRight: () => this.#set(pan(this.view, -PAN_PX, 0)),
      ArrowUp: () => this.#set(pan(this.view, 0, PAN_PX)),
      ArrowDown: () => this.#set(pan(this.view, 0, -PAN_PX)),
      "+": () => this.zoomBy(ZOOM_STEP),
      "=": () => this.zoomBy(ZOOM_STEP),
      "-": () => this.zoomBy(1 / ZOOM_STEP),
      "0": () => this.goHome(),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }
}
