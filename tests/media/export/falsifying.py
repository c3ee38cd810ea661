"""Every way to falsify a copy, each with the sentence by which `verify.py` names it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mingcha.ledger.notes import Cosigner, Signer, Verifier
from tests.media.export.bundles import SIGNED_US


def manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path / "manifest.json").read_text())
    return found


def video(path: Path) -> Path:
    return path / str(manifest(path)["files"][0]["name"])


def parts(path: Path) -> list[dict[str, Any]]:
    return [part for segment in manifest(path)["files"][0]["segments"] for part in segment["parts"]]


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def flip_picture(path: Path) -> None:
    part = parts(path)[3]
    flip(video(path), part["offset"] + part["bytes"] // 2)


def flip_head(path: Path) -> None:
    flip(video(path), 40)


def swap_parts(path: Path) -> None:
    one, other = parts(path)[2:4]
    data = video(path).read_bytes()
    begin, middle, end = one["offset"], other["offset"], other["offset"] + other["bytes"]
    video(path).write_bytes(data[:begin] + data[middle:end] + data[begin:middle] + data[end:])


def drop_part(path: Path) -> None:
    part = parts(path)[4]
    data = video(path).read_bytes()
    video(path).write_bytes(data[: part["offset"]] + data[part["offset"] + part["bytes"] :])


def add_bytes(path: Path) -> None:
    with video(path).open("ab") as out:
        out.write(b"\0\0\0\x08free")


def cut_end(path: Path) -> None:
    data = video(path).read_bytes()
    video(path).write_bytes(data[:-1])


def change_manifest(path: Path) -> None:
    text = (path / "manifest.json").read_text()
    (path / "manifest.json").write_text(text.replace("camera_lost", "recorder_stopped"))


def forge(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    proof = json.loads((path / "proof.json").read_text())
    change(proof)
    (path / "proof.json").write_text(json.dumps(proof))


def forge_root(path: Path) -> None:
    """The picture is changed and the lists are made to agree: the ledger does not."""
    flip_picture(path)
    part = parts(path)[3]
    data = video(path).read_bytes()[part["offset"] : part["offset"] + part["bytes"]]
    digest = hashlib.sha256(data).hexdigest()

    def change(proof: dict[str, Any]) -> None:
        for segment in proof["segments"]:
            segment["leaves"] = [digest if leaf == part["sha256"] else leaf for leaf in segment["leaves"]]

    forge(path, change)


def foreign_segment(path: Path) -> None:
    """The proof of one recording is offered for another."""

    def change(proof: dict[str, Any]) -> None:
        first, second = proof["segments"][:2]
        second.update({**first, "number": second["number"]})

    forge(path, change)


def no_proof(path: Path) -> None:
    forge(path, lambda proof: proof["segments"].pop())


def forge_checkpoint(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        lines = proof["checkpoint"].split("\n")
        proof["checkpoint"] = "\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]])

    forge(path, change)


def forge_witness(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        own = Verifier.from_text(proof["witness_keys"][0])
        other = Cosigner(own.name, own.type.suite.generate())
        lines = proof["checkpoint"].rstrip("\n").split("\n")
        text = proof["checkpoint"].partition("\n\n")[0] + "\n"
        forged = other.sign(text, SIGNED_US)
        raw = type(forged)(forged.name, own.key_id, forged.signature)
        proof["checkpoint"] = "\n".join([*lines[:-1], raw.line.rstrip()]) + "\n"

    forge(path, change)


def no_video(path: Path) -> None:
    video(path).unlink()


def no_json(path: Path) -> None:
    (path / "proof.json").write_text("{")


def edit(path: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    told = json.loads((path / name).read_text())
    change(told)
    (path / name).write_text(json.dumps(told))


def forge_extract(path: Path) -> None:
    edit(path, "register.json", lambda told: told["entries"][0].update(number=13))


def forge_extract_and_its_hash(path: Path) -> None:
    """Its hash is made to agree; the ledger's record does not."""
    forge_extract(path)
    digest = hashlib.sha256((path / "register.json").read_bytes()).hexdigest()

    def change(told: dict[str, Any]) -> None:
        entry = json.loads(told["papers"]["entry"])
        entry["files"]["register.json"] = digest
        told["papers"]["entry"] = json.dumps(entry)

    edit(path, "papers.json", change)


