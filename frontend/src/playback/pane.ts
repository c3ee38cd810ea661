/** One recorded camera on the screen: the picture, a still over it while winding or scrubbing, and under it its name, its time and
 * what is missing. */
import { t, tWhy } from "../i18n/index.ts";
import type { CameraConfig } from "../shell/config.ts";
import { el, icon, setText } from "../shell/dom.ts";
import type { MediaClient } from "../shell/http.ts";
import type { IconName } from "../shell/icon-shapes.ts";
import { type Us, writeDuration, type Zone } from "../shell/time.ts";
import { watermark } from "../shell/watermark.ts";
import { type Box, ClearArea } from "./clear-area.ts";
import { type CameraRecord, gapAt, isCovered, NO_RECORD } from "./coverage.ts";
import { ReplayPlayer } from "./replay-player.ts";
import { Stills } from "./stills.ts";

export interface PaneHost {
  media: MediaClient;
  zone: Zone;
  ticket: () => string | null;
  limits: () => { fromUs: Us; toUs: Us };
  watermark: string;
  /** Under a masked grant: shows a part of a camera's picture clearly, or none; resolves to whether the office agreed. */
  showArea: ((camera: string, box: Box | null) => Promise<boolean>) | null;
  onSelect: (pane: Pane) => void;
}

export type PaneState = "loading" | "playing" | "paused" | "still" | "gap" | "lost" | "forbidden";

const STILL_WIDTH = 960;

export class Pane {
  readonly root: HTMLElement;
  readonly camera: CameraConfig;
  readonly player: ReplayPlayer;
  record: CameraRecord = NO_RECORD;
  /** Whether `record` is what the server said; before that nothing may be called missing. */
  isKnown = false;
  private readonly host: PaneHost;
  private readonly video: HTMLVideoElement;
  private readonly curtain: HTMLCanvasElement;
  private readonly still: HTMLImageElement;
  private readonly cover: HTMLElement;
  private readonly badge: HTMLElement;
  private readonly info: HTMLElement;
  private readonly time: HTMLElement;
  private readonly stills: Stills;
  private stillUs: Us = NaN;
  private stillUntilReady = false;
  private failure: "lost" | "forbidden" | null = null;
  private drawn = "";

  constructor(camera: CameraConfig, host: PaneHost) {
    this.camera = camera;
    this.host = host;
    this.video = el("video", { class: "tile__video", playsinline: true, disablepictureinpicture: true, tabindex: -1 });
    this.video.muted = true;
    this.curtain = el("canvas", { class: "tile__still", hidden: true });
    this.still = el("img", { class: "tile__still", alt: "", hidden: true });
    this.cover = el("div", { class: "tile__cover" });
    this.badge = el("span", { class: "tile__state" });
    this.info = el("span", { class: "tile__info" });
    this.time = el("span", { class: "tile__time tabular" });
    const { showArea } = host;
    const area = showArea ? new ClearArea({ video: this.video, name: camera.name, onChange: (box) => showArea(camera.id, box) }) : null;
    this.root = el(
      "section",
      { class: "tile", tabindex: 0, "aria-label": camera.name, "data-camera": camera.id, onclick: () => host.onSelect(this), onfocus: () => host.onSelect(this) },
      el("div", { class: "tile__screen" }, this.video, this.curtain, this.still, this.cover, watermark(host.watermark), area?.overlay),
      el("div", { class: "tile__bar" }, this.badge, el("span", { class: "tile__name", title: camera.name }, camera.name), this.info, area?.button, this.time),
    );
    this.stills = new Stills(host.media, camera.id, host.ticket, STILL_WIDTH);
    this.player = new ReplayPlayer({
      media: host.media,
      camera: camera.id,
      video: this.video,
      curtain: this.curtain,
      ticket: host.ticket,
      limits: host.limits,
      onFailure: (status) => this.fail(status),
      onShownInstead: (what) => this.tellSubstitute(what),
    });
  }

  private fail(status: number): void {
    this.failure = status === 401 || status === 403 ? "forbidden" : status === 404 ? null : "lost";
  }

  private tellSubstitute(what: string): void {
    const words: Record<string, string> = { transcoded: t("stream.transcoded"), masked: t("stream.masked"), sub: t("stream.sub") };
    setText(this.info, words[what] ?? "");
    this.info.classList.toggle("tile__info--notable", what === "transcoded" || what === "masked");
    this.info.title = what === "" ? "" : what === "masked" ? t("stream.maskedWhy") : t("stream.transcodedWhy");
  }

  /** Back to moving pictures. */
  seek(us: Us): void {
    this.failure = null;
    this.stillUntilReady = true;
    if (this.isCovered(us)) this.player.seek(us);
    else this.player.park();
  }

  /** The same instant, shown otherwise by now. */
  reload(us: Us): void {
    this.stills.forget();
    this.hideStill();
    if (this.isCovered(us)) this.player.reload(us);
  }

