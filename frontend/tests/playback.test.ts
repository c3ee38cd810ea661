import assert from "node:assert/strict";
import { test } from "node:test";
import { coveredLength, gapsWithin, isCovered, nearestCovered, type Span, union } from "../src/playback/coverage.ts";
import { FragmentClock } from "../src/playback/fragment-clock.ts";
import { correction, isStepped, nextRate, shuttle, writeRate } from "../src/playback/rates.ts";
import { advance, wind } from "../src/playback/replay-clock.ts";
import * as scales from "../src/playback/scale.ts";

const S = 1_000_000;
const DAY = 86_400 * S;
const day: scales.Scale = { fromUs: 0, toUs: DAY, widthPx: 1_200, limitFromUs: 0, limitToUs: DAY };
const spans: Span[] = [[10 * S, 20 * S], [30 * S, 40 * S]];

test("zooming keeps the instant under the pointer where it is", () => {
  for (const x of [0, 300, 1_199]) {
    const zoomed = scales.zoom(day, 0.1, x);
    assert.ok(Math.abs(scales.xOf(zoomed, scales.usAt(day, x)) - x) < 1.5, String(x));
  }
});

test("it zooms from a day to a minute and never leaves the day", () => {
  let scale = day;
  for (let turn = 0; turn < 100; turn += 1) scale = scales.zoom(scale, 0.7, 1_200);
  assert.equal(scales.lengthUs(scale), 60 * S);
  assert.equal(scale.toUs, DAY);
  scale = scales.pan(scale, 1e9);
  assert.equal(scale.toUs, DAY);
  for (let turn = 0; turn < 100; turn += 1) scale = scales.zoom(scale, 1.7, 7);
  assert.deepEqual([scale.fromUs, scale.toUs], [0, DAY]);
});

test("it moves the time line only as far as the playhead needs", () => {
  const hour = scales.centre(day, DAY / 2, 3_600 * S);
  assert.equal(scales.reveal(hour, DAY / 2), hour);
  const later = scales.reveal(hour, DAY / 2 + 3_600 * S);
  assert.ok(later.fromUs < DAY / 2 + 3_600 * S && later.toUs > DAY / 2 + 3_600 * S);
});

test("ticks carry labels that do not touch, at every zoom", () => {
  for (let length = 60 * S; length <= DAY; length *= 1.3) {
    const scale = scales.centre(day, DAY / 3, length);
    const labels = scales.ticks(scale, 0).filter((tick) => tick.major);
    assert.ok(labels.length >= 2 && labels.length <= 1_200 / 70, `${length}: ${labels.length}`);
  }
});

test("it finds what is recorded, and the nearest of it in either direction", () => {
  assert.ok(isCovered(spans, 10 * S) && !isCovered(spans, 20 * S) && !isCovered(spans, 9 * S));
  assert.equal(nearestCovered(spans, 25 * S, true), 30 * S);
  assert.equal(nearestCovered(spans, 25 * S, false), 20 * S - 1);
  assert.equal(nearestCovered(spans, 41 * S, true), null);
  assert.equal(nearestCovered(spans, 5 * S, false), null);
  assert.deepEqual(union([spans, [[15 * S, 35 * S]]]), [[10 * S, 40 * S]]);
  assert.equal(coveredLength(spans, 15 * S, 35 * S), 10 * S);
  assert.deepEqual(gapsWithin([{ from: 0, to: 10 * S, reason: "x" }], 5 * S, 7 * S), [{ from: 5 * S, to: 7 * S, reason: "x" }]);
  assert.deepEqual(union([[[0, 5]], spans]).length, 3);
});

test("between media time and wall time there is no loss at gaps", () => {
  const clock = new FragmentClock();
  assert.ok(Number.isNaN(clock.wallAt(1)));
  clock.set([
    { startS: 0, durationS: 2, wallUs: 10 * S },
    { startS: 2, durationS: 2, wallUs: 12 * S },
    { startS: 4, durationS: 2, wallUs: 30 * S },
  ]);
  assert.equal(clock.wallAt(1.5), 11.5 * S);
  assert.equal(clock.wallAt(4.5), 30.5 * S);
  assert.equal(clock.mediaAt(13 * S), 3);
  assert.equal(clock.mediaAt(20 * S), null);
  assert.equal(clock.mediaAt(31 * S), 5);
  assert.equal(clock.mediaAt(9 * S), null);
  assert.equal(clock.endUs, 32 * S);
});

