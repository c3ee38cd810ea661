/** Screenshots of the islands in every state against the mock: `npm run build && npm run shots -- /tmp/shots [name …]`. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Page, pause } from "./browser.mjs";
import { startMock } from "./serve.mjs";

const PHONE = { width: 360, height: 740, scale: 2, mobile: true };
const WALL_4K = { width: 3840, height: 2160 };
const cam = (...numbers) => numbers.map((number) => `&camera=cam_${String(number).padStart(16, "0")}`).join("");

const clickTimeline = async (page, share) => {
  const [x, y, width] = await page.eval("(()=>{const b=document.querySelector('.timeline__canvas').getBoundingClientRect();return [b.x,b.y,b.width]})()");
  await page.mouse("mousePressed", x + width * share, y + 40);
  await page.mouse("mouseReleased", x + width * share, y + 40);
  await pause(1_500);
};
/** The mock's second camera has an hour's gap from the middle of the day so far (Asia/Shanghai). */
const inAGap = async (page) => clickTimeline(page, ((Date.now() / 8.64e7 + 8 / 24) % 1) / 2 + 0.02);
const press = (...keys) => async (page) => {
  for (const key of keys) await page.key(key, key === " " ? "Space" : key);
  await pause(1_200);
};

/** name -> [window, address, what to do before the picture]. */
const SHOTS = {
  "wall-16": [{}, "/wall?count=16"],
  "wall-9-en-light": [{}, "/wall?count=9&locale=en&theme=light"],
  "wall-4": [{}, "/wall?count=4"],
  "wall-1": [{}, "/wall?count=1&calm"],
  "wall-4k": [WALL_4K, "/wall?count=9"],
  "wall-phone": [PHONE, "/wall?count=16"],
  "wall-none": [{}, "/wall?count=0"],
  "wall-refused": [{}, "/wall?count=4&refuse"],
  "wall-arrange": [{}, "/wall?count=16&calm", press("4", "c")],
  "wall-keys": [{}, "/wall?count=4&calm", press("?")],
  "playback-4": [{}, `/playback?calm${cam(0, 1, 2, 3)}`, press(" ")],
  "playback-1-zoomed": [{}, `/playback?calm${cam(2)}`, press("+", "+", "+", "+", " ")],
  "playback-gaps-en-light": [{}, `/playback?calm&locale=en&theme=light${cam(0, 5)}`, press("u")],
  "playback-in-a-gap": [{}, `/playback?calm${cam(1, 3)}`, inAGap],
  "playback-phone": [PHONE, `/playback?calm${cam(0, 1)}`],
  "playback-4k": [WALL_4K, `/playback?calm${cam(0, 1, 2, 5)}`],
  "playback-copy": [{}, `/playback?calm${cam(0)}`, press("[", "ArrowRight", "]", "x")],
  "playback-jump": [{}, `/playback?calm&locale=en${cam(0)}`, press("g")],
};

const [folder = "shots", ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const mock = await startMock();
for (const [name, [size, address, act]] of Object.entries(SHOTS)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const page = await Page.open(size);
  try {
    await page.go(`${mock.origin}${address}`);
    await page.until("document.querySelector('dialog button[type=submit], .empty__icon') !== null");
    await page.eval("document.querySelector('dialog button[type=submit]')?.click()");
    await pause(size === WALL_4K ? 9_000 : 5_000);
    await act?.(page);
    await page.shot(join(folder, `${name}.png`));
    for (const problem of new Set(page.problems)) console.log(`${name}: ${problem}`);
  } finally {
    await page.close();
  }
}
mock.close();
