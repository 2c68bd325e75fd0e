"""From a picture file's picture to the face that a dataset keeps of it."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fer_core.faces.crops import Square, preprocess_face
from fer_core.faces.detection import Detector, PhotoDetector

ToFace = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""From an RGB picture to the 48x48 gray face in it; an empty array when there is none."""


def face_cropper(*, find_faces: bool) -> ToFace:
    """Return what crops pictures: to the largest face that the photo detector finds, or as faces they are already.

    Raises:
        CheckpointError: The detector's networks are not installed.
    """
    return partial(largest_face, detector=PhotoDetector()) if find_faces else whole_face


def whole_face(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A face, ``(h, w, 3)`` RGB or ``(h, w)``, as the 48x48 gray a network sees; if not square, its middle."""
    height, width = image.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    return preprocess_face(image, Square.around((left, top, left + side, top + side)))


def largest_face(image: NDArray[np.uint8], detector: Detector) -> NDArray[np.uint8]:
    """The largest face of a picture, framed as in recognition, ``(48, 48)``; empty when there is no face."""
    faces = detector.detect(image)
    if not faces:
        return np.empty((0, 0), np.uint8)
    return preprocess_face(image, max(faces, key=lambda found: found.width * found.height).framed())
