"""Evaluations as sentences."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.subgroups import agreement
from fer_core.storage.plaintext import listed, percent

_LOW_AGREEMENT = 0.7  # share of the votes for the label below which people did not agree well


def describe_cell(report: EvaluationReport, true: str, predicted: str, dataset: FerDataset | None = None) -> str:
    """Describe one cell of the confusion matrix, with how well people agreed where the scored images have votes."""
    positions = report.cell(true, predicted)
    count, support = len(positions), int((report.y_true == report.class_names.index(true)).sum())
    if not support:
        return f"There are no {true} faces here"
    faces, verb = "face" if support == 1 else "faces", "was" if count == 1 else "were"
    said = "recognized" if true == predicted else f"called {predicted}"
    words = f"{count:,} of {support:,} {true} {faces} ({percent(count / support)}) {verb} {said}"
    if dataset is None or not (count and len(dataset.votes)):
        return words
    low = int((agreement(dataset)[positions] < _LOW_AGREEMENT).sum())
    if not low:
        return f"{words}, all of them with high agreement"
    return f"{words}, {_how_many(low, count)} with low agreement among people"


def describe_misses(report: EvaluationReport, name: str) -> str:
    """Describe what a class's images were called that were not recognized."""
    index = report.class_names.index(name)
    row = report.confusion_matrix()[index]
    missed = int(row.sum() - row[index])
    if not row.sum():
        return f"No face here is labeled {name}."
    if not missed:
        return f"Every one of the {row.sum():,} {name} faces was recognized."
    return f"{missed:,} of {row.sum():,} {name} faces were missed: called {_largest(row, index, report.class_names)}."


def describe_false_alarms(report: EvaluationReport, name: str) -> str:
    """Describe what the images really are that were wrongly called by a class's name."""
    index = report.class_names.index(name)
    column = report.confusion_matrix()[:, index]
    wrong = int(column.sum() - column[index])
    if not column.sum():
        return f"No face was called {name}."
    if not wrong:
        return f"Each of the {column.sum():,} faces called {name} is {name}."
    others = _largest(column, index, report.class_names)
    return f"{wrong:,} of {column.sum():,} faces called {name} were false alarms: really {others}."


def describe_scope(report: EvaluationReport) -> str:
    """Describe what was not scored, and a score that cannot be wrong; return "" when everything was scored fairly."""
    parts, present = [], np.unique(report.y_true)
    warning = ""
    if len(present) == 1:
        name = report.class_names[int(present[0])]
        warning = (
            f"All {len(report.y_true):,} faces here are labeled {name}: a constant answer gets 100%. "
            "Choose faces of several classes to measure accuracy."
        )
    if report.left_out:
        faces = "face is" if report.left_out == 1 else "faces are"
        parts.append(f"{report.left_out:,} labeled {faces} left out, because the checkpoint has no such class")
    if report.unused:
        parts.append(f"no face here is labeled {listed(report.unused)}")
    scope = f"Evaluated on the {len(report.class_names)} shared classes: {'; '.join(parts)}." if parts else ""
    return " ".join(filter(None, (warning, scope)))


def describe_answers(card: ModelCard, prior: PriorAdjustment) -> str:
    """Describe who answers, under which class prior, and how often it is wrong under that."""
    prior = card.known_prior(prior)
    words = f"Answers by {card.name}, class prior: {prior}"
    if figures := card.figures_under(prior):
        return (
            f"{words} ({percent(figures.accuracy)} accuracy, {percent(figures.balanced_accuracy)} balanced, on "
            f"{card.measured.n:,} test faces of {card.measured.dataset_title})."
        )
    return f"{words} (not measured under this prior)."


def _how_many(part: int, whole: int) -> str:
    if part == whole:
        return "all of them"
    if part > 0.75 * whole:
        return "most of them"
    return "more than half of them" if part > 0.5 * whole else f"{part:,} of them"


def _largest(counts: NDArray[np.int64], own: int, names: Sequence[str]) -> str:
    """Return the three largest counts but the class's own: "neutral (98), anger (20) and others (14)"."""
    order = [int(i) for i in np.argsort(-counts, kind="stable") if i != own and counts[i]]
    parts = [f"{names[i]} ({counts[i]:,})" for i in order[:3]]
    if rest := int(sum(counts[i] for i in order[3:])):
        parts.append(f"others ({rest:,})")
    return listed(parts)
