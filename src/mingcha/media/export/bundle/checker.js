// What verify.html checks of a copy, in order (`mingcha.media.export.verifiers` puts this file into it).
const PAPERS = ["register.json", "certificate-zh.pdf", "certificate-en.pdf"];
const STAMPED = "timestamp.txt", STAMP = "timestamp.tsr", ROOT_NAME = "provenance-root.pem";
const TOOLS = ["verify.py", "verify.html", "README.txt", STAMPED, STAMP];
const OTHERS = ["manifest.json", "proof.json", "papers.json", ...TOOLS, ROOT_NAME];
const SYSTEM = ["thumbs.db", "desktop.ini"]; // files that Windows makes by itself; those of others begin with a dot
const HOLE_US = 200000; // shorter than a picture at the slowest cameras; not worth a gap
const NOTHING = ["no_manifest", "two_copies", "old"]; // said before anything was checked

class Checker {
  of = ""; // ends the names of sentences about it
  // `given`: [path, File] of all that was chosen.
  constructor(given, keyGiven, witnessGiven) {
    this.given = given; this.keyGiven = keyGiven; this.witnessGiven = witnessGiven;
    this.doubts = []; this.papers = []; this.entries = []; this.checked = []; this.seen = new Map();
    this.unproven = 0; this.last = null; this.stamp = null; this.done = 0;
  }
  async run(progress) {
    this.findCopy("manifest.json");
    const manifest = await this.bytesOf("manifest.json");
    this.manifest = documentOf(manifest, "mingcha.export/1", "manifest.json");
    this.proof = documentOf(await this.bytesOf("proof.json"), "mingcha.proof/1", "proof.json");
    this.checkpoint = await this.checkpointOf(this.proof);
    this.segments = new Map(this.proof.segments.map((found) => [found.number, found]));
    const ordered = await requireEntry(this.checkpoint, this.proof.export, "export", new Fault("of_export"));
    const digest = hex(await sha(manifest));
    if (ordered.manifest_sha256 !== digest) throw new Fault("manifest_changed");
    await this.checkRoot();
    const total = this.manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of this.manifest.files) await this.file(file, () => progress(this.done / total));
    await this.checkStamp();
    await this.checkPapers(ordered.export, digest);
    this.lookAround(new Set([...OTHERS, ...PAPERS, ...this.manifest.files.map((file) => file.name)]));
  }

  // Files
  findCopy(head) {
    const found = this.given.filter(([path]) => path.split("/").pop() === head).map(([path]) => path);
    if (!found.length) throw new Fault("no_manifest");
    if (found.length > 1) throw new Fault("two_copies", { names: found.slice(0, 20).join(", ") });
    const folder = found[0].slice(0, found[0].length - head.length);
    this.files = new Map(); this.below = new Set();
    for (const [path, file] of this.given) {
      if (!path.startsWith(folder)) { this.below.add(path); continue; }
      const name = path.slice(folder.length);
      if (name.includes("/")) this.below.add(name.split("/")[0]); else this.files.set(name, file);
    }
  }
  has(name) { return this.files.has(name); }
  async bytesOf(name) {
    const file = this.files.get(name);
    if (!file) throw new Fault("missing", { name });
    if (file.size > MOST_BYTES) throw new Fault("too_long", { name });
    return this.read(name, file);
  }
  async read(name, blob) { try { return new Uint8Array(await blob.arrayBuffer()); } catch { throw new Fault("unreadable", { name }); } }
  // What else lies in the folder is not proven by anything.
  lookAround(known) {
    const strangers = [...this.files.keys(), ...this.below].filter((name) => !known.has(name) && name[0] !== "." && !SYSTEM.includes(name.toLowerCase())).sort();
    if (this.unproven) this.doubts.push(new Fault("unproven", { count: this.unproven }));
    if (strangers.length) this.doubts.push(new Fault("strangers", { names: strangers.slice(0, 20).join(", ") }));
    if (this.witnessGiven && !this.checkpoint.witnessed.length) this.doubts.push(new Fault("otherwitness", { names: this.witnessGiven }));
  }

  // Who vouches: the checkpoint of a proof, by the key that was given or else by the one it names itself.
  async checkpointOf(proof) {
    const changes = proof.key_changes;
    let key = proof.log_key, witnesses = proof.witness_keys;
    if (this.keyGiven) {
      const offered = [key, ...changes.map((change) => parsed(change.entry, new Fault("of_change"))).map((told) => told && told.new)].filter((one) => typeof one === "string");
      const known = await chosenKey(this.keyGiven, offered);
      if (!offered.includes(known)) throw new Fault("key_other", { key: await fingerprintOf(key) });
      key = known;
    }
    if (this.witnessGiven) { const found = await chosenKey(this.witnessGiven, witnesses); witnesses = found === null ? [] : [found]; }
    return openCheckpoint(proof.checkpoint, key, witnesses, changes);
  }
  // The certificate that C2PA viewers are given to trust is the one the manifest names.
  async checkRoot() {
    if (!this.has(ROOT_NAME)) return;
    const lines = new TextDecoder("latin1").decode(await this.bytesOf(ROOT_NAME)).split("\n");
    const framed = lines[0] === "-----BEGIN CERTIFICATE-----" && lines.slice(-2).join("\n") === "-----END CERTIFICATE-----\n";
    if (!framed || hex(await sha(unbase(lines.slice(1, -2).join(""), "root_changed"))) !== this.manifest.provenance_root_sha256) throw new Fault("root_changed");
  }
  // A time stamp is over a checkpoint that this one has grown from, or that has grown from this one.
  async checkStamp() {
    for (const given of this.proof.timestamps) {
      const theirs = headOf(given.checkpoint), ours = this.checkpoint, [old, grown] = theirs.size <= ours.size ? [theirs, ours] : [ours, theirs];
      const isOurs = theirs.origin === ours.origin && await isGrownFrom(old.size, old.root, grown.size, grown.root, given.consistency.map(unhex), ours.key.digest);
      if (!isOurs) throw new Fault("stamp_other");
      const token = unbase(given.token, "stamp_form"), stamped = text(given.checkpoint);
      this.stamp = await readStamp(token, stamped);
      this.stamp.covered = [...this.seen.values()].filter((found) => found.index < theirs.size).length;
      for (const [name, data] of [[STAMPED, stamped], [STAMP, token]]) if (this.has(name) && hex(await this.bytesOf(name)) !== hex(data)) throw new Fault("stamp_file", { name });
    }
    for (const name of [STAMPED, STAMP]) if (!this.stamp && this.has(name)) throw new Fault("stamp_file", { name });
  }

  // The pictures
  async file(file, progress) {
    const name = file.name, video = this.files.get(name);
    if (!video) throw new Fault("missing", { name });
    const more = video.size - file.bytes;
    if (more) throw new Fault(more < 0 ? "cut" : "longer", { name, count: Math.abs(more) });
    const hashOf = async (offset, size) => hex(await sha(await this.read(name, video.slice(offset, offset + size))));
    if (await hashOf(0, file.head_bytes) !== file.head_sha256) throw new Fault("head_changed", { name, count: file.head_bytes });
    this.fileParts = 0;
    let offset = file.head_bytes;
    for (const segment of file.segments) { await this.segment(segment, name); offset = await this.segmentParts(hashOf, segment, name, offset, progress); }
    if (offset !== file.bytes) throw new Fault("unaccounted", { name });
    this.checked.push([name, file.bytes, this.fileParts]);
  }
  // Is this segment what the ledger says? One that was still being written is not in it.
  async segment(segment, name) {
    const number = segment.number;
    if (segment.root === null) return;
    const found = this.segments.get(number);
    if (!found) throw new Fault("segment_unproven", { name, number });
    this.seen.set(number, found);
    const entry = await requireEntry(this.checkpoint, found, "segment", new Fault("of_recording", { number }));
    const told = [entry.number, entry.camera, entry.role, entry.root, entry.start_us, entry.end_us];
    const wanted = [number, this.manifest.camera, this.manifest.role, segment.root, segment.start_us, segment.end_us];
    if (JSON.stringify(told) !== JSON.stringify(wanted)) throw new Fault("segment_other", { name, number });
    if (!found.leaves.length || hex(await treeRoot(found.leaves.map(unhex))) !== entry.root) throw new Fault("leaves_other", { name, number });
  }
  async segmentParts(hashOf, segment, name, offset, progress) {
    const leaves = segment.root === null ? null : this.segments.get(segment.number).leaves;
    if (segment.parts.length) this.follows(segment, segment.parts[0], name);
    let previous = null;
    for (const part of segment.parts) {
      const where = { name, offset: part.offset, number: segment.number, part: part.part, at: instant(part.wall_us) };
      const isKnown = !leaves || (part.part > 0 && part.part < leaves.length);
      if (part.offset !== offset || (previous !== null && part.part !== previous + 1) || !isKnown) throw new Fault("part_moved", where);
      if (!leaves) this.unproven += 1;
      if (await hashOf(offset, part.bytes) !== (leaves ? leaves[part.part] : part.sha256)) throw new Fault("part_changed", where);
      offset += part.bytes; previous = part.part; this.fileParts += 1; this.done += part.bytes; this.last = [segment, part];
      progress();
    }
    return offset;
  }
  // The next recording goes on where the last one ended, or the manifest tells of the gap between them.
  follows(segment, part, name) {
    if (!this.last) return;
    const [before, last] = this.last;
    let whole = part.part === last.part + 1;
    if (before.number !== segment.number) {
      const isEnd = before.root === null || last.part === this.segments.get(before.number).leaves.length - 1;
      const hole = segment.start_us - before.end_us;
      whole = isEnd && part.part === 1 && hole >= 0 && hole <= HOLE_US;
    }
    if (whole || this.manifest.gaps.some((gap) => gap.from_us < part.wall_us && gap.to_us > last.wall_us)) return;
    throw new Fault("untold", { name, from: instant(last.wall_us), to: instant(part.wall_us) });
  }

  // Papers of the office: those that the ledger says were added to this very copy, and no others.
  async checkPapers(copy, manifestHash) {
    const there = PAPERS.filter((name) => this.has(name));
    if (!this.has("papers.json")) {
      if (there.length) throw new Fault("papers_unproven", { name: there[0] });
      return;
    }
    const proof = documentOf(await this.bytesOf("papers.json"), "mingcha.papers/1", "papers.json");
    const checkpoint = await this.checkpointOf(proof);
    const told = await requireEntry(checkpoint, proof.papers, "copy_papers", new Fault("of_papers"));
    if (told.export !== copy || told.manifest_sha256 !== manifestHash || checkpoint.origin !== this.checkpoint.origin) throw new Fault("papers_other");
    for (const name of [...new Set([...Object.keys(told.files), ...there])].sort()) {
      if (!Object.hasOwn(told.files, name) || !PAPERS.includes(name)) throw new Fault("paper_extra", { name });
      const data = await this.bytesOf(name);
      if (hex(await sha(data)) !== told.files[name]) throw new Fault("paper_changed", { name });
      if (name === "register.json") await this.register(documentOf(data, "mingcha.register-extract/1", name), copy, proof.register, checkpoint);
      this.papers.push(name);
    }
  }
  // Each entry leads to the root of its stretch of the register, and the ledger holds that root.
  async register(extract, copy, stretches, checkpoint) {
    if (extract.export !== copy) throw new Fault("extract_other");
    const known = new Map(stretches.map((given) => [given.index, given]));
    for (const entry of extract.entries) {
      const number = entry.number, stretch = entry.stretch, name = new Fault("of_entry", { number });
      if (!known.has(stretch.index)) throw new Fault("entry_unknown", { number });
      const told = await requireEntry(checkpoint, known.get(stretch.index), "register", name);
      const root = await rootByProof(entry.position, stretch.entries, await leafHash(text(entry.entry)), entry.proof.map(unhex), sha);
      const own = shaped(parsed(entry.entry, name), "entry of the register", name);
      const bounds = told.first === stretch.first && told.last === stretch.last && told.root === root;
      if (!bounds || !(told.first <= number && number <= told.last) || own.id !== number) throw new Fault("entry_other", { number });
      this.entries.push([number, own, entry.said]);
    }
  }
}

// What comes of it: the class of the verdict, and the fault if there is one.
async function verdictOf(checker, progress) {
  try {
    if (!globalThis.crypto || !crypto.subtle) throw new Fault("old");
    await checker.run(progress);
  } catch (error) {
    const fault = error instanceof Fault ? error : new Fault("fault", { what: String(error).slice(0, 200) });
    return { verdict: NOTHING.includes(fault.sentence) ? "none" : "bad", checker, fault };
  }
  if (checker.doubts.length && !checker.keyGiven) checker.doubts.push(new Fault("uncompared"));
  return { verdict: checker.doubts.length ? "part" : checker.keyGiven ? "good" : "open", checker };
}
