// Signatures that verify.html checks (`mingcha.media.export.verifiers` puts this file into it), without any library:
// Ed25519 (RFC 8032), SM3 (GB/T 32905) and SM2 (GB/T 32918.2). Checking only: nothing here is made to keep a secret.

// Bytes
const text = (value) => new TextEncoder().encode(value);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (value) => { if (!/^([0-9a-f]{2})*$/.test(value)) throw new Error("hex"); return Uint8Array.from(value.match(/../g) || [], (pair) => parseInt(pair, 16)); };
const join = (...pieces) => { const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0)); let at = 0; for (const piece of pieces) { all.set(piece, at); at += piece.length; } return all; };
const big = (bytes) => BigInt("0x" + (hex(bytes) || "0"));
const little = (bytes) => big(Uint8Array.from(bytes).reverse());
const sha = async (bytes, kind = "SHA-256") => new Uint8Array(await crypto.subtle.digest(kind, bytes));

// Ed25519 (RFC 8032 section 5.1.7)
const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (a, m = P) => ((a % m) + m) % m;
function power(base, exponent, m = P) { let result = 1n; base = mod(base, m); for (; exponent; exponent >>= 1n) { if (exponent & 1n) result = mod(result * base, m); base = mod(base * base, m); } return result; }
const D = mod(-121665n * power(121666n, P - 2n)), ROOT = power(2n, (P - 1n) / 4n);
function add(p, q) {
  const a = mod((p[1] - p[0]) * (q[1] - q[0])), b = mod((p[1] + p[0]) * (q[1] + q[0])), c = mod(2n * p[3] * q[3] * D), d = mod(2n * p[2] * q[2]);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
function times(number, point) { let result = [0n, 1n, 1n, 0n]; for (; number; number >>= 1n) { if (number & 1n) result = add(result, point); point = add(point, point); } return result; }
function pointOf(bytes) {
  let y = little(bytes); const sign = y >> 255n; y &= 2n ** 255n - 1n;
  const squared = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(squared, (P + 3n) / 8n);
  if (mod(x * x - squared)) x = mod(x * ROOT);
  if (bytes.length !== 32 || y >= P || mod(x * x - squared) || (x === 0n && sign)) throw new Error("point");
  return (x & 1n) !== sign ? [P - x, y, 1n, mod((P - x) * y)] : [x, y, 1n, mod(x * y)];
}
const Y = mod(4n * power(5n, P - 2n));
const BASE = pointOf(unhex(Y.toString(16).padStart(64, "0")).reverse());
async function isSignedByEd25519(key, message, signature) {
  if (signature.length !== 64) return false;
  let a, r; try { a = pointOf(key); r = pointOf(signature.slice(0, 32)); } catch { return false; }
  const s = little(signature.slice(32));
  if (s >= L) return false;
  const h = mod(little(await sha(join(signature.slice(0, 32), key, message), "SHA-512")), L);
  const left = times(s, BASE), right = add(r, times(h, a));
  return mod(left[0] * right[2] - right[0] * left[2]) === 0n && mod(left[1] * right[2] - right[1] * left[2]) === 0n;
}

// SM3 (GB/T 32905-2016)
const turn = (word, by) => (by %= 32) ? (word << by) | (word >>> (32 - by)) : word;
function sm3(data) {
  const padded = join(data, Uint8Array.of(128), new Uint8Array((119 - (data.length % 64)) % 64), new Uint8Array(8));
  const view = new DataView(padded.buffer), state = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e], w = new Int32Array(68);
  view.setBigUint64(padded.length - 8, BigInt(data.length) * 8n);
  for (let at = 0; at < padded.length; at += 64) {
    for (let j = 0; j < 16; j++) w[j] = view.getInt32(at + 4 * j);
    for (let j = 16; j < 68; j++) { const x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15); w[j] = x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6]; }
    let [a, b, c, d, e, f, g, h] = state;
    for (let j = 0; j < 64; j++) {
      const early = j < 16, twelve = turn(a, 12), one = turn((twelve + e + turn(early ? 0x79cc4519 : 0x7a879d8a, j)) | 0, 7);
      const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c), gg = early ? e ^ f ^ g : (e & f) | (~e & g);
      const two = (gg + h + one + w[j]) | 0;
      [a, b, c, d] = [(ff + d + (one ^ twelve) + (w[j] ^ w[j + 4])) | 0, a, turn(b, 9), c];
      [e, f, g, h] = [two ^ turn(two, 9) ^ turn(two, 17), e, turn(f, 19), g];
    }
    [a, b, c, d, e, f, g, h].forEach((word, n) => { state[n] ^= word; });
  }
  const result = new DataView(new ArrayBuffer(32));
  state.forEach((word, n) => result.setInt32(4 * n, word));
  return new Uint8Array(result.buffer);
}

// SM2 (GB/T 32918.2-2016, curve of GB/T 32918.5-2017), signer id 1234567812345678 (GM/T 0009)
const Q = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFFn, N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123n;
const SM2_A = Q - 3n, SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93n;
const SM2_G = [0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7n, 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0n];
function sm2Add(p, q) {
  if (!p || !q) return p || q;
  if (p[0] === q[0] && mod(p[1] + q[1], Q) === 0n) return null;
  const same = p[0] === q[0] && p[1] === q[1];
  const slope = mod((same ? 3n * p[0] * p[0] + SM2_A : q[1] - p[1]) * power(same ? 2n * p[1] : q[0] - p[0], Q - 2n, Q), Q);
  const x = mod(slope * slope - p[0] - q[0], Q);
  return [x, mod(slope * (p[0] - x) - p[1], Q)];
}
function sm2Times(number, point) { let result = null; for (; number; number >>= 1n) { if (number & 1n) result = sm2Add(result, point); point = sm2Add(point, point); } return result; }
async function isSignedBySm2(key, message, signature) {
  if (key.length !== 65 || key[0] !== 4 || signature.length !== 64) return false;
  const x = big(key.slice(1, 33)), y = big(key.slice(33)), r = big(signature.slice(0, 32)), s = big(signature.slice(32)), t = mod(r + s, N);
  if (x >= Q || y >= Q || mod(y * y - x * x * x - SM2_A * x - SM2_B, Q) || r === 0n || r >= N || s === 0n || s >= N || t === 0n) return false;
  const numbers = [SM2_A, SM2_B, ...SM2_G].map((number) => unhex(number.toString(16).padStart(64, "0")));
  const z = sm3(join(Uint8Array.of(0, 128), text("1234567812345678"), ...numbers, key.slice(1)));
  const point = sm2Add(sm2Times(s, SM2_G), sm2Times(t, [x, y]));
  return point !== null && mod(big(sm3(join(z, message))) + point[0], N) === r;
}
