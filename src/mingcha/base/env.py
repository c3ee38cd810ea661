"""The one typed reader of settings. Names are ``MINGCHA_*``; a secret may come as ``NAME_FILE`` (a path).

Settings are declared once, in `SETTINGS`; unknown ``MINGCHA_*`` names are errors, so that a misspelt one is not
silently ignored. Nothing legal is a setting: numbers of the law live in `mingcha.law`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mingcha.base.errors import Invalid

PREFIX = "MINGCHA_"


@dataclass(frozen=True, slots=True)
class Setting:
    """`kind`: text, path, int, bool or secret. `meaning`: one English line, shown by ``mingcha settings``."""

    name: str
    kind: str
    default: str
    meaning: str


SETTINGS: tuple[Setting, ...] = (
    Setting("MINGCHA_DATA_DIR", "path", "var", "Where databases, keys and recordings live."),
    Setting("MINGCHA_STORE_DIR", "path", "", "Where recordings live, when not under the data directory."),
    Setting("MINGCHA_SUITE", "text", "sha256-ed25519", "Cryptography of the ledger, kept: sha256-ed25519 or sm3-sm2."),
    Setting("MINGCHA_DATABASE_URL", "secret", "", "PostgreSQL of the office, as postgresql://…; empty: SQLite."),
    Setting("MINGCHA_SEGMENT_S", "int", "60", "Length of a recorded file in seconds; it ends at the next key frame."),
    Setting("MINGCHA_COPY_DAYS", "int", "14", "Days that a finished copy stays on the recorder."),
    Setting("MINGCHA_VERIFY_DAYS", "int", "30", "Days in which the recorder verifies all recordings once; 0: never."),
    Setting("MINGCHA_VERIFY_MB_PER_S", "int", "20", "Most that it reads for that, in megabytes a second."),
    Setting("MINGCHA_TSA_URL", "text", "", "Time-stamping authority (RFC 3161) for the ledger; empty: none."),
    Setting("MINGCHA_TSA_ROOTS", "text", "", "File with the root certificates its time stamps lead to (PEM)."),
    Setting("MINGCHA_TSA_HOURS", "int", "24", "Hours between two time stamps."),
    Setting("MINGCHA_WEB_HOST", "text", "127.0.0.1", "Address the pages listen on."),
    Setting("MINGCHA_WEB_PORT", "int", "8800", "Port of the pages."),
    Setting("MINGCHA_MEDIA_HOST", "text", "127.0.0.1", "Address the video server listens on."),
    Setting("MINGCHA_MEDIA_PORT", "int", "8801", "Port of the video server."),
    Setting("MINGCHA_MEDIA_URL", "text", "", "Address of the video server as browsers see it; empty: same host."),
    Setting("MINGCHA_ALLOWED_HOSTS", "text", "localhost,127.0.0.1,[::1]", "Host names the pages answer to."),
    Setting("MINGCHA_TIME_ZONE", "text", "Asia/Shanghai", "Time zone of screens; inside, all is UTC."),
    Setting("MINGCHA_LOG_LEVEL", "text", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Setting("MINGCHA_SECRET_KEY", "secret", "", "Signing key of sessions; made in the data directory if empty."),
    Setting("MINGCHA_KEY_PASSPHRASE", "secret", "", "Protects the node's keys on the disk; give it as a file."),
    Setting("MINGCHA_PUBLIC_URL", "text", "", "Address of the pages as the public reaches them; stands in QR codes."),
    Setting("MINGCHA_FILES_LIMIT_GB", "int", "50", "Most room that uploaded files may take together."),
    Setting("MINGCHA_HOLD_REVIEW_DAYS", "int", "90", "Days after which somebody has to see whether a hold is needed."),
    Setting("MINGCHA_ITEM_UNCLAIMED_HOURS", "int", "720", "Hours after which a copy nobody fetched is destroyed."),
    Setting("MINGCHA_SEEN_MUCH_HOURS", "int", "8", "More hours of recordings seen by one person a day are told."),
    Setting("MINGCHA_NOTE_AFTER_MINUTES", "int", "30", "Minutes of recordings seen without a note that are told."),
    Setting("MINGCHA_PAPERS_OWED_HOURS", "int", "24", "Hours after which papers owed by an emergency are due."),
    Setting("MINGCHA_SECOND_FACTOR", "text", "optional", "Second factor at sign-in: off, optional or required."),
    Setting("MINGCHA_IDLE_MINUTES", "int", "60", "A browser session ends after so long without a request; 0: never."),
    Setting("MINGCHA_OIDC_ISSUER", "text", "", "OpenID Connect issuer of the organisation; empty: none."),
    Setting("MINGCHA_OIDC_CLIENT_ID", "text", "", "Client id that the issuer gave to this office."),
    Setting("MINGCHA_OIDC_CLIENT_SECRET", "secret", "", "Client secret; empty for a public client."),
    Setting("MINGCHA_OIDC_CLAIM", "text", "preferred_username", "Claim that holds the sign-in name."),
    Setting("MINGCHA_OIDC_NAME", "text", "", "What the organisation's sign-in is called on the page."),
    Setting("MINGCHA_HTTPS", "bool", "", "Whether browsers reach the pages by https."),
    Setting("MINGCHA_WATCH_NEEDS_POST", "bool", "True", "Whether pictures ask for an appointment to a post there."),
)

_BY_NAME = {setting.name: setting for setting in SETTINGS}


class Env:
    """Typed access to the declared settings. Raises Invalid with the name and what to write instead."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        for name in self._environ:
            base = name.removesuffix("_FILE")
            if name.startswith(PREFIX) and name not in _BY_NAME and base not in _BY_NAME:
                raise Invalid("settings.unknown", f"{name} is not a setting; see 'mingcha settings'.", name=name)

    def text(self, name: str) -> str:
        setting = _BY_NAME[name]
        file = self._environ.get(f"{name}_FILE", "")
        if setting.kind == "secret" and file:
            return Path(file).read_text(encoding="utf-8").strip()
        return self._environ.get(name, setting.default)

    def integer(self, name: str) -> int:
        value = self.text(name)
        try:
            return int(value)
        except ValueError as error:
            raise Invalid("settings.integer", f"{name} must be a whole number, not {value!r}.", name=name) from error

    def boolean(self, name: str) -> bool:
        """Only "", "True" and "False" are taken, so that "no" or "0" is never read as yes."""
        value = self.text(name)
        if value not in ("", "True", "False"):
            raise Invalid("settings.boolean", f"{name} must be True, False or empty, not {value!r}.", name=name)
        return value == "True"

    def path(self, name: str) -> Path:
        return Path(self.text(name)).expanduser()

    def given(self, name: str) -> bool:
        """Whether the value comes from the environment rather than the default."""
        return name in self._environ or f"{name}_FILE" in self._environ
