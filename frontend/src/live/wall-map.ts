/** From the media time of a shown picture to the wall time at which the camera took it. Pure. */
import { SECOND_US, type Us } from "../shell/time.ts";

interface Anchor {
  mediaS: number;
  wallUs: Us;
}

const KEPT = 1_024;

export class WallMap {
  private anchors: Anchor[] = [];

  add(mediaS: number, wallUs: Us): void {
    const last = this.anchors[this.anchors.length - 1];
    if (last && mediaS < last.mediaS) this.insert(mediaS, wallUs);
    else this.anchors.push({ mediaS, wallUs });
    if (this.anchors.length > KEPT * 2) this.anchors = this.anchors.slice(-KEPT);
  }

  private insert(mediaS: number, wallUs: Us): void {
    const at = this.anchors.findIndex((anchor) => anchor.mediaS > mediaS);
    this.anchors.splice(at < 0 ? this.anchors.length : at, 0, { mediaS, wallUs });
  }

  /** NaN before the first anchor is known. */
  wallAt(mediaS: number): Us {
    let low = 0;
    let high = this.anchors.length - 1;
    if (high < 0) return NaN;
    // A tenth of a millisecond of slack: browsers round media times.
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.anchors[middle] as Anchor).mediaS <= mediaS + 1e-4) low = middle;
      else high = middle - 1;
    }
    const anchor = this.anchors[low] as Anchor;
    return Math.round(anchor.wallUs + Math.max(0, mediaS - anchor.mediaS) * SECOND_US);
  }

  clear(): void {
    this.anchors = [];
  }
}
