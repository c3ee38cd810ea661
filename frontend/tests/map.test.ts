import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterIndex, type Placed } from "../src/map/cluster.ts";
import * as geo from "../src/map/geo.ts";
import { graver, MARKS } from "../src/map/marks.ts";
import * as shape from "../src/map/plan-shape.ts";
import { find } from "../src/map/search.ts";
import { marksOf } from "../src/map/source.ts";
import * as viewport from "../src/map/viewport.ts";

const near = (one: number, other: number, by = 1e-9): void => assert.ok(Math.abs(one - other) <= by, `${one} is not ${other}`);
const VIEW: viewport.Viewport = { x: 0.5, y: 0.5, scale: 1000, width: 800, height: 600 };
const LIMITS = { least: 100, most: 1e9 };

test("projecting there and back gives the same degrees", () => {
  for (const [lon, lat] of [[114.3, 30.6], [0, 0], [-180, -84], [179.9, 84]] as const) {
    const back = geo.unproject(geo.project(lon, lat));
    near(back.lon, lon, 1e-9);
    near(back.lat, lat, 1e-9);
  }
});

test("north is up and east is right", () => {
  const here = geo.project(114, 30);
  assert.ok(geo.project(114, 31).y < here.y);
  assert.ok(geo.project(115, 30).x > here.x);
});

test("a minute of latitude is a nautical mile, within half a percent", () => {
  const span = geo.project(114, 30).y - geo.project(114, 30 + 1 / 60).y;
  near(span * geo.metresPerUnit(30), 1852, 10);
});

test("bars have round lengths that fit", () => {
  for (const [limit, length] of [[140, 100], [999, 500], [2, 2], [0.4, 0.2], [123_456, 100_000]] as const) near(geo.niceLength(limit), length, 1e-9);
});

test("the graticule has the widest step that still shows lines, and no more lines than the screen holds", () => {
  assert.equal(geo.graticuleStep(45), 30);
  assert.equal(geo.graticuleStep(0.02), 1 / 60);
  assert.equal(geo.graticuleStep(1e-9), 1 / 3600);
  assert.deepEqual(geo.multiples(114.2, 114.8, 0.25).length, 3);
  assert.ok(geo.multiples(-180, 180, 1 / 3600).length <= 201);
});

test("degrees are written with minutes and seconds only where there are any", () => {
  assert.equal(geo.writeDegrees(30, "N", "S"), "30°N");
  assert.equal(geo.writeDegrees(-30.5, "N", "S"), "30°30′S");
  assert.equal(geo.writeDegrees(114 + 18 / 60 + 5 / 3600, "E", "W"), "114°18′05″E");
  assert.equal(geo.writeDegrees(59.9999999, "N", "S"), "60°N");
  assert.equal(geo.writeDegrees(0, "N", "S"), "0°");
});

test("zooming keeps the place under the pointer", () => {
  const at = { x: 100, y: 450 };
  const before = viewport.toWorld(VIEW, at);
  const after = viewport.toWorld(viewport.zoom(VIEW, 3, at, LIMITS), at);
  near(after.x, before.x);
  near(after.y, before.y);
});

test("zoom and pan stay within their limits", () => {
  assert.equal(viewport.zoom(VIEW, 1e12, { x: 0, y: 0 }, LIMITS).scale, LIMITS.most);
  assert.equal(viewport.zoom(VIEW, 1e-12, { x: 0, y: 0 }, LIMITS).scale, LIMITS.least);
  assert.equal(viewport.pan(VIEW, 1e9, -1e9).x, 0);
  assert.equal(viewport.pan(VIEW, 1e9, -1e9).y, 1);
});

test("what is fitted is in sight, with a margin", () => {
  const points = [geo.project(114.2, 30.4), geo.project(114.6, 30.7)];
  const bounds = viewport.enclose(points) ?? assert.fail();
  const view = viewport.fit(VIEW, bounds, LIMITS);
  for (const point of points) {
    const { x, y } = viewport.toScreen(view, point);
    assert.ok(x >= 99 && x <= 701 && y >= 74 && y <= 526, `${x} ${y}`);
  }
  assert.equal(viewport.enclose([]), null);
});

/** Points strewn without a random source, so that a failure comes again. */
function strewn(count: number): Placed[] {
  return Array.from({ length: count }, (_, index) => ({
    x: 0.8 + ((index * 7919) % 10_007) / 1e7,
    y: 0.4 + ((index * 104_729) % 10_009) / 1e7,
    mark: index % 997 === 0 ? "lost" : "live",
  }));
}

