"""Answers beside the truth, counted: what scikit-learn counts too, without its second of importing it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def confusion_counts(true: ArrayLike, called: ArrayLike, classes: int) -> NDArray[np.int64]:
    """How many images of each class were called what.

    Args:
        true: ``(n,)`` true classes, 0 to ``classes`` - 1.
        called: ``(n,)`` predicted classes.
        classes: How many there are.

    Returns:
        ``(classes, classes)``: rows are true, columns predicted; absent classes keep their row.
    """
    pairs = np.asarray(true, np.int64) * classes + np.asarray(called, np.int64)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes).astype(np.int64, copy=False)


def recalls(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of the images of each class, the share that was called so.

    Args:
        matrix: ``(classes, classes)`` counts; rows are true.

    Returns:
        A share for each class that has images, in order.
    """
    support = matrix.sum(axis=1)
    return np.asarray(np.diag(matrix)[support > 0] / support[support > 0], np.float64)
