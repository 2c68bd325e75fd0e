"""The folder of each stored dataset: its card, its arrays, and whether these are still the ones the card describes."""

import functools
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.datasets.dataset import FaceRecords
from fer_core.errors import Damage, DatasetError
from fer_core.storage.files import (
    data_folder,
    folder_name,
    is_folder_name,
    read_json,
    stamp,
    storage_remedy,
    write_json,
)
from fer_core.storage.folders import new_folder, only_writer, read_settled
from fer_core.storage.records import as_record, write_record

DEMO = "demo"
"""Name of the embedded dataset of drawn faces."""

ARRAYS = ("images", "emotion", "split", "votes")
"""The arrays of a stored dataset, each a file."""

_CARD_FILE, _NAMES_FILE = "card.json", "names.json"
_SCHEMA = 1


@dataclass(frozen=True)
class StoredArray:
    """Size, modification time (ns) and content of an array's file."""

    bytes: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True)
class DatasetCard:
    """What is known of a stored dataset.

    Attributes:
        source: Where the faces come from, for people.
        votes_file: Name of the imported votes file, or "" when there was none.
        votes_sha256: Content of the votes file, or "".
        images_path: Where the faces file was, to rebuild a damaged copy from.
        votes_path: Where the votes file was, or "".
        fingerprint: SHA-256 of the records.
        kind: ``tables`` (fer2013.csv and the votes), ``pictures`` (folders of image files) or ``votes`` (FER+ as it
            ships, without pictures).
        skipped: Of pictures: how many files were left out, by reason.
        mapping: Of pictures: which class each folder became.
        splits: Of pictures: where the splits come from, for people.
        damaged: Of pictures: the first files that could not be read, by name.
        votes_note: What is odd about the votes, for people; "" for nothing.
    """

    name: str
    source: str
    images_file: str
    votes_file: str
    images_sha256: str
    votes_sha256: str
    images_path: str
    votes_path: str
    fingerprint: str
    sizes: dict[str, int]
    created_at: str
    arrays: dict[str, StoredArray]
    kind: str = "tables"
    skipped: dict[str, int] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    splits: str = ""
    damaged: tuple[str, ...] = ()
    votes_note: str = ""
    schema_version: int = _SCHEMA

    @property
    def is_drawn(self) -> bool:
        """Whether this is the embedded dataset of drawn faces."""
        return self.name == DEMO

    @property
    def has_pictures(self) -> bool:
        """Whether its pictures are here."""
        return self.kind != "votes"

    @property
    def title(self) -> str:
        """What people read in lists: its name, and whether it has no pictures."""
        return self.name if self.has_pictures else f"{self.name} (shipped answers, no pictures)"


def check_name(name: str) -> str:
    """Return a name that is safe as a folder on every system, with hyphens for blanks.

    Raises:
        DatasetError: It is not.
    """
    name = folder_name(name)
    if not is_folder_name(name) or "." in name:
        raise DatasetError(
            f"“{name[:60]}” is not a valid name. Use up to 60 letters, digits, - and _, beginning with a letter or "
            "digit, and no reserved Windows name such as con.",
            is_hint=True,
        )
    return name


def stored_cards() -> tuple[DatasetCard, ...]:
    """Return the readable cards of all stored datasets, by name."""
    return tuple(_read_all()[0])


def damaged_datasets() -> tuple[Damage, ...]:
    """Return the stored datasets whose card cannot be read, by name."""
    return tuple(_read_all()[1])


def _read_all() -> tuple[list[DatasetCard], list[Damage]]:
    cards, damages = [], []
    for name in _stored():
        try:
            cards.append(read_card(name))
        except DatasetError as error:
            damages.append(Damage(name, str(error)))
    return cards, damages


def is_stored(name: str) -> bool:
    """Whether a dataset of that name lies here, readable or not."""
    return name in _stored()


def _stored() -> list[str]:
    return sorted(path.parent.name for path in data_folder().glob(f"[!.]*/{_CARD_FILE}"))


