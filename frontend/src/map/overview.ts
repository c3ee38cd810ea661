/** The map of all sites: twenty thousand cameras gathered into groups, found by name or code, opened as a card. */
import { t } from "../i18n/index.ts";
import { getOffice } from "../shell/http.ts";
import { type Cluster, ClusterIndex } from "./cluster.ts";
import type { Base, MapConfig, OverviewRow } from "./config.ts";
import { frame } from "./frame.ts";
import { E7, type Point, project } from "./geo.ts";
import { type Ground, groundOf, paintGround, paintScale } from "./ground.ts";
import { drawMark, isMark, isTrouble, type Mark, tokenOf } from "./marks.ts";
import type { Palette } from "./palette.ts";
import { LISTED, type Listed, Panel } from "./panel.ts";
import { find } from "./search.ts";
import { fetchRows, watchMarks } from "./source.ts";
import { type Owner, Surface } from "./surface.ts";
import { type Bounds, boundsOf, enclose, toScreen, type Viewport } from "./viewport.ts";

interface Camera extends Listed, Point {
  gbCode: string;
}

/** A kilometre across, in world units near the equator: how near one looks at a single camera. */
const NEAR = 2.5e-6;
const LIST_PAUSE_MS = 150;

export class Overview implements Owner {
  readonly #config: MapConfig;
  readonly #surface: Surface;
  readonly #panel: Panel;
  readonly #root: HTMLElement;
  #cameras: Camera[] = [];
  #index = new ClusterIndex([]);
  #ground: Ground | null = null;
  #chosen: Camera | null = null;
  #listTimer = 0;

