"""Rows of blank-separated numbers from 0 to 255, as FER2013 writes pixels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_core.data.lines import Place


def parse_numbers(texts: Sequence[bytes], count: int, place: Place, *, unit: str = "pixel values") -> NDArray[np.uint8]:
    """Reads rows of numbers such as ``b"70 80 82"``.

    Args:
        texts: One text per row, whole numbers from 0 to 255 with blanks between them.
        count: How many numbers every row must hold.
        place: Where the first text stands, for the error.
        unit: What the numbers are, for the error.

    Returns:
        ``(len(texts), count)`` uint8.

    Raises:
        DatasetError: A row holds something else; names file and line.
    """
    rows = np.empty((len(texts), count), np.uint8)
    for offset, text in enumerate(texts):
        try:
            # int64, because a narrow type would let a number out of range wrap around into it.
            values = np.fromstring(text, np.int64, sep=" ")
        except ValueError:
            values = np.empty(0, np.int64)
        if values.size != count or values.min() < 0 or values.max() > 255:
            raise place.error(offset, _fault(text, count, unit))
        rows[offset] = values
    return rows


def _fault(text: bytes, count: int, unit: str) -> str:
    numbers = text.split()
    for number in numbers:
        if not (number.isdigit() and int(number.lstrip(b"0")[:4] or b"0") <= 255):
            return f"“{number[:20].decode('utf-8', 'replace')}” where a whole number from 0 to 255 belongs"
    return f"{len(numbers):,} {unit} where {count:,} belong"
