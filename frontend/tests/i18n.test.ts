import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CATALOGUES, setLocale, t, tCode, tWhy } from "../src/i18n/index.ts";

const HOME = process.env["MINGCHA_FRONTEND"] ?? ".";
const { en, "zh-Hans": zh } = CATALOGUES;
const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test("both catalogues have the same keys and no empty sentence", () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  for (const catalogue of [en, zh]) for (const [key, text] of Object.entries(catalogue)) assert.notEqual(text.trim(), "", key);
});

test("both catalogues have the same placeholders", () => {
  for (const [key, text] of Object.entries(en)) assert.deepEqual(holes(zh[key as keyof typeof zh]), holes(text), key);
});

test("the Chinese catalogue is Chinese, save for names of formats", () => {
  for (const [key, text] of Object.entries(zh)) {
    if (text !== en[key as keyof typeof en]) continue;
    assert.fail(`${key} is the same in both languages: ${text}`);
  }
});

test("every reason for which the recorder leaves a gap is translated", (context) => {
  const file = join(HOME, "../src/mingcha/media/catalog/reasons.py");
  if (!existsSync(file)) return context.skip("the recorder's sources are not here");
  const reasons = [...readFileSync(file, "utf8").matchAll(/^ {4}"(\w+)": "/gm)].map((match) => match[1]);
  assert.ok(reasons.length > 20);
  for (const reason of reasons) assert.ok(`why.${reason}` in en, `why.${reason} is missing`);
});

test("every key is used, and every key used exists", () => {
  const sources: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (/\.ts$/.test(path) && !/i18n\/(en|zh_hans)\.ts$/.test(path)) sources.push(readFileSync(path, "utf8"));
    }
  };
  walk(join(HOME, "src"));
  const text = sources.join("\n");
  const composed = ["state.", "cover.", "stream.", "pane.", "why.", "error."];
  for (const key of Object.keys(en)) {
    if (composed.some((prefix) => key.startsWith(prefix))) continue;
    assert.ok(text.includes(`"${key}"`), `${key} is not used`);
  }
});

test("it fills placeholders and leaves unknown ones alone", () => {
  setLocale("en");
  assert.equal(t("wall.grid", { size: 9 }), "9 pictures");
  assert.equal(t("wall.grid", {}), "{size} pictures");
});

test("any Chinese tag is Chinese, everything else English", () => {
  for (const [tag, word] of [["zh-hans", "关闭"], ["zh-CN", "关闭"], ["en-GB", "Close"], ["de", "Close"]] as const) {
    setLocale(tag);
    assert.equal(t("close"), word);
  }
});

test("an unknown code shows itself in a general sentence", () => {
  setLocale("en");
  assert.equal(tWhy("camera.refused"), "camera refuses the connection");
  assert.equal(tWhy("camera_refused"), tWhy("camera.refused"));
  assert.equal(tWhy("from.the_future"), "Cause: from_the_future");
  assert.match(tCode("error", "x.y"), /x\.y/);
});
