"""The two values of the dataset room: records of the files, and labeled datasets under a scheme."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fer_core.datasets.votes import majority, vote_distribution
from fer_core.errors import DatasetError
from fer_core.faces.preprocessing import Preprocessing
from fer_core.labels import EMOTIONS, LABEL_SCHEMES, OWN_LABELS, SPLITS, USAGE_SPLITS, VOTE_COLUMNS, LabelScheme

Index = NDArray[np.bool_] | NDArray[np.integer[Any]] | Sequence[int] | slice
"""What rows are taken: a mask, positions in any order, or a slice."""


@dataclass(frozen=True, eq=False)
class FaceRecords:
    """The rows of the files before any label rule.

    Attributes:
        images: ``(n, 48, 48)`` uint8 gray pictures, possibly mapped from disk (read-only), or ``(0, 48, 48)``.
        emotion: ``(n,)`` uint8 ids of the files' own labels, indices into ``OWN_LABELS``, or ``(0,)``.
        split: ``(n,)`` uint8 indices into ``SPLITS``.
        votes: ``(n, 10)`` uint8 votes in the order of ``VOTE_COLUMNS``, or ``(0, 10)`` when there is no votes file.
        fingerprint: SHA-256 of all four arrays, in hexadecimal.
    """

    images: NDArray[np.uint8]
    emotion: NDArray[np.uint8]
    split: NDArray[np.uint8]
    votes: NDArray[np.uint8]
    fingerprint: str

    def __post_init__(self) -> None:
        n = len(self.split)
        if self.images.shape not in ((n, 48, 48), (0, 48, 48)) or self.images.dtype != np.uint8:
            raise ValueError(f"Expected images (n, 48, 48) uint8. Received {self.images.shape} {self.images.dtype}.")
        shapes = self.emotion.shape in ((n,), (0,)), self.split.shape == (n,), self.votes.shape in ((n, 10), (0, 10))
        if not all(shapes):
            raise ValueError("Expected one split, one emotion (or none) and ten votes (or none) for every row.")
        if self.emotion.max(initial=0) >= len(OWN_LABELS):
            raise ValueError(f"Expected own labels from 0 to {len(OWN_LABELS) - 1}.")

    def __len__(self) -> int:
        return len(self.split)

    def take(self, index: Index) -> "FaceRecords":
        """Return some of the rows; the fingerprint stays that of all."""
        return replace(self, **_taken(self, index))

    @property
    def has_pictures(self) -> bool:
        """Whether the pictures and the files' own labels are here, not the votes alone."""
        return len(self.images) > 0

    @property
    def has_votes(self) -> bool:
        """Whether FER+ votes were imported beside the images."""
        return len(self.votes) > 0

    @property
    def schemes(self) -> tuple[LabelScheme, ...]:
        """The label schemes these records can serve, the preferred one first."""
        own = np.unique(self.emotion)
        return tuple(s for s in LABEL_SCHEMES.values() if _serves(s, has_votes=self.has_votes, own=own))

    def split_sizes(self) -> dict[str, int]:
        """Rows per split (the paper's Table 3)."""
        counts = np.bincount(self.split, minlength=len(SPLITS))
        return {name: int(count) for name, count in zip(SPLITS, counts, strict=True)}

    def describe_votes(self, wanted: NDArray[np.bool_] | None = None) -> pd.DataFrame:
        """The paper's Table 2: ``DataFrame.describe()`` of the ten vote columns, of all or the wanted rows ``(n,)``."""
        votes = self.votes if wanted is None else self.votes[wanted]
        return pd.DataFrame(votes, columns=list(VOTE_COLUMNS)).describe()

    def raw_sample(self, n: int = 5) -> pd.DataFrame:
        """The paper's Table 1: the first ``n`` rows as the file has them (the paper prints the row as "emotion")."""
        usage = {split: usage for usage, split in USAGE_SPLITS.items()}
        return pd.DataFrame(
            {
                "row": row,
                "emotion": int(self.emotion[row]),
                "meaning": OWN_LABELS[self.emotion[row]],
                "pixels": " ".join(map(str, self.images[row].ravel()[:15])) + "…",
                "Usage": usage[SPLITS[self.split[row]]],
            }
            for row in range(min(n, len(self)))
        )


