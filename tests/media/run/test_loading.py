"""What the recorder loads: its memory is counted against that of a hundred ffmpegs."""

from __future__ import annotations

import subprocess
import sys


def test_the_recorder_leaves_the_codecs_and_the_pages_to_those_who_need_them() -> None:
    code = "import sys, mingcha.cli.record; print(*sorted({'av', 'numpy', 'PIL', 'django'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
