/** A camera on a plan: its place, where it looks, and what it covers. Pure. */
import type { Point } from "./geo.ts";

export interface PlanSize {
  widthPx: number;
  heightPx: number;
  /** Ground that one picture element covers; null when nobody has told. */
  mmPerPx: number | null;
}

export interface Aim {
  bearingCdeg: number | null;
  fovCdeg: number | null;
  rangeM: number | null;
}

/** What is drawn, dashed, where nothing has been told. */
const USUAL_FOV_DEG = 70;
const USUAL_RANGE_SHARE = 0.12;
const WHOLE_CDEG = 36_000;

/** A place in thousandths of the plan's sides to world units, in which the plan is one wide. */
export function placeOf(xPermille: number, yPermille: number, plan: PlanSize): Point {
  return { x: xPermille / 1000, y: (yPermille / 1000) * (plan.heightPx / plan.widthPx) };
}

/** World units to whole thousandths, kept on the plan. */
export function permilleOf(point: Point, plan: PlanSize): { x: number; y: number } {
  const within = (value: number): number => Math.max(0, Math.min(1000, Math.round(value * 1000)));
  return { x: within(point.x), y: within((point.y * plan.widthPx) / plan.heightPx) };
}

/** How far the camera sees, in world units. */
export function rangeOf(aim: Aim, plan: PlanSize): number {
  if (aim.rangeM === null || !plan.mmPerPx) return USUAL_RANGE_SHARE;
  return (aim.rangeM * 1000) / plan.mmPerPx / plan.widthPx;
}

/** The cone as angles of a canvas (clockwise from the right, radians); null when nobody has told where it looks. */
export function coneOf(aim: Aim): { from: number; to: number; isWhole: boolean } | null {
  if (aim.bearingCdeg === null) return null;
  const fov = aim.fovCdeg ?? USUAL_FOV_DEG * 100;
  if (fov >= WHOLE_CDEG) return { from: 0, to: 2 * Math.PI, isWhole: true };
  const middle = ((aim.bearingCdeg / 100 - 90) * Math.PI) / 180;
  const half = (fov / 200) * (Math.PI / 180);
  return { from: middle - half, to: middle + half, isWhole: false };
}

/** Where the camera looks when it is aimed at a point: hundredths of a degree clockwise from the top. */
export function bearingTo(from: Point, to: Point): number {
  const degrees = (Math.atan2(to.x - from.x, from.y - to.y) * 180) / Math.PI;
  return turn(0, Math.round(degrees * 100));
}

export function turn(bearingCdeg: number, byCdeg: number): number {
  return (((bearingCdeg + byCdeg) % WHOLE_CDEG) + WHOLE_CDEG) % WHOLE_CDEG;
}

/** Where the handle stands by which a camera is turned. */
export function handleOf(at: Point, aim: Aim, plan: PlanSize): Point {
  const radians = ((aim.bearingCdeg ?? 0) / 100) * (Math.PI / 180);
  const range = Math.max(rangeOf(aim, plan), 0.04);
  return { x: at.x + Math.sin(radians) * range, y: at.y - Math.cos(radians) * range };
}
