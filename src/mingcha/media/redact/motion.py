"""What moves, by cells of the picture: people whose faces are too small or turned away, bags, cars and their plates.

A camera of a public place stands still; so whatever differs between two looks moved.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Grid = npt.NDArray[np.bool_]
"""Cells, rows x columns: whether to cover them."""

CELL_PX = 32
SAMPLES_PER_CELL = 8
DIFFERENCE = 14.0
SAMPLES_MOVED = 3
# After this many looks without movement a cell is uncovered again.
HELD_LOOKS = 10


def cells_of(width: int, height: int) -> tuple[int, int]:
    """Rows and columns of cells of `CELL_PX` that cover a picture."""
    return -(-height // CELL_PX), -(-width // CELL_PX)


class Motion:
    """Feed the luma of one look after the other."""

    def __init__(self) -> None:
        self._before: npt.NDArray[np.float32] | None = None
        self._still_looks: npt.NDArray[np.int16] | None = None

    def look(self, luma: npt.NDArray[np.uint8]) -> Grid:
        """The cells in which something moved since the look before, or lately. The first look knows nothing: none."""
        seen = samples(luma)
        rows, columns = cells_of(luma.shape[1], luma.shape[0])
        if self._still_looks is None or self._before is None or self._before.shape != seen.shape:
            self._still_looks = np.full((rows, columns), HELD_LOOKS, np.int16)
            self._before = seen
            return np.zeros((rows, columns), np.bool_)
        # A lamp that goes on brightens everything: what all samples do together is no movement.
        change = seen - self._before
        differs = np.abs(change - np.median(change)) > DIFFERENCE
        counted = differs.reshape(rows, SAMPLES_PER_CELL, columns, SAMPLES_PER_CELL).sum(axis=(1, 3))
        moved = _widened(counted >= SAMPLES_MOVED)
        self._still_looks = np.where(moved, 0, np.minimum(self._still_looks + 1, HELD_LOOKS)).astype(np.int16)
        self._before = seen
        return self._still_looks < HELD_LOOKS


def samples(luma: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """8 x 8 means of 4 x 4 pixels for each cell; the picture's last line and column are repeated to fill the cells."""
    height, width = luma.shape
    rows, columns = cells_of(width, height)
    full = np.pad(luma, ((0, rows * CELL_PX - height), (0, columns * CELL_PX - width)), mode="edge")
    step = CELL_PX // SAMPLES_PER_CELL
    thin = full[:, ::2].astype(np.float32)
    means: npt.NDArray[np.float32] = thin.reshape(
        rows * SAMPLES_PER_CELL, step, columns * SAMPLES_PER_CELL, step // 2
    ).mean(axis=(1, 3))
    return means


def _widened(grid: Grid) -> Grid:
    """One cell more on every side."""
    wide = np.pad(grid, 1)
    rows, columns = grid.shape
    out = np.zeros_like(grid)
    for down in range(3):
        for across in range(3):
            out |= wide[down : down + rows, across : across + columns]
    return out
