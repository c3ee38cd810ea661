"""Signatures that verify.py checks (`mingcha.media.export.verifiers` puts this file into it), without any package:
Ed25519 (RFC 8032), SM3 (GB/T 32905), SM2 (GB/T 32918.2) and ECDSA (FIPS 186-5). Checking only: nothing here is made to
keep a secret.
"""

import hashlib
import struct

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


# Curves y² = x³ + ax + b over a prime field: (prime, a, b, order, point).
SM2 = (
    0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
    0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC,
    0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    (
        0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
        0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
    ),
)
P256 = (
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    (
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)
P384 = (
    2**384 - 2**128 - 2**96 + 2**32 - 1,
    2**384 - 2**128 - 2**96 + 2**32 - 4,
    0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    (
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    ),
)


def curve_add(curve, one, other):
    """Points are (x, y); None is the one at infinity."""
    prime, a = curve[:2]
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % prime == 0:
        return None
    if one == other:
        slope = (3 * x1 * x1 + a) * pow(2 * y1, -1, prime) % prime
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, prime) % prime
    x = (slope * slope - x1 - x2) % prime
    return (x, (slope * (x1 - x) - y1) % prime)


def curve_times(curve, number, point):
    result = None
    while number:
        if number & 1:
            result = curve_add(curve, result, point)
        point = curve_add(curve, point, point)
        number >>= 1
    return result


def curve_point(curve, public):
    """The point of a public key 0x04 || x || y; None for what is none of the curve."""
    prime, a, b = curve[:3]
    size = (prime.bit_length() + 7) // 8
    x, y = int.from_bytes(public[1 : 1 + size], "big"), int.from_bytes(public[1 + size :], "big")
    if len(public) != 1 + 2 * size or public[0] != 4 or x >= prime or y >= prime:
        return None
    return None if (y * y - x * x * x - a * x - b) % prime else (x, y)


def is_signed_by_sm2(public, message, signature):
    """Whether the 64 bytes r || s are a signature of the message by the key (0x04 || x || y), with the signer id
    1234567812345678 (GM/T 0009)."""
    _, a, b, order, base = SM2
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    key, t = curve_point(SM2, public), (r + s) % order
    if key is None or len(signature) != 64 or not (0 < r < order and 0 < s < order) or t == 0:
        return False
    numbers = b"".join(number.to_bytes(32, "big") for number in (a, b, *base))
    z = sm3(b"\x00\x80" + b"1234567812345678" + numbers + public[1:])
    e = int.from_bytes(sm3(z + message), "big")
    point = curve_add(SM2, curve_times(SM2, s, base), curve_times(SM2, t, key))
    return point is not None and (e + point[0]) % order == r


def is_signed_by_ecdsa(curve, public, digest, r, s):
    """FIPS 186-5 section 6.4.2."""
    order, base = curve[3:]
    key = curve_point(curve, public)
    if key is None or not (0 < r < order and 0 < s < order):
        return False
    e = int.from_bytes(digest, "big") >> max(0, len(digest) * 8 - order.bit_length())
    inverse = pow(s, -1, order)
    left, right = curve_times(curve, e * inverse % order, base), curve_times(curve, r * inverse % order, key)
    point = curve_add(curve, left, right)
    return point is not None and point[0] % order == r
