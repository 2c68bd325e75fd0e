"""Prior adjustment: a network's probabilities hold the class shares of its training faces; Bayes' rule replaces them.

Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori
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
    """Return each class's factor, ``(classes,)``, the largest 1; strength 0 keeps the prior, 1 makes it uniform."""
    weights = np.maximum(np.asarray(prior, np.float64), _LEAST) ** -strength
    return np.asarray(weights / weights.max(), np.float32)


def normalized(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide rows of ``(n, classes)`` scores of at least 0 by their sums; a row of zeros stays."""
    total = scores.sum(axis=1, keepdims=True)
    return np.asarray(scores / np.maximum(total, np.finfo(np.float32).tiny), np.float32)


def restricted(
    probabilities: NDArray[np.float32], class_names: Sequence[str], wanted: Sequence[str]
) -> NDArray[np.float32]:
    """Keep the probabilities of the wanted classes, in that order, and normalize them.

    From ``(n, classes)`` to ``(n, wanted)``, rows summing to one; a row with nothing of the wanted classes is zeros.
    """
    shares = probabilities[:, [class_names.index(name) for name in wanted]]
    return normalized(shares) if len(wanted) < len(class_names) else shares
