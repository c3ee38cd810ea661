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
from datetime import datetime, timezone

from signatures import Checkpoint, Fault, root_by_proof, sha256, tree_root  # type: ignore[import-not-found]

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
    "heir": ("密钥变更次数（每次均由新旧密钥共同签名），现用公钥", "Changes of key, each signed by both, to key"),
    "since": ("见证方确认的时间（UTC）", "Witnessed at (UTC)"),
    "nowitness": (
        "没有见证方签名：运营单位自己仍可能在事后重写账本。",
        "No witness has signed: the operator itself could have rewritten the ledger afterwards.",
    ),
    "gaps": ("请求范围内未录制或缺失的时段", "Stretches of the range asked for that are not in the copy"),
    "unproven": ("未能证明的分片（录制文件当时尚未封存）", "Parts not proven (their file was still being written)"),
    "cannot": ("无法读取", "cannot be read"),
    "register": ("附有台账条目，均已证明", "Entries of the register enclosed and proven"),
    "papers": ("附有文书，均未改动", "Papers enclosed and unchanged"),
    "nopapers": (
        "未附证明书和台账摘录（机构尚未附加，或者已被取走）；影像的证明不受影响。",
        "No certificate and no register extract are enclosed (not added yet, or taken away); the proof of the pictures "
        "does not need them.",
    ),
    "stamp": (
        "附有时间戳，可用 openssl ts 核验其签名",
        "A time stamp is enclosed; check its signature with openssl ts",
    ),
    "c2pa": (
        "视频文件带有 C2PA 来源信息，可用任何 C2PA 查看器核对",
        "The video files carry C2PA provenance, which any C2PA viewer shows",
    ),
}
REASONS: "dict[str, list[str]]" = {}  # include reasons.json
PAPERS = ("register.json", "certificate-zh.pdf", "certificate-en.pdf")


HOLE_US = 200_000  # shorter than a picture at the slowest cameras; not worth a gap


def say(lang, name):
    return WORDS[name][0 if lang == "zh" else 1]


