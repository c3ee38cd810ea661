/** The map's config block and what its addresses answer (docs/design/frontend.md). */
import type { Mark } from "./marks.ts";

export interface MapConfig {
  version: number;
  mode: "overview" | "plan";
  locale: string;
  timeZone: string;
  csrfToken: string;
  urls: { cameras: string; states: string; card: string };
  marks: Record<Mark, string>;
  /** Overview. */
  sites?: SiteConfig[];
  baseUrl?: string | null;
  /** Plan. */
  area?: string;
  plan?: { url: string; widthPx: number | null; heightPx: number | null; mmPerPx: number | null };
  arrangeUrl?: string | null;
}

export interface SiteConfig {
  id: string;
  name: string;
  latE7: number;
  lonE7: number;
  cameras: number;
  plans: { name: string; url: string }[];
}

/** id, name, site, GB code, latitude, longitude (1e-7 degree), mark, whether it is only the site's place, bearing, field of view
 * (1/100 degree), range (m). */
export type OverviewRow = [string, string, string, string, number, number, string, boolean, number | null, number | null, number | null];

/** id, name, GB code, x, y (1/1000 of the plan), mark, bearing, field of view (1/100 degree), range (m). */
export type PlanRow = [string, string, string, number | null, number | null, string, number | null, number | null, number | null];

export interface Card {
  id: string;
  name: string;
  site: string;
  area: string;
  gb_code: string;
  mark: Mark;
  state: string;
  since_us: number | null;
  why: string;
  urls: { camera: string; live: string | null; playback: string | null; plan: string | null };
}

export interface Base {
  lines: number[][];
  areas: number[][];
  names: [number, number, string][];
}

export function readMapConfig(): MapConfig {
  const block = document.getElementById("island-config");
  if (!block?.textContent) throw new Error("The page has no island-config block.");
  return JSON.parse(block.textContent) as MapConfig;
}
