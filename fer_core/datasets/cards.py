"""What is known of each stored dataset: its card, and whether its arrays are still those the card describes."""

import functools
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fer_core.errors import Damage, DatasetError
from fer_core.storage.files import data_folder, is_folder_name, read_json, stamp
from fer_core.storage.records import as_record

DEMO = "demo"
"""Name of the embedded dataset of drawn faces."""

ARRAYS = ("images", "emotion", "split", "votes")
"""The arrays of a stored dataset, each a file."""

CARD_FILE = "card.json"
_SCHEMA = 1


@dataclass(frozen=True)
class DatasetCard:
    """What is known of a stored dataset.

    Attributes:
        name: Its folder's name.
        source: Where the faces come from, for people.
        images_file: Name of the imported faces file.
        votes_file: Name of the imported votes file, or "" when there was none.
        images_sha256: Content of the faces file.
        votes_sha256: Content of the votes file, or "".
        images_path: Where the faces file was, to rebuild a damaged copy from.
        votes_path: Where the votes file was, or "".
        fingerprint: SHA-256 of the records.
        sizes: Rows per split.
        created_at: UTC, ISO 8601.
        arrays: Per array: bytes, modification time in ns, SHA-256.
        kind: ``tables`` (fer2013.csv and the votes) or ``pictures`` (folders of image files).
        skipped: Of pictures: how many files were left out, by reason.
        mapping: Of pictures: which class each folder became.
        splits: Of pictures: where the splits come from, for people.
        schema_version: Of this card.
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
    arrays: dict[str, dict[str, Any]]
    kind: str = "tables"
    skipped: dict[str, int] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    splits: str = ""
    schema_version: int = _SCHEMA

    @property
    def is_drawn(self) -> bool:
        """Whether this is the embedded dataset of drawn faces."""
        return self.name == DEMO


def check_name(name: str) -> str:
    """Returns a name that is safe as a folder on every system.

    Raises:
        DatasetError: It is not.
    """
    if not is_folder_name(name) or "." in name:
        raise DatasetError(
            f"“{name[:60]}” cannot be a name. Use up to 60 letters, digits, - and _, beginning with a letter or digit, "
            "and no word that Windows keeps, such as con."
        )
    return name


def list_datasets() -> tuple[DatasetCard, ...]:
    """The cards of all stored datasets: imported ones first, by name, then the demo. Unreadable ones are left out."""
    cards = []
    for path in sorted(data_folder().glob("[!.]*/card.json")):
        try:
            cards.append(read_card(path.parent.name))
        except DatasetError:
            continue
    return tuple(sorted(cards, key=lambda card: (card.is_drawn, card.name)))


def damaged_datasets() -> tuple[Damage, ...]:
    """The stored datasets whose card cannot be read, by name."""
    found = []
    for path in sorted(data_folder().glob("[!.]*/card.json")):
        try:
            read_card(path.parent.name)
        except DatasetError as error:
            found.append(Damage(path.parent.name, str(error)))
    return tuple(found)


def read_card(name: str) -> DatasetCard:
    """The card of a stored dataset.

    Raises:
        DatasetError: There is no such dataset, or its card is damaged.
    """
    path = data_folder() / check_name(name) / "card.json"
    try:
        return _read(path, stamp(path))
    except FileNotFoundError as error:
        names = ", ".join(p.parent.name for p in sorted(data_folder().glob("[!.]*/card.json"))) or "none yet"
        raise DatasetError(f"There is no dataset called “{name}” (there are: {names}). Import it first.") from error
    except (OSError, ValueError, TypeError) as error:
        raise DatasetError(
            f"The card of the dataset “{name}” is damaged. Delete {path.parent} and import again."
        ) from error


@functools.lru_cache(maxsize=256)
def _read(path: Path, written: tuple[int, ...]) -> DatasetCard:
    name, document = path.parent.name, read_json(path)
    if document.get("schema_version") != _SCHEMA:
        raise DatasetError(f"The dataset “{name}” was stored by another version of the app. Import it again.")
    # A folder that was renamed or copied goes by its new name.
    card = as_record(DatasetCard, document | {"name": name})
    if {*card.arrays} != {*ARRAYS} or any(
        {*known} != {"bytes", "mtime_ns", "sha256"} for known in card.arrays.values()
    ):
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


def measure_array(path: Path) -> dict[str, Any]:
    """Size, time and content of a stored array, as a card holds them."""
    stat = path.stat()
    return {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": file_sha256(path)}


def is_whole(card: DatasetCard) -> bool:
    """Whether all arrays of a dataset are the ones that were stored."""
    return all(_is_intact(card, array) for array in ARRAYS)


def _is_intact(card: DatasetCard, array: str) -> bool:
    """Whether an array is the one that was stored: by size and time, or else (a copied folder) by content."""
    path, known = data_folder() / card.name / f"{array}.npy", card.arrays[array]
    if not path.exists() or path.stat().st_size != known["bytes"]:
        return False
    return bool(path.stat().st_mtime_ns == known["mtime_ns"]) or file_sha256(path) == known["sha256"]
