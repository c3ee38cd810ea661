#!/usr/bin/env python3
"""Checks a copy made by Mingcha, without Mingcha: no network, no package, one file. 核验明察导出的复制件。

    python3 verify.py [DIRECTORY] [--key LOGKEY] [--witness WITNESSKEY] [--lang zh|en]

DIRECTORY holds manifest.json, proof.json and the video files (default: where this script lies). --key and --witness:
public keys that you had from the operator or the supervising organ by another way; without them the keys in
proof.json are taken, and then only somebody who holds those keys could have made this copy.

Ends with 0: proven; 1: not genuine; 2: genuine as far as it goes, but not all of it is proven.
"""

import argparse
import base64
import hashlib
import json
import os
import sys
from datetime import UTC, datetime

# --- words ----------------------------------------------------------------------------------------------------------

WORDS = {
    "title": ("核验复制件", "Checking the copy in"),
    "good": ("结论：真实完整。", "RESULT: genuine and complete."),
    "bad": ("结论：不真实。", "RESULT: NOT GENUINE."),
    "part": (
        "结论：已有部分真实，但并非全部可以证明。",
        "RESULT: genuine as far as it goes, but not all of it is proven.",
    ),
    "camera": ("摄像机", "Camera"),
    "range": ("影像时间（UTC）", "Pictures from (UTC)"),
    "files": ("视频文件、分片、字节", "Files, parts, bytes checked"),
    "same": (
        "每个分片的字节与录制当时记入账本的哈希一致，顺序连续，没有增加、缺少或者调换。",
        "Every byte is what was hashed into the ledger when it was recorded; no part was added, taken out or moved.",
    ),
    "ledger": ("账本", "Ledger"),
    "size": ("条目数", "entries"),
    "key": ("签名公钥", "Signed by key"),
    "pinned": ("（与您提供的公钥一致）", "(the one you gave)"),
    "unpinned": (
        "（取自 proof.json；请从运营单位或监督机关另行核对）",
        "(taken from proof.json: compare it with what the operator or the supervising organ tells you)",
    ),
    "since": ("见证方确认的时间（UTC）", "Witnessed at (UTC)"),
    "nowitness": (
        "没有见证方签名：运营单位自己仍可能在事后重写账本。",
        "No witness has signed: the operator itself could have rewritten the ledger afterwards.",
    ),
    "gaps": ("请求范围内未录制或缺失的时段", "Stretches of the range asked for that are not in the copy"),
    "unproven": ("未能证明的分片（录制文件当时尚未封存）", "Parts not proven (their file was still being written)"),
    "cannot": ("无法读取", "cannot be read"),
}


HOLE_US = 200_000  # shorter than a picture at the slowest cameras; not worth a gap


class Fault(Exception):
    """The copy is not genuine: (Chinese, English)."""

    def __init__(self, zh, en):
        super().__init__(en)
        self.said = (zh, en)


def say(lang, name):
    return WORDS[name][0 if lang == "zh" else 1]


def instant(us):
    return datetime.fromtimestamp(us // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S") + f".{us % 1_000_000 // 1000:03d}"


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
    if y >= P:
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


def is_signed(public, message, signature):
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


# --- RFC 6962 and C2SP signed notes ---------------------------------------------------------------------------------


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves):
    level = list(leaves)
    while len(level) > 1:
        pairs = [node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0]


def root_by_proof(index, size, leaf, proof):
    """RFC 9162 section 2.1.3.2."""
    fn, sn, found = index, size - 1, leaf
    for item in proof:
        if sn == 0:
            return b""
        if fn & 1 or fn == sn:
            found = node_hash(item, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, item)
        fn, sn = fn >> 1, sn >> 1
    return found if sn == 0 else b""


def read_key(text):
    """(name, key id, algorithm, public key) of ``name+id+base64``."""
    try:
        name, stated, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise Fault("公钥格式不对", "A public key is malformed") from None
    if len(raw) != 33 or hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() != stated:
        raise Fault("公钥与其编号不符", "A public key does not match its id")
    return name, bytes.fromhex(stated), raw[0], raw[1:]


