/** The playback page: one viewing per local day, its panes, time line, marks and copies. */
import { t, tWhy } from "../i18n/index.ts";
import type { CameraConfig, IslandConfig, ServerClock } from "../shell/config.ts";
import { askReason, emptyState, messageOf, toast } from "../shell/dialogs.ts";
import { el } from "../shell/dom.ts";
import { withinGrant } from "../shell/granted.ts";
import { ApiError, MediaClient } from "../shell/http.ts";
import { saveSnapshot } from "../shell/snapshot.ts";
import { SECOND_US, type Us, writeDuration, Zone } from "../shell/time.ts";
import { type Reason, type Viewing, ViewingDesk } from "../shell/viewing.ts";
import type { Box } from "./clear-area.ts";
import { type CameraRecord, isCovered, nearestCovered, NO_RECORD, union } from "./coverage.ts";
import { ExportDialog } from "./export-dialog.ts";
import { GapsPanel } from "./gaps-panel.ts";
import { HoverCard } from "./hover-card.ts";
import { MAX_CAMERAS, openCameras, openJump } from "./jump-dialog.ts";
import { bindKeys } from "./keys.ts";
import { Pane, type PaneHost } from "./pane.ts";
import { PlaybackTools } from "./tools.ts";
import { nextRate, shuttle } from "./rates.ts";
import { Replay } from "./replay.ts";
import { Timeline } from "./timeline.ts";
import { Transport } from "./transport.ts";

const REFRESH_MS = 5_000;
const START_BEFORE_END_US = 30 * SECOND_US;

export class Playback {
  private readonly root: HTMLElement;
  private readonly config: IslandConfig;
  private readonly clock: ServerClock;
  readonly zone: Zone;
  readonly media: MediaClient;
  readonly desk: ViewingDesk;
  private readonly replay: Replay;
  private readonly timeline: Timeline;
  private readonly transport: Transport;
  private readonly gaps: GapsPanel;
  private readonly tools: PlaybackTools;
  private readonly hover: HoverCard;
  private readonly stage = el("div", { class: "stage" });
  private panes: Pane[] = [];
  private cameras: CameraConfig[];
  private selected = 0;
  private viewing: Viewing | null = null;
  reason: Reason | null = null;
  private limits: { fromUs: Us; toUs: Us } = { fromUs: 0, toUs: 0 };
  /** Where to go as soon as it is known what is recorded; null afterwards. */
  private begin: { atUs: Us | undefined } | null = null;
  private isReachable = true;
  private markIn: Us | null = null;
  private markOut: Us | null = null;

  constructor(root: HTMLElement, config: IslandConfig, clock: ServerClock) {
    this.root = root;
    this.config = config;
    this.clock = clock;
    this.zone = new Zone(config.timeZone);
    this.media = new MediaClient(config.mediaOrigin);
    this.cameras = this.firstCameras();
    this.desk = new ViewingDesk(config, () => clock.now(), { onTicket: () => undefined, onEnded: (_, error) => this.ended(error) });
    this.replay = new Replay({
      onTime: (us) => this.showTime(us),
      onChange: () => this.transport.setPlaying(this.replay.isPlaying, this.replay.isWaiting, this.replay.rate),
      onSkip: (from, to) => this.skipped(from, to),
      onEnd: () => this.reachedEnd(),
    });
    this.timeline = new Timeline(this.zone, () => clock.now(), {
      onHover: (us, x, row) => this.hover.show(us, x, row),
      onScrub: (us) => this.replay.scrub(us),
      onSeek: (us) => void this.goTo(us),
    });
    this.hover = new HoverCard(this.media, this.zone, () => this.viewing?.ticket ?? null, (camera, us) => this.timeline.tell(camera, us));
    this.gaps = new GapsPanel(this.zone, (us) => void this.goTo(us - 2 * SECOND_US), () => this.toggleGaps());
    this.transport = new Transport(this.zone, this.transportActions(), config.rights);
    this.tools = new PlaybackTools(this.zone, {
      day: (day) => void this.openDay(this.zone.dayStart(day)),
      cameras: () => this.chooseCameras(),
      gaps: () => this.toggleGaps(),
      fullscreen: () => this.toggleFullscreen(),
    });
  }

