/** What was recorded and what was not. Pure; spans are [from, to) in microseconds, sorted, not overlapping. */
import type { Us } from "../shell/time.ts";

export type Span = [Us, Us];

export interface Gap {
  from: Us;
  to: Us;
  reason: string;
}

export interface CameraRecord {
  coverage: Span[];
  gaps: Gap[];
}

export const NO_RECORD: CameraRecord = { coverage: [], gaps: [] };

/** Index of the last span that begins at or before `us`, or -1. */
function lastBefore(spans: readonly Span[], us: Us): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as Span)[0] <= us) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function spanAt(spans: readonly Span[], us: Us): Span | null {
  const span = spans[lastBefore(spans, us)];
  return span && us < span[1] ? span : null;
}

export function isCovered(spans: readonly Span[], us: Us): boolean {
  return spanAt(spans, us) !== null;
}

/** `us` itself when covered, else the next instant (forward) or the last one before (backward) that is; null when there is none. */
export function nearestCovered(spans: readonly Span[], us: Us, forward: boolean): Us | null {
  if (isCovered(spans, us)) return us;
  const at = lastBefore(spans, us);
  const span = spans[forward ? at + 1 : at];
  if (!span) return null;
  return forward ? span[0] : span[1] - 1;
}

/** All spans of several cameras joined: where at least one of them has a picture. */
export function union(all: readonly (readonly Span[])[]): Span[] {
  const sorted = all.flat().sort((a, b) => a[0] - b[0]);
  const joined: Span[] = [];
  for (const [from, to] of sorted) {
    const last = joined[joined.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** Gaps that touch the range, cut to it. */
export function gapsWithin(gaps: readonly Gap[], from: Us, to: Us): Gap[] {
  return gaps
    .filter((gap) => gap.from < to && gap.to > from)
    .map((gap) => ({ ...gap, from: Math.max(from, gap.from), to: Math.min(to, gap.to) }));
}

export function gapAt(gaps: readonly Gap[], us: Us): Gap | null {
  return gaps.find((gap) => gap.from <= us && us < gap.to) ?? null;
}

/** Microseconds of the range that are covered. */
export function coveredLength(spans: readonly Span[], from: Us, to: Us): Us {
  let sum = 0;
  for (const span of spans) sum += Math.max(0, Math.min(to, span[1]) - Math.max(from, span[0]));
  return sum;
}
