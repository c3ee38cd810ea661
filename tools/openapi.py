#!/usr/bin/env python3
"""Write docs/ref/openapi.json, the document of the JSON interface; `--check` only compares.

python tools/openapi.py [--check]
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

TARGET = Path(__file__).resolve().parents[1] / "docs" / "ref" / "openapi.json"


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingcha.web.settings")
    django.setup()
    from mingcha.web.api.urls import document

    wanted = json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if arguments == ["--check"]:
        stale = not TARGET.exists() or TARGET.read_text(encoding="utf-8") != wanted
        print("docs/ref/openapi.json is stale: run python tools/openapi.py" if stale else "up to date")
        return int(stale)
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
