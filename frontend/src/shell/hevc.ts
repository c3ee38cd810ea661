/** Whether this browser plays H.265 by media source; where it does not, the media server shows the sub stream or a transcode. */

export const HEVC_TYPE = 'video/mp4; codecs="hvc1.1.6.L93.B0"';

export function playsHevc(): boolean {
  return typeof MediaSource !== "undefined" && MediaSource.isTypeSupported(HEVC_TYPE);
}
