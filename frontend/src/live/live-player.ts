/** One live camera in one `<video>`: the WebSocket conversation, reconnecting, freeze detection, and the live edge.
 * Writes what tests and tiles read: `data-state`, `data-latency-ms`, `data-shown-us` on the host element. */
import { SECOND_US, type Us } from "../shell/time.ts";
import { Backoff } from "./backoff.ts";
import { LatencyController } from "./latency.ts";
import { type LiveFacts, type LiveState, liveState, RESTART_AFTER_S } from "./live-state.ts";
import { MediaFeed } from "./media-feed.ts";
import { type CameraState, type InitMessage, parseFrame, parseMessage } from "./protocol.ts";

export interface LiveStatus {
  state: LiveState;
  /** Reason code of the server, or "". */
  reason: string;
  sinceUs: Us;
  /** Wall time of the picture on the screen; NaN when there is none. */
  shownUs: Us;
  info: InitMessage | null;
}

export interface LivePlayerOptions {
  /** Element that carries the data attributes. */
  host: HTMLElement;
  video: HTMLVideoElement;
  url: () => string;
  ticket: () => string | null;
  now: () => Us;
  onStatus: (status: LiveStatus) => void;
}

const TICK_MS = 200;
const SIGN_OF_LIFE_S = 7;
const OPEN_TIMEOUT_S = 8;
const HIDDEN_STOP_MS = 10_000;
const SEEK_PAUSE_S = 0.4;

type VideoWithCallback = HTMLVideoElement & {
  requestVideoFrameCallback?: (callback: (now: number, metadata: { mediaTime: number }) => void) => number;
};

const nowS = (): number => performance.now() / 1000;

export class LivePlayer {
  private readonly options: LivePlayerOptions;
  private readonly backoff = new Backoff();
  private readonly latency = new LatencyController();
  private socket: WebSocket | null = null;
  private feed: MediaFeed | null = null;
  private info: InitMessage | null = null;
  private socketState: LiveFacts["socket"] = "none";
  private camera: CameraState | null = null;
  private cameraSinceUs: Us = NaN;
  private reason = "";
  private final: LiveFacts["final"] = null;
  private shownUs: Us = NaN;
  private shownAtS: number | null = null;
  private heardAtS = 0;
  private lastSeekS = 0;
  private changedUs: Us;
  private state: LiveState = "idle";
  private timer = 0;
  private retryTimer = 0;
  private hiddenTimer = 0;
  private stopped = true;
  private readonly onVisibility = (): void => this.visibilityChanged();

  constructor(options: LivePlayerOptions) {
    this.options = options;
    this.changedUs = options.now();
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.final = null;
    document.addEventListener("visibilitychange", this.onVisibility);
    this.timer = window.setInterval(() => this.tick(), TICK_MS);
    this.connect();
    this.watchFrames();
  }

  stop(): void {
    this.stopped = true;
    document.removeEventListener("visibilitychange", this.onVisibility);
    window.clearInterval(this.timer);
    window.clearTimeout(this.hiddenTimer);
    this.disconnect("none");
    this.options.video.removeAttribute("src");
    this.options.video.load();
    this.publish();
  }

