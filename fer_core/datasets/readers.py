"""Read Kaggle's faces and Microsoft's votes, in their several layouts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords, fingerprint_of
from fer_core.datasets.lines import TEXT_LIMITS, Place, Progress, TextLimits, line_blocks
from fer_core.errors import DatasetError
from fer_core.labels import FER2013_EMOTIONS, SPLITS, USAGE_SPLITS, VOTE_COLUMNS

_MOST_COLUMNS = 64
_MOST_VOTES = 10
_SEPARATORS = (",", ";", "\t")
_USAGE = {usage.encode(): SPLITS.index(split) for usage, split in USAGE_SPLITS.items()}
_BAD_USAGE = "Usage is “{}” where Training, PublicTest or PrivateTest belongs"
_EMOTION = {str(i).encode(): i for i in range(len(FER2013_EMOTIONS))}
_VOTES = {str(i).encode(): i for i in range(_MOST_VOTES + 1)}
_BLOCK = 16  # rows at once: their numbers fit into the processor's cache
_BLANK = (ord(" ") - ord("0")) % 256

_Blocks = Iterator[tuple[Place, list[list[bytes]]]]
"""Where a block's first row stands, and the rows: the wanted fields in the wanted order."""


def read_records(
    images: Path, votes: Path | None = None, *, progress: Progress | None = None, limits: TextLimits = TEXT_LIMITS
) -> FaceRecords:
    """Read the faces and, if given, their votes: rows are joined by order, not by the image names in the votes.

    Raises:
        DatasetError: A file is malformed, or the two do not belong together; names file, line and remedy.
    """
    pixels, emotion, split = _read_images(images, progress, limits)
    counts = np.zeros((0, len(VOTE_COLUMNS)), np.uint8)
    if votes is not None:
        counts, votes_split = _read_votes(votes, limits)
        _check_join(images.name, split, votes.name, votes_split)
    return FaceRecords(pixels, emotion, split, counts, fingerprint_of(pixels, emotion, split, counts))


def _read_images(
    path: Path, progress: Progress | None, limits: TextLimits
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    pixels, emotion, split = [], [], []
    for place, rows in _open_table(path, ("emotion", "pixels", "usage"), progress, limits):
        emotions, texts, usages = zip(*rows, strict=True)
        emotion.append(_lookup(emotions, _EMOTION, place, "emotion is “{}” where 0 to 6 belongs"))
        split.append(_lookup(usages, _USAGE, place, _BAD_USAGE))
        pixels.append(parse_numbers(texts, 48 * 48, place).reshape(-1, 48, 48))
    return np.concatenate(pixels), np.concatenate(emotion), np.concatenate(split)


def _read_votes(path: Path, limits: TextLimits) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    columns = ("usage", *(column.lower() for column in VOTE_COLUMNS))
    counts, split = [], []
    for place, rows in _open_table(path, columns, None, limits):
        usages, *cells = zip(*rows, strict=True)
        split.append(_lookup(usages, _USAGE, place, _BAD_USAGE))
        faults = (f"{column} is “{{}}” where 0 to {_MOST_VOTES} votes belong" for column in VOTE_COLUMNS)
        votes = np.stack([_lookup(c, _VOTES, place, f) for c, f in zip(cells, faults, strict=True)], axis=1)
        if (too_many := np.flatnonzero(votes.sum(axis=1) > _MOST_VOTES)).size:
            row = int(too_many[0])
            raise place.error(row, f"{votes[row].sum()} votes, where FER+ has ten people's")
        counts.append(votes)
    return np.concatenate(counts), np.concatenate(split)


def _open_table(path: Path, columns: tuple[str, ...], progress: Progress | None, limits: TextLimits) -> _Blocks:
    blocks = line_blocks(path, progress=progress, limits=limits)
    first = next(blocks)
    line = _decode(first[0], path.name)
    separator = max(_SEPARATORS, key=line.count)
    header = [field.strip(' \t"').lower() for field in line.split(separator)]
    remedy = f"Choose {'fer2013.csv or icml_face_data.csv' if 'pixels' in columns else 'fer2013new.csv'}."
    if len(header) > _MOST_COLUMNS:
        raise DatasetError(f"{path.name}, line 1: more than {_MOST_COLUMNS} columns. {remedy}")
    if missing := [c for c in columns if header.count(c) != 1]:
        fault = "stands there twice" if missing[0] in header else "is missing"
        found = "".join(c if c.isprintable() else "?" for c in ", ".join(header[:12])[:120])
        raise DatasetError(f"{path.name}, line 1: the column “{missing[0]}” {fault} (found: {found}). {remedy}")
    positions = [header.index(c) for c in columns]
    table = _Table(path.name, separator.encode(), len(header), positions)
    return _fields(table, chain([first[1:]], blocks), limits.rows)


def _decode(header: bytes, name: str) -> str:
    try:
        return header[: 1 << 16].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{name} is not a UTF-8 text file. Choose the CSV file itself, or save it as UTF-8."
        ) from error


@dataclass(frozen=True)
class _Table:
    """What every line of a file looks like, and which of its fields are wanted."""

    name: str
    separator: bytes
    width: int
    positions: list[int]

    def wanted(self, line: bytes, place: Place, offset: int) -> list[bytes]:
        fields = line.split(self.separator)
        if len(fields) != self.width:
            raise place.error(
                offset, f"{len(fields)} columns instead of {self.width} belong" if line else "the line is empty"
            )
        return [fields[p].strip(b' "') for p in self.positions]


def _fields(table: _Table, blocks: Iterable[list[bytes]], most: int) -> _Blocks:
    line, waiting = 2, 0  # empty lines are waiting: at the end of a file they are fine
    for block in blocks:
        start = Place(table.name, line - waiting)
        lines = [b""] * waiting + block
        full = next((i for i in range(len(lines), 0, -1) if lines[i - 1].strip()), 0)
        rows = [table.wanted(text, start, offset) for offset, text in enumerate(lines[:full])]
        line, waiting = line + len(block), len(lines) - full
        if line > most:
            raise DatasetError(f"{table.name} has more than {most:,} rows. Check that it is the right file.")
        if rows:
            yield start, rows
    if line - waiting == 2:
        raise DatasetError(f"{table.name} has a header but no rows. Choose the file with the data.")


def _lookup(values: Sequence[bytes], known: dict[bytes, int], place: Place, fault: str) -> NDArray[np.uint8]:
    for offset, value in enumerate(values):
        if value not in known:
            raise place.error(offset, fault.format(value[:20].decode("utf-8", "replace")))
    return np.fromiter((known[value] for value in values), np.uint8, len(values))


def _check_join(images: str, split: NDArray[np.uint8], votes: str, votes_split: NDArray[np.uint8]) -> None:
    if len(split) != len(votes_split):
        raise DatasetError(
            f"{votes} has {len(votes_split):,} rows and {images} {len(split):,}. Choose two files of the same "
            "release; rows are joined by order."
        )
    differing = np.flatnonzero(split != votes_split)
    if len(differing):
        raise DatasetError(
            f"{votes} and {images} have different splits in line {differing[0] + 2}. Choose the two original files, "
            "in their original order."
        )


def parse_numbers(texts: Sequence[bytes], count: int, place: Place, *, unit: str = "pixel values") -> NDArray[np.uint8]:
    """Read rows of ``count`` whole numbers from 0 to 255 such as ``b"70 80 82"``; the place is that of the first text.

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
            return f"“{number[:20].decode('utf-8', 'replace')}” instead of a whole number from 0 to 255"
    return f"{len(numbers):,} {unit} where {count:,} belong"
