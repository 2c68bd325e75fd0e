"""How often comparisons are wrong, by simulation: intervals that miss, checkpoints called better by chance."""

import functools
import itertools
import math

import numpy as np
import scipy
from numpy.typing import NDArray

from fer_core.evaluation.comparison import SIGNIFICANT, mcnemar
from fer_core.evaluation.intervals import paired_difference_interval
from tests.benchmark.figure import Bench

_SIZES = 50, 200, 1000, 4000
_DISCORDANT = 0.05, 0.1, 0.2, 0.4  # share of the faces that only one of two checkpoints gets right
_SHARES = 0.5, 0.55, 0.6, 0.7, 0.8, 0.9  # of these, the better one's
_SAMPLES = 10_000
_EQUALS = 2, 3, 6, 10

_interval = functools.cache(paired_difference_interval)


def coverage(n: int, discordant: float, share: float, *, samples: int, seed: int) -> float:
    """Share of simulated pairs whose interval holds the true difference."""
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(n, [discordant * (1 - share), discordant * share, 1 - discordant], samples)
    ends = np.array([_interval(b, c, n) for b, c, _ in counts.tolist()])
    true = discordant * (2 * share - 1)
    return float(((ends[:, 0] <= true) & (true <= ends[:, 1])).mean())


def false_better(checkpoints: int, n: int, *, samples: int, seed: int) -> float:
    """Share of simulated leaderboards of equally good checkpoints on which any is called better than any other.

    Each is right on 85% of the faces; how hard a face is decides a part of it, as it does for real networks.
    """
    rng = np.random.default_rng(seed)
    at = float(scipy.stats.studentized_range.ppf(1 - SIGNIFICANT, checkpoints, np.inf)) / math.sqrt(2)
    return float(np.mean([_largest_z(_answers(rng, checkpoints, n)) > at for _ in range(samples)]))


def _answers(rng: np.random.Generator, checkpoints: int, n: int) -> NDArray[np.int64]:
    ease = rng.normal(size=n)
    noise = rng.normal(size=(checkpoints, n))
    return np.asarray(0.8 * ease + 0.6 * noise < scipy.special.ndtri(0.85), np.int64)


def _largest_z(right: NDArray[np.int64]) -> float:
    both, own = right @ right.T, right.sum(axis=1)
    only_first = own[:, None] - both
    return float((np.abs(only_first - only_first.T) / np.sqrt(np.maximum(only_first + only_first.T, 1))).max())


def contradictions() -> float:
    """Counts up to 60 for which the interval's sign and the p-value say different things."""
    counts = itertools.product(range(61), range(61), (120, 4000))
    ends = ((paired_difference_interval(b, c, n), mcnemar(b, c) < SIGNIFICANT) for b, c, n in counts)
    return sum((low > 0 or high < 0) != significant for (low, high), significant in ends)


def _coverages() -> list[float]:
    cells = enumerate(itertools.product(_SIZES, _DISCORDANT, _SHARES))
    return [100 * coverage(*cell, samples=_SAMPLES, seed=seed) for seed, cell in cells]


def cells_outside() -> float:
    """Settings of the simulation, of 96, with a coverage of less than 94%."""
    return sum(found < 94 for found in _coverages())


def mean_coverage() -> float:
    """Mean coverage over these, in per cent."""
    return float(np.mean(_coverages()))


def false_better_of_ten() -> float:
    """Share of false "better", in per cent, among ten equal checkpoints, in the mean over 50 to 4,000 faces."""
    return float(np.mean([100 * false_better(10, n, samples=_SAMPLES, seed=n) for n in _SIZES]))


def most_false_better() -> float:
    """The largest such share over leaderboards of 2, 3, 6 and 10, with a standard error of 0.3 points."""
    return max(100 * false_better(many, n, samples=5000, seed=many * n) for many in _EQUALS for n in _SIZES)


VERDICT_BENCHES = (
    Bench("verdicts.contradictions", "of 7,442 pairs of counts", 0.0, 0.0, contradictions),
    Bench("verdicts.coverage_mean", "% of true differences in their interval", 94.0, 96.0, mean_coverage),
    Bench("verdicts.coverage_low", "of 96 settings below 94%", 0.0, 0.0, cells_outside),
    Bench("verdicts.false_better_of_ten", "% of leaderboards of equals", 0.0, 5.0, false_better_of_ten),
    Bench("verdicts.false_better_most", "% of leaderboards of equals", 0.0, 6.0, most_false_better),
)
"""What is simulated of comparisons."""
