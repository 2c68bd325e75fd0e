"""From a picture to the expressions in it: detect, square, crop and classify."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier, Prediction
from fer_core.faces.detection import Detector, Face
from fer_core.faces.images import preprocess_face, to_gray

DEFAULT_MARGIN = 0.085
"""What a crop shows beyond the detector's box on each side, as a part of the box.

With ``DEFAULT_RISE`` it gives crops the framing of FER2013, where the detector's box is 41 of 48 pixels wide and 3.5
pixels below the center (medians over 1,500 pictures of the training split).
"""

DEFAULT_RISE = 0.085
"""How far a crop lies above the detector's box, which leaves out the forehead, as a part of the box."""

MAX_LISTED_FACES = 50
"""Pages list this many faces of a picture and count the rest."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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


def recognize(
    image: NDArray[np.uint8],
    detector: Detector,
    classifier: Classifier,
    *,
    margin: float = DEFAULT_MARGIN,
    align: bool = True,
) -> tuple[Recognition, ...]:
    """Find every face in a picture, from left to right, and classify them all at once.

    Args:
        image: RGB, shape (height, width, 3), uint8.
        detector: Finds the faces.
        classifier: Classifies them.
        margin: What a crop shows beyond the detector's box on each side, as a part of the box.
        align: Whether faces are turned until their eyes are level.
    """
    faces = [frame_face(face, margin) for face in detector.detect(image)]
    if not faces:
        return ()
    gray = to_gray(image)
    crops = np.stack([preprocess_face(gray, xyxy=face.xyxy, eyes=face.eyes if align else None) for face in faces])
    height, width = gray.shape
    return tuple(
        map(Recognition, (face.clipped(width, height) for face in faces), classifier.predictions(crops), crops)
    )


def recognize_whole(image: NDArray[np.uint8], classifier: Classifier) -> Recognition:
    """Classify a whole picture, RGB or gray, as if it were one face, for pictures in which no face was found."""
    crop = preprocess_face(image)
    return Recognition(Face((0, 0, image.shape[1], image.shape[0])), classifier.predict_one(crop), crop)


def reclassify(recognitions: Sequence[Recognition], classifier: Classifier) -> tuple[Recognition, ...]:
    """The same faces and crops with the predictions of another network."""
    if not recognitions:
        return ()
    predictions = classifier.predictions(np.stack([item.crop for item in recognitions]))
    return tuple(replace(item, prediction=new) for item, new in zip(recognitions, predictions, strict=True))


def largest_face(image: NDArray[np.uint8], detector: Detector) -> NDArray[np.uint8]:
    """The largest face of a picture as the ``(48, 48)`` crop of :func:`recognize`; empty when there is no face."""
    faces = detector.detect(image)
    if not faces:
        return np.empty((0, 0), np.uint8)
    face = frame_face(max(faces, key=lambda found: found.width * found.height))
    return preprocess_face(image, xyxy=face.xyxy, eyes=face.eyes)


def frame_face(face: Face, margin: float = DEFAULT_MARGIN) -> Face:
    """A detected face with the box in which FER2013 shows faces: square, from the hairline to the chin.

    The box gains ``margin``, a part of its size, on each side and may reach over the picture's edge.
    """
    return face.squared().raised(DEFAULT_RISE).expanded(margin)


def summary(recognitions: Sequence[Recognition]) -> str:
    """The recognitions in one line, such as "3 faces, as they look: 2 happiness, 1 neutral"."""
    counts = Counter(recognition.prediction.answer for recognition in recognitions)
    if not counts:
        return "No face found"
    faces = "1 face, as it looks" if len(recognitions) == 1 else f"{len(recognitions)} faces, as they look"
    return f"{faces}: " + ", ".join(f"{count} {class_name}" for class_name, count in counts.most_common())


def recognition_rows(name: str, recognitions: Sequence[Recognition]) -> pd.DataFrame:
    """A table of a picture's faces, of which several can be concatenated.

    Its columns are file, face (1, 2, …), x1, y1, x2, y2 (pixels), class_name, confidence, and each class's probability.
    """
    columns = ["file", "face", "x1", "y1", "x2", "y2", "class_name", "confidence"]
    if recognitions:
        columns += recognitions[0].prediction.class_names
    rows = []
    for number, item in enumerate(recognitions, start=1):
        prediction = item.prediction
        row = [name, number, *item.face.xyxy, prediction.class_name, prediction.confidence]
        rows.append(row + prediction.probabilities.astype(float).tolist())
    return pd.DataFrame(rows, columns=columns)


def to_csv(table: pd.DataFrame) -> bytes:
    """Write a table as CSV that a spreadsheet opens safely, in UTF-8 with a byte-order mark, which Excel needs.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, column names included; numbers stay.
    """
    safe = table.map(_harmless).rename(columns=_harmless)
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
