"""Photos and their recognitions: one value a photo, one table and one archive for all of them."""

import io
import math
import os
import zipfile
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageOps

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.drawn.scene import sample_scenes
from fer_core.errors import ImageError
from fer_core.faces.detection import Face, PhotoDetector
from fer_core.faces.images import encode_png, read_image
from fer_core.recognition.drawing import draw_candidates, draw_recognitions
from fer_core.recognition.recognize import (
    Recognition,
    recognition_rows,
    recognize_faces,
    recognize_whole,
    summary,
)
from fer_core.recognition.samples import sample_pictures
from fer_core.storage.plaintext import file_stem

WHOLE = 0
"""Stands for the whole picture where no face is found; candidates count from 1."""

_MOST_CANDIDATES = 5  # places shown where no face is found
_PREVIEW_SIDE = 1400  # pixels of the longer side: sharp on a wide page, small to send

NO_FACE = "No face found"
"""What is said of a photo in which the detector finds none."""


@dataclass(frozen=True, eq=False)
class Faces(Sequence[Recognition]):
    """The faces found in a picture, RGB ``(height, width, 3)`` uint8, from left to right."""

    image: NDArray[np.uint8]
    recognitions: tuple[Recognition, ...]

    def __len__(self) -> int:
        return len(self.recognitions)

    @overload
    def __getitem__(self, index: int) -> Recognition: ...
    @overload
    def __getitem__(self, index: slice) -> "Faces": ...
    def __getitem__(self, index: int | slice) -> "Recognition | Faces":
        found = self.recognitions[index]
        return replace(self, recognitions=found) if isinstance(found, tuple) else found

    def to_frame(self) -> pd.DataFrame:
        """Return a row a face: number, box, class, confidence and the probability of each class."""
        return recognition_rows("", self.recognitions).drop(columns="file")

    def draw(self) -> Image.Image:
        """Return the picture with its faces boxed and labeled."""
        return Image.fromarray(draw_recognitions(self.image, self.recognitions))


@dataclass(frozen=True, eq=False)
class Photo:
    """The recognitions in one picture, which itself is kept only as a small preview.

    Attributes:
        name: The file's name.
        recognitions: Its faces, from left to right, or the whole picture as one.
        candidates: Where no face was found, the places that look most like one, from left to right.
        anyway: What was classified although no face was found: ``WHOLE`` or the number of a candidate, from 1.
        size: Width and height in pixels; (0, 0) when it could not be read.
        preview: The picture with its faces boxed and numbered, a JPEG; empty when it could not be read.
        problem: Why it could not be read, or "".
    """

    name: str
    recognitions: tuple[Recognition, ...] = ()
    candidates: tuple[Face, ...] = ()
    anyway: int | None = None
    size: tuple[int, int] = (0, 0)
    preview: bytes = b""
    problem: str = ""

    @property
    def summary(self) -> str:
        """The recognitions in one line, such as "2 faces, apparent expressions: 1 happiness, 1 neutral"."""
        if self.problem:
            return "could not be read"
        if self.anyway is not None:
            return f"{NO_FACE}; {self.shown_anyway} was classified"
        return summary(self.recognitions)

    @property
    def shown_anyway(self) -> str:
        """What was classified although no face was found, in words, or ""."""
        if self.anyway is None:
            return ""
        return f"place {self.anyway}" if self.anyway else "the whole picture"


def recognize_photos(
    files: Sequence[tuple[str, bytes, int | None]], detector: PhotoDetector, classifier: Classifier
) -> Generator[Photo]:
    """Look at picture files as :func:`recognize_photo`, as many at once as there are cores; results keep their order.

    A file is its name, its content, and what to classify anyway.
    """

    def look(file: tuple[str, bytes, int | None]) -> Photo:
        name, content, anyway = file
        return recognize_photo(name, content, detector, classifier, anyway=anyway)

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        yield from threads.map(look, files)


