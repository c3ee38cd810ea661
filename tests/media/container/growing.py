"""Run as a program: writes a segment a part at a time, saying how many parts are on the disk."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.media.container.movie import boxes_of


def main() -> None:
    path, pause_s = Path(sys.argv[1]), float(sys.argv[2])
    _, header, parts = boxes_of()
    with path.open("wb", buffering=0) as file:
        file.write(header)
        for count, part in enumerate(parts, start=1):
            half = len(part) // 2
            file.write(part[:half])
            print("half", count, flush=True)
            time.sleep(pause_s)
            file.write(part[half:])
            print("whole", count, flush=True)
            time.sleep(pause_s)


if __name__ == "__main__":
    main()
