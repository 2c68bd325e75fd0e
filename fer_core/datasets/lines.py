"""Stream the lines of a text file that may be packed in many ways, without ever holding it whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fer_core.datasets.unpacking import DAMAGED, open_text
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
    """How many bytes of a text file are read at once, and how many a line and the (unpacked) whole may hold.

    The ratio is of unpacked over packed bytes, and counts beyond the first chunks: FER2013's is 3, its votes' 11.
    """

    chunk: int = 4 << 20
    line: int = 1 << 20
    total: int = 4 << 30
    rows: int = 250_000
    ratio: int = 50


TEXT_LIMITS = TextLimits()
_FREE_CHUNKS = 4  # of a small file, even an absurd ratio does no harm


def line_blocks(
    path: Path, *, progress: Progress | None = None, limits: TextLimits = TEXT_LIMITS
) -> Iterator[list[bytes]]:
    """Yield the lines of a file in blocks of a few megabytes, without their line ends.

    See :func:`~fer_core.datasets.unpacking.open_text` for how it may be packed.

    Raises:
        DatasetError: The file is missing, empty, truncated, no text, or unreasonably large.
    """
    try:
        with open_text(path) as (stream, position):
            size = max(path.stat().st_size, 1)

            def report(unpacked: int) -> None:
                _check_ratio(path.name, unpacked, position(), limits)
                if progress:
                    progress(min(1.0, position() / size))

            yield from _split(stream, path.name, limits, report)
    except FileNotFoundError as error:
        raise DatasetError(f"{path} does not exist. Check the path and try again.") from error
    except (*DAMAGED, OSError) as error:
        if not isinstance(error, OSError) or error.errno is None:  # without a number it is bz2's or gzip's, for damage
            raise DatasetError(
                f"{path.name} is damaged or incomplete ({error or 'it ends too early'}). Download or copy it again."
            ) from error
        raise DatasetError(
            f"{path} cannot be read ({error.strerror or error}). Check the file and its permissions."
        ) from error


def _split(stream: IO[bytes], name: str, limits: TextLimits, report: Callable[[int], None]) -> Iterator[list[bytes]]:
    rest, total, any_line = b"", 0, False
    while chunk := stream.read(limits.chunk):
        total += len(chunk)
        if total > limits.total:
            raise DatasetError(
                f"{name} unpacks to more than 4 GB; FER2013 has 0.3 GB. Check that it is the right file."
            )
        report(total)
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > limits.line:
            raise DatasetError(f"{name} has a line of more than a million characters. Check that it is the right file.")
        if lines:
            any_line = True
            yield [line.removesuffix(b"\r") for line in lines]
    if rest.strip():
        yield [rest.removesuffix(b"\r")]
    elif not any_line:
        raise DatasetError(f"{name} is empty. Choose the file with the data.")


def _check_ratio(name: str, unpacked: int, packed: int, limits: TextLimits) -> None:
    if unpacked > _FREE_CHUNKS * limits.chunk and unpacked > limits.ratio * packed:
        raise DatasetError(
            f"{name} unpacks to more than {limits.ratio} times its size; pictures of faces do not. Check that it is "
            "the right file, or unpack it and choose the result."
        )
