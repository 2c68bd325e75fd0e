"""Read the files of a folder or of a zip from anywhere: streamed, capped, and nothing is ever unpacked to disk.

A zip's members are read into memory one by one; their names are text for people, never a path. Attacks guarded
against: zip slip, classic and overlapping bombs (CVE-2024-0450), lying headers, huge directories.
"""

import lzma
import os
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Protocol

from fer_core.errors import DatasetError

BROKEN = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError, RuntimeError, IndexError)
"""What zipfile raises for damaged archives (RuntimeError: passwords and methods; ValueError, IndexError: names)."""

_LINK, _HIDDEN = "a link", "hidden or system file"
_NESTED = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_LARGEST_DIRECTORY = 32 << 20
_LOCAL_HEADER = 30
_BLOCK = 1 << 20
_RATIO_MATTERS = 1 << 20  # bytes; below, even an absurd ratio does no harm


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold.

    Attributes:
        members: Files that are read.
        member_bytes: Unpacked size of one file.
        ratio: Unpacked over packed size of a file of more than a megabyte.
    """

    members: int = 200_000
    member_bytes: int = 64 << 20
    total_bytes: int = 8 << 30
    ratio: float = 200.0


class Files(Protocol):
    """Files that are read one by one."""

    @property
    def names(self) -> tuple[str, ...]:
        """Their paths, for people, with ``/`` between folders."""

    @property
    def skipped(self) -> Mapping[str, int]:
        """Files that are not offered, by reason."""

    def read(self, position: int) -> bytes:
        """The content of one; raises ValueError or OSError when it alone cannot be read."""


class Folder:
    """The files below a folder; links are not followed, for they may lead anywhere."""

    def __init__(self, root: Path, name: str, limits: Limits) -> None:
        self._root, self._limits = root, limits
        skipped: Counter[str] = Counter()
        found = []
        for place, folders, files in os.walk(root, followlinks=False):
            folders.sort()
            for file in sorted(files):
                path = Path(place, file)
                relative = PurePosixPath(path.relative_to(root).as_posix())
                reason = _LINK if path.is_symlink() else _HIDDEN if _is_hidden(relative) else ""
                if reason:
                    skipped[reason] += 1
                else:
                    found.append(str(relative))
            if len(found) > limits.members:
                raise DatasetError(f"{name} has more than {limits.members:,} files. Choose a folder below it.")
        self.names, self.skipped = tuple(found), dict(skipped)

    def read(self, position: int) -> bytes:
        """The content of a file, by its index into ``names``.

        Raises:
            ValueError: It is too large.
            OSError: It cannot be read.
        """
        path = self._root / self.names[position]
        if path.stat().st_size > self._limits.member_bytes:
            raise ValueError("The file is too large for a picture.")
        return path.read_bytes()


class Archive:
    """An open zip file: its members that may be read, and how many others it has and why."""

    def __init__(self, source: zipfile.ZipFile, name: str, limits: Limits) -> None:
        self._zip, self._name, self._limits = source, name, limits
        self._read = 0
        skipped: Counter[str] = Counter()
        kept = []
        for info in source.infolist():
            if reason := _refused(info):
                skipped[reason] += 1
            elif not info.is_dir():
                kept.append(info)
        self._members = tuple(kept)
        self.skipped: Mapping[str, int] = dict(skipped)
        """Files that are not offered, by reason."""
        if len(kept) > limits.members:
            raise DatasetError(f"{name} has more than {limits.members:,} files. Split it, and import the parts.")
        self._refuse_overlaps()

    @property
    def names(self) -> tuple[str, ...]:
        """What the members call themselves, with ``/`` between folders; for people and for telling folders apart."""
        return tuple(member.filename.replace("\\", "/") for member in self._members)

    def open(self, position: int) -> IO[bytes]:
        """A member as a stream, by its index into :attr:`names`."""
        return self._zip.open(self._members[position])

    def read(self, position: int) -> bytes:
        """The content of a member, by its index into :attr:`names`.

        Raises:
            DatasetError: A limit of the whole archive is passed.
            ValueError: This member alone is damaged or too large; the others can still be read.
        """
        ratio_limit = self._limits.ratio * self._members[position].compress_size
        largest, content = min(self._limits.member_bytes, max(_RATIO_MATTERS, ratio_limit)), bytearray()
        try:
            with self.open(position) as stream:
                while block := stream.read(_BLOCK):
                    content += block
                    self._count(len(block))
                    if len(content) > largest:
                        raise ValueError("The unpacked file is too large for a picture.")
        except (*BROKEN, OSError) as error:  # OSError: what bz2 calls a damaged stream
            raise ValueError(f"The file is damaged ({error}).") from error
        return bytes(content)

    def _count(self, size: int) -> None:
        self._read += size
        if self._read > self._limits.total_bytes:
            raise DatasetError(f"{self._name} unpacks to more than {self._limits.total_bytes >> 30} GB. Split it.")

    def _refuse_overlaps(self) -> None:
        end = 0
        for info in sorted(self._zip.infolist(), key=lambda member: member.header_offset):
            if info.header_offset < end:
                raise DatasetError(f"{self._name} is a zip bomb (its files overlap). Do not use it.")
            end = info.header_offset + _LOCAL_HEADER + info.compress_size


@contextmanager
def open_archive(source: Path | BinaryIO, name: str, limits: Limits | None = None) -> Iterator[Archive]:
    """Open a zip file for reading.

    Raises:
        DatasetError: It is not a zip file, damaged, or larger than the limits.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
            _check_directory(file, name)
            archive = Archive(stack.enter_context(zipfile.ZipFile(file)), name, limits or Limits())
        except FileNotFoundError as error:
            raise DatasetError(f"{name} does not exist. Check the path and try again.") from error
        except OSError as error:
            raise DatasetError(f"{name} cannot be read ({error.strerror or error}). Check the file.") from error
        except BROKEN as error:
            raise DatasetError(
                f"{name} is damaged or not a zip file ({error}). Download or copy it again. Unpack other archives "
                "(tar, 7z, RAR) and choose the folder."
            ) from error
        yield archive


