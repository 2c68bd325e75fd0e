"""Counts of the rows under a label scheme, for the Dataset page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fer_core.datasets.dataset import FaceRecords, apply_scheme
from fer_core.datasets.votes import without_outliers
from fer_core.labels import EMOTIONS, OWN_LABELS, SPLITS, USAGE_SPLITS, VOTE_COLUMNS, LabelScheme

NO_AGREEMENT = "no agreement"
NO_EMOTION = "unknown or not a face"
OTHER_EMOTION = "contempt (not a class)"

LEFT_OUT = {
    NO_AGREEMENT: "the ten votes agree too little",
    NO_EMOTION: "most answered “unknown” or “not a face”",
    OTHER_EMOTION: "they show contempt, which is not a class of this scheme",
}
"""Why a label scheme leaves a row out, and the reason in words."""

PAPER_SPLITS = {"train": "Training", "validation": "Validation", "test": "Testing"}
"""What the paper's Table 3 calls the splits."""

_COMPARED = 400  # faces looked at to find a typical one


@dataclass(frozen=True, eq=False)
class LabelOutcomes:
    """What became of every row under a label scheme: its class, or why it was left out.

    Attributes:
        split: ``(n,)`` uint8 indices into ``SPLITS``.
        outcome: ``(n,)`` int64 indices into ``names``.
    """

    split: NDArray[np.uint8]
    outcome: NDArray[np.int64]
    class_names: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, then the reasons for leaving a row out."""
        return (*self.class_names, *LEFT_OUT)

    def counts(self) -> pd.DataFrame:
        """Rows for each outcome (the lines) and split (the columns)."""
        counts = cross_tabulate((self.outcome, self.split), (len(self.names), len(SPLITS)))
        return pd.DataFrame(counts, index=list(self.names), columns=list(SPLITS))

    def outcome_of(self, row: int) -> str:
        """What became of one row."""
        return self.names[int(self.outcome[row])]

    def rows(self, splits: Sequence[str], outcomes: Sequence[str]) -> NDArray[np.int64]:
        """Row numbers, from 0 and in the order of the file, with one of these outcomes in one of these splits."""
        in_split = np.isin(self.split, [SPLITS.index(name) for name in splits])
        return np.flatnonzero(in_split & np.isin(self.outcome, [self.names.index(name) for name in outcomes]))


def label_outcomes(records: FaceRecords, scheme: LabelScheme) -> LabelOutcomes:
    """Say for every row what a label scheme calls it, or why it leaves it out.

    Raises:
        DatasetError: The scheme needs votes that were not imported.
    """
    outcome = len(scheme.class_names) + _reasons(records, scheme)
    rows, labels, _ = apply_scheme(records, scheme)
    outcome[rows] = labels
    return LabelOutcomes(np.asarray(records.split), outcome, scheme.class_names)


def cross_tabulate(codes: Sequence[ArrayLike], shape: Sequence[int]) -> NDArray[np.int64]:
    """Count how often each combination of codes occurs, one ``(n,)`` array for each axis."""
    cells = np.ravel_multi_index([np.asarray(code, np.int64) for code in codes], tuple(shape))
    return np.bincount(cells, minlength=math.prod(shape)).reshape(shape)


def relabeling(records: FaceRecords, outcomes: LabelOutcomes, splits: Sequence[str] = SPLITS) -> pd.DataFrame:
    """Count own labels (the lines) against what a label scheme makes of the same rows (the columns).

    Own labels without any row are left out.
    """
    wanted = np.isin(outcomes.split, [SPLITS.index(name) for name in splits])
    codes = records.emotion[wanted], outcomes.outcome[wanted]
    table = pd.DataFrame(
        cross_tabulate(codes, (len(OWN_LABELS), len(outcomes.names))),
        index=pd.Index(OWN_LABELS, name="own label"),
        columns=list(outcomes.names),
    )
    return table[table.sum(axis=1) > 0]


def imbalance(counts: pd.Series) -> float:
    """How many times as many faces the largest class has as the smallest that has any; 1 when there is none."""
    present = counts[counts > 0]
    return float(present.max() / present.min()) if len(present) else 1.0


def first_votes(records: FaceRecords) -> NDArray[np.uint8]:
    """``(n,)``: how many of the ten votes each row's first answer got; without votes nothing, shape (0,)."""
    return np.asarray(records.votes.max(axis=1, initial=0) if records.has_votes else np.empty(0, np.uint8))


def split_table(counts: pd.DataFrame) -> pd.DataFrame:
    """The paper's Table 3, with what the label scheme keeps of each split and why it leaves the others out."""
    usage = {split: name for name, split in USAGE_SPLITS.items()}
    reasons = counts.loc[list(LEFT_OUT), list(SPLITS)].T
    columns = {
        "Dataset": [PAPER_SPLITS[split] for split in SPLITS],
        "Usage": [usage[split] for split in SPLITS],
        "Size": counts.sum(),
        "Kept": counts.drop(index=list(LEFT_OUT)).sum(),
        **{name.capitalize(): reasons[name] for name in LEFT_OUT},
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def typical_rows(records: FaceRecords) -> dict[str, int]:
    """A face for each emotion: of those on which most people agreed (of that label, without votes) the most average."""
    if records.has_votes:
        votes = {name: records.votes[:, VOTE_COLUMNS.index(name)] for name in EMOTIONS}
        agreed = {name: np.flatnonzero(count == max(count.max(initial=0), 1)) for name, count in votes.items()}
    else:
        agreed = {name: np.flatnonzero(records.emotion == OWN_LABELS.index(name)) for name in EMOTIONS}
    return {name: _most_average(records, rows[:_COMPARED]) for name, rows in agreed.items() if len(rows)}


def _most_average(records: FaceRecords, rows: NDArray[np.int64]) -> int:
    """The row whose picture correlates best with the mean of all these rows' pictures."""
    pictures = records.images[rows].reshape(len(rows), -1).astype(np.float32)
    pictures -= pictures.mean(axis=1, keepdims=True)
    pictures /= np.maximum(pictures.std(axis=1, keepdims=True), 1.0)
    return int(rows[(pictures @ pictures.mean(axis=0)).argmax()])


def votes_in_words(votes: NDArray[np.uint8]) -> str:
    """One row's votes, most first: "happiness 8, neutral 2"."""
    order = np.argsort(-votes.astype(int), kind="stable")
    return ", ".join(f"{VOTE_COLUMNS[i].replace('NF', 'not a face')} {votes[i]}" for i in order if votes[i])


def shuffled(rows: NDArray[np.int64], sample: int) -> NDArray[np.int64]:
    """The rows in random order; the same sample number always gives the same order, and 0 that of the file."""
    return np.random.default_rng(sample).permutation(rows) if sample else rows


def _reasons(records: FaceRecords, scheme: LabelScheme) -> NDArray[np.int64]:
    """Per row an index into ``LEFT_OUT``: why it would be left out if the scheme does not keep it."""
    reasons, names = np.zeros(len(records), np.int64), list(LEFT_OUT)
    if scheme.rule == "fer2013":
        return np.full(len(records), names.index(OTHER_EMOTION))
    if not records.has_votes:
        return reasons
    reasons[without_outliers(records.votes).argmax(axis=1) >= len(EMOTIONS)] = names.index(NO_EMOTION)
    reasons[apply_scheme(records, replace(scheme, class_names=EMOTIONS))[0]] = names.index(OTHER_EMOTION)
    return reasons
