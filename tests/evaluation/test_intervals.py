"""Intervals and tests against second opinions: SciPy, statsmodels and scikit-learn on random inputs."""

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar
from statsmodels.stats.proportion import proportion_confint

from fer_core.evaluation.comparison import mcnemar
from fer_core.evaluation.intervals import (
    f1_interval,
    macro_f1_of,
    paired_difference_interval,
    percentile_interval,
    resampled,
    wilson,
)


@given(st.integers(1, 5000), st.data())
def test_wilson_is_statsmodels(n, data):
    hits = data.draw(st.integers(0, n))
    expected = proportion_confint(hits, n, alpha=0.05, method="wilson")
    assert wilson(hits, n) == pytest.approx(expected, abs=1e-9)


def test_nothing_counted_says_nothing():
    assert wilson(0, 0) == (0, 1)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_f1_lies_in_its_interval(hits, false_alarms, misses):
    low, high = f1_interval(hits, hits + false_alarms, hits + misses)
    both = 2 * hits + false_alarms + misses
    assert 0 <= low <= high <= 1
    if both:
        assert low - 1e-12 <= 2 * hits / both <= high + 1e-12


def test_f1_interval_covers_as_often_as_it_says():
    """5,000 samples of 200 images from a class whose F1 is known."""
    rng = np.random.default_rng(5)
    shares = np.array([0.25, 0.1, 0.15, 0.5])  # hits, false alarms, misses, the rest
    truth = 2 * 0.25 / (2 * 0.25 + 0.1 + 0.15)
    held = 0
    for hits, alarms, misses, _ in rng.multinomial(200, shares, 5000).tolist():
        low, high = f1_interval(hits, hits + alarms, hits + misses)
        held += low <= truth <= high
    assert 0.93 <= held / 5000 <= 0.97


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_is_statsmodels(first, second):
    table = [[0, first], [second, 0]]
    assert mcnemar(first, second, exact=True) == pytest.approx(their_mcnemar(table, exact=True).pvalue, abs=1e-9)
    if first + second:
        score = their_mcnemar(table, exact=False, correction=False).pvalue
        assert mcnemar(first, second) == pytest.approx(score, abs=1e-9)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(100, 400))
def test_ends_of_the_paired_interval_are_196_standard_errors_away(first, second, n):
    for end in paired_difference_interval(first, second, n):
        share = likeliest_share(first, second, n, end)
        variance = n * (2 * share + end - end**2)
        assert abs(second - first - n * end) / np.sqrt(variance) == pytest.approx(1.96, abs=0.001)


def likeliest_share(first, second, n, difference):
    """The share that only the first has, by searching for the largest likelihood under a given difference."""

    def loss(share):
        return -(
            first * np.log(share)
            + second * np.log(share + difference)
            + (n - first - second) * np.log(1 - 2 * share - difference)
        )

    bounds = max(0, -difference) + 1e-9, (1 - difference) / 2 - 1e-9
    return scipy.optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-10}).x


@pytest.mark.parametrize(("first", "second", "n"), [(0, 0, 50), (50, 0, 50), (0, 50, 50), (1, 0, 1), (0, 1, 1)])
def test_an_interval_exists_without_any_or_any_common_answer(first, second, n):
    low, high = paired_difference_interval(first, second, n)
    assert -1 <= low <= (second - first) / n <= high <= 1
    assert low < high


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_macro_f1_of_a_matrix_is_scikit_learns(pairs):
    matrix = np.zeros((4, 4), np.int64)
    np.add.at(matrix, tuple(zip(*pairs, strict=True)), 1)
    true, called = zip(*pairs, strict=True)
    expected = f1_score(true, called, labels=range(4), average="macro", zero_division=0)
    assert macro_f1_of(matrix) == pytest.approx(expected)


def test_bootstrap_of_a_share_agrees_with_wilson():
    samples = resampled(np.array([800, 200]))
    assert (samples.sum(axis=1) == 1000).all()
    low, high = percentile_interval(samples[:, 0] / 1000)
    assert (low, high) == pytest.approx(wilson(800, 1000), abs=0.004)
    assert (resampled(np.array([800, 200])) == samples).all()