@contextmanager
def open_pictures(source: Path | BinaryIO, name: str, limits: Limits | None = None) -> Iterator[Files]:
    """Open a folder or a zip, by what the path holds.

    Raises:
        DatasetError: It cannot be read or is larger than the limits.
    """
    if isinstance(source, Path) and source.is_dir():
        yield Folder(source, name, limits or Limits())
    else:
        with open_archive(source, name, limits) as archive:
            yield archive


def _check_directory(file: BinaryIO, name: str) -> None:
    """Refuse a zip whose table of contents alone would fill the memory, before zipfile reads it."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - (1 << 16) - 98))
    tail = file.read()
    file.seek(0)
    end, end64 = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    if end < 0 or len(tail) < end + 22:
        return  # zipfile says what is wrong
    length = struct.unpack_from("<L", tail, end + 12)[0]
    if length == 0xFFFFFFFF and 0 <= end64 <= len(tail) - 56:
        length = struct.unpack_from("<Q", tail, end64 + 40)[0]
    if length > _LARGEST_DIRECTORY:
        raise DatasetError(f"{name} lists too many files. Split it, and import the parts.")


def _refused(info: zipfile.ZipInfo) -> str:
    """Why a member is not offered, or ""."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if _is_hidden(path):
        return _HIDDEN
    if info.flag_bits & 0x1:
        return "protected by a password"
    return "a nested archive" if path.suffix.lower() in _NESTED else ""


def _is_hidden(path: PurePosixPath) -> bool:
    """Whether a file belongs to the system rather than to the dataset."""
    parts = [part for part in path.parts if part not in ("/", "..")]
    return any(part.startswith(".") or part in ("__MACOSX", "Thumbs.db", "desktop.ini") for part in parts)
