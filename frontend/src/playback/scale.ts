/** The arithmetic of a time line: which instant lies where, zooming, panning, and where the ticks stand. Pure. */
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US, type Us } from "../shell/time.ts";

export const MIN_VISIBLE_US = MINUTE_US;

/** The stretch in sight and the stretch that may be moved in. */
export interface Scale {
  fromUs: Us;
  toUs: Us;
  widthPx: number;
  limitFromUs: Us;
  limitToUs: Us;
}

export const lengthUs = (scale: Scale): Us => scale.toUs - scale.fromUs;
export const usPerPx = (scale: Scale): number => lengthUs(scale) / Math.max(1, scale.widthPx);
export const xOf = (scale: Scale, us: Us): number => (us - scale.fromUs) / usPerPx(scale);
export const usAt = (scale: Scale, x: number): Us => Math.round(scale.fromUs + x * usPerPx(scale));

function held(scale: Scale, fromUs: Us, length: Us): Scale {
  const limit = scale.limitToUs - scale.limitFromUs;
  const kept = Math.min(limit, Math.max(Math.min(MIN_VISIBLE_US, limit), length));
  const from = Math.min(Math.max(fromUs, scale.limitFromUs), scale.limitToUs - kept);
  return { ...scale, fromUs: Math.round(from), toUs: Math.round(from + kept) };
}

/** Zooms by `factor` (> 1 shows more time) so that the instant under `x` stays there. */
export function zoom(scale: Scale, factor: number, x: number): Scale {
  const length = Math.min(scale.limitToUs - scale.limitFromUs, Math.max(MIN_VISIBLE_US, lengthUs(scale) * factor));
  const share = x / Math.max(1, scale.widthPx);
  return held(scale, usAt(scale, x) - share * length, length);
}

/** Moves by pixels; positive shows later time. */
export function pan(scale: Scale, px: number): Scale {
  return held(scale, scale.fromUs + px * usPerPx(scale), lengthUs(scale));
}

/** Moves only as far as needed to have `us` in sight, with a margin of a tenth. */
export function reveal(scale: Scale, us: Us): Scale {
  const margin = lengthUs(scale) * 0.1;
  if (us < scale.fromUs) return held(scale, us - margin, lengthUs(scale));
  if (us > scale.toUs - margin / 2) return held(scale, us - margin, lengthUs(scale));
  return scale;
}

/** Shows `length` around `us`. */
export function centre(scale: Scale, us: Us, length: Us): Scale {
  return held(scale, us - length / 2, length);
}

const STEPS: readonly Us[] = [
  ...[1, 2, 5, 10, 15, 30].map((s) => s * SECOND_US),
  ...[1, 2, 5, 10, 15, 30].map((m) => m * MINUTE_US),
  ...[1, 2, 3, 4, 6, 12].map((h) => h * HOUR_US),
  DAY_US,
];

export interface Tick {
  us: Us;
  /** Carries a label. */
  major: boolean;
}

/** Ticks in sight. Labels are at least `labelPx` apart; `originUs` (the local day's start) makes them fall on round local times. */
export function ticks(scale: Scale, originUs: Us, labelPx = 76): Tick[] {
  const perPx = usPerPx(scale);
  const major = STEPS.find((step) => step / perPx >= labelPx) ?? DAY_US;
  const minor = [...STEPS].reverse().find((step) => step < major && major % step === 0 && step / perPx >= 7) ?? major;
  const found: Tick[] = [];
  const first = originUs + Math.ceil((scale.fromUs - originUs) / minor) * minor;
  for (let us = first; us <= scale.toUs; us += minor) found.push({ us, major: (us - originUs) % major === 0 });
  return found;
}

/** Whether labels need seconds at this zoom. */
export function needsSeconds(scale: Scale, labelPx = 76): boolean {
  return labelPx * usPerPx(scale) < MINUTE_US;
}
