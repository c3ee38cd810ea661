/** Plays one to four cameras in step: drives their panes from the replay clock, winds, steps, scrubs. */
import { SECOND_US, type Us } from "../shell/time.ts";
import type { Pane } from "./pane.ts";
import { advance, type CameraFacts, type Verdict, wind } from "./replay-clock.ts";
import { isStepped } from "./rates.ts";

export interface ReplayEvents {
  /** Many times a second. */
  onTime: (us: Us) => void;
  onChange: () => void;
  onSkip: (fromUs: Us, toUs: Us) => void;
  onEnd: () => void;
}

const STILL_EVERY_MS = 120;
const SCRUB_PAUSE_MS = 80;

export class Replay {
  us: Us = NaN;
  rate = 1;
  isPlaying = false;
  isWaiting = false;
  private panes: Pane[] = [];
  private readonly events: ReplayEvents;
  private lastMs = 0;
  private waitedS = 0;
  private stillAtMs = 0;
  private scrubTimer = 0;
  private wasStepped = false;

  constructor(events: ReplayEvents) {
    this.events = events;
    const frame = (nowMs: number): void => {
      this.tick(nowMs);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  setPanes(panes: Pane[]): void {
    this.panes = panes;
  }

  /** Goes to an instant; keeps playing or standing as before. */
  seek(us: Us): void {
    window.clearTimeout(this.scrubTimer);
    this.us = Math.round(us);
    this.waitedS = 0;
    for (const pane of this.panes) {
      pane.seek(this.us);
    }
    this.events.onTime(this.us);
  }

  /** While the playhead is dragged: key frames only. */
  scrub(us: Us): void {
    this.pause();
    this.us = Math.round(us);
    window.clearTimeout(this.scrubTimer);
    this.scrubTimer = window.setTimeout(() => {
      for (const pane of this.panes) pane.showStill(this.us);
    }, SCRUB_PAUSE_MS);
    this.events.onTime(this.us);
  }

  play(rate = this.rate): void {
    const stepped = isStepped(rate);
    if (this.wasStepped && !stepped) this.seek(this.us);
    this.wasStepped = stepped;
    this.rate = rate;
    this.isPlaying = true;
    this.waitedS = 0;
    if (stepped) for (const pane of this.panes) pane.player.hold();
    this.events.onChange();
  }

  pause(): void {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    this.isWaiting = false;
    for (const pane of this.panes) pane.player.hold();
    if (this.wasStepped) this.seek(this.us);
    else this.align();
    this.wasStepped = false;
    if (this.rate < 0) this.rate = 1;
    this.events.onChange();
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** Speed for now or for the next play. */
  setRate(rate: number): void {
    if (this.isPlaying) this.play(rate);
    else this.rate = rate;
    this.events.onChange();
  }

  /** Standing still, all panes show the pictures of one instant: that of the first one's picture. */
  private align(): void {
    const shown = this.lead?.shownUs ?? NaN;
    if (!Number.isFinite(shown)) return;
    this.us = shown;
    for (const pane of this.panes) if (pane !== this.lead && pane.isCovered(shown)) pane.player.seek(shown);
    this.events.onTime(this.us);
  }

  /** The first pane that has a recording now. */
  private get lead(): Pane | undefined {
    return this.panes.find((pane) => pane.isCovered(this.us)) ?? this.panes[0];
  }

  /** One picture of the first pane on or back; the others show what they had at that instant. */
  step(direction: 1 | -1): void {
    this.pause();
    const { lead } = this;
    if (!lead) return;
    // While the last step is still on its way, the next one counts from its target.
    const from = lead.player.isSeeking || !Number.isFinite(lead.shownUs) ? this.us : lead.shownUs;
    // A quarter picture in: playlists round instants to milliseconds.
    this.seek(from + (direction + 0.25) * lead.player.frameUs);
  }

  private tick(nowMs: number): void {
    const dtUs = Math.min(0.25, (nowMs - this.lastMs) / 1000) * SECOND_US;
    this.lastMs = nowMs;
    if (this.isPlaying && Number.isFinite(this.us) && this.panes.length > 0) this.run(dtUs, nowMs);
    const stepped = this.isPlaying && isStepped(this.rate);
    for (const pane of this.panes) pane.draw(this.us, this.isPlaying && !this.isWaiting, stepped);
  }

  private run(dtUs: Us, nowMs: number): void {
    const panes = this.panes.filter((pane) => !pane.isForbidden);
    if (isStepped(this.rate)) {
      this.apply(wind(this.us, dtUs, this.rate, panes.map((pane) => pane.record.coverage)), panes);
      if (nowMs - this.stillAtMs > STILL_EVERY_MS) {
        this.stillAtMs = nowMs;
        for (const pane of panes) pane.showStill(Math.round(this.us));
      }
      return;
    }
    const facts: CameraFacts[] = panes.map((pane) => ({
      coverage: pane.record.coverage,
      isReady: pane.player.isReady,
      wallUs: pane.player.wallUs,
    }));
    this.apply(advance(this.us, dtUs, this.rate, facts, this.waitedS), panes, dtUs);
  }

  private apply(verdict: Verdict, panes: Pane[], dtUs: Us = 0): void {
    const stepped = isStepped(this.rate);
    const waiting = verdict.kind === "wait";
    if (waiting !== this.isWaiting) {
      this.isWaiting = waiting;
      this.events.onChange();
    }
    if (verdict.kind === "end") {
      this.pause();
      this.events.onEnd();
      return;
    }
    if (verdict.kind === "skip") {
      this.events.onSkip(verdict.from, verdict.us);
      if (stepped) this.us = verdict.us;
      else this.seek(verdict.us);
      return;
    }
    this.us = verdict.us;
    this.events.onTime(this.us);
    if (stepped) return;
    if (waiting) this.wait(panes, dtUs);
    else this.follow(panes, verdict.kind === "run" ? verdict.leader : null);
  }

  private wait(panes: Pane[], dtUs: Us): void {
    this.waitedS += dtUs / SECOND_US;
    for (const pane of panes) {
      if (!pane.isCovered(this.us) || pane.player.isReady) pane.player.hold();
      // Not playing yet, but loading: without this nothing would be asked for.
      else if (!Number.isFinite(pane.player.wallUs)) pane.player.follow(this.us, this.rate, false);
    }
  }

  private follow(panes: Pane[], leader: number | null): void {
    if (panes.every((pane) => pane.player.isReady || !pane.isCovered(this.us))) this.waitedS = 0;
    panes.forEach((pane, index) => {
      pane.hideStill();
      if (pane.isCovered(this.us)) pane.player.follow(this.us, this.rate, index === leader);
      else pane.player.hold();
    });
  }
}
