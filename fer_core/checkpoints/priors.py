"""Prior adjustment: a network's probabilities hold the class shares of its training faces; Bayes' rule replaces them.

Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori
probabilities", Neural Computation, 2002.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

PriorAdjustment = Literal["training", "halfway", "uniform"]
"""The class shares that answers assume: those of the training faces, equal ones, or their geometric mean, halfway."""

DEFAULT_PRIOR: PriorAdjustment = "halfway"
"""What pages and commands use where nothing else is chosen; models/README.md has the figures that decided it."""

_STRENGTHS: dict[PriorAdjustment, float] = {"training": 0.0, "halfway": 0.5, "uniform": 1.0}
_LEAST = 1e-3  # of a class that training hardly had, so that no weight grows beyond all bounds


class AnsweredBy(NamedTuple):
    """Which checkpoint gave an answer, by name, and the class prior that the answer assumes."""

    checkpoint: str = ""
    prior: PriorAdjustment = "training"

    @property
    def in_words(self) -> str:
        """Return both for people, such as "fer-lab, class prior: halfway"; "" without a checkpoint."""
        return f"{self.checkpoint}, class prior: {self.prior}" if self.checkpoint else ""


UNNAMED = AnsweredBy()
"""A network that belongs to no checkpoint."""


def prior_weights(prior: Sequence[float], adjustment: PriorAdjustment) -> NDArray[np.float32]:
    """Return each class's factor, ``(classes,)``, the largest 1, given the shares among the training faces."""
    weights = np.maximum(np.asarray(prior, np.float64), _LEAST) ** -_STRENGTHS[adjustment]
    return np.asarray(weights / weights.max(), np.float32)


def normalized(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide rows of ``(n, classes)`` scores of at least 0 by their sums; a row of zeros stays."""
    total = scores.sum(axis=1, keepdims=True)
    return np.asarray(scores / np.maximum(total, np.finfo(np.float32).tiny), np.float32)


def softmax(scores: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Turn ``(n, classes)`` scores of any size into probabilities, rows summing to one."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def restricted(
    probabilities: NDArray[np.float32], class_names: Sequence[str], wanted: Sequence[str]
) -> NDArray[np.float32]:
    """Keep the probabilities of the wanted classes, in that order, and normalize them.

    From ``(n, classes)`` to ``(n, wanted)``, rows summing to one; a row with nothing of the wanted classes is zeros.
    """
    shares = probabilities[:, [class_names.index(name) for name in wanted]]
    return normalized(shares) if len(wanted) < len(class_names) else shares
