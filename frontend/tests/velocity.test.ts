import assert from "node:assert/strict";
import { test } from "node:test";
import { directionOf, isStill, parseTurnMessage, STILL, velocityOf } from "../src/wall/velocity.ts";

test("what is held together adds up, and opposites cancel out", () => {
  assert.deepEqual(velocityOf(new Set(["right", "up"]), 0.5), { pan: 0.5, tilt: 0.5, zoom: 0 });
  assert.deepEqual(velocityOf(new Set(["left", "right", "wider"]), 1), { pan: 0, tilt: 0, zoom: -1 });
  assert.ok(isStill(velocityOf(new Set(), 1)));
  assert.ok(isStill(STILL));
});

test("arrows turn, plus and minus zoom, other keys do nothing", () => {
  assert.equal(directionOf("ArrowLeft"), "left");
  assert.equal(directionOf("="), "nearer");
  assert.equal(directionOf("-"), "wider");
  assert.equal(directionOf("a"), undefined);
});

test("messages of the future and of nobody are passed over", () => {
  assert.deepEqual(parseTurnMessage('{"type":"ready","presets":[]}'), { type: "ready", presets: [] });
  assert.equal(parseTurnMessage('{"type":"dance"}'), null);
  assert.equal(parseTurnMessage("<html>"), null);
});
