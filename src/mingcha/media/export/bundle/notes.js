// The ledger as verify.html reads it (`mingcha.media.export.verifiers` puts this file into it): the tree of RFC 6962 over
// SHA-256 or SM3, signed notes (C2SP) and changes of key.

// RFC 6962 and RFC 9162; `digest` is sha or sm3
const leafHash = (data, digest = sha) => digest(join(Uint8Array.of(0), data));
const nodeHash = (left, right, digest) => digest(join(Uint8Array.of(1), left, right));
async function treeRoot(leaves) {
  let level = await Promise.all(leaves.map((leaf) => leafHash(leaf)));
  while (level.length > 1) {
    const next = [];
    for (let n = 0; n + 1 < level.length; n += 2) next.push(await nodeHash(level[n], level[n + 1], sha));
    if (level.length % 2) next.push(level[level.length - 1]);
    level = next;
  }
  return level[0];
}
// RFC 9162 section 2.1.3.2
async function rootByProof(index, size, leaf, proof, digest) {
  let fn = BigInt(index), sn = BigInt(size) - 1n, found = leaf;
  for (const item of proof) {
    if (sn === 0n) return "";
    if (fn & 1n || fn === sn) { found = await nodeHash(item, found, digest); while (!(fn & 1n) && fn) { fn >>= 1n; sn >>= 1n; } }
    else found = await nodeHash(found, item, digest);
    fn >>= 1n; sn >>= 1n;
  }
  return sn === 0n ? hex(found) : "";
}
// Whether the tree of `size` begins with the entries of the one of `oldSize` (RFC 9162 section 2.1.4.2); roots in hex.
async function isGrownFrom(oldSize, oldRoot, size, root, proof, digest) {
  if (!(oldSize > 0 && oldSize <= size)) return false;
  if (oldSize === size) return !proof.length && oldRoot === root;
  const path = (BigInt(oldSize) & BigInt(oldSize - 1)) ? proof : [unhex(oldRoot), ...proof];
  let fn = BigInt(oldSize) - 1n, sn = BigInt(size) - 1n;
  while (fn & 1n) { fn >>= 1n; sn >>= 1n; }
  if (!path.length) return false;
  let old = path[0], grown = path[0];
  for (const item of path.slice(1)) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) { old = await nodeHash(item, old, digest); grown = await nodeHash(item, grown, digest); while (!(fn & 1n) && fn) { fn >>= 1n; sn >>= 1n; } }
    else grown = await nodeHash(grown, item, digest);
    fn >>= 1n; sn >>= 1n;
  }
  return sn === 0n && hex(old) === oldRoot && hex(grown) === root;
}

// Signature type: [before the key, its length, whether a witness's, check, hash of the tree, line in the checkpoint]
const KINDS_OF_KEY = [
  [Uint8Array.of(1), 32, false, isSignedByEd25519, sha, ""], [Uint8Array.of(4), 32, true, isSignedByEd25519, sha, ""],
  [join(Uint8Array.of(255), text("mingcha/sm3-sm2/v1")), 65, false, isSignedBySm2, sm3, "sm3-sm2"],
  [join(Uint8Array.of(255), text("mingcha/sm3-sm2/cosignature/v1")), 65, true, isSignedBySm2, sm3, "sm3-sm2"],
];
const MOST_NOTE = 100000;

