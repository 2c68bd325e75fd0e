"""What becomes of an evaluation when classes are taken to be more or less equally common."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import recall_score

from fer_core.card import ModelCard
from fer_core.evaluation.report import EvaluationReport
from fer_core.priors import Commonness, prior_weights, reweighted

_STRENGTHS = np.arange(0, 1.01, 0.05)


def recommended_strength(
    probabilities: NDArray[np.float32], labels: NDArray[np.int64], prior: Sequence[float]
) -> float:
    """How far to go from the training shares towards equal ones: where accuracy and balanced accuracy add up to most.

    Args:
        probabilities: ``(n, classes)`` of validation faces, calibrated.
        labels: ``(n,)`` their true classes.
        prior: Share of each class among the training faces.

    Returns:
        0 to 1, the smallest of equally good ones.
    """

    def worth(strength: float) -> float:
        answers = reweighted(probabilities, prior_weights(prior, strength)).argmax(axis=1)
        present = np.unique(labels)
        balanced = recall_score(labels, answers, labels=present, average="macro", zero_division=0)
        return float((answers == labels).mean() + balanced)

    return round(float(max(_STRENGTHS, key=worth)), 2)


@dataclass(frozen=True)
class CommonnessFigures:
    """Figures of one split under one view of how common classes are.

    Attributes:
        strength: How far from the training shares (0) towards equal ones (1).
        accuracy: Share that got their true class.
        balanced_accuracy: Mean recall of the classes that have images.
        macro_f1: Unweighted mean of the classes' F1.
    """

    strength: float
    accuracy: float
    balanced_accuracy: float
    macro_f1: float


def by_commonness(report: EvaluationReport, card: ModelCard) -> dict[Commonness, CommonnessFigures]:
    """A report's figures under each view; empty when the card knows no training shares.

    Args:
        report: Calibrated probabilities of a split, under the training shares.
        card: Of the checkpoint it is about.
    """
    if not card.prior:
        return {}
    shares = dict(zip(card.class_names, card.prior, strict=True))
    prior = [shares[name] for name in report.class_names]
    found: dict[Commonness, CommonnessFigures] = {}
    for commonness in get_args(Commonness):
        strength = card.strength(commonness)
        probabilities = reweighted(report.probabilities, prior_weights(prior, strength))
        seen = replace(report, probabilities=probabilities, y_pred=probabilities.argmax(axis=1))
        found[commonness] = CommonnessFigures(strength, seen.accuracy, seen.balanced_accuracy, seen.macro_f1)
    return found
