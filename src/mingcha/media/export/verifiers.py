"""The verifiers as they lie beside a copy: one file each, put together from their parts in ``bundle``."""

from __future__ import annotations

import re
from importlib import resources

NAMES = ("verify.py", "verify.html")
README = "README.txt"
"""Says in both languages what to open first."""
_PYTHON = re.compile(r"^from signatures import .*\n", re.MULTILINE)
_SCRIPT = "// include signatures.js\n"
_REASONS_PY, _REASONS_JS = "{}  # include reasons.json", "{} /* include reasons.json */"


def verifier(name: str) -> bytes:
    """The text of a verifier, or of the read-me, by its file name."""
    text = _part(name)
    if name == README:
        return text.replace("\n", "\r\n").encode("utf-8-sig")  # so that every editor of Windows shows it right
    reasons = _part("reasons.json").strip()
    if name.endswith(".html"):
        return text.replace(_SCRIPT, _part("signatures.js")).replace(_REASONS_JS, reasons).encode()
    text = text.replace(_REASONS_PY, reasons)
    _doc, imports, code = _part("signatures.py").partition("\nimport ")
    return _PYTHON.sub(lambda _found: imports + code, text, count=1).encode()


def _part(name: str) -> str:
    return resources.files("mingcha.media.export").joinpath("bundle", name).read_text(encoding="utf-8")