// What people compare: the first 32 digits of the SHA-256 of a public key as it is written.
async function fingerprintOf(value) { return hex(await sha(text(value))).slice(0, 32).toUpperCase().match(/.{4}/g).join(" "); }
async function readKey(value) {
  const found = /^([^+\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,200})$/u.exec(value);
  if (!found) throw new Fault("key_form", { key: value.slice(0, 100) });
  const raw = unbase(found[3], "checkpoint_form");
  const kind = KINDS_OF_KEY.find(([prefix, size]) => raw.length === prefix.length + size && hex(raw.slice(0, prefix.length)) === hex(prefix));
  if (!kind || hex((await sha(join(text(found[1] + "\n"), raw))).slice(0, 4)) !== found[2]) throw new Fault("key_form", { key: value.slice(0, 100) });
  const [prefix, , isWitness, check, digest, suite] = kind, key = raw.slice(prefix.length);
  return { name: found[1], id: found[2], text: value, fingerprint: await fingerprintOf(value), isWitness, digest, suite, hasSigned: (message, signature) => check(key, text(message), signature) };
}
// The key that somebody gave as text or fingerprint, among those a proof offers. A text stands for itself.
async function chosenKey(given, offered) {
  const digits = given.replace(/[\s:-]/g, "").toUpperCase();
  if (!/^[0-9A-F]{32}$/.test(digits)) return given.trim();
  for (const one of offered) if ((await fingerprintOf(one)).replaceAll(" ", "") === digits) return one;
  return null;
}
// Origin, size, root (hex) of a checkpoint, its signed text, its further lines, and its signatures.
function headOf(note) {
  const found = text(note).length <= MOST_NOTE && /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n((?:[^\n]+\n)*)\n((?:\u2014 [^ \n]+ [^ \n]+\n)+)$/.exec(note);
  if (!found || Number(found[2]) > Number.MAX_SAFE_INTEGER) throw new Fault("checkpoint_form");
  const signed = found[5].split("\n").slice(0, -1).map((line) => { const [, name, data] = line.split(" "); return { name, raw: unbase(data, "checkpoint_form") }; });
  return { origin: found[1], size: Number(found[2]), root: hex(unbase(found[3], "checkpoint_form")), text: note.slice(0, note.indexOf("\n\n") + 1), lines: found[4].split("\n").slice(0, -1), signed };
}
// The key that signs now: each change after the key known is signed by it and by the one it hands over to.
async function heirOf(key, origin, changes) {
  let count = 0;
  for (const change of changes) {
    const told = entryOf(change.entry, "key", new Fault("of_change"));
    if (told.old !== key.text) continue;
    const heir = await readKey(told.new);
    const said = ["mingcha.key-change/1", told.origin, told.index, told.old, told.new, told.at_us, JSON.stringify(told.reason)].map((line) => `${line}\n`).join("");
    const byOld = unbase(told.by_old, "change_signature"), byNew = unbase(told.by_new, "change_signature");
    if (told.origin !== origin || told.index !== change.index || !await key.hasSigned(said, byOld) || !await heir.hasSigned(said, byNew)) throw new Fault("change_signature");
    key = heir; count += 1;
  }
  return [key, count];
}
// The signed head of the ledger, as Checkpoint of notes.py.
async function openCheckpoint(note, logKey, witnessKeys, changes) {
  const head = headOf(note), first = await readKey(logKey);
  const by = (own) => head.signed.filter((one) => one.name === own.name && hex(one.raw.slice(0, 4)) === own.id);
  const [own, count] = await heirOf(first, head.origin, changes);
  let genuine = false;
  for (const one of by(own)) genuine = genuine || (!own.isWitness && await own.hasSigned(head.text, one.raw.slice(4)));
  if (!genuine) throw new Fault("checkpoint_signature");
  const suites = head.lines.filter((line) => line.startsWith("suite ")).map((line) => line.slice(6));
  if (JSON.stringify(suites) !== JSON.stringify(own.suite ? [own.suite] : [])) throw new Fault("checkpoint_suite");
  const checkpoint = { ...head, first, key: own, changes: count, witnessed: [] };
  for (const change of changes) await requireEntry(checkpoint, change, "key", new Fault("of_change"));
  for (const given of witnessKeys) {
    const witness = await readKey(given);
    for (const one of by(witness)) {
      const at = big(one.raw.slice(4, 12));
      if (!witness.isWitness || at > BigInt(MOST_SECONDS) || !await witness.hasSigned(`cosignature/v1\ntime ${at}\n${head.text}`, one.raw.slice(12))) throw new Fault("witness_signature", { name: witness.name });
      checkpoint.witnessed.push({ key: witness, at: Number(at) });
    }
  }
  return checkpoint;
}
// The entry, if its proof leads to the root and it is of the kind; `what` names it.
async function requireEntry(checkpoint, given, kind, what) {
  const digest = checkpoint.key.digest;
  const found = await rootByProof(given.index, checkpoint.size, await leafHash(text(given.entry), digest), given.proof.map(unhex), digest);
  if (given.index >= checkpoint.size || found !== checkpoint.root) throw new Fault("not_in_ledger", { what });
  return entryOf(given.entry, kind, what);
}