@dataclass(frozen=True, eq=False)
class FerDataset:
    """Labeled faces, ready to train on or to be tested with.

    Attributes:
        images: ``(n, 48, 48)`` uint8, or ``(0, 48, 48)``.
        labels: ``(n,)`` int64 indices into ``class_names``.
        targets: ``(n, classes)`` float32 rows that sum to one: one-hot, or the crowd's distribution.
        votes: ``(n, 10)`` uint8, or ``(0, 10)``.
        split: ``(n,)`` uint8 indices into ``SPLITS``.
        rows: ``(n,)`` int64 row numbers in the imported files, from 0.
        fingerprint: That of the records, so that a result can name its data.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    targets: NDArray[np.float32]
    votes: NDArray[np.uint8]
    split: NDArray[np.uint8]
    rows: NDArray[np.int64]
    class_names: tuple[str, ...]
    scheme: str
    fingerprint: str

    def __post_init__(self) -> None:
        n = len(self.labels)
        if (
            len(self.images) not in (n, 0)
            or self.targets.shape != (n, len(self.class_names))
            or self.rows.shape != (n,)
        ):
            raise ValueError("Expected one picture (or none), one target and one row number for every label.")
        if n and not 0 <= self.labels.min() <= self.labels.max() < len(self.class_names):
            raise ValueError(f"Expected labels from 0 to {len(self.class_names) - 1}.")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def has_pictures(self) -> bool:
        """Whether the pictures are here."""
        return len(self.images) > 0

    def take(self, index: Index) -> "FerDataset":
        """Return some of the faces."""
        return replace(self, **_taken(self, index))

    def joined(self, other: "FerDataset") -> "FerDataset":
        """Return these faces and, behind them, others of the same files and label scheme."""
        arrays = {name: part for name, part in vars(self).items() if isinstance(part, np.ndarray)}
        both: dict[str, Any] = {name: np.concatenate([part, getattr(other, name)]) for name, part in arrays.items()}
        return replace(self, **both)

    def with_classes(self, class_names: Sequence[str]) -> "FerDataset":
        """Return the faces of some classes, labeled by their places among these.

        The classes may be in any order; one that this dataset does not have stays without faces.
        """
        if self.class_names == tuple(class_names):
            return self
        kept = self.take(np.isin(self.labels, [i for i, name in enumerate(self.class_names) if name in class_names]))
        places = np.array([class_names.index(name) if name in class_names else -1 for name in self.class_names])
        columns = [self.class_names.index(name) if name in self.class_names else -1 for name in class_names]
        targets = np.pad(kept.targets, ((0, 0), (0, 1)))[:, columns]  # the added column is of classes without faces
        return replace(kept, labels=places[kept.labels], targets=targets, class_names=tuple(class_names))

    def preprocessed(self, steps: Preprocessing) -> "FerDataset":
        """The same faces after some steps, as networks that were trained with these steps see them."""
        return replace(self, images=steps.apply(self.images))


def _taken(value: FaceRecords | FerDataset, index: Index) -> dict[str, Any]:
    """Some rows of every array; of pictures, own labels and votes only where there are any."""
    arrays = {name: part for name, part in vars(value).items() if isinstance(part, np.ndarray)}
    return {name: part[index] for name, part in arrays.items() if len(part)}


def fingerprint_of(*arrays: NDArray[Any]) -> str:
    """SHA-256 over the shapes, types and bytes of some arrays, in hexadecimal."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype.str}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def label_records(
    records: FaceRecords, scheme: LabelScheme, splits: Iterable[str] = SPLITS, *, without: ArrayLike = ()
) -> FerDataset:
    """Apply a label scheme to the rows of some splits, without some row numbers.

    Training rows of a distribution scheme carry distributions, validation and test rows always majority labels.

    Raises:
        DatasetError: The scheme needs votes that were not imported, or keeps no row of these splits.
    """
    rows, labels, targets = apply_scheme(records, scheme)
    wanted = np.isin(records.split[rows], [SPLITS.index(name) for name in splits]) & ~np.isin(rows, without)
    kept = records.take(rows[wanted])
    if not len(kept):
        raise DatasetError(
            f"No row remains for {' and '.join(splits)} under “{scheme.title}”. Choose another label scheme or dataset."
        )
    return FerDataset(
        images=np.asarray(kept.images),
        labels=labels[wanted],
        targets=targets[wanted],
        votes=kept.votes,
        split=kept.split,
        rows=rows[wanted],
        class_names=scheme.class_names,
        scheme=scheme.name,
        fingerprint=records.fingerprint,
    )


def _serves(scheme: LabelScheme, *, has_votes: bool, own: NDArray[np.uint8]) -> bool:
    """Whether records can be labeled by a scheme; the one with contempt is offered where own labels have it."""
    if scheme.rule != "fer2013":
        return has_votes
    return len(own) > 0 and ("contempt" not in scheme.class_names or OWN_LABELS.index("contempt") in own)


def apply_scheme(
    records: FaceRecords, scheme: LabelScheme
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return the rows a scheme keeps ``(n,)``, their labels ``(n,)`` and their targets ``(n, classes)``.

    Raises:
        DatasetError: The scheme needs votes that were not imported.
    """
    if scheme.rule != "fer2013" and not records.has_votes:
        raise DatasetError(
            f"“{scheme.title}” needs the FER+ votes, but this dataset has none. Import it again with fer2013new.csv, "
            "or choose its own labels."
        )
    names = scheme.class_names
    if scheme.rule == "fer2013":  # by name, so that the classes may be any and in any order
        labels = np.array([names.index(name) if name in names else -1 for name in OWN_LABELS])[records.emotion]
        keep = labels >= 0
    else:
        keep, labels = majority(records.votes)
        keep &= labels < len(names)
        if scheme.rule != "majority":
            return _from_distribution(records, keep, labels, len(names))
    return np.flatnonzero(keep), labels[keep], np.eye(len(names), dtype=np.float32)[labels[keep]]


def _from_distribution(
    records: FaceRecords, keep: NDArray[np.bool_], labels: NDArray[np.int64], classes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Distributions for the training rows, majority labels for all others."""
    crowd_keep, shares = vote_distribution(records.votes)
    # With seven outputs contempt has nowhere to go: rows it leads are left out, elsewhere its share is spread.
    crowd_keep &= shares.argmax(axis=1) < classes
    shares = shares[:, :classes]
    training = records.split == SPLITS.index("train")
    kept = np.flatnonzero(np.where(training, crowd_keep, keep))
    one_hot = np.eye(len(EMOTIONS), dtype=np.float32)[labels][:, :classes]
    targets = np.where(training[:, None], shares, one_hot)[kept]
    targets /= targets.sum(axis=1, keepdims=True)
    return kept, cast("NDArray[np.int64]", targets.argmax(axis=1)), targets.astype(np.float32)
