import assert from "node:assert/strict";
import { test } from "node:test";
import { withinGrant } from "../src/shell/granted.ts";

const granted = { fromUs: 100, toUs: 200, untilUs: 1_000, watermark: "x" };

test("a grant leaves exactly its own part of a range", () => {
  assert.deepEqual(withinGrant(granted, 0, 150), { fromUs: 100, toUs: 150 });
  assert.deepEqual(withinGrant(granted, 120, Infinity), { fromUs: 120, toUs: 200 });
  assert.deepEqual(withinGrant(granted, 0, 1_000), { fromUs: 100, toUs: 200 });
});

test("nothing is left outside it, nor at its end", () => {
  assert.equal(withinGrant(granted, 0, 100), null);
  assert.equal(withinGrant(granted, 200, Infinity), null);
});

test("without a grant of recordings the range stays as it is", () => {
  assert.deepEqual(withinGrant(undefined, 0, 50), { fromUs: 0, toUs: 50 });
  assert.deepEqual(withinGrant({ ...granted, fromUs: null, toUs: null }, 0, 50), { fromUs: 0, toUs: 50 });
});
