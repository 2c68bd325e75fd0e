"""From a checkpoint and a labeled dataset to a report, on the classes they have in common."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import with_temperature
from fer_core.checkpoints.priors import PriorAdjustment, restricted
from fer_core.datasets.dataset import FaceRecords, FerDataset
from fer_core.errors import EvaluationError
from fer_core.evaluation.cache import raw_probabilities
from fer_core.evaluation.calibration import calibration_error, with_prior
from fer_core.evaluation.report import EvaluationReport
from fer_core.labels import LABEL_SCHEMES, LabelScheme


def evaluate_checkpoint(
    checkpoint: Checkpoint,
    dataset: FerDataset,
    *,
    prior_adjustment: PriorAdjustment = "training",
    among: Sequence[str] = (),
    raw: bool = False,
) -> EvaluationReport:
    """Evaluate a checkpoint on labeled images with cached predictions, calibrated unless ``raw``; see :func:`score`.

    The class prior is that of training for what cards hold, and what a person chose for what people see.

    Raises:
        FerError: If the checkpoint's file is damaged, or too few classes are in common.
    """
    card, probabilities = checkpoint.card, raw_probabilities(checkpoint, dataset)
    if not raw:
        probabilities = with_temperature(probabilities, card.calibration.temperature)
    return with_prior(score(probabilities, card.class_names, dataset, among=among), card, prior_adjustment)


def score(
    probabilities: NDArray[np.float32], class_names: tuple[str, ...], dataset: FerDataset, *, among: Sequence[str] = ()
) -> EvaluationReport:
    """Report a network's ``(n, classes)`` answers beside a dataset's labels, on the classes that both have.

    Images of other classes are left out; the network's answer is the most probable of the classes in common (and
    ``among`` these, when not empty), whose probabilities are made to sum to one.

    Raises:
        EvaluationError: If fewer than two classes are in common, or no image has one of them.
    """
    common = common_classes(dataset.class_names, class_names, *([among] if among else []))
    kept = np.isin(dataset.labels, [dataset.class_names.index(name) for name in common])
    if not kept.any():
        raise EvaluationError("The checkpoint knows none of the classes here. Choose another dataset or split.")
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


def headline_figures(report: EvaluationReport) -> dict[str, Any]:
    """Return the figures of a whole split, by the names that cards and documents have for them."""
    return {
        "accuracy": report.accuracy,
        "accuracy_interval": report.accuracy_interval(),
        "macro_f1": report.macro_f1,
        "macro_f1_interval": report.macro_f1_interval(),
        "balanced_accuracy": report.balanced_accuracy,
        "top2_accuracy": report.top_k_accuracy(2),
        "calibration_error": calibration_error(report.probabilities, report.y_true),
    }


def common_classes(first: Sequence[str], *others: Sequence[str]) -> tuple[str, ...]:
    """Return the classes that all have, in the order of the first.

    Raises:
        EvaluationError: If there are fewer than two.
    """
    common = tuple(name for name in first if all(name in names for names in others))
    if len(common) < 2:
        named = " and ".join(" / ".join(names) for names in (first, *others))
        raise EvaluationError(
            f"Fewer than two classes are shared ({named}). Choose another dataset, label scheme or checkpoint."
        )
    return common


def fitting_scheme(card: ModelCard, records: FaceRecords) -> LabelScheme:
    """Return the scheme a checkpoint is evaluated by: its own, or the first that a dataset can serve."""
    scheme = evaluation_scheme(card)
    return scheme if scheme in records.schemes else records.schemes[0]


def evaluation_scheme(card: ModelCard) -> LabelScheme:
    """Return the scheme a checkpoint is to be evaluated by: the majority for one trained on vote distributions."""
    return LABEL_SCHEMES[card.scheme.name.replace("distribution", "majority")]
