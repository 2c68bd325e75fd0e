"""Records: frozen dataclasses as JSON documents, checked when read."""

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from fer_core.storage.files import read_json, write_json, write_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Record = TypeVar("_Record")


def as_record(kind: type[_Record], document: object) -> _Record:
    """Build a dataclass from JSON types; lists become tuples and whole numbers floats where its fields ask for that.

    Raises:
        ValueError: A field is missing, superfluous, of another type or beyond its limits (``Annotated[…, Meta]``).
    """
    record = msgspec.convert(document, kind)
    if name := _superfluous(document, msgspec.to_builtins(record)):
        raise ValueError(f"Unknown field “{name:.40}”.")
    return record


def _superfluous(document: object, known: object) -> str:
    """The first key of a document that is in no record, which msgspec passes over for dataclasses; or ""."""
    if isinstance(document, dict) and isinstance(known, dict):
        names = (_superfluous(value, known[key]) if key in known else key for key, value in document.items())
        return next(filter(None, names), "")
    if isinstance(document, list | tuple) and isinstance(known, list | tuple):
        return next(filter(None, map(_superfluous, document, known)), "")
    return ""


def read_record(path: Path, kind: type[_Record]) -> _Record:
    """Read a file with one record.

    Raises:
        OSError: The file cannot be read.
        ValueError: See :func:`as_record`.
    """
    return as_record(kind, read_json(path))


def write_record(path: Path, record: "DataclassInstance") -> None:
    """Replace a file with one record in one step."""
    write_json(path, asdict(record))


def append_record(path: Path, record: "DataclassInstance") -> None:
    """Add a line with a record to a file, after the end of a line that a full disk cut off."""
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        is_cut = size > 0 and file.read(1) != b"\n"
        file.write(b"\n" * is_cut + _line(record).encode())
        file.flush()


def read_records(path: Path, kind: type[_Record]) -> tuple[_Record, ...]:
    """Read the records in a file with one a line; a line that was cut by a crash is left out."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    records = []
    for line in lines:
        with contextlib.suppress(ValueError, RecursionError):
            records.append(as_record(kind, json.loads(line)))
    return tuple(records)


def write_records(path: Path, records: "Iterable[DataclassInstance]") -> None:
    """Replace a file with one record a line in one step."""
    write_text(path, "".join(map(_line, records)))


def _line(record: "DataclassInstance") -> str:
    return json.dumps(asdict(record)) + "\n"
