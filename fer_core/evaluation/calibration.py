"""Calibration: temperature, class prior, reliability and the cost of "not sure"."""

from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from fer_core.checkpoints.card import Calibration, ModelCard, PriorFigures, recall_by_class
from fer_core.checkpoints.classifier import with_temperature
from fer_core.checkpoints.priors import AnsweredBy, PriorAdjustment, normalized
from fer_core.evaluation.intervals import wilson
from fer_core.evaluation.report import EvaluationReport

NOT_SURE_BELOW = 0.5
"""The default threshold of "not sure": a calibrated answer below it is more often wrong than right."""

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


def calibrate(
    probabilities: NDArray[np.float32],
    labels: NDArray[np.int64],
    fitted_on: str,
    *,
    not_sure_below: float,
) -> Calibration:
    """Fit a temperature to ``(n, classes)`` uncalibrated probabilities of validation faces."""
    temperature = fit_temperature(probabilities, labels)
    calibrated = with_temperature(probabilities, temperature)
    return Calibration(
        round(temperature, 4),
        not_sure_below,
        fitted_on,
        error_before=round(calibration_error(probabilities, labels), 5),
        error_after=round(calibration_error(calibrated, labels), 5),
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
    """Return coverage and accuracy of some answers under a threshold."""
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


def with_prior(report: EvaluationReport, card: ModelCard, prior: PriorAdjustment) -> EvaluationReport:
    """Convert a calibrated report under the training prior to another class prior."""
    weights = card.class_weights(prior, report.class_names)
    answered_by = AnsweredBy(card.name, card.known_prior(prior))
    if weights is None:
        return replace(report, answered_by=answered_by)
    probabilities = normalized(report.probabilities * weights)
    y_pred = probabilities.argmax(axis=1).astype(np.int64)
    return replace(report, probabilities=probabilities, y_pred=y_pred, answered_by=answered_by)


def prior_figures(report: EvaluationReport, card: ModelCard) -> dict[PriorAdjustment, PriorFigures]:
    """Return the figures of a report under the training prior, under each; none without known training shares."""
    found: dict[PriorAdjustment, PriorFigures] = {}
    for prior in get_args(PriorAdjustment) if card.prior else ():
        seen = with_prior(report, card, prior)
        recall = recall_by_class(seen.class_names, seen.confusion_matrix().tolist())
        found[prior] = PriorFigures(seen.accuracy, seen.balanced_accuracy, seen.macro_f1, recall)
    return found
