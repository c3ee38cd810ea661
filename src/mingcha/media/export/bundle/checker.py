"""What verify.py checks of a copy, in order (`mingcha.media.export.verifiers` puts this file into it)."""

import hashlib
import os

from notes import Checkpoint, chosen, fingerprint_of, head_of, is_grown_from, root_by_proof, tree_root
from reading import MOST_BYTES, Fault, document, instant, parsed, shaped, unbase
from signatures import sha256
from stamps import Stamp

PAPERS = ("register.json", "certificate-zh.pdf", "certificate-en.pdf")
STAMPED, STAMP, ROOT = "timestamp.txt", "timestamp.tsr", "provenance-root.pem"
TOOLS = ("verify.py", "verify.html", "README.txt", STAMPED, STAMP)
OTHERS = ("manifest.json", "proof.json", "papers.json", *TOOLS, ROOT)
SYSTEM = ("thumbs.db", "desktop.ini")  # files that Windows makes by itself; those of others begin with a dot
HOLE_US = 200_000  # shorter than a picture at the slowest cameras; not worth a gap
READ_BYTES = 1 << 20
# What reading can raise that nobody thought of: never a verdict by accident, never a traceback for a judge.
UNFORESEEN = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)


class Checker:
    """Checks one copy; `doubts`: what it could not prove, as faults. `of`: ends the names of sentences about it."""

    of = ""

    def __init__(self, directory, key, witness):
        self.directory, self.key_given, self.witness_given = directory, key, witness
        self.doubts, self.papers, self.entries, self.files, self.seen = [], [], [], [], {}
        self.unproven, self.last, self.stamp = 0, None, None

    def run(self):
        if not self.has("manifest.json"):
            raise Fault("no_manifest")
        manifest = self.bytes_of("manifest.json")
        self.manifest = document(manifest, "mingcha.export/1", "manifest.json")
        self.proof = document(self.bytes_of("proof.json"), "mingcha.proof/1", "proof.json")
        self.checkpoint = self.checkpoint_of(self.proof)
        self.segments = {found["number"]: found for found in self.proof["segments"]}
        ordered = self.checkpoint.require(self.proof["export"], "export", Fault("of_export"))
        digest = sha256(manifest).hex()
        if ordered["manifest_sha256"] != digest:
            raise Fault("manifest_changed")
        self.check_root()
        for file in self.manifest["files"]:
            self.file(file)
        self.check_stamp()
        self.check_papers(ordered["export"], digest)
        self.look_around({*OTHERS, *PAPERS, *(file["name"] for file in self.manifest["files"])})

    # --- files

    def path(self, name):
        return os.path.join(self.directory, name)

    def has(self, name):
        return os.path.isfile(self.path(name))

    def bytes_of(self, name):
        if not self.has(name):
            raise Fault("missing", name=name)
        if os.path.getsize(self.path(name)) > MOST_BYTES:
            raise Fault("too_long", name=name)
        with open(self.path(name), "rb") as file:
            return file.read()

    def look_around(self, known):
        """What else lies in the folder is not proven by anything."""
        names = sorted(os.listdir(self.directory))
        strangers = [name for name in names if name not in known and name[:1] != "." and name.lower() not in SYSTEM]
        if self.unproven:
            self.doubts.append(Fault("unproven", count=self.unproven))
        if strangers:
            self.doubts.append(Fault("strangers", names=", ".join(strangers[:20])))
        if self.witness_given and not self.checkpoint.witnessed:
            self.doubts.append(Fault("otherwitness", names=self.witness_given))

    # --- who vouches

    def checkpoint_of(self, proof):
        """The checkpoint of a proof, by the key that was given or else by the one it names itself."""
        changes, key, witnesses = proof["key_changes"], proof["log_key"], proof["witness_keys"]
        if self.key_given:
            told = (parsed(change["entry"], Fault("of_change")) for change in changes)
            offered = [key, *(one.get("new") for one in told if isinstance(one, dict))]
            offered = [text for text in offered if isinstance(text, str)]
            known = chosen(self.key_given, offered)
            if known not in offered:
                raise Fault("key_other", key=fingerprint_of(key))
            key = known
        if self.witness_given:
            found = chosen(self.witness_given, witnesses)
            witnesses = [found] if found is not None else []
        return Checkpoint(proof["checkpoint"], key, witnesses, changes)

    def check_root(self):
        """The certificate that C2PA viewers are given to trust is the one the manifest names."""
        if not self.has(ROOT):
            return
        lines = self.bytes_of(ROOT).decode("latin-1").split("\n")
        framed = lines[0] == "-----BEGIN CERTIFICATE-----" and lines[-2:] == ["-----END CERTIFICATE-----", ""]
        if (
            not framed
            or sha256(unbase("".join(lines[1:-2]), "root_changed")).hex() != self.manifest["provenance_root_sha256"]
        ):
            raise Fault("root_changed")

    def check_stamp(self):
        """A time stamp is over a checkpoint that this one has grown from, or that has grown from this one."""
        for given in self.proof["timestamps"]:
            origin, size, root = head_of(given["checkpoint"])[:3]
            ours, digest = self.checkpoint, self.checkpoint.key.digest
            heads = sorted([(size, root), (ours.size, ours.root)])
            proof = [bytes.fromhex(item) for item in given["consistency"]]
            if origin != ours.origin or not is_grown_from(*heads[0], *heads[1], proof, digest):
                raise Fault("stamp_other")
            token = unbase(given["token"], "stamp_form")
            self.stamp = Stamp(token, given["checkpoint"].encode())
            self.stamp.covered = sum(found["index"] < size for found in self.seen.values())
            for name, data in ((STAMPED, given["checkpoint"].encode()), (STAMP, token)):
                if self.has(name) and self.bytes_of(name) != data:
                    raise Fault("stamp_file", name=name)
        for name in (STAMPED, STAMP):
            if self.stamp is None and self.has(name):
                raise Fault("stamp_file", name=name)

    # --- the pictures

    def file(self, file):
        name, size = file["name"], file["bytes"]
        if not self.has(name):
            raise Fault("missing", name=name)
        more = os.path.getsize(self.path(name)) - size
        if more:
            raise Fault("cut" if more < 0 else "longer", name=name, count=abs(more))
        self.file_parts = 0
        with open(self.path(name), "rb") as video:
            if self.hash_of(video, file["head_bytes"]) != file["head_sha256"]:
                raise Fault("head_changed", name=name, count=file["head_bytes"])
            offset = file["head_bytes"]
            for segment in file["segments"]:
                self.segment(segment, name)
                offset = self.segment_parts(video, segment, name, offset)
        if offset != size:
            raise Fault("unaccounted", name=name)
        self.files.append((name, size, self.file_parts))

    @staticmethod
    def hash_of(video, count):
        """SHA-256 of the next so many bytes of a file, or of what is left of it."""
        digest = hashlib.sha256()
        while count:
            data = video.read(min(count, READ_BYTES))
            if not data:
                break
            digest.update(data)
            count -= len(data)
        return digest.hexdigest()

    def segment(self, segment, name):
        """Is this segment what the ledger says? One that was still being written is not in it."""
        number = segment["number"]
        if segment["root"] is None:
            return
        if number not in self.segments:
            raise Fault("segment_unproven", name=name, number=number)
        found = self.seen[number] = self.segments[number]
        entry = self.checkpoint.require(found, "segment", Fault("of_recording", number=number))
        told = [entry[key] for key in ("number", "camera", "role", "root", "start_us", "end_us")]
        camera, role = self.manifest["camera"], self.manifest["role"]
        if told != [number, camera, role, segment["root"], segment["start_us"], segment["end_us"]]:
            raise Fault("segment_other", name=name, number=number)
        leaves = [bytes.fromhex(digest) for digest in found["leaves"]]
        if not leaves or tree_root(leaves, sha256).hex() != entry["root"]:
            raise Fault("leaves_other", name=name, number=number)

    def segment_parts(self, video, segment, name, offset):
        leaves = self.segments[segment["number"]]["leaves"] if segment["root"] is not None else None
        if segment["parts"]:
            self.follows(segment, segment["parts"][0], name)
        previous = None
        for part in segment["parts"]:
            which = part["part"]
            where = {"name": name, "offset": part["offset"], "number": segment["number"], "part": which}
            where["at"] = instant(part["wall_us"])
            is_known = leaves is None or 0 < which < len(leaves)
            if part["offset"] != offset or (previous is not None and which != previous + 1) or not is_known:
                raise Fault("part_moved", **where)
            self.unproven += leaves is None
            if self.hash_of(video, part["bytes"]) != (part["sha256"] if leaves is None else leaves[which]):
                raise Fault("part_changed", **where)
            offset += part["bytes"]
            previous = which
            self.file_parts += 1
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
        gaps = self.manifest["gaps"]
        told = any(gap["from_us"] < part["wall_us"] and gap["to_us"] > last["wall_us"] for gap in gaps)
        if not whole and not told:
            bounds = {"from": instant(last["wall_us"]), "to": instant(part["wall_us"])}
            raise Fault("untold", name=name, **bounds)

    # --- papers of the office

    def check_papers(self, export, manifest_sha256):
        """Those that the ledger says were added to this very copy, and no others."""
        there = [name for name in PAPERS if self.has(name)]
        if not self.has("papers.json"):
            if there:
                raise Fault("papers_unproven", name=there[0])
            return
        proof = document(self.bytes_of("papers.json"), "mingcha.papers/1", "papers.json")
        checkpoint = self.checkpoint_of(proof)
        told = checkpoint.require(proof["papers"], "copy_papers", Fault("of_papers"))
        if (told["export"], told["manifest_sha256"]) != (export, manifest_sha256) or (
            checkpoint.origin != self.checkpoint.origin
        ):
            raise Fault("papers_other")
        for name in sorted({*told["files"], *there}):
            if name not in told["files"] or name not in PAPERS:
                raise Fault("paper_extra", name=name)
            data = self.bytes_of(name)
            if sha256(data).hex() != told["files"][name]:
                raise Fault("paper_changed", name=name)
            if name == "register.json":
                self.register(document(data, "mingcha.register-extract/1", name), export, proof["register"], checkpoint)
            self.papers.append(name)

    def register(self, extract, export, stretches, checkpoint):
        """Each entry leads to the root of its stretch of the register, and the ledger holds that root."""
        if extract["export"] != export:
            raise Fault("extract_other")
        known = {given["index"]: given for given in stretches}
        for entry in extract["entries"]:
            number, stretch, name = entry["number"], entry["stretch"], Fault("of_entry", number=entry["number"])
            if stretch["index"] not in known:
                raise Fault("entry_unknown", number=number)
            told = checkpoint.require(known[stretch["index"]], "register", name)
            path = [bytes.fromhex(item) for item in entry["proof"]]
            found = root_by_proof(entry["position"], stretch["entries"], entry["entry"].encode(), path, sha256)
            own = shaped(parsed(entry["entry"], name), "entry of the register", name)
            bounds = [told["first"], told["last"], told["root"]] == [stretch["first"], stretch["last"], found.hex()]
            if not bounds or not told["first"] <= number <= told["last"] or own["id"] != number:
                raise Fault("entry_other", number=number)
            self.entries.append((number, own, entry["said"]))


def verdict_of(checker):
    """good, open, part, bad or none, and the fault if there is one."""
    try:
        checker.run()
    except Fault as fault:
        return ("none" if fault.sentence == "no_manifest" else "bad"), fault
    except OSError as error:
        name = "%s (%s)" % (os.path.basename(error.filename or ""), error.strerror)
        return "bad", Fault("unreadable", name=name)
    except UNFORESEEN as error:
        return "bad", Fault("fault", what=repr(error)[:200])
    if checker.doubts and not checker.key_given:
        checker.doubts.append(Fault("uncompared"))
    return ("part" if checker.doubts else "good" if checker.key_given else "open"), None
