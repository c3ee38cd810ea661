"""The one place that knows where things lie in the data directory (docs/design/recorder.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mingcha.base.env import Env


@dataclass(frozen=True, slots=True)
class DataDir:
    """Paths under `MINGCHA_DATA_DIR`; nothing is created by asking for a path."""

    root: Path
    store: Path

    @classmethod
    def from_env(cls, env: Env) -> DataDir:
        root = env.path("MINGCHA_DATA_DIR").absolute()
        store = env.path("MINGCHA_STORE_DIR").absolute() if env.text("MINGCHA_STORE_DIR") else root / "store"
        return cls(root, store)

    def prepare(self) -> None:
        """Make the directories that are missing, only for this user: databases hold names and what they did."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        self.exports.mkdir(mode=0o700, exist_ok=True)
        self.logs.mkdir(mode=0o700, exist_ok=True)

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def node_key(self) -> Path:
        return self.secrets / "node.key"

    @property
    def plan(self) -> Path:
        return self.root / "plan.json"

    @property
    def catalog(self) -> Path:
        return self.root / "catalog.db"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    @property
    def witnesses(self) -> Path:
        return self.root / "witnesses.json"

    @property
    def office(self) -> Path:
        return self.root / "office.db"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def revocations(self) -> Path:
        return self.root / "revoked.json"
