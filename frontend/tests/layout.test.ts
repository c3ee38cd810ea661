import assert from "node:assert/strict";
import { test } from "node:test";
import * as layouts from "../src/wall/layout.ts";

const cameras = Array.from({ length: 20 }, (_, index) => `cam_${index}`);
const known = new Set(cameras);

test("a fresh wall takes the smallest grid that holds all cameras", () => {
  assert.equal(layouts.freshLayout(cameras.slice(0, 1)).size, 1);
  assert.equal(layouts.freshLayout(cameras.slice(0, 5)).size, 9);
  assert.equal(layouts.freshLayout(cameras).size, 16);
  assert.equal(layouts.pageCount(layouts.freshLayout(cameras)), 2);
});

test("it remembers a layout and drops cameras that may no longer be seen", () => {
  const layout = layouts.resize(layouts.freshLayout(cameras), 4, 9);
  const text = layouts.serialise(layout);
  assert.deepEqual(layouts.restore(text, known), layout);
  const fewer = layouts.restore(text, new Set(cameras.slice(0, 6)));
  assert.deepEqual(fewer?.slots, cameras.slice(0, 6));
  assert.equal(fewer?.page, 1);
});

test("it forgets a memory that is damaged or of another format", () => {
  for (const text of [null, "", "{", "[]", '{"format":9}', '{"format":1,"size":5,"slots":[]}', '{"format":1,"size":4,"slots":"x"}']) {
    assert.equal(layouts.restore(text, known), null, String(text));
  }
});

test("a damaged memory never hangs a camera twice", () => {
  const text = JSON.stringify({ format: 1, size: 4, slots: ["cam_1", "cam_1", 7, "cam_2"], page: "x" });
  assert.deepEqual(layouts.restore(text, known)?.slots, ["cam_1", null, null, "cam_2"]);
});

test("placing a camera that hangs elsewhere swaps the two", () => {
  const layout = layouts.place(layouts.freshLayout(cameras.slice(0, 4)), "cam_3", 0);
  assert.deepEqual(layout.slots, ["cam_3", "cam_1", "cam_2", "cam_0"]);
});

test("placing keeps every camera at most once, wherever it goes", () => {
  let layout = layouts.freshLayout(cameras.slice(0, 9));
  for (let turn = 0; turn < 500; turn += 1) {
    const camera = cameras[(turn * 7) % cameras.length] as string;
    layout = turn % 5 === 4 ? layouts.clear(layout, turn % 16) : layouts.place(layout, camera, (turn * 11) % 24);
    const hanging = layout.slots.filter((slot) => slot !== null);
    assert.equal(new Set(hanging).size, hanging.length);
    assert.ok(layout.page < layouts.pageCount(layout));
  }
});

test("changing the grid keeps the focused camera in sight", () => {
  const layout = layouts.freshLayout(cameras);
  for (const size of layouts.GRID_SIZES) {
    for (let keep = 0; keep < cameras.length; keep += 1) {
      assert.ok(layouts.visible(layouts.resize(layout, size, keep)).includes(cameras[keep] as string));
    }
  }
});

test("pages turn round", () => {
  const layout = layouts.resize(layouts.freshLayout(cameras), 9, 0);
  assert.equal(layouts.pageCount(layout), 3);
  assert.equal(layouts.turnPage(layout, -1).page, 2);
  assert.equal(layouts.turnPage(layouts.turnPage(layout, 2), 1).page, 0);
});

test("taking down the last camera of a page leaves a page that exists", () => {
  const layout = { ...layouts.resize(layouts.freshLayout(cameras.slice(0, 5)), 4, 4) };
  assert.equal(layout.page, 1);
  assert.equal(layouts.clear(layout, 4).page, 0);
});

test("arrows stop at the edge of the wall", () => {
  assert.equal(layouts.neighbour(9, 4, "ArrowUp"), 1);
  assert.equal(layouts.neighbour(9, 1, "ArrowUp"), 1);
  assert.equal(layouts.neighbour(9, 2, "ArrowRight"), 2);
  assert.equal(layouts.neighbour(16, 5, "ArrowDown"), 9);
  assert.equal(layouts.neighbour(1, 0, "ArrowLeft"), 0);
});