def recognize_photo(
    name: str, content: bytes, detector: PhotoDetector, classifier: Classifier, *, anyway: int | None = None
) -> Photo:
    """Find and classify the faces in a picture file; one that cannot be read is a photo with a problem.

    Args:
        name: The file's name.
        content: The file's bytes: JPEG, PNG or WebP.
        detector: Finds the faces.
        classifier: Classifies them.
        anyway: What to classify when no face is found: ``WHOLE``, the number of a candidate, or None for nothing.
    """
    try:
        image = read_image(content, name=name)
    except ImageError as error:
        return Photo(name, problem=str(error))
    size = image.shape[1], image.shape[0]
    looked_at = detector.candidates(image)
    if recognitions := recognize_faces(image, tuple(filter(detector.is_sure, looked_at)), classifier):
        return Photo(name, recognitions, size=size, preview=_preview(draw_recognitions(image, recognitions)))
    candidates = _most_likely(looked_at, size)
    if anyway == WHOLE:
        recognitions = (recognize_whole(image, classifier),)
    elif anyway is not None and anyway <= len(candidates):
        recognitions = recognize_faces(image, candidates[anyway - 1 : anyway], classifier)
    preview = _preview(draw_candidates(image, candidates))
    return Photo(name, recognitions, candidates, anyway if recognitions else None, size, preview)


def cropped(content: bytes, left: float, top: float, right: float, bottom: float) -> bytes:
    """The part of a picture file between four edges, from 0 to 1 of its width and height, as a PNG.

    Raises:
        ImageError: It cannot be read.
    """
    image = read_image(content)
    height, width = image.shape[:2]
    x1, y1 = min(int(left * width), width - 1), min(int(top * height), height - 1)
    return encode_png(image[y1 : max(math.ceil(bottom * height), y1 + 1), x1 : max(math.ceil(right * width), x1 + 1)])


def photo_table(photos: Sequence[Photo]) -> pd.DataFrame:
    """All faces of all photos, a row each; photos without a face or with a problem have a row that says so.

    The columns are those of :func:`~fer_core.recognition.recognize.recognition_rows` and a note.
    """
    tables = [_rows(photo).astype(object) for photo in photos]
    widest = max(tables, key=lambda table: len(table.columns), default=pd.DataFrame())
    columns = [*(name for name in widest.columns if name != "note"), "note"]
    return pd.concat([table.reindex(columns=columns, fill_value="") for table in tables], ignore_index=True)


def annotated_png(photo: Photo, content: bytes) -> bytes:
    """A photo in its full size, from the file's bytes, with its faces boxed and numbered."""
    return encode_png(draw_recognitions(read_image(content, name=photo.name), photo.recognitions))


def annotated_zip(photos: Sequence[Photo], contents: Sequence[bytes]) -> bytes:
    """The annotated pictures of all photos that could be read, as one ZIP archive; the names are made unique."""
    buffer = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for photo, content in zip(photos, contents, strict=True):
            if not photo.problem:
                names = (annotated_name(photo, number) for number in count(1))
                name = next(name for name in names if name not in taken)
                taken.add(name)
                archive.writestr(name, annotated_png(photo, content))
    return buffer.getvalue()


def annotated_name(photo: Photo, number: int = 1) -> str:
    """A file name for the annotated picture that is safe on every system, such as "party-faces.png"."""
    stem = file_stem(photo.name, "picture")
    return f"{stem}-faces.png" if number == 1 else f"{stem}-faces-{number}.png"


def sample_photos() -> dict[str, bytes]:
    """The built-in pictures to try: by title, the bytes of a picture file."""
    photographs = {title: path.read_bytes() for title, path in sample_pictures().items()}
    return photographs | {scene.title: encode_png(scene.image) for scene in sample_scenes()}


def thumbnail(content: bytes, width: int, height: int) -> NDArray[np.uint8]:
    """The middle of a picture, filling a size in pixels.

    Raises:
        ImageError: If the picture cannot be read.
    """
    picture = Image.fromarray(read_image(content))
    return np.asarray(ImageOps.fit(picture, (width, height), centering=(0.5, 0.35)))


def _rows(photo: Photo) -> pd.DataFrame:
    table = recognition_rows(photo.name, photo.recognitions)
    if photo.recognitions:
        return table.assign(note=f"{NO_FACE}: this is {photo.shown_anyway}" if photo.shown_anyway else "")
    return pd.DataFrame({"file": [photo.name], "note": [photo.problem or NO_FACE]})


def _most_likely(faces: Sequence[Face], size: tuple[int, int]) -> tuple[Face, ...]:
    """The most confident few, in their order and with boxes that end at the picture's edge."""
    best = sorted(faces, key=lambda face: -face.confidence)[:_MOST_CANDIDATES]
    return tuple(face.clipped(*size) for face in faces if face in best)


def _preview(image: NDArray[np.uint8]) -> bytes:
    picture = Image.fromarray(image)
    picture.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
