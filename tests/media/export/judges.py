"""Both verifiers of a copy as functions: `verify.py` in this process, the modules of `verify.html` in node."""

from __future__ import annotations

import json
import runpy
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mingcha.media.export.verifiers import page_script, verifier


@dataclass(frozen=True)
class Judgement:
    """`verdict`: good, open, part, bad, none. `sentence`: name of the fault, empty without. `claims`: all that is told
    of a copy that is not bad, in a form both verifiers share."""

    verdict: str
    sentence: str = ""
    claims: dict[str, Any] = field(default_factory=dict)


class Script:
    """`verify.py`."""

    def __init__(self, directory: Path) -> None:
        path = directory / "verify.py"
        path.write_bytes(verifier("verify.py"))
        self._names = runpy.run_path(str(path))

    def judge(self, copy: Path, key: str = "", witness: str = "") -> Judgement:
        checker = self._names["Checker"](str(copy), key, witness)
        verdict, fault = self._names["verdict_of"](checker)
        if fault is not None:
            assert fault.said(0)
            assert fault.said(1)
            return Judgement(verdict, fault.sentence)
        said = [
            list(facts(checker, lang))
            for facts in map(self._names.get, ("pictures", "proofs", "papers"))
            for lang in (0, 1)
        ]  # type: ignore[misc]
        assert all(said)
        checkpoint, stamp = checker.checkpoint, checker.stamp
        return Judgement(
            verdict,
            claims={
                "camera": [checker.manifest["camera"], checker.manifest["camera_name"]],
                "files": [list(file) for file in checker.files],
                "key": checkpoint.first.text,
                "changes": checkpoint.changes,
                "size": checkpoint.size,
                "witnessed": [[key.text, at] for key, at in checkpoint.witnessed],
                "stamp": None if stamp is None else [stamp.at, stamp.name, stamp.is_signed, stamp.covered],
                "papers": checker.papers,
                "entries": [number for number, _, _ in checker.entries],
                "doubts": [doubt.sentence for doubt in checker.doubts],
            },
        )


_HARNESS = """
const fs = require("fs"), path = require("path");
async function judge({ copy, key, witness }) {
  const read = (name) => new Blob([fs.readFileSync(path.join(copy, name))]);
  const given = fs.readdirSync(copy).map((name) => ["copy/" + name, read(name)]);
  const { verdict, checker, fault } = await verdictOf(new Checker(given, key, witness), () => 0);
  if (fault) return { verdict, sentence: fault.sentence, said: [fault.said(0), fault.said(1)] };
  const { checkpoint, stamp } = checker;
  return { verdict, sentence: "", claims: {
    camera: [checker.manifest.camera, checker.manifest.camera_name], files: checker.checked,
    key: checkpoint.first.text, changes: checkpoint.changes, size: checkpoint.size,
    witnessed: checkpoint.witnessed.map((one) => [one.key.text, one.at]),
    stamp: stamp && [stamp.at, stamp.name, stamp.isSigned, stamp.covered], papers: checker.papers,
    entries: checker.entries.map(([number]) => number), doubts: checker.doubts.map((doubt) => doubt.sentence) } };
}
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", async (line) => console.log(JSON.stringify(await judge(JSON.parse(line)))));
"""


class Page:
    """The modules of `verify.html`, in a node process; `close` at the end."""

    def __init__(self, directory: Path) -> None:
        path = directory / "page.js"
        path.write_text(page_script() + _HARNESS, encoding="utf-8")
        self._process = subprocess.Popen(["node", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def judge(self, copy: Path, key: str = "", witness: str = "") -> Judgement:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"copy": str(copy), "key": key, "witness": witness}) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        if told["sentence"]:
            assert all(told["said"])
        return Judgement(told["verdict"], told["sentence"], told.get("claims", {}))

    def close(self) -> None:
        self._process.stdin and self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout and self._process.stdout.close()
