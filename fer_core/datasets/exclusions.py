"""Rows of a dataset that training or evaluation leave out, kept beside the dataset under a name.

A list never changes, so a run's card that names one says which rows it means: it holds for the very content it was made
from, and its name is taken until it is deleted.
"""

import contextlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fer_core.datasets.cards import DatasetCard, check_name
from fer_core.errors import DatasetError
from fer_core.storage.files import data_folder, storage_remedy
from fer_core.storage.records import read_record, write_record

_SCHEMA = 1


@dataclass(frozen=True)
class ExclusionList:
    """Rows of a dataset to leave out.

    Attributes:
        fingerprint: Of the dataset's content, for which alone the rows mean something.
        reason: What these rows have in common, for people.
        rows: Row numbers from 0, in order.
    """

    name: str
    dataset: str
    fingerprint: str
    reason: str
    rows: tuple[int, ...]
    created_at: str
    schema_version: int = _SCHEMA

    def __len__(self) -> int:
        return len(self.rows)


def save_exclusions(dataset: DatasetCard, name: str, rows: ArrayLike, reason: str) -> ExclusionList:
    """Keep row numbers from 0, in any order, under a name.

    Raises:
        DatasetError: There is no row, the name is not allowed or stands for other rows, or the disk is full.
    """
    chosen = tuple(int(row) for row in np.unique(np.asarray(rows, np.int64)))
    if not chosen or chosen[0] < 0 or chosen[-1] >= sum(dataset.sizes.values()):
        raise DatasetError("There is no row to leave out. Choose a finding with at least one image.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    name = check_name(name)
    made = ExclusionList(name, dataset.name, dataset.fingerprint, reason, chosen, now)
    path = _path(dataset, name)
    if path.exists():
        known = load_exclusions(dataset, name)
        if known.rows != chosen:
            raise DatasetError(
                f"“{name}” already stands for other rows. Choose another name, or delete that list.", is_hint=True
            )
        return known
    try:
        write_record(path, made)
    except OSError as error:
        raise DatasetError(
            f"The list “{name}” could not be stored ({error.strerror or error}). {storage_remedy(error, path.parent)}"
        ) from error
    return made


def load_exclusions(dataset: DatasetCard, name: str) -> ExclusionList:
    """Find a list by name.

    Raises:
        DatasetError: There is none, it is damaged, or it was made from other content of that dataset.
    """
    try:
        found = read_record(_path(dataset, name), ExclusionList)
    except FileNotFoundError as error:
        names = ", ".join(known.name for known in list_exclusions(dataset)) or "none yet"
        raise DatasetError(
            f"“{dataset.name}” has no exclusion list called “{name}” (there are: {names}). Make it with the Detective."
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise DatasetError(f"The exclusion list “{name}” is damaged. Delete it and make it again.") from error
    if found.fingerprint != dataset.fingerprint:
        raise DatasetError(
            f"The exclusion list “{name}” was made from other content of “{dataset.name}”. "
            "Make it again with the Detective."
        )
    return found


def excluded_rows(dataset: DatasetCard, name: str) -> NDArray[np.int64]:
    """Row numbers of a list; none when no list is named.

    Raises:
        DatasetError: There is no such list, or it does not belong to the dataset's present content.
    """
    return np.array(load_exclusions(dataset, name).rows if name else (), np.int64)


def list_exclusions(dataset: DatasetCard) -> tuple[ExclusionList, ...]:
    """The lists that fit a dataset's present content, by name; others are left out."""
    found = []
    for path in sorted(_folder(dataset).glob("[!.]*.json")):
        with contextlib.suppress(DatasetError):
            found.append(load_exclusions(dataset, path.stem))
    return tuple(found)


def delete_exclusions(dataset: DatasetCard, name: str | None = None) -> None:
    """Remove one list, or all of a dataset's."""
    if name is None:
        shutil.rmtree(_folder(dataset), ignore_errors=True)
    else:
        _path(dataset, name).unlink(missing_ok=True)


def _folder(dataset: DatasetCard) -> Path:
    # Not in the dataset's own folder, which an import replaces as a whole.
    return data_folder() / ".exclusions" / dataset.name


def _path(dataset: DatasetCard, name: str) -> Path:
    return _folder(dataset) / f"{check_name(name)}.json"
