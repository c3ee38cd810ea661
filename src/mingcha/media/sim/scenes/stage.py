"""A scene on its stage: a background drawn once, sprites moved over it, frames out as YUV 4:2:0 planes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from mingcha.media.sim.scenes.art import HEIGHT, WIDTH

LOOP_S = 60.0
Planes = tuple[Image.Image, Image.Image, Image.Image]
# ITU-R BT.709, limited range.
_MATRIX = np.array([[0.2126, 0.7152, 0.0722], [-0.1146, -0.3854, 0.5], [0.5, -0.4542, -0.0458]])


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a sprite stands: the middle of its lower edge, in picture units, and which of its pictures is shown.
    `depth`: what stands lower covers what stands higher, unless said otherwise."""

    x: float
    y: float
    picture: int = 0
    depth: float | None = None


@dataclass(frozen=True, slots=True)
class Mover:
    """`pose`: where at `t` seconds of the loop (0 to 60), or None when not to be seen. `shares`: sizes in which the
    pictures are shown; a pose's picture counts through all pictures of the first size, then of the next."""

    pictures: tuple[Image.Image, ...]
    pose: Callable[[float], Pose | None]
    shares: tuple[float, ...] = (1.0,)

    def shown(self, picture: int) -> Image.Image:
        """The picture that number `picture` of a pose means."""
        size, phase = divmod(picture, len(self.pictures))
        return _shrunk(self.pictures[phase], self.shares[size])


@dataclass(frozen=True, slots=True)
class Scenery:
    """What a scene's module draws: an opaque picture of 1280 x 720 and what moves (or stands in front) on it."""

    background: Image.Image
    movers: tuple[Mover, ...]


def crossing(
    pictures: tuple[Image.Image, ...],
    *,
    start_s: float,
    duration_s: float,
    path: Sequence[tuple[float, float]],
    steps_per_s: float = 0,
    depth: float | None = None,
) -> Mover:
    """Once per loop along a line of points at constant speed; `steps_per_s`: double steps, turning the pictures."""
    points = np.array(path, dtype=np.float64)
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])

    def pose(t: float) -> Pose | None:
        since = (t - start_s) % LOOP_S
        if since >= duration_s:
            return None
        at = since / duration_s * lengths[-1]
        picture = int(since * steps_per_s * len(pictures)) % len(pictures)
        x, y = float(np.interp(at, lengths, points[:, 0])), float(np.interp(at, lengths, points[:, 1]))
        return Pose(x, y, picture, depth)

    return Mover(pictures, pose)


def fixed(picture: Image.Image, x: float, y: float, depth: float | None = None) -> Mover:
    """Something in front of which and behind which others pass."""
    return Mover((picture,), lambda _: Pose(x, y, 0, depth))


def nearing(
    pictures: tuple[Image.Image, ...],
    *,
    start_s: float,
    duration_s: float,
    far: tuple[float, float, float],
    near: tuple[float, float, float],
    steps_per_s: float = 1.0,
    sizes: int = 20,
) -> Mover:
    """Towards the camera (or away, with the ends exchanged): x, y and size at both ends, true to perspective.

    `pictures` are drawn at the larger of the two sizes."""
    smallest, largest = sorted((far[2], near[2]))
    shares = tuple((smallest + (largest - smallest) * n / (sizes - 1)) / largest for n in range(sizes))
    phases = len(pictures)

    def pose(t: float) -> Pose | None:
        since = (t - start_s) % LOOP_S
        if since >= duration_s:
            return None
        share = since / duration_s
        # Even speed on the ground: it is the distance, one over the size, that changes evenly.
        size = 1 / (1 / far[2] + (1 / near[2] - 1 / far[2]) * share)
        along = (size - far[2]) / (near[2] - far[2])
        index = round((size - smallest) / (largest - smallest) * (sizes - 1))
        phase = int(since * steps_per_s * phases) % phases
        return Pose(far[0] + (near[0] - far[0]) * along, far[1] + (near[1] - far[1]) * along, index * phases + phase)

    return Mover(pictures, pose, shares)


def _shrunk(picture: Image.Image, share: float) -> Image.Image:
    size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
    return picture if size == picture.size else picture.resize(size, Image.Resampling.BOX)


