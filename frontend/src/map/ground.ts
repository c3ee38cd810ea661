/** Drawing what lies under the cameras: the operator's own lines, the graticule with its degrees, the scale bar. */
import type { Base } from "./config.ts";
import { E7, graticuleStep, metresPerUnit, multiples, niceLength, type Point, project, unproject, writeDegrees, writeLength } from "./geo.ts";
import type { Palette } from "./palette.ts";
import { boundsOf, toScreen, type Viewport } from "./viewport.ts";

const LINE_EVERY_PX = 160;
const BAR_PX = 140;

/** A line or ring of the base, in world units, with its box. */
interface Drawn {
  points: Float64Array;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Ground {
  lines: Drawn[];
  areas: Drawn[];
  names: { at: Point; text: string }[];
}

export function groundOf(base: Base): Ground {
  return {
    lines: base.lines.map(drawn),
    areas: base.areas.map(drawn),
    names: base.names.map(([lon, lat, text]) => ({ at: project(lon / E7, lat / E7), text })),
  };
}

function drawn(flat: readonly number[]): Drawn {
  const points = new Float64Array(flat.length);
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const { x, y } = project((flat[at] as number) / E7, (flat[at + 1] as number) / E7);
    points[at] = x;
    points[at + 1] = y;
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return { points, ...box };
}

export function paintGround(context: CanvasRenderingContext2D, view: Viewport, palette: Palette, ground: Ground | null): void {
  context.fillStyle = palette.of("--sunken");
  context.fillRect(0, 0, view.width, view.height);
  if (ground) paintBase(context, view, palette, ground);
  paintGraticule(context, view, palette);
}

function paintBase(context: CanvasRenderingContext2D, view: Viewport, palette: Palette, ground: Ground): void {
  const seen = boundsOf(view);
  const isSeen = (one: Drawn): boolean => one.right >= seen.left && one.left <= seen.right && one.bottom >= seen.top && one.top <= seen.bottom;
  context.fillStyle = palette.of("--surface");
  context.strokeStyle = palette.of("--line-strong");
  context.lineWidth = 1;
  for (const area of ground.areas) {
    if (!isSeen(area)) continue;
    trace(context, view, area.points);
    context.closePath();
    context.fill();
    context.stroke();
  }
  for (const line of ground.lines) {
    if (!isSeen(line)) continue;
    trace(context, view, line.points);
    context.stroke();
  }
  context.fillStyle = palette.of("--ink-2");
  context.font = palette.font(12);
  context.textAlign = "center";
  for (const { at, text } of ground.names) {
    const { x, y } = toScreen(view, at);
    if (x > -80 && y > -20 && x < view.width + 80 && y < view.height + 20) context.fillText(text, x, y);
  }
}

function trace(context: CanvasRenderingContext2D, view: Viewport, points: Float64Array): void {
  context.beginPath();
  for (let at = 0; at < points.length; at += 2) {
    const x = ((points[at] as number) - view.x) * view.scale + view.width / 2;
    const y = ((points[at + 1] as number) - view.y) * view.scale + view.height / 2;
    if (at === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
}

function paintGraticule(context: CanvasRenderingContext2D, view: Viewport, palette: Palette): void {
  const box = boundsOf(view);
  const northWest = unproject({ x: box.left, y: box.top });
  const southEast = unproject({ x: box.right, y: box.bottom });
  const step = graticuleStep(((southEast.lon - northWest.lon) * LINE_EVERY_PX) / view.width);
  context.strokeStyle = palette.of("--line");
  context.fillStyle = palette.of("--ink-3");
  context.lineWidth = 1;
  context.font = palette.font(11);
  context.beginPath();
  context.textAlign = "left";
  for (const lon of multiples(Math.max(northWest.lon, -180), Math.min(southEast.lon, 180), step)) {
    const x = Math.round(toScreen(view, project(lon, 0)).x) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, view.height);
    context.fillText(writeDegrees(lon, "E", "W"), x + 3, 12);
  }
  for (const lat of multiples(Math.max(southEast.lat, -85), Math.min(northWest.lat, 85), step)) {
    const y = Math.round(toScreen(view, project(0, lat)).y) + 0.5;
    context.moveTo(0, y);
    context.lineTo(view.width, y);
    if (y > 24) context.fillText(writeDegrees(lat, "N", "S"), 4, y - 3);
  }
  context.stroke();
}

export function paintScale(context: CanvasRenderingContext2D, view: Viewport, palette: Palette): void {
  const { lat } = unproject({ x: view.x, y: view.y });
  paintBar(context, view, palette, metresPerUnit(lat) / view.scale);
}

/** A bar of a round length in the lower left. */
export function paintBar(context: CanvasRenderingContext2D, view: Viewport, palette: Palette, metresPerPx: number): void {
  const metres = niceLength(BAR_PX * metresPerPx);
  const length = metres / metresPerPx;
  const [x, y] = [12, view.height - 14];
  context.fillStyle = palette.of("--surface");
  context.globalAlpha = 0.85;
  context.fillRect(x - 6, y - 20, length + 12, 28);
  context.globalAlpha = 1;
  context.strokeStyle = palette.of("--ink");
  context.fillStyle = palette.of("--ink");
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y - 5);
  context.lineTo(x, y);
  context.lineTo(x + length, y);
  context.lineTo(x + length, y - 5);
  context.stroke();
  context.font = palette.font(11);
  context.textAlign = "center";
  context.fillText(writeLength(metres), x + length / 2, y - 6);
}
