"""Photos and their recognitions: one value a photo, one table and one archive for all of them."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageOps

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.drawn.scene import sample_scenes
from fer_core.errors import ImageError
from fer_core.faces.detection import Detector
from fer_core.faces.images import encode_png, read_image
from fer_core.recognition.drawing import draw_recognitions
from fer_core.recognition.recognize import Recognition, recognition_rows, recognize, recognize_whole, summary
from fer_core.recognition.samples import sample_pictures
from fer_core.storage.plaintext import file_stem

_PREVIEW_SIDE = 1400  # pixels of the longer side: sharp on a wide page, small to send

NO_FACE = "No face found"
"""What is said of a photo in which the detector finds none."""


@dataclass(frozen=True, eq=False)
class Photo:
    """The recognitions in one picture, which itself is kept only as a small preview.

    Attributes:
        name: The file's name.
        recognitions: Its faces, from left to right, or the whole picture as one.
        is_whole: Whether no face was found and the whole picture was classified instead.
        size: Width and height in pixels; (0, 0) when it could not be read.
        preview: The picture with its faces boxed and numbered, a JPEG; empty when it could not be read.
        problem: Why it could not be read, or "".
    """

    name: str
    recognitions: tuple[Recognition, ...] = ()
    is_whole: bool = False
    size: tuple[int, int] = (0, 0)
    preview: bytes = b""
    problem: str = ""

    @property
    def summary(self) -> str:
        """The recognitions in one line, such as "2 faces, as they look: 1 happiness, 1 neutral"."""
        if self.problem:
            return "could not be read"
        if self.is_whole:
            return f"{NO_FACE}; the whole picture was classified"
        return summary(self.recognitions)


def recognize_photo(
    name: str, content: bytes, detector: Detector, classifier: Classifier, *, whole_if_none: bool = False
) -> Photo:
    """Find and classify the faces in a picture file; one that cannot be read is a photo with a problem.

    Args:
        name: The file's name.
        content: The file's bytes: JPEG, PNG or WebP.
        detector: Finds the faces.
        classifier: Classifies them.
        whole_if_none: Whether to classify the whole picture when it has no face.
    """
    try:
        image = read_image(content, name=name)
    except ImageError as error:
        return Photo(name, problem=str(error))
    recognitions = recognize(image, detector, classifier)
    is_whole = whole_if_none and not recognitions
    if is_whole:
        recognitions = (recognize_whole(image, classifier),)
    size = image.shape[1], image.shape[0]
    return Photo(name, recognitions, is_whole, size, _preview(draw_recognitions(image, recognitions)))


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
        return table.assign(note=f"{NO_FACE}: this is the whole picture" if photo.is_whole else "")
    return pd.DataFrame({"file": [photo.name], "note": [photo.problem or NO_FACE]})


def _preview(image: NDArray[np.uint8]) -> bytes:
    picture = Image.fromarray(image)
    picture.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
