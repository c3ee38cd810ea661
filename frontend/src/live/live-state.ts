/** What a live picture is, in one word, from what the server says and what the eye would see. Pure. */
import type { Us } from "../shell/time.ts";
import type { CameraState } from "./protocol.ts";

export type LiveState =
  | "idle"
  | "connecting"
  | "live"
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
/** Frozen for so long: the player starts over. */
export const RESTART_AFTER_S = 8;

export interface LiveFacts {
  /** A final answer of the server; wins over everything. */
  final: "forbidden" | "ended" | "unsupported" | null;
  socket: "none" | "opening" | "open" | "waiting";
  camera: CameraState | null;
  cameraSinceUs: Us;
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
  return facts.pictureAgeS > FROZEN_AFTER_S ? "frozen" : "live";
}

/** Whether the picture on the screen is of the present. */
export function isPresent(state: LiveState): boolean {
  return state === "live";
}
