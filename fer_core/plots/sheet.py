"""Many small faces as one picture, from which a page shows each by its place: quicker than a picture for each."""

import base64
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_MAX_COLUMNS = 40
_LOSSLESS_UP_TO = 100  # faces; of more a page would become heavy, and they are shown small
_QUALITY = 90


@dataclass(frozen=True)
class Sheet:
    """One picture of many faces.

    Attributes:
        address: The picture, as a ``data:`` address.
        columns: Faces side by side.
        lines: Faces one below the other.
        count: How many there are; the last places of the last line are empty.
    """

    address: str
    columns: int
    lines: int
    count: int


def contact_sheet(images: NDArray[np.uint8]) -> Sheet:
    """Lays faces side by side, line by line.

    Args:
        images: ``(n, height, width)`` uint8, at least one.
    """
    count, height, width = images.shape
    columns = min(_MAX_COLUMNS, count)
    lines = math.ceil(count / columns)
    places = np.zeros((lines * columns, height, width), np.uint8)
    places[:count] = images
    picture = places.reshape(lines, columns, height, width).swapaxes(1, 2).reshape(lines * height, columns * width)
    kind, options = ("png", []) if count <= _LOSSLESS_UP_TO else ("jpeg", [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    content = cv2.imencode(f".{kind}", picture, options)[1].tobytes()
    return Sheet(f"data:image/{kind};base64," + base64.b64encode(content).decode(), columns, lines, count)
