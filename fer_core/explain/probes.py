"""How an answer changes when the face does: parts covered, small nudges, and how often it stays."""

from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier
from fer_core.training.settings.augmentation import Augmentation, augment
from fer_core.training.settings.fields import Settings

_PATCH, _STRIDE = 8, 4
_SMALL_NUDGES = Augmentation(rotation=5.0, shift=0.04, scale=0.05, brightness=0.08, contrast=0.15, noise=0.02)
_TRIES = 64


@dataclass(frozen=True)
class Nudges(Settings):
    """Changes to a face, each nothing at 0.

    Attributes:
        brightness: Added to every gray value, as a part of the whole range.
        rotation: Degrees clockwise.
        shift_x: To the right, in pixels.
        shift_y: Downwards, in pixels.
        blur: Standard deviation in pixels.
        padding: Pixels by which the face shrinks on each side; its edge is repeated outwards.
    """

    brightness: Annotated[float, Meta(ge=-0.5, le=0.5)] = 0.0
    rotation: Annotated[float, Meta(ge=-45.0, le=45.0)] = 0.0
    shift_x: Annotated[int, Meta(ge=-12, le=12)] = 0
    shift_y: Annotated[int, Meta(ge=-12, le=12)] = 0
    blur: Annotated[float, Meta(ge=0.0, le=4.0)] = 0.0
    padding: Annotated[int, Meta(ge=0, le=16)] = 0


def nudged(face: NDArray[np.uint8], nudges: Nudges) -> NDArray[np.uint8]:
    """Change a ``(48, 48)`` uint8 face; without nudges it stays unchanged."""
    side = face.shape[0]
    if nudges.rotation or nudges.shift_x or nudges.shift_y or nudges.padding:
        center = ((side - 1) / 2, (side - 1) / 2)
        matrix = cv2.getRotationMatrix2D(center, -nudges.rotation, (side - 2 * nudges.padding) / side)
        matrix[:, 2] += (nudges.shift_x, nudges.shift_y)
        face = np.asarray(
            cv2.warpAffine(face, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        )
    if nudges.blur:
        face = np.asarray(cv2.GaussianBlur(face, (0, 0), nudges.blur))
    return np.asarray(np.clip(face + np.rint(nudges.brightness * 255), 0, 255), np.uint8)


def occlusion_map(face: NDArray[np.uint8], classifier: Classifier, class_index: int) -> NDArray[np.float32]:
    """How much the probability of a class falls when a gray square covers each place of a ``(48, 48)`` uint8 face.

    Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.

    Returns:
        ``(48, 48)`` float32: the mean fall over the squares that cover each pixel; negative where covering helps.
    """
    side = face.shape[0]
    corners = [(y, x) for y in range(0, side - _PATCH + 1, _STRIDE) for x in range(0, side - _PATCH + 1, _STRIDE)]
    covered = np.repeat(face[None], len(corners), axis=0)
    for picture, (y, x) in zip(covered, corners, strict=True):
        picture[y : y + _PATCH, x : x + _PATCH] = round(float(face.mean()))
    before = classifier.predict(face[None])[0, class_index]
    falls = before - classifier.predict(covered)[:, class_index]
    total, times = np.zeros((2, side, side), np.float32)
    for fall, (y, x) in zip(falls, corners, strict=True):
        total[y : y + _PATCH, x : x + _PATCH] += fall
        times[y : y + _PATCH, x : x + _PATCH] += 1
    return np.asarray(total / times, np.float32)


def stability(face: NDArray[np.uint8], classifier: Classifier, *, seed: int = 0) -> float:
    """How often, 0 to 1, the answer stays when the ``(48, 48)`` uint8 face is nudged a little: 64 random changes."""
    tries = augment(np.repeat(face[None], _TRIES, axis=0), _SMALL_NUDGES, np.random.default_rng(seed))
    answer = classifier.predict(face[None])[0].argmax()
    return float((classifier.predict(tries).argmax(axis=1) == answer).mean())
