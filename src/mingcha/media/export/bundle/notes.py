"""The ledger as verify.py reads it (`mingcha.media.export.verifiers` puts this file into it): the tree of RFC 6962 over
SHA-256 or SM3, signed notes (C2SP) and changes of key.
"""

import json
import re

from reading import MOST_NUMBER, Fault, entry_of, unbase
from signatures import is_signed_by_ed25519, is_signed_by_sm2, sha256, sm3


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


def is_grown_from(old_size, old_root, size, root, proof, digest):
    """Whether the tree of `size` begins with the entries of the one of `old_size` (RFC 9162 section 2.1.4.2)."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    if not path:
        return False
    old, new = path[0], path[0]
    for item in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = digest(b"\x01" + item + old), digest(b"\x01" + item + new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = digest(b"\x01" + new + item)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == old_root and new == root


# Signature type: (length of the key, whether a witness's, check, hash of the tree, line in the checkpoint).
KINDS_OF_KEY = {
    b"\x01": (32, False, is_signed_by_ed25519, sha256, ""),
    b"\x04": (32, True, is_signed_by_ed25519, sha256, ""),
    b"\xffmingcha/sm3-sm2/v1": (65, False, is_signed_by_sm2, sm3, "sm3-sm2"),
    b"\xffmingcha/sm3-sm2/cosignature/v1": (65, True, is_signed_by_sm2, sm3, "sm3-sm2"),
}
NAME = r"([^+\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]{1,200})"
NOTE = r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n((?:[^\n]+\n)*)\n((?:\u2014 [^ \n]+ [^ \n]+\n)+)"
MOST_NOTE = 100_000  # bytes


def fingerprint_of(text):
    """What people compare: the first 32 digits of the SHA-256 of a public key as it is written."""
    digits = sha256(text.encode()).hex()[:32].upper()
    return " ".join(digits[n : n + 4] for n in range(0, 32, 4))


class Key:
    """A public key from its text ``name+id+base64``."""

    def __init__(self, text):
        found = re.fullmatch(NAME + r"\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,200})", text)
        if found is None:
            raise Fault("key_form", key=text[:100])
        self.text, self.name = text, found[1]
        raw = unbase(found[3], "checkpoint_form")
        fits = (kind for kind in KINDS_OF_KEY if raw.startswith(kind) and len(raw) == len(kind) + KINDS_OF_KEY[kind][0])
        prefix = next(fits, None)
        self.id = sha256(self.name.encode() + b"\n" + raw)[:4]
        if prefix is None or self.id.hex() != found[2]:
            raise Fault("key_form", key=text[:100])
        self.public = raw[len(prefix) :]
        _, self.is_witness, self.check, self.digest, self.suite = KINDS_OF_KEY[prefix]
        self.fingerprint = fingerprint_of(text)

    def has_signed(self, message, signature):
        return self.check(self.public, message.encode(), signature)


def chosen(given, offered):
    """The key that somebody gave as text or fingerprint, among those a proof offers. A text stands for itself."""
    digits = re.sub(r"[\s:-]", "", given).upper()
    if not re.fullmatch("[0-9A-F]{32}", digits):
        return given.strip()
    return next((text for text in offered if fingerprint_of(text).replace(" ", "") == digits), None)


def head_of(note):
    """Origin, size, root of a checkpoint, its signed text, its further lines, and (name, bytes) of its signatures."""
    found = len(note.encode()) <= MOST_NOTE and re.fullmatch(NOTE, note)
    if not found or int(found[2]) > MOST_NUMBER:
        raise Fault("checkpoint_form")
    rows = [line.split(" ") for line in found[5].split("\n")[:-1]]
    signed = [(name, unbase(encoded, "checkpoint_form")) for _, name, encoded in rows]
    text, lines = note[: note.index("\n\n") + 1], found[4].split("\n")[:-1]
    return found[1], int(found[2]), unbase(found[3], "checkpoint_form"), text, lines, signed


def statement(told):
    """What both keys sign when one hands over to the other."""
    lines = ("mingcha.key-change/1", told["origin"], told["index"], told["old"], told["new"], told["at_us"])
    return "".join("%s\n" % line for line in (*lines, json.dumps(told["reason"], ensure_ascii=False)))


class Checkpoint:
    """The signed head of the ledger. `key`: the one that signed it, to which `first` has led by `changes` of key;
    `witnessed`: (key, seconds) of genuine cosignatures."""

    def __init__(self, note, log_key, witness_keys, changes):
        self.origin, self.size, self.root, self.text, lines, self.signed = head_of(note)
        self.changes, self.first = 0, Key(log_key)
        self.key = self.heir_of(self.first, changes)
        own = self.signatures_of(self.key)
        if self.key.is_witness or not any(self.key.has_signed(self.text, raw) for raw in own):
            raise Fault("checkpoint_signature")
        if [line[6:] for line in lines if line.startswith("suite ")] != [self.key.suite] * bool(self.key.suite):
            raise Fault("checkpoint_suite")
        for change in changes:
            self.require(change, "key", Fault("of_change"))
        self.witnessed = [found for text_key in witness_keys for found in self.cosignatures_of(Key(text_key))]

    def signatures_of(self, key):
        return [raw[4:] for signer, raw in self.signed if signer == key.name and raw[:4] == key.id]

    def cosignatures_of(self, key):
        for raw in self.signatures_of(key):
            at = int.from_bytes(raw[:8], "big")
            said = "cosignature/v1\ntime %d\n%s" % (at, self.text)
            if not key.is_witness or at > MOST_NUMBER // 1_000_000 or not key.has_signed(said, raw[8:]):
                raise Fault("witness_signature", name=key.name)
            yield key, at

    def heir_of(self, key, changes):
        """The key that signs now: each change after the key known is signed by it and by the one it hands over to."""
        for change in changes:
            told = entry_of(change["entry"], "key", Fault("of_change"))
            if told["old"] != key.text:
                continue
            new, said = Key(told["new"]), statement(told)
            is_here = (told["origin"], told["index"]) == (self.origin, change["index"])
            by_old, by_new = (unbase(told[by], "change_signature") for by in ("by_old", "by_new"))
            if not (is_here and key.has_signed(said, by_old) and new.has_signed(said, by_new)):
                raise Fault("change_signature")
            key = new
            self.changes += 1
        return key

    def require(self, given, kind, what):
        """The entry, if its proof leads to the root and it is of the kind; `what` names it."""
        proof = [bytes.fromhex(item) for item in given["proof"]]
        found = root_by_proof(given["index"], self.size, given["entry"].encode(), proof, self.key.digest)
        if given["index"] >= self.size or found != self.root:
            raise Fault("not_in_ledger", what=what)
        return entry_of(given["entry"], kind, what)
