import assert from "node:assert/strict";
import { test } from "node:test";
import { boxBetween, nudged, pictureRect } from "../src/playback/clear-area.ts";

test("a wide picture in a tall element has bars above and below", () => {
  assert.deepEqual(pictureRect(400, 400, 1920, 1080), { x: 0, y: 87.5, width: 400, height: 225 });
  assert.deepEqual(pictureRect(400, 300, 0, 0), { x: 0, y: 0, width: 400, height: 300 });
});

test("points become thousandths of the picture, whichever corner came first", () => {
  const picture = { x: 0, y: 50, width: 400, height: 200 };
  assert.deepEqual(boxBetween(picture, { x: 100, y: 100 }, { x: 300, y: 200 }), [250, 250, 750, 750]);
  assert.deepEqual(boxBetween(picture, { x: 300, y: 200 }, { x: 100, y: 100 }), [250, 250, 750, 750]);
});

test("what lies outside the picture is cut off, and a mere click shows nothing", () => {
  const picture = { x: 0, y: 50, width: 400, height: 200 };
  assert.deepEqual(boxBetween(picture, { x: -50, y: 0 }, { x: 900, y: 900 }), [0, 0, 1000, 1000]);
  assert.equal(boxBetween(picture, { x: 100, y: 100 }, { x: 103, y: 103 }), null);
});

test("arrow keys move the frame and size it, never beyond the picture or to nothing", () => {
  assert.deepEqual(nudged([0, 0, 100, 100], "ArrowLeft", false), [0, 0, 100, 100]);
  assert.deepEqual(nudged([0, 0, 100, 100], "ArrowDown", false), [0, 25, 100, 125]);
  assert.deepEqual(nudged([900, 900, 1000, 1000], "ArrowRight", true), [900, 900, 1000, 1000]);
  assert.deepEqual(nudged([0, 0, 30, 30], "ArrowUp", true), [0, 0, 30, 20]);
});
