"""Scenes into clips: drawn and encoded once, two at a time, kept in a directory the caller chooses."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mingcha.base.errors import Unavailable
from mingcha.media.container.encode import ClipWriter, VideoSpec
from mingcha.media.sim.cameras import Camera
from mingcha.media.sim.clip import Clip
from mingcha.media.sim.scenes.overlay import Overlay, plates
from mingcha.media.sim.scenes.stage import LOOP_S, Scenery, Stage
from mingcha.media.units import VideoCodec

# Change it whenever pictures or encoding change: it names the cached files.
VERSION = 1
Progress = Callable[[float], None]
_MAIN_SIZE, _SUB_SIZE = (1280, 720), (640, 360)
_COLOUR = {"colorprim": "bt709", "transfer": "bt709", "colormatrix": "bt709"}
# Below x265's own ultrafast preset: drawn pictures stand still for the most part, so little is lost, and a third of
# the time is saved. A constant quantiser needs no look-ahead.
_FAST_H265 = {
    "range": "limited",
    "qp": "24",
    "aq-mode": "0",
    "cutree": "0",
    "ctu": "32",
    "min-cu-size": "16",
    "rd": "1",
    "early-skip": "1",
    "me": "dia",
    "subme": "0",
    "max-merge": "1",
    "weightp": "0",
    "psy-rd": "0",
    "signhide": "0",
}


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """How a scene is encoded. `name` is its module and its camera's name; `gop_s`: seconds between key frames."""

    name: str
    label: str
    codec: VideoCodec = "h264"
    fps: Fraction = Fraction(25)
    gop_s: int = 2
    bframes: int = 0
    has_sub: bool = True

    def spec(self, stream: str) -> VideoSpec:
        """Encoding of the ``main`` or ``sub`` stream; the sub stream is always H.264 without B pictures."""
        gop = round(self.fps * self.gop_s)
        if stream == "sub":
            return VideoSpec("h264", _SUB_SIZE, self.fps, gop, crf=23, parameters=_COLOUR)
        parameters = _COLOUR if self.codec == "h264" else {**_COLOUR, **_FAST_H265}
        return VideoSpec(self.codec, _MAIN_SIZE, self.fps, gop, self.bframes, crf=22, parameters=parameters)


# Between them they have what cameras differ in: codec, B pictures, frame rate, key frame distance, sub stream.
SCENES: tuple[SceneSpec, ...] = (
    SceneSpec("street", "CAM 01  STREET CORNER"),
    SceneSpec("school", "CAM 02  SCHOOL GATE", codec="h265"),
    SceneSpec("mall", "CAM 03  ARCADE", bframes=2),
    SceneSpec("station", "CAM 04  PLATFORM 1", fps=Fraction(25, 2)),
    SceneSpec("hospital", "CAM 05  HOSPITAL ENTRANCE", codec="h265", fps=Fraction(25, 2), has_sub=False),
    SceneSpec("park", "CAM 06  LAKESIDE PARK", gop_s=10),
)
_BY_NAME = {scene.name: scene for scene in SCENES}


def clip_paths(scene: SceneSpec, directory: Path, seconds: float = LOOP_S) -> dict[str, Path]:
    """Where the streams of a scene are kept."""
    streams = ("main", "sub") if scene.has_sub else ("main",)
    return {stream: directory / f"{scene.name}-{seconds:g}s-v{VERSION}-{stream}.mp4" for stream in streams}


def load_scenery(scene: SceneSpec) -> Scenery:
    """Draw a scene, with its label."""
    module = importlib.import_module(f"mingcha.media.sim.scenes.{scene.name}")
    scenery: Scenery = module.scenery()
    return Scenery(scenery.background, (*scenery.movers, plates(scene.label)))


