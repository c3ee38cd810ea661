/** The island's config block, as `docs/design/frontend.md` states it. */
import type { Us } from "./time.ts";

export interface CameraConfig {
  id: string;
  name: string;
  site: string;
  hasSub: boolean;
  /** Whether it can be turned. */
  turns?: boolean;
}

export interface ReasonConfig {
  code: string;
  label: string;
  needsNote?: boolean;
}

/** A grant to somebody from outside, of recordings (a range) or of live pictures (none). */
export interface GrantedConfig {
  fromUs: Us | null;
  toUs: Us | null;
  untilUs: Us;
  watermark: string;
  /** Other people are painted over. */
  isMasked?: boolean;
}

export interface IslandConfig {
  version: number;
  locale: string;
  timeZone: string;
  serverNowUs: Us;
  person: { id: string; name: string };
  mediaOrigin: string;
  csrfToken: string;
  cameras: CameraConfig[];
  reasons: ReasonConfig[];
  rights: { live: boolean; playback: boolean; snapshot: boolean; export: boolean; turn?: boolean };
  urls: { viewings: string; renew: string; close: string; exports: string; exportBegun?: string; download: string; copies?: string; wall: string; playback: string; hold?: string; control?: string; taken?: string | null; area?: string; second?: string; askSecond?: string; approval?: string };
  granted?: GrantedConfig;
  start?: { cameras?: string[]; atUs?: Us | null };
}

/** Reads `#island-config`; throws when the page has none, which is a fault of the page. */
export function readConfig(): IslandConfig {
  const block = document.getElementById("island-config");
  if (!block?.textContent) throw new Error("The page has no island-config block.");
  return JSON.parse(block.textContent) as IslandConfig;
}

/** Beyond this, the client's clock is taken to be wrong and the server's is followed. */
const CLOCK_TOLERANCE_US = 1_500_000;

/** The present, by the server's clock when the client's is plainly wrong. */
export class ServerClock {
  readonly offsetUs: Us;

  constructor(serverNowUs: Us, receivedAtMs: number) {
    const offset = serverNowUs - receivedAtMs * 1000;
    this.offsetUs = Number.isFinite(offset) && Math.abs(offset) > CLOCK_TOLERANCE_US ? Math.round(offset) : 0;
  }

  now(): Us {
    return Date.now() * 1000 + this.offsetUs;
  }
}

/** Epoch milliseconds at which the first byte of this page came in. */
export function pageReceivedAtMs(): number {
  const entry = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  return performance.timeOrigin + (entry?.responseStart ?? 0);
}

/** `http://host:8401` -> `ws://host:8401`; "" means this page's own origin. */
export function socketOrigin(mediaOrigin: string): string {
  return (mediaOrigin || window.location.origin).replace(/^http/, "ws");
}
