"""Which of two checkpoints is better on the same images, and whether that could be luck."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from fer_core.datasets.summary import cross_tabulate
from fer_core.errors import EvaluationError
from fer_core.evaluation.intervals import Interval, macro_f1_of, percentile_interval, resampled
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.words import odds

SIGNIFICANT = 0.05
"""Below this probability a difference is not put down to luck."""


@dataclass(frozen=True, eq=False)
class PairedComparison:
    """Two reports on the same images; the second is compared with the first.

    Attributes:
        names: What the two are called, the first and the second.
        first: What the first said.
        second: What the second said.
    """

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
        """``(2, 2)`` counts: rows by whether the first is right (right, wrong), columns by the second."""
        a, b = self.first.is_right, self.second.is_right
        return np.array([[(a & b).sum(), (a & ~b).sum()], [(~a & b).sum(), (~a & ~b).sum()]], np.int64)

    @property
    def difference(self) -> float:
        """Accuracy of the second less that of the first."""
        return self.second.accuracy - self.first.accuracy

    @property
    def macro_f1_difference(self) -> float:
        """Macro F1 of the second less that of the first."""
        return self.second.macro_f1 - self.first.macro_f1

    def p_value(self, *, mid: bool = True) -> float:
        """How often luck alone would bring a difference this large: McNemar's test on the images only one gets right.

        Args:
            mid: The mid-p version (Fagerland, Lydersen and Laake, 2013), which does not err on the safe side as far as
                the exact one.

        Returns:
            0 to 1, two-sided.
        """
        (_, only_first), (only_second, _) = self.table.tolist()
        return mcnemar(only_first, only_second, mid=mid)

    def difference_interval(self) -> Interval:
        """95 % interval of the difference of accuracies, by paired bootstrap."""
        samples = resampled(self.table.ravel())
        return percentile_interval((samples[:, 2] - samples[:, 1]) / len(self))

    def macro_f1_interval(self) -> Interval:
        """95 % interval of the difference of macro F1s, by paired bootstrap."""
        k = len(self.first.class_names)
        cells = cross_tabulate((self.first.y_true, self.first.y_pred, self.second.y_pred), (k, k, k))
        samples = resampled(cells.ravel()).reshape(-1, k, k, k)  # true, called by the first, called by the second
        return percentile_interval(macro_f1_of(samples.sum(axis=2)) - macro_f1_of(samples.sum(axis=3)))

    def only_right(self, which: int) -> NDArray[np.int64]:
        """Positions of the images that only the first (0) or only the second (1) gets right, the clearest first."""
        winner, loser = (self.first, self.second) if which == 0 else (self.second, self.first)
        positions = np.flatnonzero(winner.is_right & ~loser.is_right)
        lead = winner.true_probability - loser.true_probability
        return positions[np.argsort(-lead[positions], kind="stable")]

    def verdict(self, p: float | None = None) -> str:
        """Who is better and how sure that is, in words.

        Args:
            p: How probable luck is, where that was adjusted for several comparisons; by default :meth:`p_value`.
        """
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
    """McNemar's test (1947): two-sided probability that a fair coin splits the images only one gets right so unevenly.

    Args:
        only_first: Images only the first gets right.
        only_second: Images only the second gets right.
        mid: Whether the observed split counts half.

    Returns:
        0 to 1; 1 when there are no such images.
    """
    n, fewer = only_first + only_second, min(only_first, only_second)
    if n == 0:
        return 1.0
    if mid and 2 * fewer == n:
        return 1.0
    tail = scipy.special.bdtr(fewer, n, 0.5)  # with the observed split, and for mid-p half of it
    if mid:
        tail = (tail + (scipy.special.bdtr(fewer - 1, n, 0.5) if fewer else 0.0)) / 2
    return float(min(2 * tail, 1.0))


def holm(p_values: list[float]) -> list[float]:
    """Probabilities adjusted for having made several comparisons (Holm, 1979), in the same order."""
    order = np.argsort(p_values, kind="stable")
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
