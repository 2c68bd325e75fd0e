"""Intervals and tests against second opinions: SciPy, statsmodels and scikit-learn on random inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar
from statsmodels.stats.proportion import proportion_confint

from fer_core.evaluation.comparison import holm, mcnemar
from fer_core.evaluation.intervals import f1_interval, macro_f1_of, percentile_interval, resampled, wilson


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
    assert mcnemar(first, second, mid=False) == pytest.approx(their_mcnemar(table, exact=True).pvalue, abs=1e-9)


@given(st.integers(0, 200), st.integers(0, 200))
def test_mid_p_is_smaller_and_symmetric(first, second):
    mid = mcnemar(first, second)
    assert 0 <= mid <= mcnemar(first, second, mid=False) <= 1
    assert mid == mcnemar(second, first)


def test_mid_p_of_a_published_example():
    # Fagerland, Lydersen and Laake (2013), table 1: 1 and 7 discordant pairs; exact 0.0703, mid-p 0.0391.
    assert mcnemar(1, 7, mid=False) == pytest.approx(0.0703, abs=5e-5)
    assert mcnemar(1, 7) == pytest.approx(0.0391, abs=5e-5)


def test_holm_of_a_textbook_example():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


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
