/** One place on the wall: the picture, and under it, never over it, its state, name and time. What is not of the present is
 * dimmed and says so in the middle. */
import { t, tWhy } from "../i18n/index.ts";
import { LivePlayer, type LiveStatus } from "../live/live-player.ts";
import type { LiveState } from "../live/live-state.ts";
import type { CameraConfig } from "../shell/config.ts";
import { el, icon, iconButton, setText } from "../shell/dom.ts";
import type { IconName } from "../shell/icon-shapes.ts";
import { type Us, writeDuration, type Zone } from "../shell/time.ts";
import { watermark } from "../shell/watermark.ts";

export interface TileHost {
  zone: Zone;
  now: () => Us;
  liveUrl: (camera: string, stream: "main" | "sub") => string;
  ticket: (camera: string) => string | null;
  onAction: (tile: Tile, action: TileAction) => void;
  rights: { playback: boolean; snapshot: boolean; turn?: boolean };
  watermark: string;
}

export type TileAction = "reopen" | "focus" | "enlarge" | "snapshot" | "playback" | "remove" | "choose" | "turn";

const LOOKS: Record<LiveState, { icon: IconName; kind: string }> = {
  idle: { icon: "clock", kind: "muted" },
  connecting: { icon: "refresh", kind: "muted" },
  live: { icon: "live", kind: "ok" },
  late: { icon: "clock", kind: "warn" },
  stalled: { icon: "frozen", kind: "warn" },
  frozen: { icon: "frozen", kind: "warn" },
  lost: { icon: "lost", kind: "danger" },
  off: { icon: "lost", kind: "warn" },
  reconnecting: { icon: "refresh", kind: "warn" },
  forbidden: { icon: "forbidden", kind: "danger" },
  ended: { icon: "lock", kind: "danger" },
  unsupported: { icon: "alert", kind: "danger" },
};

export class Tile {
  readonly root: HTMLElement;
  readonly index: number;
  camera: CameraConfig | null = null;
  status: LiveStatus | null = null;
  private readonly host: TileHost;
  private readonly screen: HTMLElement;
  private readonly cover: HTMLElement;
  private readonly badge: HTMLElement;
  private readonly name: HTMLElement;
  private readonly info: HTMLElement;
  private readonly taken = el("span", { class: "tile__taken" });
  private readonly time: HTMLElement;
  private readonly actions: HTMLElement;
  private video: HTMLVideoElement | null = null;
  private player: LivePlayer | null = null;
  private stream: "main" | "sub" = "main";
  private drawnState = "";
  private refusal = "";

  constructor(index: number, host: TileHost) {
    this.index = index;
    this.host = host;
    this.cover = el("div", { class: "tile__cover" });
    this.badge = el("span", { class: "tile__state" });
    this.name = el("span", { class: "tile__name" });
    this.info = el("span", { class: "tile__info" });
    this.time = el("span", { class: "tile__time tabular" });
    this.actions = el("div", { class: "tile__actions" });
    this.screen = el("div", { class: "tile__screen" }, this.cover, watermark(host.watermark), this.actions);
    this.root = el(
      "section",
      { class: "tile", tabindex: -1, "data-slot": index, onclick: () => this.act("focus"), ondblclick: () => this.act("enlarge") },
      this.screen,
      el("div", { class: "tile__bar" }, this.badge, this.name, this.taken, this.info, this.time),
    );
    this.drawEmpty();
  }

  private act(action: TileAction): void {
    this.host.onAction(this, action);
  }

  /** Hangs a camera here (or none) and starts its picture when there is a ticket. */
  assign(camera: CameraConfig | null, stream: "main" | "sub"): void {
    const isOver = this.status?.state === "ended" && camera !== null && this.host.ticket(camera.id) !== null;
    if (!isOver && camera?.id === this.camera?.id && stream === this.stream && (this.player !== null || camera === null)) return;
    this.stopPlayer();
    this.camera = camera;
    this.stream = stream;
    this.root.dataset["camera"] = camera?.id ?? "";
    this.root.draggable = camera !== null;
    this.drawnState = "";
    this.refusal = "";
    if (!camera) {
      this.drawEmpty();
      return;
    }
    setText(this.name, camera.name);
    this.name.title = camera.site ? `${camera.name} · ${camera.site}` : camera.name;
    this.root.setAttribute("aria-label", camera.name);
    this.setTaken(null);
    this.play(camera);
  }

  /** Says in whose hands the camera is; nobody here can turn it then. */
  setTaken(text: string | null): void {
    this.taken.replaceChildren(...(text === null ? [] : [icon("lock"), el("span", {}, text)]));
    this.taken.title = text ?? "";
    this.drawActions();
  }

  private play(camera: CameraConfig): void {
    const video = el("video", { class: "tile__video", playsinline: true, disablepictureinpicture: true, tabindex: -1 });
    video.muted = true;
    video.autoplay = true;
    video.disableRemotePlayback = true;
    this.video = video;
    this.screen.prepend(video);
    this.player = new LivePlayer({
      host: this.root,
      video,
      url: () => this.host.liveUrl(camera.id, this.stream),
      ticket: () => this.host.ticket(camera.id),
      now: this.host.now,
      onStatus: (status) => this.draw(status),
    });
    this.player.start();
  }