  /** Shows the key frame at `us` over the picture. */
  showStill(us: Us): void {
    this.stillUntilReady = false;
    if (!isCovered(this.record.coverage, us)) return;
    this.stills.want(us, (still) => {
      if (!still) return;
      this.still.src = still.url;
      this.still.hidden = false;
      this.stillUs = still.instantUs;
    });
  }

  hideStill(): void {
    this.still.hidden = true;
    this.stillUntilReady = false;
    this.stillUs = NaN;
  }

  get showsStill(): boolean {
    return !this.still.hidden;
  }

  /** Wall time of what the eye sees. */
  get shownUs(): Us {
    return this.showsStill ? this.stillUs : this.player.shownUs;
  }

  isCovered(us: Us): boolean {
    return isCovered(this.record.coverage, us);
  }

  /** The server said what is recorded. */
  learn(record: CameraRecord): void {
    if (!this.isKnown) this.failure = null;
    this.isKnown = true;
    this.record = record;
  }

  /** The server does not say what is recorded. */
  lose(): void {
    if (!this.isKnown) this.failure = "lost";
  }

  get isForbidden(): boolean {
    return this.failure === "forbidden";
  }

  refuse(): void {
    this.failure = "forbidden";
  }

  /** Draws state, time and cover for the clock at `us`. `stepped`: only stills count, the video stands at another time. */
  draw(us: Us, playing: boolean, stepped: boolean): void {
    if (this.player.isReady && this.failure === "lost") this.failure = null;
    if (this.stillUntilReady && this.player.isReady) this.hideStill();
    const state = this.stateAt(us, playing, stepped);
    this.root.dataset["state"] = state;
    const shown = state === "loading" ? NaN : this.shownUs;
    if (Number.isFinite(shown)) this.root.dataset["shownUs"] = String(Math.round(shown));
    // During a seek the old picture stands for a blink, and so does its time.
    if (Number.isFinite(shown) && state !== "gap") setText(this.time, this.host.zone.clockExact(shown));
    else if (!this.player.isSeeking || state === "gap" || state === "loading") setText(this.time, "");
    const gap = state === "gap" ? gapAt(this.record.gaps, us) : null;
    const key = `${state}/${gap?.from}/${gap?.to}`;
    if (key === this.drawn) return;
    this.drawn = key;
    this.drawBadge(state);
    this.drawCover(state, us);
  }

  private stateAt(us: Us, playing: boolean, stepped: boolean): PaneState {
    if (this.failure === "forbidden") return "forbidden";
    if (!this.isKnown) return this.failure ?? "loading";
    if (!this.isCovered(us)) return "gap";
    if (this.failure) return this.failure;
    if (this.showsStill) return "still";
    if (stepped) return "loading";
    if (this.player.isLoading) return "loading";
    return playing ? "playing" : "paused";
  }

  private drawBadge(state: PaneState): void {
    const looks: Record<PaneState, [IconName, string]> = {
      loading: ["refresh", "muted"],
      playing: ["play", "ok"],
      paused: ["pause", "muted"],
      still: ["snapshot", "info"],
      gap: ["gap", "warn"],
      lost: ["lost", "danger"],
      forbidden: ["forbidden", "danger"],
    };
    const [name, kind] = looks[state];
    this.badge.className = `tile__state tile__state--${kind}`;
    this.badge.replaceChildren(icon(name), el("span", {}, t(`pane.${state}`)));
  }

  private drawCover(state: PaneState, us: Us): void {
    if (state === "playing" || state === "paused" || state === "still") {
      this.cover.replaceChildren();
      return;
    }
    const [kind, name, title, why] = this.coverWords(state, us);
    this.cover.replaceChildren(
      el("div", { class: `cover cover--${kind}`, role: "status" }, icon(name), el("strong", {}, title), why !== "" && el("span", { class: "cover__why" }, why)),
    );
  }

  private coverWords(state: PaneState, us: Us): [string, IconName, string, string] {
    const { zone } = this.host;
    if (state === "loading") return ["muted", "refresh", t("pane.loadingLong"), ""];
    if (state === "forbidden") return ["danger", "forbidden", t("cover.forbidden"), t("pane.forbiddenText")];
    if (state === "lost") return ["danger", "lost", t("pane.lostLong"), t("pane.lostText")];
    const gap = gapAt(this.record.gaps, us);
    if (!gap) return ["warn", "gap", t("pane.gapLong"), t("timeline.nothing")];
    const range = `${zone.clock(gap.from)} – ${zone.clock(gap.to)} (${writeDuration(gap.to - gap.from)})`;
    return ["warn", "gap", t("pane.gapLong"), `${tWhy(gap.reason)} · ${range}`];
  }

  close(): void {
    this.stills.close();
    this.player.close();
  }
}
