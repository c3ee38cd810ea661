"""The drawn scenes: each moves, burns in what it says, and is made once."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mingcha.media.sim import Clip, SimServer, read_strip
from mingcha.media.sim.scenes import render
from mingcha.media.sim.scenes.overlay import Overlay
from mingcha.media.sim.scenes.stage import Pose, Scenery, Stage, crossing, nearing, to_rgb
from tests.media.sim.client import Client

SCENES = {scene.name: scene for scene in render.SCENES}


def test_between_them_the_scenes_have_what_cameras_differ_in() -> None:
    assert len(render.SCENES) == 6
    assert SCENES["school"].codec == "h265"
    assert SCENES["school"].has_sub
    assert not SCENES["hospital"].has_sub
    assert SCENES["mall"].bframes == 2
    assert float(SCENES["station"].fps) == 12.5
    assert SCENES["park"].spec("main").gop == 250
    assert SCENES["street"].spec("main").gop == 50


@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_scene_stands_still_but_for_what_moves_and_closes_its_loop(name: str) -> None:
    stage = Stage(render.load_scenery(SCENES[name]), 0.5)
    first, later, last, next_first = (stage.frame(t).astype(int)[:360] for t in (12.0, 13.0, 59.96, 0.0))
    assert 0.002 < (np.abs(later - first) > 8).mean() < 0.4
    assert (np.abs(next_first - last) > 8).mean() < 0.05, "nobody jumps where the loop closes"


@pytest.mark.parametrize("height", [720, 360])
def test_the_overlay_is_a_clock_a_number_and_a_strip(height: int) -> None:
    stage = Stage(Scenery(Image.new("RGB", (1280, 720), (90, 120, 100)), ()), height / 720)
    overlay = Overlay(height, 25)
    frames = []
    for number in (937, 938, 1437):
        planes = stage.frame(0)
        overlay.draw(planes, number)
        assert read_strip(to_rgb(planes)) == number
        frames.append(planes[:height])
    top = height // 10
    assert not np.array_equal(frames[0][:top], frames[1][:top])
    assert np.array_equal(frames[0][top : -height // 10], frames[1][top : -height // 10])


def test_a_crossing_is_once_a_minute_and_at_even_speed() -> None:
    mover = crossing((Image.new("RGBA", (4, 4)),), start_s=55, duration_s=10, path=[(0, 0), (100, 0)])
    assert mover.pose(54.9) is None
    at = [mover.pose(t) for t in (55, 57.5, 0, 2.5)]
    assert [pose.x for pose in at if pose] == [0, 25, 50, 75]
    assert mover.pose(5.1) is None


def test_what_comes_nearer_grows_along_its_way() -> None:
    pictures = (Image.new("RGBA", (50, 100)),)
    mover = nearing(pictures, start_s=0, duration_s=10, far=(100, 200, 20), near=(300, 700, 100), sizes=5)
    poses = [mover.pose(t) for t in (0, 4, 8, 9.99)]
    assert all(isinstance(pose, Pose) for pose in poses)
    heights = [mover.shown(pose.picture).height for pose in poses if pose]
    assert heights == sorted(heights)
    assert heights[0] == 20
    assert heights[-1] == 100


async def test_scenes_are_made_once_and_shown_at_the_true_second(tmp_path: Path) -> None:
    told: list[float] = []
    cameras = render.scene_cameras(tmp_path, 1, seconds=0.4, progress=told.append)
    assert told[-1] == 1.0
    files = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(files) == 2, "main and sub, nothing half made"
    again = render.scene_cameras(tmp_path, 1, seconds=0.4)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == files
    assert [camera.name for camera in again] == ["street"]
    for stream, size in (("main", (1280, 720)), ("sub", (640, 360))):
        video = cameras[0].streams[stream].video
        assert (video.width, video.height, len(video.samples)) == (*size, 10)
        with av.open(str(render.clip_paths(SCENES["street"], tmp_path, 0.4)[stream])) as opened:
            numbers = [read_strip(frame.to_ndarray(format="rgb24")) for frame in opened.decode(video=0)]
        assert numbers == list(range(10))
    async with SimServer(cameras=cameras) as sim, Client(sim.url("street", "sub")) as client:
        await client.open()
        # The key picture is frame 0 of the loop, so it leaves at a whole multiple of the loop by the wall clock.
        await client.pictures(1)
        assert sim.clock.wall_us() % 400_000 < 200_000


async def test_more_cameras_than_scenes_share_clips_under_further_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mingcha.media.sim import tiny_clip

    clip = tiny_clip(seconds=1)
    monkeypatch.setattr(render, "render_scenes", lambda directory, names, **_: {name: {"main": clip} for name in names})
    cameras = render.scene_cameras(tmp_path, 8)
    assert [camera.name for camera in cameras][5:] == ["park", "street2", "school2"]
    assert cameras[6].streams["main"] is cameras[0].streams["main"]
    assert isinstance(cameras[0].streams["main"], Clip)
