"""Read a dataset's files from anywhere in a limited process: ``python -m fer_core.datasets.limited FOLDER``.

What such files make of memory and time ends with that process. It speaks to its parent through the folder only: an
order, the progress, and an answer, perhaps with four arrays, or a refusal.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from fer_core.datasets.cards import ARRAYS
from fer_core.datasets.crops import face_cropper
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.lines import Progress
from fer_core.datasets.pictures import PictureRecords, read_pictures, scan_pictures
from fer_core.datasets.plans import PictureGroup, PicturePlan
from fer_core.datasets.readers import read_records
from fer_core.datasets.splits import DEFAULT_SPLITS, SplitRule
from fer_core.errors import DatasetError, FerError
from fer_core.storage.files import data_folder, read_json, storage_remedy, write_json
from fer_core.storage.records import read_record, write_record
from fer_core.storage.sandbox import GIB, LOOK_EVERY, limit_resources, run_limited

_MEMORY = 4 * GIB  # of addresses; FER2013 needs a third of it
_LONGEST = 600  # seconds by the clock
_PER_PICTURE, _PER_PHOTO = 0.1, 5.0  # seconds more for each; a photo is searched for faces
_ORDER, _ANSWER, _PROGRESS = "order.json", "answer.json", "progress.json"
_UPLOAD, _CHUNK = "upload", 1 << 20


@dataclass(frozen=True)
class _Order:
    """What to read: a plan is looked at anew, which costs little and needs no list of files in the parent."""

    task: str
    name: str
    sources: tuple[str, ...] = ()
    seconds: int = _LONGEST
    meaning: dict[str, str] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    splits: SplitRule = DEFAULT_SPLITS
    find_faces: bool = False


@dataclass(frozen=True)
class _Answer:
    refused: str = ""
    fingerprint: str = ""
    names: tuple[str, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
    sha256: str = ""
    groups: tuple[tuple[PictureGroup, int], ...] = ()


@contextmanager
def records_read_apart(images: Path, votes: Path | None, progress: Progress | None) -> Iterator[FaceRecords]:
    """The records of files, read by a limited process; their arrays are mapped from its folder, gone after the block.

    Raises:
        DatasetError: A file is malformed, or its reading takes too much time or memory.
    """
    sources = [images, votes] if votes else [images]
    with _answered(_Order("tables", images.name), sources, progress) as (folder, answer):
        yield _records(folder, answer, images.name)


def pictures_scanned_apart(source: Path | BinaryIO, name: str) -> PicturePlan:
    """Do what :func:`~fer_core.datasets.pictures.scan_pictures` does, in a limited process.

    Raises:
        DatasetError: As there, or the look inside takes too much time or memory.
    """
    with _answered(_Order("scan", name), [source]) as (_, answer):
        return PicturePlan(source, name, dict(answer.groups), answer.skipped)


@contextmanager
def pictures_read_apart(
    plan: PicturePlan,
    mapping: Mapping[str, str],
    splits: SplitRule,
    progress: Progress | None,
    *,
    find_faces: bool = False,
) -> Iterator[PictureRecords]:
    """Do what :func:`~fer_core.datasets.pictures.read_pictures` does, in a limited process, with arrays as above.

    Raises:
        DatasetError: As there, or the reading takes too much time or memory.
    """
    more = sum(plan.groups.values()) * (_PER_PHOTO if find_faces else _PER_PICTURE)
    order = _Order(
        "pictures",
        plan.name,
        seconds=_LONGEST + round(more),
        meaning=dict(plan.meaning),
        mapping=dict(mapping),
        splits=splits,
        find_faces=find_faces,
    )
    with _answered(order, [plan.source], progress) as (folder, answer):
        records = _records(folder, answer, plan.name)
        yield PictureRecords(records, answer.names, answer.skipped, answer.damaged, answer.sha256)


@contextmanager
def _answered(
    order: _Order, sources: Sequence[Path | BinaryIO], progress: Progress | None = None
) -> Iterator[tuple[Path, _Answer]]:
    """The limited process's folder, gone after the block, and its answer."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(_scratch())
            placed = tuple(_placed(source, folder) for source in sources)
            write_record(folder / _ORDER, replace(order, sources=placed))
        except OSError as error:
            raise DatasetError(
                f"There is no space to read {order.name} in ({error.strerror or error}). "
                f"{storage_remedy(error, data_folder())}"
            ) from error

        def look() -> None:
            share = 0.0
            with suppress(OSError, ValueError, KeyError, TypeError):
                share = float(read_json(folder / _PROGRESS)["share"])
            if progress:
                progress(share)

        run_limited("fer_core.datasets.limited", folder, timeout=order.seconds, error=DatasetError, while_waiting=look)
        yield folder, _answer(folder, order.name)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A hidden folder beside the datasets, where there is room and the dead's are swept."""
    data_folder().mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".read-", dir=data_folder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _placed(source: Path | BinaryIO, folder: Path) -> str:
    """Where the other process finds a source: an upload is copied, in pieces."""
    if isinstance(source, Path):
        return str(source.absolute())
    path = folder / _UPLOAD
    source.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(source, file, _CHUNK)
    return str(path)


