/** The media server's side of the mock: live WebSocket, time line, HLS, previews, snapshots, exports (docs/design/recorder.md). */
import { CLIP_S, FPS, retimed } from "./clips.mjs";
import { accept } from "./websocket.mjs";

const S = 1_000_000;
const DAY = 86_400 * S;
const nowUs = () => Date.now() * 1000;

/** The recorded day of a camera: gaps are [start share of the day so far, length in s, reason]. */
const GAPS = {
  0: [[0.31, 1_260, "camera.silent"], [0.62, 40, "packets_lost"], [0.93, 480, "recorder.stopped"]],
  1: [[0.5, 3_600, "camera.unauthorised"], [0.93, 480, "recorder.stopped"]],
  2: [[0.05, 10_000, "camera.timeout"], [0.93, 480, "recorder.stopped"], [0.97, 12, "timestamp_jump"]],
  3: [],
};

export class MediaMock {
  constructor(clips, cameras, dayStartUs) {
    this.clips = clips;
    this.cameras = cameras;
    this.startUs = dayStartUs;
    this.bornUs = Math.floor(nowUs() / S) * S;
    this.exports = new Map();
  }

  clipOf(camera) {
    const index = Math.max(0, this.cameras.findIndex((candidate) => candidate.id === camera));
    return this.clips[index % this.clips.length];
  }

  /** Coverage and gaps between two instants; every day looks the same. */
  record(camera, from, to) {
    const index = this.cameras.findIndex((candidate) => candidate.id === camera);
    if (this.cameras[index]?.behaviour === "never") return { coverage: [], gaps: [] };
    const gaps = [];
    for (let day = this.startUs + Math.floor((from - this.startUs) / DAY) * DAY; day < to; day += DAY) {
      for (const [share, seconds, reason] of GAPS[index % 4] ?? []) {
        const start = day + Math.floor((share * (this.bornUs - this.startUs)) / S) * S;
        gaps.push({ from: start, to: start + seconds * S, reason });
      }
    }
    const end = Math.min(to, Math.floor(nowUs() / S) * S - S);
    const coverage = [];
    let at = from;
    const inside = gaps.filter((gap) => gap.from < end && gap.to > from).sort((a, b) => a.from - b.from);
    for (const gap of inside) {
      if (gap.from > at) coverage.push([at, gap.from]);
      at = Math.max(at, gap.to);
    }
    if (end > at) coverage.push([at, end]);
    return { coverage, gaps: inside };
  }

  playlist(camera, from, to, transcoded) {
    const { coverage } = this.record(camera, from, to);
    const lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:1", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"];
    if (transcoded) lines.push("#EXT-X-MINGCHA-SHOWN:transcoded");
    lines.push("#EXT-X-MEDIA-SEQUENCE:0");
    coverage.forEach(([start, end], run) => {
      const first = Math.floor(start / S);
      if (run > 0) lines.push("#EXT-X-DISCONTINUITY");
      lines.push(`#EXT-X-MAP:URI="init/${run}.mp4"`, `#EXT-X-PROGRAM-DATE-TIME:${new Date(first * 1000).toISOString()}`);
      for (let second = first; second * S < end; second += 1) lines.push("#EXTINF:1.000,", `piece/${first}/${second}.m4s`);
    });
    return `${[...lines, "#EXT-X-ENDLIST"].join("\n")}\n`;
  }

  piece(camera, first, second) {
    const { play } = this.clipOf(camera);
    return retimed(play.fragments[second % play.fragments.length], (second - first) * play.timescale);
  }

  still(camera, us) {
    const { stills } = this.clipOf(camera);
    return stills[Math.floor(us / S) % stills.length];
  }

  startExport(camera, from, to) {
    const id = `exp_${Math.random().toString(36).slice(2, 10)}`;
    this.exports.set(id, { camera, from, to, startedMs: Date.now(), total: Math.round(((to - from) / S) * 480_000) });
    return id;
  }

  exportState(id) {
    const { camera, from, to, startedMs, total } = this.exports.get(id);
    const done = Math.min(total, Math.round(((Date.now() - startedMs) / 2_500) * total));
    const files = [{ name: `${camera}.mp4`, bytes: total, sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }];
    const finished = done >= total;
    return {
      state: finished ? "done" : "running",
      bytes_done: done,
      bytes_total: total,
      files: finished ? files : [],
      gaps: this.record(camera, from, to).gaps,
      preroll_us: 480_000,
    };
  }

  /** One live viewer. */
  live(request, socket, query) {
    const camera = query.get("camera");
    const known = this.cameras.find((candidate) => candidate.id === camera);
    let timer = null;
    let state = null;
    const viewer = accept(request, socket, {
      onText: (text) => {
        if (timer || !JSON.parse(text).ticket) return;
        ({ timer, state } = this.serve(viewer, camera, query.get("stream"), known?.behaviour ?? ""));
      },
      onClose: () => {
        clearInterval(timer);
        clearInterval(state);
      },
    });
  }

  serve(viewer, camera, stream, behaviour) {
    if (behaviour === "forbidden") {
      viewer.text({ type: "end", reason: "forbidden" });
      viewer.close();
      return { timer: setInterval(() => undefined, 1e6), state: null };
    }
    const { live } = this.clipOf(camera);
    const since = nowUs() - 754 * S;
    const states = { lost: ["lost", "camera.refused"], stalled: ["stalled", "camera.silent"], connecting: ["connecting", ""] };
    const [word, reason] = states[behaviour] ?? ["live", ""];
    const tell = () => viewer.text({ type: "state", state: word, reason, since_us: since });
    const frames = live.fragments.length;
    let next = Math.floor((nowUs() / S) * FPS);
    next -= next % FPS;
    const send = (number) => {
      const head = Buffer.alloc(9);
      head[0] = number % FPS === 0 ? 1 : 2;
      head.writeBigUInt64BE(BigInt(Math.round((number / FPS) * S)), 1);
      const fragment = retimed(live.fragments[number % frames], ((number % 10_000_000) * live.timescale) / FPS);
      viewer.binary(Buffer.concat([head, fragment]));
    };
    tell();
    if (word === "live" || behaviour === "stalled") {
      viewer.text({ type: "init", codec: "avc1.42c01e", stream: stream === "sub" ? "sub" : "main", transcoded: behaviour === "transcoded", width: 640, height: 360 });
      viewer.binary(Buffer.concat([Buffer.alloc(9), live.header]));
    }
    const stopAt = behaviour === "frozen" || behaviour === "stalled" ? next + FPS * 2 : Infinity;
    const timer = setInterval(() => {
      if (word !== "live" && behaviour !== "stalled") return;
      const now = Math.floor((nowUs() / S) * FPS);
      for (; next <= now && next < stopAt; next += 1) send(next);
    }, 10);
    return { timer, state: setInterval(tell, 2_000) };
  }
}

export { CLIP_S };
