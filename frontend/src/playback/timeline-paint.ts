/** Draws the time line on its canvas. Colours come from the tokens, so that both themes hold. */
import { type Us, type Zone } from "../shell/time.ts";
import type { CameraRecord, Gap, Span } from "./coverage.ts";
import { needsSeconds, type Scale, ticks, xOf } from "./scale.ts";

export const AXIS_PX = 26;
const BAR_PX = 12;

/** Height of a row and where its bar lies in it; on a narrow screen the name stands above the bar. */
export function rowShape(isNarrow: boolean): { rowPx: number; barPx: number } {
  return isNarrow ? { rowPx: 36, barPx: 22 } : { rowPx: 26, barPx: 7 };
}

export interface TimelineRow {
  id: string;
  record: CameraRecord;
}

export interface TimelinePicture {
  scale: Scale;
  isNarrow: boolean;
  rows: TimelineRow[];
  playheadUs: Us;
  hoverUs: Us | null;
  markIn: Us | null;
  markOut: Us | null;
  nowUs: Us;
  zone: Zone;
}

export interface Palette {
  track: string;
  coverage: string;
  hatch: string;
  ink: string;
  inkSoft: string;
  line: string;
  playhead: string;
  mark: string;
  markSoft: string;
  font: string;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    track: token("--track"),
    coverage: token("--coverage"),
    hatch: token("--hatch"),
    ink: token("--ink-2"),
    inkSoft: token("--ink-3"),
    line: token("--line"),
    playhead: token("--playhead"),
    mark: token("--mark"),
    markSoft: token("--mark-soft"),
    font: `${parseFloat(style.fontSize) * 0.75}px ${style.fontFamily}`,
  };
}

/** `unit`: CSS pixels per design pixel (1.5 on a 4K wall). The context is already scaled to CSS pixels. */
export function paint(context: CanvasRenderingContext2D, picture: TimelinePicture, palette: Palette, unit: number, heightPx: number): void {
  const { scale } = picture;
  context.clearRect(0, 0, scale.widthPx, heightPx);
  paintTicks(context, picture, palette, unit, heightPx);
  picture.rows.forEach((row, index) => paintRow(context, picture, row.record, index, palette, unit));
  paintMarks(context, picture, palette, unit, heightPx);
  if (picture.hoverUs !== null) paintLine(context, xOf(scale, picture.hoverUs), palette.inkSoft, 1, 0, heightPx);
  paintPlayhead(context, picture, palette, unit, heightPx);
}

function paintTicks(context: CanvasRenderingContext2D, { scale, zone }: TimelinePicture, palette: Palette, unit: number, heightPx: number): void {
  const seconds = needsSeconds(scale, 76 * unit);
  context.font = palette.font;
  context.textBaseline = "middle";
  const origin = zone.dayStart(zone.day(scale.fromUs));
  for (const tick of ticks(scale, origin, 76 * unit)) {
    const x = Math.round(xOf(scale, tick.us)) + 0.5;
    paintLine(context, x, palette.line, 1, tick.major ? (AXIS_PX - 6) * unit : (AXIS_PX - 3) * unit, tick.major ? heightPx : AXIS_PX * unit);
    if (!tick.major) continue;
    const text = seconds ? zone.clock(tick.us) : tick.us >= origin + 86_399e6 ? "24:00" : zone.clockShort(tick.us);
    const half = context.measureText(text).width / 2;
    context.fillStyle = palette.inkSoft;
    context.textAlign = "center";
    context.fillText(text, Math.min(scale.widthPx - half - 2, Math.max(half + 2, x)), (AXIS_PX / 2 - 2) * unit);
  }
}