  private stopPlayer(): void {
    this.player?.stop();
    this.player = null;
    this.video?.remove();
    this.video = null;
    this.status = null;
    delete this.root.dataset["shownUs"];
    delete this.root.dataset["latencyMs"];
  }

  /** Names the camera that will hang here, before there is leave to show it. */
  announce(camera: CameraConfig | null): void {
    if (!camera) return;
    this.cover.replaceChildren();
    setText(this.name, camera.name);
    this.root.dataset["state"] = "idle";
  }

  /** Out of sight: no bytes flow. `assign` brings it back. */
  suspend(): void {
    this.stopPlayer();
  }

  renewTicket(ticket: string): void {
    this.player?.renewTicket(ticket);
  }

  /** The viewing ended (or never began) by the office's word. */
  refuse(kind: "forbidden" | "ended", message: string): void {
    this.refusal = message;
    this.player?.end(kind, "");
  }

  private drawEmpty(): void {
    this.root.dataset["state"] = "empty";
    this.root.setAttribute("aria-label", t("tile.empty"));
    this.taken.replaceChildren();
    this.actions.replaceChildren();
    this.badge.replaceChildren();
    for (const node of [this.name, this.info, this.time]) setText(node, "");
    const add = el("button", { type: "button", class: "tile__add", onclick: () => this.act("choose") }, icon("plus"), el("span", {}, t("tile.choose")));
    this.cover.replaceChildren(add);
  }

  private drawActions(): void {
    const button = (name: IconName, label: string, action: TileAction): HTMLElement =>
      iconButton(name, label, (event) => {
        event.stopPropagation();
        this.act(action);
      });
    const { rights } = this.host;
    const turns = rights.turn && this.camera?.turns && this.taken.childElementCount === 0;
    this.actions.replaceChildren(
      ...(turns ? [button("turn", t("turn.take"), "turn")] : []),
      ...(rights.snapshot ? [button("snapshot", t("wall.snapshot"), "snapshot")] : []),
      ...(rights.playback ? [button("playback", t("wall.toPlayback"), "playback")] : []),
      button("swap", t("tile.change"), "choose"),
      button("fullscreen", t("wall.enlarge"), "enlarge"),
      button("close", t("tile.remove"), "remove"),
    );
  }

  private draw(status: LiveStatus): void {
    this.status = status;
    this.drawTime(status);
    const words = `${status.state}/${status.reason}/${status.sinceUs}/${status.info?.stream}/${status.info?.transcoded}/${status.state === "late" ? this.lagS(status) : ""}`;
    const changed = words !== this.drawnState;
    this.drawnState = words;
    if (changed) {
      const look = LOOKS[status.state];
      this.badge.className = `tile__state tile__state--${look.kind}`;
      this.badge.replaceChildren(icon(look.icon), el("span", {}, t(`state.${status.state}`, { seconds: this.lagS(status) })));
      this.drawInfo(status);
      this.drawCover(status);
    }
    this.drawSince(status);
  }

  private lagS(status: LiveStatus): number {
    return Math.round((this.host.now() - status.shownUs) / 1e6);
  }

  private drawTime(status: LiveStatus): void {
    const { zone, now } = this.host;
    setText(this.time, Number.isFinite(status.shownUs) ? zone.since(status.shownUs, now()) : "");
  }

  private drawInfo({ info }: LiveStatus): void {
    const text = info === null ? "" : info.transcoded ? t("stream.transcoded") : t(`stream.${info.stream}`);
    setText(this.info, text);
    this.info.classList.toggle("tile__info--notable", info?.transcoded === true);
    this.info.title = info === null ? "" : `${info.width}×${info.height} · ${info.codec}${info.transcoded ? ` · ${t("stream.transcodedWhy")}` : ""}`;
  }

  private drawCover(status: LiveStatus): void {
    if (status.state === "live" || status.state === "late") {
      this.cover.replaceChildren();
      return;
    }
    const look = LOOKS[status.state];
    const told = status.state === "lost" || status.state === "stalled" || status.state === "off";
    const why = told && status.reason !== "" ? tWhy(status.reason) : this.refusal;
    this.cover.replaceChildren(
      el(
        "div",
        { class: `cover cover--${look.kind}`, role: look.kind === "danger" ? "alert" : "status" },
        icon(look.icon),
        el("strong", {}, t(`cover.${status.state}`)),
        why !== "" && el("span", { class: "cover__why" }, why),
        status.state === "ended" && this.reopenButton(),
        look.kind !== "muted" && el("span", { class: "cover__since tabular" }, el("span"), el("span")),
      ),
    );
  }

  private reopenButton(): HTMLElement {
    const onclick = (event: MouseEvent): void => {
      event.stopPropagation();
      this.act("reopen");
    };
    return el("button", { type: "button", class: "button button--small cover__again", onclick }, t("tile.reopen"));
  }

  /** Since when, and for how long while that is less than an hour. */
  private drawSince(status: LiveStatus): void {
    const [since, length] = this.cover.querySelectorAll(".cover__since > span");
    if (!since || !length) return;
    const { zone, now } = this.host;
    const seconds = Math.max(0, Math.floor((now() - status.sinceUs) / 1e6));
    setText(since, t("since", { time: zone.since(status.sinceUs, now()) }));
    setText(length, seconds < 3600 ? t("forSeconds", { time: writeDuration(seconds * 1e6) }) : "");
  }
}
