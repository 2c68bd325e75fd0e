"""The datasets on disk: imported once, mapped in milliseconds ever after.

Each dataset is a folder under ``data/`` with four arrays and ``card.json``. The card names the content of the source
files (SHA-256), so a repeated import is recognized, and the size, time and content of each array, so that an array that
was changed or cut is noticed before it is used.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from fer_core.datasets import demo
from fer_core.datasets.cards import (
    ARRAYS,
    DEMO,
    DatasetCard,
    check_name,
    damaged_datasets,
    file_sha256,
    is_stored,
    is_whole,
    keep_records,
    only_importer,
    picture_names,
    read_card,
    stored_cards,
)
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.exclusions import delete_exclusions
from fer_core.datasets.limited import records_read_apart
from fer_core.datasets.lines import Progress
from fer_core.datasets.pictures import PicturePlan, ToFace, read_pictures
from fer_core.datasets.readers import read_records
from fer_core.datasets.shipped import FERPLUS, ferplus_card, ferplus_records, is_ferplus
from fer_core.datasets.splits import DEFAULT_SPLITS, SplitRule
from fer_core.datasets.votes import incomplete_votes
from fer_core.errors import DatasetError
from fer_core.storage.files import data_folder, storage_remedy
from fer_core.storage.folders import only_writer, read_settled, remove_folder

__all__ = [
    "DEMO",
    "DatasetCard",
    "check_name",
    "damaged_datasets",
    "dataset_card",
    "delete_dataset",
    "ensure_demo",
    "import_dataset",
    "import_pictures",
    "is_built_in",
    "list_datasets",
    "list_labeled",
    "load_records",
    "picture_names",
    "store_demo",
]

_IMPORTED_FERPLUS = "ferplus"  # unless a person names it otherwise

# The version is to be raised whenever the demo's file changes, so that stored copies are made again.
_DEMO_SOURCE = "drawn by this app (version 2)"


def import_dataset(
    images: Path,
    votes: Path | None = None,
    *,
    name: str | None = None,
    progress: Progress | None = None,
    apart: bool = False,
) -> DatasetCard:
    """Read a dataset's files and store them; a dataset of that name is replaced only when all went well.

    Apart, as for files that come from anywhere, they are read by a limited process.

    Raises:
        DatasetError: A file is malformed, the name is not allowed, or the disk is full.
    """
    name = _own_name(name or (_IMPORTED_FERPLUS if votes else "fer2013"))
    return _import(images, votes, name, "imported", progress, apart=apart)


def import_pictures(
    plan: PicturePlan,
    mapping: Mapping[str, str],
    *,
    name: str,
    splits: SplitRule = DEFAULT_SPLITS,
    to_face: ToFace | None = None,
    progress: Progress | None = None,
) -> DatasetCard:
    """Read the pictures of class folders and store them; a dataset of that name is replaced only when all went well.

    Raises:
        DatasetError: No picture is left, the name is not allowed, or the disk is full.
    """
    name = _own_name(name)
    with only_importer(name):
        found = read_pictures(plan, mapping, splits=splits, to_face=to_face, progress=progress)
        return keep_records(
            found.records,
            found.names,
            name=name,
            source="imported",
            images_file=plan.name,
            votes_file="",
            images_sha256=found.sha256,
            votes_sha256="",
            images_path="",
            votes_path="",
            kind="pictures",
            skipped=found.skipped,
            damaged=found.damaged,
            mapping={folder: label for folder, label in mapping.items() if label},
            splits=splits.in_words(plan.split_sizes),
        )


def _own_name(name: str) -> str:
    if name == DEMO:
        raise DatasetError("The name “demo” belongs to the drawn faces. Choose another name.", is_hint=True)
    return check_name(name)


def list_datasets() -> tuple[DatasetCard, ...]:
    """List the stored datasets: FER+, then the demo, then what else was imported, by name.

    So nobody's import becomes what others begin with.
    """
    return tuple(sorted(stored_cards(), key=lambda card: (not is_ferplus(card), not card.is_drawn)))


def list_labeled() -> tuple[DatasetCard, ...]:
    """List the same with FER+, without its pictures unless these were imported."""
    stored = list_datasets()
    return stored if any(map(is_ferplus, stored)) else (ferplus_card(), *stored)


def is_built_in(card: DatasetCard) -> bool:
    """Return whether a dataset is FER+ or the demo, and no import of anybody's own."""
    return card.is_drawn or is_ferplus(card)


def dataset_card(name: str) -> DatasetCard:
    """The card of a dataset; the embedded one is unpacked first if it is not there yet.

    FER+'s usual name stands for what ships of it until it is imported.

    Raises:
        DatasetError: There is no such dataset, or its card is damaged.
    """
    if name == FERPLUS or (name == _IMPORTED_FERPLUS and not is_stored(name)):
        return ferplus_card()
    return ensure_demo() if name == DEMO else read_card(name)


