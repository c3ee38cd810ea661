/** Test pictures for the mock media server, made once by ffmpeg into a temporary directory: per camera a fragmented MP4 with a
 * fragment per frame (live), one with a fragment per second (playback), and a JPEG per second (previews). */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export const FPS = 25;
export const CLIP_S = 20;

/** Real scenes where they are at hand (never part of the project), else generated ones. */
function sources(scenes) {
  const found = scenes && existsSync(scenes) ? readdirSync(scenes).filter((name) => /^(vtest|intel)/.test(name)).sort() : [];
  const real = found.filter((name) => statSync(join(scenes, name)).size > 0).map((name) => ["-stream_loop", "-1", "-i", join(scenes, name)]);
  const drawn = ["testsrc2", "smptehdbars", "mandelbrot", "life=mold=10:ratio=0.1"].map((name) => [
    "-f",
    "lavfi",
    "-i",
    `${name}${name.includes("=") ? ":" : "="}s=640x360:r=${FPS}`,
  ]);
  return real.length > 0 ? real : drawn;
}

function ffmpeg(args) {
  execFileSync("ffmpeg", ["-v", "error", "-y", ...args], { stdio: ["ignore", "ignore", "inherit"] });
}

function encode(source, directory) {
  const frame = ["-t", String(CLIP_S), "-an", "-vf", `scale=640:360:force_original_aspect_ratio=increase,crop=640:360,fps=${FPS},format=yuv420p`];
  const x264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-tune", "zerolatency", "-g", String(FPS), "-keyint_min", String(FPS), "-sc_threshold", "0", "-bf", "0"];
  const whole = join(directory, "whole.mp4");
  ffmpeg([...source, ...frame, ...x264, whole]);
  const cut = (flags, name) => ffmpeg(["-i", whole, "-c", "copy", "-movflags", `empty_moov+default_base_moof+${flags}`, join(directory, name)]);
  cut("frag_every_frame", "live.mp4");
  cut("frag_keyframe", "play.mp4");
  ffmpeg(["-i", whole, "-vf", "fps=1", "-q:v", "4", join(directory, "still-%02d.jpg")]);
}

/** Top-level boxes of an MP4 as [type, bytes]. */
function boxes(bytes) {
  const found = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    found.push([bytes.toString("latin1", at + 4, at + 8), bytes.subarray(at, at + size)]);
    at += size;
  }
  return found;
}

/** Header bytes and fragments of one file. */
function take(path) {
  const all = boxes(readFileSync(path));
  const header = Buffer.concat(all.filter(([type]) => type === "ftyp" || type === "moov").map(([, bytes]) => bytes));
  const fragments = [];
  all.forEach(([type, bytes], index) => {
    if (type === "moof") fragments.push(Buffer.concat([bytes, all[index + 1][1]]));
  });
  return { header, fragments, timescale: header.readUInt32BE(header.indexOf("mdhd") + 4 + 12) };
}

/** The fragment with another decoding time. ffmpeg writes version 1 (64 bit) `tfdt` boxes. */
export function retimed(fragment, ticks) {
  const copy = Buffer.from(fragment);
  const at = copy.indexOf("tfdt") + 4;
  if (copy[at] === 1) copy.writeBigUInt64BE(BigInt(Math.round(ticks)), at + 4);
  else copy.writeUInt32BE(Math.round(ticks), at + 4);
  return copy;
}

/** All clips, made when they are not there yet. */
export function loadClips(directory, scenes, count = 6) {
  return sources(scenes)
    .slice(0, count)
    .map((source, index) => {
      const own = join(directory, `clip-${index}`);
      if (!existsSync(join(own, "still-01.jpg"))) {
        mkdirSync(own, { recursive: true });
        encode(source, own);
      }
      const stills = readdirSync(own).filter((name) => name.startsWith("still-")).sort().map((name) => readFileSync(join(own, name)));
      return { live: take(join(own, "live.mp4")), play: take(join(own, "play.mp4")), stills };
    });
}
