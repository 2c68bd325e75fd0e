"""Two checkpoints on the same images: the difference, its interval and its p-value, which always agree.

Both come from one score test of paired proportions (Tango, "Equivalence test and confidence interval for the difference
in proportions for the paired-sample design", 1998), which for no difference is McNemar's. When the two were picked
among several checkpoints, both use the studentized range (Tukey), so that all pairs together are called different by
chance in 5% of cases at most.
"""

import math
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from fer_core.datasets.summary import cross_tabulate
from fer_core.errors import EvaluationError
from fer_core.evaluation.intervals import (
    CONFIDENCE,
    Interval,
    macro_f1_of,
    paired_difference_interval,
    percentile_interval,
    resampled,
)
from fer_core.evaluation.report import EvaluationReport

SIGNIFICANT = 0.05
"""Below this p-value a difference is significant, and its interval is without 0."""


@dataclass(frozen=True, eq=False)
class PairedComparison:
    """Two checkpoints' names and reports on the same images; the second is compared with the first.

    ``among`` is the number of checkpoints from which the two were picked, perhaps because they are the best.
    """

    names: tuple[str, str]
    first: EvaluationReport
    second: EvaluationReport
    among: int = 2

    def __post_init__(self) -> None:
        a, b = self.first, self.second
        same = a.fingerprint == b.fingerprint and np.array_equal(a.rows, b.rows) and a.class_names == b.class_names
        if not same or not np.array_equal(a.y_true, b.y_true):
            raise EvaluationError(
                f"“{self.names[0]}” and “{self.names[1]}” were evaluated on different faces, so they cannot be "
                "compared. Evaluate both on one dataset, split and label scheme."
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

    @property
    def p_value(self) -> float:
        """Return the two-sided p-value of McNemar's test, adjusted for all pairs of the checkpoints."""
        z, alone = _mcnemar_z(*self.discordant), mcnemar(*self.discordant)
        adjusted = float(scipy.stats.studentized_range.sf(abs(z) * math.sqrt(2), self.among, np.inf))
        # Far out only rounding errors are left of it: it lies between the unadjusted value and Bonferroni's.
        return min(max(adjusted, alone), math.comb(self.among, 2) * alone, 1.0)

    @property
    def is_significant(self) -> bool:
        """Return whether one is better than the other, which the interval then shows too."""
        return self.p_value < SIGNIFICANT

    @property
    def discordant(self) -> tuple[int, int]:
        """Return the numbers of images only the first and only the second gets right."""
        return int(self.table[0, 1]), int(self.table[1, 0])

    def difference_interval(self) -> Interval:
        """Return the 95% interval of the difference of accuracies, adjusted as the p-value is."""
        z = scipy.stats.studentized_range.ppf(CONFIDENCE, self.among, np.inf) / math.sqrt(2)
        return paired_difference_interval(*self.discordant, len(self), float(z))

    def macro_f1_interval(self) -> Interval:
        """Return the 95% interval of the difference of macro F1s, by paired bootstrap."""
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

    def verdict(self) -> str:
        """Return which is better, by how much and how significantly, as a sentence."""
        if not sum(self.discordant):
            return f"Both classify the same {self.table[0, 0]:,} of {len(self):,} faces correctly."
        flips = self.is_significant and self.difference < 0  # so that who is better gains points
        low, high = self.difference_interval()
        difference, low, high = (-self.difference, -high, -low) if flips else (self.difference, low, high)
        figures = f"{100 * difference:+.1f} points (95% CI {100 * low:+.1f} to {100 * high:+.1f}, {self.p_in_words})"
        better, worse = self.names if flips else self.names[::-1]
        if self.is_significant:
            return f"{better} is better than {worse} on these {len(self):,} faces: {figures}."
        return f"No significant difference on these {len(self):,} faces: {better} against {worse} {figures}."

    @property
    def p_in_words(self) -> str:
        """Return the p-value for a sentence, with what it is adjusted for."""
        text = p_value_text(self.p_value)
        p = f"p {text}" if text.startswith("<") else f"p = {text}"
        return p if self.among == 2 else f"{p}, adjusted for the choice among {self.among}"


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return p-values ``(n,)`` adjusted for having made ``n`` tests, 0 to 1, by Holm's step-down procedure.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6,
    1979. Calling those below 0.05 significant is wrong about any true null hypothesis in 5% of cases at most.
    """
    given = np.asarray(p_values, np.float64)
    order = np.argsort(given, kind="stable")
    steps = np.maximum.accumulate(given[order] * np.arange(len(given), 0, -1))
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(steps, 1)
    return adjusted


def p_value_text(p: float) -> str:
    """Return a p-value in two digits or as many as show on which side of 0.05 it lies: "0.06", "< 0.001"."""
    if p < 0.001:
        return "< 0.001"
    texts = (f"{p:.{digits}g}" for digits in range(2, 18))
    return next(text for text in texts if (float(text) < SIGNIFICANT) == (p < SIGNIFICANT))


def mcnemar(only_first: int, only_second: int, *, exact: bool = False) -> float:
    """Return the two-sided p-value of McNemar's test (1947), 0 to 1, given the images only one gets right.

    The score test is recommended over the exact one, which is conservative (Fagerland, Lydersen and Laake, 2013).
    """
    if exact:
        n, fewer = only_first + only_second, min(only_first, only_second)
        return float(min(2 * scipy.special.bdtr(fewer, n, 0.5), 1.0)) if n else 1.0
    return float(2 * scipy.special.ndtr(-abs(_mcnemar_z(only_first, only_second))))


def _mcnemar_z(only_first: int, only_second: int) -> float:
    return (only_second - only_first) / math.sqrt(max(only_first + only_second, 1))
