"""How common each class is taken to be: what a network learned of it from its training faces, put in another's place.

A network's probabilities hold the shares of its training faces. Where classes are as common as elsewhere, Bayes' rule
divides these shares out: Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori
probabilities", Neural Computation, 2002.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

PriorAdjustment = Literal["training", "between", "equal"]
"""As among the training faces; part of the way, as far as validation recommends; or all classes equally."""

PRIOR_ADJUSTMENT_TITLES: dict[PriorAdjustment, str] = {
    "training": "as in training",
    "between": "in between",
    "equal": "all equally",
}
"""What people read."""

_LEAST = 1e-3  # of a class that training hardly had, so that no weight grows beyond all bounds


def prior_weights(prior: Sequence[float], strength: float) -> NDArray[np.float32]:
    """By how much each probability is multiplied.

    Args:
        prior: Share of each class among the training faces.
        strength: 0 for the training shares, 1 for all classes equally, between them for part of the way.

    Returns:
        ``(classes,)`` float32, the largest 1.
    """
    weights = np.maximum(np.asarray(prior, np.float64), _LEAST) ** -strength
    return np.asarray(weights / weights.max(), np.float32)


def reweighted(probabilities: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities multiplied by a weight for each class.

    Args:
        probabilities: ``(n, classes)``, rows summing to one.
        weights: ``(classes,)``, above 0.

    Returns:
        ``(n, classes)`` float32, rows summing to one.
    """
    return normalised(probabilities * weights)


def normalised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores ``(n, classes)`` of at least 0 as probabilities: float32, rows summing to one; a row of zeros stays."""
    total = scores.sum(axis=1, keepdims=True)
    return np.asarray(scores / np.maximum(total, np.finfo(np.float32).tiny), np.float32)


def restricted(
    probabilities: NDArray[np.float32], class_names: Sequence[str], wanted: Sequence[str]
) -> NDArray[np.float32]:
    """Probabilities of some classes only: what the others had is shared out among them, in proportion.

    Args:
        probabilities: ``(n, classes)``, rows summing to one.
        class_names: What the columns are.
        wanted: Some of these classes, in the order of the result's columns.

    Returns:
        ``(n, wanted)`` float32, rows summing to one; a row that had only the others' stays zeros.
    """
    shares = probabilities[:, [class_names.index(name) for name in wanted]]
    return normalised(shares) if len(wanted) < len(class_names) else shares
