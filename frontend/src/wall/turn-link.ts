/** The connection by which one camera is turned. Words are repeated while something is held: a link that falls silent stops the
 * camera, at the server and in the camera itself. */
import { isStill, parseTurnMessage, type PresetConfig, STILL, type Velocity } from "./velocity.ts";

const REPEAT_MS = 250;
/** A tap turns at least so long, else the camera has not begun when it is told to stop. */
const SHORTEST_MS = 200;

export interface TurnLinkEvents {
  onReady: (presets: PresetConfig[]) => void;
  onRefused: (code: string) => void;
  /** `reason` "": the connection was lost. */
  onEnd: (reason: string, code: string) => void;
}

export class TurnLink {
  private readonly socket: WebSocket;
  private readonly events: TurnLinkEvents;
  private velocity: Velocity = STILL;
  private timer = 0;
  private beganMs = 0;
  private isOver = false;

  constructor(url: string, ticket: string, events: TurnLinkEvents) {
    this.events = events;
    this.socket = new WebSocket(url);
    this.socket.addEventListener("open", () => this.send({ ticket }));
    this.socket.addEventListener("message", (event) => this.take(String(event.data)));
    this.socket.addEventListener("close", () => this.finish("", ""));
  }

  renew(ticket: string): void {
    this.send({ ticket });
  }

  /** Turn this way until told otherwise. */
  want(velocity: Velocity): void {
    if (isStill(velocity)) {
      this.rest();
      return;
    }
    if (isStill(this.velocity)) this.beganMs = performance.now();
    this.velocity = velocity;
    this.say();
  }

  private rest(): void {
    if (isStill(this.velocity)) return;
    const left = SHORTEST_MS - (performance.now() - this.beganMs);
    if (left > 0) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.rest(), left);
      return;
    }
    this.stop();
  }

  /** At once: the page is left, or the window lost the keyboard. */
  stop(): void {
    window.clearTimeout(this.timer);
    if (isStill(this.velocity)) return;
    this.velocity = STILL;
    this.send({ stop: true });
  }

  goTo(preset: string): void {
    this.stop();
    this.send({ preset });
  }

  close(): void {
    this.stop();
    this.isOver = true;
    this.socket.close();
  }

  private say(): void {
    window.clearTimeout(this.timer);
    this.send({ move: this.velocity });
    this.timer = window.setTimeout(() => this.say(), REPEAT_MS);
  }

  private send(word: object): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(word));
  }

  private take(text: string): void {
    const message = parseTurnMessage(text);
    if (message?.type === "ready") this.events.onReady(message.presets);
    else if (message?.type === "refused") this.events.onRefused(message.code);
    else if (message?.type === "end") this.finish(message.reason, message.code);
  }

  private finish(reason: string, code: string): void {
    window.clearTimeout(this.timer);
    if (this.isOver) return;
    this.isOver = true;
    this.events.onEnd(reason, code);
    this.socket.close();
  }
}
