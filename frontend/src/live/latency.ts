/** Keeps a live picture at the live edge. Pure: told how much lies ahead and when, says what to do. */

export interface LatencyAdvice {
  rate: number;
  /** Seconds before the buffer's end to jump to, or null. */
  jumpToS: number | null;
}

const JUMP_S = 1.5;
const START_JUMP_S = 0.25;
const FAST_RATE = 1.05;
const FASTER_RATE = 1.15;
const FASTER_FROM_S = 0.6;
const SLOW_RATE = 0.97;
const MIN_TARGET_S = 0.04;
const MAX_TARGET_S = 0.4;

/** Learns how unevenly fragments come in and keeps just that much in hand. */
export class LatencyController {
  private jitterS = 0.02;
  private lastArrivalS: number | null = null;
  private lastSpanS = 0.04;
  private catching = false;
  private startedAtS: number | null = null;

  /** A fragment of `spanS` seconds came in at `nowS`. */
  onFragment(nowS: number, spanS: number): void {
    if (this.lastArrivalS !== null && spanS > 0) {
      const late = nowS - this.lastArrivalS - this.lastSpanS;
      // Rises at once, falls over some four seconds at 25 fragments a second. A long silence is a stall, not jitter.
      this.jitterS *= 0.99;
      if (late > this.jitterS && late < 1) this.jitterS = late;
    }
    this.lastArrivalS = nowS;
    if (spanS > 0) this.lastSpanS = spanS;
  }

  /** Playing begins, or begins again: until it has caught up, small lags are jumped over too. */
  restart(nowS: number): void {
    this.startedAtS = nowS;
    this.catching = false;
  }

  get targetS(): number {
    return Math.min(MAX_TARGET_S, Math.max(MIN_TARGET_S, this.lastSpanS * 0.75 + this.jitterS * 0.75));
  }

  /** `aheadS`: buffered seconds beyond the shown picture. */
  advise(nowS: number, aheadS: number): LatencyAdvice {
    const target = this.targetS;
    const starting = this.startedAtS !== null && nowS - this.startedAtS < 1.5;
    if (aheadS > (starting ? Math.max(START_JUMP_S, target * 1.5) : JUMP_S)) {
      this.catching = false;
      return { rate: 1, jumpToS: target };
    }
    if (aheadS > Math.min(0.4, target + 0.07)) this.catching = true;
    if (aheadS <= target + 0.02) this.catching = false;
    if (this.catching) return { rate: aheadS > FASTER_FROM_S ? FASTER_RATE : FAST_RATE, jumpToS: null };
    return { rate: aheadS < target * 0.3 ? SLOW_RATE : 1, jumpToS: null };
  }
}
