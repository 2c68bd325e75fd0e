"""The datasets on disk: imported once, mapped in milliseconds ever after.

Each dataset is a folder under ``data/`` with four arrays and ``card.json``. The card names the content of the source
files (SHA-256), so a repeated import is recognised, and the size, time and content of each array, so that an array that
was changed or cut is noticed before it is used.
"""

import hashlib
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from fer_core.data.dataset import FaceRecords
from fer_core.data.demo import write_demo_files
from fer_core.data.lines import Progress
from fer_core.data.readers import read_records
from fer_core.errors import DatasetError
from fer_core.files import as_record, new_folder, read_json, write_json
from fer_core.home import data_folder

DEMO = "demo"
"""Name of the embedded dataset of drawn faces."""

_DEMO_VERSION = 1  # to be raised whenever the drawing changes, so that stored copies are drawn again
_ARRAYS = ("images", "emotion", "split", "votes")
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
    schema_version: int = _SCHEMA

    @property
    def is_drawn(self) -> bool:
        """Whether this is the embedded dataset of drawn faces."""
        return self.name == DEMO


def import_dataset(
    images: Path, votes: Path | None = None, *, name: str | None = None, progress: Progress | None = None
) -> DatasetCard:
    """Reads a dataset's files and stores them; a dataset of that name is replaced only when all went well.

    Args:
        images: ``fer2013.csv`` or ``icml_face_data.csv``, plain, gzipped or zipped.
        votes: ``fer2013new.csv``, or None for FER2013's own labels only.
        name: Letters, digits, ``-`` and ``_``; by default from what was imported.
        progress: Told the share of the work that is done.

    Raises:
        DatasetError: A file is malformed, the name is not allowed, or the disk is full.
    """
    name = name or ("ferplus" if votes else "fer2013")
    if name == DEMO:
        raise DatasetError("The name “demo” belongs to the drawn faces. Choose another name.")
    return _import(images, votes, check_name(name), "imported", progress)


