"""Painting over: faces become flat grey, what moves becomes coarse squares. Both forget what was there; a blur would
not. The picture that is encoded afterwards never had the covered pixels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from mingcha.media.container.repaint import Planes
from mingcha.media.redact.boxes import Box
from mingcha.media.redact.motion import CELL_PX, Grid, cells_of

GREY = 70
NEUTRAL = 128


def luma_of(planes: Planes) -> npt.NDArray[np.uint8]:
    return planes[: planes.shape[0] * 2 // 3]


def covered(planes: Planes, moving: Grid | None, faces: Iterable[Box], clear: Iterable[Box]) -> Planes:
    """A copy with the cells of `moving` and the `faces` covered, except inside the `clear` boxes.

    `moving`: None covers every cell.
    """
    out = planes.copy()
    for plane, cell in _split(out):
        _coarsen(plane, cell, moving)
    for face in faces:
        for index, (plane, _) in enumerate(_split(out)):
            plane[_window(plane, face)] = GREY if index == 0 else NEUTRAL
    for box in clear:
        for (plane, _), (original, _) in zip(_split(out), _split(planes), strict=True):
            window = _window(plane, box)
            plane[window] = original[window]
    return out


def _split(planes: Planes) -> list[tuple[npt.NDArray[np.uint8], int]]:
    """Luma and both chroma planes as views, each with the size of a cell in its own pixels."""
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    quarter = height * width // 4
    chroma = planes[height:].reshape(-1)
    shape = (height // 2, width // 2)
    return [
        (planes[:height], CELL_PX),
        (chroma[:quarter].reshape(shape), CELL_PX // 2),
        (chroma[quarter:].reshape(shape), CELL_PX // 2),
    ]


def _coarsen(plane: npt.NDArray[np.uint8], cell: int, moving: Grid | None) -> None:
    """Each covered cell becomes its own mean."""
    if moving is None:
        rows, columns = cells_of(plane.shape[1] * CELL_PX // cell, plane.shape[0] * CELL_PX // cell)
        moving = np.ones((rows, columns), np.bool_)
    for row, column in zip(*np.nonzero(moving), strict=True):
        window = plane[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell]
        if window.size:
            window[:] = int(window.mean())


def _window(plane: npt.NDArray[np.uint8], box: Box) -> tuple[slice, slice]:
    height, width = plane.shape
    return (
        slice(int(box.top * height), int(np.ceil(box.bottom * height))),
        slice(int(box.left * width), int(np.ceil(box.right * width))),
    )
