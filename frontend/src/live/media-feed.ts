/** One MediaSource with one SourceBuffer, fed in order: batches appends, keeps the buffer short, joins streams whose media time
 * jumps, and survives a full buffer. Knows nothing of the network. */
import type { Us } from "../shell/time.ts";
import { fragmentSpan, type VideoTrack, videoTrack } from "./fmp4.ts";
import { WallMap } from "./wall-map.ts";

const KEEP_BEHIND_S = 10;
const TRIM_TO_S = 5;
const JOIN_AHEAD_S = 2;
const JOIN_BEHIND_S = 0.5;

type Task = { bytes: Uint8Array<ArrayBuffer>; offsetS: number; codec: string | null };

export class MediaFeed {
  readonly wallMap = new WallMap();
  private readonly video: HTMLVideoElement;
  private readonly source = new MediaSource();
  private readonly url: string;
  private readonly onFailure: (error: unknown) => void;
  private readonly onAppended: () => void;
  private buffer: SourceBuffer | null = null;
  private tasks: Task[] = [];
  private track: VideoTrack | null = null;
  private codec = "";
  private pendingCodec: string | null = null;
  private offsetS = 0;
  private endS: number | null = null;
  private waitingForKey = true;
  private closed = false;

  constructor(video: HTMLVideoElement, onFailure: (error: unknown) => void, onAppended: () => void) {
    this.video = video;
    this.onFailure = onFailure;
    this.onAppended = onAppended;
    this.url = URL.createObjectURL(this.source);
    this.source.addEventListener("sourceopen", () => this.onOpen(), { once: true });
    video.src = this.url;
  }

  private onOpen(): void {
    URL.revokeObjectURL(this.url);
    if (!this.closed) this.pump();
  }

  /** A new stream header. `codec` is its RFC 6381 string without container. */
  header(bytes: Uint8Array<ArrayBuffer>, codec: string): void {
    this.track = videoTrack(bytes);
    this.waitingForKey = true;
    this.pendingCodec = codec !== this.codec ? codec : null;
    this.codec = codec;
    this.tasks.push({ bytes, offsetS: this.offsetS, codec: this.pendingCodec });
    this.pump();
  }

  /** One fragment. Returns its length in seconds, or null when it had to be passed over. */
  fragment(bytes: Uint8Array<ArrayBuffer>, isKey: boolean, wallUs: Us): number | null {
    const span = this.track && fragmentSpan(bytes, this.track.id);
    if (!this.track || !span || (this.waitingForKey && !isKey)) return null;
    const startS = span.tfdt / this.track.timescale;
    const lengthS = span.duration / this.track.timescale;
    this.join(startS, isKey);
    this.waitingForKey = false;
    this.wallMap.add(span.firstPts / this.track.timescale + this.offsetS, wallUs);
    this.endS = startS + this.offsetS + lengthS;
    this.tasks.push({ bytes, offsetS: this.offsetS, codec: null });
    this.pump();
    return lengthS;
  }

  /** Media time may begin anywhere and jump (camera restarted, frames dropped): the player's own time line stays unbroken. */
  private join(startS: number, isKey: boolean): void {
    const end = this.endS ?? 0;
    const at = startS + this.offsetS;
    if (this.endS === null || (isKey && (at > end + JOIN_AHEAD_S || at < end - JOIN_BEHIND_S))) {
      this.offsetS = end - startS;
    }
  }

  /** After frames were left out, nothing decodes before the next key frame. */
  awaitKey(): void {
    this.waitingForKey = true;
  }

  private pump(): void {
    if (this.closed || this.source.readyState !== "open" || this.buffer?.updating) return;
    const first = this.tasks[0];
    if (!first) return;
    try {
      if (first.codec !== null) this.adopt(first.codec);
      const buffer = this.buffer as SourceBuffer;
      if (buffer.timestampOffset !== first.offsetS) buffer.timestampOffset = first.offsetS;
      buffer.appendBuffer(this.batch());
    } catch (error) {
      this.recover(error);
    }
  }

  private adopt(codec: string): void {
    const type = `video/mp4; codecs="${codec}"`;
    if (this.buffer) {
      this.buffer.changeType(type);
      return;
    }
    this.buffer = this.source.addSourceBuffer(type);
    this.buffer.addEventListener("updateend", () => this.afterUpdate());
    this.buffer.addEventListener("error", () => this.fail(new Error("SourceBuffer error")));
  }

  /** Takes as many waiting tasks as share codec and offset, as one block of bytes. */
  private batch(): Uint8Array<ArrayBuffer> {
    const first = this.tasks[0] as Task;
    let count = 1;
    while (count < this.tasks.length && this.tasks[count]?.codec === null && this.tasks[count]?.offsetS === first.offsetS) count += 1;
    const taken = this.tasks.splice(0, count);
    if (count === 1) return first.bytes;
    const whole = new Uint8Array(taken.reduce((sum, task) => sum + task.bytes.byteLength, 0));
    let at = 0;
    for (const task of taken) {
      whole.set(task.bytes, at);
      at += task.bytes.byteLength;
    }
    return whole;
  }

  private afterUpdate(): void {
    if (this.closed) return;
    if (!this.trim()) this.pump();
    this.onAppended();
  }

  /** Drops what lies far behind; true when a removal began. */
  private trim(): boolean {
    const buffer = this.buffer;
    if (!buffer || buffer.updating || buffer.buffered.length === 0) return false;
    const start = buffer.buffered.start(0);
    if (this.video.currentTime - start <= KEEP_BEHIND_S) return false;
    buffer.remove(start, this.video.currentTime - TRIM_TO_S);
    return true;
  }

  private recover(error: unknown): void {
    const buffer = this.buffer;
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    if (!full || !buffer || buffer.buffered.length === 0) {
      this.fail(error);
      return;
    }
    // The bytes of the failed append are gone: free all but the last second and go on at the next key frame.
    this.tasks = this.tasks.filter((task) => task.codec !== null);
    this.waitingForKey = true;
    const start = buffer.buffered.start(0);
    const until = this.video.currentTime - 1;
    if (until > start) buffer.remove(start, until);
    else this.fail(error);
  }

  private fail(error: unknown): void {
    if (!this.closed) this.onFailure(error);
  }

  /** End of what can be played; 0 when nothing is there. */
  get bufferedEndS(): number {
    const ranges = this.buffer?.buffered;
    return ranges && ranges.length > 0 ? ranges.end(ranges.length - 1) : 0;
  }

  get bufferedStartS(): number {
    const ranges = this.buffer?.buffered;
    return ranges && ranges.length > 0 ? ranges.start(ranges.length - 1) : 0;
  }

  close(): void {
    this.closed = true;
    this.tasks = [];
    this.wallMap.clear();
    URL.revokeObjectURL(this.url);
  }
}
