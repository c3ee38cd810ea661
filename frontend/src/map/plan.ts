/** The plan of an area: its picture, its cameras with what they see, and, for those who may, placing and aiming them. */
import { t } from "../i18n/index.ts";
import { el, icon } from "../shell/dom.ts";
import { ApiError, postOffice } from "../shell/http.ts";
import type { MapConfig, PlanRow } from "./config.ts";
import { frame } from "./frame.ts";
import type { Point } from "./geo.ts";
import { paintBar } from "./ground.ts";
import { drawMark, isMark, type Mark, tokenOf } from "./marks.ts";
import { paintChosen } from "./overview.ts";
import type { Palette } from "./palette.ts";
import { LISTED, type Listed, Panel } from "./panel.ts";
import { type Aim, bearingTo, coneOf, handleOf, permilleOf, placeOf, type PlanSize, rangeOf, turn } from "./plan-shape.ts";
import { find } from "./search.ts";
import { fetchRows, watchMarks } from "./source.ts";
import { type Owner, Surface } from "./surface.ts";
import { toScreen, toWorld, type Viewport } from "./viewport.ts";

interface Camera extends Listed, Aim {
  gbCode: string;
  /** Null while it has no place on the plan. */
  at: Point | null;
}

type Stand = Pick<Camera, "at" | "bearingCdeg">;

const HIT_PX = 18;
const STEP = 0.005;
const TURN_CDEG = 500;

export class Plan implements Owner {
  readonly #config: MapConfig;
  readonly #root: HTMLElement;
  readonly #size: PlanSize;
  readonly #surface: Surface;
  readonly #panel: Panel;
  readonly #picture = new Image();
  #cameras: Camera[] = [];
  #chosen: Camera | null = null;
  #isArranging = false;
  #grabbed: "place" | "aim" | null = null;
  /** How the camera stood before it was moved; null when nothing waits to be kept. */
  #before: Stand | null = null;

