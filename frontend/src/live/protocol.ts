/** The live WebSocket protocol of the media server (docs/design/recorder.md, "Media server"). Pure. */
import type { Us } from "../shell/time.ts";

export interface InitMessage {
  type: "init";
  codec: string;
  stream: "main" | "sub";
  transcoded: boolean;
  width: number;
  height: number;
}

export type CameraState = "live" | "off" | "stalled" | "lost" | "connecting";

export type ServerMessage =
  | InitMessage
  | { type: "dropped"; frames: number }
  | { type: "state"; state: CameraState; reason: string; since_us: Us }
  | { type: "end"; reason: "expired" | "revoked" | "forbidden" };

export type FrameKind = "header" | "key" | "delta";

export interface Frame {
  kind: FrameKind;
  /** Wall time of its first picture. */
  wallUs: Us;
  bytes: Uint8Array<ArrayBuffer>;
}

const KINDS: readonly FrameKind[] = ["header", "key", "delta"];
const PREFIX_BYTES = 9;

/** A binary message taken apart; null when it is none of ours. */
export function parseFrame(data: ArrayBuffer): Frame | null {
  if (data.byteLength < PREFIX_BYTES) return null;
  const view = new DataView(data);
  const kind = KINDS[view.getUint8(0)];
  if (kind === undefined) return null;
  return { kind, wallUs: Number(view.getBigUint64(1)), bytes: new Uint8Array(data, PREFIX_BYTES) };
}

const TYPES = new Set(["init", "dropped", "state", "end"]);

/** A text message; null when it is not JSON or of a type from the future. */
export function parseMessage(text: string): ServerMessage | null {
  try {
    const message = JSON.parse(text) as { type?: string };
    return message.type !== undefined && TYPES.has(message.type) ? (message as ServerMessage) : null;
  } catch {
    return null;
  }
}
