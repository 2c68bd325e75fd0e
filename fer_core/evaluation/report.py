"""What a checkpoint gets right and wrong on a labeled dataset: the value every figure is derived from."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from fer_core.checkpoints.priors import UNNAMED, AnsweredBy
from fer_core.datasets.summary import cross_tabulate
from fer_core.evaluation.intervals import Interval, f1_interval, macro_f1_of, percentile_interval, resampled, wilson

_POINTS = 300  # of a curve on a page: more are not visible


@dataclass(frozen=True, eq=False)
class EvaluationReport:
    """A checkpoint's answers beside the truth.

    Attributes:
        y_true: ``(n,)`` int64 true classes, indices into ``class_names``.
        y_pred: ``(n,)`` int64 predicted classes.
        probabilities: ``(n, classes)`` float32.
        rows: ``(n,)`` int64 row numbers in the dataset's files.
        class_names: The classes that are scored.
        left_out: Number of labeled images left out because the network has no such class.
        unused: Classes of the network that the labels do not have; it could not answer them.
        answered_by: The checkpoint, and the class prior that the probabilities assume.
    """

    y_true: NDArray[np.int64]
    y_pred: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    rows: NDArray[np.int64]
    class_names: tuple[str, ...]
    fingerprint: str
    left_out: int = 0
    unused: tuple[str, ...] = ()
    answered_by: AnsweredBy = UNNAMED

    def __post_init__(self) -> None:
        n = len(self.y_true)
        if not n or self.y_pred.shape != (n,) or self.probabilities.shape != (n, len(self.class_names)):
            raise ValueError("Expected at least one image, and one prediction for every image.")

    def __len__(self) -> int:
        return len(self.y_true)

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Return ``(n,)`` which images got their true class."""
        return np.asarray(self.y_true == self.y_pred)

    @property
    def confidence(self) -> NDArray[np.float32]:
        """Return ``(n,)`` the probability of each answer."""
        return self.probabilities[np.arange(len(self)), self.y_pred]

    @property
    def true_probability(self) -> NDArray[np.float32]:
        """Return ``(n,)`` the probability each true class was given."""
        return self.probabilities[np.arange(len(self)), self.y_true]

    @property
    def accuracy(self) -> float:
        """Return the share of the images that got their true class."""
        return float(self.is_right.mean())

    def top_k_accuracy(self, k: int = 2) -> float:
        """Return the share of the images whose true class is among the k most probable."""
        order = np.argsort(-self.probabilities, axis=1, kind="stable")[:, :k]
        return float((order == self.y_true[:, None]).any(axis=1).mean())

    @property
    def macro_f1(self) -> float:
        """Return the unweighted mean of the classes' F1; a class without images and predictions counts as 0."""
        return float(macro_f1_of(self.confusion_matrix()))

    @property
    def balanced_accuracy(self) -> float:
        """Return the mean recall of the classes that have images."""
        return float(recalls(self.confusion_matrix()).mean())

    def accuracy_interval(self) -> Interval:
        """Return Wilson's 95% interval of the accuracy."""
        return wilson(int(self.is_right.sum()), len(self))

    def macro_f1_interval(self) -> Interval:
        """Return the 95% interval of macro F1, by bootstrap."""
        matrix = self.confusion_matrix()
        return percentile_interval(macro_f1_of(resampled(matrix.ravel()).reshape(-1, *matrix.shape)))

    @property
    def commonest_class(self) -> tuple[str, float]:
        """Return the class with the most images and its share: the accuracy of always answering that."""
        counts = np.bincount(self.y_true, minlength=len(self.class_names))
        return self.class_names[int(counts.argmax())], float(counts.max() / len(self))

    def commonest_mistake(self) -> tuple[str, str]:
        """Return the true and the predicted class of the largest cell off the diagonal, or without mistakes of all."""
        matrix = self.confusion_matrix()
        mistakes = matrix * (1 - np.eye(len(matrix), dtype=np.int64))
        cells = mistakes if mistakes.any() else matrix
        row, column = np.unravel_index(int(cells.argmax()), cells.shape)
        return self.class_names[int(row)], self.class_names[int(column)]

    def confusion_matrix(self) -> NDArray[np.int64]:
        """Return ``(classes, classes)`` counts: rows are true, columns predicted; absent classes keep their row."""
        return cross_tabulate((self.y_true, self.y_pred), [len(self.class_names)] * 2)

    def per_class(self) -> pd.DataFrame:
        """Return precision, recall, F1 and support of each class, indexed by its name; undefined figures are 0."""
        matrix = self.confusion_matrix()
        hits, true, called = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
        columns = {
            "precision": hits / np.maximum(called, 1),
            "recall": hits / np.maximum(true, 1),
            "f1": 2 * hits / np.maximum(called + true, 1),
            "support": true,
        }
        return pd.DataFrame(columns, index=pd.Index(self.class_names, name="class"))

    def class_intervals(self) -> pd.DataFrame:
        """Return the ends of the 95% intervals of precision, recall and F1 by class: ``precision_low`` and so on."""
        matrix = self.confusion_matrix()
        rows = []
        sides = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
        for hits, true, called in np.stack(sides, axis=1).tolist():
            rows.append((*wilson(hits, called), *wilson(hits, true), *f1_interval(hits, called, true)))
        columns = [f"{name}_{end}" for name in ("precision", "recall", "f1") for end in ("low", "high")]
        return pd.DataFrame(rows, columns=columns, index=pd.Index(self.class_names, name="class"))

    def take(self, positions: NDArray[np.int64]) -> "EvaluationReport":
        """Return the report on some of the images."""
        arrays = {name: getattr(self, name)[positions] for name in ("y_true", "y_pred", "probabilities", "rows")}
        return replace(self, **arrays)

    def cell(self, true: str, predicted: str) -> NDArray[np.int64]:
        """Return positions of the images of one cell of the confusion matrix, the true class least probable first."""
        i, j = self.class_names.index(true), self.class_names.index(predicted)
        positions = np.flatnonzero((self.y_true == i) & (self.y_pred == j))
        return positions[np.argsort(self.probabilities[positions, i], kind="stable")]


