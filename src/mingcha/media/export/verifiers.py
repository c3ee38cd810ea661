"""The verifiers as they lie beside a copy: one file each, put together from their parts in ``bundle``."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import resources

NAMES = ("verify.py", "verify.html")
README = "README.txt"
"""Says in both languages what to open first."""
README_RECORD = "README-record.txt"
"""The same for a record of the ledger; it is given under the name `README`."""

MODULES = ("reading", "signatures", "notes", "stamps", "checker", "record")
"""The parts of either verifier, each by itself in Python and in JavaScript, in the order they build on each other."""

_DATA = re.compile(r"\{\}(?:  # include (\w+\.json)$| /\* include (\w+\.json) \*/)", re.MULTILINE)
_SCRIPTS = "// include the modules\n"


@cache
def verifier(name: str) -> bytes:
    """The text of a verifier, or of the read-me, by its file name."""
    if name.startswith("README"):
        return _part(name).replace("\n", "\r\n").encode("utf-8-sig")  # so that every editor of Windows shows it right
    if name.endswith(".html"):
        return _part(name).replace(_SCRIPTS, page_script()).encode()
    return _filled(_script()).encode()


def page_script() -> str:
    """All of the page's script but what shows it."""
    return _filled("\n".join(_part(f"{name}.js") for name in MODULES))


def _filled(text: str) -> str:
    """With words and shapes in their places."""
    return _DATA.sub(lambda found: _part(found[1] or found[2]).strip(), text)


def _script() -> str:
    """The modules without their imports of each other, what they import of Python's library once, at the top."""
    imports: set[str] = set()
    codes = []
    for name in (*MODULES, "verify"):
        text = _part(f"{name}.py")
        lines = text.splitlines(keepends=True)
        for node in ast.parse(text).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                if not (isinstance(node, ast.ImportFrom) and node.module in MODULES):
                    imports.add(ast.unparse(node) + "\n")
                lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or node.lineno) - node.lineno + 1)
        codes.append("".join(lines))
    about, _, main = codes.pop().partition('\n"""\n')
    own = (re.sub(r'\A""".*?"""\n+', "", code, flags=re.DOTALL) for code in codes)
    parts = (code.strip("\n") + "\n\n\n" for code in own)
    return "".join([about, '\n"""\n\n', *sorted(imports), "\n\n", *parts, main.lstrip("\n")])


def _part(name: str) -> str:
    return resources.files("mingcha.media.export").joinpath("bundle", name).read_text(encoding="utf-8")
