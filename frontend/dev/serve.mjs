/** A mock office and media server on one port, so that the islands run before the real ones do: `npm run build && npm run dev`.
 * Pages: /wall /playback /office; query: locale=en, theme=light, count=16, calm, refuse, noreason, camera=…, at=…. */
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { loadClips } from "./clips.mjs";
import { MediaMock } from "./media-mock.mjs";
import { mockCameras, officePage, roomPage } from "./pages.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const DIST = join(HERE, "../dist");
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json" };
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; media-src 'self' blob:; connect-src 'self' ws://localhost:* ws://127.0.0.1:*; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const TICKET_LIFE_US = 120e6;

const granted = () => ({
  viewing: "vws_0000000000000001",
  grant: `grt_${Math.random().toString(36).slice(2, 14)}`,
  ticket: `mct1.mock.${Math.random().toString(36).slice(2)}`,
  expires_us: Date.now() * 1000 + TICKET_LIFE_US,
});

function answer(response, status, type, body, headers = {}) {
  response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store", ...headers });
  response.end(body);
}

const json = (response, status, body) => answer(response, status, "application/json", JSON.stringify(body));

function serveFile(response, path) {
  const file = normalize(join(DIST, path));
  if (!file.startsWith(DIST) || !existsSync(file)) return answer(response, 404, "text/plain", "");
  return answer(response, 200, TYPES[extname(file)] ?? "application/octet-stream", readFileSync(file));
}

function page(response, path, query, cameras) {
  const manifest = JSON.parse(readFileSync(join(DIST, "manifest.json"), "utf8"));
  const html = path.startsWith("/office")
    ? officePage(query, manifest, readFileSync(join(HERE, `samples${path.slice(7) || "/cameras"}.html`), "utf8"), path.includes("signin"))
    : roomPage(path.slice(1), query, manifest, cameras);
  answer(response, 200, "text/html; charset=utf-8", html, { "Content-Security-Policy": CSP });
}

function office(request, response, path) {
  if (path === "/api/refused") return json(response, 403, { error: { code: "viewing.refused", message: "值守时段之外不得查看。" } });
  if (path.endsWith("/renew")) return json(response, 200, granted());
  if (path.endsWith("/close")) return answer(response, 204, "text/plain", "");
  return json(response, 201, granted());
}

function media(response, path, query, mock) {
  const camera = query.get("camera");
  const number = (name) => Number(query.get(name));
  if (path === "/timeline") {
    const records = query.getAll("camera").map((id) => [id, mock.record(id, number("from"), number("to"))]);
    return json(response, 200, { cameras: Object.fromEntries(records) });
  }
  if (path === "/preview" || path === "/snapshot") {
    const at = query.has("at") ? number("at") : Date.now() * 1000;
    return answer(response, 200, "image/jpeg", mock.still(camera, at), { "X-Instant-Us": String(Math.floor(at / 1e6) * 1e6) });
  }
  const hls = /^\/hls\/([^/]+)\/(.*)$/.exec(path);
  if (!hls) return answer(response, 404, "text/plain", "");
  if (hls[2] === "index.m3u8") {
    const transcoded = mock.cameras.find((candidate) => candidate.id === hls[1])?.behaviour === "transcoded";
    return answer(response, 200, "application/vnd.apple.mpegurl", mock.playlist(hls[1], number("from"), number("to"), transcoded));
  }
  if (hls[2].startsWith("init/")) return answer(response, 200, "video/mp4", mock.clipOf(hls[1]).play.header);
  const [first, second] = (/^piece\/(\d+)\/(\d+)/.exec(hls[2]) ?? []).slice(1).map(Number);
  return answer(response, 200, "video/mp4", mock.piece(hls[1], first, second));
}

function exports_(request, response, path, mock) {
  const id = path.split("/")[2];
  if (request.method === "POST") {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
      const { camera, from, to } = JSON.parse(body);
      json(response, 202, { export: mock.startExport(camera, from, to) });
    });
  } else if (path.includes("/files/")) answer(response, 200, "video/mp4", mock.clipOf("").play.header);
  else json(response, 200, mock.exportState(id));
}

/** Starts the mock; gives its port and how to end it. */
export async function startMock({ port = 0, clipsDirectory = join(tmpdir(), "mingcha-mock-clips"), scenes = process.env.MINGCHA_MOCK_SCENES } = {}) {
  const clips = loadClips(clipsDirectory, scenes);
  const dayStartUs = (Math.floor((Date.now() + 8 * 3.6e6) / 8.64e7) * 8.64e7 - 8 * 3.6e6) * 1000;
  let mock = new MediaMock(clips, mockCameras("zh-Hans", 40, false), dayStartUs);
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const path = url.pathname;
    if (path === "/wall" || path === "/playback") {
      const cameras = mockCameras(url.searchParams.get("locale") ?? "zh-Hans", Number(url.searchParams.get("count") ?? 16), url.searchParams.has("calm"));
      mock = new MediaMock(clips, cameras, dayStartUs);
      page(response, path, url.searchParams, cameras);
    } else if (path.startsWith("/office")) page(response, path, url.searchParams, []);
    else if (path.startsWith("/dist/")) serveFile(response, path.slice(6));
    else if (path.startsWith("/api/")) office(request, response, path);
    else if (path.startsWith("/exports")) exports_(request, response, path, mock);
    else media(response, path, url.searchParams, mock);
  });
  const viewers = new Set();
  server.on("upgrade", (request, socket) => {
    viewers.add(socket.on("close", () => viewers.delete(socket)));
    mock.live(request, socket, new URL(request.url, "http://localhost").searchParams);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      // Upgraded connections are no longer the server's.
      for (const socket of viewers) socket.destroy();
      server.close();
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await startMock({ port: Number(process.env.PORT ?? 0) });
  console.log(`${origin}/wall  ${origin}/playback  ${origin}/office/cameras`);
}
