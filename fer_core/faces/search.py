"""Where in a picture there may be faces, and how such a place looks from close by.

The places are rows, float32 of shape (n, 17), as :class:`~fer_core.faces.blazeface.BlazeFace` makes them.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.faces.blazeface import SAME_FACE, BlazeFace, averaged, distinct, intersections, shifted, tiles, turned
from fer_core.faces.crops import Box, Square, cut_square

SUSPICION = 0.2
"""Confidence from which a place deserves a second look."""


_LONGEST_SIDE = 2200  # in which to look for faces; the smallest tiles still have twice the network's resolution
_GLANCE = 384  # pixels a side of a photo on its side, twice what the networks see
_LEVEL = 15.0  # degrees up to which a face counts as upright for the second look
_SURROUNDINGS = 2.0  # what a look from close by shows, as a multiple of the face: the network needs some
_NO_ROWS = np.empty((0, 17), np.float32)
_OUTSIDE = 127  # gray beyond the picture's edge; with black, faces that fill the picture are seen less surely


class FaceSearch:
    """Both networks; threads may share it.

    Raises:
        CheckpointError: The networks are not installed or do not load.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self.short = BlazeFace("short", threads=threads)
        self.full = BlazeFace("full", threads=threads)
        self._threads = ThreadPoolExecutor(os.cpu_count(), "face-tiles")  # which start with the first photo

    def everywhere(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Suspect places in a photo, RGB (height, width, 3) uint8, each once.

        The short range sees faces that fill the picture, the full range the usual ones, and the tiles those of a group.
        """
        small, ratio = _shrunk(image)
        height, width = small.shape[:2]
        found = self._threads.map(partial(self._in_tile, small), [(0, 0, width, height), *tiles(height, width)])
        return _enlarged(distinct(np.concatenate([*found, self._whole(small)])), ratio)

    def at_a_glance(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The same in one look of each network at the whole picture, without tiles."""
        return distinct(np.concatenate([averaged(self.full(image, SUSPICION)), self._whole(image)]))

    def at_both_ends(self, image: NDArray[np.uint8], minimum_confidence: float) -> NDArray[np.float32]:
        """What the short range sees in the squares at both ends of a frame, which overlap in its middle."""
        height, width = image.shape[:2]
        side = min(height, width)
        ends = ((0, 0), (width - side, height - side))
        found = [
            shifted(averaged(self.short(image[y : y + side, x : x + side], minimum_confidence)), x, y) for x, y in ends
        ]
        return distinct(np.concatenate(found))

    def turned_away(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Suspect places in a photo that lies on its side or upside down, at a glance."""
        found = []
        for tilt in (90.0, 180.0, 270.0):
            whole = _whole_square(image, tilt)
            glance = self.at_a_glance(cut_square(image, whole, _GLANCE, outside=_OUTSIDE))
            found.append(_in_square(glance, whole, _GLANCE))
        return distinct(np.concatenate(found))

    def close_by(self, image: NDArray[np.uint8], rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The faces at suspect places, seen by the short range from close by and upright, each once.

        So every face gets the same kind of box whatever its size, which the classifier's crop relies on.
        """
        return distinct(np.concatenate([_NO_ROWS, *(self._close_by(image, row) for row in rows)]))

    def _close_by(self, image: NDArray[np.uint8], row: NDArray[np.float32]) -> NDArray[np.float32]:
        """The face at a place, shape (17,), that shares most with it: one row or none."""
        square = Square.around(_box(row), ((row[4], row[5]), (row[6], row[7])))
        if abs(square.tilt) <= _LEVEL:
            square = replace(square, tilt=0)
        rows = self._around(image, square)
        shared = intersections(row, rows)[0]
        best = np.argsort(-shared)[:1]
        return rows[best[shared[best] > SAME_FACE]]

    def _whole(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the short range sees in a whole picture and some gray around it."""
        return self._around(image, _whole_square(image))

    def _around(self, image: NDArray[np.uint8], square: Square) -> NDArray[np.float32]:
        """What the short range sees in a square and what is around it."""
        wide = square.scaled(_SURROUNDINGS)
        pixels = cut_square(image, wide, self.short.side, outside=_OUTSIDE)
        return _in_square(averaged(self.short(pixels, SUSPICION)), wide, self.short.side)

    def _in_tile(self, image: NDArray[np.uint8], tile: Box) -> NDArray[np.float32]:
        """The faces that lie wholly in a tile: a neighbor, or a larger tile, has those that its border cuts."""
        x1, y1, x2, y2 = tile
        rows = shifted(averaged(self.short(image[y1:y2, x1:x2], SUSPICION)), x1, y1)
        height, width = image.shape[:2]
        # An edge that is also the picture's cuts nothing off.
        edges = np.array([x1 or -np.inf, y1 or -np.inf, np.inf if x2 == width else x2, np.inf if y2 == height else y2])
        inside = (rows[:, :2] >= edges[:2]) & (rows[:, 2:4] <= edges[2:])
        return rows[inside.all(axis=1)]


def _box(row: NDArray[np.float32]) -> Box:
    x1, y1, x2, y2 = (round(float(edge)) for edge in row[:4])
    return x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)


def _whole_square(image: NDArray[np.uint8], tilt: float = 0.0) -> Square:
    height, width = image.shape[:2]
    return Square(width / 2, height / 2, max(width, height), tilt)


def _in_square(rows: NDArray[np.float32], square: Square, side: int) -> NDArray[np.float32]:
    """Map rows from the pixels of a square that was cut out with a side in pixels to those of the picture."""
    to_image = square.axes * square.side / side
    center = np.array([square.x, square.y]) - to_image @ np.full(2, side / 2)
    return turned(rows, np.column_stack([to_image, center]))


def _enlarged(rows: NDArray[np.float32], ratio: float) -> NDArray[np.float32]:
    return rows * np.array([ratio] * 16 + [1], np.float32)


def _shrunk(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """A picture small enough to look through fast, and how many pixels of the original each of its pixels spans."""
    ratio = max(image.shape) / _LONGEST_SIDE
    if ratio <= 1:
        return image, 1.0
    size = [max(1, round(side / ratio)) for side in image.shape[1::-1]]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), ratio
