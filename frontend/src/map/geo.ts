/** The ground of the map: a conformal projection (so that bearings and fields of view are true), its graticule and its scale. Pure. */

/** Equatorial radius of the CGCS2000 ellipsoid in metres; on a map its sphere differs from the ellipsoid by less than a line. */
const RADIUS_M = 6_378_137;
const LIMIT_LAT = 85;
export const E7 = 10_000_000;

export interface Point {
  x: number;
  y: number;
}

/** Degrees to world units: x from 0 at 180°W to 1 at 180°E, y from 0 in the north downwards. */
export function project(lon: number, lat: number): Point {
  const bounded = Math.max(-LIMIT_LAT, Math.min(LIMIT_LAT, lat));
  const phi = (bounded * Math.PI) / 180;
  return { x: lon / 360 + 0.5, y: 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI) };
}

export function unproject(point: Point): { lon: number; lat: number } {
  const phi = 2 * Math.atan(Math.exp((0.5 - point.y) * 2 * Math.PI)) - Math.PI / 2;
  return { lon: (point.x - 0.5) * 360, lat: (phi * 180) / Math.PI };
}

/** How many metres on the ground one world unit is at this latitude. */
export function metresPerUnit(lat: number): number {
  return 2 * Math.PI * RADIUS_M * Math.cos((lat * Math.PI) / 180);
}

/** The longest of 1, 2, 5 times a power of ten that is not above `limit`. */
export function niceLength(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].map((digit) => digit * power).find((length) => length <= limit) ?? power;
}

/** Steps of the graticule in degrees, as maps draw them: whole degrees, minutes, seconds. */
const STEPS = [30, 20, 10, 5, 2, 1, 30 / 60, 20 / 60, 10 / 60, 5 / 60, 2 / 60, 1 / 60, 30 / 3600, 20 / 3600, 10 / 3600, 5 / 3600, 2 / 3600, 1 / 3600];

/** The widest step that still puts a line at least every `span` degrees. */
export function graticuleStep(span: number): number {
  return STEPS.find((step) => step <= span) ?? (STEPS.at(-1) as number);
}

/** Multiples of `step` between two values, at most 200. */
export function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.min(Math.floor(to / step + 1e-9), first + 200);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

/** `30°36′N`, `114°18′20″E`; seconds only where the step needs them. */
export function writeDegrees(value: number, positive: string, negative: string): string {
  const seconds = Math.round(Math.abs(value) * 3600);
  const [degrees, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  const small = rest ? `${two(minutes)}′${two(rest)}″` : minutes ? `${two(minutes)}′` : "";
  return `${degrees}°${small}${seconds === 0 ? "" : value > 0 ? positive : negative}`;
}

/** `500 m`, `2 km`. */
export function writeLength(metres: number): string {
  return metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
}
