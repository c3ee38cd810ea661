import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const css = readFileSync(join(process.env["MINGCHA_FRONTEND"] ?? ".", "src/styles/tokens.css"), "utf8");

/** The colour tokens of a theme. */
function tokens(theme: "light" | "dark"): Map<string, string> {
  const block = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? "";
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] as string, match[2] as string]));
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const TEXT: [string, string][] = [
  ...["ink", "ink-2", "ink-3", "accent", "ok", "warn", "danger", "info", "mark"].flatMap((ink) =>
    ["ground", "surface", "raised"].map((ground): [string, string] => [ink, ground]),
  ),
  ...["ink", "ink-2"].flatMap((ink) => ["hover", "sunken"].map((ground): [string, string] => [ink, ground])),
  ["accent", "accent-soft"],
  ["ok", "ok-soft"],
  ["warn", "warn-soft"],
  ["danger", "danger-soft"],
  ["info", "info-soft"],
  ["accent-ink", "accent"],
  ["accent-ink", "accent-hover"],
  ["danger-ink", "danger"],
  ["danger-ink", "danger-hover"],
  ["picture-ink", "picture"],
  ["picture-ink-2", "picture"],
];
const SHAPES: [string, string][] = [
  ["line-strong", "surface"],
  ["line-strong", "raised"],
  ["focus", "surface"],
  ["focus", "ground"],
  ["coverage", "track"],
  ["playhead", "surface"],
];

for (const theme of ["light", "dark"] as const) {
  const colours = tokens(theme);
  const ratio = ([a, b]: [string, string]): number => contrast(colours.get(a) ?? assert.fail(a), colours.get(b) ?? assert.fail(b));

  test(`text in the ${theme} theme has the contrast of WCAG AA`, () => {
    for (const pair of TEXT) assert.ok(ratio(pair) >= 4.5, `${pair.join(" on ")}: ${ratio(pair).toFixed(2)}`);
  });

  test(`edges and marks in the ${theme} theme stand out by 3 to 1`, () => {
    for (const pair of SHAPES) assert.ok(ratio(pair) >= (pair[0] === "coverage" ? 2.4 : 3), `${pair.join(" on ")}: ${ratio(pair).toFixed(2)}`);
  });
}
