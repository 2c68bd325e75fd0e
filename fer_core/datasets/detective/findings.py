"""Findings: suspicious rows of a dataset, by kind and with the reason, to be saved as subsets."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.detective.duplicates import Duplicates
from fer_core.datasets.summary import LabelOutcomes
from fer_core.datasets.votes import majority, without_outliers
from fer_core.labels import EMOTIONS, OWN_LABELS, SPLITS, VOTE_COLUMNS

FEW_VOTES = 4
"""With this many votes of ten or fewer for the first answer, people hardly agree."""

FLAT_GREYS = 15.0
"""Standard deviation of the grays below which an image shows next to nothing."""

_TRAIN, _VALIDATION, _TEST = range(3)


@dataclass(frozen=True, eq=False)
class Finding:
    """Rows with something in common.

    Attributes:
        name: Identifier, and the name its subset gets by default.
        meaning: What is doubtful about these rows, in a sentence.
        rows: ``(n,)`` int64 row numbers, the most doubtful first.
    """

    name: str
    title: str
    meaning: str
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)


def duplicate_findings(records: FaceRecords, duplicates: Duplicates) -> tuple[Finding, ...]:
    """Images whose picture occurs more than once, across splits and within."""
    split = np.asarray(records.split)
    shared = partial(duplicates.partners, split)
    return (
        Finding(
            "clean-test",
            "Test images that are also in training",
            "The network was trained on these pictures, so they inflate its test accuracy.",
            shared(_TEST, _TRAIN),
        ),
        Finding(
            "clean-validation",
            "Validation images that are also in training",
            "They bias the selection of the best epoch.",
            shared(_VALIDATION, _TRAIN),
        ),
        Finding(
            "clean-training",
            "Training images that are also in test or validation",
            "Excluding these cleans both other splits and keeps all their images.",
            np.union1d(shared(_TRAIN, _TEST), shared(_TRAIN, _VALIDATION)),
        ),
        Finding(
            "copies",
            "Further copies within a split",
            "All but the first of each group of copies.",
            _further_copies(duplicates.groups(), split),
        ),
        Finding(
            "copies-at-odds",
            "The same picture with different labels",
            "Copies of one picture with different labels: at least one is wrong.",
            _at_odds(duplicates.groups(), np.asarray(records.emotion)),
        ),
    )


def image_findings(records: FaceRecords) -> tuple[Finding, ...]:
    """Images that show next to nothing."""
    spread = records.images.reshape(len(records), -1).std(axis=1, dtype=np.float32)
    return (
        Finding(
            "flat",
            "Nearly uniform",
            f"Their gray values have a standard deviation below {FLAT_GREYS:g}; they show hardly anything.",
            _ordered(spread < FLAT_GREYS, spread),
        ),
    )


def vote_findings(records: FaceRecords) -> tuple[Finding, ...]:
    """What ten votes reveal; none without votes."""
    if not records.has_votes:
        return ()
    votes, clean = np.asarray(records.votes).astype(np.int64), without_outliers(records.votes)
    top, first = clean.argmax(axis=1), np.sort(clean, axis=1)[:, ::-1]
    most = votes.max(axis=1)
    nf, unknown = (VOTE_COLUMNS.index(name) for name in ("NF", "unknown"))
    return (
        Finding(
            "not-a-face",
            "Likely not a face",
            "“Not a face” got more votes than any other answer.",
            _ordered(top == nf, -votes[:, nf]),
        ),
        Finding(
            "unknown",
            "Unknown expression",
            "“Unknown” got more votes than any emotion.",
            _ordered(top == unknown, -votes[:, unknown]),
        ),
        Finding(
            "ties",
            "Ties",
            "Two answers tie for first place (single votes dropped).",
            _ordered(first[:, 0] == first[:, 1], -first[:, 0]),
        ),
        Finding(
            "low-agreement",
            "Low agreement",
            f"No answer got more than {FEW_VOTES} of the ten votes.",
            _ordered(most <= FEW_VOTES, most),
        ),
        _conflicts(records, votes),
    )


def exclusion_effect(outcomes: LabelOutcomes, rows: ArrayLike) -> pd.DataFrame:
    """Count what leaving rows out changes, split by split.

    Returns:
        Indexed by split: ``labeled`` (images the label scheme keeps), ``left out`` and ``remaining``.
    """
    kept = outcomes.rows(SPLITS, outcomes.class_names)
    labeled, gone = (
        np.bincount(outcomes.split[some], minlength=len(SPLITS)) for some in (kept, np.intersect1d(kept, rows))
    )
    columns = {"labeled": labeled, "left out": gone, "remaining": labeled - gone}
    return pd.DataFrame(columns, index=list(SPLITS))


def _conflicts(records: FaceRecords, votes: NDArray[np.int64]) -> Finding:
    keep, label = majority(records.votes)
    own = np.array([EMOTIONS.index(name) for name in OWN_LABELS])[records.emotion]
    agreed = np.take_along_axis(votes, label[:, None], axis=1)[:, 0]
    return Finding(
        "label-conflicts",
        "FER2013 and FER+ disagree",
        "The majority of ten people chose another emotion than FER2013's label.",
        _ordered(keep & (label != own), -agreed),
    )


def _further_copies(groups: NDArray[np.int64], split: NDArray[np.uint8]) -> NDArray[np.int64]:
    """All rows but the first of each group in each split."""
    first = np.unique(groups * len(SPLITS) + split, return_index=True)[1]
    return np.setdiff1d(np.arange(len(groups)), first)


def _at_odds(groups: NDArray[np.int64], labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Rows of groups with more than one label, group by group."""
    kinds = np.unique(np.stack([groups, labels.astype(np.int64)]), axis=1)[0]
    mixed = np.flatnonzero(np.bincount(kinds, minlength=1) > 1)
    rows = np.flatnonzero(np.isin(groups, mixed))
    return rows[np.argsort(groups[rows], kind="stable")]


def _ordered(which: NDArray[np.bool_], doubt: NDArray[np.generic]) -> NDArray[np.int64]:
    """Row numbers where something holds, those of the smallest value first."""
    rows = np.flatnonzero(which)
    return rows[np.argsort(doubt[rows], kind="stable")]
