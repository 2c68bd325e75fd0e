"""Folders that people name: there whole or not at all, with one writer at a time, even when a process is killed.

While somebody writes a folder ``NAME``, it holds ``.NAME.lock``; what is being made is in ``.NAME.new``, what is being
replaced in ``.NAME.old``, what is being removed in ``.NAME.deleted``. The system lets go of a lock when its process
dies, so whoever gets the lock knows that these three are dead.
"""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from fer_core.errors import FerError

_NEW, _OLD, _DELETED = "new", "old", "deleted"
_LONGEST_EXCHANGE = 2.0  # seconds; two renames take less than a thousandth
_FORGOTTEN_SECONDS = 24 * 3600

_Found = TypeVar("_Found")


@contextmanager
def only_writer(target: Path, busy: FerError | None = None) -> Iterator[None]:
    """Keep everybody else from writing a folder during the block; the same thread may ask again inside.

    Raises:
        FerError: Somebody else writes it, and there is something to say about that; otherwise it waits.
        OSError: The folder above it cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = _lock_of(target)
    try:
        lock.acquire(timeout=0 if busy else -1)
    except Timeout as error:
        raise busy or error from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A scratch folder that becomes ``target`` when the block ends well, replacing what was there.

    Nothing is left behind, and ``target`` is untouched, when the block raises. What died beside it is swept first.
    """
    sweep(target.parent)
    with only_writer(target):
        _settle(target)
        scratch = _beside(target, _NEW)
        scratch.mkdir()
        try:
            yield scratch
            _exchange(scratch, target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def remove_folder(target: Path, busy: FerError | None = None) -> None:
    """Remove a folder: it is gone at once, so nobody sees half of it.

    Raises:
        FerError: See :func:`only_writer`.
        OSError: It cannot be removed.
    """
    with only_writer(target, busy):
        gone = _beside(target, _DELETED)
        shutil.rmtree(gone, ignore_errors=True)
        target.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def read_settled(target: Path, read: Callable[[], _Found | None]) -> _Found | None:
    """What ``read`` finds in a folder; when it finds nothing, again while somebody is perhaps replacing the folder."""
    deadline = time.monotonic() + _LONGEST_EXCHANGE
    while (found := read()) is None and _lock_path(target).exists() and time.monotonic() < deadline:
        with contextlib.suppress(Timeout, OSError), _lock_of(target).acquire(timeout=0.01):
            _settle(target)
            return read()
    return found


def sweep(parent: Path) -> None:
    """Remove what processes left below a folder that died while they wrote; nothing that somebody still writes."""
    for folder in filter(Path.is_dir, parent.glob(".*")):
        name, _, kind = folder.name[1:].rpartition(".")
        with contextlib.suppress(Timeout, OSError):
            if name and kind in (_NEW, _OLD, _DELETED):
                with _lock_of(parent / name).acquire(timeout=0):
                    _settle(parent / name)
            elif "-" in folder.name and time.time() - folder.stat().st_mtime > _FORGOTTEN_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)  # uploads, and what versions before this one wrote into


def _settle(target: Path) -> None:
    """Bring a folder into order whose last writer died; only for who holds its lock."""
    old = _beside(target, _OLD)
    if old.exists() and not target.exists():  # it died between the two renames of an exchange
        old.rename(target)
    for kind in (_NEW, _OLD, _DELETED):
        shutil.rmtree(_beside(target, kind), ignore_errors=True)


def _exchange(scratch: Path, target: Path) -> None:
    if not target.exists():
        scratch.rename(target)
        return
    old = _beside(target, _OLD)
    target.rename(old)
    try:
        scratch.rename(target)
    finally:
        if not target.exists():
            old.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def _beside(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.{kind}")


def _lock_path(target: Path) -> Path:
    return _beside(target, "lock")


def _lock_of(target: Path) -> FileLock:
    return FileLock(_lock_path(target), is_singleton=True)