def exchange_certificates(path: Path) -> None:
    data = (path / "certificate-zh.pdf").read_bytes()
    (path / "certificate-zh.pdf").write_bytes((path / "certificate-en.pdf").read_bytes())
    (path / "certificate-en.pdf").write_bytes(data)


def no_certificate(path: Path) -> None:
    (path / "certificate-zh.pdf").unlink()


def no_papers_proof(path: Path) -> None:
    (path / "papers.json").unlink()


def forge_papers_checkpoint(path: Path) -> None:
    def change(told: dict[str, Any]) -> None:
        lines = told["checkpoint"].split("\n")
        told["checkpoint"] = "\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]])

    edit(path, "papers.json", change)


def no_stretch(path: Path) -> None:
    edit(path, "papers.json", lambda told: told["register"].clear())


def strip_c2pa(path: Path) -> None:
    """As a program would that takes metadata away: the box becomes free room."""
    data = bytearray(video(path).read_bytes())
    at_byte = data.index(b"uuid")
    data[at_byte : at_byte + 4] = b"free"
    video(path).write_bytes(data)


def other_root(path: Path) -> None:
    """The root certificate that viewers are to trust is a forger's."""
    pem = (path / "provenance-root.pem").read_text()
    (path / "provenance-root.pem").write_text(pem.replace("M", "N", 2))


def other_suite(path: Path) -> None:
    """The checkpoint says that its tree is hashed otherwise than its key's suite hashes."""

    def change(proof: dict[str, Any]) -> None:
        lines = proof["checkpoint"].split("\n")
        proof["checkpoint"] = "\n".join([*lines[:3], "suite md5-rsa", *lines[3:]])

    forge(path, change)


FALSIFICATIONS = [
    (flip_picture, "The pictures were changed: {name} at byte {offset}"),
    (flip_head, "its head was changed"),
    (swap_parts, "The pictures were changed"),
    (drop_part, "bytes are missing"),
    (add_bytes, "8 bytes were added at its end"),
    (cut_end, "1 bytes are missing"),
    (change_manifest, "manifest.json was changed"),
    (forge_root, "are not those in the ledger"),
    (foreign_segment, "of another camera or time"),
    (no_proof, "there is no proof of recording"),
    (forge_checkpoint, "not signed by the ledger's key"),
    (other_suite, "not signed by the ledger's key"),
    (forge_witness, "signature of the witness witness.example is false"),
    (no_video, "is missing"),
    (no_json, "cannot be read"),
    (forge_extract, "register.json was changed or exchanged"),
    (forge_extract_and_its_hash, "The record of the papers is not in the ledger"),
    (exchange_certificates, "certificate-en.pdf was changed or exchanged"),
    (no_certificate, "certificate-zh.pdf is missing"),
    (no_papers_proof, "is not proven: papers.json is missing"),
    (forge_papers_checkpoint, "not signed by the ledger's key"),
    (no_stretch, "has no record in the ledger"),
    (strip_c2pa, "its head was changed"),
    (other_root, "provenance-root.pem was changed"),
]


def hand_over_to_a_stranger(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        told = json.loads(proof["key_changes"][1]["entry"])
        own = Verifier.from_text(told["new"])
        told["new"] = Signer(own.name, own.type.suite.generate()).verifier.text
        proof["key_changes"][1]["entry"] = json.dumps(told)

    forge(path, change)


def leave_a_change_out(path: Path) -> None:
    forge(path, lambda proof: proof["key_changes"].pop(0))


def move_a_change(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        proof["key_changes"][1]["index"] -= 1

    forge(path, change)


def falsify_a_change_s_proof(path: Path) -> None:
    def change(proof: dict[str, Any]) -> None:
        proof["key_changes"][1]["proof"][0] = "00" * 32

    forge(path, change)


KEY_FALSIFICATIONS = [
    (hand_over_to_a_stranger, "is not signed by both keys"),
    (leave_a_change_out, "not signed by the ledger's key"),
    (move_a_change, "is not signed by both keys"),
    (falsify_a_change_s_proof, "The record of a change of key is not in the ledger"),
]
