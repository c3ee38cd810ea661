/** One recorded camera in one `<video>`, by hls.js over a window of the recording that moves along. Told by the replay clock where
 * to be; tells where it is, in wall time. */
import Hls, { ErrorTypes, Events, type ErrorData, type LevelDetails } from "hls.js/light";
import { playsHevc } from "../shell/hevc.ts";
import type { MediaClient } from "../shell/http.ts";
import { MINUTE_US, SECOND_US, type Us } from "../shell/time.ts";
import { FragmentClock } from "./fragment-clock.ts";
import { correction } from "./rates.ts";

export interface ReplayPlayerOptions {
  media: MediaClient;
  camera: string;
  video: HTMLVideoElement;
  /** Lies over the video and holds its last picture while the window moves along. */
  curtain: HTMLCanvasElement;
  ticket: () => string | null;
  /** The stretch that the viewing covers. */
  limits: () => { fromUs: Us; toUs: Us };
  onFailure: (status: number) => void;
  /** `transcoded`, `sub` or "": what is shown instead of the recorded pictures. */
  onShownInstead: (what: string) => void;
}

const WINDOW_BEFORE_US = 2 * MINUTE_US;
const WINDOW_AFTER_US = 28 * MINUTE_US;
const WINDOW_EDGE_US = 8 * SECOND_US;
/** Near the present the window is made anew only when so much more has been recorded. */
const WINDOW_GAIN_US = 20 * SECOND_US;
/** A new window at nearly the same instant: the old picture stays up until the new one is there. */
const CURTAIN_US = 3 * SECOND_US;
const RETRY_MS = 2_000;
const BLINK_MS = 700;
const DEFAULT_FRAME_S = 0.04;

type VideoWithCallback = HTMLVideoElement & {
  requestVideoFrameCallback?: (callback: (now: number, metadata: { mediaTime: number }) => void) => number;
};

export class ReplayPlayer {
  readonly camera: string;
  private readonly options: ReplayPlayerOptions;
  private readonly clock = new FragmentClock();
  private hls: Hls | null = null;
  private window: { fromUs: Us; toUs: Us } | null = null;
  private targetUs: Us = NaN;
  private shownMediaS: number | null = null;
  private frameS = DEFAULT_FRAME_S;
  private retryTimer = 0;
  private closed = false;
  private seekedAtMs = 0;

  constructor(options: ReplayPlayerOptions) {
    this.options = options;
    this.camera = options.camera;
    this.watchFrames();
  }

  /** Wall time of the picture on the screen; NaN when there is none. */
  get shownUs(): Us {
    const at = this.shownMediaS ?? (this.options.video.readyState >= 2 ? this.options.video.currentTime : null);
    return at === null ? NaN : this.clock.wallAt(at);
  }

  /** Wall time of the media clock, which runs smoothly between pictures. */
  get wallUs(): Us {
    return this.clock.wallAt(this.options.video.currentTime);
  }

  get frameUs(): Us {
    return this.frameS * SECOND_US;
  }

  /** A picture of the wished instant can be shown now. */
  get isReady(): boolean {
    const { video } = this.options;
    return this.hls !== null && !this.clock.isEmpty && !video.seeking && video.readyState >= 3;
  }

  /** Goes to an instant and stands there. */
  seek(us: Us): void {
    this.targetUs = us;
    this.options.curtain.hidden = true;
    this.options.video.pause();
    if (!this.holds(us)) this.load(us);
    else this.jump(us);
  }

  private holds(us: Us): boolean {
    const { window } = this;
    if (!window || !this.hls) return false;
    if (us < window.fromUs) return false;
    const gain = this.options.limits().toUs - window.toUs;
    if (us > window.toUs) return gain < 2 * SECOND_US;
    return us <= window.toUs - WINDOW_EDGE_US || gain < WINDOW_GAIN_US;
  }

  private jump(us: Us): void {
    const media = this.clock.mediaAt(us);
    if (media === null) return;
    this.shownMediaS = null;
    this.seekedAtMs = performance.now();
    // A hair into the picture: browsers round, and would show the one before.
    this.options.video.currentTime = media + 0.002;
  }

  /** Runs along with the clock at `us`. The leader of the clock is not corrected. */
  follow(us: Us, rate: number, isLeader: boolean): void {
    const { video } = this.options;
    this.targetUs = us;
    if (!this.holds(us)) {
      this.load(us);
      return;
    }
    const media = this.clock.mediaAt(us);
    if (media === null) {
      this.hold();
      return;
    }
    const advice = correction(isLeader ? 0 : video.currentTime - media, rate);
    if (advice.seek && !video.seeking && performance.now() - this.seekedAtMs > 500) this.jump(us);
    if (video.playbackRate !== advice.rate) video.playbackRate = advice.rate;
    if (video.paused) void video.play().catch(() => undefined);
  }

  /** The same instant under another ticket: what was loaded before shows something else. */
  reload(us: Us): void {
    this.unload();
    this.seek(us);
  }

  /** Nothing is recorded at the instant wished for: nothing is loaded, nothing tried again. */
  park(): void {
    this.targetUs = NaN;
    window.clearTimeout(this.retryTimer);
    this.hold();
  }

