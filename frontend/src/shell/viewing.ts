/** Viewings: registered with the office before the first byte, renewed while they last, closed when nobody looks.
 * The desk keeps one ticket per camera and hands out fresh ones. */
import type { IslandConfig } from "./config.ts";
import { ApiError, postOffice } from "./http.ts";
import { askSecondPerson, type Look } from "./second-person.ts";
import type { Us } from "./time.ts";

export interface Reason {
  reason: string;
  note: string;
}

interface Granted {
  viewing: string;
  grant: string;
  ticket: string;
  expires_us: Us;
}

export interface Viewing {
  grant: string;
  ticket: string;
  expiresUs: Us;
  cameras: Set<string>;
  fromUs: Us | null;
  toUs: Us | null;
  idleSinceMs: number | null;
}

export interface ViewingDeskEvents {
  /** A new ticket for these cameras. */
  onTicket: (viewing: Viewing) => void;
  /** The office or the clock ended this viewing; `error` says why. */
  onEnded: (viewing: Viewing, error: ApiError) => void;
}

const IDLE_CLOSE_MS = 60_000;
const RETRY_RENEW_MS = 3_000;
const CUSTODY_RETRY_MS = 1_000;
const CUSTODY_ATTEMPTS = 15;

export class ViewingDesk {
  private readonly viewings = new Set<Viewing>();
  private readonly timers = new Map<Viewing, number>();
  private readonly config: IslandConfig;
  private readonly now: () => Us;
  private readonly events: ViewingDeskEvents;

  constructor(config: IslandConfig, now: () => Us, events: ViewingDeskEvents) {
    this.config = config;
    this.now = now;
    this.events = events;
    window.addEventListener("pagehide", () => this.closeAll());
    window.setInterval(() => this.closeIdle(), IDLE_CLOSE_MS / 6);
  }

  /** The running viewing that covers this camera, if any. */
  covering(camera: string): Viewing | undefined {
    return [...this.viewings].find((viewing) => viewing.cameras.has(camera));
  }

  /** Registers a viewing (or a snapshot of one instant). Raises ApiError when the office refuses. */
  async open(mode: "live" | "playback" | "snapshot", cameras: string[], reason: Reason, fromUs: Us | null, toUs: Us | null): Promise<Viewing> {
    const look = { mode, cameras, from_us: fromUs, to_us: toUs, ...reason };
    const { granted, range } = await this.approved(look, (body) => postOffice<Granted>(this.config.urls.viewings, this.config.csrfToken, body));
    // A snapshot's ticket plays nothing: it stands for no camera on the screen.
    return this.keep(granted, mode === "snapshot" ? [] : cameras, range.from_us, range.to_us);
  }

  /** Registers a copy of exactly this camera and range. */
  async openExport(camera: string, fromUs: Us, toUs: Us, reason: Reason): Promise<Viewing> {
    const look = { mode: "export", cameras: [camera], from_us: fromUs, to_us: toUs, ...reason };
    const { granted } = await this.approved(look, (body) => postOffice<Granted>(this.config.urls.exports, this.config.csrfToken, { camera, ...body }));
    return this.keep(granted, [], fromUs, toUs);
  }