  /** Hands a renewed ticket to the running conversation. */
  renewTicket(ticket: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ ticket }));
  }

  /** The office ended the viewing. */
  end(kind: "forbidden" | "ended", reason: string): void {
    this.final = kind;
    this.reason = reason;
    this.disconnect("none");
    this.publish();
  }

  private connect(): void {
    const ticket = this.options.ticket();
    window.clearTimeout(this.retryTimer);
    if (this.stopped || this.final || !ticket) return;
    if (typeof MediaSource === "undefined") {
      this.final = "unsupported";
      this.publish();
      return;
    }
    const socket = new WebSocket(this.options.url());
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.socketState = "opening";
    this.heardAtS = nowS();
    this.freshFeed();
    socket.onopen = () => socket.send(JSON.stringify({ ticket }));
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.socket) return;
      this.heardAtS = nowS();
      if (typeof event.data === "string") this.onText(event.data);
      else this.onBytes(event.data);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.retry();
    };
    this.publish();
  }

  private freshFeed(): void {
    this.feed?.close();
    this.feed = new MediaFeed(this.options.video, (error) => this.feedFailed(error), () => this.steer());
    this.latency.restart(nowS());
  }

  private feedFailed(error: unknown): void {
    if (error instanceof DOMException && error.name === "NotSupportedError") {
      this.final = "unsupported";
      this.reason = this.info?.codec ?? "";
      this.disconnect("none");
      this.publish();
    } else {
      this.retry();
    }
  }

  private disconnect(next: LiveFacts["socket"]): void {
    window.clearTimeout(this.retryTimer);
    const socket = this.socket;
    this.socket = null;
    this.socketState = next;
    this.camera = null;
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close();
    this.feed?.close();
    this.feed = null;
  }

  private retry(): void {
    if (this.final || this.stopped) return;
    this.disconnect("waiting");
    this.retryTimer = window.setTimeout(() => this.connect(), this.backoff.next());
    this.publish();
  }

  private onText(text: string): void {
    const message = parseMessage(text);
    if (!message) return;
    this.socketState = "open";
    if (message.type === "init") {
      this.info = message;
    } else if (message.type === "dropped") {
      this.feed?.awaitKey();
    } else if (message.type === "state") {
      // A stream that runs only while watched is "off" for a moment before it connects.
      this.camera = message.state === "off" && message.reason === "not_watched" ? "connecting" : message.state;
      this.cameraSinceUs = message.since_us;
      this.reason = message.reason;
    } else if (message.reason === "expired" && this.options.ticket() !== null) {
      // The renewed ticket may have crossed this message on the way; the office has the last word.
      this.retry();
    } else {
      this.end(message.reason === "forbidden" ? "forbidden" : "ended", message.reason);
    }
    this.publish();
  }

  private onBytes(data: ArrayBuffer): void {
    const frame = parseFrame(data);
    if (!frame || !this.feed) return;
    this.socketState = "open";
    if (frame.kind === "header") {
      this.feed.header(frame.bytes, this.info?.codec ?? "avc1.640028");
      return;
    }
    const lengthS = this.feed.fragment(frame.bytes, frame.kind === "key", frame.wallUs);
    if (lengthS !== null) this.latency.onFragment(nowS(), lengthS);
  }

  /** Called after every append: starts playing, stays at the live edge. */
  private steer(): void {
    const { video } = this.options;
    const feed = this.feed;
    if (!feed || feed.bufferedEndS === 0) return;
    if (video.currentTime < feed.bufferedStartS) video.currentTime = feed.bufferedStartS;
    const ahead = feed.bufferedEndS - video.currentTime;
    const now = nowS();
    const advice = this.latency.advise(now, ahead);
    if (advice.jumpToS !== null) {
      if (now - this.lastSeekS > SEEK_PAUSE_S || this.shownAtS === null) {
        this.lastSeekS = now;
        video.currentTime = Math.max(feed.bufferedStartS, feed.bufferedEndS - advice.jumpToS);
      }
    } else if (video.playbackRate !== advice.rate) {
      video.playbackRate = advice.rate;
    }
    if (video.paused) void video.play().catch(() => undefined);
  }

  private watchFrames(): void {
    const video = this.options.video as VideoWithCallback;
    if (!video.requestVideoFrameCallback) return;
    const next = (_: number, metadata: { mediaTime: number }): void => {
      if (this.stopped) return;
      this.framed(metadata.mediaTime);
      video.requestVideoFrameCallback?.(next);
    };
    video.requestVideoFrameCallback(next);
  }

  private framed(mediaS: number): void {
    const shown = this.feed?.wallMap.wallAt(mediaS) ?? NaN;
    if (Number.isNaN(shown) || shown === this.shownUs) return;
    this.shownUs = shown;
    this.shownAtS = nowS();
    if (this.camera === "live") this.backoff.reset();
    const { host } = this.options;
    host.dataset["shownUs"] = String(shown);
    host.dataset["latencyMs"] = String(Math.round((this.options.now() - shown) / 1000));
    if (this.state !== "live") this.publish();
  }

  private tick(): void {
    const { video } = this.options;
    // Browsers without frame callbacks: the media clock stands in for them.
    if (!(video as VideoWithCallback).requestVideoFrameCallback && !video.seeking) this.framed(video.currentTime);
    const silentS = nowS() - this.heardAtS;
    const limit = this.socketState === "opening" ? OPEN_TIMEOUT_S : SIGN_OF_LIFE_S;
    if ((this.socketState === "opening" || this.socketState === "open") && silentS > limit) this.retry();
    const age = this.pictureAgeS();
    if (this.state === "frozen" && age !== null && age > RESTART_AFTER_S && !document.hidden) {
      this.shownAtS = nowS() - RESTART_AFTER_S / 2;
      this.retry();
    }
    if (!this.final && this.socketState === "none" && this.options.ticket() && !document.hidden) this.connect();
    this.steer();
    this.publish();
  }

  private pictureAgeS(): number | null {
    return this.shownAtS === null ? null : nowS() - this.shownAtS;
  }

  private publish(): void {
    const facts: LiveFacts = {
      final: this.final,
      socket: this.socketState,
      camera: this.camera,
      cameraSinceUs: this.cameraSinceUs,
      lagS: (this.options.now() - this.shownUs) / SECOND_US,
      pictureAgeS: this.pictureAgeS(),
    };
    const state = liveState(facts);
    if (state !== this.state) {
      this.state = state;
      this.changedUs = this.since(state);
    }
    this.options.host.dataset["state"] = state;
    this.options.onStatus({ state, reason: this.reason, sinceUs: this.changedUs, shownUs: this.shownUs, info: this.info });
  }

  private since(state: LiveState): Us {
    if ((state === "lost" || state === "stalled" || state === "off") && Number.isFinite(this.cameraSinceUs)) return this.cameraSinceUs;
    const age = this.pictureAgeS();
    return this.options.now() - (state === "frozen" && age !== null ? age * SECOND_US : 0);
  }

  /** Nobody sees a hidden page: after a while it stops taking bytes, and starts again at once when it is looked at. */
  private visibilityChanged(): void {
    window.clearTimeout(this.hiddenTimer);
    if (document.hidden) {
      this.hiddenTimer = window.setTimeout(() => {
        if (!this.final) this.disconnect("none");
        this.publish();
      }, HIDDEN_STOP_MS);
    } else if (this.socketState === "none") {
      this.connect();
    } else {
      this.latency.restart(nowS());
      this.shownAtS = this.shownAtS === null ? null : nowS();
    }
  }
}