def _to_yuv(pixels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    yuv: npt.NDArray[np.float64] = pixels @ _MATRIX.T / 255
    return yuv * (219, 224, 224) + (16, 128, 128)


def _halved(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    rows, columns = values.shape[0] // 2 * 2, values.shape[1] // 2 * 2
    whole = values[:rows, :columns]
    return (whole[0::2, 0::2] + whole[1::2, 0::2] + whole[0::2, 1::2] + whole[1::2, 1::2]) / 4


def _plane(values: npt.NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(np.clip(values.round(), 0, 255).astype(np.uint8), "L")


@dataclass(frozen=True, slots=True)
class _Sprite:
    luma: Image.Image
    luma_mask: Image.Image
    chroma: tuple[Image.Image, Image.Image]
    chroma_mask: Image.Image


def _sprite(picture: Image.Image) -> _Sprite:
    """Planes of a transparent picture; colours of half covered chroma blocks are weighted by their cover."""
    width, height = picture.width + picture.width % 2, picture.height + picture.height % 2
    even = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    even.paste(picture, (0, 0))
    pixels = np.asarray(even).astype(np.float64)
    cover = pixels[..., 3] / 255
    yuv = _to_yuv(pixels[..., :3])
    half_cover = _halved(cover)
    chroma = [_halved(yuv[..., n] * cover) / np.maximum(half_cover, 1e-6) for n in (1, 2)]
    return _Sprite(
        _plane(yuv[..., 0]), _plane(cover * 255), (_plane(chroma[0]), _plane(chroma[1])), _plane(half_cover * 255)
    )


class Stage:
    """Composes frames of a scenery at a size: `scale` 1 is 1280 x 720, 0.5 the sub stream's 640 x 360."""

    def __init__(self, scenery: Scenery, scale: float = 1.0) -> None:
        self.scale = scale
        self.width, self.height = round(WIDTH * scale), round(HEIGHT * scale)
        background = scenery.background.resize((self.width, self.height), Image.Resampling.LANCZOS)
        yuv = _to_yuv(np.asarray(background.convert("RGB")).astype(np.float64))
        self._ground: Planes = (_plane(yuv[..., 0]), _plane(_halved(yuv[..., 1])), _plane(_halved(yuv[..., 2])))
        self._movers = scenery.movers
        self._sprites: dict[tuple[int, int], _Sprite] = {}

    def _sprite_of(self, number: int, picture: int) -> _Sprite:
        # Made when first shown: of a figure that comes nearer only some sizes meet each phase of its step.
        sprite = self._sprites.get((number, picture))
        if sprite is None:
            shown = self._movers[number].shown(picture)
            sprite = self._sprites[number, picture] = _sprite(_shrunk(shown, self.scale))
        return sprite

    def frame(self, t: float) -> npt.NDArray[np.uint8]:
        """The picture at `t` seconds: uint8 of shape (height * 3 / 2, width), planes Y, U, V one below the other."""
        luma, blue, red = (plane.copy() for plane in self._ground)
        posed = [(pose, n) for n, mover in enumerate(self._movers) if (pose := mover.pose(t)) is not None]
        posed.sort(key=lambda item: item[0].y if item[0].depth is None else item[0].depth)
        for pose, number in posed:
            sprite = self._sprite_of(number, pose.picture)
            x = round(pose.x * self.scale - sprite.luma.width / 2)
            y = round(pose.y * self.scale - sprite.luma.height)
            luma.paste(sprite.luma, (x, y), sprite.luma_mask)
            corner = (x // 2, y // 2)
            blue.paste(sprite.chroma[0], corner, sprite.chroma_mask)
            red.paste(sprite.chroma[1], corner, sprite.chroma_mask)
        whole = np.empty((self.height * 3 // 2, self.width), dtype=np.uint8)
        whole[: self.height] = np.asarray(luma)
        quarter = self.height // 4
        whole[self.height : self.height + quarter] = np.asarray(blue).reshape(quarter, self.width)
        whole[self.height + quarter :] = np.asarray(red).reshape(quarter, self.width)
        return whole


def to_rgb(planes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A composed frame as RGB (height, width, 3), for looking at it."""
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    quarter = height // 4
    chroma = [
        planes[height + n * quarter : height + (n + 1) * quarter].reshape(height // 2, width // 2) for n in (0, 1)
    ]
    yuv = np.stack([planes[:height], *(part.repeat(2, axis=0).repeat(2, axis=1) for part in chroma)], axis=2)
    scaled = (yuv.astype(np.float64) - (16, 128, 128)) / (219, 224, 224)
    return np.clip(scaled @ np.linalg.inv(_MATRIX).T * 255, 0, 255).round().astype(np.uint8)