  private transportActions(): ConstructorParameters<typeof Transport>[1] {
    return {
      toggle: () => this.replay.toggle(),
      step: (direction) => this.replay.step(direction),
      setRate: (rate) => this.replay.setRate(rate),
      jump: () => this.jump(),
      snapshot: () => this.snapshot(),
      markIn: () => this.mark("in"),
      markOut: () => this.mark("out"),
      clearMarks: () => this.setMarks(null, null),
      copy: () => this.copy(),
    };
  }

  private firstCameras(): CameraConfig[] {
    const byId = new Map(this.config.cameras.map((camera) => [camera.id, camera]));
    const asked = (this.config.start?.cameras ?? []).map((id) => byId.get(id)).filter((camera) => camera !== undefined);
    return (asked.length > 0 ? asked : this.config.cameras.slice(0, 1)).slice(0, MAX_CAMERAS);
  }

  async start(): Promise<void> {
    if (this.cameras.length === 0) {
      this.root.replaceChildren(emptyState("camera", t("wall.noCameras"), t("wall.noCamerasText")));
      return;
    }
    this.reason = await askReason(this.config, t("reason.titlePlayback"));
    if (!this.reason) {
      const again = el("button", { type: "button", class: "button button--primary", onclick: () => void this.start() }, t("reason.again"));
      this.root.replaceChildren(emptyState("lock", t("reason.needed"), t("reason.neededText"), again));
      return;
    }
    this.mount();
    const atUs = this.config.start?.atUs ?? null;
    await this.openDay(atUs ?? this.clock.now(), atUs ?? undefined);
  }

  private mount(): void {
    const deck = el("div", { class: "deck" }, this.hover.root, this.timeline.root);
    const body = el("div", { class: "playback__body" }, this.stage, this.gaps.root);
    this.root.replaceChildren(el("div", { class: "playback" }, body, this.transport.root, deck));
    this.tools.mount();
    this.bindKeys();
    this.transport.setPlaying(false, false, 1);
    window.setInterval(() => void this.refresh(), REFRESH_MS);
  }

  private bindKeys(): void {
    bindKeys({
      ...this.transportActions(),
      shuttle: (key) => {
        const next = shuttle(this.replay.rate, this.replay.isPlaying, key);
        if (next.playing) this.replay.play(next.rate);
        else this.replay.pause();
      },
      faster: (step) => this.replay.setRate(nextRate(this.replay.rate, step)),
      move: (seconds) => void this.goTo(this.replay.us + seconds * SECOND_US),
      gaps: () => this.toggleGaps(),
      cameras: () => this.chooseCameras(),
      zoom: (factor) => this.timeline.zoomBy(factor),
      fullscreen: () => this.toggleFullscreen(),
    });
  }

  /** Registers the viewing of the local day that holds `dayUs`, and goes to `atUs` or near the end of what there is. */
  private async openDay(dayUs: Us, atUs?: Us): Promise<void> {
    if (!Number.isFinite(dayUs) || !this.reason) return;
    const range = withinGrant(this.config.granted, this.zone.dayStart(this.zone.day(dayUs)), this.zone.nextDayStart(dayUs));
    if (!range) {
      toast(t("granted.beyond"), "info");
      return;
    }
    const { fromUs, toUs } = range;
    this.tools.setDay(this.zone.day(dayUs), this.zone.day(this.clock.now()));
    const before = this.viewing;
    try {
      this.viewing = await this.desk.open("playback", this.cameras.map((camera) => camera.id), this.reason, fromUs, toUs);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.refused(error, () => void this.openDay(dayUs, atUs));
      return;
    }
    if (before) this.desk.close(before);
    // Less than the day where somebody wanted no more than the house lets them see alone.
    this.limits = { fromUs: this.viewing.fromUs ?? fromUs, toUs: this.viewing.toUs ?? toUs };
    this.setMarks(null, null);
    this.timeline.setLimits(this.limits.fromUs, this.limits.toUs);
    this.makePanes();
    this.replay.us = NaN;
    this.begin = { atUs };
    await this.refresh();
  }

