/** The little of ISO/IEC 14496-12 that a live player must read: the time scale of the video track and where a fragment begins. Pure. */

interface Box {
  type: string;
  start: number;
  end: number;
}

function* boxes(view: DataView, start: number, end: number): Generator<Box> {
  let at = start;
  while (at + 8 <= end) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1 && at + 16 <= end) {
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    } else if (size === 0) {
      size = end - at;
    }
    if (size < header || at + size > end) return;
    const type = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
    yield { type, start: at + header, end: at + size };
    at += size;
  }
}

function find(view: DataView, within: { start: number; end: number }, type: string): Box | undefined {
  for (const box of boxes(view, within.start, within.end)) if (box.type === type) return box;
  return undefined;
}

const asView = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export interface VideoTrack {
  id: number;
  timescale: number;
}

/** The first video track of a header (`ftyp` + `moov`). */
export function videoTrack(header: Uint8Array): VideoTrack | null {
  const view = asView(header);
  const moov = find(view, { start: 0, end: view.byteLength }, "moov");
  if (!moov) return null;
  for (const trak of boxes(view, moov.start, moov.end)) {
    if (trak.type !== "trak") continue;
    const tkhd = find(view, trak, "tkhd");
    const mdia = find(view, trak, "mdia");
    const mdhd = mdia && find(view, mdia, "mdhd");
    const hdlr = mdia && find(view, mdia, "hdlr");
    if (!tkhd || !mdhd || !hdlr || view.getUint32(hdlr.start + 8) !== 0x76696465 /* "vide" */) continue;
    const id = view.getUint32(tkhd.start + (view.getUint8(tkhd.start) === 1 ? 20 : 12));
    const timescale = view.getUint32(mdhd.start + (view.getUint8(mdhd.start) === 1 ? 20 : 12));
    return { id, timescale };
  }
  return null;
}

export interface FragmentSpan {
  /** Decoding time of the first sample, in ticks. */
  tfdt: number;
  /** Smallest presentation time of the fragment's samples, in ticks. */
  firstPts: number;
  duration: number;
}

/** Where a fragment (`moof` + `mdat`) of that track lies in media time; null when it holds none of the track. */
export function fragmentSpan(fragment: Uint8Array, trackId: number): FragmentSpan | null {
  const view = asView(fragment);
  const moof = find(view, { start: 0, end: view.byteLength }, "moof");
  if (!moof) return null;
  for (const traf of boxes(view, moof.start, moof.end)) {
    if (traf.type !== "traf") continue;
    const tfhd = find(view, traf, "tfhd");
    const tfdt = find(view, traf, "tfdt");
    if (!tfhd || !tfdt || view.getUint32(tfhd.start + 4) !== trackId) continue;
    const wide = view.getUint8(tfdt.start) === 1;
    const base = wide ? Number(view.getBigUint64(tfdt.start + 4)) : view.getUint32(tfdt.start + 4);
    return span(view, traf, base, defaultDuration(view, tfhd));
  }
  return null;
}

function defaultDuration(view: DataView, tfhd: Box): number {
  const flags = view.getUint32(tfhd.start) & 0xffffff;
  if (!(flags & 0x8)) return 0;
  const at = tfhd.start + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
  return view.getUint32(at);
}

function span(view: DataView, traf: Box, base: number, fallbackDuration: number): FragmentSpan {
  let time = base;
  let firstPts = Infinity;
  for (const trun of boxes(view, traf.start, traf.end)) {
    if (trun.type !== "trun") continue;
    const flags = view.getUint32(trun.start) & 0xffffff;
    const count = view.getUint32(trun.start + 4);
    let at = trun.start + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
    for (let index = 0; index < count; index += 1) {
      const duration = flags & 0x100 ? view.getUint32(at) : fallbackDuration;
      at += (flags & 0x100 ? 4 : 0) + (flags & 0x200 ? 4 : 0) + (flags & 0x400 ? 4 : 0);
      const offset = flags & 0x800 ? view.getInt32(at) : 0;
      at += flags & 0x800 ? 4 : 0;
      firstPts = Math.min(firstPts, time + offset);
      time += duration;
    }
  }
  return { tfdt: base, firstPts: Number.isFinite(firstPts) ? firstPts : base, duration: time - base };
}
