"""``log.json``: what a log directory is, as it says itself. Unsigned: the checkpoint is what is believed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from mingcha.base.errors import Corrupt, Invalid
from mingcha.base.suites import SHA256_ED25519, Suite, suite_named

FORMAT = "mingcha.log/1"
IDENTITY = "log.json"


@dataclass(frozen=True, slots=True)
class Identity:
    """`origin`: the log's name; `suite`: what its tree is hashed with, SHA-256 where nothing is said."""

    origin: str
    suite: Suite = SHA256_ED25519

    def encode(self) -> bytes:
        fields = {"format": FORMAT, "origin": self.origin}
        if self.suite is not SHA256_ED25519:
            fields["suite"] = self.suite.name
        return json.dumps(fields).encode()


def read_identity(directory: Path) -> Identity:
    """Raises Corrupt when there is none that can be read."""
    try:
        found = json.loads((directory / IDENTITY).read_bytes())
        if found["format"] == FORMAT:
            return Identity(str(found["origin"]), suite_named(found.get("suite", SHA256_ED25519.name)))
    except (OSError, ValueError, KeyError, TypeError, Invalid) as error:
        raise Corrupt("ledger.identity", "The file log.json of the log is damaged.") from error
    raise Corrupt("ledger.identity", f"The log is not of format {FORMAT}.")
