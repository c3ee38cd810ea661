/** The icon set: name -> the inside of a 20x20 SVG. Strokes in `currentColor`, 1.6 wide; `data-fill` shapes are filled.
 * The build writes them into `dist/icons.svg` for the templates; the islands draw them directly. */

const dot = (x: number, y: number, r = 1.1): string => `<circle cx="${x}" cy="${y}" r="${r}" data-fill=""/>`;
const path = (d: string): string => `<path d="${d}"/>`;
const filled = (d: string): string => `<path d="${d}" data-fill=""/>`;
const circle = (x: number, y: number, r: number): string => `<circle cx="${x}" cy="${y}" r="${r}"/>`;
const rect = (x: number, y: number, w: number, h: number, r = 1.5): string =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${r}"/>`;

/** n x n cells inside the 20x20 box. */
function cells(n: number): string {
  const gap = n > 3 ? 1.4 : 2;
  const size = (15 - gap * (n - 1)) / n;
  let shapes = "";
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column < n; column += 1) {
      const x = (2.5 + column * (size + gap)).toFixed(2);
      const y = (2.5 + row * (size + gap)).toFixed(2);
      shapes += `<rect x="${x}" y="${y}" width="${size.toFixed(2)}" height="${size.toFixed(2)}" rx="${n > 2 ? 0.6 : 1}"${n > 2 ? ' data-fill=""' : ""}/>`;
    }
  }
  return shapes;
}

