"""The frame number as a strip of black and white blocks in the picture's lower left corner.

It survives encoding and scaling down to half, so that a program can read from a screen which frame it shows: a white
and a black block to find the threshold, 16 bits of number and 8 bits of checksum, the most significant first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_NUMBER_BITS = 16
_CHECK_BITS = 8
BLOCKS = 2 + _NUMBER_BITS + _CHECK_BITS
_WHITE = 235
_BLACK = 16
_MIN_CONTRAST = 60


def block_px(height: int) -> int:
    """Side of a block in a picture of that height: 8 at 720, 4 at 360, never below 4."""
    return max(4, height // 90)


def _check(number: int) -> int:
    # A multiplicative hash: unlike a sum it changes in many bits when one bit of the number does.
    return (number * 40503 + 0x5A00) >> 8 & 0xFF


def bits(number: int) -> tuple[int, ...]:
    """The blocks from left to right, 1 is white. `number` is taken modulo 65536."""
    number &= 0xFFFF
    word = number << _CHECK_BITS | _check(number)
    return 1, 0, *((word >> shift) & 1 for shift in range(_NUMBER_BITS + _CHECK_BITS - 1, -1, -1))


def luma_row(number: int, height: int) -> npt.NDArray[np.uint8]:
    """The strip as luma, shape (block, block * BLOCKS), for a picture of `height` pixels."""
    side = block_px(height)
    row = np.repeat(np.where(np.array(bits(number), dtype=bool), _WHITE, _BLACK).astype(np.uint8), side)
    return np.tile(row, (side, 1))


def draw(picture: npt.NDArray[np.uint8], number: int) -> None:
    """Put the strip into an RGB picture of shape (height, width, 3), in place."""
    row = luma_row(number, picture.shape[0])
    picture[-row.shape[0] :, : row.shape[1]] = row[:, :, None]


def read_strip(picture: npt.NDArray[np.uint8]) -> int | None:
    """The frame number in an RGB picture (height, width, 3) or luma (height, width); None where it is not legible."""
    luma = picture if picture.ndim == 2 else picture[..., :3].mean(axis=2)
    height, width = luma.shape[0], luma.shape[1]
    side = block_px(height)
    if width < side * BLOCKS:
        return None
    inner = max(1, side // 4)
    rows = luma[height - side + inner : height - inner, : side * BLOCKS]
    blocks = rows.reshape(rows.shape[0], BLOCKS, side)[:, :, inner : side - inner].mean(axis=(0, 2))
    if blocks[0] - blocks[1] < _MIN_CONTRAST:
        return None
    values = blocks > (blocks[0] + blocks[1]) / 2
    word = 0
    for bit in values[2:]:
        word = word << 1 | int(bit)
    number, check = word >> _CHECK_BITS, word & 0xFF
    return number if check == _check(number) else None
