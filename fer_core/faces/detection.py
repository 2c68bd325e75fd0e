"""Face detection in webcam frames and in photos."""

import math
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_core.faces.blazeface import DetectorRange, averaged, distinct, surest
from fer_core.faces.crops import Box, Point, Square, preprocess_face
from fer_core.faces.landmarks import FaceMesh
from fer_core.faces.search import FaceSearch
from fer_core.faces.verifier import FaceVerifier

KEYPOINTS = ("right eye", "left eye", "nose", "mouth", "right ear", "left ear")
"""The six keypoints of a face, in order; right and left are the person's own."""

DEFAULT_CONFIDENCE = 0.6
"""Faces in frames that the network is less sure of are not reported: at MediaPipe's 0.5 it sees one in 9% of noise."""

DEFAULT_PHOTO_CONFIDENCE = 0.5
"""The same for photos, where three networks give their opinion (see :class:`Opinions`)."""

MESH_CONFIDENCE = 0.9
"""The face mesh decides how a face is framed if it is this sure to see one."""

DEFAULT_MINIMUM_SIZE = 20
"""Faces narrower or lower, in pixels, show too little of an expression."""

Weights: TypeAlias = tuple[float, float, float, float]
"""Of a logistic regression: the intercept, and the factors of the opinions that :class:`Opinions` has."""

# By ``python -m tests.benchmark.detection.roc``; a face that stands on its side or its head is less likely beforehand.
PHOTO_WEIGHTS: Weights = (-1.85, 1.64, 0.155, 1.01)
TURNED_WEIGHTS: Weights = (-3.35, 1.64, 0.155, 1.01)
FRAME_WEIGHTS: Weights = (-2.4, 2.42, 0.0, 1.02)

_CERTAIN = 0.98  # confidence of a face that needs no look at the photo from other sides
_DOUBTED = 0.1  # confidence from which a place in a frame without a sure face deserves a look from close by
_LOOKS = 4  # from close by in such a frame, so that noise does not cost time
_BEYOND_DOUBT = 0.8  # confidence of a face in a frame that the verifier need not see
_NOT_REFUTED = -2.0  # the verifier's logit below which the others are none

DEFAULT_MARGIN = 0.085
"""What FER2013 shows beyond the detector's box on each side, as a part of the box.

With ``_RISE`` it gives crops the framing of FER2013, where the detector's box is 41 of 48 pixels wide and 3.5 pixels
below the center (medians over 1,500 pictures of the training split).
"""

