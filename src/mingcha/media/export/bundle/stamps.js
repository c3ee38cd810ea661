// Time stamps (RFC 3161) as verify.html reads them (`mingcha.media.export.verifiers` puts this file into it); what is
// checked and what is not stands in stamps.py.
const HASHES = { "1.3.14.3.2.26": "SHA-1", "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512" };
const SIGNATURES = {
  "1.2.840.113549.1.1.1": ["rsa", ""], "1.2.840.113549.1.1.11": ["rsa", "SHA-256"], "1.2.840.113549.1.1.12": ["rsa", "SHA-384"], "1.2.840.113549.1.1.13": ["rsa", "SHA-512"],
  "1.2.840.10045.4.3.2": ["ecdsa", "SHA-256"], "1.2.840.10045.4.3.3": ["ecdsa", "SHA-384"], "1.2.840.10045.4.3.4": ["ecdsa", "SHA-512"],
};
const CURVES = { "1.2.840.10045.3.1.7": ["P-256", 32], "1.3.132.0.34": ["P-384", 48] };
const DIGEST_INFO = { "SHA-256": "3031300d060960864801650304020105000420", "SHA-384": "3041300d060960864801650304020205000430", "SHA-512": "3051300d060960864801650304020305000440" };
const TST_INFO = "1.2.840.113549.1.9.16.1.4", SIGNED_DATA = "1.2.840.113549.1.7.2", CONTENT_TYPE = "1.2.840.113549.1.9.3", MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE = [["1.2.840.113549.1.9.16.2.12", "SHA-1"], ["1.2.840.113549.1.9.16.2.47", "SHA-256"]];
const EXTENDED_USE = "2.5.29.37", FOR_TIME_STAMPS = "1.3.6.1.5.5.7.3.8", MOST_TOKEN = 100000;
const INTEGER = 0x02, OCTETS = 0x04, OID = 0x06, SEQUENCE = 0x30, SET = 0x31;
const ill = () => new Fault("stamp_form");

// One value of DER (X.690): `tag`, `content`, and `whole` with its head.
class Der {
  constructor(data) {
    if (data.length < 2 || (data[0] & 0x1f) === 0x1f) throw ill();
    this.tag = data[0];
    let size = data[1], at = 2;
    if (size >= 0x80) {
      at = 2 + (size & 0x7f);
      if (at < 3 || at > 6) throw ill();
      size = Number(big(data.slice(2, at)));
      if (size < 0x80) throw ill();
    }
    if (at + size > data.length) throw ill();
    this.content = data.slice(at, at + size); this.whole = data.slice(0, at + size);
  }
  of(...tags) { if (!tags.includes(this.tag)) throw ill(); return this; }
  items() { const found = []; for (let at = 0; at < this.content.length; at += found[found.length - 1].whole.length) found.push(new Der(this.content.subarray(at))); return found; }
  fields(least) { const found = this.of(SEQUENCE).items(); if (found.length < least) throw ill(); return found; }
  oid() {
    const numbers = []; let value = 0n;
    for (const byte of this.of(OID).content.slice(0, 40)) { value = (value << 7n) | BigInt(byte & 0x7f); if (!(byte & 0x80)) { numbers.push(value); value = 0n; } }
    const first = numbers.length ? numbers[0] : 0n, top = first / 40n < 2n ? first / 40n : 2n;
    return [top, first - 40n * top, ...numbers.slice(1)].join(".");
  }
  number() { return big(this.of(INTEGER).content); }
  // GeneralizedTime or UTCTime, in seconds.
  seconds() {
    const said = String.fromCharCode(...this.of(0x17, 0x18).content.slice(0, 100)), whole = this.tag === 0x18 ? said : (said.slice(0, 2) >= "50" ? "19" : "20") + said;
    const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(whole);
    if (!found) throw ill();
    const [year, month, day, hour, minute, second] = found.slice(1).map(Number), at = new Date(0);
    at.setUTCFullYear(year, month - 1, day); at.setUTCHours(hour, minute, second);
    if (year < 1 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) throw ill();
    return at.getTime() / 1000;
  }
}
const only = (items, tag) => items.find((item) => item.tag === tag) || null;

