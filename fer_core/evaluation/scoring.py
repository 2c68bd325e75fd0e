"""From a checkpoint and a labelled dataset to a report, on the classes they have in common."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.priors import restricted
from fer_core.datasets.dataset import FaceRecords, FerDataset
from fer_core.errors import EvaluationError
from fer_core.evaluation.report import EvaluationReport
from fer_core.labels import LABEL_SCHEMES, LabelScheme


def evaluate(classifier: Classifier, dataset: FerDataset) -> EvaluationReport:
    """Classifies every image of a dataset and scores the classes in common.

    Raises:
        EvaluationError: Fewer than two classes are in common, or no image has one of them.
    """
    return score(classifier.predict(dataset.images), classifier.class_names, dataset)


def score(
    probabilities: NDArray[np.float32], class_names: tuple[str, ...], dataset: FerDataset, *, among: Sequence[str] = ()
) -> EvaluationReport:
    """Sets a network's answers beside a dataset's labels.

    Scored are the classes that the network and the labels both have: images of other classes are left out, and the
    network's answer is the most probable of the classes in common, whose probabilities are made to sum to one.

    Args:
        probabilities: ``(n, classes)`` of the network, a row for each image of the dataset.
        class_names: The network's classes, in order.
        dataset: Labelled images.
        among: Only these classes, when not empty (so that networks with different classes can be compared).

    Raises:
        EvaluationError: Fewer than two classes are in common, or no image has one of them.
    """
    common = common_classes(dataset.class_names, class_names, *([among] if among else []))
    kept = in_classes(dataset, common)
    if not kept.any():
        raise EvaluationError("No image here has a class that the checkpoint knows. Choose another dataset or split.")
    shared, scored = restricted(probabilities[kept], class_names, common), dataset.with_classes(common)
    return EvaluationReport(
        y_true=scored.labels,
        y_pred=shared.argmax(axis=1).astype(np.int64),
        probabilities=np.asarray(shared, np.float32),
        rows=scored.rows,
        class_names=common,
        fingerprint=dataset.fingerprint,
        left_out=int(len(kept) - kept.sum()),
        unused=tuple(name for name in class_names if name not in common),
    )


def common_classes(first: Sequence[str], *others: Sequence[str]) -> tuple[str, ...]:
    """The classes that all have, in the order of the first.

    Raises:
        EvaluationError: There are fewer than two.
    """
    common = tuple(name for name in first if all(name in names for names in others))
    if len(common) < 2:
        named = " and ".join(" / ".join(names) for names in (first, *others))
        raise EvaluationError(
            f"There are fewer than two classes in common ({named}). Choose a dataset, labels or checkpoints that share "
            "classes."
        )
    return common


def in_classes(dataset: FerDataset, class_names: Sequence[str]) -> NDArray[np.bool_]:
    """``(n,)``: which images of a dataset have one of these classes."""
    return np.isin(dataset.labels, [i for i, name in enumerate(dataset.class_names) if name in class_names])


def fitting_scheme(wanted: str, records: FaceRecords) -> LabelScheme:
    """What labels a test of a checkpoint: what fits its own label scheme, or the first that a dataset can serve."""
    scheme = judging_scheme(wanted)
    return scheme if scheme in records.schemes else records.schemes[0]


def judging_scheme(trained_with: str) -> LabelScheme:
    """The labels by which a network is judged that learned from a label scheme.

    One of distributions is judged by the majority, which is what it calls validation and test images anyway.

    Args:
        trained_with: The scheme's name.
    """
    return LABEL_SCHEMES[trained_with.replace("distribution", "majority")]


def scope_in_words(report: EvaluationReport) -> str:
    """What was not scored, in a sentence, or "" when everything was."""
    parts = []
    if report.left_out:
        faces = "face is" if report.left_out == 1 else "faces are"
        parts.append(f"{report.left_out:,} labelled {faces} left out, because the checkpoint has no such class")
    if report.unused:
        names = " and ".join(report.unused)
        parts.append(f"{names} could not be answered, because no face here is labelled so")
    if not parts:
        return ""
    return f"Scored on the {len(report.class_names)} classes in common: {'; '.join(parts)}."
