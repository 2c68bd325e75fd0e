"""Files below a folder, offered in the same way as the members of a zip."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from fer_core.datasets.archive import Limits, is_hidden, open_archive
from fer_core.errors import DatasetError

_LINK, _HIDDEN = "a link to somewhere else", "hidden or of a system"


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
                reason = _LINK if path.is_symlink() else _HIDDEN if is_hidden(relative) else ""
                if reason:
                    skipped[reason] += 1
                else:
                    found.append(str(relative))
            if len(found) > limits.members:
                raise DatasetError(f"{name} holds more than {limits.members:,} files. Choose a folder below it.")
        self.names, self.skipped = tuple(found), dict(skipped)

    def read(self, position: int) -> bytes:
        """The content of a file.

        Args:
            position: Index into ``names``.

        Raises:
            ValueError: It is too large.
            OSError: It cannot be read.
        """
        path = self._root / self.names[position]
        if path.stat().st_size > self._limits.member_bytes:
            raise ValueError("The file is far larger than a picture.")
        return path.read_bytes()


@contextmanager
def open_pictures(source: Path | BinaryIO, name: str, limits: Limits | None = None) -> Iterator[Files]:
    """Opens a folder or a zip, told apart by what is there.

    Raises:
        DatasetError: It cannot be read or is larger than the limits.
    """
    if isinstance(source, Path) and source.is_dir():
        yield Folder(source, name, limits or Limits())
    else:
        with open_archive(source, name, limits) as archive:
            yield archive
