"""Two checkpoints on the same images: the difference, its interval and its p-value."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from fer_core.datasets.summary import cross_tabulate
from fer_core.errors import EvaluationError
from fer_core.evaluation.descriptions import odds
from fer_core.evaluation.intervals import Interval, macro_f1_of, percentile_interval, resampled
from fer_core.evaluation.report import EvaluationReport

SIGNIFICANT = 0.05
"""Below this p-value a difference is significant."""


@dataclass(frozen=True, eq=False)
class PairedComparison:
    """Two checkpoints' names and reports on the same images; the second is compared with the first."""

    names: tuple[str, str]
    first: EvaluationReport
    second: EvaluationReport

    def __post_init__(self) -> None:
        a, b = self.first, self.second
        same = a.fingerprint == b.fingerprint and np.array_equal(a.rows, b.rows) and a.class_names == b.class_names
        if not same or not np.array_equal(a.y_true, b.y_true):
            raise EvaluationError(
                f"“{self.names[0]}” and “{self.names[1]}” were not tested on the same labelled images, so they cannot "
                "be compared. Test both on one dataset, split and label scheme."
            )

    def __len__(self) -> int:
        return len(self.first)

    @property
    def table(self) -> NDArray[np.int64]:
        """Return ``(2, 2)`` counts: rows by whether the first is right (right, wrong), columns by the second."""
        a, b = self.first.is_right, self.second.is_right
        return np.array([[(a & b).sum(), (a & ~b).sum()], [(~a & b).sum(), (~a & ~b).sum()]], np.int64)

    @property
    def difference(self) -> float:
        """Return the accuracy of the second less that of the first."""
        return self.second.accuracy - self.first.accuracy

    @property
    def macro_f1_difference(self) -> float:
        """Return the macro F1 of the second less that of the first."""
        return self.second.macro_f1 - self.first.macro_f1

    def p_value(self, *, mid: bool = True) -> float:
        """Return the two-sided p-value of McNemar's test on the images only one gets right; see :func:`mcnemar`."""
        return mcnemar(int(self.table[0, 1]), int(self.table[1, 0]), mid=mid)

    def difference_interval(self) -> Interval:
        """Return the 95 % interval of the difference of accuracies, by paired bootstrap."""
        samples = resampled(self.table.ravel())
        return percentile_interval((samples[:, 2] - samples[:, 1]) / len(self))

    def macro_f1_interval(self) -> Interval:
        """Return the 95 % interval of the difference of macro F1s, by paired bootstrap."""
        k = len(self.first.class_names)
        cells = cross_tabulate((self.first.y_true, self.first.y_pred, self.second.y_pred), (k, k, k))
        samples = resampled(cells.ravel()).reshape(-1, k, k, k)  # true, called by the first, called by the second
        return percentile_interval(macro_f1_of(samples.sum(axis=2)) - macro_f1_of(samples.sum(axis=3)))

    def only_right(self, which: int) -> NDArray[np.int64]:
        """Return positions of images only the first (0) or only the second (1) gets right, the clearest first."""
        winner, loser = (self.first, self.second) if which == 0 else (self.second, self.first)
        positions = np.flatnonzero(winner.is_right & ~loser.is_right)
        lead = winner.true_probability - loser.true_probability
        return positions[np.argsort(-lead[positions], kind="stable")]

    def verdict(self, p: float | None = None) -> str:
        """Return who is better and how significantly, in words; ``p`` is given where it is adjusted for comparisons."""
        p = self.p_value() if p is None else p
        low, high = self.difference_interval()
        if not self.table[0, 1] + self.table[1, 0]:
            return f"Both get exactly the same {self.table[0, 0]:,} of {len(self):,} faces right."
        points = 100 * abs(self.difference)
        if p >= SIGNIFICANT:
            return (
                f"They cannot be told apart on these {len(self):,} faces: the difference of {points:.1f} points "
                f"(95 % interval {100 * low:+.1f} to {100 * high:+.1f}) is no more than luck brings: {odds(p)}."
            )
        better = self.names[1] if self.difference > 0 else self.names[0]
        ends = sorted((100 * abs(low), 100 * abs(high)))
        return (
            f"{better} is better by {points:.1f} points (95 % interval {ends[0]:.1f} to {ends[1]:.1f}); "
            f"a difference this large by luck: {odds(p)}."
        )


def mcnemar(only_first: int, only_second: int, *, mid: bool = True) -> float:
    """Return the two-sided p-value of McNemar's test (1947), 0 to 1, given the images only one gets right.

    For ``mid``, the observed split counts half: the mid-p version (Fagerland, Lydersen and Laake, 2013), which is less
    conservative than the exact one.
    """
    n, fewer = only_first + only_second, min(only_first, only_second)
    if n == 0 or (mid and 2 * fewer == n):
        return 1.0
    tail = scipy.special.bdtr(fewer, n, 0.5)  # with the observed split, and for mid-p half of it
    if mid:
        tail = (tail + (scipy.special.bdtr(fewer - 1, n, 0.5) if fewer else 0.0)) / 2
    return float(min(2 * tail, 1.0))


def holm(p_values: list[float]) -> list[float]:
    """Return p-values adjusted for several comparisons (Holm, 1979), in the same order."""
    p, order = np.asarray(p_values, float), np.argsort(p_values, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(np.minimum(1.0, p[order] * np.arange(len(p), 0, -1)))
    return adjusted.tolist()
