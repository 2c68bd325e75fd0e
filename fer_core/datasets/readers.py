"""Readers for the files people really have: Kaggle's faces and Microsoft's votes, in their several layouts."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import FaceRecords, fingerprint_of
from fer_core.datasets.lines import Place, Progress, line_blocks
from fer_core.datasets.pixels import parse_numbers
from fer_core.errors import DatasetError
from fer_core.labels import FER2013_EMOTIONS, SPLITS, USAGE_SPLITS, VOTE_COLUMNS

_MOST_ROWS = 500_000
_MOST_COLUMNS = 64
_MOST_VOTES = 10
_USAGE = {usage.encode(): SPLITS.index(split) for usage, split in USAGE_SPLITS.items()}
_BAD_USAGE = "Usage is “{}” where Training, PublicTest or PrivateTest belongs"
_EMOTION = {str(i).encode(): i for i in range(len(FER2013_EMOTIONS))}
_VOTES = {str(i).encode(): i for i in range(_MOST_VOTES + 1)}


_Blocks = Iterator[tuple[Place, list[list[bytes]]]]
"""Where a block's first row stands, and the rows: the wanted fields in the wanted order."""


def read_records(images: Path, votes: Path | None = None, *, progress: Progress | None = None) -> FaceRecords:
    """Reads the faces and, if given, their votes, joined by row order.

    Args:
        images: ``fer2013.csv`` or ``icml_face_data.csv``, plain, gzipped or zipped.
        votes: ``fer2013new.csv``; row *i* belongs to row *i* of the images (the image names in it do not).
        progress: Told the share of the images file that has been read.

    Raises:
        DatasetError: A file is malformed, or the two do not belong together; names file, line and remedy.
    """
    pixels, emotion, split = _read_images(images, progress)
    counts = np.zeros((0, len(VOTE_COLUMNS)), np.uint8)
    if votes is not None:
        counts, votes_split = _read_votes(votes)
        _check_join(images.name, split, votes.name, votes_split)
    return FaceRecords(pixels, emotion, split, counts, fingerprint_of(pixels, emotion, split, counts))


def _read_images(
    path: Path, progress: Progress | None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    pixels, emotion, split = [], [], []
    for place, rows in _open_table(path, ("emotion", "pixels", "usage"), progress):
        emotions, texts, usages = zip(*rows, strict=True)
        emotion.append(_lookup(emotions, _EMOTION, place, "emotion is “{}” where 0 to 6 belongs"))
        split.append(_lookup(usages, _USAGE, place, _BAD_USAGE))
        pixels.append(parse_numbers(texts, 48 * 48, place).reshape(-1, 48, 48))
    if not pixels:
        raise DatasetError(f"{path.name} has a header but no rows. Choose a file that holds the data.")
    return np.concatenate(pixels), np.concatenate(emotion), np.concatenate(split)


def _read_votes(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    columns = ("usage", *(column.lower() for column in VOTE_COLUMNS))
    counts, split = [], []
    for place, rows in _open_table(path, columns, None):
        usages, *cells = zip(*rows, strict=True)
        split.append(_lookup(usages, _USAGE, place, _BAD_USAGE))
        faults = (f"{column} is “{{}}” where 0 to {_MOST_VOTES} votes belong" for column in VOTE_COLUMNS)
        counts.append(np.stack([_lookup(c, _VOTES, place, f) for c, f in zip(cells, faults, strict=True)], axis=1))
    if not counts:
        raise DatasetError(f"{path.name} has a header but no rows. Choose a file that holds the data.")
    return np.concatenate(counts), np.concatenate(split)


def _open_table(path: Path, columns: tuple[str, ...], progress: Progress | None) -> _Blocks:
    blocks = line_blocks(path, progress=progress)
    first = next(blocks)
    header = [field.strip(' \t"').lower() for field in _decode(first[0], path.name).split(",")]
    remedy = f"Choose {'fer2013.csv or icml_face_data.csv' if 'pixels' in columns else 'fer2013new.csv'}."
    if len(header) > _MOST_COLUMNS:
        raise DatasetError(f"{path.name}, line 1: more than {_MOST_COLUMNS} columns. {remedy}")
    if missing := [c for c in columns if header.count(c) != 1]:
        fault = "stands there twice" if missing[0] in header else "is missing"
        found = "".join(c if c.isprintable() else "?" for c in ", ".join(header[:12])[:120])
        raise DatasetError(f"{path.name}, line 1: the column “{missing[0]}” {fault} (found: {found}). {remedy}")
    positions = [header.index(c) for c in columns]
    return _fields(path.name, first[1:], blocks, len(header), positions)


def _decode(header: bytes, name: str) -> str:
    try:
        return header[: 1 << 16].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{name} is not a UTF-8 text file. Choose the CSV file itself, or save it as UTF-8."
        ) from error


def _fields(name: str, first: list[bytes], blocks: Iterator[list[bytes]], width: int, positions: list[int]) -> _Blocks:
    line = 2
    for block in chain([first], blocks):
        place = Place(name, line)
        rows = [_wanted(text.split(b","), width, positions, place, offset) for offset, text in enumerate(block)]
        line += len(block)
        if line > _MOST_ROWS:
            raise DatasetError(f"{name} has more than {_MOST_ROWS:,} rows. Check that it is the right file.")
        if rows:
            yield place, rows


def _wanted(fields: list[bytes], width: int, positions: list[int], place: Place, offset: int) -> list[bytes]:
    if fields == [b""]:
        raise place.error(offset, "the line is empty")
    if len(fields) != width:
        raise place.error(offset, f"{len(fields)} columns where {width} belong")
    return [fields[p].strip(b' "') for p in positions]


def _lookup(values: Sequence[bytes], known: dict[bytes, int], place: Place, fault: str) -> NDArray[np.uint8]:
    for offset, value in enumerate(values):
        if value not in known:
            raise place.error(offset, fault.format(value[:20].decode("utf-8", "replace")))
    return np.fromiter((known[value] for value in values), np.uint8, len(values))


def _check_join(images: str, split: NDArray[np.uint8], votes: str, votes_split: NDArray[np.uint8]) -> None:
    if len(split) != len(votes_split):
        raise DatasetError(
            f"{votes} has {len(votes_split):,} rows and {images} {len(split):,}: they do not belong together. "
            "Choose the two files of the same release; rows are joined by their order."
        )
    differing = np.flatnonzero(split != votes_split)
    if len(differing):
        raise DatasetError(
            f"{votes} and {images} name different splits in line {differing[0] + 2}: they are not in the same order. "
            "Choose the two original files, unsorted."
        )
