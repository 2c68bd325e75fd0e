"""Face detection in webcam frames and in photos."""

from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.faces.blazeface import (
    SAME_FACE,
    BlazeFace,
    DetectorRange,
    averaged,
    distinct,
    intersections,
    shifted,
    tiles,
    turned,
)
from fer_core.faces.images import Box, Point, Square, tilt_of
from fer_core.faces.landmarks import FaceMesh

KEYPOINTS = ("right eye", "left eye", "nose", "mouth", "right ear", "left ear")
"""The six keypoints of a face, in order; right and left are the person's own."""

DEFAULT_CONFIDENCE = 0.6
"""Faces in frames that the network is less sure of are not reported: at MediaPipe's 0.5 it sees one in 9 % of noise."""

DEFAULT_PHOTO_CONFIDENCE = 0.4
"""The same for the second look at a photo, which the face mesh then has to confirm."""

MESH_CONFIDENCE = 0.9
"""Faces in photos that the face mesh is less sure of are not reported.

The second look alone has to ask for 0.8 to see no faces in objects, and then misses one clear portrait in six.
"""

DEFAULT_MINIMUM_SIZE = 20
"""Faces narrower or lower, in pixels, show too little of an expression."""

DEFAULT_MARGIN = 0.085
"""What FER2013 shows beyond the detector's box on each side, as a part of the box.

With ``_RISE`` it gives crops the framing of FER2013, where the detector's box is 41 of 48 pixels wide and 3.5 pixels
below the center (medians over 1,500 pictures of the training split).
"""

_RISE = 0.085  # how far a crop lies above the detector's box, which leaves out the forehead, as a part of the box

_SUSPICION = 0.2  # confidence from which a place in a photo deserves a second look
_LONGEST_SIDE = 2200  # in which to look for faces; the smallest tiles still have twice the network's resolution
_LEVEL = 15.0  # degrees up to which a face counts as upright for the second look
_SURROUNDINGS = 0.5  # what the second look sees beyond the face on each side, as a part of its size


@dataclass(frozen=True)
class Face:
    """A face in a picture.

    Attributes:
        xyxy: Left, top, right and bottom in pixels; may reach over the picture's edge.
        confidence: The detector's, 0 to 1.
        keypoints: Those of ``KEYPOINTS``, in pixels, or none for a box that no detector made.
        aligned: The same framing by the face mesh, which is steadier than that by the box and the eyes; or None.
    """

    xyxy: Box
    confidence: float = 1.0
    keypoints: tuple[Point, ...] = ()
    aligned: Square | None = None

    def __post_init__(self) -> None:
        x1, y1, x2, y2 = self.xyxy
        if x2 <= x1 or y2 <= y1:
            raise ValueError(f"Expected a box with x1 < x2 and y1 < y2. Received {self.xyxy}.")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"Expected a confidence from 0 to 1. Received {self.confidence}.")
        if len(self.keypoints) not in {0, len(KEYPOINTS)}:
            raise ValueError(f"Expected {len(KEYPOINTS)} keypoints or none. Received {len(self.keypoints)}.")

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.xyxy[2] - self.xyxy[0]

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.xyxy[3] - self.xyxy[1]

    @property
    def eyes(self) -> tuple[Point, Point] | None:
        """The right and the left eye, if the face has keypoints."""
        return (self.keypoints[0], self.keypoints[1]) if self.keypoints else None

    def framed(self, margin: float = DEFAULT_MARGIN) -> Square:
        """The square in which FER2013 would show the face: upright, from the hairline to the chin.

        Other margins show more or less beyond the detector's box on each side, as a part of the box.
        """
        factor = 1 + 2 * margin
        if self.aligned:
            return self.aligned.scaled(factor / (1 + 2 * DEFAULT_MARGIN))
        return Square.around(self.xyxy, self.eyes).moved(0, -_RISE).scaled(factor)

    def squared(self) -> "Face":
        """The same face with a square box around the same centre, as large as the longer side."""
        side = max(self.width, self.height)
        x1 = self.xyxy[0] - (side - self.width) // 2
        y1 = self.xyxy[1] - (side - self.height) // 2
        return replace(self, xyxy=(x1, y1, x1 + side, y1 + side))

    def expanded(self, margin: float) -> "Face":
        """The same face with a box that gains a part of its size on each side; negative margins shrink it."""
        if margin <= -0.5:
            raise ValueError(f"Expected a margin above -0.5. Received {margin}.")
        dx, dy = round(margin * self.width), round(margin * self.height)
        x1, y1, x2, y2 = self.xyxy
        return replace(self, xyxy=(x1 - dx, y1 - dy, max(x2 + dx, x1 - dx + 1), max(y2 + dy, y1 - dy + 1)))

    def clipped(self, width: int, height: int) -> "Face":
        """The same face with its box cut off at the edges of a picture of that width and height, in pixels."""
        x1, y1 = (min(max(start, 0), size - 1) for start, size in zip(self.xyxy[:2], (width, height), strict=True))
        x2, y2 = (min(max(self.xyxy[2], x1 + 1), width), min(max(self.xyxy[3], y1 + 1), height))
        return replace(self, xyxy=(x1, y1, x2, y2))


