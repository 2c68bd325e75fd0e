"""Crops without a face: what the detector suspects in pictures without people, and other patches of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ImageError
from fer_core.faces.crops import Square, preprocess_face
from fer_core.faces.detection import face_of
from fer_core.faces.images import read_image, to_gray
from fer_core.faces.search import FaceSearch
from tests.benchmark.detection.scenes import picture_files

WIDE = 1.5
"""Crops of suspects show this multiple of the square that the verifier sees, for training to choose a part of."""

# Names of pictures, or of their folders, that may show people, and icons too small to suspect anything in.
_PEOPLE = (
    *("people", "card", "face", "smil", "emot", "head", "religion", "famous", "avatar", "mask", "doll", "portrait"),
    *("user", "skull", "statue", "monument", "skycult", "jobs", "actions", "hats", "flags", "person", "girl", "boy"),
    *("child", "family", "bust", "thumbnails", "king", "queen", "jack", "body", "human", "mona", "wilber", "driver"),
    *("kart_", "crowd", "spectator", "hero", "leader", "nurse", "doctor", "teacher", "pirate", "princess", "wonders"),
    *("16x16", "22x22", "24x24", "32x32", "48x48", "text-x-pascal", "quickie-flip", "fc032", "fc103"),
)
_VIEW, _SMALLEST = 400, 48  # longest side of what is looked at, shortest side of a picture
_VIEWS, _PATCHES = 3, 6  # further looks into a large picture; patches of each


@dataclass(frozen=True, eq=False)
class Negatives:
    """Crops without a face, gray, uint8.

    Attributes:
        suspects: What the detector suspects, shape (n, 48, 48), each ``WIDE`` times the verifier's square.
        confidences: The detector's confidence in them, from close by, shape (n,).
        sources: The number of the picture that each is from, shape (n,).
        patches: Any parts of the pictures, shape (m, 48, 48).
    """

    suspects: NDArray[np.uint8]
    confidences: NDArray[np.float32]
    sources: NDArray[np.int64]
    patches: NDArray[np.uint8]

    def save(self, path: Path) -> None:
        """Write an .npz file."""
        np.savez_compressed(path, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "Negatives":
        """Read what :meth:`save` wrote."""
        with np.load(path) as file:
            return cls(**{name: file[name] for name in file.files})


def collect(folder: Path, *, pictures: int, seed: int = 0) -> Negatives:
    """Look for faces in at most ``pictures`` pictures of a folder, in random order, whose names promise no people."""
    search, rng = FaceSearch(), np.random.default_rng(seed)
    suspects, patches = list[tuple[NDArray[np.uint8], float, int]](), list[NDArray[np.uint8]]()
    for number, image in enumerate(_pictures(folder, pictures, seed)):
        for view in _views(image, rng):
            suspects += [(crop, confidence, number) for crop, confidence in _suspects(view, search)]
        patches += _patches(to_gray(image), rng)
    crops, confidences, sources = zip(*suspects, strict=True)
    return Negatives(np.stack(crops), np.array(confidences, np.float32), np.array(sources), np.stack(patches))


def _pictures(folder: Path, count: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    files = picture_files(folder, _PEOPLE)
    random.Random(seed).shuffle(files)
    for path in files[:count]:
        try:
            image = read_image(path)
        except ImageError:
            continue
        if min(image.shape[:2]) >= _SMALLEST:
            yield image


def _views(image: NDArray[np.uint8], rng: np.random.Generator) -> Iterator[NDArray[np.uint8]]:
    """The picture, and squares of a large one, turned by quarters."""
    yield _fitted(image)
    height, width = image.shape[:2]
    for _ in range(min(_VIEWS, height * width // 150_000)):
        side = max(96, int(rng.uniform(0.12, 0.6) * min(height, width)))
        y, x = int(rng.integers(0, height - side + 1)), int(rng.integers(0, width - side + 1))
        yield np.ascontiguousarray(np.rot90(_fitted(image[y : y + side, x : x + side]), int(rng.integers(4))))


def _fitted(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ratio = _VIEW / max(image.shape[:2])
    size = [max(1, round(side * ratio)) for side in image.shape[1::-1]]
    return image if ratio >= 1 else np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _suspects(view: NDArray[np.uint8], search: FaceSearch) -> Iterator[tuple[NDArray[np.uint8], float]]:
    for row in search.close_by(view, search.at_a_glance(view)):
        yield preprocess_face(view, face_of(row).framed().scaled(WIDE)), float(row[16])


def _patches(gray: NDArray[np.uint8], rng: np.random.Generator) -> Iterator[NDArray[np.uint8]]:
    height, width = gray.shape
    for _ in range(_PATCHES):
        side = float(np.exp(rng.uniform(np.log(24), np.log(min(height, width)))))
        x, y = rng.uniform(side / 2, width - side / 2), rng.uniform(side / 2, height - side / 2)
        patch = preprocess_face(gray, Square(x, y, side))
        if patch.std() >= 4:  # not of one color
            yield patch