function paintRow(context: CanvasRenderingContext2D, picture: TimelinePicture, record: CameraRecord, index: number, palette: Palette, unit: number): void {
  const { scale, nowUs } = picture;
  const { rowPx, barPx } = rowShape(picture.isNarrow);
  const top = (AXIS_PX + index * rowPx + barPx) * unit;
  const height = BAR_PX * unit;
  // What has not happened yet has no track: it is neither recorded nor missing.
  const end = Math.min(scale.widthPx, xOf(scale, nowUs));
  context.fillStyle = palette.track;
  if (end > 0) context.fillRect(0, top, end, height);
  context.fillStyle = palette.coverage;
  for (const [from, to] of record.coverage as Span[]) fillSpan(context, scale, from, to, top, height);
  for (const gap of record.gaps) hatch(context, scale, gap, top, height, palette, unit);
}

function fillSpan(context: CanvasRenderingContext2D, scale: Scale, from: Us, to: Us, top: number, height: number): void {
  const left = Math.max(0, xOf(scale, from));
  const right = Math.min(scale.widthPx, xOf(scale, to));
  if (right > 0 && left < scale.widthPx) context.fillRect(left, top, Math.max(1, right - left), height);
}

function hatch(context: CanvasRenderingContext2D, scale: Scale, gap: Gap, top: number, height: number, palette: Palette, unit: number): void {
  const left = Math.max(0, xOf(scale, gap.from));
  // At least three pixels: a gap of a second must not vanish from a day.
  const right = Math.min(scale.widthPx, Math.max(xOf(scale, gap.to), left + 3 * unit));
  if (right <= 0 || left >= scale.widthPx) return;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, height);
  context.clip();
  context.fillStyle = palette.track;
  context.fillRect(left, top, right - left, height);
  context.strokeStyle = palette.hatch;
  context.lineWidth = 1.5 * unit;
  context.beginPath();
  const stride = 6 * unit;
  for (let x = Math.floor((left - height) / stride) * stride; x < right; x += stride) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.strokeRect(left + 0.5, top + 0.5, right - left - 1, height - 1);
  context.restore();
}

function paintMarks(context: CanvasRenderingContext2D, { scale, markIn, markOut }: TimelinePicture, palette: Palette, unit: number, heightPx: number): void {
  if (markIn !== null && markOut !== null) {
    context.fillStyle = palette.markSoft;
    context.fillRect(xOf(scale, markIn), AXIS_PX * unit, Math.max(1, xOf(scale, markOut) - xOf(scale, markIn)), heightPx);
  }
  for (const [us, direction] of [[markIn, 1], [markOut, -1]] as const) {
    if (us === null) continue;
    const x = xOf(scale, us);
    paintLine(context, x, palette.mark, 2, (AXIS_PX - 8) * unit, heightPx);
    context.fillStyle = palette.mark;
    context.fillRect(direction === 1 ? x : x - 6 * unit, (AXIS_PX - 8) * unit, 6 * unit, 3 * unit);
    context.fillRect(direction === 1 ? x : x - 6 * unit, heightPx - 3 * unit, 6 * unit, 3 * unit);
  }
}

function paintPlayhead(context: CanvasRenderingContext2D, { scale, playheadUs }: TimelinePicture, palette: Palette, unit: number, heightPx: number): void {
  const x = xOf(scale, playheadUs);
  if (x < -8 || x > scale.widthPx + 8) return;
  paintLine(context, x, palette.playhead, 2, AXIS_PX * 0.4 * unit, heightPx);
  context.fillStyle = palette.playhead;
  context.beginPath();
  context.moveTo(x - 6 * unit, 2 * unit);
  context.lineTo(x + 6 * unit, 2 * unit);
  context.lineTo(x + 6 * unit, 8 * unit);
  context.lineTo(x, 15 * unit);
  context.lineTo(x - 6 * unit, 8 * unit);
  context.closePath();
  context.fill();
}

function paintLine(context: CanvasRenderingContext2D, x: number, colour: string, width: number, top: number, bottom: number): void {
  context.fillStyle = colour;
  context.fillRect(x - width / 2, top, width, bottom - top);
}
