"""What a checkpoint gets right and wrong on a labelled dataset."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from fer_core.classifier import Classifier
from fer_core.data.dataset import FerDataset


@dataclass(frozen=True, eq=False)
class EvaluationReport:
    """A checkpoint's answers beside the truth; every figure is derived from these.

    Attributes:
        y_true: ``(n,)`` int64 true classes, indices into ``class_names``.
        y_pred: ``(n,)`` int64 predicted classes.
        probabilities: ``(n, classes)`` float32.
        rows: ``(n,)`` int64 row numbers in the dataset's files.
        class_names: The classes.
        fingerprint: Of the dataset.
    """

    y_true: NDArray[np.int64]
    y_pred: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    rows: NDArray[np.int64]
    class_names: tuple[str, ...]
    fingerprint: str

    def __post_init__(self) -> None:
        n = len(self.y_true)
        if not n or self.y_pred.shape != (n,) or self.probabilities.shape != (n, len(self.class_names)):
            raise ValueError("Expected at least one image, and one prediction for every image.")

    def __len__(self) -> int:
        return len(self.y_true)

    @property
    def accuracy(self) -> float:
        """Share of the images that got their true class."""
        return float((self.y_true == self.y_pred).mean())

    @property
    def macro_f1(self) -> float:
        """Unweighted mean of the classes' F1; a class without images and predictions counts as 0."""
        return float(self.per_class()["f1"].mean())

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes that have images."""
        table = self.per_class()
        return float(table.loc[table["support"] > 0, "recall"].mean())

    def accuracy_interval(self) -> tuple[float, float]:
        """Where the accuracy on very many such images would lie, with 95 % confidence (Wilson's interval, 1927)."""
        n, z = len(self), 1.959964
        centre = (self.accuracy + z**2 / (2 * n)) / (1 + z**2 / n)
        reach = z / (1 + z**2 / n) * math.sqrt(self.accuracy * (1 - self.accuracy) / n + z**2 / (4 * n**2))
        return max(0.0, centre - reach), min(1.0, centre + reach)

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
        matrix = confusion_matrix(self.y_true, self.y_pred, labels=range(len(self.class_names)))
        return np.asarray(matrix, np.int64)

    def per_class(self) -> pd.DataFrame:
        """Precision, recall, F1 and support of each class, indexed by its name; undefined figures are 0."""
        precision, recall, f1, support = precision_recall_fscore_support(
            self.y_true, self.y_pred, labels=range(len(self.class_names)), zero_division=0
        )
        columns = {"precision": precision, "recall": recall, "f1": f1, "support": support}
        return pd.DataFrame(columns, index=pd.Index(self.class_names, name="class"))

    def cell(self, true: str, predicted: str) -> NDArray[np.int64]:
        """Positions of the images of one cell of the confusion matrix, the most confident answer first."""
        i, j = self.class_names.index(true), self.class_names.index(predicted)
        positions = np.flatnonzero((self.y_true == i) & (self.y_pred == j))
        return positions[np.argsort(-self.probabilities[positions, j], kind="stable")]

    def cell_in_words(self, true: str, predicted: str) -> str:
        """One cell of the confusion matrix as a sentence."""
        count = len(self.cell(true, predicted))
        support = int((self.y_true == self.class_names.index(true)).sum())
        if not support:
            return f"There are no {true} faces here"
        faces = "face" if support == 1 else "faces"
        verb = "was" if count == 1 else "were"
        said = "recognised" if true == predicted else f"called {predicted}"
        return f"{count:,} of {support:,} {true} {faces} ({100 * count / support:.1f} %) {verb} {said}"


def evaluate(classifier: Classifier, dataset: FerDataset) -> EvaluationReport:
    """Classifies every image of a dataset.

    Args:
        classifier: A checkpoint's network.
        dataset: Labelled faces whose classes are the classifier's, in the same order.

    Raises:
        ValueError: The classes differ.
    """
    if classifier.class_names != dataset.class_names:
        raise ValueError(f"Expected classes {classifier.class_names}. Received {dataset.class_names}.")
    probabilities = classifier.predict(dataset.images)
    return EvaluationReport(
        y_true=dataset.labels,
        y_pred=probabilities.argmax(axis=1).astype(np.int64),
        probabilities=probabilities,
        rows=dataset.rows,
        class_names=dataset.class_names,
        fingerprint=dataset.fingerprint,
    )
