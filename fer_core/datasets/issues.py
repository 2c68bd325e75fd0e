"""What is wrong with a set of faces that a network is to learn from, or too little in it, said before it starts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from fer_core.datasets.dataset import FaceRecords, apply_scheme
from fer_core.datasets.summary import cross_tabulate
from fer_core.errors import DatasetError
from fer_core.labels import SPLITS, LabelScheme

Severity = Literal["error", "warning", "note"]
"""An error makes training pointless, a warning makes figures misleading, a note is worth knowing."""

FEW_TRAINING_FACES = 20
"""With fewer faces of a class, a network hardly learns it."""

FEW_SCORED_FACES = 100
"""With fewer faces in a split, a 95% confidence interval may reach further than 10 points to either side."""

_HALF_WIDTH = 98.0  # points: 1.96 standard deviations of a share of one half, times the root of n
_ADD = "Add pictures of other classes and import again, or choose another label scheme."


@dataclass(frozen=True)
class DataIssue:
    """Something to know before training.

    Attributes:
        text: What is wrong and what to do, for people.
    """

    severity: Severity
    text: str


def training_set_issues(
    records: FaceRecords, scheme: LabelScheme, *, without: ArrayLike = (), share: float = 1.0
) -> tuple[DataIssue, ...]:
    """List what speaks against training on records labeled by a scheme, the worst first.

    Args:
        records: All splits.
        scheme: Which rows have which label.
        without: Row numbers that are left out.
        share: Part of the training faces that is used, 0 to 1.

    Raises:
        DatasetError: The scheme needs votes that were not imported.
    """
    rows, labels, _ = apply_scheme(records, scheme)
    kept = ~np.isin(rows, without)
    shape = len(scheme.class_names), len(SPLITS)
    counts = pd.DataFrame(cross_tabulate((labels[kept], records.split[rows[kept]]), shape), scheme.class_names, SPLITS)
    return (*_pointless(counts, scheme), *_missing(counts), *_few(counts, share), *_unused(counts))


def refuse_pointless(issues: Iterable[DataIssue]) -> None:
    """Refuse a set of which one issue is an error.

    Raises:
        DatasetError: There is one; its text is the error's.
    """
    for issue in issues:
        if issue.severity == "error":
            raise DatasetError(issue.text)


def _pointless(counts: pd.DataFrame, scheme: LabelScheme) -> Iterator[DataIssue]:
    """Splits without faces, and those of one class, in which no answer can be wrong."""
    for split in SPLITS:
        present, purpose = counts.index[counts[split] > 0], "training" if split == "train" else split
        if not len(present):
            text = (
                f"No face remains for {purpose} under “{scheme.title}”. Import the pictures again with new splits, "
                "choose another label scheme, or exclude fewer."
            )
        elif len(present) == 1:
            text = (
                f"All {counts[split].sum():,} {purpose} faces are labeled {present[0]}, so every accuracy would be "
                f"100%. {_ADD}"
            )
        else:
            continue
        yield DataIssue("error", text)


def _missing(counts: pd.DataFrame) -> Iterator[DataIssue]:
    """Classes that are in some splits only."""
    trained = counts["train"] > 0
    if unknown := _names(~trained & (counts.sum(axis=1) > 0)):
        faces = int(counts[~trained].to_numpy().sum())
        text = f"No training face is labeled {unknown}, so {faces:,} validation and test faces are always missed."
        yield DataIssue("warning", f"{text} {_ADD}")
    for split in SPLITS[1:]:
        if counts[split].any() and (untested := _names(trained & (counts[split] == 0))):
            text = f"No {split} face is labeled {untested}, so {split} figures do not cover it. Draw new splits."
            yield DataIssue("warning", text)


def _few(counts: pd.DataFrame, share: float) -> Iterator[DataIssue]:
    """Classes and splits that are so small that chance decides."""
    used = (counts["train"] * share).round().astype(int)
    few = {str(name): int(n) for name, n in used.items() if 0 < n < FEW_TRAINING_FACES}
    if few:
        text = ", ".join(f"{name} {n}" for name, n in few.items())
        yield DataIssue(
            "warning",
            f"Too few training faces to learn these classes: {text}. Add pictures until each has at least "
            f"{FEW_TRAINING_FACES}; hundreds are better.",
        )
    for split in SPLITS[1:]:
        if 0 < (n := int(counts[split].sum())) < FEW_SCORED_FACES:
            yield DataIssue(
                "warning",
                f"Accuracy on {n} {split} faces is uncertain by up to ±{_HALF_WIDTH / n**0.5:.0f} points "
                f"(95% confidence interval). Give {split} at least {FEW_SCORED_FACES} faces before you compare runs.",
            )


def _unused(counts: pd.DataFrame) -> Iterator[DataIssue]:
    if absent := _names(counts.sum(axis=1) == 0):
        yield DataIssue("note", f"This dataset has no face labeled {absent}: the network will never predict it.")


def _names(which: "pd.Series[bool]") -> str:
    *first, last = [*map(str, which.index[which])] or [""]
    return f"{', '.join(first)} or {last}" if first else last
