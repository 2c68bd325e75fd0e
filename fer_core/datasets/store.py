"""The datasets on disk: imported once, mapped in milliseconds ever after.

Each dataset is a folder under ``data/`` with four arrays and ``card.json``. The card names the content of the source
files (SHA-256), so a repeated import is recognized, and the size, time and content of each array, so that an array that
was changed or cut is noticed before it is used.
"""

import shutil
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
from fer_core.datasets.imports import import_dataset, import_pictures, import_tables
from fer_core.datasets.shipped import ferplus_card, ferplus_records, is_ferplus
from fer_core.datasets.subsets import delete_subsets
from fer_core.datasets.titles import FERPLUS, IMPORTED_FERPLUS
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

# The version is to be raised whenever the demo's file changes, so that stored copies are made again.
_DEMO_SOURCE = "drawn by this app (version 3)"


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
    if name == FERPLUS or (name == IMPORTED_FERPLUS and not is_stored(name)):
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
                f"“{name}” has no pictures here, and this needs them. Import FER2013 and the FER+ votes, on the "
                "Dataset page or with import-data, and choose that dataset."
            )
        return ferplus_records()
    found = read_settled(data_folder() / name, lambda: _open(name))
    if found is None:
        _rebuild(dataset_card(name))
        found = _open(name)
    if found is None:
        raise DatasetError(f"The dataset “{name}” changed during reading. Try again.")
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
    delete_subsets(card)


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
    return import_tables(images, votes, card.name, source=card.source, waits=True)


def _is_as_imported(path: Path, digest: str) -> bool:
    try:
        return file_sha256(path) == digest
    except (DatasetError, ValueError):  # it is gone, or a damaged card names what no file can be called
        return False
