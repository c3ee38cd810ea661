/** What a camera can be on the map. Each mark has a shape of its own, so that colour is never the only sign. */
import { ICON_SHAPES } from "../shell/icon-shapes.ts";

export const MARKS = ["live", "draft", "silent", "stalled", "unlawful", "unkept", "lost"] as const;
/** From calm to grave: a group wears the gravest mark it holds. */
export type Mark = (typeof MARKS)[number];

const TOKENS: Record<Mark, string> = {
  live: "--ok",
  draft: "--ink-3",
  silent: "--ink-3",
  stalled: "--warn",
  unlawful: "--danger",
  unkept: "--danger",
  lost: "--danger",
};

export function isMark(text: string): text is Mark {
  return (MARKS as readonly string[]).includes(text);
}

export function graver(one: Mark, other: Mark): Mark {
  return MARKS.indexOf(one) >= MARKS.indexOf(other) ? one : other;
}

/** Marks somebody has to see to. */
export function isTrouble(mark: Mark): boolean {
  return mark === "lost" || mark === "unkept" || mark === "stalled" || mark === "unlawful";
}

export function tokenOf(mark: Mark): string {
  return TOKENS[mark];
}

interface Shape {
  path: Path2D;
  isFilled: boolean;
}

const shapes = new Map<Mark, Shape[]>();

/** The mark's shapes in a box of 20 by 20, as in the legend; made once, since only browsers have `Path2D`. */
function shapesOf(mark: Mark): Shape[] {
  let found = shapes.get(mark);
  if (!found) {
    const markup = ICON_SHAPES[`mark-${mark}`];
    found = [...markup.matchAll(/<path d="([^"]+)"([^>]*)>/g)].map(([, d, rest]) => ({
      path: new Path2D(d),
      isFilled: rest?.includes("data-fill") ?? false,
    }));
    shapes.set(mark, found);
  }
  return found;
}

/** Draws a mark with its middle at (x, y), `size` pixels wide, on a rim of the ground's colour. */
export function drawMark(context: CanvasRenderingContext2D, mark: Mark, x: number, y: number, size: number, ink: string, rim: string): void {
  const factor = size / 20;
  context.save();
  context.translate(x - size / 2, y - size / 2);
  context.scale(factor, factor);
  context.lineJoin = "round";
  context.lineCap = "round";
  for (const { path, isFilled } of shapesOf(mark)) {
    context.strokeStyle = rim;
    context.lineWidth = 4.5;
    context.stroke(path);
    context.fillStyle = isFilled ? ink : rim;
    context.fill(path);
    context.strokeStyle = isFilled ? rim : ink;
    context.lineWidth = isFilled ? 1.2 : 2.2;
    context.stroke(path);
  }
  context.restore();
}