  /** Opens; where the house wants a second person first, asks for one and opens then, or opens less. */
  private async approved(look: Look, open: (look: Look) => Promise<Granted>): Promise<{ granted: Granted; range: Look }> {
    try {
      return { granted: await open(look), range: look };
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "viewing.second_person") throw error;
      const answer = await askSecondPerson(this.config, look);
      if (!answer) throw error;
      return { granted: await open(answer), range: answer };
    }
  }

  /** Registers that these cameras are taken in hand; the ticket shows no picture. */
  async openControl(cameras: string[], reason: Reason): Promise<Viewing> {
    const body = { mode: "control", cameras, from_us: null, to_us: null, ...reason };
    const granted = await postOffice<Granted>(this.config.urls.control ?? "", this.config.csrfToken, body);
    return this.keep(granted, [], null, null);
  }

  /** Tells the office under which number the media server makes the copy, so that it can be fetched later too. */
  async noteExport(viewing: Viewing, id: string): Promise<void> {
    const url = this.config.urls.exportBegun;
    if (!url) return;
    await postOffice(url.replace("{grant}", encodeURIComponent(viewing.grant)), this.config.csrfToken, { export: id }).catch((error: unknown) => {
      // The copy itself goes on; only the office's list of copies does not know it yet.
      if (!(error instanceof ApiError)) throw error;
    });
  }

  /** Leaves one part of a camera's picture unmasked (null: none), under a ticket that says so. Raises ApiError. */
  async showArea(viewing: Viewing, camera: string, box: [number, number, number, number] | null): Promise<void> {
    const url = (this.config.urls.area ?? "").replace("{grant}", encodeURIComponent(viewing.grant));
    const fresh = await postOffice<Granted>(url, this.config.csrfToken, { camera, box });
    viewing.ticket = fresh.ticket;
    viewing.expiresUs = fresh.expires_us;
    this.schedule(viewing);
  }

  /** Has a download written down; the ticket is good for the files of this one copy. A copy comes into custody a second or two after it
   * was made: until then it is asked for again. */
  async openDownload(viewing: Viewing): Promise<string> {
    const url = this.config.urls.download.replace("{grant}", encodeURIComponent(viewing.grant));
    for (let attempt = 1; ; attempt++) {
      try {
        return (await postOffice<{ ticket: string }>(url, this.config.csrfToken, {})).ticket;
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "item.unknown" || attempt === CUSTODY_ATTEMPTS) throw error;
        await new Promise((resolve) => window.setTimeout(resolve, CUSTODY_RETRY_MS));
      }
    }
  }

  private keep(granted: Granted, cameras: string[], fromUs: Us | null, toUs: Us | null): Viewing {
    const viewing: Viewing = {
      grant: granted.grant,
      ticket: granted.ticket,
      expiresUs: granted.expires_us,
      cameras: new Set(cameras),
      fromUs,
      toUs,
      idleSinceMs: null,
    };
    this.viewings.add(viewing);
    this.schedule(viewing);
    return viewing;
  }

  private schedule(viewing: Viewing, delayMs?: number): void {
    window.clearTimeout(this.timers.get(viewing));
    const half = Math.max(1_000, (viewing.expiresUs - this.now()) / 2_000);
    this.timers.set(viewing, window.setTimeout(() => void this.renew(viewing), Math.min(delayMs ?? half, 2 ** 31 - 1)));
  }

  private async renew(viewing: Viewing): Promise<void> {
    if (!this.viewings.has(viewing)) return;
    try {
      const url = this.config.urls.renew.replace("{grant}", encodeURIComponent(viewing.grant));
      const fresh = await postOffice<{ ticket: string; expires_us: Us }>(url, this.config.csrfToken, {});
      if (!this.viewings.has(viewing)) return;
      viewing.ticket = fresh.ticket;
      viewing.expiresUs = fresh.expires_us;
      this.schedule(viewing);
      this.events.onTicket(viewing);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const lasting = error.status === 0 || error.status >= 500;
      if (lasting && this.now() < viewing.expiresUs) {
        this.schedule(viewing, RETRY_RENEW_MS);
        return;
      }
      this.forget(viewing);
      this.events.onEnded(viewing, error);
    }
  }

  /** Tells which cameras are on the screen; viewings with none of them close after a minute. */
  showing(cameras: ReadonlySet<string>): void {
    for (const viewing of this.viewings) {
      if (viewing.cameras.size === 0) continue;
      const used = [...viewing.cameras].some((camera) => cameras.has(camera));
      viewing.idleSinceMs = used ? null : (viewing.idleSinceMs ?? performance.now());
    }
  }

  private closeIdle(): void {
    for (const viewing of [...this.viewings]) {
      if (viewing.idleSinceMs !== null && performance.now() - viewing.idleSinceMs > IDLE_CLOSE_MS) this.close(viewing);
    }
  }

  /** Ends a viewing in order. The page may be going away, so nothing waits for the answer. */
  close(viewing: Viewing): void {
    if (!this.viewings.has(viewing)) return;
    this.forget(viewing);
    const url = this.config.urls.close.replace("{grant}", encodeURIComponent(viewing.grant));
    // The ticket dies by itself within minutes when this does not arrive.
    void postOffice(url, this.config.csrfToken, {}, true).catch(() => undefined);
  }

  closeAll(): void {
    for (const viewing of [...this.viewings]) this.close(viewing);
  }

  private forget(viewing: Viewing): void {
    window.clearTimeout(this.timers.get(viewing));
    this.timers.delete(viewing);
    this.viewings.delete(viewing);
  }
}