  /** The first time it is known what is recorded: goes to the instant wished for, else near the end. */
  private beginAt(atUs: Us | undefined): void {
    const { fromUs, toUs } = this.limits;
    const covered = union(this.panes.map((pane) => pane.record.coverage));
    const end = covered[covered.length - 1]?.[1] ?? Math.min(this.clock.now(), toUs);
    const at = Math.max(fromUs, atUs ?? end - START_BEFORE_END_US);
    this.replay.seek(nearestCovered(covered, at, true) ?? at);
    if (atUs !== undefined) this.timeline.zoomTo(atUs);
  }

  private refused(error: ApiError, again: () => void): void {
    const text = messageOf(error);
    const button = el("button", { type: "button", class: "button", onclick: again }, t("again"));
    this.stage.replaceChildren(emptyState(error.isRefusal ? "forbidden" : "lost", t(error.isRefusal ? "cover.forbidden" : "pane.lostLong"), text, button));
    this.stage.dataset["count"] = "1";
  }

  private makePanes(): void {
    for (const pane of this.panes) pane.close();
    const host: PaneHost = {
      media: this.media,
      zone: this.zone,
      ticket: () => this.viewing?.ticket ?? null,
      limits: () => ({ fromUs: this.limits.fromUs, toUs: Math.min(this.limits.toUs, this.clock.now()) }),
      watermark: this.config.granted?.watermark ?? "",
      showArea: this.config.granted?.isMasked ? (camera, box) => this.showArea(camera, box) : null,
      onSelect: (pane) => this.select(this.panes.indexOf(pane)),
    };
    this.panes = this.cameras.map((camera) => new Pane(camera, host));
    this.stage.dataset["count"] = String(this.panes.length);
    this.stage.replaceChildren(...this.panes.map((pane) => pane.root));
    this.replay.setPanes(this.panes);
    this.select(Math.min(this.selected, this.panes.length - 1));
    this.drawRecord();
  }

  private async showArea(camera: string, box: Box | null): Promise<boolean> {
    const { viewing } = this;
    if (!viewing) return false;
    try {
      await this.desk.showArea(viewing, camera, box);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(messageOf(error), "danger");
      return false;
    }
    this.replay.pause();
    this.panes.find((pane) => pane.camera.id === camera)?.reload(this.replay.us);
    toast(t(box ? "area.done" : "area.masked"), "ok");
    return true;
  }

  private select(index: number): void {
    this.selected = Math.max(0, index);
    this.panes.forEach((pane, at) => pane.root.classList.toggle("tile--focused", at === this.selected && this.panes.length > 1));
  }

