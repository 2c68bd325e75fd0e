"""Portraits as a part of something larger, and pictures without any face."""

import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ImageError
from fer_core.faces.detection import Face
from fer_core.faces.images import read_image
from tests.benchmark.figure import AbsentError
from tests.benchmark.portraits import Picture

VARIABLE = "FER_FACELESS_DIR"
"""Names the folder with pictures without faces, see ``tests/benchmark/requirements-detection.txt``."""

PHOTO, FRAME = (1200, 1600), (480, 640)
"""Height and width of a photo of two megapixels and of a webcam's frame."""

_AT_LEAST = 2000  # pictures without faces, else the share says too little
_SMALLEST, _LONGEST = 48, 2200  # pixels
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
# Parts of names of pictures that do show people, statues or masks.
_PEOPLE = (
    *("people", "cards", "face", "smil", "emot", "head", "religion", "famous", "fairy", "avatar", "mask", "angel"),
    *("santa", "doll", "portrait", "user", "skull", "halloween", "statue", "monument", "stars", "icons"),
)


@dataclass(frozen=True, eq=False)
class Scene:
    """A portrait in a larger picture.

    Attributes:
        image: RGB, shape (height, width, 3), uint8.
        xyxy: The face's box, in pixels.
    """

    image: Picture
    xyxy: tuple[float, float, float, float]

    def shows(self, face: Face) -> bool:
        """Whether a face was found where it is."""
        return self.overlap(face) > 0.3

    def overlap(self, face: Face) -> float:
        """Intersection over union of the face's box and the one where it is."""
        one, other = np.array(face.xyxy, float), np.array(self.xyxy)
        shared = np.prod(np.maximum(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0))
        areas = np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])
        return float(shared / (areas - shared))


def pasted(portrait: Picture, face: Face, part: float, size: tuple[int, int], rng: np.random.Generator) -> Scene:
    """A portrait in front of a blurred wall, anywhere, its face as high as a part of the picture's height."""
    height, width = size
    ratio = part * height / face.height
    interpolation = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    small = cv2.resize(portrait, None, fx=ratio, fy=ratio, interpolation=interpolation)
    box = ratio * np.array(face.xyxy, float)
    free = np.array([width, height]) - (box[2:] - box[:2])
    start = np.where(free > 0, rng.uniform(0, 1, 2) * free, free / 2)
    left, top = (round(edge) for edge in start - box[:2])
    image = _wall(height, width, rng)
    x1, y1, x2, y2 = max(left, 0), max(top, 0), min(left + small.shape[1], width), min(top + small.shape[0], height)
    image[y1:y2, x1:x2] = small[y1 - top : y2 - top, x1 - left : x2 - left]
    x, y, right, bottom = (float(edge) for edge in box + np.array([left, top, left, top]))
    return Scene(image, (x, y, right, bottom))


def _wall(height: int, width: int, rng: np.random.Generator) -> Picture:
    colors = rng.uniform(40, 215, (5, 7, 3)).astype(np.float32)
    wall = cv2.resize(colors, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(wall, 0, 255).astype(np.uint8)


def picture_files(folder: Path, without: Iterable[str]) -> list[Path]:
    """The pictures in a folder and its folders whose paths have none of some words in them, in order."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    return [path for path in files if not any(word in str(path.relative_to(folder)).lower() for word in without)]


def faceless(every: int = 1) -> Iterator[tuple[Path, NDArray[np.uint8]]]:
    """Every n-th picture without a face, at most 2,200 pixels long.

    Raises:
        AbsentError: They are not there, or too few.
    """
    folder = os.environ.get(VARIABLE, "")
    files = picture_files(Path(folder), _PEOPLE) if folder else []
    if len(files) < _AT_LEAST:
        raise AbsentError(
            f"There are {len(files)} of at least {_AT_LEAST} pictures without faces: set {VARIABLE} to their folder, "
            "see tests/benchmark/requirements-detection.txt."
        )
    step = every * (len(files) // _AT_LEAST)
    for path in files[::step]:
        try:
            image = read_image(path)
        except ImageError:
            continue
        if min(image.shape[:2]) >= _SMALLEST:
            yield path, _limited(image)


def noise(count: int, seed: int = 0) -> Iterator[Picture]:
    """Colored noise, from single pixels to soft clouds."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        side = math.ceil(480 / 2 ** (number % 6))
        grains = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
        yield np.asarray(cv2.resize(grains, (480, 480), interpolation=cv2.INTER_CUBIC), np.uint8)


def _limited(image: Picture) -> Picture:
    ratio = _LONGEST / max(image.shape)
    return (
        image if ratio >= 1 else np.asarray(cv2.resize(image, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA))
    )
