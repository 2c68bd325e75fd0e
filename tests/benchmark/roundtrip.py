"""How much of an answer survives the way a photo goes: a dataset face in a larger picture, found and cropped again."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier
from fer_core.faces.detection import Detector
from fer_core.recognition.recognize import recognize

_SIDE = 320
_FACE = (96, 192)  # smallest and largest side of the face in the picture, in pixels


@dataclass(frozen=True)
class RoundTrip:
    """What came of some faces.

    Attributes:
        faces: How many were put into pictures.
        found: How many of them the detector found again.
        unchanged: How many of these got the label that the face itself gets as a photo: with its mirror image.
    """

    faces: int
    found: int
    unchanged: int

    @property
    def agreement(self) -> float:
        """The share of labels that stayed, of the faces that were found; 0 when none was."""
        return self.unchanged / self.found if self.found else 0.0


def round_trip(images: NDArray[np.uint8], detector: Detector, classifier: Classifier, *, seed: int = 0) -> RoundTrip:
    """Puts each face into a larger picture, finds it, crops it as any photo's face and compares the two answers.

    Args:
        images: ``(n, 48, 48)`` uint8 faces of a dataset.
        detector: Finds the faces.
        classifier: Names their expressions.
        seed: Of the places and sizes.
    """
    direct = classifier.predict(images, steady=True).argmax(axis=1)
    found = unchanged = 0
    for label, (picture, box) in zip(direct.tolist(), _scenes(images, np.random.default_rng(seed)), strict=True):
        answers = [item for item in recognize(picture, detector, classifier) if _overlaps(item.face.xyxy, box)]
        found += bool(answers)
        unchanged += bool(answers) and int(answers[0].prediction.probabilities.argmax()) == label
    return RoundTrip(len(images), found, unchanged)


def _scenes(
    images: NDArray[np.uint8], rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.uint8], tuple[int, int, int, int]]]:
    """Pictures of 320x320 whose edges go on outwards from the face, with the face's box."""
    for image in images:
        side = int(rng.integers(_FACE[0], _FACE[1] + 1))
        x, y = (int(v) for v in rng.integers(0, _SIDE - side + 1, 2))
        face = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
        around = {"top": y, "bottom": _SIDE - side - y, "left": x, "right": _SIDE - side - x}
        picture = cv2.copyMakeBorder(face, **around, borderType=cv2.BORDER_REPLICATE)
        yield np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8), (x, y, x + side, y + side)


def _overlaps(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether the center of one box lies in the other."""
    x, y = (one[0] + one[2]) / 2, (one[1] + one[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]
