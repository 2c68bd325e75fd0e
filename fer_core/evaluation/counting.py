"""Figures from a confusion matrix."""

import numpy as np
from numpy.typing import NDArray


def recalls(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of the images of each class, the share that was called so.

    Args:
        matrix: ``(classes, classes)`` counts; rows are true.

    Returns:
        A share for each class that has images, in order.
    """
    support = matrix.sum(axis=1)
    return np.asarray(np.diag(matrix)[support > 0] / support[support > 0], np.float64)
