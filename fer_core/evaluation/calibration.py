"""Calibration: temperature, prior adjustment, reliability and the cost of "not sure"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from fer_core.checkpoints.card import Calibration, ModelCard
from fer_core.checkpoints.classifier import with_temperature
from fer_core.checkpoints.priors import PriorAdjustment, normalized, prior_weights
from fer_core.datasets.summary import cross_tabulate
from fer_core.evaluation.intervals import wilson
from fer_core.evaluation.report import EvaluationReport, recalls

NOT_SURE_BELOW = 0.5
"""The default threshold of "not sure": a calibrated answer below it is more often wrong than right."""

_STRENGTHS = np.arange(0, 1.01, 0.05)
_BINS = 15  # as in Guo et al., 2017
_LOWEST, _HIGHEST = 0.05, 20.0  # temperatures


def fit_temperature(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the temperature with the smallest negative log-likelihood, 0.05 to 20 (Guo et al., 2017).

    The ``(n, classes)`` probabilities are those of validation faces, before calibration.
    """
    rows, smallest = np.arange(len(labels)), np.finfo(np.float32).tiny

    def loss(log_temperature: float) -> float:
        softened = with_temperature(probabilities, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(softened[rows, labels], smallest)).mean())

    bounds = np.log(_LOWEST), np.log(_HIGHEST)
    return float(np.exp(scipy.optimize.minimize_scalar(loss, bounds=bounds, method="bounded").x))


def recommended_strength(
    probabilities: NDArray[np.float32], labels: NDArray[np.int64], prior: Sequence[float]
) -> float:
    """Return how far to go from the training prior (0) to a uniform one (1), the smallest of equally good strengths.

    Accuracy plus balanced accuracy of the validation faces is largest there; the probabilities are calibrated.
    """

    def accuracies(strength: float) -> float:
        answers = normalized(probabilities * prior_weights(prior, strength)).argmax(axis=1)
        balanced = recalls(cross_tabulate((labels, answers), [probabilities.shape[1]] * 2)).mean()
        return float((answers == labels).mean() + balanced)

    return round(float(max(_STRENGTHS, key=accuracies)), 2)


def calibrate(
    probabilities: NDArray[np.float32],
    labels: NDArray[np.int64],
    fitted_on: str,
    *,
    not_sure_below: float,
    prior: Sequence[float] = (),
) -> Calibration:
    """Fit a temperature and a prior adjustment to ``(n, classes)`` uncalibrated probabilities of validation faces.

    The prior has the classes' shares among the training faces; it is empty when they are unknown.
    """
    temperature = fit_temperature(probabilities, labels)
    calibrated = with_temperature(probabilities, temperature)
    return Calibration(
        round(temperature, 4),
        not_sure_below,
        fitted_on,
        error_before=round(calibration_error(probabilities, labels), 5),
        error_after=round(calibration_error(calibrated, labels), 5),
        between=recommended_strength(calibrated, labels, prior) if prior else 0.0,
    )


def calibration_error(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the expected calibration error, 0 to 1: mean distance of confidence and accuracy over equal bins."""
    _, hits, said = _binned(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels, _BINS)
    return float(np.abs(said - hits).sum() / len(labels))


def reliability(confidence: NDArray[np.float32], is_right: NDArray[np.bool_], *, bins: int = 10) -> pd.DataFrame:
    """Return how often answers of a certain confidence are right, a line for each of equal ranges that has answers.

    Returns:
        The ends ``from`` and ``to``, ``confidence`` (mean), ``accuracy`` with its interval ``low`` and ``high``, ``n``.
    """
    table = zip(*(column.tolist() for column in _binned(confidence, is_right, bins)), strict=True)
    lines = [
        (number / bins, (number + 1) / bins, said / n, hits / n, *wilson(int(hits), n), n)
        for number, (n, hits, said) in enumerate(table)
        if n
    ]
    return pd.DataFrame(lines, columns=["from", "to", "confidence", "accuracy", "low", "high", "n"])


def _binned(
    confidence: NDArray[np.float32], is_right: NDArray[np.bool_], bins: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return for each range of confidence the number of answers, of right ones, and the sum of confidences."""
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    hits, said = (
        np.asarray(np.bincount(index, values, minlength=bins), np.float64) for values in (is_right, confidence)
    )
    return np.bincount(index, minlength=bins), hits, said


@dataclass(frozen=True)
class Coverage:
    """What a threshold of "not sure" does: the share of faces it answers, and accuracies; that of no answers is 0."""

    threshold: float
    coverage: float
    accuracy: float
    withheld_accuracy: float


def coverage_at(confidence: NDArray[np.float32], is_right: NDArray[np.bool_], threshold: float) -> Coverage:
    """Return what a threshold makes of some answers."""
    given = confidence >= threshold
    return Coverage(
        threshold,
        float(given.mean()),
        float(is_right[given].mean()) if given.any() else 0.0,
        float(is_right[~given].mean()) if not given.all() else 0.0,
    )


def coverage_curve(confidence: NDArray[np.float32], is_right: NDArray[np.bool_]) -> pd.DataFrame:
    """Return ``coverage``, ``accuracy`` and ``threshold``, from the surest answers alone to all; at most 200 lines."""
    order = np.argsort(-confidence, kind="stable")
    n = len(order)
    right = np.cumsum(is_right[order])
    shown = np.unique(np.linspace(min(20, n) - 1, n - 1, 200).astype(int))
    return pd.DataFrame(
        {"coverage": (shown + 1) / n, "accuracy": right[shown] / (shown + 1), "threshold": confidence[order][shown]}
    )


@dataclass(frozen=True)
class PriorAdjustmentFigures:
    """Figures of one split under one prior adjustment, from 0 (the training prior) to 1 (a uniform prior)."""

    strength: float
    accuracy: float
    balanced_accuracy: float
    macro_f1: float


def prior_adjustments(report: EvaluationReport, card: ModelCard) -> dict[PriorAdjustment, PriorAdjustmentFigures]:
    """Return a calibrated report's figures under each prior adjustment; none when its card has no training shares."""
    prior = card.prior_of(report.class_names)
    found: dict[PriorAdjustment, PriorAdjustmentFigures] = {}
    for name in get_args(PriorAdjustment) if prior else ():
        strength = card.strength(name)
        probabilities = normalized(report.probabilities * prior_weights(prior, strength))
        seen = replace(report, probabilities=probabilities, y_pred=probabilities.argmax(axis=1))
        found[name] = PriorAdjustmentFigures(strength, seen.accuracy, seen.balanced_accuracy, seen.macro_f1)
    return found
