"""What a run says about validation faces after each epoch, and an experiment about other groups of faces at its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import FerDataset
from fer_core.datasets.summary import cross_tabulate
from fer_core.storage.records import append_record, read_records, write_records

SHOWN_FACES = 8
_LINES, _FACES, _GROUPS = "validation.jsonl", "faces.npz", "groups.jsonl"


@dataclass(frozen=True)
class EpochView:
    """The validation faces of one epoch's evaluation.

    Attributes:
        epoch: Counted from 1.
        matrix: How many faces of a class (row) were taken for a class (column).
        faces: Probabilities of the followed faces, a row each.
    """

    epoch: int
    matrix: list[list[int]]
    faces: list[list[float]]

    @property
    def largest_class(self) -> tuple[int, float]:
        """The class with most faces, by its place, and its share: how often the same answer always would be right."""
        counts = np.sum(self.matrix, axis=1)
        return int(counts.argmax()), float(counts.max() / max(counts.sum(), 1))


@dataclass(frozen=True)
class GroupView:
    """Of which faces of a group an experiment's network is right after its last epoch."""

    name: str
    right: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class FollowedFaces:
    """The faces whose predictions are shown as they change: ``(n, 48, 48)`` uint8, labels ``(n,)`` int64."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def followed_rows(validation: FerDataset) -> list[int]:
    """Choose the validation faces to follow: one of each class, then the next ones."""
    _, first = np.unique(validation.labels, return_index=True)
    rows = [*map(int, first), *range(len(validation))]
    return list(dict.fromkeys(rows))[:SHOWN_FACES]


def view_of(epoch: int, validation: FerDataset, probabilities: NDArray[np.float32]) -> EpochView:
    """Return what is kept of an epoch's validation: ``probabilities`` are ``(n, classes)`` of all its faces."""
    classes = len(validation.class_names)
    matrix = cross_tabulate((validation.labels, probabilities.argmax(axis=1)), (classes, classes))
    faces = probabilities[followed_rows(validation)].round(4).astype(float)
    return EpochView(epoch, matrix.tolist(), faces.tolist())


def write_faces(folder: Path, validation: FerDataset) -> None:
    """Store the followed faces beside the run, so that it can be shown wherever it is."""
    followed = validation.take(followed_rows(validation))
    with (folder / _FACES).open("wb") as file:
        np.savez(file, allow_pickle=False, images=followed.images, labels=followed.labels)


def read_faces(folder: Path) -> FollowedFaces:
    """Read the followed faces of a run; none before it has begun, or when their file is damaged."""
    try:
        with np.load(folder / _FACES, allow_pickle=False) as arrays:
            return FollowedFaces(arrays["images"], arrays["labels"])
    except (OSError, ValueError, KeyError, EOFError):
        return FollowedFaces(np.empty((0, 48, 48), np.uint8), np.empty(0, np.int64))


def append_view(folder: Path, view: EpochView) -> None:
    """Add an epoch's line."""
    append_record(folder / _LINES, view)


def read_views(folder: Path) -> tuple[EpochView, ...]:
    """Read all complete epochs of a run, in order."""
    views = {view.epoch: view for view in read_records(folder / _LINES, EpochView)}
    return tuple(views[epoch] for epoch in sorted(views))


def keep_views(folder: Path, last_epoch: int) -> None:
    """Drop the lines after an epoch."""
    write_records(folder / _LINES, (view for view in read_views(folder) if view.epoch <= last_epoch))


def write_groups(folder: Path, groups: Iterable[GroupView]) -> None:
    """Store how an experiment's network sees some groups of faces."""
    write_records(folder / _GROUPS, groups)


def read_groups(folder: Path) -> tuple[GroupView, ...]:
    """Read the groups of a run, in their order; none where it was asked about none."""
    return read_records(folder / _GROUPS, GroupView)
