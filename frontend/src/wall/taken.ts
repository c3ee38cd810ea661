/** Which cameras on the wall are in other hands: asked of the office every few seconds while one that turns hangs there. */
import { ApiError, getOffice } from "../shell/http.ts";
import type { Us } from "../shell/time.ts";

export interface Taken {
  by: string;
  untilUs: Us;
}

const EVERY_MS = 5_000;

export class TakenWatch {
  private readonly url: string;
  private readonly onChange: (taken: ReadonlyMap<string, Taken>) => void;
  private cameras: string[] = [];
  private known = "";
  private timer = 0;

  constructor(url: string, onChange: (taken: ReadonlyMap<string, Taken>) => void) {
    this.url = url;
    this.onChange = onChange;
  }

  /** Watches over exactly these cameras. */
  watch(cameras: string[]): void {
    if (cameras.join() === this.cameras.join()) return;
    this.cameras = cameras;
    window.clearTimeout(this.timer);
    if (cameras.length > 0) void this.ask();
  }

  private async ask(): Promise<void> {
    const query = new URLSearchParams(this.cameras.map((camera) => ["camera", camera]));
    try {
      const answer = await getOffice<{ cameras: Record<string, Taken> }>(`${this.url}?${query.toString()}`);
      const text = JSON.stringify(answer?.cameras ?? {});
      if (text !== this.known) {
        this.known = text;
        this.onChange(new Map(Object.entries(answer?.cameras ?? {})));
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // the office is away: what was known stands
    }
    this.timer = window.setTimeout(() => void this.ask(), EVERY_MS);
  }
}
