/** The wall: a grid of tiles, its layout and memory, its keys, and the viewings behind its pictures. */
import { t } from "../i18n/index.ts";
import type { CameraConfig, IslandConfig, ServerClock } from "../shell/config.ts";
import { socketOrigin } from "../shell/config.ts";
import { askReason, emptyState, messageOf, toast } from "../shell/dialogs.ts";
import { el } from "../shell/dom.ts";
import { ApiError, MediaClient } from "../shell/http.ts";
import { playsHevc } from "../shell/hevc.ts";
import { saveSnapshot } from "../shell/snapshot.ts";
import { Zone } from "../shell/time.ts";
import { type Reason, ViewingDesk } from "../shell/viewing.ts";
import { CAMERA_MIME, Chooser } from "./chooser.ts";
import * as layouts from "./layout.ts";
import { type Taken, TakenWatch } from "./taken.ts";
import { Tile, type TileAction, type TileHost } from "./tile.ts";
import { WallTools } from "./tools.ts";
import { TurnBar } from "./turn-bar.ts";

const SLOT_MIME = "application/x-mingcha-slot";
/** From this many tiles on, a camera's small stream is asked for. */
const SUB_FROM = 9;
const REOPEN_MS = 5_000;

export class Wall {
  private readonly config: IslandConfig;
  private readonly clock: ServerClock;
  readonly zone: Zone;
  readonly media: MediaClient;
  readonly desk: ViewingDesk;
  private readonly cameras: Map<string, CameraConfig>;
  private readonly root: HTMLElement;
  private readonly grid: HTMLElement;
  private readonly chooser: Chooser;
  private readonly tools: WallTools;
  private readonly turning: TurnBar;
  private readonly takenWatch: TakenWatch | null;
  private taken: ReadonlyMap<string, Taken> = new Map();
  private layout: layouts.WallLayout;
  private tiles: Tile[] = [];
  private focused = 0;
  private enlarged: number | null = null;
  reason: Reason | null = null;
  private asking: Promise<void> = Promise.resolve();

  constructor(root: HTMLElement, config: IslandConfig, clock: ServerClock) {
    this.root = root;
    this.config = config;
    this.clock = clock;
    this.zone = new Zone(config.timeZone);
    this.media = new MediaClient(config.mediaOrigin);
    this.cameras = new Map(config.cameras.map((camera) => [camera.id, camera]));
    this.layout = this.firstLayout();
    this.desk = new ViewingDesk(config, () => clock.now(), {
      onTicket: (viewing) => {
        this.tilesOf(viewing.cameras).forEach((tile) => tile.renewTicket(viewing.ticket));
        this.turning.renewed(viewing);
      },
      onEnded: (viewing, error) => {
        this.turning.viewingEnded(viewing.grant, error);
        if (viewing.cameras.size > 0) this.viewingEnded(viewing.cameras, error);
      },
    });
    this.turning = new TurnBar(config, this.desk, () => this.tiles[this.focused]?.root.focus());
    this.takenWatch = config.urls.taken ? new TakenWatch(config.urls.taken, (taken) => this.markTaken(taken)) : null;
    this.grid = el("div", { class: "wall__grid", role: "group", "aria-label": t("wall.title") });
    this.chooser = new Chooser(config.cameras, {
      onChoose: (camera) => this.change(layouts.place(this.layout, camera, this.slotOf(this.focused))),
      onReset: () => this.change(layouts.freshLayout([...this.cameras.keys()])),
      onClose: () => this.tiles[this.focused]?.root.focus(),
    });
    this.tools = new WallTools(this);
    this.grid.addEventListener("dragstart", (event) => this.dragStart(event));
    this.grid.addEventListener("dragover", (event) => event.preventDefault());
    this.grid.addEventListener("drop", (event) => this.drop(event));
  }

  /** Shows the wall; asks for the reason first. */
  async start(): Promise<void> {
    if (this.config.cameras.length === 0) {
      this.root.replaceChildren(emptyState("camera", t("wall.noCameras"), t("wall.noCamerasText")));
      return;
    }
    this.root.replaceChildren(el("div", { class: "wall" }, el("div", { class: "wall__main" }, this.grid, this.turning.root), this.chooser.root));
    this.tools.mount();
    this.drawGrid();
    layouts.visible(this.layout).forEach((camera, index) => this.tiles[index]?.announce(this.cameras.get(camera ?? "") ?? null));
    await this.askAndOpen();
  }

  private async askAndOpen(): Promise<void> {
    this.reason = await askReason(this.config, t("reason.titleLive"));
    if (!this.reason) {
      const again = el("button", { type: "button", class: "button button--primary", onclick: () => void this.start() }, t("reason.again"));
      this.root.replaceChildren(emptyState("lock", t("reason.needed"), t("reason.neededText"), again));
      return;
    }
    await this.fill();
  }