  constructor(root: HTMLElement, config: MapConfig) {
    this.#root = root;
    this.#config = config;
    const { widthPx, heightPx, mmPerPx } = config.plan ?? { widthPx: null, heightPx: null, mmPerPx: null };
    this.#size = { widthPx: widthPx || 1, heightPx: heightPx || 1, mmPerPx };
    this.#surface = new Surface(this, t("map.planLabel"), "map-keys");
    this.#surface.limits = { least: 60, most: 20_000 };
    this.#panel = new Panel(config.marks, config.urls.card, (id) => this.#open(id), () => this.#list());
    const buttons = frame(root, this.#surface, this.#panel);
    if (config.arrangeUrl) buttons.append(this.#arrangeButton());
  }

  async start(): Promise<void> {
    this.#surface.setHome({ left: 0, top: 0, right: 1, bottom: this.#size.heightPx / this.#size.widthPx });
    this.#picture.addEventListener("load", () => this.#surface.redraw());
    this.#picture.src = this.#config.plan?.url ?? "";
    const area = `?area=${this.#config.area ?? ""}`;
    await fetchRows<PlanRow>(this.#config.urls.cameras + area, (rows) => this.#take(rows));
    this.#root.dataset["state"] = "ready";
    watchMarks(this.#config.urls.states + area, (marks) => this.#mark(marks), () => this.#panel.say(t("error.network")));
  }

  #take(rows: readonly PlanRow[]): void {
    for (const [id, name, gbCode, x, y, mark, bearingCdeg, fovCdeg, rangeM] of rows) {
      const at = x === null || y === null ? null : placeOf(x, y, this.#size);
      this.#cameras.push({ id, name, site: at ? "" : t("map.unplaced"), gbCode, at, mark: isMark(mark) ? mark : "silent", bearingCdeg, fovCdeg, rangeM });
    }
    this.#root.dataset["cameras"] = String(this.#cameras.length);
    this.#surface.redraw();
    this.#list();
  }

  #mark(marks: ReadonlyMap<string, Mark>): void {
    for (const camera of this.#cameras) camera.mark = marks.get(camera.id) ?? "live";
    this.#surface.redraw();
    this.#list();
  }

  #list(): void {
    const text = this.#panel.search.value;
    const found = text.trim() ? find(this.#cameras, text, this.#cameras.length).flatMap((at) => this.#cameras[at] ?? []) : this.#cameras;
    this.#panel.list(t("map.onPlan", { n: found.length }), found.slice(0, LISTED), found.length);
  }

  #arrangeButton(): HTMLButtonElement {
    const button = el("button", { type: "button", class: "button button--small map__arrange", "aria-pressed": "false" }, icon("edit"), t("map.arrange"));
    button.addEventListener("click", () => {
      this.#isArranging = !this.#isArranging;
      button.setAttribute("aria-pressed", String(this.#isArranging));
      if (!this.#isArranging) this.#undo();
      if (this.#chosen) this.#open(this.#chosen.id);
      this.#surface.redraw();
    });
    return button;
  }

  #open(id: string): void {
    const camera = this.#cameras.find((one) => one.id === id);
    if (!camera) return;
    if (camera !== this.#chosen) this.#undo();
    this.#chosen = camera;
    void this.#panel.show(id, this.#isArranging ? this.#arrangement(camera) : null);
    this.#surface.redraw();
  }

  /** Below the card: placing it, and keeping or undoing what was moved. */
  #arrangement(camera: Camera): HTMLElement {
    if (camera.at === null) {
      return el("button", { type: "button", class: "button button--small", onclick: () => this.#placeInMiddle(camera) }, icon("plus"), t("map.place"));
    }
    if (this.#before === null) return el("p", { class: "muted" }, t("map.arrangeHint"));
    const reason = el("input", { class: "input", id: "map-reason", maxlength: 300, autocomplete: "off" });
    const save = el("button", { type: "button", class: "button button--small button--primary" }, icon("check"), t("map.save"));
    save.addEventListener("click", () => void this.#save(camera, reason.value, save));
    const undo = el("button", { type: "button", class: "button button--small", onclick: () => this.#reopen(() => this.#undo()) }, t("map.undo"));
    return el(
      "div",
      { class: "map__keep" },
      el("p", {}, t("map.unsaved")),
      el("div", { class: "field" }, el("label", { class: "field__label", for: "map-reason" }, t("map.reason")), reason),
      el("div", { class: "map__actions" }, save, undo),
    );
  }

  #reopen(change: () => void): void {
    change();
    if (this.#chosen) this.#open(this.#chosen.id);
  }

  #placeInMiddle(camera: Camera): void {
    this.#remember(camera);
    const { x, y } = this.#surface.view;
    this.#put(camera, { x, y });
    camera.bearingCdeg ??= 0;
    this.#reopen(() => undefined);
  }

  #put(camera: Camera, at: Point): void {
    const { x, y } = permilleOf(at, this.#size);
    camera.at = placeOf(x, y, this.#size);
    this.#surface.redraw();
  }

  #remember(camera: Camera): void {
    this.#before ??= { at: camera.at, bearingCdeg: camera.bearingCdeg };
  }

  #undo(): void {
    if (this.#chosen && this.#before) Object.assign(this.#chosen, this.#before);
    this.#before = null;
    this.#surface.redraw();
  }

  async #save(camera: Camera, reason: string, button: HTMLButtonElement): Promise<void> {
    if (!camera.at || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const { x, y } = permilleOf(camera.at, this.#size);
    const body = { plan_x_permille: x, plan_y_permille: y, bearing_cdeg: camera.bearingCdeg, reason };
    try {
      await postOffice((this.#config.arrangeUrl ?? "").replace("{camera}", camera.id), this.#config.csrfToken, body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      button.removeAttribute("aria-busy");
      this.#panel.root.querySelector(".map__keep p")?.replaceChildren(error.message || t("error.network"));
      return;
    }
    this.#before = null;
    camera.site = "";
    this.#root.dataset["saved"] = camera.id;
    this.#reopen(() => this.#list());
  }

  click(at: Point): void {
    const hit = this.#cameraAt(at);
    if (hit) {
      this.#open(hit.id);
      return;
    }
    this.#undo();
    this.#chosen = null;
    this.#panel.close();
    this.#surface.redraw();
  }

  hover(at: Point): boolean {
    return this.#cameraAt(at) !== null || this.#isHandle(at);
  }

  #cameraAt(at: Point): Camera | null {
    const near = this.#cameras.filter((camera) => camera.at && this.#distance(camera.at, at) < HIT_PX);
    return near.sort((one, other) => this.#distance(one.at as Point, at) - this.#distance(other.at as Point, at))[0] ?? null;
  }

  #distance(world: Point, screen: Point): number {
    const { x, y } = toScreen(this.#surface.view, world);
    return Math.hypot(x - screen.x, y - screen.y);
  }

  #isHandle(at: Point): boolean {
    const camera = this.#chosen;
    return this.#isArranging && camera?.at != null && this.#distance(handleOf(camera.at, camera, this.#size), at) < HIT_PX;
  }

  grab(at: Point): boolean {
    if (!this.#isArranging || !this.#chosen) return false;
    this.#grabbed = this.#isHandle(at) ? "aim" : this.#cameraAt(at) === this.#chosen ? "place" : null;
    return this.#grabbed !== null;
  }

  drag(at: Point): void {
    const camera = this.#chosen;
    if (!camera?.at) return;
    this.#remember(camera);
    const world = toWorld(this.#surface.view, at);
    if (this.#grabbed === "place") this.#put(camera, world);
    else camera.bearingCdeg = bearingTo(camera.at, world);
    this.#surface.redraw();
  }

  drop(): void {
    this.#reopen(() => undefined);
  }

  /** Placing without a mouse: arrows move, brackets turn, while a camera is chosen for arranging. */
  key(event: KeyboardEvent): boolean {
    const camera = this.#chosen;
    if (event.key === "Escape" && this.#before) {
      this.#reopen(() => this.#undo());
      return true;
    }
    if (!this.#isArranging || !camera?.at) return false;
    const moves: Record<string, [number, number]> = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const turns: Record<string, number> = { "[": -TURN_CDEG, "]": TURN_CDEG };
    const [move, by] = [moves[event.key], turns[event.key]];
    if (!move && by === undefined) return false;
    const isFirst = this.#before === null;
    this.#remember(camera);
    if (move) this.#put(camera, { x: camera.at.x + move[0], y: camera.at.y + move[1] });
    if (by !== undefined) camera.bearingCdeg = turn(camera.bearingCdeg ?? 0, by);
    this.#surface.redraw();
    if (isFirst) this.#open(camera.id);
    return true;
  }

  paint(context: CanvasRenderingContext2D, view: Viewport, palette: Palette): void {
    context.fillStyle = palette.of("--sunken");
    context.fillRect(0, 0, view.width, view.height);
    const corner = toScreen(view, { x: 0, y: 0 });
    const height = (view.scale * this.#size.heightPx) / this.#size.widthPx;
    if (this.#picture.complete && this.#picture.naturalWidth > 0) {
      context.drawImage(this.#picture, corner.x, corner.y, view.scale, height);
    }
    context.strokeStyle = palette.of("--line-strong");
    context.lineWidth = 1;
    context.strokeRect(corner.x, corner.y, view.scale, height);
    for (const camera of this.#cameras) if (camera.at) this.#paintCone(context, view, palette, camera, camera.at);
    for (const camera of this.#cameras) if (camera.at) this.#paintCamera(context, view, palette, camera, camera.at);
    if (this.#size.mmPerPx) paintBar(context, view, palette, (this.#size.mmPerPx * this.#size.widthPx) / 1000 / view.scale);
  }

  #paintCone(context: CanvasRenderingContext2D, view: Viewport, palette: Palette, camera: Camera, at: Point): void {
    const cone = coneOf(camera);
    if (!cone) return;
    const { x, y } = toScreen(view, at);
    context.beginPath();
    if (!cone.isWhole) context.moveTo(x, y);
    context.arc(x, y, rangeOf(camera, this.#size) * view.scale, cone.from, cone.to);
    context.closePath();
    const ink = palette.of(camera === this.#chosen ? "--mark" : tokenOf(camera.mark));
    context.globalAlpha = camera === this.#chosen ? 0.26 : 0.14;
    context.fillStyle = ink;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = ink;
    context.lineWidth = 1.2;
    context.setLineDash(camera.fovCdeg === null || camera.rangeM === null ? [4, 4] : []);
    context.stroke();
    context.setLineDash([]);
  }

  #paintCamera(context: CanvasRenderingContext2D, view: Viewport, palette: Palette, camera: Camera, at: Point): void {
    const spot = toScreen(view, at);
    drawMark(context, camera.mark, spot.x, spot.y, 20, palette.of(tokenOf(camera.mark)), palette.of("--surface"));
    if (camera === this.#chosen) {
      paintChosen(context, spot, palette);
      if (this.#isArranging) paintHandle(context, spot, toScreen(view, handleOf(at, camera, this.#size)), palette);
    }
    context.font = palette.font(12, 600);
    context.textAlign = "center";
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = palette.of("--surface");
    context.fillStyle = palette.of("--ink");
    const name = camera.name.length > 20 ? `${camera.name.slice(0, 19)}…` : camera.name;
    context.strokeText(name, spot.x, spot.y + 26);
    context.fillText(name, spot.x, spot.y + 26);
  }
}

function paintHandle(context: CanvasRenderingContext2D, from: Point, at: Point, palette: Palette): void {
  context.strokeStyle = palette.of("--focus");
  context.fillStyle = palette.of("--surface");
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(at.x, at.y);
  context.stroke();
  context.beginPath();
  context.arc(at.x, at.y, 7, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}