_RISE = 0.085  # how far a crop lies above the detector's box, which leaves out the forehead, as a part of the box


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

    The verifier rejects what is no face. Where none is left, the short range looks at both ends of the frame, and what
    is suspected gets a look from close by.

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
        self._search = FaceSearch(threads=threads)
        self._network = self._search.short if range_ == "short" else self._search.full
        self._verifier = FaceVerifier(threads=threads)

    def detect(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Find the faces in a frame, RGB, shape (height, width, 3), uint8, from left to right."""
        rows = self._network(image, _DOUBTED)
        faces = _faces(averaged(rows[rows[:, 16] >= self.minimum_confidence]), self.minimum_size)
        faces = tuple(face for face in faces if face.confidence >= _BEYOND_DOUBT or self._is_verified(image, face))
        return faces or self._from_close_by(image, averaged(rows))

    def _is_verified(self, image: NDArray[np.uint8], face: Face) -> bool:
        return self._verified(image, face) >= _NOT_REFUTED

    def _from_close_by(self, image: NDArray[np.uint8], doubted: NDArray[np.float32]) -> tuple[Face, ...]:
        suspects = distinct(np.concatenate([doubted, self._search.at_both_ends(image, _DOUBTED)]))[:_LOOKS]
        faces = _faces(self._search.close_by(image, suspects), self.minimum_size)
        judged = [Opinions(face, (_logit(face.confidence), 0.0, self._verified(image, face))) for face in faces]
        faces = tuple(one.weighed(FRAME_WEIGHTS) for one in judged)
        return tuple(face for face in faces if face.confidence >= self.minimum_confidence)

    def _verified(self, image: NDArray[np.uint8], face: Face) -> float:
        return self._verifier(preprocess_face(image, face.framed()))


class PhotoDetector:
    """Both networks on the whole photo and its tiles, and three opinions on everything they suspect.

    The opinions are the short range's from close by, the face mesh's and the verifier's; a face's confidence weighs
    them up. Where they find no face, the photo is looked at on its sides and upside down. Threads may share it.

    Faces less sure than the minimum confidence, 0 to 1, or narrower or lower than the minimum size, in pixels, are not
    reported.

    Raises:
        CheckpointError: The networks are not installed or do not load.
    """

    def __init__(
        self, *, minimum_confidence: float = DEFAULT_PHOTO_CONFIDENCE, minimum_size: int = DEFAULT_MINIMUM_SIZE
    ) -> None:
        self.minimum_confidence = minimum_confidence
        self.minimum_size = minimum_size
        self._search = FaceSearch()
        self._mesh = FaceMesh()
        self._verifier = FaceVerifier()

    def detect(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Find the faces in a photo, RGB, shape (height, width, 3), uint8, from left to right, each once."""
        return tuple(filter(self.is_sure, self.candidates(image)))

    def is_sure(self, candidate: Face) -> bool:
        """Whether a candidate is reported as a face."""
        return candidate.confidence >= self.minimum_confidence

    def candidates(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Everything in a photo that was looked at from close by, from left to right; much of it is no face."""
        faces = [self.opinions(image, face).weighed(PHOTO_WEIGHTS) for face in self.suspects(image)]
        if all(face.confidence < _CERTAIN for face in faces):
            turned_away = self.suspects(image, turned_away=True)
            faces += [self.opinions(image, face).weighed(TURNED_WEIGHTS) for face in turned_away]
        return tuple(sorted(_each_once(faces), key=_from_left))

    def suspects(self, image: NDArray[np.uint8], *, turned_away: bool = False) -> tuple[Face, ...]:
        """What may be a face in a photo, or in one on its side or upside down, with the detector's confidence alone."""
        rows = self._search.turned_away(image) if turned_away else self._search.everywhere(image)
        return _faces(self._search.close_by(image, rows), self.minimum_size)

    def opinions(self, image: NDArray[np.uint8], suspect: Face) -> "Opinions":
        """Each network's confidence in a suspect, and where the face mesh sees it.

        A second look of the mesh from there gains nothing: on 248 portraits answers change as often and are right less
        often.
        """
        square = suspect.framed()
        mesh, aligned = self._mesh(image, square)
        verifier = self._verifier(preprocess_face(image, square))
        face = replace(suspect, aligned=aligned if mesh >= MESH_CONFIDENCE else None)
        return Opinions(face, (_logit(suspect.confidence), _logit(mesh), verifier))


@dataclass(frozen=True)
class Opinions:
    """What three networks think of a suspect place in a photo.

    Attributes:
        face: The place.
        logits: Of the probability that it is a face: the detector's from close by, the face mesh's, the verifier's.
    """

    face: Face
    logits: tuple[float, float, float]

    def weighed(self, weights: Weights) -> Face:
        """The face with the confidence that follows from the three opinions."""
        prior, *factors = weights
        odds = prior + sum(factor * logit for factor, logit in zip(factors, self.logits, strict=True))
        return replace(self.face, confidence=1 / (1 + math.exp(-odds)))


def _each_once(faces: list[Face]) -> list[Face]:
    """The surest of those that are one face, seen upright and from another side."""
    rows = [[*face.xyxy, *np.ravel(face.keypoints), face.confidence] for face in faces]
    return [faces[number] for number in surest(np.array(rows, np.float32).reshape(-1, 17))]


def _logit(probability: float) -> float:
    """The log-odds, which the certain do not take to infinity."""
    probability = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(probability / (1 - probability))


def _faces(rows: NDArray[np.float32], minimum_size: float) -> tuple[Face, ...]:
    sizes = np.min(rows[:, 2:4] - rows[:, :2], axis=1)
    rows = rows[sizes >= max(minimum_size, 1)]
    return tuple(sorted(map(face_of, rows), key=_from_left))


def _from_left(face: Face) -> tuple[int, Box]:
    return face.xyxy[0] + face.xyxy[2], face.xyxy


def face_of(row: NDArray[np.float32]) -> Face:
    """The face of a row, shape (17,), as :class:`~fer_core.faces.blazeface.BlazeFace` makes it."""
    x1, y1, x2, y2 = (round(float(edge)) for edge in row[:4])
    keypoints = tuple((float(x), float(y)) for x, y in row[4:16].reshape(-1, 2))
    return Face((x1, y1, x2, y2), float(row[16]), keypoints)
