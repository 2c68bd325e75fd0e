"""The one table in whatever people pack it into, as a stream of UTF-8: never held whole, never unpacked to disk."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Protocol, cast

from fer_core.datasets.archive import BROKEN, Archive, open_archive
from fer_core.errors import DatasetError

DAMAGED = (*BROKEN, gzip.BadGzipFile, tarfile.TarError)
"""What reading a damaged file raises, beside an OSError without a number."""

_KNOWN_MEMBERS = ("fer2013.csv", "icml_face_data.csv", "fer2013new.csv")
_TAR_BLOCK, _TAR_MAGIC = 512, slice(257, 262)
_MOST_TAR_MEMBERS = 10_000
_LZMA_MEMORY = 256 << 20  # bytes; xz -9 needs 65 MB, a hostile header may ask for 4 GB
_SKIP, _PACKED = 1 << 20, 1 << 16
_UNREAD = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
}


@contextmanager
def open_text(path: Path) -> Iterator[tuple[IO[bytes], Callable[[], int]]]:
    """The bytes of a text file as UTF-8, and a function that tells how far the file on disk has been read.

    It may be plain, compressed by gzip, bzip2 or xz, or the one table in a zip or (compressed) tar; UTF-16 is told by
    its byte order mark. All of that is told by content, not by name.

    Raises:
        DatasetError: It is packed in another way, or holds several tables.
    """
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        magic = raw.peek(8)[:8]
        if found := next((what for start, what in _UNREAD.items() if magic.startswith(start)), ""):
            raise DatasetError(f"{path.name} is {found}, which is not supported. Unpack it, or save it as a CSV file.")
        if magic.startswith(b"PK"):
            archive = stack.enter_context(open_archive(raw, path.name))
            stream = _buffered(stack.enter_context(archive.open(_zip_member(archive, path.name))))
        else:
            stream = _unpacked(raw)
            if stream.peek(_TAR_BLOCK)[_TAR_MAGIC] == b"ustar":
                wanted = _tar_member(stream, path.name)
                raw.seek(0)
                stream = _tar_stream(_unpacked(raw), wanted)
        yield _as_utf8(stream), raw.tell


def _unpacked(raw: io.BufferedReader) -> io.BufferedReader:
    magic = raw.peek(8)[:8]
    if magic.startswith(b"\x1f\x8b"):
        return _buffered(gzip.GzipFile(fileobj=raw))
    if magic.startswith(b"BZh"):
        return _buffered(bz2.BZ2File(raw))
    return _buffered(_Xz(raw)) if magic.startswith(b"\xfd7zXZ\x00") else raw


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _buffered(stream: _Readable) -> io.BufferedReader:
    return io.BufferedReader(_Filling(stream), 1 << 16)


class _Filling(io.RawIOBase):
    """A stream that always gives as much as is asked for, so that a look at its beginning shows enough of it."""

    def __init__(self, stream: _Readable) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  (any writable buffer)
        filled = 0
        while filled < len(buffer) and (content := self._stream.read(len(buffer) - filled)):
            buffer[filled : filled + len(content)] = content
            filled += len(content)
        return filled


class _Xz:
    """An xz file with a limit on its decoder's memory, which ``lzma.LZMAFile`` cannot set."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed, self._decoder = packed, self._fresh()

    @staticmethod
    def _fresh() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY)

    def read(self, size: int) -> bytes:
        while True:
            if self._decoder.eof:  # another stream may follow, after padding
                packed = (self._decoder.unused_data or self._packed.read(_PACKED)).lstrip(b"\0")
                if not packed:
                    return b""
                self._decoder = self._fresh()
            else:
                packed = self._packed.read(_PACKED) if self._decoder.needs_input else b""
                if self._decoder.needs_input and not packed:
                    raise EOFError("it is truncated")
            if content := self._decoder.decompress(packed, size):
                return content


class _Part:
    """The next ``size`` bytes of a stream."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int) -> bytes:
        content = self._stream.read(min(size, self._left))
        if self._left and not content:
            raise EOFError("it is truncated")
        self._left -= len(content)
        return content


def _tar_files(stream: io.BufferedReader) -> Iterator[tarfile.TarInfo]:
    """The ordinary files of a tar; when one is given out, the stream stands at its first byte.

    Headers are read one block at a time: ``tarfile.open`` would read into memory what a header claims to hold.
    """
    for _ in range(_MOST_TAR_MEMBERS):
        block = stream.read(_TAR_BLOCK)
        if not block.strip(b"\0"):
            return
        member = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if member.size < 0:
            raise tarfile.HeaderError("a negative size")
        end = -(-member.size // _TAR_BLOCK) * _TAR_BLOCK
        if member.type in (tarfile.REGTYPE, tarfile.AREGTYPE):
            yield member
        while end > 0:
            if not (skipped := stream.read(min(end, _SKIP))):
                raise EOFError("it is truncated")
            end -= len(skipped)
    raise DatasetError("The archive has too many files. Unpack it and choose the CSV file.")


def _tar_member(stream: io.BufferedReader, name: str) -> int:
    return _table_among([member.name for member in _tar_files(stream)], name, {})


def _tar_stream(stream: io.BufferedReader, wanted: int) -> io.BufferedReader:
    member = next(member for number, member in enumerate(_tar_files(stream)) if number == wanted)
    return _buffered(_Part(stream, member.size))


def _zip_member(archive: Archive, name: str) -> int:
    return _table_among(archive.names, name, archive.skipped)


def _table_among(names: Sequence[str], name: str, skipped: Mapping[str, int]) -> int:
    """Position of the one table in an archive."""
    members = [i for i, member in enumerate(names) if member.lower().endswith(".csv")]
    known = [i for i in members if Path(names[i]).name.lower() in _KNOWN_MEMBERS]
    if len(known) == 1 or (not known and len(members) == 1):
        return (known or members)[0]
    found = ", ".join(sorted(names[i] for i in members)[:5]) or "none"
    found += "".join(f"; {count} {reason}" for reason, count in skipped.items())
    raise DatasetError(
        f"{name} should contain exactly one CSV file with faces or votes (found: {found}). "
        "Unpack it and choose fer2013.csv, icml_face_data.csv or fer2013new.csv."
    )


def _as_utf8(stream: io.BufferedReader) -> IO[bytes]:
    """The stream itself, or in UTF-8 what a byte order mark calls UTF-16."""
    if stream.peek(2)[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return stream
    return cast("IO[bytes]", _Utf8(io.TextIOWrapper(stream, "utf-16", newline="")))


class _Utf8:
    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def read(self, size: int) -> bytes:
        return self._text.read(size).encode()
