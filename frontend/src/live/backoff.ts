/** Waiting between attempts: doubles up to a limit, with jitter so that a wall of sixteen does not knock in step. Pure. */

export class Backoff {
  private attempt = 0;
  private readonly random: () => number;
  private readonly firstMs: number;
  private readonly limitMs: number;

  constructor(random: () => number = Math.random, firstMs = 250, limitMs = 15_000) {
    this.random = random;
    this.firstMs = firstMs;
    this.limitMs = limitMs;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const full = Math.min(this.limitMs, this.firstMs * 2 ** this.attempt);
    this.attempt = Math.min(this.attempt + 1, 16);
    return Math.round(full * (0.5 + this.random() * 0.5));
  }

  reset(): void {
    this.attempt = 0;
  }
}