def instant(us):
    return (
        datetime.fromtimestamp(us // 1_000_000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        + f".{us % 1_000_000 // 1000:03d}"
    )


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
        self.witnesses = witnesses
        self.checkpoint = self.checkpoint_of(self.proof)
        self.segments = {found["number"]: found for found in self.proof["segments"]}
        self.parts = self.bytes = self.unproven = 0
        self.last = None
        self.papers = []
        self.entries = []

    def checkpoint_of(self, proof):
        return Checkpoint(
            proof["checkpoint"], self.key, self.witnesses or proof["witness_keys"], proof.get("key_changes", [])
        )

    def run(self):
        ordered = self.checkpoint.require(self.proof["export"], "导出记录", "The record of this export")
        digest = hashlib.sha256(self.manifest_bytes).hexdigest()
        if ordered["kind"] != "export" or ordered["manifest_sha256"] != digest:
            raise Fault("manifest.json 被改动过或属于另一复制件", "manifest.json was changed, or is another copy's")
        for stamp in self.proof.get("timestamps", []):
            self.stamp(stamp)
        for file in self.manifest["files"]:
            self.file(file)
        self.check_papers(ordered["export"], digest)

    def path(self, name):
        return os.path.join(self.directory, os.path.basename(name))

    def stamp(self, stamp):
        """A time stamp must be over a checkpoint of this ledger; its own signature is left to openssl."""
        note, token = stamp["checkpoint"].encode(), base64.b64decode(stamp["token"])
        is_over = any(hashlib.new(kind, note).digest() in token for kind in ("sha256", "sha384", "sha512"))
        if not stamp["checkpoint"].startswith(self.checkpoint.origin + "\n") or not is_over:
            zh = "时间戳不属于本账本的检查点"
            raise Fault(zh, "The time stamp is of something else than the ledger's checkpoint")
        if not self.checkpoint.changes:
            Checkpoint(stamp["checkpoint"], self.checkpoint.key.text, [])

    def check_papers(self, export, manifest_sha256):
        """The office's papers: those that the ledger says were added to this very copy, and no others."""
        there = [name for name in PAPERS if os.path.exists(self.path(name))]
        if not os.path.exists(self.path("papers.json")):
            if there:
                raise Fault(
                    f"{there[0]} 没有证明（缺少 papers.json）", f"{there[0]} is not proven: papers.json is missing"
                )
            return
        with open(self.path("papers.json"), encoding="utf-8") as file:
            proof = json.load(file)
        if proof["format"] != "mingcha.papers/1":
            raise Fault("格式未知；请使用更新的核验程序", "Unknown format: a newer verifier is needed")
        checkpoint = self.checkpoint_of(proof)
        told = checkpoint.require(proof["papers"], "文书记录", "The record of the papers")
        wanted = ("copy_papers", export, manifest_sha256)
        if (told["kind"], told["export"], told["manifest_sha256"]) != wanted or (
            checkpoint.origin != self.checkpoint.origin
        ):
            raise Fault("文书属于另一复制件", "The papers are those of another copy")
        for name in sorted(set(told["files"]) | set(there)):
            if name not in told["files"]:
                raise Fault(f"{name} 不是本复制件的文书", f"{name} was not added to this copy by the office")
            if name not in there:
                raise Fault(f"{name} 缺失", f"{name} is missing")
            with open(self.path(name), "rb") as file:
                data = file.read()
            if hashlib.sha256(data).hexdigest() != told["files"][name]:
                raise Fault(f"{name} 被改动或者调换过", f"{name} was changed or exchanged")
            if name == "register.json":
                self.register(json.loads(data), export, proof["register"], checkpoint)
            self.papers.append(name)

    def register(self, extract, export, stretches, checkpoint):
        """Each entry leads to the root of its stretch of the register, and the ledger holds that root."""
        if (extract["format"], extract["export"]) != ("mingcha.register-extract/1", export):
            raise Fault("register.json 属于另一复制件", "register.json belongs to another copy")
        known = {given["index"]: given for given in stretches}
        for entry in extract["entries"]:
            number, stretch = entry["number"], entry["stretch"]
            zh, en = f"台账第 {number} 条", f"Entry {number} of the register"
            if stretch["index"] not in known:
                raise Fault(f"{zh}在账本中没有记录", f"{en} has no record in the ledger")
            told = checkpoint.require(known[stretch["index"]], zh, en)
            path = [bytes.fromhex(item) for item in entry["proof"]]
            found = root_by_proof(entry["position"], stretch["entries"], entry["entry"].encode(), path, sha256)
            bounds = (told["kind"], told["first"], told["last"], told["root"])
            if bounds != ("register", stretch["first"], stretch["last"], found.hex()) or not (
                told["first"] <= number <= told["last"] and json.loads(entry["entry"])["id"] == number
            ):
                raise Fault(f"{zh}与账本不符", f"{en} is not what the ledger holds")
            self.entries.append(number)

    def file(self, file):
        path, name = self.path(file["name"]), file["name"]
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
        if tree_root(leaves, sha256).hex() != entry["root"]:
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
    if checker.checkpoint.changes:
        print(f"{say(lang, 'heir')}: {checker.checkpoint.changes}: {checker.checkpoint.key.text}")
    for name, at in checker.checkpoint.witnessed:
        print(f"{say(lang, 'since')}: {instant(at * 1_000_000)} {name}")
    if not checker.checkpoint.witnessed:
        print(say(lang, "nowitness"))
    if manifest["gaps"]:
        print(f"{say(lang, 'gaps')}:")
        for gap in manifest["gaps"]:
            why = REASONS.get(gap["reason"], (gap["reason"], gap["reason"]))[0 if lang == "zh" else 1]
            print(f"  {instant(gap['from_us'])} - {instant(gap['to_us'])} {why}")
    for stamp in checker.proof.get("timestamps", []):
        print(f"{say(lang, 'stamp')}: {stamp['authority']}, {instant(stamp['stamped_us'])} UTC")
    if any(file.get("c2pa") for file in manifest["files"]):
        print(say(lang, "c2pa"))
    if checker.papers:
        print(f"{say(lang, 'papers')}: {', '.join(checker.papers)}")
        print(f"{say(lang, 'register')}: {', '.join(str(number) for number in checker.entries)}")
    else:
        print(say(lang, "nopapers"))
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
        why = f"manifest.json / proof.json / papers.json {say(given.lang, 'cannot')}: {error!r}"
    else:
        return report(checker, given.lang, bool(given.key))
    print(f"{why}\n{say(given.lang, 'bad')}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