export const ICON_SHAPES = {
  // The sign: sun (日) and moon (月) make 明; together they read as a lens.
  mark: `<circle cx="10" cy="10" r="8.2"/><path d="M13.6 5.6a5.7 5.7 0 1 0 0 8.8 5 5 0 0 1 0-8.8z" data-fill=""/>`,
  wall: rect(2.5, 3.5, 15, 13) + path("M10 3.5v13M2.5 10h15"),
  playback: path("M3.2 10a6.8 6.8 0 1 0 2.1-4.9L3 7.2M3 3.4v3.8h3.8") + path("M10 6.4V10l2.6 1.7"),
  camera: path("M2.6 6.4l11-2.9 1.3 4.9-11 2.9zM6.6 10.6l.9 3.3H3.2M3 12v5M14.6 7.4l2.8-.7"),
  site: path("M4 17V5.5L10 3l6 2.5V17M2.5 17h15M8 17v-3.5h4V17M7.5 8h.01M12.5 8h.01M7.5 11h.01M12.5 11h.01"),
  people: circle(7.3, 7, 2.7) + path("M2.4 16.3c.4-2.9 2.3-4.5 4.9-4.5s4.500 1.600 4.900 4.500M12.700 4.600a2.500 2.500 0 0 1 0 4.800M14.300 12c1.800.500 3 1.900 3.300 4.200"),
  person: circle(10, 6.6, 3.1) + path("M3.8 17c.5-3.600 2.900-5.500 6.200-5.500s5.700 1.900 6.200 5.500"),
  register: path("M5 2.800h10.200V17.200H5a1.800 1.800 0 0 1-1.800-1.800V4.600A1.800 1.800 0 0 1 5 2.800zM6.600 2.800v14.400M9.300 6.800h3.400M9.300 9.800h3.400"),
  settings: path("M3 5.500h7.500M14.500 5.500H17M3 14.500h2.500M9.500 14.500H17M3 10h10") + circle(12.5, 5.5, 1.8) + circle(7.5, 14.5, 1.8) + circle(15, 10, 1.8),
  theme: circle(10, 10, 6.8) + filled("M10 3.200a6.800 6.800 0 0 1 0 13.600z"),
  language: path("M2.800 5h8.400M7 3v2M9.200 5c-.700 3.200-2.800 5.600-6 7M5 7.600c1 2 2.600 3.400 4.600 4.300M10.200 17l3.400-8 3.400 8M11.400 14.400h4.400"),
  "sign-out": path("M8 3.500H4.500A1.500 1.500 0 0 0 3 5v10a1.500 1.500 0 0 0 1.500 1.500H8M8.500 10H17M13.700 6.500L17 10l-3.300 3.500"),
  plus: path("M10 4v12M4 10h12"),
  minus: path("M4 10h12"),
  fit: path("M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4M7.500 7.500h5v5h-5z"),
  edit: path("M12.800 3.700l3.500 3.500L7 16.500l-4.200.7.700-4.200zM11 5.500L14.500 9"),
  trash: path("M3.500 5.500h13M8 5.300V3.300h4v2M5 5.500l.8 11.200h8.400L15 5.500M8.500 8.500v5M11.500 8.500v5"),
  search: circle(8.7, 8.7, 5.2) + path("M12.600 12.600L17 17"),
  filter: path("M3 5h14M5.500 10h9M8 15h4"),
  download: path("M10 3v9.500M6.200 9L10 12.700 13.800 9M3.500 16.500h13"),
  copy: rect(7, 7, 10, 10) + path("M4.500 13H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v.5"),
  check: path("M4 10.500l4 4 8-9"),
  close: path("M5 5l10 10M15 5L5 15"),
  alert: path("M10 3L18 16.800H2zM10 8v4") + dot(10, 14.3, 0.9),
  info: circle(10, 10, 7.2) + path("M10 9.500v4") + dot(10, 6.7, 0.9),
  lock: rect(4, 9, 12, 8) + path("M6.700 9V6.300a3.300 3.300 0 0 1 6.600 0V9"),
  clock: circle(10, 10, 7.2) + path("M10 5.800V10l3 2"),
  calendar: rect(3, 4.5, 14, 12.500) + path("M3 8.500h14M6.800 2.800v3M13.200 2.800v3"),
  disk: path("M3 11.500h14M3 11.500L5 4.500h10l2 7v4.500H3z") + dot(14.2, 13.8, 0.9),
  pulse: path("M2.500 10.500h3.300L8 5l3.600 10 2.300-4.500h3.600"),
  live: dot(10, 10, 2.4) + path("M5.700 14.300a6 6 0 0 1 0-8.600M14.300 5.700a6 6 0 0 1 0 8.600"),
  lost: path("M3 3l14 14M7 5h8.500A1.500 1.500 0 0 1 17 6.500v7.300M14 15H4.500A1.500 1.500 0 0 1 3 13.500v-7A1.500 1.500 0 0 1 4 5.100"),
  frozen: path("M10 2.500v15M3.500 6.200l13 7.600M16.500 6.200l-13 7.600M8 3.700l2 1.800 2-1.800M8 16.300l2-1.800 2 1.800"),
  forbidden: circle(10, 10, 7.2) + path("M5 5l10 10"),
  gap: path("M2.500 6v8M17.500 6v8M2.500 10h3.500M14 10h3.500M8.700 10h.01M11.300 10h.01"),
  play: filled("M6 3.800v12.400L16.200 10z"),
  pause: path("M7 4.500v11M13 4.500v11"),
  "step-back": filled("M16 4.500v11L8 10z") + path("M5 4.500v11"),
  "step-forward": filled("M4 4.500v11l8-5.500z") + path("M15 4.500v11"),
  snapshot: path("M3 6.500h3l1.500-2h5l1.500 2h3v10H3z") + circle(10, 11.2, 2.8),
  scissors: circle(5.5, 5.5, 2.2) + circle(5.5, 14.5, 2.2) + path("M7.300 6.800L17 14M7.300 13.200L17 6"),
  fullscreen: path("M3 7.500V3h4.500M12.500 3H17v4.500M17 12.500V17h-4.500M7.500 17H3v-4.500"),
  "fullscreen-exit": path("M7.500 3v4.500H3M17 7.500h-4.500V3M12.500 17v-4.500H17M3 12.500h4.500V17"),
  "grid-1": cells(1),
  "grid-4": cells(2),
  "grid-9": cells(3),
  "grid-16": cells(4),
  "arrow-left": path("M12.500 4L6.500 10l6 6"),
  "arrow-right": path("M7.500 4l6 6-6 6"),
  "chevron-down": path("M4.500 7.500L10 13l5.500-5.500"),
  help: circle(10, 10, 7.2) + path("M7.800 8a2.200 2.200 0 1 1 3.400 1.800c-.8.500-1.200.9-1.200 1.900") + dot(10, 13.9, 0.9),
  menu: path("M3 5.500h14M3 10h14M3 14.500h14"),
  external: path("M11.500 3.500h5v5M16.500 3.500L9 11M14 11.500V16H4V6h4.500"),
  refresh: path("M16.800 10a6.800 6.800 0 1 1-2-4.800L17 7.300M17 3.500v3.800h-3.800"),
  shield: path("M10 2.800l6 2.200v4.500c0 3.700-2.400 6.400-6 7.700-3.600-1.300-6-4-6-7.700V5z"),
  key: circle(6.5, 13.5, 3) + path("M8.700 11.300L16.500 3.500M13.500 6.500l2.300 2.300"),
  eye: path("M2 10c2-3.600 4.700-5.400 8-5.400s6 1.800 8 5.400c-2 3.600-4.700 5.400-8 5.400S4 13.600 2 10z") + circle(10, 10, 2.4),
  warehouse: path("M3 17V7.500L10 3l7 4.500V17M6 17v-6h8v6M6 14h8"),
  map: path("M2.800 5.200l4.800-1.900 4.800 1.900 4.800-1.900v11.500l-4.800 1.900-4.800-1.900-4.800 1.900zM7.600 3.300v11.500M12.400 5.200v11.500"),
  archive: rect(2.8, 3.5, 14.4, 4) + path("M4 7.500v9h12v-9M8 10.500h4"),
  sign: rect(3, 3, 14, 9) + path("M10 12v5.500M7 17.500h6M6 6.300h8M6 8.900h5"),
  building: path("M4 17V3.500h8V17M12 8h4v9M2.500 17h15M6.500 6.500h.01M9.500 6.500h.01M6.500 9.500h.01M9.500 9.500h.01M6.500 12.500h.01M9.500 12.500h.01"),
  hourglass: path("M5 3h10M5 17h10M6 3c0 4 2.500 4.500 4 7-1.500 2.500-4 3-4 7M14 3c0 4-2.500 4.500-4 7 1.500 2.500 4 3 4 7"),
  // What a camera can be on the map; src/map/marks.ts draws the same shapes.
  "mark-live": filled("M10 3.500a6.500 6.500 0 1 1 0 13a6.500 6.500 0 0 1 0-13z"),
  "mark-draft": path("M10 3l7 7-7 7-7-7z"),
  "mark-silent": path("M10 3.500a6.500 6.500 0 1 1 0 13a6.500 6.500 0 0 1 0-13z"),
  "mark-stalled": filled("M10 2.500L18 16.500H2z"),
  "mark-unlawful": filled("M6.700 2.500h6.600l4.200 4.200v6.600l-4.200 4.200H6.700l-4.200-4.200V6.700z"),
  "mark-unkept": filled("M2 3.500h16L10 17.500z"),
  "mark-lost": filled("M3.500 3.500h13v13h-13z"),
  keyboard: rect(2.2, 5, 15.600, 10) + path("M5.500 8.200h.01M8.500 8.200h.01M11.500 8.200h.01M14.500 8.200h.01M6.500 11.800h7"),
  turn: path("M10 2.500v15M2.500 10h15M7.700 4.800L10 2.500l2.300 2.300M7.700 15.200l2.300 2.300 2.300-2.300M4.800 7.700L2.500 10l2.300 2.300M15.200 7.700l2.300 2.300-2.300 2.300"),
  "arrow-up": path("M10 16V4M5 9l5-5 5 5"),
  "arrow-down": path("M10 4v12M5 11l5 5 5-5"),
  swap: path("M3.500 7h12M12.500 4l3 3-3 3M16.500 13h-12M7.500 10l-3 3 3 3"),
} as const;

export type IconName = keyof typeof ICON_SHAPES;

const FILL = 'fill="currentColor" stroke="none"';

/** The inside of one icon, ready for an `<svg>` or `<symbol>`. */
export function iconMarkup(name: IconName): string {
  return ICON_SHAPES[name].replaceAll('data-fill=""', FILL);
}

/** The whole set as one sprite file. */
export function spriteMarkup(): string {
  const common = 'viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"';
  const symbols = (Object.keys(ICON_SHAPES) as IconName[]).map(
    (name) => `<symbol id="${name}" ${common}>${iconMarkup(name)}</symbol>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

/** The sign on its own ground, for the browser's tab. */
export function faviconMarkup(): string {
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f1719"/>' +
    '<g transform="translate(5 5) scale(1.1)" color="#6fd0bb" fill="none" stroke="currentColor" stroke-width="1.6">' +
    `${iconMarkup("mark")}</g></svg>\n`
  );
}
