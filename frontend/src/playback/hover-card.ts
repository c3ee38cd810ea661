/** What lies under the pointer on the time line: the time, a small picture, and a gap's reason. */
import { el, setText } from "../shell/dom.ts";
import type { MediaClient } from "../shell/http.ts";
import type { Us, Zone } from "../shell/time.ts";
import { Stills } from "./stills.ts";

const WIDTH = 240;
const REST_MS = 140;
/** Pictures this close to one another are not fetched twice. */
const ROUND_US = 500_000;

export class HoverCard {
  readonly root: HTMLElement;
  private readonly picture = el("img", { class: "hover-card__picture", alt: "", hidden: true });
  private readonly time = el("span", { class: "tabular" });
  private readonly why = el("span", { class: "hover-card__why" });
  private readonly media: MediaClient;
  private readonly zone: Zone;
  private readonly ticket: () => string | null;
  private readonly tell: (camera: string, us: Us) => string;
  private stills = new Map<string, Stills>();
  private timer = 0;

  constructor(media: MediaClient, zone: Zone, ticket: () => string | null, tell: (camera: string, us: Us) => string) {
    this.media = media;
    this.zone = zone;
    this.ticket = ticket;
    this.tell = tell;
    this.root = el("div", { class: "hover-card", hidden: true, "aria-hidden": "true" }, this.picture, this.time, this.why);
  }

  setCameras(cameras: string[]): void {
    const kept = new Map<string, Stills>();
    for (const camera of cameras) kept.set(camera, this.stills.get(camera) ?? new Stills(this.media, camera, this.ticket, WIDTH));
    for (const [camera, stills] of this.stills) if (!kept.has(camera)) stills.close();
    this.stills = kept;
  }

  show(us: Us | null, x: number, row: string | null): void {
    window.clearTimeout(this.timer);
    this.root.hidden = us === null;
    if (us === null) return;
    const camera = row ?? [...this.stills.keys()][0] ?? "";
    const why = this.tell(camera, us);
    setText(this.time, this.zone.clock(us));
    setText(this.why, why);
    this.picture.hidden = true;
    this.place(x);
    if (why === "") this.timer = window.setTimeout(() => this.load(camera, us), REST_MS);
  }

  private load(camera: string, us: Us): void {
    this.stills.get(camera)?.want(Math.round(us / ROUND_US) * ROUND_US, (still) => {
      if (this.root.hidden || !still) return;
      this.picture.src = still.url;
      this.picture.hidden = false;
    });
  }

  private place(x: number): void {
    const canvas = this.root.parentElement?.querySelector<HTMLElement>(".timeline__canvas");
    const left = (canvas?.offsetLeft ?? 0) + x;
    this.root.style.setProperty("--x", `${left}px`);
  }
}
