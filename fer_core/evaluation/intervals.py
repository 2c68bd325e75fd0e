"""95 % confidence intervals of measured figures."""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]
"""The lower and the upper end."""

_CONFIDENCE = 0.95
_RESAMPLES = 2000
_Z = NormalDist().inv_cdf(0.5 + _CONFIDENCE / 2)


def wilson(hits: int, n: int) -> Interval:
    """Return Wilson's interval (1927) for the share ``hits / n``; (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share, extra = hits / n, _Z**2 / n
    reach = math.sqrt(extra * (share * (1 - share) + extra / 4))
    low, high = ((share + extra / 2 + side) / (1 + extra) for side in (-reach, reach))
    return max(low, 0.0), min(high, 1.0)


def f1_interval(hits: int, predicted: int, true: int) -> Interval:
    """Return an interval for F1 from Wilson's: F1 = 2J / (1 + J) rises with J.

    J = hits / (predicted + true - hits) is the share of hits among the images that are of the class or were called so
    (Hand, Christen and Kirielle, 2021).
    """
    low, high = wilson(hits, predicted + true - hits)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def resampled(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``(2000, cells)`` bootstrap samples, always the same, of ``(cells,)`` counts of images."""
    return np.asarray(np.random.default_rng(0).multinomial(counts.sum(), counts / counts.sum(), _RESAMPLES))


def percentile_interval(samples: NDArray[np.float64]) -> Interval:
    """Return the middle 95 % of bootstrapped figures (Efron's percentile interval)."""
    tail = 50 * (1 - _CONFIDENCE)
    low, high = np.percentile(samples, [tail, 100 - tail])
    return float(low), float(high)


def macro_f1_of(matrices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``(...)`` macro F1 of ``(..., classes, classes)`` matrices; an absent class counts as 0."""
    hits = np.diagonal(matrices, axis1=-2, axis2=-1)
    both = matrices.sum(axis=-1) + matrices.sum(axis=-2)
    return np.asarray((2 * hits / np.maximum(both, 1)).mean(axis=-1), np.float64)
