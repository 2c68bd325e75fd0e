"""Labeled portraits of people no network was trained on, and the ways in which the same photo may come another time."""

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.storage.files import PROJECT
from tests.benchmark.figure import AbsentError

Picture: TypeAlias = NDArray[np.uint8]


def portraits() -> dict[Path, str]:
    """Each portrait's label: from ``FER_PORTRAITS_DIR``, else ``../shared/photos/portraits``.

    Beside the folder stands a table of its name with the columns file and label, such as ``portraits.csv``.

    Raises:
        AbsentError: They are not there.
    """
    folder = Path(os.environ.get("FER_PORTRAITS_DIR") or PROJECT.parent / "shared" / "photos" / "portraits")
    table = folder.with_suffix(".csv")
    if not (folder.is_dir() and table.exists()):
        raise AbsentError("There are no portraits: set FER_PORTRAITS_DIR to their folder, with its table beside it.")
    with table.open(encoding="utf-8") as file:
        return {folder / row["file"]: row["label"] for row in csv.DictReader(file)}


def compressed(image: Picture, quality: int) -> Picture:
    """As a JPEG of a quality from 1 to 100."""
    content = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.ascontiguousarray(cv2.imdecode(content, cv2.IMREAD_COLOR)[..., ::-1])


def resized(image: Picture, factor: float) -> Picture:
    """As many times as wide and high."""
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=interpolation), np.uint8)


def lit(image: Picture, factor: float) -> Picture:
    """As many times as bright."""
    return np.asarray(np.clip(image * factor, 0, 255).round(), np.uint8)


def turned(image: Picture, degrees: float) -> Picture:
    """Turned counterclockwise on gray, with its corners kept."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cosine, sine = np.abs(matrix[0, :2])
    size = int(height * sine + width * cosine), int(height * cosine + width * sine)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(image, matrix, size, flags=cv2.INTER_CUBIC, borderValue=(127,) * 3), np.uint8)


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "half": lambda image: resized(image, 0.5),
    "double": lambda image: resized(image, 2),
    "jpeg30": lambda image: compressed(image, 30),
    "bright": lambda image: lit(image, 1.3),
    "dark": lambda image: lit(image, 0.7),
    "mirrored": lambda image: np.ascontiguousarray(image[:, ::-1]),
    "shifted": lambda image: np.ascontiguousarray(image[7:, 11:]),
}
"""Changes of a photo after which its answer has to stay, by name."""

TURNS = (30, -30, 60, -60)
"""Degrees by which a photo is turned after which its answer has to stay a little less often."""
