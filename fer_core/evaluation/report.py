"""What a checkpoint gets right and wrong on a labelled dataset: the value every figure is derived from."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from fer_core.datasets.summary import cross_tabulate
from fer_core.evaluation.counting import recalls
from fer_core.evaluation.intervals import (
    Interval,
    f1_interval,
    macro_f1_of,
    percentile_interval,
    resampled,
    wilson,
)
from fer_core.storage.plaintext import percent


@dataclass(frozen=True, eq=False)
class EvaluationReport:
    """A checkpoint's answers beside the truth.

    Attributes:
        y_true: ``(n,)`` int64 true classes, indices into ``class_names``.
        y_pred: ``(n,)`` int64 predicted classes.
        probabilities: ``(n, classes)`` float32.
        rows: ``(n,)`` int64 row numbers in the dataset's files.
        class_names: The classes that are scored.
        fingerprint: Of the dataset.
        left_out: How many labelled images were left out because the network has no such class.
        unused: Classes of the network that the labels do not have; it was not allowed to answer them.
    """

    y_true: NDArray[np.int64]
    y_pred: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    rows: NDArray[np.int64]
    class_names: tuple[str, ...]
    fingerprint: str
    left_out: int = 0
    unused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.y_true)
        if not n or self.y_pred.shape != (n,) or self.probabilities.shape != (n, len(self.class_names)):
            raise ValueError("Expected at least one image, and one prediction for every image.")

    def __len__(self) -> int:
        return len(self.y_true)

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """``(n,)``: which images got their true class."""
        return np.asarray(self.y_true == self.y_pred)

    @property
    def confidence(self) -> NDArray[np.float32]:
        """``(n,)``: the probability of each answer."""
        return self.probabilities[np.arange(len(self)), self.y_pred]

    @property
    def true_probability(self) -> NDArray[np.float32]:
        """``(n,)``: the probability each true class was given."""
        return self.probabilities[np.arange(len(self)), self.y_true]

    @property
    def accuracy(self) -> float:
        """Share of the images that got their true class."""
        return float(self.is_right.mean())

    def top_k_accuracy(self, k: int = 2) -> float:
        """Share of the images whose true class is among the k most probable; of equal ones the first counts."""
        order = np.argsort(-self.probabilities, axis=1, kind="stable")[:, :k]
        return float((order == self.y_true[:, None]).any(axis=1).mean())

    @property
    def macro_f1(self) -> float:
        """Unweighted mean of the classes' F1; a class without images and predictions counts as 0."""
        return float(macro_f1_of(self.confusion_matrix()))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes that have images."""
        return float(recalls(self.confusion_matrix()).mean())

    def accuracy_interval(self) -> Interval:
        """Where the accuracy on very many such images would lie, with 95 % confidence (Wilson's interval, 1927)."""
        return wilson(int(self.is_right.sum()), len(self))

    def macro_f1_interval(self) -> Interval:
        """The same for macro F1, by bootstrap."""
        matrix = self.confusion_matrix()
        return percentile_interval(macro_f1_of(resampled(matrix.ravel()).reshape(-1, *matrix.shape)))

    @property
    def commonest_class(self) -> tuple[str, float]:
        """The class with the most images and its share: the accuracy of always answering that."""
        counts = np.bincount(self.y_true, minlength=len(self.class_names))
        return self.class_names[int(counts.argmax())], float(counts.max() / len(self))

    def commonest_mistake(self) -> tuple[str, str]:
        """The true and the predicted class of the largest cell off the diagonal; without mistakes, the largest cell."""
        matrix = self.confusion_matrix()
        mistakes = matrix * (1 - np.eye(len(matrix), dtype=np.int64))
        cells = mistakes if mistakes.any() else matrix
        row, column = np.unravel_index(int(cells.argmax()), cells.shape)
        return self.class_names[int(row)], self.class_names[int(column)]

    def confusion_matrix(self) -> NDArray[np.int64]:
        """``(classes, classes)`` counts: rows are true, columns predicted; absent classes keep their row."""
        return cross_tabulate((self.y_true, self.y_pred), [len(self.class_names)] * 2)

    def per_class(self) -> pd.DataFrame:
        """Precision, recall, F1 and support of each class, indexed by its name; undefined figures are 0."""
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
        """The ends of the 95 % intervals of precision, recall and F1 of each class, as ``precision_low`` and so on."""
        matrix = self.confusion_matrix()
        rows = []
        sides = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
        for hits, true, called in np.stack(sides, axis=1).tolist():
            rows.append((*wilson(hits, called), *wilson(hits, true), *f1_interval(hits, called, true)))
        columns = [f"{name}_{end}" for name in ("precision", "recall", "f1") for end in ("low", "high")]
        return pd.DataFrame(rows, columns=columns, index=pd.Index(self.class_names, name="class"))

    def part(self, positions: NDArray[np.int64]) -> "EvaluationReport":
        """The report on some of the images."""
        arrays = {name: getattr(self, name)[positions] for name in ("y_true", "y_pred", "probabilities", "rows")}
        return replace(self, **arrays)

    def cell(self, true: str, predicted: str) -> NDArray[np.int64]:
        """Positions of the images of one cell of the confusion matrix, the most wrong first.

        The most wrong is the one whose true class was given the least probability; among right answers, the least sure.
        """
        i, j = self.class_names.index(true), self.class_names.index(predicted)
        positions = np.flatnonzero((self.y_true == i) & (self.y_pred == j))
        return positions[np.argsort(self.probabilities[positions, i], kind="stable")]

    def cell_in_words(self, true: str, predicted: str) -> str:
        """One cell of the confusion matrix as a sentence."""
        count = len(self.cell(true, predicted))
        support = int((self.y_true == self.class_names.index(true)).sum())
        if not support:
            return f"There are no {true} faces here"
        faces = "face" if support == 1 else "faces"
        verb = "was" if count == 1 else "were"
        said = "recognised" if true == predicted else f"called {predicted}"
        return f"{count:,} of {support:,} {true} {faces} ({percent(count / support, 1)}) {verb} {said}"


def confusion_order(report: EvaluationReport) -> tuple[str, ...]:
    """The classes in an order in which those that are mixed up most stand side by side.

    Average linkage on how seldom two classes are taken for each other, with the leaves in their optimal order
    (Bar-Joseph, Gifford and Jaakkola, 2001).
    """
    matrix = report.confusion_matrix()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    distances = 1 - (shares + shares.T) / 2
    np.fill_diagonal(distances, 0)
    condensed = scipy.spatial.distance.squareform(distances, checks=False)
    tree = scipy.cluster.hierarchy.linkage(condensed, "average", optimal_ordering=True)
    order = scipy.cluster.hierarchy.leaves_list(tree)
    return tuple(report.class_names[i] for i in order)