def read_card(name: str) -> DatasetCard:
    """The card of a stored dataset.

    Raises:
        DatasetError: There is no such dataset, or its card is damaged.
    """
    path = data_folder() / check_name(name) / _CARD_FILE
    try:
        card = read_settled(path.parent, lambda: _if_there(path))
    except (OSError, ValueError, TypeError) as error:
        raise DatasetError(
            f"The card of the dataset “{name}” is damaged. Delete {path.parent} and import again."
        ) from error
    if card is None:
        names = ", ".join(_stored()) or "none yet"
        raise DatasetError(f"There is no dataset “{name}” (there are: {names}). Import it first.")
    return card


def _if_there(path: Path) -> DatasetCard | None:
    try:
        return _read(path, stamp(path))
    except FileNotFoundError:
        return None


@functools.lru_cache(maxsize=256)
def _read(path: Path, written: tuple[int, ...]) -> DatasetCard:
    name, document = path.parent.name, read_json(path)
    if document.get("schema_version") != _SCHEMA:
        raise DatasetError(f"The dataset “{name}” was stored by another version of the app. Import it again.")
    # A folder that was renamed or copied goes by its new name.
    card = as_record(DatasetCard, document | {"name": name})
    if {*card.arrays} != {*ARRAYS}:
        raise ValueError("Expected the four arrays.")
    return card


def file_sha256(path: Path) -> str:
    """The content of a file as SHA-256, in hexadecimal.

    Raises:
        DatasetError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be read ({error.strerror or error}). Check the path and try again."
        ) from error


def is_whole(card: DatasetCard) -> bool:
    """Whether all arrays of a dataset are the ones that were stored."""
    return all(_is_intact(card, array) for array in ARRAYS)


def _is_intact(card: DatasetCard, array: str) -> bool:
    """Whether an array is the one that was stored: by size and time, or else (a copied folder) by content."""
    path, known = data_folder() / card.name / f"{array}.npy", card.arrays[array]
    if not path.exists() or path.stat().st_size != known.bytes:
        return False
    return path.stat().st_mtime_ns == known.mtime_ns or file_sha256(path) == known.sha256


def _measured(path: Path) -> StoredArray:
    stat = path.stat()
    return StoredArray(stat.st_size, stat.st_mtime_ns, file_sha256(path))


def keep_records(records: FaceRecords, names: Sequence[str] = (), **facts: Any) -> DatasetCard:  # noqa: ANN401
    """Store records and their card, all or nothing.

    Raises:
        DatasetError: The disk is full or read-only; nothing was changed.
    """
    name = facts["name"]
    needed = sum(getattr(records, array).nbytes for array in ARRAYS)
    with only_importer(name, waits=True, needed=needed), new_folder(data_folder() / name) as folder:
        for array in ARRAYS:
            np.save(folder / f"{array}.npy", getattr(records, array), allow_pickle=False)
        card = DatasetCard(
            **facts,
            fingerprint=records.fingerprint,
            sizes=records.split_sizes(),
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            arrays={array: _measured(folder / f"{array}.npy") for array in ARRAYS},
        )
        if names:
            write_json(folder / _NAMES_FILE, {"names": list(names)})
        write_record(folder / _CARD_FILE, card)
    return card


@contextmanager
def only_importer(name: str, *, waits: bool = False, needed: int = 0) -> Iterator[None]:
    """Keep everybody else from storing a dataset of that name, of ``needed`` bytes if known, during the block.

    Raises:
        DatasetError: Somebody else is storing it (unless it ``waits``), or the disk is full or read-only.
    """
    busy = DatasetError(f"“{name}” is being imported right now. Wait until it is finished, or choose another name.")
    try:
        with only_writer(data_folder() / name, None if waits else busy):
            yield
    except OSError as error:
        reason = error.strerror or "it was written incompletely"  # NumPy counts bytes instead
        raise DatasetError(
            f"The dataset “{name}” could not be stored ({reason}); nothing was changed. "
            f"{storage_remedy(error, data_folder(), needed)}"
        ) from error


def picture_names(dataset: str) -> tuple[str, ...]:
    """The file names of a dataset of pictures, row by row; none for other datasets."""
    try:
        return tuple(map(str, read_json(data_folder() / check_name(dataset) / _NAMES_FILE)["names"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ()
