"""The witness's own key, made at its first start."""

from __future__ import annotations

import json
from pathlib import Path

from mingcha.base.atomic import write_file
from mingcha.base.errors import Corrupt, Invalid
from mingcha.base.keys import passphrase
from mingcha.base.seal import Sealer
from mingcha.base.suites import SHA256_ED25519, Suite, suite_named
from mingcha.ledger.notes import Cosigner

KEY_FILE = "witness.json"


def cosigner_of(directory: Path, name: str, suite: Suite | None = None) -> Cosigner:
    """The cosigner kept in a directory, its key sealed; made under `name` at the first time. Raises Invalid without a
    name then, or with another name or suite than it has; Corrupt when the key cannot be opened."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealer = Sealer.from_file(directory / "node.key", passphrase())
    path = directory / KEY_FILE
    if not path.exists():
        if not name:
            raise Invalid("witness.name", "Give the witness a name with --name; it stands in every signature.")
        made = Cosigner(name, key := (suite or SHA256_ED25519).generate())
        kept = {"name": name, "suite": key.suite.name, "key": sealer.seal(key.raw.hex(), name)}
        write_file(path, json.dumps(kept).encode(), mode=0o600)
        return made
    try:
        kept = json.loads(path.read_bytes())
        known, sealed = str(kept["name"]), str(kept["key"])
        own = suite_named(kept.get("suite", SHA256_ED25519.name))
    except (ValueError, KeyError, TypeError, AttributeError, Invalid) as error:
        raise Corrupt("keys.damaged", f"The key file {KEY_FILE} is damaged; restore it from your backup.") from error
    if name and name != known:
        raise Invalid("witness.name", f"This witness is called {known}; a name cannot be changed.")
    if suite not in (None, own):
        raise Invalid("witness.suite", f"This witness signs by {own.name}; its suite cannot be changed.")
    return Cosigner(known, own.load(bytes.fromhex(sealer.open(sealed, known))))
