"""The cryptography of verify.py, which holds this file's text in a copy (`mingcha.media.export.verifiers`).

Without any package: Ed25519 (RFC 8032), SM3 (GB/T 32905) and SM2 (GB/T 32918.2), the tree of RFC 6962 over SHA-256 or
SM3, signed notes (C2SP) and changes of key. Checking only: nothing here is made to keep a secret.
"""

import base64
import hashlib
import json
import struct


class Fault(Exception):
    """The copy is not genuine: (Chinese, English)."""

    def __init__(self, zh, en):
        super().__init__(en)
        self.said = (zh, en)


# --- Ed25519 (RFC 8032 section 5.1.7) -------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def add_points(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add_points(result, point)
        point = add_points(point, point)
        number >>= 1
    return result


def point_of(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if len(data) != 32 or y >= P:
        raise ValueError
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * SQRT_M1 % P
    if (x * x - squared) % P or (x == 0 and sign):
        raise ValueError
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed_by_ed25519(public, message, signature):
    """Whether the 64 bytes are a signature of the message by the key."""
    try:
        key, r = point_of(public), point_of(signature[:32])
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = times(s, BASE), add_points(r, times(h, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- SM3 (GB/T 32905-2016) and SM2 (GB/T 32918.2-2016, curve of GB/T 32918.5-2017) ----------------------------------

WORD = 0xFFFFFFFF


def turn(word, by):
    by %= 32
    return (word << by | word >> (32 - by)) & WORD


def sm3_block(state, block):
    w = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)
        w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        twelve = turn(a, 12)
        one = turn((twelve + e + turn(0x79CC4519 if j < 16 else 0x7A879D8A, j)) & WORD, 7)
        ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
        gg = e ^ f ^ g if j < 16 else e & f | ~e & WORD & g
        two = (gg + h + one + w[j]) & WORD
        a, b, c, d = (ff + d + (one ^ twelve) + (w[j] ^ w[j + 4])) & WORD, a, turn(b, 9), c
        e, f, g, h = two ^ turn(two, 9) ^ turn(two, 17), e, turn(f, 19), g
    return [old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h))]


def sm3_by_hand(data):
    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack(">Q", len(data) * 8)
    for at in range(0, len(padded), 64):
        state = sm3_block(state, padded[at : at + 64])
    return struct.pack(">8I", *state)


def sha256(data):
    return hashlib.sha256(data).digest()


def sm3(data):
    """By this Python's OpenSSL where it has it, else by hand, which is slow and gives the same."""
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError:
        return sm3_by_hand(data)


Q = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
A = Q - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)


