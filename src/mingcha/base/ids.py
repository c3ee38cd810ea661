"""Public ids: a prefix that says the kind, and 16 random characters of Crockford base 32 (80 bits)."""

from __future__ import annotations

import re
import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SHAPE = re.compile(r"^[a-z]{3}_[0-9a-hjkmnp-tv-z]{16}$")

KINDS = {
    "cam": "camera",
    "per": "person",
    "sit": "site",
    "sys": "system",
    "are": "area",
    "unt": "unit",
    "dvm": "device model",
    "alt": "alteration",
    "ctr": "contractor",
    "pst": "post",
    "apt": "appointment",
    "fil": "stored file",
    "doc": "document",
    "hnd": "hand-over list",
    "sgn": "sign",
    "tok": "API token",
    "ses": "browser session",
    "fac": "second factor",
    "grt": "grant",
    "vws": "viewing session",
    "exp": "export",
    "req": "access request",
    "scr": "named screen",
    "lse": "lease of control",
    "itm": "item of custody",
    "hld": "hold",
    "pch": "change of a policy",
    "apv": "approval",
    "acq": "acquaintance",
    "dlc": "deletion certificate",
    "dmg": "damage to recordings",
    "sto": "store directory",
    "fct": "fact",
    "nod": "node",
    "prb": "connection test",
    "sch": "camera search",
    "imp": "inventory import",
}


def new_id(prefix: str) -> str:
    """A fresh id such as ``cam_7h3k…``. Unknown prefixes raise KeyError, so that the list above stays true."""
    KINDS[prefix]
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))


def is_id(text: str, prefix: str) -> bool:
    """Whether the text is a well-formed id of that kind. Ids are the only names that reach a file path."""
    return text.startswith(prefix + "_") and _SHAPE.fullmatch(text) is not None
