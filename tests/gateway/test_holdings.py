"""What the recorder tells of disks and cameras, on its way into the inventory."""

from __future__ import annotations

from mingcha.gateway.holdings import pull_stock, rate_of
from mingcha.records.inventory.holdings import CameraHolding, DiskStatus
from mingcha.records.inventory.models import Camera
from tests.gateway.recorder import FakeRecorder
from tests.support.office import AT

DAY_US = 86_400_000_000
DISK = {
    "store": "sto_0000000000000001",
    "path": "/mnt/a",
    "tier": "fast",
    "order": "in_use",
    "state": "ok",
    "free_bytes": 5,
    "total_bytes": 9,
    "segments": 2,
    "bytes": 4,
}


def test_whole_days_count_before_the_one_that_runs() -> None:
    """A night sends less than a day: half a day of today says little."""
    days = [[1, 100, DAY_US], [2, 50, DAY_US], [3, 300, DAY_US // 2]]
    assert rate_of(days) == (75, 2 * 86_400)


def test_a_week_at_most() -> None:
    days = [[n, 1000 if n == 0 else 70, DAY_US] for n in range(9)]
    assert rate_of(days) == (70, 7 * 86_400)


def test_the_first_day_counts_as_far_as_it_is() -> None:
    assert rate_of([[1, 10, 3_600_000_000]]) == (240, 3600)


def test_days_with_gaps_are_reckoned_to_whole_ones() -> None:
    assert rate_of([[1, 60, DAY_US // 2], [2, 60, DAY_US // 2], [3, 1, 1]])[0] == 120


def test_too_little_says_nothing() -> None:
    assert rate_of([]) == (None, 0)
    assert rate_of([[1, 10, 60_000_000]]) == (None, 60)


def test_disks_and_cameras_are_written_down_and_overwritten(recorder: FakeRecorder, camera: Camera) -> None:
    told = {"bytes": 7, "oldest_us": 1_790_000_000_000_000, "days": [[1, 100, DAY_US], [2, 1, 1]]}
    recorder.storage = {"disks": [DISK], "cameras": {camera.public_id: told, "cam_unknown00000000": told}}
    pull_stock(recorder.client(), AT)
    disk, holding = DiskStatus.objects.get(), CameraHolding.objects.get()
    assert (disk.path, disk.bytes, disk.state) == ("/mnt/a", 4, "ok")
    assert (holding.camera, holding.bytes, holding.bytes_per_day) == (camera, 7, 100)
    recorder.storage = {"disks": [{**DISK, "store": "sto_0000000000000002"}], "cameras": {}}
    pull_stock(recorder.client(), AT)
    assert [disk.store for disk in DiskStatus.objects.all()] == ["sto_0000000000000002"]


def test_a_recorder_that_has_not_looked_yet_changes_nothing(recorder: FakeRecorder, camera: Camera) -> None:
    recorder.storage = {"disks": [DISK], "cameras": {}}
    pull_stock(recorder.client(), AT)
    recorder.storage = {}
    pull_stock(recorder.client(), AT)
    assert DiskStatus.objects.count() == 1