  private firstLayout(): layouts.WallLayout {
    const asked = (this.config.start?.cameras ?? []).filter((camera) => this.cameras.has(camera));
    if (asked.length > 0) return layouts.freshLayout(asked);
    const kept = layouts.restore(localStorage.getItem(layouts.memoryKey(this.config.person.id)), new Set(this.cameras.keys()));
    return kept && kept.slots.length > 0 ? kept : layouts.freshLayout([...this.cameras.keys()]);
  }

  get size(): layouts.GridSize {
    return this.layout.size;
  }

  get page(): { at: number; of: number } {
    return { at: this.layout.page + 1, of: layouts.pageCount(this.layout) };
  }

  get isEnlarged(): boolean {
    return this.enlarged !== null;
  }

  get isChooserOpen(): boolean {
    return this.chooser.isOpen;
  }

  private slotOf(index: number): number {
    return this.layout.page * this.layout.size + index;
  }

  private tilesOf(cameras: ReadonlySet<string>): Tile[] {
    return this.tiles.filter((tile) => tile.camera !== null && cameras.has(tile.camera.id));
  }

  /** Takes a new layout, keeps it in memory, shows it. */
  private change(layout: layouts.WallLayout): void {
    const regrid = layout.size !== this.layout.size;
    this.layout = layout;
    localStorage.setItem(layouts.memoryKey(this.config.person.id), layouts.serialise(layout));
    if (regrid) {
      this.enlarged = null;
      this.drawGrid();
    }
    void this.fill();
  }

  private drawGrid(): void {
    for (const tile of this.tiles) tile.suspend();
    const host = this.tileHost();
    this.tiles = Array.from({ length: this.layout.size }, (_, index) => new Tile(index, host));
    this.grid.dataset["size"] = String(this.layout.size);
    this.grid.replaceChildren(...this.tiles.map((tile) => tile.root));
    this.focus(Math.min(this.focused, this.layout.size - 1), false);
    this.tools.draw();
  }

  private tileHost(): TileHost {
    const hevc = playsHevc() ? "1" : undefined;
    const origin = socketOrigin(this.config.mediaOrigin);
    const urls = new MediaClient(origin);
    return {
      zone: this.zone,
      now: () => this.clock.now(),
      liveUrl: (camera, stream) => urls.url("/live", { camera, stream, ...(hevc ? { hevc } : {}) }),
      ticket: (camera) => this.desk.covering(camera)?.ticket ?? null,
      onAction: (tile, action) => this.act(tile, action),
      rights: this.config.rights,
      watermark: this.config.granted?.watermark ?? "",
    };
  }

  private streamFor(camera: CameraConfig | null, index: number): "main" | "sub" {
    return camera?.hasSub && this.layout.size >= SUB_FROM && this.enlarged !== index ? "sub" : "main";
  }

  /** Hangs what the layout says, registering viewings for cameras not yet covered before their first byte. */
  private fill(): Promise<void> {
    this.asking = this.asking.then(async () => {
      const shown = layouts.visible(this.layout);
      const wanted = shown.filter((camera, index) => camera !== null && (this.enlarged === null || this.enlarged === index)) as string[];
      const refused = await this.cover(wanted);
      this.tiles.forEach((tile, index) => {
        const camera = this.cameras.get(shown[index] ?? "") ?? null;
        if (this.enlarged !== null && this.enlarged !== index) tile.suspend();
        else tile.assign(camera, this.streamFor(camera, index));
        if (refused && camera && !this.desk.covering(camera.id)) tile.refuse("forbidden", messageOf(refused));
      });
      this.desk.showing(new Set(wanted));
      this.lookAfterTurning(new Set(wanted));
      this.chooser.mark(new Set(this.layout.slots.filter((camera) => camera !== null) as string[]));
      this.grid.classList.toggle("wall__grid--enlarged", this.enlarged !== null);
      this.tools.draw();
    });
    return this.asking;
  }

  /** Registers a viewing for those cameras that have none; gives the refusal, if any. */
  private async cover(cameras: string[]): Promise<ApiError | null> {
    const uncovered = cameras.filter((camera) => !this.desk.covering(camera));
    if (uncovered.length === 0 || !this.reason) return null;
    try {
      await this.desk.open("live", uncovered, this.reason, null, null);
      return null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(messageOf(error), "danger");
      if (!error.isRefusal) window.setTimeout(() => void this.fill(), REOPEN_MS);
      return error.isRefusal ? error : null;
    }
  }

  private viewingEnded(cameras: ReadonlySet<string>, error: ApiError): void {
    for (const tile of this.tilesOf(cameras)) tile.refuse(error.isRefusal ? "forbidden" : "ended", messageOf(error));
    toast(messageOf(error), "danger");
    // The office was away for longer than a ticket lives: a wall that hangs for months must come back by itself.
    if (error.status === 0 || error.status >= 500) window.setTimeout(() => void this.fill(), REOPEN_MS);
  }