def _answer(folder: Path, name: str) -> _Answer:
    try:
        answer = read_record(folder / _ANSWER, _Answer)
    except (OSError, ValueError) as error:
        raise _came_to_an_end(name) from error
    if answer.refused:
        raise DatasetError(answer.refused)
    return answer


def _records(folder: Path, answer: _Answer, name: str) -> FaceRecords:
    try:
        arrays = {array: np.load(folder / f"{array}.npy", mmap_mode="r", allow_pickle=False) for array in ARRAYS}
        return FaceRecords(**arrays, fingerprint=answer.fingerprint)
    except (OSError, ValueError) as error:
        raise _came_to_an_end(name) from error


def _came_to_an_end(name: str) -> DatasetError:
    return DatasetError(
        f"{name} could not be read: the process that read it ended, because memory or time ran out. Import a smaller "
        "file, or fewer pictures at once."
    )


def main(folder: Path) -> int:
    """Do what the order says; every refusal is an answer too."""
    order = read_record(folder / _ORDER, _Order)
    limit_resources(_MEMORY, seconds=order.seconds * (os.cpu_count() or 1), file_size=2 * GIB)
    try:
        answer = _TASKS[order.task](folder, order)
    except FerError as error:
        answer = _Answer(refused=str(error))
    except MemoryError:
        answer = _Answer(refused="The faces exceed the memory limit of an import. Import fewer at once.")
    write_record(folder / _ANSWER, answer)
    return 0


def _read_tables(folder: Path, order: _Order) -> _Answer:
    images, *votes = map(Path, order.sources)
    records = read_records(images, *votes, progress=_reporter(folder))
    return _Answer(fingerprint=_save(folder, records))


def _scan(_: Path, order: _Order) -> _Answer:
    plan = scan_pictures(Path(order.sources[0]), order.name)
    return _Answer(groups=tuple(plan.groups.items()), skipped=dict(plan.skipped))


def _read_pictures(folder: Path, order: _Order) -> _Answer:
    found = read_pictures(
        scan_pictures(Path(order.sources[0]), order.name).with_splits(order.meaning),
        order.mapping,
        splits=order.splits,
        to_face=face_cropper(find_faces=order.find_faces),
        progress=_reporter(folder),
    )
    fingerprint = _save(folder, found.records)
    return _Answer("", fingerprint, found.names, found.skipped, found.damaged, found.sha256)


_TASKS = {"tables": _read_tables, "scan": _scan, "pictures": _read_pictures}


def _reporter(folder: Path) -> Progress:
    """What writes the share that is done as often as the parent looks."""
    due = 0.0

    def report(share: float) -> None:
        nonlocal due
        if time.monotonic() >= due:
            write_json(folder / _PROGRESS, {"share": round(share, 3)})
            due = time.monotonic() + LOOK_EVERY

    return report


def _save(folder: Path, records: FaceRecords) -> str:
    for array in ARRAYS:
        np.save(folder / f"{array}.npy", getattr(records, array), allow_pickle=False)
    return records.fingerprint


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
