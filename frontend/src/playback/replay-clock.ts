/** The one clock of a replay, in wall time: who leads it, when it waits, when it skips. Pure: told what each camera can do, says
 * what happens next. */
import { SECOND_US, type Us } from "../shell/time.ts";
import { isCovered, nearestCovered, type Span, union } from "./coverage.ts";

export interface CameraFacts {
  coverage: readonly Span[];
  isReady: boolean;
  /** Its media clock in wall time. */
  wallUs: Us;
}

export type Verdict =
  | { kind: "run"; us: Us; leader: number | null }
  | { kind: "wait"; us: Us }
  | { kind: "skip"; us: Us; from: Us }
  | { kind: "end"; us: Us };

/** How long the others wait for a camera that has a recording but no picture yet. */
export const PATIENCE_S = 3;

/** A leader's clock further ahead than this has crossed a gap that others may not have. */
const LEAP_US = 1.5 * SECOND_US;

/** One step of forward playing. `dtUs` is real time; `waitedS` how long the clock has stood waiting. */
export function advance(us: Us, dtUs: Us, rate: number, cameras: readonly CameraFacts[], waitedS: number): Verdict {
  const covered = cameras.map((camera) => isCovered(camera.coverage, us));
  if (!covered.some(Boolean)) {
    const next = nearestCovered(union(cameras.map((camera) => camera.coverage)), us, true);
    return next === null ? { kind: "end", us } : { kind: "skip", us: next, from: us };
  }
  const waiting = cameras.some((camera, index) => covered[index] && !camera.isReady);
  const ready = cameras.findIndex((camera, index) => covered[index] && camera.isReady);
  if (ready < 0 || (waiting && waitedS < PATIENCE_S)) return { kind: "wait", us };
  const led = (cameras[ready] as CameraFacts).wallUs;
  const free = us + dtUs * rate;
  const trusted = led >= us - LEAP_US && led <= us + LEAP_US * Math.max(1, rate);
  return { kind: "run", us: trusted ? Math.max(us, led) : free, leader: trusted ? ready : null };
}

/** One step of fast or backward winding by key frames: free-running, gaps are jumped over. */
export function wind(us: Us, dtUs: Us, rate: number, coverage: readonly (readonly Span[])[]): Verdict {
  const next = us + dtUs * rate;
  const target = nearestCovered(union(coverage), next, rate > 0);
  if (target === null) return { kind: "end", us };
  return Math.abs(target - next) > LEAP_US ? { kind: "skip", us: target, from: us } : { kind: "run", us: target, leader: null };
}
