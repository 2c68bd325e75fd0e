"""Rows of blank-separated numbers from 0 to 255, as FER2013 writes pixels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.lines import Place

_BLOCK = 16  # rows at once: their numbers fit into the processor's cache
_BLANK = (ord(" ") - ord("0")) % 256


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
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        plain = _parse_plain(block, count)
        rows[start : start + len(block)] = plain if plain.size else _parse_any(block, count, start, place, unit)
    return rows


def _parse_plain(texts: Sequence[bytes], count: int) -> NDArray[np.uint16]:
    """Rows without any irregularity, several times as fast as number by number; empty when there is one.

    The last digit of each number is the byte before its blank; tens and hundreds stand before it if it is that long.
    """
    # Two zeros in front, so that the tens and hundreds of the very first number can be looked up too.
    digits = np.frombuffer(b"00" + b" ".join(texts) + b" ", np.uint8) - np.uint8(ord("0"))
    blanks = np.flatnonzero(digits > 9)
    row_ends = np.cumsum([len(text) + 1 for text in texts]) + 1
    if len(blanks) != len(texts) * count or (blanks[count - 1 :: count] != row_ends).any():
        return np.empty(0, np.uint16)
    length = np.diff(blanks, prepend=1) - 1
    values = digits[blanks - 1].astype(np.uint16)
    values += (length > 1) * digits[blanks - 2] * np.uint16(10)
    values += (length > 2) * digits[blanks - 3] * np.uint16(100)
    regular = length.min() >= 1 and length.max() <= 3 and values.max() <= 255 and (digits[blanks] == _BLANK).all()
    return values.reshape(len(texts), count) if regular else np.empty(0, np.uint16)


def _parse_any(texts: Sequence[bytes], count: int, start: int, place: Place, unit: str) -> NDArray[np.int64]:
    """Row by row, whatever the blanks between the numbers look like."""
    rows = np.empty((len(texts), count), np.int64)
    for offset, text in enumerate(texts):
        try:
            # int64, because a narrow type would let a number out of range wrap around into it.
            values = np.fromstring(text, np.int64, sep=" ")
        except ValueError:
            values = np.empty(0, np.int64)
        if values.size != count or values.min() < 0 or values.max() > 255:
            raise place.error(start + offset, _fault(text, count, unit))
        rows[offset] = values
    return rows


def _fault(text: bytes, count: int, unit: str) -> str:
    numbers = text.split()
    for number in numbers:
        if not (number.isdigit() and int(number.lstrip(b"0")[:4] or b"0") <= 255):
            return f"“{number[:20].decode('utf-8', 'replace')}” where a whole number from 0 to 255 belongs"
    return f"{len(numbers):,} {unit} where {count:,} belong"