def render_scene(
    scene: SceneSpec, directory: Path, *, seconds: float = LOOP_S, progress: Progress | None = None
) -> None:
    """Draw and encode the streams of one scene in this process; `progress` gets shares from 0 to 1."""
    scenery = load_scenery(scene)
    frames = round(scene.fps * Fraction(seconds).limit_denominator(1000))
    with ExitStack() as stack:
        outputs = []
        for stream, path in clip_paths(scene, directory, seconds).items():
            spec = scene.spec(stream)
            stage = Stage(scenery, spec.size[1] / _MAIN_SIZE[1])
            writer = stack.enter_context(ClipWriter(path, spec))
            outputs.append((stage, Overlay(spec.size[1], float(scene.fps)), writer))
        for number in range(frames):
            for stage, overlay, writer in outputs:
                planes = stage.frame(float(number / scene.fps))
                overlay.draw(planes, number)
                writer.write(planes, planar=True)
            if progress is not None and number % 25 == 0:
                progress(number / frames)


def render_scenes(
    directory: Path,
    names: Sequence[str] | None = None,
    *,
    seconds: float = LOOP_S,
    workers: int = 2,
    progress: Progress | None = None,
) -> dict[str, dict[str, Path]]:
    """Paths of the streams of scenes (all by default), made now where they are not in `directory` yet.

    Each scene is drawn by a process of its own, `workers` at a time. `progress` gets the share done of all, from
    another thread. Raises Unavailable when a worker fails.
    """
    chosen = [_BY_NAME[name] for name in names] if names is not None else list(SCENES)
    directory.mkdir(parents=True, exist_ok=True)
    result = {scene.name: clip_paths(scene, directory, seconds) for scene in chosen}
    missing = [scene for scene in chosen if not all(path.exists() for path in result[scene.name].values())]
    # The longest first, so that the two workers end together.
    missing.sort(key=lambda scene: (scene.codec == "h265", scene.bframes > 0, scene.fps), reverse=True)
    done = {scene.name: 0.0 for scene in missing}
    lock = threading.Lock()

    def report(name: str, share: float) -> None:
        with lock:
            done[name] = share
            if progress is not None:
                progress(sum(done.values()) / len(done))

    running: set[subprocess.Popen[str]] = set()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for task in [pool.submit(_run_worker, scene, directory, seconds, report, running) for scene in missing]:
                task.result()
        except BaseException:
            # Ctrl-C, or a worker that failed: the others end too, without a word of their own.
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in tuple(running):
                worker.terminate()
            raise
    return result


def _run_worker(
    scene: SceneSpec,
    directory: Path,
    seconds: float,
    report: Callable[[str, float], None],
    running: set[subprocess.Popen[str]],
) -> None:
    command = [sys.executable, "-m", __name__, scene.name, str(directory), str(seconds)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    # In a session of its own: Ctrl-C is for us, who then end it.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env=environment, text=True, start_new_session=True
    ) as worker:
        running.add(worker)
        assert worker.stdout is not None
        for line in worker.stdout:
            report(scene.name, float(line))
    running.discard(worker)
    if worker.returncode != 0:
        raise Unavailable("sim.render", f"Drawing the scene {scene.name} failed.", scene=scene.name)
    report(scene.name, 1.0)


def scene_cameras(
    directory: Path, count: int = len(SCENES), *, seconds: float = LOOP_S, progress: Progress | None = None
) -> list[Camera]:
    """Cameras that show the scenes; beyond six they repeat as street2, school2 ..."""
    paths = render_scenes(directory, [scene.name for scene in SCENES[:count]], seconds=seconds, progress=progress)
    clips = {name: {stream: Clip.load(path) for stream, path in streams.items()} for name, streams in paths.items()}
    cameras = []
    for number in range(count):
        scene, round_number = SCENES[number % len(SCENES)], number // len(SCENES) + 1
        name = scene.name if round_number == 1 else f"{scene.name}{round_number}"
        cameras.append(Camera(name, dict(clips[scene.name]), is_aligned=True))
    return cameras


def _work(name: str, directory: str, seconds: str) -> None:
    def tell(share: float) -> None:
        sys.stdout.write(f"{share:.3f}\n")
        sys.stdout.flush()

    render_scene(_BY_NAME[name], Path(directory), seconds=float(seconds), progress=tell)


if __name__ == "__main__":
    _work(*sys.argv[1:])