// What is needed of an X.509 certificate.
function readCertificate(der) {
  let fields = der.fields(3)[0].fields(6);
  if (fields[0].tag === 0xa0) fields = fields.slice(1);
  if (fields.length < 6) throw ill();
  const [since, until] = fields[3].fields(2).slice(0, 2).map((moment) => moment.seconds());
  const [algorithm, key] = fields[5].fields(2);
  const kind = algorithm.fields(1).map((item) => (item.tag === OID ? item.oid() : ""));
  return { since, until, name: nameOf(fields[4]), kind, key: key.of(0x03).content.slice(1), uses: usesOf(only(fields, 0xa3)) };
}
// Common name, else organisation.
function nameOf(name) {
  const said = {};
  for (const part of name.of(SEQUENCE).items()) for (const pair of part.of(SET).items()) {
    const [kind, value] = pair.fields(2);
    said[kind.oid()] = new TextDecoder({ 0x1e: "utf-16be", 0x0c: "utf-8" }[value.tag] || "latin1").decode(value.content);
  }
  return clean(said["2.5.4.3"] || said["2.5.4.10"] || "?").slice(0, 200);
}
function usesOf(extensions) {
  for (const part of extensions && extensions.content.length ? extensions.items()[0].items() : []) {
    const fields = part.fields(2);
    if (fields[0].oid() === EXTENDED_USE) return new Der(fields[fields.length - 1].of(OCTETS).content).of(SEQUENCE).items().map((use) => use.oid());
  }
  return [];
}
// True or false; null where this program does not know the kind of signature.
async function hasCertificateSigned(own, data, digest, signature, kind) {
  const [how, stated] = SIGNATURES[kind] || ["", ""], named = stated || digest, info = DIGEST_INFO[named];
  if (how === "rsa" && own.kind[0] === "1.2.840.113549.1.1.1" && info) {
    const [modulus, exponent] = new Der(own.key).fields(2).map((item) => item.number()), size = Math.ceil(modulus.toString(2).length / 8);
    if (size < 128 || size > 1024 || exponent >= 2n ** 32n) return null;
    const hashed = join(unhex(info), await sha(data, named));
    const wanted = join(Uint8Array.of(0, 1), new Uint8Array(size - 3 - hashed.length).fill(255), Uint8Array.of(0), hashed);
    return signature.length === size && power(big(signature), exponent, modulus) === big(wanted);
  }
  if (how === "ecdsa" && own.kind[0] === "1.2.840.10045.2.1" && Object.hasOwn(CURVES, own.kind[own.kind.length - 1]) && info) {
    const [name, size] = CURVES[own.kind[own.kind.length - 1]], halves = new Der(signature).fields(2).slice(0, 2).map((item) => item.number());
    if (halves.some((half) => half.toString(16).length > 2 * size)) return false;
    const raw = unhex(halves.map((half) => half.toString(16).padStart(2 * size, "0")).join(""));
    try {
      const key = await crypto.subtle.importKey("raw", own.key, { name: "ECDSA", namedCurve: name }, false, ["verify"]);
      return await crypto.subtle.verify({ name: "ECDSA", hash: named }, key, raw, data);
    } catch { return false; }
  }
  return null;
}
// What a token says once it is found to be over `data`: as Stamp of stamps.py.
async function readStamp(token, data) {
  const answer = token.length <= MOST_TOKEN ? new Der(token) : null;
  if (!answer || answer.whole.length !== token.length) throw ill();
  const [status, content] = answer.fields(2);
  if (status.fields(1)[0].number() > 1n) throw ill();
  const inner = (item, kind) => { const fields = item.fields(2); if (fields[0].oid() !== kind || fields[1].tag !== 0xa0 || !fields[1].content.length) throw ill(); return new Der(fields[1].content); };
  const signed = inner(content, SIGNED_DATA).fields(4), said = inner(signed[2], TST_INFO).of(OCTETS).content;
  const told = new Der(said).fields(5), imprint = told[2].fields(2), digest = HASHES[imprint[0].fields(1)[0].oid()];
  if (!DIGEST_INFO[digest] || hex(imprint[1].of(OCTETS).content) !== hex(await sha(data, digest))) throw new Fault("stamp_other");
  const at = told[4].of(0x18).seconds();
  if (at < 0 || at > MOST_SECONDS) throw ill();
  const signers = signed[signed.length - 1].of(SET).items();
  if (signers.length !== 1) throw ill();
  return { at, ...await signedBy(signers[0].fields(5), only(signed, 0xa0), said, at) };
}
// SignerInfo (RFC 5652 section 5.3) with signed attributes, by the certificate they name (RFC 5816).
async function signedBy(signer, certificates, content, at) {
  const digest = HASHES[signer[2].fields(1)[0].oid()], attributes = signer[3], unsigned = { name: "?", isSigned: false };
  if (attributes.tag !== 0xa0 || signer.length < 6) throw ill();
  const said = new Map(attributes.items().map((item) => item.fields(2)).map((pair) => [pair[0].oid(), pair[1].of(SET).items()]));
  const kinds = (said.get(CONTENT_TYPE) || []).map((item) => item.oid());
  if (kinds.length !== 1 || kinds[0] !== TST_INFO) throw ill();
  if (!DIGEST_INFO[digest]) return unsigned;
  const digests = (said.get(MESSAGE_DIGEST) || []).map((item) => hex(item.content));
  if (digests.length !== 1 || digests[0] !== hex(await sha(content, digest))) throw new Fault("stamp_signature");
  const own = await namedCertificate(said, certificates ? certificates.items() : []);
  if (!own) return unsigned;
  if (!own.uses.includes(FOR_TIME_STAMPS) || at < own.since || at > own.until) throw new Fault("stamp_certificate");
  const found = await hasCertificateSigned(own, join(Uint8Array.of(SET), attributes.whole.slice(1)), digest, signer[5].of(OCTETS).content, signer[4].fields(1)[0].oid());
  if (found === false) throw new Fault("stamp_signature");
  return { name: own.name, isSigned: found === true };
}
// The enclosed certificate that the signed attributes name by its hash; null without any.
async function namedCertificate(said, enclosed) {
  for (const [kind, usual] of SIGNING_CERTIFICATE) for (const value of said.get(kind) || []) {
    let name = value.fields(1)[0].fields(1)[0].fields(1), digest = usual;
    if (name[0].tag === SEQUENCE) { digest = HASHES[name[0].fields(1)[0].oid()]; name = name.slice(1); }
    if (!digest || !name.length) return null;
    const wanted = hex(name[0].of(OCTETS).content);
    for (const item of enclosed) if (hex(await sha(item.whole, digest)) === wanted) return readCertificate(item);
    if (enclosed.length) throw new Fault("stamp_signature");
    return null;
  }
  return null;
}