  /** Stands still where it is. */
  hold(): void {
    if (!this.options.video.paused) this.options.video.pause();
  }

  /** The last picture of the old window still stands in for the first of the new one. */
  get isCurtained(): boolean {
    return !this.options.curtain.hidden;
  }

  /** No picture of the wished instant for longer than a blink: better none than one of another time. */
  get isLoading(): boolean {
    if (this.isCurtained || this.isReady) return false;
    const { video } = this.options;
    const isStanding = this.hls !== null && !this.clock.isEmpty && video.readyState >= 1;
    return !isStanding || ((video.seeking || video.readyState < 2) && performance.now() - this.seekedAtMs > BLINK_MS);
  }

  get isSeeking(): boolean {
    return this.options.video.seeking;
  }

  private load(us: Us): void {
    const { limits, media, camera } = this.options;
    const { fromUs, toUs } = limits();
    const range = { fromUs: Math.max(fromUs, us - WINDOW_BEFORE_US), toUs: Math.min(toUs, us + WINDOW_AFTER_US) };
    if (range.toUs <= range.fromUs) return;
    this.drawCurtain(us);
    this.unload();
    this.window = range;
    const hls = new Hls({
      enableWorker: false,
      autoStartLoad: false,
      maxBufferLength: 12,
      maxMaxBufferLength: 30,
      backBufferLength: 15,
      maxBufferHole: 0.3,
      xhrSetup: (request) => {
        request.withCredentials = true;
        request.setRequestHeader("Authorization", `Bearer ${this.options.ticket() ?? ""}`);
      },
    });
    this.hls = hls;
    hls.on(Events.LEVEL_LOADED, (_, data) => {
      this.adopt(data.details);
      this.tellSubstitute(data.networkDetails);
      hls.startLoad(this.clock.mediaAt(this.targetUs) ?? 0);
      this.jump(this.targetUs);
    });
    hls.on(Events.LEVEL_PTS_UPDATED, (_, data) => this.adopt(data.details));
    hls.on(Events.ERROR, (_, data) => this.failed(data));
    const query = { from: Math.round(range.fromUs), to: Math.round(range.toUs), ...(playsHevc() ? { hevc: 1 } : {}) };
    hls.loadSource(new URL(media.url(`/hls/${encodeURIComponent(camera)}/index.m3u8`, query), location.href).href);
    hls.attachMedia(this.options.video);
  }

  private drawCurtain(us: Us): void {
    const { video, curtain } = this.options;
    if (video.readyState < 2 || !(Math.abs(this.shownUs - us) < CURTAIN_US)) return;
    curtain.width = video.videoWidth;
    curtain.height = video.videoHeight;
    curtain.getContext("2d")?.drawImage(video, 0, 0);
    curtain.hidden = false;
  }

  private adopt(details: LevelDetails): void {
    const pieces = details.fragments
      .filter((fragment) => fragment.programDateTime !== null)
      .map((fragment) => ({ startS: fragment.start, durationS: fragment.duration, wallUs: (fragment.programDateTime as number) * 1_000 }));
    this.clock.set(pieces);
  }

  /** The playlist says by a tag of its own when it gives another picture than the recorded one. */
  private tellSubstitute(response: unknown): void {
    const text = response instanceof XMLHttpRequest ? response.responseText : "";
    this.options.onShownInstead(/^#EXT-X-MINGCHA-SHOWN:(\w+)/m.exec(text)?.[1] ?? "");
  }

  private failed(data: ErrorData): void {
    const status = data.response?.code ?? 0;
    if (data.fatal) this.options.curtain.hidden = true;
    if (status === 401 || status === 403 || status === 404) {
      this.unload();
      this.options.onFailure(status);
    } else if (data.fatal && data.type === ErrorTypes.MEDIA_ERROR && this.hls) {
      this.hls.recoverMediaError();
    } else if (data.fatal) {
      this.unload();
      this.options.onFailure(status);
      this.retryTimer = window.setTimeout(() => {
        if (!this.closed && Number.isFinite(this.targetUs)) this.load(this.targetUs);
      }, RETRY_MS);
    }
  }

  private watchFrames(): void {
    const video = this.options.video as VideoWithCallback;
    if (!video.requestVideoFrameCallback) return;
    let last = NaN;
    const next = (_: number, metadata: { mediaTime: number }): void => {
      if (this.closed) return;
      const delta = metadata.mediaTime - last;
      // Only steps between neighbouring pictures teach the frame length.
      if (delta > 0.008 && delta < this.frameS * 1.6) this.frameS = this.frameS * 0.8 + delta * 0.2;
      last = metadata.mediaTime;
      this.shownMediaS = metadata.mediaTime;
      this.options.curtain.hidden = true;
      video.requestVideoFrameCallback?.(next);
    };
    video.requestVideoFrameCallback(next);
  }

  private unload(): void {
    window.clearTimeout(this.retryTimer);
    this.hls?.destroy();
    this.hls = null;
    this.window = null;
    this.shownMediaS = null;
    this.clock.set([]);
  }

  close(): void {
    this.closed = true;
    this.unload();
    this.options.video.removeAttribute("src");
    this.options.video.load();
  }
}
