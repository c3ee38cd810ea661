"""How long the books of who saw what take with a million rows: who has seen this hour, what has been seen by whom, what
is noticeable, one's own looks.

python benchmarks/seen.py [--rows 1000000] [--looks 50000] [--rounds 20] [--keep DIRECTORY]

Wanted: under 200 ms. Rows are made by SQL over 180 days, 200 cameras and 60 people; the pages are asked of the whole
Django stack in this process (`benchmarks/office.py`).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import office

NOW_US = int(office.NOW.timestamp()) * 1_000_000
DAYS, CAMERAS, PEOPLE = 180, 200, 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--looks", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="make the books here, or use those that are there")
    options = parser.parse_args()

    def make() -> None:
        office.seed(CAMERAS, PEOPLE, 10)
        fill(options.looks, options.rows)

    with office.office(options.keep, make):
        office.measure(addresses(), options.rounds)


def fill(looks: int, rows: int) -> None:
    """Looks in order of time, each with its rows; most of live and playback, one in nine of pictures."""
    from django.db import connection

    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s) "
    step_us = DAYS * 86_400_000_000 // looks
    opened = f"strftime('%%Y-%%m-%%d %%H:%%M:%%S', ({NOW_US} - (%s - i) * {step_us}) / 1000000, 'unixepoch')"
    with connection.cursor() as cursor:
        cursor.execute(
            numbers + 'INSERT INTO viewing_viewing (public_id, "grant", viewer_id, session_key, kind, from_us, to_us, '
            'reason, note, opened_at, expires_at, ended_at, "end", approval, seen_us, masked, clear) '
            f"SELECT printf('vws_%%016d', i), printf('grt_%%016d', i), 1 + i * 7 %% {PEOPLE}, 's', 'playback', "
            f"{NOW_US} - i * 1000000 - 3600000000, {NOW_US} - i * 1000000, "
            "CASE WHEN i %% 5 THEN 'routine' ELSE 'incident' END, CASE WHEN i %% 3 THEN '' ELSE 'n' END, "
            f"{opened}, {opened}, {opened}, 'closed', '', (i %% 40) * 60000000, 0, '[]' FROM n",
            [looks, looks, looks, looks],
        )
        cursor.execute(
            numbers + "INSERT INTO viewing_viewing_cameras (viewing_id, camera_id) "
            f"SELECT 1 + i, 1 + i * 13 %% {CAMERAS} FROM n",
            [looks],
        )
        each = rows // looks
        cursor.execute(
            numbers + "INSERT INTO viewing_served (viewing_id, viewer_id, camera_id, from_us, to_us, kind, at, "
            "speed_permille, pictures) "
            f"SELECT 1 + i / {each}, 1 + i / {each} * 7 %% {PEOPLE}, 1 + i / {each} * 13 %% {CAMERAS}, "
            f"{NOW_US} - (%s - i) * {DAYS * 86_400_000_000 // rows} - 3600000000 + i %% {each} * 60000000, "
            f"{NOW_US} - (%s - i) * {DAYS * 86_400_000_000 // rows} - 3540000000 + i %% {each} * 60000000, "
            "CASE WHEN i %% 9 = 0 THEN 'preview' WHEN i %% 3 = 0 THEN 'live' ELSE 'playback' END, "
            f"strftime('%%Y-%%m-%%d %%H:%%M:%%S', ({NOW_US} - (%s - i) * {DAYS * 86_400_000_000 // rows}) / 1000000, "
            "'unixepoch'), 1000, CASE WHEN i %% 9 = 0 THEN 20 ELSE 0 END FROM n",
            [rows, rows, rows, rows],
        )
        cursor.execute(
            numbers + "INSERT INTO viewing_seenday (viewer_id, day, seen_us, times, night_us, night_times) "
            f"SELECT 1 + i %% {PEOPLE}, date({NOW_US} / 1000000 - i / {PEOPLE} * 86400, 'unixepoch'), "
            "(i %% 11) * 3600000000, 9, CASE WHEN i %% 4 THEN 0 ELSE 3600000000 END, 3 FROM n",
            [DAYS * PEOPLE],
        )
        cursor.execute("ANALYZE")


def addresses() -> list[str]:
    from mingcha.records.accounts.models import Person
    from mingcha.records.inventory.models import Camera
    from mingcha.records.viewing.models import Viewing

    camera = Camera.objects.order_by("id")[CAMERAS // 2].public_id
    person = Person.objects.order_by("id")[PEOPLE // 2].public_id
    look = Viewing.objects.order_by("id")[100].public_id
    return [
        f"/register/seen/?camera={camera}&start=2026-11-20T12:00&hours=1",
        f"/register/seen/?camera={camera}&start=2026-07-20T12:00&hours=168",
        f"/register/seen/?camera={camera}&start=2020-01-01T00:00&hours=1",
        f"/register/seen/people/?person={person}",
        f"/register/seen/people/?person={person}&before=100000",
        "/register/seen/noticed/?days=7",
        "/register/seen/noticed/?days=90",
        "/looks/",
        "/looks/?page=15",
        f"/looks/{look}/",
        "/policies/",
        "/policies/keep_log_days/",
        "/approvals/",
    ]


if __name__ == "__main__":
    main()