const camera = (more: object): { coverage: readonly Span[]; isReady: boolean; wallUs: number } => ({ coverage: spans, isReady: true, wallUs: 12 * S, ...more });

test("the clock follows the leading camera", () => {
  assert.deepEqual(advance(11.9 * S, 50_000, 1, [camera({})], 0), { kind: "run", us: 12 * S, leader: 0 });
});

test("the clock never runs backward when the leader lags", () => {
  assert.deepEqual(advance(12.2 * S, 50_000, 1, [camera({})], 0), { kind: "run", us: 12.2 * S, leader: 0 });
});

test("it waits for a camera that has a recording but no picture, and then goes on without it", () => {
  const both = [camera({ wallUs: 12 * S }), camera({ isReady: false })];
  assert.equal(advance(12 * S, 50_000, 1, both, 0.5).kind, "wait");
  assert.equal(advance(12 * S, 50_000, 1, both, 3.5).kind, "run");
  assert.equal(advance(12 * S, 50_000, 1, [camera({ isReady: false })], 99).kind, "wait");
});

test("it skips only what no camera has recorded", () => {
  const other: Span[] = [[18 * S, 25 * S]];
  assert.deepEqual(advance(22 * S, 50_000, 1, [camera({})], 0), { kind: "skip", us: 30 * S, from: 22 * S });
  assert.equal(advance(22 * S, 50_000, 1, [camera({}), camera({ coverage: other, wallUs: 22 * S })], 0).kind, "run");
  assert.equal(advance(50 * S, 50_000, 1, [camera({})], 0).kind, "end");
});

test("a leader that leaps over its own gap does not drag the others along", () => {
  const other: Span[] = [[10 * S, 40 * S]];
  const verdict = advance(19.99 * S, 50_000, 1, [camera({ wallUs: 30 * S }), camera({ coverage: other, wallUs: 20 * S })], 0);
  assert.deepEqual(verdict, { kind: "run", us: 19.99 * S + 50_000, leader: null });
});

test("winding jumps over gaps forward and backward and ends at the ends", () => {
  assert.deepEqual(wind(19 * S, S, 8, [spans]), { kind: "skip", us: 30 * S, from: 19 * S });
  assert.deepEqual(wind(31 * S, S, -8, [spans]), { kind: "skip", us: 20 * S - 1, from: 31 * S });
  assert.equal(wind(39 * S, S, 16, [spans]).kind, "end");
  assert.equal(wind(12 * S, S, -16, [spans]).kind, "end");
});

test("J, K and L work as on an editing desk", () => {
  assert.deepEqual(shuttle(1, false, "l"), { rate: 1, playing: true });
  assert.deepEqual(shuttle(1, true, "l"), { rate: 2, playing: true });
  assert.deepEqual(shuttle(16, true, "l"), { rate: 16, playing: true });
  assert.deepEqual(shuttle(4, true, "j"), { rate: -1, playing: true });
  assert.deepEqual(shuttle(-1, true, "j"), { rate: -2, playing: true });
  assert.deepEqual(shuttle(-4, true, "k"), { rate: 4, playing: false });
});

test("speeds step along the row and are written plainly", () => {
  assert.equal(nextRate(1, 1), 2);
  assert.equal(nextRate(16, 1), 16);
  assert.equal(nextRate(0.25, -1), 0.25);
  assert.deepEqual([0.25, 0.5, 1, 16, -4].map(writeRate), ["¼×", "½×", "1×", "16×", "−4×"]);
  assert.ok(isStepped(8) && isStepped(-1) && !isStepped(4));
});

test("a follower a little off is nudged, one far off jumps", () => {
  assert.deepEqual(correction(0.01, 1), { rate: 1, seek: false });
  assert.ok(correction(0.1, 1).rate < 1 && correction(-0.1, 1).rate > 1);
  assert.equal(correction(-3, 1).seek, true);
  assert.equal(correction(-1, 4).seek, false);
});
