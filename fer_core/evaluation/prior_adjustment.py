"""What becomes of an evaluation when classes are taken to be more or less equally common."""

from dataclasses import dataclass, replace
from typing import get_args

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.priors import PriorAdjustment, prior_weights, reweighted
from fer_core.evaluation.report import EvaluationReport


@dataclass(frozen=True)
class AdjustedFigures:
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


def adjusted_figures(report: EvaluationReport, card: ModelCard) -> dict[PriorAdjustment, AdjustedFigures]:
    """A report's figures under each view; empty when the card knows no training shares.

    Args:
        report: Calibrated probabilities of a split, under the training shares.
        card: Of the checkpoint it is about.
    """
    prior = card.prior_of(report.class_names)
    if not prior:
        return {}
    found: dict[PriorAdjustment, AdjustedFigures] = {}
    for prior_adjustment in get_args(PriorAdjustment):
        strength = card.strength(prior_adjustment)
        probabilities = reweighted(report.probabilities, prior_weights(prior, strength))
        seen = replace(report, probabilities=probabilities, y_pred=probabilities.argmax(axis=1))
        found[prior_adjustment] = AdjustedFigures(strength, seen.accuracy, seen.balanced_accuracy, seen.macro_f1)
    return found