class Detector(Protocol):
    """Finds the faces in a picture."""

    def detect(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Find the faces in a picture, RGB, shape (height, width, 3), uint8, from left to right."""


class FaceDetector:
    """One BlazeFace network on the whole picture: fast enough for every frame of a webcam; threads may share it.

    Faces narrower or lower than the minimum size, in pixels, or less sure than the minimum confidence, 0 to 1, are not
    reported. One thread of the interpreter suits a server with several visitors.

    Raises:
        CheckpointError: The networks are not installed or do not load.
    """

    def __init__(
        self,
        range_: DetectorRange = "short",
        *,
        minimum_confidence: float = DEFAULT_CONFIDENCE,
        minimum_size: int = DEFAULT_MINIMUM_SIZE,
        threads: int = 1,
    ) -> None:
        self.minimum_confidence = minimum_confidence
        self.minimum_size = minimum_size
        self._network = BlazeFace(range_, threads=threads)

    def detect(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Find the faces in a frame, RGB, shape (height, width, 3), uint8, from left to right."""
        return _faces(averaged(self._network(image, self.minimum_confidence)), self.minimum_size)


class PhotoDetector:
    """Both networks on the whole photo, the full-range one on tiles, and a second look at everything they suspect.

    The short range sees faces that fill the picture, the full range the usual ones, and the tiles those of a group.
    The second look, with the short range on the surroundings of each, turned upright, gives every face the same kind of
    box whatever its size, which the classifier's crop relies on. The face mesh then rejects what only resembles a face.
    Threads may share it.

    The minimum confidence, between 0 and 1, is that of the second look.

    Raises:
        CheckpointError: The networks are not installed or do not load.
    """

    def __init__(
        self, *, minimum_confidence: float = DEFAULT_PHOTO_CONFIDENCE, minimum_size: int = DEFAULT_MINIMUM_SIZE
    ) -> None:
        self.minimum_confidence = minimum_confidence
        self.minimum_size = minimum_size
        self._short = BlazeFace("short")
        self._full = BlazeFace("full")
        self._mesh = FaceMesh()

    def detect(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Find the faces in a photo, RGB, shape (height, width, 3), uint8, from left to right, each once."""
        found = [self._second_look(image, face) for face in self.candidates(image)]
        rows = distinct(np.concatenate([np.empty((0, 17), np.float32), *found]))
        return tuple(self._aligned(image, face) for face in _faces(rows, self.minimum_size))

    def candidates(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Everything in a photo that deserves a second look, from left to right; much of it is no face."""
        small, ratio = _shrunk(image)
        height, width = small.shape[:2]
        found = [self._in_tile(small, tile) for tile in ((0, 0, width, height), *tiles(height, width))]
        found.append(self._close_by(small, Face((0, 0, width, height)), _SUSPICION))
        rows = distinct(np.concatenate(found)) * np.array([ratio] * 16 + [1], np.float32)
        return _faces(rows, self.minimum_size / 2)

    def _aligned(self, image: NDArray[np.uint8], face: Face) -> Face:
        """The face with its place by the mesh, which looks again from where it first saw it, as long as it is sure."""
        score, square = self._mesh(image, face.framed())
        if score >= MESH_CONFIDENCE:
            score, square = self._mesh(image, square)
        return replace(face, aligned=square) if score >= MESH_CONFIDENCE else face

    def _second_look(self, image: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
        """The face that overlaps a suspected one most, seen from close by and upright: one row or none."""
        rows = self._close_by(image, face, self.minimum_confidence)
        shared = intersections(np.array(face.xyxy, np.float32), rows)[0]
        best = np.argsort(-shared)[:1]
        rows = rows[best[shared[best] > SAME_FACE]]
        return rows[[self._mesh(image, _face(row).framed())[0] >= MESH_CONFIDENCE for row in rows]]

    def _close_by(self, image: NDArray[np.uint8], face: Face, minimum_confidence: float) -> NDArray[np.float32]:
        """What the short range sees around a face, turned upright, with black where the picture ends."""
        around = face.squared().expanded(_SURROUNDINGS)  # the network needs some
        x1, y1, x2, y2 = around.xyxy
        tilt = tilt_of(face.xyxy, face.eyes)
        if abs(tilt) > _LEVEL:
            to_image = cv2.getRotationMatrix2D((0, 0), -tilt, 1)
            to_image[:, 2] = ((x1 + x2) / 2, (y1 + y2) / 2) - to_image[:, :2] @ np.full(2, around.width / 2)
            size = around.width, around.height
            region = cv2.warpAffine(image, to_image, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
            return turned(averaged(self._short(np.asarray(region, np.uint8), minimum_confidence)), to_image)
        left, top, right, bottom = around.clipped(image.shape[1], image.shape[0]).xyxy
        borders = (top - y1, y2 - bottom, left - x1, x2 - right)
        region = cv2.copyMakeBorder(image[top:bottom, left:right], *borders, cv2.BORDER_CONSTANT)
        return shifted(averaged(self._short(region, minimum_confidence)), x1, y1)

    def _in_tile(self, image: NDArray[np.uint8], tile: Box) -> NDArray[np.float32]:
        """The faces that lie wholly in a tile: a neighbor, or a larger tile, has those that its border cuts."""
        x1, y1, x2, y2 = tile
        rows = shifted(averaged(self._full(image[y1:y2, x1:x2], _SUSPICION)), x1, y1)
        height, width = image.shape[:2]
        # An edge that is also the picture's cuts nothing off.
        edges = np.array([x1 or -np.inf, y1 or -np.inf, np.inf if x2 == width else x2, np.inf if y2 == height else y2])
        inside = (rows[:, :2] >= edges[:2]) & (rows[:, 2:4] <= edges[2:])
        return rows[inside.all(axis=1)]


def _shrunk(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """A picture small enough to look through fast, and how many pixels of the original each of its pixels spans."""
    ratio = max(image.shape) / _LONGEST_SIDE
    if ratio <= 1:
        return image, 1.0
    size = [max(1, round(side / ratio)) for side in image.shape[1::-1]]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), ratio


def _faces(rows: NDArray[np.float32], minimum_size: float) -> tuple[Face, ...]:
    sizes = np.min(rows[:, 2:4] - rows[:, :2], axis=1)
    rows = rows[sizes >= max(minimum_size, 1)]
    return tuple(sorted(map(_face, rows), key=lambda face: (face.xyxy[0] + face.xyxy[2], face.xyxy)))


def _face(row: NDArray[np.float32]) -> Face:
    x1, y1, x2, y2 = (round(float(edge)) for edge in row[:4])
    keypoints = tuple((float(x), float(y)) for x, y in row[4:16].reshape(-1, 2))
    return Face((x1, y1, x2, y2), float(row[16]), keypoints)
