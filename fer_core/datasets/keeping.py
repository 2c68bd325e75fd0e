"""Writing a dataset's folder, whole or not at all, and reading back what only datasets of pictures have."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from fer_core.datasets.cards import ARRAYS, CARD_FILE, DatasetCard, check_name, measure_array
from fer_core.datasets.dataset import FaceRecords
from fer_core.errors import DatasetError
from fer_core.storage.files import data_folder, new_folder, read_json, write_json

_NAMES_FILE = "names.json"
_LEFTOVER_SECONDS = 24 * 3600


def keep_records(records: FaceRecords, names: Sequence[str] = (), **facts: Any) -> DatasetCard:  # noqa: ANN401
    """Stores records and their card, all or nothing.

    Args:
        records: What the files say.
        names: The pictures' file names, for datasets of pictures.
        facts: What the card says beside what follows from the records.

    Raises:
        DatasetError: The disk is full or read-only; nothing was changed.
    """
    name = facts["name"]
    try:
        _sweep()
        with new_folder(data_folder() / name) as folder:
            for array in ARRAYS:
                np.save(folder / f"{array}.npy", getattr(records, array), allow_pickle=False)
            card = DatasetCard(
                **facts,
                fingerprint=records.fingerprint,
                sizes=records.split_sizes(),
                created_at=datetime.now(UTC).isoformat(timespec="seconds"),
                arrays={array: measure_array(folder / f"{array}.npy") for array in ARRAYS},
            )
            if names:
                write_json(folder / _NAMES_FILE, {"names": list(names)})
            write_json(folder / CARD_FILE, asdict(card))
    except OSError as error:
        reason = error.strerror or "not all of it could be written"  # NumPy counts bytes instead
        raise DatasetError(
            f"The dataset “{name}” could not be stored ({reason}); nothing was changed. "
            f"Free some space under {data_folder()} and import again."
        ) from error
    return card


def picture_names(dataset: str) -> tuple[str, ...]:
    """The file names of a dataset of pictures, row by row; none for other datasets."""
    try:
        return tuple(map(str, read_json(data_folder() / check_name(dataset) / _NAMES_FILE)["names"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _sweep() -> None:
    """Removes what imports left behind that were killed more than a day ago: hidden folders, never datasets."""
    for folder in data_folder().glob(".*-*"):
        if folder.is_dir() and time.time() - folder.stat().st_mtime > _LEFTOVER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