  constructor(root: HTMLElement, config: MapConfig) {
    this.#root = root;
    this.#config = config;
    this.#surface = new Surface(this, t("map.label"), "map-keys");
    this.#panel = new Panel(config.marks, config.urls.card, (id) => this.#open(id), () => this.#list());
    frame(root, this.#surface, this.#panel);
  }

  async start(): Promise<void> {
    this.#goHome();
    this.#list();
    if (this.#config.baseUrl) void this.#loadGround(this.#config.baseUrl);
    await fetchRows<OverviewRow>(this.#config.urls.cameras, (rows) => this.#take(rows));
    this.#root.dataset["state"] = "ready";
    this.#goHome();
    watchMarks(this.#config.urls.states, (marks) => this.#mark(marks), () => this.#panel.say(t("error.network")));
  }

  async #loadGround(url: string): Promise<void> {
    try {
      const base = await getOffice<Base>(url);
      if (base) this.#ground = groundOf(base);
      this.#surface.redraw();
    } catch (error) {
      this.#panel.say(error instanceof Error && error.message ? error.message : t("error.network"));
    }
  }

  #take(rows: readonly OverviewRow[]): void {
    for (const [id, name, site, gbCode, lat, lon, mark] of rows) {
      this.#cameras.push({ id, name, site, gbCode, mark: isMark(mark) ? mark : "silent", ...project(lon / E7, lat / E7) });
    }
    this.#index = new ClusterIndex(this.#cameras);
    this.#changed();
  }

  #mark(marks: ReadonlyMap<string, Mark>): void {
    for (const camera of this.#cameras) camera.mark = marks.get(camera.id) ?? "live";
    this.#index.forget();
    this.#changed();
  }

  #changed(): void {
    this.#root.dataset["cameras"] = String(this.#cameras.length);
    this.#surface.redraw();
    this.#list();
  }

  #goHome(): void {
    const sites = (this.#config.sites ?? []).map((site) => project(site.lonE7 / E7, site.latE7 / E7));
    const bounds = enclose([...sites, ...this.#cameras]);
    if (bounds) this.#surface.setHome(widened(bounds, NEAR));
  }

  moved(): void {
    window.clearTimeout(this.#listTimer);
    this.#listTimer = window.setTimeout(() => this.#list(), LIST_PAUSE_MS);
  }

  /** What is in sight, or what was searched for. */
  #list(): void {
    const text = this.#panel.search.value;
    if (text.trim()) {
      const found = find(this.#cameras, text, this.#cameras.length);
      const shown = found.slice(0, LISTED).flatMap((at) => this.#cameras[at] ?? []);
      this.#panel.list(t("map.found", { n: found.length }), shown, found.length);
      return;
    }
    const box = boundsOf(this.#surface.view);
    const seen = this.#cameras.filter((camera) => isInside(camera, box));
    const first = [...seen.filter((camera) => isTrouble(camera.mark)), ...seen.filter((camera) => !isTrouble(camera.mark))];
    this.#panel.list(t("map.inSight", { n: seen.length }), first.slice(0, LISTED), seen.length);
  }

  #open(id: string): void {
    const camera = this.#cameras.find((one) => one.id === id);
    if (!camera) return;
    this.#chosen = camera;
    const box = boundsOf(this.#surface.view);
    if (!isInside(camera, box)) this.#surface.show(widened(enclose([camera]) as Bounds, NEAR / 4));
    void this.#panel.show(id);
    this.#surface.redraw();
  }

  click(at: Point): void {
    const hit = this.#at(at);
    if (!hit) {
      this.#chosen = null;
      this.#panel.close();
      this.#surface.redraw();
      return;
    }
    const members = hit.members.flatMap((index) => this.#cameras[index] ?? []);
    const first = members[0];
    if (members.length === 1 && first) {
      this.#open(first.id);
      return;
    }
    const bounds = enclose(members) as Bounds;
    const isOneSpot = bounds.right - bounds.left < 1e-9 && bounds.bottom - bounds.top < 1e-9;
    if (isOneSpot) this.#panel.list(t("map.here", { n: members.length }), members.slice(0, LISTED), members.length);
    else this.#surface.show(bounds);
  }

  hover(at: Point): boolean {
    return this.#at(at) !== null;
  }

  #at(at: Point): Cluster | null {
    const { view } = this.#surface;
    let best: Cluster | null = null;
    let least = 22;
    for (const cluster of this.#index.at(view.scale)) {
      const { x, y } = toScreen(view, cluster);
      const distance = Math.hypot(x - at.x, y - at.y);
      if (distance < least) [best, least] = [cluster, distance];
    }
    return best;
  }

  paint(context: CanvasRenderingContext2D, view: Viewport, palette: Palette): void {
    paintGround(context, view, palette, this.#ground);
    this.#paintSites(context, view, palette);
    for (const cluster of this.#index.at(view.scale)) {
      const { x, y } = toScreen(view, cluster);
      if (x < -30 || y < -30 || x > view.width + 30 || y > view.height + 30) continue;
      if (cluster.members.length === 1) drawMark(context, cluster.gravest, x, y, 18, palette.of(tokenOf(cluster.gravest)), palette.of("--surface"));
      else paintCluster(context, cluster, x, y, palette);
    }
    if (this.#chosen) paintChosen(context, toScreen(view, this.#chosen), palette);
    paintScale(context, view, palette);
  }

  #paintSites(context: CanvasRenderingContext2D, view: Viewport, palette: Palette): void {
    const sites = this.#config.sites ?? [];
    const spots = sites.map((site) => ({ site, ...toScreen(view, project(site.lonE7 / E7, site.latE7 / E7)) }));
    const seen = spots.filter(({ x, y }) => x > -100 && y > -40 && x < view.width + 100 && y < view.height + 40);
    // Names that would cover each other help nobody.
    if (seen.length > 40) return;
    context.font = palette.font(13, 600);
    context.textAlign = "center";
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = palette.of("--sunken");
    context.fillStyle = palette.of("--ink");
    for (const { site, x, y } of seen) {
      const name = site.name.length > 24 ? `${site.name.slice(0, 23)}…` : site.name;
      context.strokeText(name, x, y + 38);
      context.fillText(name, x, y + 38);
    }
  }
}

function isInside(point: Point, box: Bounds): boolean {
  return point.x >= box.left && point.x <= box.right && point.y >= box.top && point.y <= box.bottom;
}

/** A box at least `least` across, so that a single place is not looked at through a microscope. */
function widened(bounds: Bounds, least: number): Bounds {
  const [dx, dy] = [Math.max(0, least - (bounds.right - bounds.left)) / 2, Math.max(0, least - (bounds.bottom - bounds.top)) / 2];
  return { left: bounds.left - dx, right: bounds.right + dx, top: bounds.top - dy, bottom: bounds.bottom + dy };
}

function paintCluster(context: CanvasRenderingContext2D, cluster: Cluster, x: number, y: number, palette: Palette): void {
  const count = cluster.members.length;
  const radius = 13 + Math.min(9, Math.log10(count) * 4);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = palette.of("--surface");
  context.fill();
  context.lineWidth = 3;
  context.strokeStyle = palette.of(cluster.troubled ? tokenOf(cluster.gravest) : "--accent");
  context.stroke();
  context.fillStyle = palette.of("--ink");
  context.font = palette.font(12, 600);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(count > 9999 ? `${Math.round(count / 1000)}k` : String(count), x, y + 0.5);
  context.textBaseline = "alphabetic";
  if (cluster.troubled) drawMark(context, cluster.gravest, x + radius * 0.8, y - radius * 0.8, 15, palette.of(tokenOf(cluster.gravest)), palette.of("--surface"));
}

export function paintChosen(context: CanvasRenderingContext2D, at: Point, palette: Palette): void {
  context.beginPath();
  context.arc(at.x, at.y, 15, 0, 2 * Math.PI);
  context.lineWidth = 3;
  context.strokeStyle = palette.of("--focus");
  context.stroke();
}
