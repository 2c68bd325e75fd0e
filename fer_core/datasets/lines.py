"""Stream the lines of a text file that may be plain, gzipped or inside a zip, without ever holding it whole."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from fer_core.datasets.archive import BROKEN, Archive, open_archive
from fer_core.errors import DatasetError

Progress = Callable[[float], None]
"""Called with the share of the work that is done, from 0 to 1."""


@dataclass(frozen=True)
class Place:
    """A line of a file, counted from 1 (the header), for error messages."""

    name: str
    line: int

    def error(self, offset: int, fault: str) -> DatasetError:
        """The error for the line ``offset`` lines further on."""
        line = self.line + offset
        return DatasetError(f"{self.name}, line {line}: {fault}. Correct that line or download the file again.")


@dataclass(frozen=True)
class TextLimits:
    """How many bytes of a text file are read at once, and how many a line and the (unpacked) whole may hold."""

    chunk: int = 4 << 20
    line: int = 1 << 20
    total: int = 4 << 30
    rows: int = 500_000


TEXT_LIMITS = TextLimits()
_KNOWN_MEMBERS = ("fer2013.csv", "icml_face_data.csv", "fer2013new.csv")
_BROKEN = (*BROKEN, gzip.BadGzipFile)


def line_blocks(
    path: Path, *, progress: Progress | None = None, limits: TextLimits = TEXT_LIMITS
) -> Iterator[list[bytes]]:
    """Yield the lines of a file in blocks of a few megabytes, without their line ends.

    It may be a text file, its ``.gz``, or a ``.zip`` that holds it (told by content, not by name).

    Raises:
        DatasetError: The file is missing, empty, truncated, no text, or unreasonably large.
    """
    try:
        with _open_text(path) as (stream, position):
            size = max(path.stat().st_size, 1)
            yield from _split(stream, path.name, limits, lambda: progress and progress(min(1.0, position() / size)))
    except FileNotFoundError as error:
        raise DatasetError(f"{path} does not exist. Check the path and try again.") from error
    except _BROKEN as error:
        raise DatasetError(
            f"{path.name} is damaged or incomplete ({error or 'it ends too early'}). Download or copy it again."
        ) from error
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be read ({error.strerror or error}). Check the file and its permissions."
        ) from error


def _split(stream: IO[bytes], name: str, limits: TextLimits, report: Callable[[], object]) -> Iterator[list[bytes]]:
    rest, total, any_line = b"", 0, False
    while chunk := stream.read(limits.chunk):
        total += len(chunk)
        if total > limits.total:
            raise DatasetError(
                f"{name} unpacks to more than 4 GB, far more than FER2013. Check that it is the right file."
            )
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > limits.line:
            raise DatasetError(f"{name} has a line of more than a million characters. Check that it is the right file.")
        report()
        if lines:
            any_line = True
            yield [line.removesuffix(b"\r") for line in lines]
    if rest.strip():
        yield [rest.removesuffix(b"\r")]
    elif not any_line:
        raise DatasetError(f"{name} is empty. Choose a file that holds the data.")


@contextmanager
def _open_text(path: Path) -> Iterator[tuple[IO[bytes], Callable[[], int]]]:
    """The unpacked bytes, and a function that tells how far the packed file has been read."""
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        magic = raw.read(4)
        raw.seek(0)
        if magic.startswith(b"\x1f\x8b"):
            yield cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=raw))), raw.tell
        elif magic.startswith(b"PK"):
            archive = stack.enter_context(open_archive(raw, path.name))
            yield stack.enter_context(archive.open(_text_member(archive, path.name))), raw.tell
        else:
            yield raw, raw.tell


def _text_member(archive: Archive, name: str) -> int:
    """Position of the one CSV file in an archive."""
    members = [i for i, member in enumerate(archive.names) if member.lower().endswith(".csv")]
    known = [i for i in members if Path(archive.names[i]).name.lower() in _KNOWN_MEMBERS]
    if len(known) == 1 or (not known and len(members) == 1):
        return (known or members)[0]
    found = ", ".join(sorted(archive.names[i] for i in members)[:5]) or "none"
    found += "".join(f"; {count} {reason}" for reason, count in archive.skipped.items())
    raise DatasetError(
        f"{name} should hold exactly one CSV file with faces or votes (found: {found}). "
        "Unpack it and choose fer2013.csv, icml_face_data.csv or fer2013new.csv."
    )