def sm2_add(one, other):
    """Points are (x, y); None is the one at infinity."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % Q == 0:
        return None
    if one == other:
        slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, Q) % Q
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, Q) % Q
    x = (slope * slope - x1 - x2) % Q
    return (x, (slope * (x1 - x) - y1) % Q)


def sm2_times(number, point):
    result = None
    while number:
        if number & 1:
            result = sm2_add(result, point)
        point = sm2_add(point, point)
        number >>= 1
    return result


def is_signed_by_sm2(public, message, signature):
    """Whether the 64 bytes r || s are a signature of the message by the key (0x04 || x || y), with the signer id
    1234567812345678 (GM/T 0009)."""
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(public) != 65 or public[0] != 4 or x >= Q or y >= Q or (y * y - x * x * x - A * x - B) % Q:
        return False
    t = (r + s) % N
    if len(signature) != 64 or not (0 < r < N and 0 < s < N) or t == 0:
        return False
    numbers = b"".join(number.to_bytes(32, "big") for number in (A, B, *G))
    z = sm3(b"\x00\x80" + b"1234567812345678" + numbers + public[1:])
    e = int.from_bytes(sm3(z + message), "big")
    point = sm2_add(sm2_times(s, G), sm2_times(t, (x, y)))
    return point is not None and (e + point[0]) % N == r


# --- RFC 6962 and C2SP signed notes ---------------------------------------------------------------------------------


def tree_root(leaves, digest):
    """Root over leaves, each hashed as a leaf first."""
    level = [digest(b"\x00" + leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [digest(b"\x01" + level[n] + level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0]


def root_by_proof(index, size, leaf, proof, digest):
    """RFC 9162 section 2.1.3.2."""
    fn, sn, found = index, size - 1, digest(b"\x00" + leaf)
    for item in proof:
        if sn == 0:
            return b""
        if fn & 1 or fn == sn:
            found = digest(b"\x01" + item + found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = digest(b"\x01" + found + item)
        fn, sn = fn >> 1, sn >> 1
    return found if sn == 0 else b""


# Signature type: (length of the key, whether a witness's, check, hash of the tree, line in the checkpoint).
KINDS = {
    b"\x01": (32, False, is_signed_by_ed25519, sha256, ""),
    b"\x04": (32, True, is_signed_by_ed25519, sha256, ""),
    b"\xffmingcha/sm3-sm2/v1": (65, False, is_signed_by_sm2, sm3, "sm3-sm2"),
    b"\xffmingcha/sm3-sm2/cosignature/v1": (65, True, is_signed_by_sm2, sm3, "sm3-sm2"),
}


class Key:
    """A public key from its text ``name+id+base64``."""

    def __init__(self, text):
        self.text = text.strip()
        try:
            self.name, stated, encoded = self.text.split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise Fault("公钥格式不对", "A public key is malformed") from None
        prefix = next((kind for kind in KINDS if raw.startswith(kind) and len(raw) == len(kind) + KINDS[kind][0]), None)
        self.id = sha256(self.name.encode() + b"\n" + raw)[:4]
        if prefix is None or self.id.hex() != stated:
            raise Fault("公钥与其编号不符", "A public key does not match its id")
        self.public = raw[len(prefix) :]
        _, self.is_witness, self.check, self.digest, self.suite = KINDS[prefix]

    def has_signed(self, message, signature):
        return self.check(self.public, message.encode(), signature)


def statement(told):
    """What both keys sign when one hands over to the other."""
    lines = ("mingcha.key-change/1", told["origin"], told["index"], told["old"], told["new"], told["at_us"])
    return "".join("%s\n" % line for line in (*lines, json.dumps(told["reason"], ensure_ascii=False)))


class Checkpoint:
    """The signed head of the ledger. `key`: the one that signed it, to which the key given has led by `changes` of key;
    `witnessed`: (name, seconds) of genuine cosignatures."""

    def __init__(self, note, log_key, witness_keys, changes=()):
        text, _, signatures = note.partition("\n\n")
        self.text = text + "\n"
        lines = text.split("\n")
        try:
            self.origin, self.size, self.root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
            rows = [line.split(" ") for line in signatures.splitlines()]
            self.signed = [(row[1], base64.b64decode(row[2], validate=True)) for row in rows]
        except (IndexError, ValueError):
            raise Fault("账本检查点格式不对", "The ledger's checkpoint is malformed") from None
        self.changes = 0
        self.key = self.heir_of(Key(log_key), changes)
        own = self.signatures_of(self.key)
        if self.key.is_witness or not any(self.key.has_signed(self.text, raw) for raw in own):
            raise Fault("账本检查点没有该公钥的有效签名", "The ledger's checkpoint is not signed by the ledger's key")
        if [line[6:] for line in lines[3:] if line.startswith("suite ")] != [self.key.suite] * bool(self.key.suite):
            raise Fault("检查点所称的密码套件与公钥不符", "The checkpoint names another suite than its key's")
        for change in changes:
            self.require(change, "密钥变更记录", "The record of a change of key")
        self.witnessed = [found for text_key in witness_keys for found in self.cosignatures_of(Key(text_key))]

    def signatures_of(self, key):
        return [raw[4:] for signer, raw in self.signed if signer == key.name and raw[:4] == key.id]

    def cosignatures_of(self, key):
        for raw in self.signatures_of(key):
            at = int.from_bytes(raw[:8], "big")
            if not key.is_witness or not key.has_signed("cosignature/v1\ntime %d\n%s" % (at, self.text), raw[8:]):
                raise Fault("见证方 %s 的签名无效" % key.name, "The signature of the witness %s is false" % key.name)
            yield key.name, at

    def heir_of(self, key, changes):
        """The key that signs now: each change after the key known is signed by it and by the one it hands over to."""
        for change in changes:
            told = json.loads(change["entry"])
            if told["kind"] != "key" or told["old"] != key.text:
                continue
            new, said = Key(told["new"]), statement(told)
            is_here = (told["origin"], told["index"]) == (self.origin, change["index"])
            by_old, by_new = base64.b64decode(told["by_old"]), base64.b64decode(told["by_new"])
            if not (is_here and key.has_signed(said, by_old) and new.has_signed(said, by_new)):
                raise Fault("密钥变更记录的签名无效", "The record of a change of key is not signed by both keys")
            key = new
            self.changes += 1
        return key

    def require(self, given, zh, en):
        """The entry, if its proof leads to the root."""
        entry, proof = given["entry"], [bytes.fromhex(item) for item in given["proof"]]
        found = root_by_proof(given["index"], self.size, entry.encode(), proof, self.key.digest)
        if not 0 <= given["index"] < self.size or found != self.root:
            raise Fault("%s不在账本中" % zh, "%s is not in the ledger" % en)
        return json.loads(entry)
