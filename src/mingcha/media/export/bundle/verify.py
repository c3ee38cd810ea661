#!/usr/bin/env python3
"""Checks a copy, or a certificate of deletion, made by Mingcha, without Mingcha: no network, no package, one file.
核验明察导出的复制件、删除证明。

    python3 verify.py [DIRECTORY] [--key KEY] [--witness KEY] [--lang zh|en]

DIRECTORY holds manifest.json, proof.json and the video files, or record.json (default: where this script lies). --key
and --witness: fingerprints (eight groups of four) or public keys that you had from the operator or the supervising
organ by another way. Without --key the key that lies there is taken, and the copy is genuine only if its fingerprint is
the true one. A verifier that came with a forged copy may be forged too: any other copy's verify.py, or Mingcha's own,
checks as well.

Ends with 0: unchanged and all of it proven (genuine, if the key is the true one); 1: not genuine; 2: unchanged as far
as it goes, but not all of it is proven.
"""

import argparse
import os
import sys

from checker import STAMP, STAMPED, verdict_of
from reading import REASONS, clean, instant, say
from record import checker_of, record_facts


def spoken():
    """0 where this machine speaks Chinese, else 1."""
    if sys.platform == "win32":
        import ctypes

        return 0 if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == 4 else 1
    return 0 if (os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("zh") else 1


def pictures(checker, lang):
    manifest = checker.manifest
    yield "camera", "%s (%s)" % (clean(manifest["camera_name"]), clean(manifest["camera"]))
    yield "range", "%s - %s" % (instant(manifest["got"]["from_us"]), instant(manifest["got"]["to_us"]))
    for name, size, parts in checker.files:
        yield "checked", say(lang, "amount", name=name, bytes=f"{size:,}", parts=parts)
    for gap in manifest["gaps"]:
        why = REASONS.get(gap["reason"], (gap["reason"], gap["reason"]))[lang]
        yield "gaps", "%s - %s: %s" % (instant(gap["from_us"]), instant(gap["to_us"]), clean(why))
    if not manifest["gaps"]:
        yield "gaps", say(lang, "nogaps")
    if any(file["c2pa"] for file in manifest["files"]):
        yield "c2pa", say(lang, "hasc2pa")


def proofs(checker, lang):
    checkpoint = checker.checkpoint
    told = say(lang, "pinned" if checker.key_given else "unpinned" + checker.of)
    yield "fingerprint", "%s (%s)" % (checkpoint.first.fingerprint, told)
    yield "key", clean(checkpoint.first.text)
    if checkpoint.changes:
        yield "heirs", say(lang, "changed", count=checkpoint.changes)
        yield "heir", checkpoint.key.fingerprint
    yield "ledger", say(lang, "entries", origin=checkpoint.origin, size=checkpoint.size)
    told = say(lang, "pinned" if checker.witness_given else "unpinned" + checker.of)
    for key, at in checkpoint.witnessed:
        at = instant(at * 1_000_000)
        yield "witness", say(lang, "witnessed", at=at, name=key.name, key=key.fingerprint, told=told)
    if not checkpoint.witnessed:
        yield "witness", say(lang, "nowitness")
    if checker.stamp is not None:
        stamp, total = checker.stamp, len(checker.seen)
        share = "stampall" if stamp.covered == total else "stampsome" if stamp.covered else "stampnone"
        share = say(lang, share + checker.of, count=stamp.covered, total=total)
        yield "stamp", say(lang, "stamped", at=instant(stamp.at * 1_000_000), name=stamp.name, share=share)
        yield "", say(lang, "stampsigned" if stamp.is_signed else "stampunsigned")
        command = "openssl ts -verify -in %s -data %s -CAfile ROOT.pem" % (STAMP, STAMPED)
        yield "", say(lang, "stampcommand") + ": " + command


def papers(checker, lang):
    if not checker.papers:
        yield "", say(lang, "nopapers" + checker.of)
        return
    yield "", say(lang, "unchanged" + checker.of, names=", ".join(checker.papers))
    for number, entry, said in checker.entries:
        sentence = said.get(("zh", "en")[lang], entry["act"])
        yield "", "%s %s %s" % (number, instant(entry["at_us"]), clean(sentence))


def report(checker, lang):
    """All that was found, for people."""
    about = ("record", record_facts) if checker.of else ("pictures", pictures)
    for heading, facts in (about, ("proofs", proofs), ("papers", papers)):
        print("\n" + say(lang, heading))
        for label, value in facts(checker, lang):
            print("  " + (say(lang, label) + ": " if label else "") + value)
    for doubt in checker.doubts:
        print("\n! %s: %s" % (say(lang, "notproven"), doubt.said(lang)))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--key", default="")
    parser.add_argument("--witness", default="")
    parser.add_argument("--lang", choices=("zh", "en"), default=("zh", "en")[spoken()])
    given = parser.parse_args(arguments)
    lang = 0 if given.lang == "zh" else 1
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show Chinese
    checker = checker_of(given.directory, given.key.strip(), given.witness.strip())
    print(say(lang, "checking" + checker.of, directory=given.directory))
    verdict, fault = verdict_of(checker)
    if fault is None:
        report(checker, lang)
    else:
        print("\n%s: %s" % (say(lang, "why"), fault.said(lang)))
    print("\n%s\n%s" % (say(lang, verdict + checker.of), say(lang, "means" + verdict + checker.of)))
    if verdict == "open":
        print("%s: %s" % (say(lang, "fingerprint"), checker.checkpoint.first.fingerprint))
    return {"good": 0, "open": 0, "part": 2}.get(verdict, 1)


if __name__ == "__main__":
    sys.exit(main())
