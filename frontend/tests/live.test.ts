import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../src/live/backoff.ts";
import { LatencyController } from "../src/live/latency.ts";
import { type LiveFacts, liveState } from "../src/live/live-state.ts";
import { parseFrame, parseMessage } from "../src/live/protocol.ts";
import { WallMap } from "../src/live/wall-map.ts";

const facts = (more: Partial<LiveFacts>): LiveFacts => ({ final: null, socket: "open", camera: "live", cameraSinceUs: NaN, lagS: 0.1, pictureAgeS: 0.04, ...more });

test("it says live only while new pictures are shown", () => {
  assert.equal(liveState(facts({})), "live");
  assert.equal(liveState(facts({ pictureAgeS: 2.9 })), "live");
  assert.equal(liveState(facts({ pictureAgeS: 3.1 })), "frozen");
  assert.equal(liveState(facts({ pictureAgeS: null })), "connecting");
});

test("a smooth picture of six seconds ago is called late, not live", () => {
  assert.equal(liveState(facts({ lagS: 6 })), "late");
  assert.equal(liveState(facts({ lagS: 5, pictureAgeS: 2.5 })), "live");
});

test("the camera's loss wins over a picture that still stands", () => {
  assert.equal(liveState(facts({ camera: "lost" })), "lost");
  assert.equal(liveState(facts({ camera: "stalled", pictureAgeS: 9 })), "stalled");
  assert.equal(liveState(facts({ camera: "off" })), "off");
  assert.equal(liveState(facts({ socket: "waiting", camera: "lost" })), "reconnecting");
});

test("a final answer wins over everything", () => {
  for (const final of ["forbidden", "ended", "unsupported"] as const) assert.equal(liveState(facts({ final, socket: "waiting" })), final);
});

/** Plays a simulated stream against the controller; gives the buffered seconds ahead at each arrival. */
function simulate(seconds: number, arrival: (frame: number) => number, startAheadS: number): number[] {
  const controller = new LatencyController();
  let end = 0;
  let position = -startAheadS;
  let rate = 1;
  let last = 0;
  const ahead: number[] = [];
  controller.restart(0);
  for (let frame = 0; frame < seconds * 25; frame += 1) {
    const now = arrival(frame);
    position = Math.min(end, position + (now - last) * rate);
    last = now;
    end += 0.04;
    controller.onFragment(now, 0.04);
    const advice = controller.advise(now, end - position);
    if (advice.jumpToS !== null) position = end - advice.jumpToS;
    rate = advice.rate;
    ahead.push(end - position);
  }
  return ahead;
}

const even = (frame: number): number => frame * 0.04;

test("an even stream is shown within two pictures of the live edge", () => {
  const ahead = simulate(60, even, 2);
  assert.ok(Math.max(...ahead.slice(250)) < 0.2, String(Math.max(...ahead.slice(250))));
});

test("the latency does not grow in ten hours with a camera clock that runs 500 ppm fast", () => {
  const ahead = simulate(36_000, (frame) => frame * 0.04 * (1 - 500e-6), 0);
  assert.ok(Math.max(...ahead.slice(-25_000)) < 0.45);
});

test("after a stall of five seconds it is back at the edge at once", () => {
  const stall = (frame: number): number => (frame < 500 ? frame * 0.04 : Math.max(frame * 0.04, 500 * 0.04 + 5));
  const ahead = simulate(60, stall, 0);
  assert.ok(Math.max(...ahead.slice(700)) < 0.6);
});

test("an uneven stream keeps more in hand, but never beyond the limit", () => {
  const calm = new LatencyController();
  const rough = new LatencyController();
  for (let frame = 0; frame < 200; frame += 1) {
    calm.onFragment(frame * 0.04, 0.04);
    rough.onFragment(frame * 0.04 + (frame % 5 === 0 ? 0.15 : 0), 0.04);
  }
  assert.ok(rough.targetS > calm.targetS + 0.05);
  assert.ok(rough.targetS <= 0.4);
});

test("it waits longer after each failure, never beyond the limit, never in step", () => {
  const least = new Backoff(() => 0);
  const most = new Backoff(() => 1);
  const waits = Array.from({ length: 12 }, () => [least.next(), most.next()] as const);
  assert.deepEqual(waits[0], [125, 250]);
  assert.deepEqual(waits[11], [7_500, 15_000]);
  least.reset();
  assert.equal(least.next(), 125);
});

test("it takes binary messages apart and refuses what is none", () => {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setBigUint64(1, 1_763_765_092_480_123n);
  bytes[0] = 1;
  bytes.set([7, 8, 9], 9);
  const frame = parseFrame(bytes.buffer);
  assert.equal(frame?.kind, "key");
  assert.equal(frame?.wallUs, 1_763_765_092_480_123);
  assert.deepEqual([...(frame?.bytes ?? [])], [7, 8, 9]);
  bytes[0] = 9;
  assert.equal(parseFrame(bytes.buffer), null);
  assert.equal(parseFrame(new ArrayBuffer(8)), null);
});

test("it passes over text that is not JSON or of a type from the future", () => {
  assert.equal(parseMessage("{"), null);
  assert.equal(parseMessage('{"type":"hologram"}'), null);
  assert.equal(parseMessage('{"type":"end","reason":"revoked"}')?.type, "end");
});

test("it tells the wall time of any shown picture, also out of decoding order", () => {
  const map = new WallMap();
  assert.ok(Number.isNaN(map.wallAt(0)));
  for (const [media, wall] of [[0, 1e6], [0.12, 1.12e6], [0.04, 1.04e6], [0.08, 1.08e6]] as const) map.add(media, wall);
  assert.equal(map.wallAt(0.08), 1.08e6);
  assert.equal(map.wallAt(0.0799999), 1.08e6);
  assert.equal(map.wallAt(0.1), 1.1e6);
  for (let frame = 4; frame < 9_000; frame += 1) map.add(frame * 0.04, 1e6 + frame * 40_000);
  assert.equal(map.wallAt(8_999 * 0.04), 1e6 + 8_999 * 40_000);
});