  /** Fetches what is recorded of the day; today grows while one looks. */
  private async refresh(): Promise<void> {
    if (!this.viewing || this.panes.length === 0 || document.hidden) return;
    const { fromUs, toUs } = this.limits;
    const url = this.media.url("/timeline", { camera: this.panes.map((pane) => pane.camera.id), from: fromUs, to: toUs });
    try {
      const answer = await this.media.json<{ cameras: Record<string, CameraRecord> }>(url, this.viewing.ticket);
      for (const pane of this.panes) pane.learn(answer.cameras[pane.camera.id] ?? NO_RECORD);
      this.isReachable = true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.isRefusal) for (const pane of this.panes) pane.refuse();
      else this.lose(error);
      return;
    }
    this.drawRecord();
    const { begin } = this;
    this.begin = null;
    if (begin) this.beginAt(begin.atUs);
  }

  /** The server is away: said once, and tried again with every refresh. */
  private lose(error: ApiError): void {
    for (const pane of this.panes) pane.lose();
    if (this.isReachable) toast(messageOf(error), "warn");
    this.isReachable = false;
  }

  private drawRecord(): void {
    const rows = this.panes.map((pane) => ({ id: pane.camera.id, camera: pane.camera.id, name: pane.camera.name, record: pane.record }));
    this.timeline.setRows(rows);
    this.gaps.draw(rows);
    this.hover.setCameras(rows.map((row) => row.id));
  }

  private async goTo(us: Us): Promise<void> {
    if (!Number.isFinite(us)) return;
    const target = Math.min(us, this.clock.now());
    if (target >= this.limits.fromUs && target < this.limits.toUs) this.replay.seek(target);
    else await this.openDay(target, target);
  }

  private showTime(us: Us): void {
    this.transport.setTime(us);
    this.timeline.setPlayhead(us, this.replay.isPlaying);
    this.root.dataset["us"] = String(Math.round(us));
    // At midnight the next day begins, with a viewing of its own.
    if (this.limits.toUs > 0 && us >= this.limits.toUs && this.replay.isPlaying) {
      this.replay.pause();
      if (!withinGrant(this.config.granted, us, Infinity)) return;
      void this.goTo(us).then(() => this.replay.play());
    }
  }

  private skipped(from: Us, to: Us): void {
    const [early, late] = from < to ? [from, to] : [to, from];
    const reasons = new Set(this.panes.flatMap((pane) => pane.record.gaps.filter((gap) => gap.from < late && gap.to > early).map((gap) => gap.reason)));
    const why = [...reasons].map((reason) => tWhy(reason)).join(t("listComma"));
    toast(t("replay.skipped", { length: writeDuration(late - early), why: why || t("timeline.nothing") }), "info");
  }

  private reachedEnd(): void {
    const isMore = withinGrant(this.config.granted, this.limits.toUs, Infinity) !== null;
    if (isMore && this.limits.toUs < this.clock.now()) void this.openDay(this.limits.toUs, this.limits.toUs).then(() => this.replay.play());
    else toast(t("replay.end"), "info");
  }

  private ended(error: ApiError): void {
    this.replay.pause();
    for (const pane of this.panes) pane.refuse();
    toast(messageOf(error), "danger");
  }

  private get pane(): Pane | undefined {
    return this.panes[this.selected];
  }

  private jump(): void {
    openJump(this.zone, Number.isFinite(this.replay.us) ? this.replay.us : this.clock.now(), this.clock.now(), (us) => {
      void this.goTo(us).then(() => this.timeline.zoomTo(us));
      if (this.panes.every((pane) => !isCovered(pane.record.coverage, us))) toast(t("jump.nothing"), "warn");
    });
  }

  private chooseCameras(): void {
    openCameras(this.config.cameras, this.cameras.map((camera) => camera.id), (ids) => {
      this.cameras = ids.map((id) => this.config.cameras.find((camera) => camera.id === id)).filter((camera) => camera !== undefined);
      this.replay.pause();
      const at = this.replay.us;
      void this.openDay(Number.isFinite(at) ? at : this.clock.now(), Number.isFinite(at) ? at : undefined);
    });
  }

  private snapshot(): void {
    const { pane } = this;
    if (!pane || !this.viewing || !this.config.rights.snapshot || !Number.isFinite(pane.shownUs)) return;
    // A quarter picture in: the playlist's instants are rounded to milliseconds.
    void saveSnapshot(this, pane.camera, pane.shownUs + pane.player.frameUs / 4);
  }

  /** Marks lie between pictures, so that the range begins with the shown one and ends with the shown one. */
  private mark(edge: "in" | "out"): void {
    const { pane } = this;
    if (!pane || !this.config.rights.export) return;
    const shown = Number.isFinite(pane.shownUs) && !pane.showsStill ? pane.shownUs : this.replay.us;
    if (edge === "in") {
      const us = Math.round(shown - pane.player.frameUs / 4);
      this.setMarks(us, this.markOut !== null && this.markOut > us ? this.markOut : null);
    } else {
      const us = Math.round(shown + pane.player.frameUs / 2);
      this.setMarks(this.markIn !== null && this.markIn < us ? this.markIn : null, us);
    }
  }

  private setMarks(markIn: Us | null, markOut: Us | null): void {
    this.markIn = markIn;
    this.markOut = markOut;
    this.timeline.setMarks(markIn, markOut);
    this.transport.setMarks(markIn, markOut);
  }

  private copy(): void {
    const { markIn, markOut, pane } = this;
    if (!this.config.rights.export || !pane) return;
    if (markIn === null || markOut === null) {
      toast(t("marks.needed"), "info");
      return;
    }
    this.replay.pause();
    void new ExportDialog({
      config: this.config,
      desk: this.desk,
      media: this.media,
      zone: this.zone,
      choices: this.panes.map(({ camera, record }) => ({ camera, record })),
      first: this.selected,
      fromUs: markIn,
      toUs: markOut,
    });
  }

  private toggleGaps(): void {
    this.gaps.root.hidden = !this.gaps.root.hidden;
    this.tools.setGapsOpen(!this.gaps.root.hidden);
  }

  private toggleFullscreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.root.requestFullscreen().catch(() => toast(t("fullscreen.refused"), "warn"));
  }
}