class Checkpoint:
    """The signed head of the ledger. `witnessed`: (name, seconds) of genuine cosignatures."""

    def __init__(self, note, log_key, witness_keys):
        text, _, signatures = note.partition("\n\n")
        self.text = text + "\n"
        lines = text.split("\n")
        try:
            self.origin, self.size, self.root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
            rows = [line.split(" ") for line in signatures.splitlines()]
            signed = [(row[1], base64.b64decode(row[2], validate=True)) for row in rows]
        except (IndexError, ValueError):
            raise Fault("账本检查点格式不对", "The ledger's checkpoint is malformed") from None
        name, key_id, algorithm, public = read_key(log_key)
        own = [raw[4:] for signer, raw in signed if signer == name and raw[:4] == key_id]
        if algorithm != 1 or not any(is_signed(public, self.text.encode(), raw) for raw in own):
            raise Fault("账本检查点没有该公钥的有效签名", "The ledger's checkpoint is not signed by the ledger's key")
        self.witnessed = []
        for text_key in witness_keys:
            name, key_id, algorithm, public = read_key(text_key)
            for signer, raw in signed:
                if signer == name and raw[:4] == key_id and algorithm == 4:
                    at = int.from_bytes(raw[4:12], "big")
                    message = f"cosignature/v1\ntime {at}\n{self.text}"
                    if not is_signed(public, message.encode(), raw[12:]):
                        raise Fault(f"见证方 {name} 的签名无效", f"The signature of the witness {name} is false")
                    self.witnessed.append((name, at))

    def require(self, given, zh, en):
        """The entry, if its proof leads to the root."""
        entry = given["entry"]
        found = root_by_proof(
            given["index"], self.size, leaf_hash(entry.encode()), [bytes.fromhex(h) for h in given["proof"]]
        )
        if not 0 <= given["index"] < self.size or found != self.root:
            raise Fault(f"{zh}不在账本中", f"{en} is not in the ledger")
        return json.loads(entry)


def place(name, number, part):
    """Where a part stands, in both languages."""
    offset, which, at = part["offset"], part["part"], instant(part["wall_us"])
    return (
        f"{name} 第 {offset} 字节，录像 {number} 第 {which} 分片，{at} UTC",
        f"{name} at byte {offset}, recording {number} part {which}, {at} UTC",
    )


# --- the copy -------------------------------------------------------------------------------------------------------


class Checker:
    """Checks one copy; `unproven` counts parts whose file was not sealed."""

    def __init__(self, directory, key, witnesses):
        self.directory = directory
        with open(os.path.join(directory, "manifest.json"), "rb") as file:
            self.manifest_bytes = file.read()
        with open(os.path.join(directory, "proof.json"), encoding="utf-8") as file:
            self.proof = json.load(file)
        self.manifest = json.loads(self.manifest_bytes)
        if self.manifest["format"] != "mingcha.export/1" or self.proof["format"] != "mingcha.proof/1":
            raise Fault("格式未知；请使用更新的核验程序", "Unknown format: a newer verifier is needed")
        self.key = key or self.proof["log_key"]
        self.checkpoint = Checkpoint(self.proof["checkpoint"], self.key, witnesses or self.proof["witness_keys"])
        self.segments = {found["number"]: found for found in self.proof["segments"]}
        self.parts = self.bytes = self.unproven = 0
        self.last = None

    def run(self):
        ordered = self.checkpoint.require(self.proof["export"], "导出记录", "The record of this export")
        if ordered["kind"] != "export" or ordered["manifest_sha256"] != hashlib.sha256(self.manifest_bytes).hexdigest():
            raise Fault("manifest.json 被改动过或属于另一复制件", "manifest.json was changed, or is another copy's")
        for file in self.manifest["files"]:
            self.file(file)

    def file(self, file):
        path = os.path.join(self.directory, os.path.basename(file["name"]))
        name = file["name"]
        size = os.path.getsize(path)
        more = size - file["bytes"]
        if more < 0:
            raise Fault(f"{name} 结尾被截断：缺 {-more} 字节", f"{name}: its end is cut off, {-more} bytes are missing")
        if more > 0:
            raise Fault(f"{name} 结尾多出 {more} 字节", f"{name}: {more} bytes were added at its end")
        with open(path, "rb") as video:
            if hashlib.sha256(video.read(file["head_bytes"])).hexdigest() != file["head_sha256"]:
                raise Fault(f"{name} 的文件头被改动过", f"{name}: its head was changed")
            offset = file["head_bytes"]
            for segment in file["segments"]:
                self.segment(segment, name)
                offset = self.segment_parts(video, segment, name, offset)
            if offset != size:
                raise Fault(f"{name} 有未说明的字节", f"{name} holds bytes that no part accounts for")

    def segment(self, segment, name):
        """Is this segment what the ledger says? One that was still being written is not in it."""
        number = segment["number"]
        if segment["root"] is None:
            return
        if number not in self.segments:
            raise Fault(f"{name}：录像 {number} 没有证明", f"{name}: there is no proof of recording {number}")
        found = self.segments[number]
        entry = self.checkpoint.require(found, f"录像 {number}", f"Recording {number}")
        told = [entry[key] for key in ("kind", "number", "camera", "role", "root", "start_us", "end_us")]
        camera, role = self.manifest["camera"], self.manifest["role"]
        wanted = ["segment", number, camera, role, segment["root"], segment["start_us"], segment["end_us"]]
        if told != wanted:
            raise Fault(
                f"{name}：录像 {number} 属于另一摄像机或另一时间",
                f"{name}: recording {number} is of another camera or time",
            )
        leaves = [bytes.fromhex(digest) for digest in found["leaves"]]
        if tree_root([leaf_hash(digest) for digest in leaves]).hex() != entry["root"]:
            raise Fault(
                f"{name}：录像 {number} 的分片清单与账本不符",
                f"{name}: the parts listed of recording {number} are not those in the ledger",
            )

    def segment_parts(self, video, segment, name, offset):
        leaves = self.segments[segment["number"]]["leaves"] if segment["root"] is not None else None
        if segment["parts"]:
            self.follows(segment, segment["parts"][0], name)
        previous = None
        for part in segment["parts"]:
            where = place(name, segment["number"], part)
            if part["offset"] != offset or (previous is not None and part["part"] != previous + 1):
                raise Fault(
                    f"分片被增加、缺少或者调换：{where[0]}", f"A part was added, taken out or moved: {where[1]}"
                )
            video.seek(offset)
            data = video.read(part["bytes"])
            if leaves is None:
                self.unproven += 1
                expected = part["sha256"]
            else:
                expected = leaves[part["part"]] if 0 < part["part"] < len(leaves) else ""
            if hashlib.sha256(data).hexdigest() != expected:
                raise Fault(f"画面被改动过：{where[0]}", f"The pictures were changed: {where[1]}")
            offset += part["bytes"]
            previous = part["part"]
            self.parts += 1
            self.bytes += len(data)
            self.last = (segment, part)
        return offset

    def follows(self, segment, part, name):
        """The next recording goes on where the last one ended, or the manifest tells of the gap between them."""
        if self.last is None:
            return
        before, last = self.last
        if before["number"] == segment["number"]:
            whole = part["part"] == last["part"] + 1
        else:
            is_end = before["root"] is None or last["part"] == len(self.segments[before["number"]]["leaves"]) - 1
            whole = is_end and part["part"] == 1 and 0 <= segment["start_us"] - before["end_us"] <= HOLE_US
        told = (
            gap for gap in self.manifest["gaps"] if gap["from_us"] < part["wall_us"] and gap["to_us"] > last["wall_us"]
        )
        if not whole and next(told, None) is None:
            text = f"{instant(last['wall_us'])} - {instant(part['wall_us'])} UTC"
            raise Fault(f"{name}：缺少一段没有说明的影像：{text}", f"{name}: a stretch is missing and not told: {text}")


