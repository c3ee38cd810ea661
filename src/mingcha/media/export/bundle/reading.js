// Words, and strict reading of what lies beside the pictures, so that verify.html and verify.py take and refuse the same
// (`mingcha.media.export.verifiers` puts this file into verify.html).
const WORDS = {} /* include words.json */;
const REASONS = {} /* include reasons.json */;
const SHAPES = {} /* include shapes.json */;
const INSTRUMENTS = {} /* include instruments.json */;
const MOST_BYTES = 400000000; // of a file of JSON; more is no string in a browser
const MOST_SECONDS = Math.floor(Number.MAX_SAFE_INTEGER / 1000000);

// The copy is not genuine: the sentence's name in words.json, and what to put into it.
class Fault extends Error {
  constructor(name, values = {}) { super(name); this.said = (lang) => say(lang, name, values); this.sentence = name; }
}
// `lang`: 0 is Chinese, 1 English. A value may be a pair of both, or another sentence.
function say(lang, name, values = {}) {
  const chosen = (value) => clean(value instanceof Fault ? value.said(lang) : Array.isArray(value) ? value[lang] : value);
  return WORDS[name][lang].replace(/\{(\w+)\}/g, (_, key) => chosen(values[key]));
}
// Text from a file, without anything that could make a screen show something else than it says.
function clean(value) {
  return String(value).replace(/[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]/gu, "\ufffd");
}
// In the time zone of this machine, with its offset.
function instant(us) {
  const at = new Date(us / 1000), offset = -at.getTimezoneOffset(), two = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  const said = new Date(Math.floor(us / 1000) + offset * 60000).toISOString().replace("T", " ").replace("Z", "");
  return `${said} (UTC${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)})`;
}

// JSON
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const KINDS = {
  any: () => true,
  flag: (value) => typeof value === "boolean",
  count: isCount,
  whole: (value) => Number.isSafeInteger(value),
  instant: isCount,
  text: (value) => typeof value === "string" && !/[\ud800-\udfff]/u.test(value),
  hash: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  name: (value) => typeof value === "string" && /^[^/\\:\x00-\x1f\ud800-\udfff]{1,250}\.mp4$/u.test(value),
};
// Where a value is not of its shape, as ".files[0].name"; null when it is.
function wrongIn(value, shape) {
  if (typeof shape === "string") {
    if (shape.startsWith("?")) return value === null ? null : wrongIn(value, shape.slice(1));
    if (shape.startsWith("@")) return wrongIn(value, SHAPES[shape.slice(1)]);
    return KINDS[shape](value) ? null : "";
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value) || value.length > (shape.length > 1 ? shape[1] : Infinity)) return "";
    for (let n = 0; n < value.length; n++) { const wrong = wrongIn(value[n], shape[0]); if (wrong !== null) return `[${n}]${wrong}`; }
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "";
  for (const key of Object.keys(shape)) if (key !== "*" && !Object.hasOwn(value, key)) return `.${key}`;
  for (const [key, item] of Object.entries(value)) {
    const known = Object.hasOwn(shape, key) ? shape[key] : shape["*"];
    if (known === undefined) return `.${key.slice(0, 80)}`;
    const wrong = wrongIn(item, known);
    if (wrong !== null) return `.${key.slice(0, 80)}${wrong}`;
  }
  return null;
}
function parsed(value, name) {
  try { return JSON.parse(value); } catch { throw new Fault("unreadable", { name }); }
}
function shaped(value, shape, name) {
  const wrong = wrongIn(value, SHAPES[shape]);
  if (wrong !== null) throw new Fault("malformed", { name, where: wrong.replace(/^\.+/, "") || "{}" });
  return value;
}
// A document from its bytes.
function documentOf(data, shape, name) {
  let read;
  try { read = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data); } catch { throw new Fault("unreadable", { name }); }
  const value = parsed(read, name);
  if (value && typeof value.format === "string" && value.format !== shape) throw new Fault("format", { name });
  return shaped(value, shape, name);
}
// An entry of the ledger, which must be of the kind.
function entryOf(value, kind, what) {
  const told = parsed(value, what);
  if (!told || told.kind !== kind) throw new Fault("malformed", { name: what, where: "kind" });
  return shaped(told, `entry ${kind}`, what);
}
// Bytes of base64 in its one form.
function unbase(value, fault) {
  let read;
  try { read = atob(value); } catch { throw new Fault(fault); }
  if (btoa(read) !== value) throw new Fault(fault);
  return Uint8Array.from(read, (letter) => letter.charCodeAt(0));
}
