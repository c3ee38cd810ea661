/** Between media time and wall time of an HLS playlist with EXT-X-PROGRAM-DATE-TIME. Pure. */
import type { Us } from "../shell/time.ts";

/** One piece of the playlist: `startS` in media time, `wallUs` of its first picture. */
export interface Piece {
  startS: number;
  durationS: number;
  wallUs: Us;
}

const EDGE_S = 0.005;

export class FragmentClock {
  private pieces: readonly Piece[] = [];

  set(pieces: readonly Piece[]): void {
    this.pieces = pieces;
  }

  get isEmpty(): boolean {
    return this.pieces.length === 0;
  }

  /** Wall time of a media time; NaN when nothing is loaded. */
  wallAt(mediaS: number): Us {
    const piece = this.last((candidate) => candidate.startS <= mediaS + EDGE_S) ?? this.pieces[0];
    return piece ? Math.round(piece.wallUs + (mediaS - piece.startS) * 1e6) : NaN;
  }

  /** Media time of a wall time. In a gap: null. */
  mediaAt(us: Us): number | null {
    const piece = this.last((candidate) => candidate.wallUs <= us + EDGE_S * 1e6);
    if (!piece) return null;
    const offsetS = (us - piece.wallUs) / 1e6;
    return offsetS <= piece.durationS + 0.05 ? piece.startS + Math.min(offsetS, piece.durationS) : null;
  }

  /** Where the playlist's pictures end, in wall time; NaN when empty. */
  get endUs(): Us {
    const piece = this.pieces[this.pieces.length - 1];
    return piece ? piece.wallUs + piece.durationS * 1e6 : NaN;
  }

  private last(holds: (piece: Piece) => boolean): Piece | null {
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.pieces[middle] as Piece)) low = middle + 1;
      else high = middle;
    }
    return this.pieces[low - 1] ?? null;
  }
}