def load_records(name: str, *, needs_pictures: bool = True) -> FaceRecords:
    """Map a stored dataset's arrays; nothing is copied until it is used.

    A damaged copy is rebuilt from its source files when they are still there unchanged.

    Raises:
        DatasetError: There is no such dataset, it is damaged and cannot be rebuilt, or its pictures are not here.
    """
    card = dataset_card(name)
    if not card.has_pictures:
        if needs_pictures:
            raise DatasetError(
                f"“{name}” is here without its pictures, which this needs. Import FER2013 and the FER+ votes first, on "
                "the Dataset page or with import-data, and choose that dataset."
            )
        return ferplus_records()
    found = read_settled(data_folder() / name, lambda: _open(name))
    if found is None:
        _rebuild(dataset_card(name))
        found = _open(name)
    if found is None:
        raise DatasetError(f"The dataset “{name}” changed while it was being read. Try again.")
    return found


def _open(name: str) -> FaceRecords | None:
    """Map a dataset's arrays, or None where they are not those of its card, perhaps since both are just replaced."""
    card, folder = dataset_card(name), data_folder() / name
    try:
        if not is_whole(card):
            return None
        arrays = {array: np.load(folder / f"{array}.npy", mmap_mode="r", allow_pickle=False) for array in ARRAYS}
    except FileNotFoundError:
        return None
    return FaceRecords(**arrays, fingerprint=card.fingerprint) if dataset_card(name) == card else None


def delete_dataset(name: str) -> None:
    """Remove a stored dataset for good.

    Raises:
        DatasetError: There is no such dataset, or somebody imports it at this moment.
    """
    card = read_card(name)
    with only_importer(name):
        remove_folder(data_folder() / card.name)
    delete_exclusions(card)


def ensure_demo() -> DatasetCard:
    """The card of the embedded drawn dataset, which is unpacked now if it is not there yet (half a second).

    Raises:
        DatasetError: It cannot be read or stored.
    """
    if card := _stored_demo():
        return card
    try:
        with only_writer(data_folder() / DEMO):
            return _stored_demo() or store_demo(demo.read_demo())
    except OSError as error:
        raise DatasetError(
            f"The demo faces could not be stored under {data_folder()} ({error.strerror or error}). "
            f"{storage_remedy(error, data_folder())}"
        ) from error


def _stored_demo() -> DatasetCard | None:
    """The card of the stored demo, or None when it has to be stored (again)."""
    try:
        card = read_card(DEMO)
    except DatasetError:
        return None
    return card if card.source == _DEMO_SOURCE else None


def store_demo(records: FaceRecords) -> DatasetCard:
    """Store drawn faces as the embedded dataset.

    Raises:
        DatasetError: They cannot be stored.
    """
    file, content = demo.DEMO_FILE.name, records.fingerprint
    return keep_records(
        records,
        name=DEMO,
        source=_DEMO_SOURCE,
        images_file=file,
        votes_file=file,
        images_sha256=content,
        votes_sha256=content,
        images_path="",
        votes_path="",
    )


def _import(
    images: Path,
    votes: Path | None,
    name: str,
    source: str,
    progress: Progress | None,
    *,
    waits: bool = False,
    apart: bool = False,
) -> DatasetCard:
    with only_importer(name, waits=waits):
        digests = [file_sha256(images), file_sha256(votes) if votes else ""]
        known = next((c for c in list_datasets() if c.name == name), None)
        if known and [known.images_sha256, known.votes_sha256, known.source] == [*digests, source] and is_whole(known):
            return known
        with _reading(images, votes, progress, apart=apart) as records:
            return keep_records(
                records,
                votes_note=incomplete_votes(records.votes),
                name=name,
                source=source,
                images_file=images.name,
                votes_file=votes.name if votes else "",
                images_sha256=digests[0],
                votes_sha256=digests[1],
                images_path=str(images.resolve()),
                votes_path=str(votes.resolve()) if votes else "",
            )


@contextmanager
def _reading(images: Path, votes: Path | None, progress: Progress | None, *, apart: bool) -> Iterator[FaceRecords]:
    if apart:
        with records_read_apart(images, votes, progress) as records:
            yield records
    else:
        yield read_records(images, votes, progress=progress)


def _rebuild(card: DatasetCard) -> DatasetCard:
    """Import a damaged dataset again from the files it came from."""
    if card.is_drawn:
        shutil.rmtree(data_folder() / DEMO, ignore_errors=True)
        return ensure_demo()
    if card.kind == "pictures":
        raise DatasetError(f"The stored copy of “{card.name}” is damaged. Import {card.images_file} again.")
    images, votes = Path(card.images_path), Path(card.votes_path) if card.votes_path else None
    sources = ((images, card.images_sha256), (votes, card.votes_sha256))
    if not all(path is None or _is_as_imported(path, digest) for path, digest in sources):
        raise DatasetError(f"The stored copy of “{card.name}” is damaged. Import {card.images_file} again.")
    return _import(images, votes, card.name, card.source, None, waits=True)


def _is_as_imported(path: Path, digest: str) -> bool:
    try:
        return file_sha256(path) == digest
    except (DatasetError, ValueError):  # it is gone, or a damaged card names what no file can be called
        return False
