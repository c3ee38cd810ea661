"""Tiny clips for tests: made in a fraction of a second, kept in the temporary directory."""

from __future__ import annotations

import getpass
import hashlib
import os
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mingcha.media.container.encode import AudioSpec, ClipWriter, VideoSpec
from mingcha.media.sim import strip
from mingcha.media.units import AudioCodec, VideoCodec

_VERSION = 1


def tiny_clip(
    codec: VideoCodec = "h264",
    fps: float | Fraction = 25,
    seconds: float = 4,
    size: tuple[int, int] = (320, 180),
    gop: int = 25,
    bframes: int = 0,
    audio: AudioCodec | None = None,
    *,
    noise: int = 0,
    bit_rate: int | None = None,
    directory: Path | None = None,
) -> Path:
    """A clip with moving bars and the frame number as a strip (`strip.read_strip`); same arguments, same file.

    `noise`: amplitude of grain, to make frames big; `bit_rate` in bits per second instead of constant quality;
    `directory`: where to keep it instead of the temporary directory.
    """
    rate = Fraction(fps).limit_denominator(1001)
    key = repr((_VERSION, codec, rate, seconds, size, gop, bframes, audio, noise, bit_rate))
    folder = directory or Path(tempfile.gettempdir()) / f"mingcha-clips-{getpass.getuser()}"
    folder.mkdir(parents=True, exist_ok=True)
    suffix = "mov" if audio in ("pcma", "pcmu") else "mp4"
    path = folder / f"tiny-{codec}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.{suffix}"
    if path.exists():
        return path
    making = path.with_name(f"{path.stem}.{os.getpid()}.{suffix}")
    sound = AudioSpec(audio, 48_000 if audio == "aac" else 8_000) if audio is not None else None
    spec = VideoSpec(codec, size, rate, gop, bframes, bit_rate=bit_rate)
    frames = round(rate * Fraction(seconds).limit_denominator(1000))
    rng = np.random.default_rng(1)
    with ClipWriter(making, spec, sound) as writer:
        for number in range(frames):
            picture = _picture(number, frames, size)
            if noise:
                grain = rng.integers(-noise, noise + 1, picture.shape, dtype=np.int16)
                picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
            strip.draw(picture, number)
            writer.write(picture)
        if sound is not None:
            count = int(seconds * sound.sample_rate_hz)
            tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(count) / sound.sample_rate_hz)
            writer.write_audio(tone.astype(np.float32))
    os.replace(making, path)
    return path


def _picture(number: int, frames: int, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Soft diagonal bars that move round once per loop, and a bright square that walks."""
    width, height = size
    x = np.arange(width)[None, :] / width
    y = np.arange(height)[:, None] / height
    phase = number / frames
    red = 120 + 60 * np.sin(2 * np.pi * (2 * x + y + phase))
    green = 120 + 60 * np.sin(2 * np.pi * (x - y - phase) + 1)
    blue = np.broadcast_to(140 + 40 * np.cos(2 * np.pi * y), (height, width))
    picture = np.stack([red, green, blue], axis=2).astype(np.uint8)
    side = height // 6
    left = int((width - side) * (number % 50) / 50)
    picture[height // 3 : height // 3 + side, left : left + side] = (240, 220, 180)
    return picture
