"""From a picture to the expressions in it: detect, square, crop and classify."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier, Prediction
from fer_core.faces.crops import Box, preprocess_face
from fer_core.faces.detection import DEFAULT_MARGIN, Detector, Face
from fer_core.faces.images import to_gray

MAX_LISTED_FACES = 50
"""Pages list this many faces of a picture and count the rest."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_DECIMALS = 4  # of numbers in tables: more than a probability's own error


@dataclass(frozen=True, eq=False)
class Recognition:
    """A face and its prediction.

    Attributes:
        face: The part of the picture, before it is turned upright, that the crop shows.
        prediction: The probability of each class.
        crop: The classifier's input, shape (48, 48), uint8, before its preprocessing steps.
    """

    face: Face
    prediction: Prediction
    crop: NDArray[np.uint8]

    @property
    def box(self) -> Box:
        """The left, top, right and bottom edge of the face, in pixels."""
        return self.face.xyxy

    @property
    def emotion(self) -> str:
        """The most probable class."""
        return self.prediction.class_name

    @property
    def confidence(self) -> float:
        """The probability of the most probable class."""
        return self.prediction.confidence

    @property
    def probabilities(self) -> dict[str, float]:
        """The probability of each class by its name."""
        return dict(zip(self.prediction.class_names, self.prediction.probabilities.tolist(), strict=True))


def recognize(image: NDArray[np.uint8], detector: Detector, classifier: Classifier) -> tuple[Recognition, ...]:
    """Find every face in a photo, RGB (height, width, 3) uint8, from left to right, and classify them all at once.

    A photo's answer is steady (see :meth:`Classifier.predict`): it mostly stays when the photo is mirrored, shrunk,
    compressed, lit differently or turned.
    """
    return recognize_faces(image, detector.detect(image), classifier)


def recognize_faces(image: NDArray[np.uint8], faces: Sequence[Face], classifier: Classifier) -> tuple[Recognition, ...]:
    """Classify given faces of a photo, as :func:`recognize` those that it finds."""
    return _classified(image, faces, classifier, DEFAULT_MARGIN, steady=True)


def recognize_frame(
    image: NDArray[np.uint8], detector: Detector, classifier: Classifier, *, margin: float = DEFAULT_MARGIN
) -> tuple[Recognition, ...]:
    """The same for a frame of a stream or video: one look at each face, whose answers are smoothed over time.

    The crops show a margin beyond the detector's box on each side, as a part of the box.
    """
    return _classified(image, detector.detect(image), classifier, margin, steady=False)


def recognize_whole(image: NDArray[np.uint8], classifier: Classifier) -> Recognition:
    """Classify a whole picture, RGB or gray, as if it were one face, for pictures in which no face was found."""
    crop = preprocess_face(image)
    (prediction,) = classifier.predictions(crop[None], steady=True)
    return Recognition(Face((0, 0, image.shape[1], image.shape[0])), prediction, crop)


def reclassify(recognitions: Sequence[Recognition], classifier: Classifier) -> tuple[Recognition, ...]:
    """The same faces and crops of a photo with the predictions of another network."""
    if not recognitions:
        return ()
    predictions = classifier.predictions(np.stack([item.crop for item in recognitions]), steady=True)
    return tuple(replace(item, prediction=new) for item, new in zip(recognitions, predictions, strict=True))


def _classified(
    image: NDArray[np.uint8], faces: Sequence[Face], classifier: Classifier, margin: float, *, steady: bool
) -> tuple[Recognition, ...]:
    if not faces:
        return ()
    gray = to_gray(image)
    height, width = gray.shape
    squares = [face.framed(margin) for face in faces]
    crops = np.stack([preprocess_face(gray, square) for square in squares])
    shown = [
        replace(face, xyxy=square.xyxy).clipped(width, height) for face, square in zip(faces, squares, strict=True)
    ]
    return tuple(map(Recognition, shown, classifier.predictions(crops, steady=steady), crops))


def summary(recognitions: Sequence[Recognition]) -> str:
    """The recognitions in one line, such as "3 faces, apparent expressions: 2 happiness, 1 neutral"."""
    counts = Counter(recognition.prediction.answer for recognition in recognitions)
    if not counts:
        return "No face found"
    faces = (
        "1 face, apparent expression" if len(recognitions) == 1 else f"{len(recognitions)} faces, apparent expressions"
    )
    return f"{faces}: " + ", ".join(f"{count} {class_name}" for class_name, count in counts.most_common())


def recognition_rows(name: str, recognitions: Sequence[Recognition]) -> pd.DataFrame:
    """A table of a picture's faces, of which several can be concatenated.

    Its columns are file, face (1, 2, …), x1, y1, x2, y2 (pixels), checkpoint, prior, class_name, confidence, and each
    class's probability.
    """
    columns = ["file", "face", "x1", "y1", "x2", "y2", "checkpoint", "prior", "class_name", "confidence"]
    if recognitions:
        columns += recognitions[0].prediction.class_names
    rows = []
    for number, item in enumerate(recognitions, start=1):
        prediction = item.prediction
        row = [name, number, *item.face.xyxy, *prediction.answered_by, prediction.class_name, prediction.confidence]
        rows.append(row + prediction.probabilities.astype(float).tolist())
    return pd.DataFrame(rows, columns=columns)


def to_csv(table: pd.DataFrame) -> bytes:
    """Write a table as CSV that a spreadsheet opens safely, in UTF-8 with a byte-order mark, which Excel needs.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, column names included; numbers have
    at most four decimals.
    """
    safe = table.map(_harmless).rename(columns=_harmless)
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _harmless(cell: object) -> object:
    if isinstance(cell, float | np.floating):
        return round(float(cell), _DECIMALS)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
