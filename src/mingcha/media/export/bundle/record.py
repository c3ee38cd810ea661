"""What verify.py checks of one entry of the ledger that was handed out by itself, the certificate of a deletion
(`mingcha.media.export.verifiers` puts this file into it).
"""

import os
import re

from checker import PAPERS, TOOLS, Checker
from reading import INSTRUMENTS, WORDS, Fault, clean, document, instant, parsed, say

RECORD = "record.json"
KINDS_OF_RECORD = ("deletion", "copy_deletion", "loss")
A_DAY_US = 86_400_000_000
MOST_SPANS = 50


class Record(Checker):
    """Checks ``record.json``; `told`: the entry, of the kind `kind`."""

    of = "record"

    def run(self):
        self.proof = document(self.bytes_of(RECORD), "mingcha.record/1", RECORD)
        self.checkpoint = self.checkpoint_of(self.proof)
        given, what = self.proof["record"], Fault("of_record")
        told = parsed(given["entry"], what)
        self.kind = told.get("kind") if isinstance(told, dict) else None
        if self.kind not in KINDS_OF_RECORD:
            raise Fault("malformed", name=what, where="kind")
        self.told = self.checkpoint.require(given, self.kind, what)
        self.seen = {0: given}
        self.check_stamp()
        self.papers = [name for name in PAPERS[1:] if self.has(name)]
        self.look_around({RECORD, *PAPERS[1:], *TOOLS})


def checker_of(directory, key, witness):
    """Of the record that lies there without a manifest, else of a copy."""
    there = [os.path.isfile(os.path.join(directory, name)) for name in (RECORD, "manifest.json")]
    return (Record if there == [True, False] else Checker)(directory, key, witness)


def record_facts(checker, lang):
    """What the entry tells, as (label, value)."""
    told = checker.told
    yield "deed", say(lang, "is" + checker.kind)
    for label in ("certificate", "export"):
        if label in told:
            yield "id" + label, clean(told[label])
    yield "camera", clean("%s (%s)" % (told["camera"], told["role"]))
    since, until = ("from_us", "to_us") if checker.kind == "copy_deletion" else ("start_us", "end_us")
    yield "range", "%s - %s" % (instant(told[since]), instant(told[until]))
    if "segments" in told:
        said = ["%d-%d" % (first, last) if last > first else "%d" % first for first, last in told["numbers"]]
        said = ", ".join(said[:MOST_SPANS]) + (" …" if len(said) > MOST_SPANS else "")
        yield "recordings", say(lang, "amountgone", count=told["segments"], bytes=f"{told['bytes']:,}", numbers=said)
        yield "root", told["root"]
    else:
        yield "manifest", clean(told["manifest_sha256"])
    yield "entered", instant(told["at_us"])
    for name in ("cause", "reason"):
        if name in told:
            yield "why_gone", said_cause(told[name], lang)
    if checker.kind == "deletion":
        yield from rule_facts(told, lang)
    yield "place", say(lang, "placed", index=checker.proof["record"]["index"])


def said_cause(cause, lang):
    return say(lang, "cause_" + cause) if "cause_" + cause in WORDS else clean(cause)


def rule_facts(told, lang):
    rule = told["rule"]
    yield "kept", say(lang, "keptleast", time=duration(rule["floor_us"], lang))
    if rule["ceiling_us"] is not None:
        yield "", say(lang, "keptmost", time=duration(rule["ceiling_us"], lang))
    for said in dict.fromkeys(provision(ground, lang) for ground in rule["ground"]):
        yield "ground", said
    yield "law", clean(told["law_version"])


def duration(us, lang):
    days = us % A_DAY_US == 0
    return say(lang, "days" if days else "seconds", count=us // A_DAY_US if days else us // 1_000_000)


def provision(ground, lang):
    """A provision as the entry names it (``instrument article item``), in words; as it stands where it is another."""
    own = re.fullmatch(r"policy keep_days ([0-9]+)", ground)
    if own:
        return say(lang, "ownrule", count=own[1])
    found = re.fullmatch(r"(\S+) ([0-9]+)( .*)?", ground)
    if not found or found[1] not in INSTRUMENTS:
        return clean(ground)
    item = [say(lang, "paragraph", number=one) for one in re.findall(r"para([0-9]+)", found[3] or "")]
    item += [say(lang, "point", number=one) for one in re.findall(r"\(([0-9]+)\)", found[3] or "")]
    return say(lang, "article", name=INSTRUMENTS[found[1]], number=found[2], item="".join(item))