def report(checker, lang, pinned):
    manifest = checker.manifest
    print(f"{say(lang, 'camera')}: {manifest['camera_name']} ({manifest['camera']})")
    print(f"{say(lang, 'range')}: {instant(manifest['got']['from_us'])} - {instant(manifest['got']['to_us'])}")
    print(f"{say(lang, 'files')}: {len(manifest['files'])}, {checker.parts}, {checker.bytes}")
    print(f"{say(lang, 'ledger')}: {checker.checkpoint.origin}, {checker.checkpoint.size} {say(lang, 'size')}")
    print(f"{say(lang, 'key')}: {checker.key} {say(lang, 'pinned' if pinned else 'unpinned')}")
    for name, at in checker.checkpoint.witnessed:
        print(f"{say(lang, 'since')}: {instant(at * 1_000_000)} {name}")
    if not checker.checkpoint.witnessed:
        print(say(lang, "nowitness"))
    if manifest["gaps"]:
        print(f"{say(lang, 'gaps')}:")
        for gap in manifest["gaps"]:
            print(f"  {instant(gap['from_us'])} - {instant(gap['to_us'])} {gap['reason']}")
    if checker.unproven:
        print(f"{say(lang, 'unproven')}: {checker.unproven}")
        print(say(lang, "part"))
        return 2
    print(say(lang, "same"))
    print(say(lang, "good"))
    return 0


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--key", default="")
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument(
        "--lang", choices=("zh", "en"), default="zh" if os.environ.get("LANG", "").startswith("zh") else "en"
    )
    given = parser.parse_args(arguments)
    print(f"{say(given.lang, 'title')} {given.directory}")
    try:
        checker = Checker(given.directory, given.key, given.witness)
        checker.run()
    except Fault as fault:
        why = fault.said[0 if given.lang == "zh" else 1]
    except OSError as error:
        why = f"{error.filename}: {say(given.lang, 'cannot')}: {error.strerror}"
    except (KeyError, TypeError, ValueError, IndexError) as error:
        why = f"manifest.json / proof.json {say(given.lang, 'cannot')}: {error!r}"
    else:
        return report(checker, given.lang, bool(given.key))
    print(f"{why}\n{say(given.lang, 'bad')}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
