"""How long a copy stays on the recorder, and its deletion in steps that a crash can interrupt anywhere.

1. Its state says that it is being deleted, and why. From then on nobody gets it.
2. All its files but the state are unlinked.
3. The catalog tells and enters the deletion, once (`catalog.copies.enter_deletion`).
4. The state goes, and the directory.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mingcha.base.atomic import fsync_dir
from mingcha.base.clock import US_PER_S
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.copies import CopyDeletion, is_footage_deleted, is_held, is_ordered_to_go
from mingcha.media.export import state
from mingcha.media.export.state import ExportState

US_PER_DAY = 86_400 * US_PER_S

LIFETIME = "lifetime"
"""Its time on the recorder was over."""
FOOTAGE_DELETED = "footage_deleted"
"""The footage it was made from had to be deleted, and so had the copy."""
LOST = "lost"
"""Its files were gone already; somebody or something other than the recorder removed them."""
UNREADABLE = "unreadable"
"""Nothing was known of it any more."""
ASKED = "asked"
"""Whoever ordered it had no more use for it."""


@dataclass(frozen=True, slots=True)
class Footage:
    """What is asked of a copy's footage. `has_gone_by_law(camera, role, range)`: some of it was deleted by a rule that
    orders deletion; `is_held(camera, range, now_us)`: a hold in force touches it."""

    has_gone_by_law: Callable[[str, str, TimeRange], bool]
    is_held: Callable[[str, TimeRange, int], bool]


def footage_of(catalog: CatalogReader) -> Footage:
    """As the catalog knows it."""

    def has_gone_by_law(camera: str, role: str, range_: TimeRange) -> bool:
        return is_footage_deleted(catalog, camera, role, range_) and is_ordered_to_go(catalog, camera, role)

    return Footage(has_gone_by_law, lambda camera, range_, now_us: is_held(catalog, camera, range_, now_us))


def reason_to_go(known: ExportState, footage: Footage, *, now_us: int, lifetime_us: int) -> str:
    """Why a copy has to go now; empty while it may stay. `now_us`: trusted time.

    A copy never outlives footage that the law orders to delete, unless a hold touches it or the grant it was made for
    still runs; neither lets it stay longer than copies do.
    """
    if known.state != "running" and now_us >= known.ended_at_us + lifetime_us:
        return LIFETIME
    if known.state == "failed" or (known.granted_until_us is not None and now_us < known.granted_until_us):
        return ""
    if not footage.has_gone_by_law(known.camera, known.role, known.contents):
        return ""
    return "" if footage.is_held(known.camera, known.contents, now_us) else FOOTAGE_DELETED


def deletion_of(known: ExportState) -> CopyDeletion:
    """What is told of a copy that is gone."""
    return CopyDeletion(
        export=known.export,
        camera=known.camera,
        role=known.role,
        from_us=known.from_us,
        to_us=known.to_us,
        reason=known.deletion,
        manifest_sha256=known.manifest_sha256,
        bytes=known.bytes_total if known.state == "done" else 0,
        files={file["name"]: file["sha256"] for file in known.files},
        about={"grant": known.grant, "person": known.person},
    )


def clear(directory: Path) -> None:
    """Unlink all of a copy but its state, durably. Raises OSError."""
    for path in directory.iterdir():
        if path.name != state.NAME:
            path.unlink(missing_ok=True)
    fsync_dir(directory)


def forget(directory: Path) -> None:
    """Remove what is left of a copy, its state last and durably. Raises OSError."""
    (directory / state.NAME).unlink(missing_ok=True)
    shutil.rmtree(directory)
    fsync_dir(directory.parent)
