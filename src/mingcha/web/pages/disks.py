"""What the office says of recording disks: each one in a word, and on the home page what somebody has to do at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.holdings import DiskStatus
from mingcha.records.inventory.models import CameraStatus
from mingcha.records.inventory.states import CameraState
from mingcha.records.wording import explain_reason

FULL = "store.full"
RESERVED = 512 << 20
"""Bytes the recorder leaves free on each disk while another has more (`media.ingest.pool.ROOM_BYTES`)."""
QUIET = ("ok", "opening", FULL)
"""States in which a disk is where it should be and does what it can."""

_FAULTS: dict[str, str | Promise] = {
    FULL: _("full"),
    "store.absent": _("not there"),
    "store.foreign": _("another disk is in its place"),
    "store.read_only": _("read-only"),
    "store.io": _("faulty"),
    "store.in_use": _("used by another recorder"),
}
COMMANDS: tuple[tuple[str | Promise, str], ...] = (
    (_("Record on a further disk"), "mingcha storage add /mnt/disk2/mingcha"),
    (_("Move everything off a disk"), "mingcha storage drain /mnt/disk2/mingcha"),
    (_("Take an empty one out"), "mingcha storage retire /mnt/disk2/mingcha"),
    (_("Which there are"), "mingcha storage list"),
)


@dataclass(frozen=True, slots=True)
class Badge:
    """A state by word, icon and colour; `tone`: ok, warn, danger or muted."""

    tone: str
    icon: str
    text: str | Promise


@dataclass(frozen=True, slots=True)
class DiskRow:
    """A disk as the page shows it. `waits`: it is to be emptied, and no other disk has room to take more."""

    disk: DiskStatus
    waits: bool = False

    @property
    def badge(self) -> Badge:
        disk = self.disk
        if disk.order == "lost":
            return Badge("danger", "close", _("given up"))
        if disk.state == "opening":
            return Badge("muted", "clock", _("not looked at yet"))
        if disk.state not in QUIET:
            return Badge("danger", "alert", _FAULTS.get(disk.state, _("faulty")))
        if disk.order == "draining":
            return Badge("warn", "clock", _("being emptied") if disk.segments else _("empty, may be taken out"))
        return Badge("warn", "disk", _FAULTS[FULL]) if disk.state == FULL else Badge("ok", "check", _("in order"))

    @property
    def why(self) -> str:
        """What is wrong and what to do, or nothing."""
        if self.disk.order == "lost":
            return gettext("What lay on it is put down as lost.")
        if self.waits and self.disk.state in QUIET:
            return gettext("No other disk has room to take more. Add one.")
        return "" if self.disk.state in ("ok", "opening") else explain_reason(self.disk.state)

    @property
    def is_here(self) -> bool:
        """Whether what is said of its room is true now."""
        return self.disk.order != "lost" and self.disk.state in ("ok", FULL) and self.disk.total_bytes > 0

    @property
    def used_permille(self) -> int:
        total = self.disk.total_bytes
        return max(0, total - self.disk.free_bytes) * 1000 // total if total else 0

    @property
    def used_percent(self) -> int:
        return self.used_permille // 10


@dataclass(frozen=True, slots=True)
class Alarm:
    """What stands at the top until it is mended. `stopped`: no camera is recorded, since `since`."""

    title: str
    text: str
    stopped: bool
    since: datetime | None = None


def alarm() -> Alarm | None:
    """What is wrong with the disks as a whole, or with some of them; None while all is well."""
    status = inventory.store_status()
    faulty = [disk for disk in DiskStatus.objects.exclude(order="lost") if disk.state not in QUIET]
    if status is not None and status.state not in ("ok", "opening"):
        since = CameraStatus.objects.filter(state=CameraState.UNKEPT).aggregate(since=Min("since"))["since"]
        return Alarm(gettext("Nothing is being recorded."), _stopped(status.state, faulty), stopped=True, since=since)
    if not faulty:
        return None
    title = ngettext(
        "A recording disk is away or faulty.", "%(n)d recording disks are away or faulty.", len(faulty)
    ) % {"n": len(faulty)}
    text = gettext("%(path)s: %(why)s Recording goes on at the others; what lies on it cannot be seen meanwhile.")
    return Alarm(title, text % _first(faulty), stopped=False)


def _stopped(state: str, faulty: Sequence[DiskStatus]) -> str:
    if state == FULL and faulty:
        return gettext("%(path)s: %(why)s The other recording disks are full.") % _first(faulty)
    if state == FULL:
        return gettext(
            "Every recording disk is full, and nothing on them may be deleted yet. Add a disk; recording goes on "
            "within seconds."
        )
    return gettext("%(path)s: %(why)s") % _first(faulty) if faulty else explain_reason(state)


def _first(faulty: Sequence[DiskStatus]) -> dict[str, str]:
    return {"path": faulty[0].path, "why": explain_reason(faulty[0].state)}


def rows(disks: Iterable[DiskStatus]) -> list[DiskRow]:
    """Those that need somebody first, then as they came."""
    told = list(disks)
    takers = {disk.pk for disk in told if disk.order == "in_use" and disk.state == "ok" and disk.free_bytes > RESERVED}
    made = [DiskRow(disk, disk.order == "draining" and disk.segments > 0 and not takers - {disk.pk}) for disk in told]
    return sorted(made, key=lambda row: row.badge.tone != "danger")
