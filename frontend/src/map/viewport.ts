/** What part of the world is on the screen. Pure: every movement gives a new viewport. */
import type { Point } from "./geo.ts";

export interface Viewport {
  /** The world point in the middle. */
  readonly x: number;
  readonly y: number;
  /** CSS pixels for one world unit. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Limits {
  least: number;
  most: number;
}

export function toScreen(view: Viewport, point: Point): Point {
  return { x: (point.x - view.x) * view.scale + view.width / 2, y: (point.y - view.y) * view.scale + view.height / 2 };
}

export function toWorld(view: Viewport, screen: Point): Point {
  return { x: (screen.x - view.width / 2) / view.scale + view.x, y: (screen.y - view.height / 2) / view.scale + view.y };
}

export function boundsOf(view: Viewport): Bounds {
  const { x: left, y: top } = toWorld(view, { x: 0, y: 0 });
  const { x: right, y: bottom } = toWorld(view, { x: view.width, y: view.height });
  return { left, top, right, bottom };
}

/** Moves the picture by screen pixels; its middle stays in the world. */
export function pan(view: Viewport, dx: number, dy: number): Viewport {
  const within = (value: number): number => Math.max(0, Math.min(1, value));
  return { ...view, x: within(view.x - dx / view.scale), y: within(view.y - dy / view.scale) };
}

/** Zooms by a factor while the world under `at` (screen pixels) stays where it is. */
export function zoom(view: Viewport, factor: number, at: Point, limits: Limits): Viewport {
  const scale = Math.max(limits.least, Math.min(limits.most, view.scale * factor));
  const fixed = toWorld(view, at);
  const x = fixed.x - (at.x - view.width / 2) / scale;
  const y = fixed.y - (at.y - view.height / 2) / scale;
  return pan({ ...view, x, y, scale }, 0, 0);
}

/** Another size of the same picture; the middle stays. */
export function resize(view: Viewport, width: number, height: number): Viewport {
  return { ...view, width, height };
}

/** The smallest box round points; null for none. */
export function enclose(points: Iterable<Point>): Bounds | null {
  let found: Bounds | null = null;
  for (const { x, y } of points) {
    if (found === null) found = { left: x, top: y, right: x, bottom: y };
    else {
      found.left = Math.min(found.left, x);
      found.right = Math.max(found.right, x);
      found.top = Math.min(found.top, y);
      found.bottom = Math.max(found.bottom, y);
    }
  }
  return found;
}

/** The viewport that shows a box with a margin of an eighth on each side. */
export function fit(view: Viewport, bounds: Bounds, limits: Limits): Viewport {
  const across = Math.max(bounds.right - bounds.left, 1e-12);
  const down = Math.max(bounds.bottom - bounds.top, 1e-12);
  const wanted = 0.75 * Math.min(view.width / across, view.height / down);
  const scale = Math.max(limits.least, Math.min(limits.most, wanted));
  return { ...view, scale, x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2 };
}