def recalls(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the recall of each class that has images; rows of the matrix are true."""
    support = matrix.sum(axis=1)
    return np.asarray(np.diag(matrix)[support > 0] / support[support > 0], np.float64)


def confusion_order(report: EvaluationReport) -> tuple[str, ...]:
    """Return the classes in an order in which those that are confused most stand side by side.

    Average linkage on how seldom two classes are confused, in optimal leaf order (Bar-Joseph, Gifford and Jaakkola,
    2001).
    """
    matrix = report.confusion_matrix()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    distances = 1 - (shares + shares.T) / 2
    np.fill_diagonal(distances, 0)
    condensed = scipy.spatial.distance.squareform(distances, checks=False)
    tree = scipy.cluster.hierarchy.linkage(condensed, "average", optimal_ordering=True)
    order = scipy.cluster.hierarchy.leaves_list(tree)
    return tuple(report.class_names[i] for i in order)


@dataclass(frozen=True, eq=False)
class ClassCurves:
    """The ROC curve, rising, and the precision-recall curve, falling, of one class against all others."""

    class_name: str
    support: int
    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]
    area: float
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    average_precision: float


def class_curves(report: EvaluationReport) -> tuple[ClassCurves, ...]:
    """Return the curves of every class that some images have and others do not."""
    columns = ((name, report.y_true == i, report.probabilities[:, i]) for i, name in enumerate(report.class_names))
    return tuple(_curves(*column) for column in columns if 0 < column[1].sum() < len(report))


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
    """Return positions of some points of a curve, equally far apart along it, its ends among them."""
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    return np.unique(np.searchsorted(length, np.linspace(0, length[-1], _POINTS)).clip(0, len(x) - 1))
