"""95% confidence intervals of measured figures."""

import math
from statistics import NormalDist

import numpy as np
import scipy
from numpy.typing import NDArray

Interval = tuple[float, float]
"""The lower and the upper end."""

CONFIDENCE = 0.95
"""How often an interval holds the true value."""

_RESAMPLES = 2000
_TINY = 1e-9  # variance of a difference that is certain
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


def wilson(hits: float, n: int) -> Interval:
    """Return Wilson's interval (1927) for the share ``hits / n``; (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share, extra = hits / n, _Z**2 / n
    reach = math.sqrt(extra * (share * (1 - share) + extra / 4))
    low, high = ((share + extra / 2 + side) / (1 + extra) for side in (-reach, reach))
    return max(low, 0.0), min(high, 1.0)


def grouped_interval(is_right: NDArray[np.bool_], groups: NDArray[np.int64]) -> Interval:
    """Return an interval for the share of right answers among ``(n,)`` images, of which some belong together.

    Wilson's with the effective number of images (Korn and Graubard, 1998): as many independent ones as would vary as
    the ``(n,)`` groups do, at most all, and no more than there are groups where nothing varies.
    """
    share, error = float(is_right.mean()), _grouped_error(is_right.astype(np.float64), groups)
    most = len(is_right) if error else len(np.unique(groups))
    effective = max(1, round(min(share * (1 - share) / max(error**2, _TINY), most) if error else most))
    return wilson(share * effective, effective)


def grouped_difference_interval(differences: NDArray[np.float64], groups: NDArray[np.int64]) -> Interval:
    """Return Student's interval for the mean of ``(n,)`` paired differences, of which some belong together.

    The ``(n,)`` groups vary, not the images in them; a single group tells nothing: (-1, 1).
    """
    count = len(np.unique(groups))
    if count < 2:
        return -1.0, 1.0
    mean, error = float(differences.mean()), _grouped_error(differences, groups)
    reach = float(scipy.stats.t.ppf(0.5 + CONFIDENCE / 2, count - 1)) * error
    return max(mean - reach, -1.0), min(mean + reach, 1.0)


def _grouped_error(values: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    """Return the standard error of a mean over groups of unequal sizes, linearized (Cochran, 1977)."""
    _, place = np.unique(groups, return_inverse=True)
    sums = np.bincount(place, values - values.mean())
    count = len(sums)
    return float(np.sqrt(count / max(count - 1, 1) * (sums**2).sum()) / len(values))


def f1_interval(hits: int, predicted: int, true: int) -> Interval:
    """Return an interval for F1 from Wilson's: F1 = 2J / (1 + J) rises with J.

    J = hits / (predicted + true - hits) is the share of hits among the images that are of the class or were called so
    (Hand, Christen and Kirielle, 2021).
    """
    low, high = wilson(hits, predicted + true - hits)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def paired_difference_interval(only_first: int, only_second: int, n: int, z: float = _Z) -> Interval:
    """Return Tango's score interval (1998) for the difference of two shares of the same n, from -1 to 1.

    It holds the differences from which the observed one is less than z standard errors away, given how many only the
    first and only the second has. It is without 0 exactly when McNemar's test rejects at that z.
    """
    return _lower_end(only_first, only_second, n, z), -_lower_end(only_second, only_first, n, z)


def _lower_end(only_first: int, only_second: int, n: int, z: float) -> float:
    observed = (only_second - only_first) / n

    def distance(difference: float) -> float:
        """Return standard errors from a true difference to the observed one, less z."""
        # The likeliest share that only the first has, given the difference: a root of 2n x² + b x + c.
        b = (2 * n - only_second + only_first) * difference - only_first - only_second
        c = -only_first * difference * (1 - difference)
        share = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
        variance = max(n * (2 * share + difference * (1 - difference)), _TINY)
        return n * (observed - difference) / math.sqrt(variance) - z

    return -1.0 if observed == -1 else float(scipy.optimize.brentq(distance, -1, observed))


def resampled(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``(2000, cells)`` bootstrap samples, always the same, of ``(cells,)`` counts of images."""
    return np.asarray(np.random.default_rng(0).multinomial(counts.sum(), counts / counts.sum(), _RESAMPLES))


def percentile_interval(samples: NDArray[np.float64]) -> Interval:
    """Return the middle 95% of bootstrapped figures (Efron's percentile interval)."""
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(samples, [tail, 100 - tail])
    return float(low), float(high)


def macro_f1_of(matrices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``(...)`` macro F1 of ``(..., classes, classes)`` matrices; an absent class counts as 0."""
    hits = np.diagonal(matrices, axis1=-2, axis2=-1)
    both = matrices.sum(axis=-1) + matrices.sum(axis=-2)
    return np.asarray((2 * hits / np.maximum(both, 1)).mean(axis=-1), np.float64)