test("every camera is in exactly one group at every zoom", () => {
  const index = new ClusterIndex(strewn(20_000));
  for (const scale of [300, 50_000, 1e6, 1e8, 1e10]) {
    const members = index.at(scale).flatMap((cluster) => cluster.members);
    assert.equal(members.length, 20_000);
    assert.equal(new Set(members).size, 20_000);
  }
});

test("far away all is one group, near by each stands alone, and a group wears its gravest mark", () => {
  const points: Placed[] = [
    { x: 0.8, y: 0.4, mark: "live" },
    { x: 0.8000001, y: 0.4, mark: "lost" },
    { x: 0.8000002, y: 0.4, mark: "stalled" },
  ];
  const index = new ClusterIndex(points);
  const [far, ...others] = index.at(1000);
  assert.equal(others.length, 0);
  assert.deepEqual([far?.members.length, far?.gravest, far?.troubled], [3, "lost", 2]);
  assert.equal(index.at(5e9).length, 3);
  (points[1] as Placed).mark = "live";
  index.forget();
  assert.equal(index.at(1000)[0]?.gravest, "stalled");
});

test("twenty thousand cameras are gathered well within a frame's patience", () => {
  const index = new ClusterIndex(strewn(20_000));
  const started = performance.now();
  index.at(1e6);
  const first = performance.now() - started;
  for (let turn = 0; turn < 1000; turn += 1) index.at(1e6);
  // No speed is asserted but the order of things: what is remembered costs nothing.
  assert.ok(performance.now() - started - first < Math.max(first, 5) * 10);
});

test("the gravest mark wins, whatever the order", () => {
  for (const one of MARKS) for (const other of MARKS) assert.equal(graver(one, other), graver(other, one));
  assert.equal(graver("live", "lost"), "lost");
});

test("search finds by name, site and code, in any width and case, names first", () => {
  const cameras = [
    { name: "大厅", site: "东门商场", gbCode: "42010600001320000001" },
    { name: "东门岗亭", site: "滨江", gbCode: "" },
    { name: "CAM １", site: "滨江", gbCode: "" },
  ];
  assert.deepEqual(find(cameras, "东门", 10), [1, 0]);
  assert.deepEqual(find(cameras, "滨江 cam 1", 10), [2]);
  assert.deepEqual(find(cameras, "420106", 10), [0]);
  assert.deepEqual(find(cameras, "  ", 10), []);
  assert.deepEqual(find(cameras, "江", 1), [1]);
});

const PLAN: shape.PlanSize = { widthPx: 800, heightPx: 400, mmPerPx: 50 };

test("places on the plan go there and back, and never off it", () => {
  for (const [x, y] of [[0, 0], [1000, 1000], [250, 750]] as const) assert.deepEqual(shape.permilleOf(shape.placeOf(x, y, PLAN), PLAN), { x, y });
  assert.deepEqual(shape.permilleOf({ x: -3, y: 9 }, PLAN), { x: 0, y: 1000 });
});

test("a bearing is counted clockwise from the top of the plan", () => {
  const at = { x: 0.5, y: 0.25 };
  for (const [dx, dy, degrees] of [[0, -1, 0], [1, 0, 90], [0, 1, 180], [-1, 0, 270]] as const) {
    assert.equal(shape.bearingTo(at, { x: at.x + dx, y: at.y + dy }), degrees * 100);
  }
  assert.equal(shape.turn(35_900, 500), 400);
  assert.equal(shape.turn(100, -500), 35_600);
});

test("the handle stands where the camera looks", () => {
  const at = { x: 0.5, y: 0.25 };
  for (const bearingCdeg of [0, 4500, 20_000, 35_999]) {
    const handle = shape.handleOf(at, { bearingCdeg, fovCdeg: null, rangeM: 10 }, PLAN);
    assert.ok(Math.abs(shape.bearingTo(at, handle) - bearingCdeg) <= 1);
  }
});

test("a cone is as wide and as long as has been told", () => {
  const cone = shape.coneOf({ bearingCdeg: 9000, fovCdeg: 6000, rangeM: 20 }) ?? assert.fail();
  near(cone.to - cone.from, Math.PI / 3);
  near((cone.to + cone.from) / 2, 0);
  near(shape.rangeOf({ bearingCdeg: 0, fovCdeg: null, rangeM: 20 }, PLAN), 0.5);
  assert.equal(shape.coneOf({ bearingCdeg: null, fovCdeg: 100, rangeM: 1 }), null);
  assert.ok(shape.coneOf({ bearingCdeg: 0, fovCdeg: 36_000, rangeM: 1 })?.isWhole);
});

test("marks of a later release are left out", () => {
  assert.deepEqual([...marksOf({ lost: ["cam_1"], melted: ["cam_2"] })], [["cam_1", "lost"]]);
});
