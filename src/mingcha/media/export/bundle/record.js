// What verify.html checks of one entry of the ledger that was handed out by itself, the certificate of a deletion
// (`mingcha.media.export.verifiers` puts this file into it); as record.py.
const RECORD = "record.json", KINDS_OF_RECORD = ["deletion", "copy_deletion", "loss"], A_DAY_US = 86400000000, MOST_SPANS = 50;

class RecordChecker extends Checker {
  of = "record";
  async run(progress) {
    this.findCopy(RECORD);
    this.proof = documentOf(await this.bytesOf(RECORD), "mingcha.record/1", RECORD);
    this.checkpoint = await this.checkpointOf(this.proof);
    const given = this.proof.record, what = new Fault("of_record"), told = parsed(given.entry, what);
    this.kind = told && told.kind;
    if (!KINDS_OF_RECORD.includes(this.kind)) throw new Fault("malformed", { name: what, where: "kind" });
    this.told = await requireEntry(this.checkpoint, given, this.kind, what);
    this.seen = new Map([[0, given]]);
    await this.checkStamp();
    this.papers = PAPERS.slice(1).filter((name) => this.has(name));
    this.lookAround(new Set([RECORD, ...PAPERS.slice(1), ...TOOLS]));
    progress(1);
  }
}

// Of the record that was chosen without a manifest, else of a copy.
function checkerOf(given, key, witness) {
  const there = [RECORD, "manifest.json"].map((name) => given.some(([path]) => path.split("/").pop() === name));
  return new (there[0] && !there[1] ? RecordChecker : Checker)(given, key, witness);
}

// What the entry tells, as [label, value, notes].
function recordFacts(checker, lang) {
  const told = checker.told, facts = [["deed", say(lang, `is${checker.kind}`)]];
  for (const label of ["certificate", "export"]) if (Object.hasOwn(told, label)) facts.push([`id${label}`, clean(told[label])]);
  facts.push(["camera", clean(`${told.camera} (${told.role})`)]);
  const [since, until] = checker.kind === "copy_deletion" ? ["from_us", "to_us"] : ["start_us", "end_us"];
  facts.push(["range", `${instant(told[since])} - ${instant(told[until])}`]);
  if (Object.hasOwn(told, "segments")) {
    const said = told.numbers.map(([first, last]) => (last > first ? `${first}-${last}` : `${first}`));
    const numbers = said.slice(0, MOST_SPANS).join(", ") + (said.length > MOST_SPANS ? " …" : "");
    facts.push(["recordings", say(lang, "amountgone", { count: told.segments, bytes: told.bytes.toLocaleString("en"), numbers })], ["root", told.root]);
  } else facts.push(["manifest", clean(told.manifest_sha256)]);
  facts.push(["entered", instant(told.at_us)]);
  for (const name of ["cause", "reason"]) if (Object.hasOwn(told, name)) facts.push(["why_gone", Object.hasOwn(WORDS, `cause_${told[name]}`) ? say(lang, `cause_${told[name]}`) : clean(told[name])]);
  if (checker.kind === "deletion") facts.push(...ruleFacts(told, lang));
  return [...facts, ["place", say(lang, "placed", { index: checker.proof.record.index })]];
}
function ruleFacts(told, lang) {
  const rule = told.rule, most = rule.ceiling_us === null ? [] : [say(lang, "keptmost", { time: durationOf(rule.ceiling_us, lang) })];
  return [["kept", say(lang, "keptleast", { time: durationOf(rule.floor_us, lang) }), most], ...Array.from(new Set(rule.ground.map((ground) => provision(ground, lang))), (said) => ["ground", said]), ["law", clean(told.law_version)]];
}
function durationOf(us, lang) {
  return us % A_DAY_US === 0 ? say(lang, "days", { count: us / A_DAY_US }) : say(lang, "seconds", { count: Math.floor(us / 1000000) });
}
// A provision as the entry names it ("instrument article item"), in words; as it stands where it is another.
function provision(ground, lang) {
  const own = /^policy keep_days ([0-9]+)$/.exec(ground), found = /^(\S+) ([0-9]+)( .*)?$/.exec(ground);
  if (own) return say(lang, "ownrule", { count: own[1] });
  if (!found || !Object.hasOwn(INSTRUMENTS, found[1])) return clean(ground);
  const all = (pattern, word) => Array.from((found[3] || "").matchAll(pattern), ([, number]) => say(lang, word, { number }));
  const item = [...all(/para([0-9]+)/g, "paragraph"), ...all(/\(([0-9]+)\)/g, "point")].join("");
  return say(lang, "article", { name: INSTRUMENTS[found[1]], number: found[2], item });
}
