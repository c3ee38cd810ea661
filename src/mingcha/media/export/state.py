"""What is known of a copy, kept beside it in ``state.json`` so that a restart of the recorder does not lose it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from mingcha.base.atomic import write_file
from mingcha.base.errors import Corrupt
from mingcha.base.timerange import TimeRange
from mingcha.media.export import manifest, proof, provenance, zipped
from mingcha.media.export.copying import ExportResult
from mingcha.media.export.job import Failure, Outcome

FORMAT = "mingcha.export-state/1"
NAME = "state.json"

State = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class ExportState:
    """`files`: name, bytes, sha256, pictures of each; `gaps`: from, to, reason; `attempts`: how often it was begun;
    `proven`: the bundle's proof and verifiers lie beside it; `granted_until_us`: the end of the grant it was made for,
    None where there is none; `ended_at_us`: when it was done or failed; `deletion`: why it is being deleted, empty
    while it is not; `papers`: name to SHA-256 of what the office added;
    `vouched`: the checkpoint it is proven under (`proof.Proven`)."""

    export: str
    camera: str
    role: str
    from_us: int
    to_us: int
    grant: str
    person: str
    asked_at_us: int
    state: State = "running"
    attempts: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    files: tuple[dict[str, Any], ...] = ()
    gaps: tuple[dict[str, Any], ...] = ()
    preroll_us: int = 0
    got_from_us: int = 0
    got_to_us: int = 0
    damaged_parts: int = 0
    proven: bool = False
    error: dict[str, str] | None = None
    granted_until_us: int | None = None
    ended_at_us: int = 0
    manifest_sha256: str = ""
    deletion: str = ""
    has_provenance: bool = False
    papers: dict[str, str] = field(default_factory=dict)
    vouched: dict[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> TimeRange:
        return TimeRange(self.from_us, self.to_us)

    @property
    def contents(self) -> TimeRange:
        """What footage lies in it, hidden pre-roll and all; the range asked for while that is not known."""
        if self.state != "done":
            return self.asked
        return TimeRange(self.got_from_us - self.preroll_us, self.got_to_us)

    @property
    def enclosed(self) -> list[str]:
        """Names of the files beside the videos of a finished copy."""
        names = [manifest.NAME]
        if self.proven:
            names += [proof.NAME, *proof.ENCLOSED]
        if "timestamp" in self.vouched:
            names += proof.STAMP_NAMES
        if self.has_provenance:
            names.append(provenance.ROOT_NAME)
        if self.papers:
            names += [*self.papers, proof.PAPERS_NAME]
        return names

    def ended(self, outcome: Outcome, at_us: int) -> ExportState:
        """As it stands after its job."""
        if isinstance(outcome, Failure):
            error = {"code": outcome.code, "message": outcome.message}
            return replace(self, state="failed", error=error, ended_at_us=at_us)
        return replace(self, state="done", ended_at_us=at_us, **_result(outcome))

    def answer(self) -> dict[str, Any]:
        """The body of ``GET /exports/{id}``."""
        body: dict[str, Any] = {
            "export": self.export,
            "camera": self.camera,
            "from": self.from_us,
            "to": self.to_us,
            "state": self.state,
            "bytes_done": self.bytes_done,
            "bytes_total": self.bytes_total,
            "files": [{name: file[name] for name in ("name", "bytes", "sha256")} for file in self.files],
            "gaps": list(self.gaps),
            "preroll_us": self.preroll_us,
            "damaged_parts": self.damaged_parts,
        }
        if self.error is not None:
            body["error"] = self.error
        if self.state == "done":
            body["manifest"] = "manifest.json"
            body["manifest_sha256"] = self.manifest_sha256
            body["bytes"] = self.bytes_total
            body["proof"] = [proof.NAME, *proof.VERIFIERS] if self.proven else []
            body["papers"] = dict(self.papers)
            body["vouched"] = dict(self.vouched)
            body["bundle"] = zipped.NAME
            body["got"] = {"from": self.got_from_us, "to": self.got_to_us}
        return body

    def save(self, directory: Path) -> None:
        """Write ``state.json``. Raises OSError."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, sort_keys=True)
        write_file(directory / NAME, text.encode(), mode=0o600)


def _result(result: ExportResult) -> dict[str, Any]:
    total = sum(file.bytes for file in result.files)
    return {
        "bytes_done": total,
        "bytes_total": total,
        "files": tuple(asdict(file) for file in result.files),
        "gaps": tuple({"from": gap.from_us, "to": gap.to_us, "reason": gap.reason} for gap in result.gaps),
        "preroll_us": result.preroll_us,
        "got_from_us": result.got.start_us,
        "got_to_us": result.got.end_us,
        "damaged_parts": result.damaged_parts,
        "has_provenance": result.has_provenance,
    }


def load(directory: Path) -> ExportState:
    """The state in a copy's directory. Raises Corrupt."""
    try:
        raw = json.loads((directory / NAME).read_bytes())
        if raw.pop("format") != FORMAT:
            raise ValueError
        return ExportState(**{**raw, "files": tuple(raw["files"]), "gaps": tuple(raw["gaps"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Corrupt("export.state", "The state of a copy cannot be read.") from error
