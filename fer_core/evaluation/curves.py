"""ROC and precision-recall curves, one class against all others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.report import EvaluationReport

_POINTS = 300  # of a curve on a page: more are not seen


@dataclass(frozen=True, eq=False)
class ClassCurves:
    """The two curves of one class.

    Attributes:
        class_name: The class.
        support: How many images it has.
        false_positive_rate: ``(m,)`` of the ROC curve, rising.
        true_positive_rate: ``(m,)``.
        area: Under the ROC curve, 0 to 1; 0.5 is chance.
        recall: ``(k,)`` of the precision-recall curve, falling.
        precision: ``(k,)``.
        average_precision: The area under it, in steps.
    """

    class_name: str
    support: int
    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]
    area: float
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    average_precision: float


def class_curves(report: EvaluationReport) -> tuple[ClassCurves, ...]:
    """The curves of every class that some images have and others do not."""
    curves = []
    for index, name in enumerate(report.class_names):
        of_class = report.y_true == index
        if of_class.any() and not of_class.all():
            curves.append(_curves(name, of_class, report.probabilities[:, index]))
    return tuple(curves)


def _curves(name: str, of_class: NDArray[np.bool_], score: NDArray[np.float32]) -> ClassCurves:
    from sklearn import metrics  # noqa: PLC0415 (takes a second, and pages should open before)

    false_rate, true_rate, _ = metrics.roc_curve(of_class, score)
    precision, recall, _ = metrics.precision_recall_curve(of_class, score, drop_intermediate=True)
    thin, few = _thinned(false_rate, true_rate), _thinned(recall, precision)
    return ClassCurves(
        class_name=name,
        support=int(of_class.sum()),
        false_positive_rate=false_rate[thin],
        true_positive_rate=true_rate[thin],
        area=float(metrics.auc(false_rate, true_rate)),
        recall=recall[few],
        precision=precision[few],
        average_precision=float(metrics.average_precision_score(of_class, score)),
    )


def _thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions of some points of a curve, equally far apart along it, its ends among them."""
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    return np.unique(np.searchsorted(length, np.linspace(0, length[-1], _POINTS)).clip(0, len(x) - 1))