def check_name(name: str) -> str:
    """Returns a name that is safe as a folder on every system.

    Raises:
        DatasetError: It is not.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", name):
        raise DatasetError(
            f"“{name[:60]}” cannot be a name. Use up to 60 letters, digits, - and _, beginning with a letter or digit."
        )
    return name


def list_datasets() -> tuple[DatasetCard, ...]:
    """The cards of all stored datasets: imported ones first, by name, then the demo. Unreadable ones are left out."""
    cards = []
    for path in sorted(data_folder().glob("[!.]*/card.json")):
        try:
            cards.append(_read_card(path.parent.name))
        except DatasetError:
            continue
    return tuple(sorted(cards, key=lambda card: (card.is_drawn, card.name)))


def dataset_card(name: str) -> DatasetCard:
    """The card of a stored dataset; the embedded one is drawn first if it is not there yet.

    Raises:
        DatasetError: There is no such dataset, or its card is damaged.
    """
    return ensure_demo() if name == DEMO else _read_card(name)


def load_records(name: str) -> FaceRecords:
    """Maps a stored dataset's arrays; nothing is copied until it is used.

    A damaged copy is rebuilt from its source files when they are still there unchanged.

    Raises:
        DatasetError: There is no such dataset, or it is damaged and cannot be rebuilt.
    """
    card = dataset_card(name)
    if not _is_whole(card):
        card = _rebuild(card)
    folder = data_folder() / card.name
    arrays = {array: np.load(folder / f"{array}.npy", mmap_mode="r", allow_pickle=False) for array in _ARRAYS}
    return FaceRecords(**arrays, fingerprint=card.fingerprint)


def delete_dataset(name: str) -> None:
    """Removes a stored dataset for good.

    Raises:
        DatasetError: There is no such dataset.
    """
    card = _read_card(name)
    shutil.rmtree(data_folder() / card.name)


def ensure_demo() -> DatasetCard:
    """The card of the embedded drawn dataset, which is drawn now if it is not there yet (some seconds).

    Raises:
        DatasetError: It cannot be stored.
    """
    try:
        data_folder().mkdir(parents=True, exist_ok=True)
        with FileLock(data_folder() / ".demo.lock"):
            return _drawn() or _draw()
    except OSError as error:
        raise DatasetError(
            f"The demo faces could not be stored under {data_folder()} ({error.strerror or error}). "
            "Free some space there, or let FER_HOME name a folder that can be written."
        ) from error


def _drawn() -> DatasetCard | None:
    """The card of the stored demo, or None when it has to be drawn (again)."""
    try:
        card = _read_card(DEMO)
    except DatasetError:
        return None
    return card if card.source == _demo_source() else None


def _draw() -> DatasetCard:
    with tempfile.TemporaryDirectory() as folder:
        images, votes = write_demo_files(Path(folder))
        return _import(images, votes, DEMO, _demo_source(), None)


def _demo_source() -> str:
    return f"drawn by this app (version {_DEMO_VERSION})"


def _import(images: Path, votes: Path | None, name: str, source: str, progress: Progress | None) -> DatasetCard:
    digests = [_file_sha256(images), _file_sha256(votes) if votes else ""]
    known = next((c for c in list_datasets() if c.name == name), None)
    if known and [known.images_sha256, known.votes_sha256, known.source] == [*digests, source] and _is_whole(known):
        return known
    records = read_records(images, votes, progress=progress)
    try:
        with new_folder(data_folder() / name) as folder:
            for array in _ARRAYS:
                np.save(folder / f"{array}.npy", getattr(records, array), allow_pickle=False)
            card = DatasetCard(
                name=name,
                source=source,
                images_file=images.name,
                votes_file=votes.name if votes else "",
                images_sha256=digests[0],
                votes_sha256=digests[1],
                images_path=str(images.resolve()),
                votes_path=str(votes.resolve()) if votes else "",
                fingerprint=records.fingerprint,
                sizes=records.split_sizes(),
                created_at=datetime.now(UTC).isoformat(timespec="seconds"),
                arrays={array: _measure(folder / f"{array}.npy") for array in _ARRAYS},
            )
            write_json(folder / "card.json", asdict(card))
    except OSError as error:
        raise DatasetError(
            f"The dataset “{name}” could not be stored ({error.strerror or error}); nothing was changed. "
            f"Free some space under {data_folder()} and import again."
        ) from error
    return card


def _read_card(name: str) -> DatasetCard:
    path = data_folder() / check_name(name) / "card.json"
    try:
        document = read_json(path)
        if document.get("schema_version") != _SCHEMA:
            raise DatasetError(f"The dataset “{name}” was stored by another version of the app. Import it again.")
        # A folder that was renamed or copied goes by its new name.
        card = as_record(DatasetCard, document | {"name": name})
        if {*card.arrays} != {*_ARRAYS} or any(
            {*known} != {"bytes", "mtime_ns", "sha256"} for known in card.arrays.values()
        ):
            raise ValueError("Expected the four arrays.")
        return card
    except FileNotFoundError as error:
        names = ", ".join(p.parent.name for p in sorted(data_folder().glob("[!.]*/card.json"))) or "none yet"
        raise DatasetError(f"There is no dataset called “{name}” (there are: {names}). Import it first.") from error
    except (OSError, ValueError, TypeError) as error:
        raise DatasetError(
            f"The card of the dataset “{name}” is damaged. Delete {path.parent} and import again."
        ) from error


def _file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be read ({error.strerror or error}). Check the path and try again."
        ) from error


def _measure(path: Path) -> dict[str, Any]:
    stat = path.stat()
    return {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": _file_sha256(path)}


def _is_whole(card: DatasetCard) -> bool:
    return all(_is_intact(card, array) for array in _ARRAYS)


def _is_intact(card: DatasetCard, array: str) -> bool:
    """Whether an array is the one that was stored: by size and time, or else (a copied folder) by content."""
    path, known = data_folder() / card.name / f"{array}.npy", card.arrays[array]
    if not path.exists() or path.stat().st_size != known["bytes"]:
        return False
    return bool(path.stat().st_mtime_ns == known["mtime_ns"]) or _file_sha256(path) == known["sha256"]


def _rebuild(card: DatasetCard) -> DatasetCard:
    """Imports a damaged dataset again from the files it came from."""
    if card.is_drawn:
        shutil.rmtree(data_folder() / DEMO, ignore_errors=True)
        return ensure_demo()
    images, votes = Path(card.images_path), Path(card.votes_path) if card.votes_path else None
    sources = ((images, card.images_sha256), (votes, card.votes_sha256))
    if not all(path is None or (path.exists() and _file_sha256(path) == digest) for path, digest in sources):
        raise DatasetError(f"The stored copy of “{card.name}” is damaged. Import {card.images_file} again.")
    return _import(images, votes, card.name, card.source, None)
