/** Which way a camera is to turn, from the buttons and keys that are held. Pure. */

export type Direction = "left" | "right" | "up" | "down" | "nearer" | "wider";

export interface Velocity {
  pan: number;
  tilt: number;
  zoom: number;
}

export const STILL: Velocity = { pan: 0, tilt: 0, zoom: 0 };

/** Shares of the camera's full speed. */
export const SPEEDS = { slow: 0.2, normal: 0.5, fast: 1 } as const;
export type Speed = keyof typeof SPEEDS;

const KEYS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  "+": "nearer",
  "=": "nearer",
  "-": "wider",
  _: "wider",
};

export function directionOf(key: string): Direction | undefined {
  return KEYS[key];
}

/** What is held together; opposite directions cancel out. */
export function velocityOf(held: ReadonlySet<Direction>, speed: number): Velocity {
  const axis = (plus: Direction, minus: Direction): number => speed * ((held.has(plus) ? 1 : 0) - (held.has(minus) ? 1 : 0));
  return { pan: axis("right", "left"), tilt: axis("up", "down"), zoom: axis("nearer", "wider") };
}

export function isStill({ pan, tilt, zoom }: Velocity): boolean {
  return pan === 0 && tilt === 0 && zoom === 0;
}

export interface PresetConfig {
  token: string;
  name: string;
}

export type TurnMessage =
  | { type: "ready"; presets: PresetConfig[] }
  | { type: "refused"; code: string }
  | { type: "end"; reason: string; code: string };

/** A message of the media server; null when it is none of ours. */
export function parseTurnMessage(text: string): TurnMessage | null {
  try {
    const message = JSON.parse(text) as TurnMessage;
    return ["ready", "refused", "end"].includes(message.type) ? message : null;
  } catch {
    return null;
  }
}
