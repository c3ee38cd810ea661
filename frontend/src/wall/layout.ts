/** Which camera hangs where. Pure: every function gives a new layout; a layout is remembered per person. */

export const GRID_SIZES = [1, 4, 9, 16] as const;
export type GridSize = (typeof GRID_SIZES)[number];

export interface WallLayout {
  size: GridSize;
  /** Camera id or null, in reading order over all pages. */
  slots: (string | null)[];
  page: number;
}

const FORMAT = 1;

export function isGridSize(value: unknown): value is GridSize {
  return (GRID_SIZES as readonly unknown[]).includes(value);
}

/** The smallest grid that shows all cameras on one page. */
export function fittingSize(count: number): GridSize {
  return GRID_SIZES.find((size) => size >= count) ?? 16;
}

export function freshLayout(cameras: readonly string[]): WallLayout {
  return tidy({ size: fittingSize(cameras.length), slots: [...cameras], page: 0 });
}

export function pageCount(layout: WallLayout): number {
  return Math.max(1, Math.ceil(lastUsed(layout.slots) / layout.size));
}

function lastUsed(slots: readonly (string | null)[]): number {
  let used = slots.length;
  while (used > 0 && slots[used - 1] === null) used -= 1;
  return used;
}

/** The slots of the page on the screen, always `size` long. */
export function visible(layout: WallLayout): (string | null)[] {
  const start = layout.page * layout.size;
  return Array.from({ length: layout.size }, (_, index) => layout.slots[start + index] ?? null);
}

/** Drops trailing holes and keeps the page inside what there is. */
function tidy(layout: WallLayout): WallLayout {
  const slots = layout.slots.slice(0, lastUsed(layout.slots));
  const next = { ...layout, slots };
  return { ...next, page: Math.min(Math.max(0, layout.page), pageCount(next) - 1) };
}

/** Another grid; the page is chosen so that slot `keep` (counted over all pages) stays in sight. */
export function resize(layout: WallLayout, size: GridSize, keep: number): WallLayout {
  return tidy({ ...layout, size, page: Math.floor(keep / size) });
}

export function turnPage(layout: WallLayout, step: number): WallLayout {
  const pages = pageCount(layout);
  return { ...layout, page: (layout.page + step + pages) % pages };
}

/** Puts a camera into slot `at` (over all pages). A camera hangs once: where it was, the displaced one goes. */
export function place(layout: WallLayout, camera: string, at: number): WallLayout {
  const slots = [...layout.slots];
  while (slots.length <= at) slots.push(null);
  const from = slots.indexOf(camera);
  const displaced = slots[at] ?? null;
  if (from >= 0) slots[from] = displaced;
  slots[at] = camera;
  return tidy({ ...layout, slots });
}

/** Swaps two slots (over all pages). */
export function swap(layout: WallLayout, a: number, b: number): WallLayout {
  const slots = [...layout.slots];
  while (slots.length <= Math.max(a, b)) slots.push(null);
  [slots[a], slots[b]] = [slots[b] ?? null, slots[a] ?? null];
  return tidy({ ...layout, slots });
}

/** Takes the camera in slot `at` down. */
export function clear(layout: WallLayout, at: number): WallLayout {
  if (at >= layout.slots.length) return layout;
  return tidy({ ...layout, slots: layout.slots.map((camera, index) => (index === at ? null : camera)) });
}

/** Where an arrow key leads from slot `from` of `size`. */
export function neighbour(size: GridSize, from: number, key: string): number {
  const side = Math.sqrt(size);
  const row = Math.floor(from / side);
  const column = from % side;
  if (key === "ArrowLeft") return column > 0 ? from - 1 : from;
  if (key === "ArrowRight") return column < side - 1 ? from + 1 : from;
  if (key === "ArrowUp") return row > 0 ? from - side : from;
  if (key === "ArrowDown") return row < side - 1 ? from + side : from;
  return from;
}

export function serialise(layout: WallLayout): string {
  return JSON.stringify({ format: FORMAT, ...layout });
}

/** The remembered layout with cameras taken out that the person may no longer see; null when the text is not one. New cameras
 * are not hung by themselves: a wall that was arranged stays as it was. */
export function restore(text: string | null, cameras: ReadonlySet<string>): WallLayout | null {
  if (!text) return null;
  try {
    const raw = JSON.parse(text) as { format?: number; size?: unknown; slots?: unknown; page?: unknown };
    if (raw.format !== FORMAT || !isGridSize(raw.size) || !Array.isArray(raw.slots)) return null;
    const seen = new Set<string>();
    const slots = raw.slots.map((slot) => {
      if (typeof slot !== "string" || !cameras.has(slot) || seen.has(slot)) return null;
      seen.add(slot);
      return slot;
    });
    return tidy({ size: raw.size, slots, page: typeof raw.page === "number" ? Math.floor(raw.page) || 0 : 0 });
  } catch {
    return null;
  }
}

export function memoryKey(person: string): string {
  return `mingcha.wall.${person}`;
}
