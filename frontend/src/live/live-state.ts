/** What a live picture is, in one word, from what the server says and what the eye would see. Pure. */
import type { Us } from "../shell/time.ts";
import type { CameraState } from "./protocol.ts";

export type LiveState =
  | "idle"
  | "connecting"
  | "live"
  | "late"
  | "stalled"
  | "lost"
  | "off"
  | "frozen"
  | "reconnecting"
  | "forbidden"
  | "ended"
  | "unsupported";

/** No new picture for so long, though connected: frozen. */
export const FROZEN_AFTER_S = 3;
/** Pictures this old are not the present, however smoothly they follow each other. */
export const LATE_AFTER_S = 3;
/** Frozen for so long: the player starts over. */
export const RESTART_AFTER_S = 8;

export interface LiveFacts {
  /** A final answer of the server; wins over everything. */
  final: "forbidden" | "ended" | "unsupported" | null;
  socket: "none" | "opening" | "open" | "waiting";
  camera: CameraState | null;
  cameraSinceUs: Us;
  /** By the server's clock: how old the shown picture is. */
  lagS: number;
  /** Seconds since a new picture was shown; null when none was yet. */
  pictureAgeS: number | null;
}

/** The one state of a tile. */
export function liveState(facts: LiveFacts): LiveState {
  if (facts.final) return facts.final;
  if (facts.socket === "none") return "idle";
  if (facts.socket === "waiting") return "reconnecting";
  if (facts.camera === "lost" || facts.camera === "stalled" || facts.camera === "off") return facts.camera;
  if (facts.pictureAgeS === null || facts.socket === "opening" || facts.camera === "connecting") return "connecting";
  if (facts.pictureAgeS > FROZEN_AFTER_S) return "frozen";
  return facts.lagS > LATE_AFTER_S + facts.pictureAgeS ? "late" : "live";
}