  /** Moves the focus ring; `grab` also moves the keyboard there. */
  focus(index: number, grab = true): void {
    this.tiles[this.focused]?.root.setAttribute("tabindex", "-1");
    this.focused = index;
    const root = this.tiles[index]?.root;
    root?.setAttribute("tabindex", "0");
    this.tiles.forEach((tile) => tile.root.classList.toggle("tile--focused", tile.index === index));
    if (grab) root?.focus({ preventScroll: false });
  }

  moveFocus(key: string): void {
    this.focus(layouts.neighbour(this.layout.size, this.focused, key));
  }

  setSize(size: layouts.GridSize): void {
    if (this.enlarged !== null) this.toggleEnlarged();
    this.change(layouts.resize(this.layout, size, this.slotOf(this.focused)));
  }

  turnPage(step: number): void {
    if (this.page.of > 1) this.change(layouts.turnPage(this.layout, step));
  }

  toggleEnlarged(): void {
    if (this.layout.size === 1) return;
    if (this.enlarged === null && !this.tiles[this.focused]?.camera) return;
    this.enlarged = this.enlarged === null ? this.focused : null;
    this.tiles.forEach((tile, index) => tile.root.classList.toggle("tile--enlarged", index === this.enlarged));
    void this.fill();
  }

  toggleChooser(): void {
    if (this.chooser.isOpen) this.chooser.close();
    else this.chooser.open(true);
    this.tools.draw();
  }

  toggleFullscreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.root.requestFullscreen().catch(() => toast(t("fullscreen.refused"), "warn"));
  }

  removeFocused(): void {
    this.change(layouts.clear(this.layout, this.slotOf(this.focused)));
  }

  snapshot(): void {
    const tile = this.tiles[this.focused];
    if (!tile?.camera || !this.desk.covering(tile.camera.id) || !this.config.rights.snapshot) return;
    void saveSnapshot(this, tile.camera, tile.status?.shownUs ?? NaN);
  }

  /** Opens playback at the picture now on the screen. */
  toPlayback(): void {
    const tile = this.tiles[this.focused];
    if (!tile?.camera || !this.config.rights.playback) return;
    const shown = tile.status?.shownUs ?? NaN;
    const at = Math.round(Number.isFinite(shown) ? shown : this.clock.now());
    window.location.href = `${this.config.urls.playback}?camera=${encodeURIComponent(tile.camera.id)}&at=${at}`;
  }

  /** Takes the focused camera in hand, or lets it go. */
  turnFocused(): void {
    const camera = this.tiles[this.focused]?.camera;
    if (!camera?.turns || !this.config.rights.turn || !this.reason || this.taken.has(camera.id)) return;
    if (this.turning.inHand?.id === camera.id) this.turning.close();
    else void this.turning.open(camera, this.reason);
  }

  /** A camera that went off the screen is let go; the office is asked about those that are on it. */
  private lookAfterTurning(shown: ReadonlySet<string>): void {
    if (this.turning.inHand && !shown.has(this.turning.inHand.id)) this.turning.close();
    this.takenWatch?.watch([...shown].filter((camera) => this.cameras.get(camera)?.turns));
    this.markTaken(this.taken);
  }

  private markTaken(taken: ReadonlyMap<string, Taken>): void {
    this.taken = taken;
    for (const tile of this.tiles) {
      if (!tile.camera) continue;
      const found = taken.get(tile.camera.id);
      tile.setTaken(found ? t("turn.taken", { name: found.by, until: this.zone.since(found.untilUs, this.clock.now()) }) : null);
      if (found && this.turning.inHand?.id === tile.camera.id) this.turning.close();
    }
  }

  private act(tile: Tile, action: TileAction): void {
    this.focus(tile.index, action !== "choose");
    if (action === "turn") this.turnFocused();
    // A grant may have been narrowed: the page is told anew what it opens.
    if (action === "reopen" && this.config.granted) window.location.reload();
    else if (action === "reopen") void this.fill();
    if (action === "enlarge") this.toggleEnlarged();
    else if (action === "snapshot") this.snapshot();
    else if (action === "playback") this.toPlayback();
    else if (action === "remove") this.removeFocused();
    else if (action === "choose" && !this.chooser.isOpen) this.toggleChooser();
  }

  private tileUnder(event: DragEvent): Tile | undefined {
    const root = event.target instanceof Element ? event.target.closest<HTMLElement>(".tile") : null;
    return this.tiles.find((tile) => tile.root === root);
  }

  private dragStart(event: DragEvent): void {
    const tile = this.tileUnder(event);
    if (tile?.camera) event.dataTransfer?.setData(SLOT_MIME, String(this.slotOf(tile.index)));
  }

  private drop(event: DragEvent): void {
    event.preventDefault();
    const tile = this.tileUnder(event);
    if (!tile) return;
    const to = this.slotOf(tile.index);
    const from = event.dataTransfer?.getData(SLOT_MIME);
    const camera = event.dataTransfer?.getData(CAMERA_MIME);
    if (from) this.change(layouts.swap(this.layout, Number(from), to));
    else if (camera && this.cameras.has(camera)) this.change(layouts.place(this.layout, camera, to));
    this.focus(tile.index);
  }
}
