/** The speeds, and how each is shown. Pure. */

export const RATES = [0.25, 0.5, 1, 2, 4, 8, 16] as const;
export type Rate = (typeof RATES)[number];

/** Beyond this, and backwards, pictures are shown key frame by key frame. */
export const FASTEST_DECODED = 4;

export function isStepped(rate: number): boolean {
  return rate < 0 || rate > FASTEST_DECODED;
}

/** `¼×`, `2×`, `−4×` */
export function writeRate(rate: number): string {
  const names: Record<string, string> = { "0.25": "¼", "0.5": "½" };
  const size = Math.abs(rate);
  return `${rate < 0 ? "−" : ""}${names[String(size)] ?? size}×`;
}

/** The next speed of the row, up or down. */
export function nextRate(rate: number, step: 1 | -1): Rate {
  const at = RATES.indexOf(Math.abs(rate) as Rate);
  return RATES[Math.min(RATES.length - 1, Math.max(0, (at < 0 ? 2 : at) + step))] as Rate;
}

/** J, K, L as on every editing desk: L forward and faster, J backward and faster, K stands still. */
export function shuttle(current: number, playing: boolean, key: "j" | "k" | "l"): { rate: number; playing: boolean } {
  if (key === "k") return { rate: Math.abs(current), playing: false };
  const sign = key === "l" ? 1 : -1;
  if (!playing || Math.sign(current) !== sign) return { rate: sign === 1 ? 1 : -1, playing: true };
  const faster = Math.min(16, Math.abs(current) * 2);
  return { rate: sign * faster, playing: true };
}

/** What keeps a follower in step: a rate a little off, or a jump when it is far off. `driftS`: follower ahead of the clock. */
export function correction(driftS: number, rate: number): { rate: number; seek: boolean } {
  const size = Math.max(1, rate);
  if (Math.abs(driftS) > 0.4 * size) return { rate, seek: true };
  if (Math.abs(driftS) < 0.02) return { rate, seek: false };
  const nudge = Math.min(0.12, Math.max(-0.12, -driftS * 0.8));
  return { rate: Math.max(0.0625, rate * (1 + nudge)), seek: false };
}
