/** Key-frame pictures by instant, for scrubbing and fast winding: one request at a time, the latest wish wins, the last few kept. */
import { ApiError, type MediaClient } from "../shell/http.ts";
import type { Us } from "../shell/time.ts";

export interface Still {
  url: string;
  /** Wall instant of the picture, as the server says. */
  instantUs: Us;
}

const KEPT = 48;

export class Stills {
  private readonly media: MediaClient;
  private readonly camera: string;
  private readonly ticket: () => string | null;
  private readonly width: number;
  private readonly kept = new Map<number, Still>();
  private busy = false;
  private wish: { us: Us; got: (still: Still | null) => void } | null = null;
  private closed = false;

  constructor(media: MediaClient, camera: string, ticket: () => string | null, width: number) {
    this.media = media;
    this.camera = camera;
    this.ticket = ticket;
    this.width = width;
  }

  /** Asks for the picture at `us`; `got` is called with it, or null when there is none, or never when a later wish came first. */
  want(us: Us, got: (still: Still | null) => void): void {
    const known = this.kept.get(us);
    if (known) {
      got(known);
      return;
    }
    this.wish = { us, got };
    if (!this.busy) void this.work();
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.wish && !this.closed) {
      const { us, got } = this.wish;
      this.wish = null;
      const still = await this.load(us);
      if (!this.closed) got(still);
    }
    this.busy = false;
  }

  private async load(us: Us): Promise<Still | null> {
    const ticket = this.ticket();
    if (!ticket) return null;
    try {
      const url = this.media.url("/preview", { camera: this.camera, at: Math.round(us), width: this.width });
      const { blob, instantUs } = await this.media.picture(url, ticket);
      const still = { url: URL.createObjectURL(blob), instantUs: Number.isFinite(instantUs) ? instantUs : us };
      this.keep(us, still);
      return still;
    } catch (error) {
      // No picture there, or none to be had now: the pane says so by itself.
      if (error instanceof ApiError) return null;
      throw error;
    }
  }

  private keep(us: Us, still: Still): void {
    this.kept.set(us, still);
    for (const [oldest, old] of this.kept) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(oldest);
      // A while later: it may still be on the screen.
      window.setTimeout(() => URL.revokeObjectURL(old.url), 5_000);
    }
  }

  /** What was fetched shows something else by now. */
  forget(): void {
    for (const still of this.kept.values()) URL.revokeObjectURL(still.url);
    this.kept.clear();
  }

  close(): void {
    this.closed = true;
    this.forget();
  }
}
