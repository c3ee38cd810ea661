/** What a grant from outside leaves of a range: exactly its own part. */
import type { GrantedConfig } from "./config.ts";
import type { Us } from "./time.ts";

/** The part of `[fromUs, toUs)` that was granted; null when nothing is. Without a grant, or with one for live pictures, all of it. */
export function withinGrant(granted: GrantedConfig | undefined, fromUs: Us, toUs: Us): { fromUs: Us; toUs: Us } | null {
  if (!granted || granted.fromUs === null || granted.toUs === null) return { fromUs, toUs };
  const from = Math.max(fromUs, granted.fromUs);
  const to = Math.min(toUs, granted.toUs);
  return from < to ? { fromUs: from, toUs: to } : null;
}
