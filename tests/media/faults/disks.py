"""Recorders whose disk fails in various ways, and one whose catalog is held by somebody else; all at the same time."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mingcha.base.clock import SystemClock
from mingcha.media.sim import SimServer, tiny_clip
from mingcha.media.store.directory import StoreDirectory
from tests.media.faults.recorded import WALL, Cast, Scene, Stretch, prepare

MIB = 1 << 20
NOTICED_S = 40.0
"""The disk is looked at every five seconds; the rest is for a busy machine."""
LOCKED_S = 40.0
_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


class NotHere(Exception):
    """A trial that this machine has not the means for."""


@dataclass
class Trial:
    """One recorder and what was seen. `marks`: wall instants; `seen`: lists of files and the like, by what they are."""

    scene: Scene
    loops: dict[str, tuple[bytes, ...]]
    marks: dict[str, int] = field(default_factory=dict)
    seen: dict[str, list[str]] = field(default_factory=dict)
    log: str = ""
    stretches: dict[str, list[Stretch]] = field(default_factory=dict)
    findings: str = ""

    def mark(self, name: str) -> None:
        self.marks[name] = WALL.wall_us()


def run(*command: str | Path) -> str:
    """A system command. Raises CalledProcessError."""
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout.strip()


def files_below(path: Path) -> list[str]:
    return sorted(str(found.relative_to(path)) for found in path.rglob("*") if found.is_file())


def mount_tmpfs(stack: ExitStack, at: Path, size_mib: int) -> None:
    at.mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", f"size={size_mib}m", "mingcha-test", at)
    stack.callback(unmount_all, at)


def bind(stack: ExitStack, source: Path, at: Path) -> None:
    at.mkdir(parents=True, exist_ok=True)
    run("mount", "--bind", source, at)
    stack.callback(unmount_all, at)


def unmount_all(at: Path) -> None:
    """Whatever is mounted there, layer by layer."""
    while os.path.ismount(at):
        subprocess.run(["umount", "-l", str(at)], check=True)


@asynccontextmanager
async def recording(
    directory: Path, store: Path | None, names: tuple[str, ...] = ("a", "b"), **faults: object
) -> AsyncIterator[tuple[Trial, SimServer]]:
    """A recorder with a few cameras, from their first picture on; stopped at the end."""
    clip = tiny_clip(seconds=10)
    async with SimServer(dict.fromkeys(names, clip)) as sim:
        plain = [Cast(name, sim.url(name, **(faults if name.startswith("drop") else {}))) for name in names]
        scene = prepare(directory, plain, segment_s=2, store=store)
        trial = Trial(scene, {name: sim.unit_hashes(name) for name in names})
        scene.recorder.start()
        watching = asyncio.create_task(scene.watch(sim))
        try:
            await scene.until(lambda: all(scene.now(name) == "live" for name in names), 60)
            trial.mark("start")
            await asyncio.sleep(4)
            yield trial, sim
        finally:
            watching.cancel()
            await asyncio.to_thread(scene.recorder.stop)
            trial.log = scene.recorder.log


async def fill_up(directory: Path, stack: ExitStack) -> Trial:
    """The disk fills to below the reserve, and later there is room again."""
    store = directory / "disk"
    mount_tmpfs(stack, store, 96)
    async with recording(directory / "data", store) as (trial, _sim):
        trial.seen["before"] = files_below(store / "segments")
        filler = store / "somebody-elses-file"
        await asyncio.to_thread(filler.write_bytes, bytes(40 * MIB))
        trial.mark("full")
        await trial.scene.until(lambda: trial.scene.store_now() == "store.full", NOTICED_S)
        await asyncio.sleep(4)
        trial.seen["during"] = files_below(store / "segments")
        await asyncio.sleep(2)
        trial.seen["later"] = files_below(store / "segments")
        filler.unlink()
        trial.mark("room")
        await trial.scene.until(lambda: trial.scene.store_now() == "ok", NOTICED_S)
        await asyncio.sleep(4)
    return trial


async def fill_to_the_brim(directory: Path, stack: ExitStack) -> Trial:
    """Not one byte is left, so that the part at hand cannot be written."""
    store = directory / "disk"
    mount_tmpfs(stack, store, 72)
    async with recording(directory / "data", store) as (trial, _sim):
        filler = store / "somebody-elses-file"
        with filler.open("wb", buffering=0) as file:
            try:
                while await asyncio.to_thread(file.write, bytes(MIB)):
                    pass
            except OSError:
                trial.mark("full")
        await trial.scene.until(lambda: trial.scene.store_now() == "store.full", NOTICED_S)
        await asyncio.sleep(2)
        filler.unlink()
        await trial.scene.until(lambda: trial.scene.store_now() == "ok", NOTICED_S)
        await asyncio.sleep(4)
    return trial


async def take_away(directory: Path, stack: ExitStack) -> Trial:
    """The disk is unmounted under the recorder and mounted again."""
    disk, store = directory / "disk", directory / "mountpoint"
    mount_tmpfs(stack, disk, 96)
    bind(stack, disk, store)
    async with recording(directory / "data", store) as (trial, _sim):
        await asyncio.to_thread(run, "umount", "-l", store)
        trial.mark("gone")
        await trial.scene.until(lambda: trial.scene.store_now() == "store.absent", NOTICED_S)
        await asyncio.sleep(3)
        trial.seen["under"] = [str(path) for path in store.rglob("*")]
        bind(stack, disk, store)
        trial.mark("back")
        await trial.scene.until(lambda: trial.scene.store_now() == "ok", NOTICED_S)
        await asyncio.sleep(4)
    return trial


async def swap(directory: Path, stack: ExitStack) -> Trial:
    """Another recorder's disk is mounted in place of this one's, and taken away again."""
    disk, other, store = directory / "disk", directory / "other", directory / "mountpoint"
    mount_tmpfs(stack, disk, 96)
    mount_tmpfs(stack, other, 96)
    StoreDirectory.create(other, SystemClock()).close()
    bind(stack, disk, store)
    async with recording(directory / "data", store) as (trial, _sim):
        trial.seen["other before"] = files_below(other)
        bind(stack, other, store)
        trial.mark("gone")
        await trial.scene.until(lambda: trial.scene.store_now() == "store.foreign", NOTICED_S)
        await asyncio.sleep(3)
        trial.seen["other after"] = files_below(other)
        await asyncio.to_thread(run, "umount", store)
        trial.mark("back")
        await trial.scene.until(lambda: trial.scene.store_now() == "ok", NOTICED_S)
        await asyncio.sleep(4)
    return trial


async def fail_to_read_only(directory: Path, stack: ExitStack) -> Trial:
    """The file system meets an error and makes itself read-only; then it is mounted anew."""
    image, store = directory / "image", directory / "disk"
    directory.mkdir(parents=True, exist_ok=True)
    store.mkdir()
    with image.open("wb") as file:
        file.truncate(160 * MIB)
    run("mkfs.ext4", "-q", "-F", image)
    device = run("losetup", "-f", "--show", image)
    stack.callback(subprocess.run, ["losetup", "-d", device], check=False)
    run("mount", "-o", "errors=remount-ro", device, store)
    stack.callback(unmount_all, store)
    trigger = Path(f"/sys/fs/ext4/{Path(device).name}/trigger_fs_error")
    if not trigger.exists():
        raise NotHere("this kernel cannot be asked for an error of ext4")
    async with recording(directory / "data", store) as (trial, _sim):
        await asyncio.to_thread(trigger.write_text, "1")
        trial.mark("gone")
        await trial.scene.until(lambda: trial.scene.store_now() == "store.read_only", NOTICED_S)
        await asyncio.sleep(7)
        await asyncio.to_thread(run, "umount", store)
        await asyncio.to_thread(run, "mount", device, store)
        trial.mark("back")
        await trial.scene.until(lambda: trial.scene.store_now() == "ok", NOTICED_S)
        await asyncio.sleep(4)
    return trial


async def hold_catalog(directory: Path, stack: ExitStack) -> Trial:
    """Another process holds the catalog locked for 40 s while some cameras connect again and again."""
    names = ("steady1", "steady2", "drops1", "drops2")
    async with recording(directory, None, names, drop=6) as (trial, _sim):
        catalog = trial.scene.recorder.data / "catalog.db"
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(catalog)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        stack.callback(holder.kill)
        assert holder.stdout is not None
        assert holder.stdin is not None
        await asyncio.to_thread(holder.stdout.readline)
        trial.mark("locked")
        await asyncio.sleep(LOCKED_S)
        holder.stdin.close()
        await asyncio.to_thread(holder.wait)
        holder.stdout.close()
        trial.mark("released")
        await asyncio.sleep(3)
    return trial


Play = Callable[[Path, ExitStack], Awaitable[Trial]]
MOUNTS: dict[str, Play] = {
    "full": fill_up,
    "brim": fill_to_the_brim,
    "absent": take_away,
    "foreign": swap,
}


async def play_all(directory: Path) -> dict[str, Trial | BaseException | str]:
    """All at once; what one of them died of, or why it cannot be played here, stands in its place."""
    no_mounts = why_no_mounts(directory)
    skipped = dict.fromkeys([*MOUNTS, "read_only"], no_mounts) if no_mounts else {"read_only": why_no_loops()}
    plays = {"locked": hold_catalog, **MOUNTS, "read_only": fail_to_read_only}
    names = [name for name in plays if not skipped.get(name)]
    with ExitStack() as stack:
        outcomes = await asyncio.gather(*(_play(plays[name], directory / name, stack) for name in names))
        return {**{name: why for name, why in skipped.items() if why}, **dict(zip(names, outcomes, strict=True))}


async def _play(play: Play, directory: Path, stack: ExitStack) -> Trial | BaseException | str:
    try:
        trial = await play(directory, stack)
        await asyncio.to_thread(_look, trial)
    except NotHere as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - of one trial: the others are worth looking at all the same
        return error
    return trial


def _look(trial: Trial) -> None:
    """Read what was recorded while the disks are still there."""
    trial.stretches = {name: trial.scene.stretches(name) for name in trial.scene.ids}
    checked = trial.scene.recorder.check()
    trial.findings = "" if checked.returncode == 0 else checked.stdout + checked.stderr


def why_no_mounts(directory: Path) -> str:
    """Why file systems cannot be mounted here; empty where they can."""
    if os.geteuid() != 0:
        return "mounting file systems takes root"
    try:
        with ExitStack() as stack:
            mount_tmpfs(stack, directory / "trial", 1)
    except subprocess.CalledProcessError as error:
        return f"this machine does not let us mount: {error.stderr.strip()}"
    return ""


def why_no_loops() -> str:
    """The same for ext4 in a file, whose read-only state after an error is provoked through sysfs."""
    missing = [name for name in ("mkfs.ext4", "losetup") if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} is not installed"
    found = subprocess.run(["losetup", "-f"], capture_output=True, text=True, check=False)
    return "" if found.returncode == 0 else f"there are no loop devices here: {found.stderr.strip()}"
