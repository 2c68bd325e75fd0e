"""Evaluations as sentences."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.subgroups import LOW_AGREEMENT, agreement


def cell_story(report: EvaluationReport, dataset: FerDataset, true: str, predicted: str) -> str:
    """One cell of the confusion matrix as a sentence, with how well people agreed on its images.

    Args:
        report: What a checkpoint said.
        dataset: The images that were scored.
        true: The true class.
        predicted: What the network called them.
    """
    words = report.cell_in_words(true, predicted)
    positions = report.cell(true, predicted)
    if not (len(positions) and len(dataset.votes)):
        return words
    low = int((agreement(dataset)[positions] < LOW_AGREEMENT).sum())
    if not low:
        return f"{words}, all of them with high agreement"
    return f"{words}, {_how_many(low, len(positions))} with low agreement among people"


def misses_in_words(report: EvaluationReport, name: str) -> str:
    """What happened to a class's images that were not recognised."""
    index = report.class_names.index(name)
    row = report.confusion_matrix()[index]
    missed = int(row.sum() - row[index])
    if not row.sum():
        return f"No face here is labelled {name}."
    if not missed:
        return f"Every one of the {row.sum():,} {name} faces was recognised."
    others = _largest(row, index, report.class_names)
    return f"{missed:,} of {row.sum():,} {name} faces were missed: called {others}."


def false_alarms_in_words(report: EvaluationReport, name: str) -> str:
    """What the images really are that were wrongly called by a class's name."""
    index = report.class_names.index(name)
    column = report.confusion_matrix()[:, index]
    wrong = int(column.sum() - column[index])
    if not column.sum():
        return f"No face was called {name}."
    if not wrong:
        return f"Each of the {column.sum():,} faces called {name} is {name}."
    others = _largest(column, index, report.class_names)
    return f"{wrong:,} of {column.sum():,} faces called {name} were false alarms: really {others}."


def odds(p: float) -> str:
    """A probability as people say it: "less than 1 in 1,000", "about 1 in 20", "about 3 in 10", "nearly always"."""
    if p < 1e-3:
        bound = next((n for n in (1_000_000, 100_000, 10_000) if p < 1 / n), 1000)
        return f"less than 1 in {bound:,}"
    if p < 0.2:
        return f"about 1 in {_round_number(1 / p):,}"
    return f"about {round(10 * p)} in 10" if p < 0.95 else "nearly always"


def _round_number(value: float) -> int:
    """Two significant figures are enough for odds."""
    return int(float(f"{value:.2g}"))


def _how_many(part: int, whole: int) -> str:
    if part == whole:
        return "all of them"
    if part > 0.75 * whole:
        return "most of them"
    if part > 0.5 * whole:
        return "more than half of them"
    return f"{part:,} of them"


def _largest(counts: NDArray[np.int64], own: int, names: Sequence[str]) -> str:
    """The three largest counts but the class's own: "neutral (98), anger (20) and others (14)"."""
    order = [int(i) for i in np.argsort(-counts, kind="stable") if i != own and counts[i]]
    parts = [f"{names[i]} ({counts[i]:,})" for i in order[:3]]
    if rest := int(sum(counts[i] for i in order[3:])):
        parts.append(f"others ({rest:,})")
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
