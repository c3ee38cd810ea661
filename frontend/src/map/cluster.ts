/** Gathering cameras that would cover each other: a grid of screen cells for each zoom level. Pure, and quick: twenty thousand points
 * take a few milliseconds once for each level, so that panning and zooming only draw. */
import type { Point } from "./geo.ts";
import { graver, isTrouble, type Mark } from "./marks.ts";

export interface Placed extends Point {
  mark: Mark;
}

export interface Cluster extends Point {
  /** Places in the list the index was made from. */
  readonly members: number[];
  readonly gravest: Mark;
  /** How many of them want seeing to. */
  readonly troubled: number;
}

/** Side of a cell in CSS pixels: about what a mark with its number needs. */
const CELL_PX = 60;
const LEVEL_PX = 256;

/** Whole levels, as a doubling of the scale each. */
export function levelOf(scale: number): number {
  return Math.max(0, Math.round(Math.log2(scale / LEVEL_PX)));
}

export class ClusterIndex {
  readonly #points: readonly Placed[];
  readonly #levels = new Map<number, Cluster[]>();

  constructor(points: readonly Placed[]) {
    this.#points = points;
  }

  /** The groups at a scale, in no order; a camera alone is a group of one. */
  at(scale: number): readonly Cluster[] {
    const level = levelOf(scale);
    let found = this.#levels.get(level);
    if (!found) {
      found = gather(this.#points, (LEVEL_PX * 2 ** level) / CELL_PX);
      this.#levels.set(level, found);
    }
    return found;
  }

  /** After marks have changed: places stay, so only what the groups wear is counted anew when next asked for. */
  forget(): void {
    this.#levels.clear();
  }
}

interface Gathering {
  members: number[];
  x: number;
  y: number;
  gravest: Mark;
  troubled: number;
}

function gather(points: readonly Placed[], cellsPerUnit: number): Cluster[] {
  const cells = new Map<number, Gathering>();
  const across = Math.ceil(cellsPerUnit) + 1;
  points.forEach((point, index) => {
    const key = Math.floor(point.x * cellsPerUnit) + Math.floor(point.y * cellsPerUnit) * across;
    const cell = cells.get(key);
    const troubled = isTrouble(point.mark) ? 1 : 0;
    if (cell) {
      cell.members.push(index);
      cell.x += point.x;
      cell.y += point.y;
      cell.gravest = graver(cell.gravest, point.mark);
      cell.troubled += troubled;
    } else {
      cells.set(key, { members: [index], x: point.x, y: point.y, gravest: point.mark, troubled });
    }
  });
  return [...cells.values()].map((cell) => ({ ...cell, x: cell.x / cell.members.length, y: cell.y / cell.members.length }));
}
