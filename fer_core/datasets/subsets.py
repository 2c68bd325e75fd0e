"""Rows of a dataset, kept beside it under a name: to be left out, or to be tested on alone.

The rows of a subset never change, so a run's card that names one says which it means: it holds for the very content it
was made from, and its name is taken until it is deleted or renamed.
"""

import contextlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fer_core.datasets.cards import DatasetCard, check_name
from fer_core.datasets.titles import FERPLUS, IMPORTED_FERPLUS
from fer_core.errors import DatasetError
from fer_core.storage.files import SMALL_FILE, data_folder, storage_remedy
from fer_core.storage.records import read_record, write_record

_SCHEMA = 1


@dataclass(frozen=True)
class Subset:
    """Rows of a dataset with something in common.

    Attributes:
        fingerprint: Of the dataset's content, for which alone the rows mean something.
        reason: What that is, for people.
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


def save_subset(dataset: DatasetCard, name: str, rows: ArrayLike, reason: str) -> Subset:
    """Keep row numbers from 0, in any order, under a name.

    Raises:
        DatasetError: There is no row, the name is not allowed or stands for other rows, or the disk is full.
    """
    chosen = tuple(int(row) for row in np.unique(np.asarray(rows, np.int64)))
    if not chosen or chosen[0] < 0 or chosen[-1] >= sum(dataset.sizes.values()):
        raise DatasetError("The subset is empty. Choose a finding or a filter with at least one image.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    name = check_name(name)
    made = Subset(name, dataset.name, dataset.fingerprint, reason, chosen, now)
    path = _path(dataset, name)
    # One made from other content, or damaged, gives way: nothing can use it.
    if known := next((each for each in list_subsets(dataset) if each.name == name), None):
        if known.rows != chosen:
            raise DatasetError(
                f"“{name}” already names a subset with other rows. Choose another name, or delete it.",
                is_hint=True,
            )
        return known
    try:
        write_record(path, made)
    except OSError as error:
        raise DatasetError(
            f"The subset “{name}” could not be stored ({error.strerror or error}). "
            f"{storage_remedy(error, path.parent, SMALL_FILE)}"
        ) from error
    return made


def load_subset(dataset: DatasetCard, name: str) -> Subset:
    """Find a subset by name.

    Raises:
        DatasetError: There is none, it is damaged, or it was saved for an earlier version of that dataset.
    """
    try:
        found = read_record(_path(dataset, name), Subset)
    except FileNotFoundError as error:
        names = ", ".join(known.name for known in list_subsets(dataset)) or "none yet"
        raise DatasetError(
            f"“{dataset.name}” has no saved subset called “{name}” (there are: {names}). Save it on the Dataset page’s "
            "Detective or under Evaluation, Subgroups."
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise DatasetError(f"The subset “{name}” is damaged. Delete it and save it again.") from error
    if found.fingerprint != dataset.fingerprint:
        raise DatasetError(f"The subset “{name}” was saved for an earlier version of “{dataset.name}”. Save it again.")
    return found


def subset_rows(dataset: DatasetCard, name: str) -> NDArray[np.int64]:
    """Row numbers of a subset; none when no subset is named.

    Raises:
        DatasetError: There is no such subset, or it does not belong to the dataset's present content.
    """
    return np.array(load_subset(dataset, name).rows if name else (), np.int64)


def rows_outside(dataset: DatasetCard, leave_out: Subset | None, only: Subset | None) -> NDArray[np.int64]:
    """Row numbers of one subset, and of everything outside another one."""
    chosen = np.ones(sum(dataset.sizes.values()), bool)
    if only:
        chosen[:] = False
        chosen[list(only.rows)] = True
    if leave_out:
        chosen[list(leave_out.rows)] = False
    return np.flatnonzero(~chosen)


def rename_subset(dataset: DatasetCard, name: str, wanted: str) -> Subset:
    """Give a subset another name.

    Raises:
        DatasetError: There is none, or the name is not allowed or taken, or the disk is full.
    """
    known, wanted = load_subset(dataset, name), check_name(wanted)
    if wanted == known.name:
        return known
    if _path(dataset, wanted).exists():
        raise DatasetError(f"There is already a subset “{wanted}”. Choose another name.", is_hint=True)
    renamed = save_subset(dataset, wanted, known.rows, known.reason)
    delete_subsets(dataset, name)
    return renamed


def list_subsets(dataset: DatasetCard) -> tuple[Subset, ...]:
    """The subsets that fit a dataset's present content, by name; others are left out."""
    found = []
    for path in sorted(_folder(dataset).glob("[!.]*.json")):
        with contextlib.suppress(DatasetError):
            found.append(load_subset(dataset, path.stem))
    return tuple(found)


def delete_subsets(dataset: DatasetCard, name: str | None = None) -> None:
    """Remove one subset, or all of a dataset's."""
    if name is None:
        shutil.rmtree(_folder(dataset), ignore_errors=True)
    else:
        _path(dataset, name).unlink(missing_ok=True)


def _folder(dataset: DatasetCard) -> Path:
    # Not in the dataset's own folder, which an import replaces as a whole; named when subsets were only left out.
    name = IMPORTED_FERPLUS if dataset.name == FERPLUS else dataset.name  # whose rows stay when it is imported
    return data_folder() / ".exclusions" / name


def _path(dataset: DatasetCard, name: str) -> Path:
    return _folder(dataset) / f"{check_name(name)}.json"
