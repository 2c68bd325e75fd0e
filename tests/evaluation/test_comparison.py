from dataclasses import replace

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import PairedComparison, holm, mcnemar, p_value_text
from fer_core.evaluation.intervals import wilson
from tests.benchmark.verdicts import coverage, false_better


def pair_of(make_report, counts, names=("old", "new")):
    """Two reports with given numbers of images that both, only the first, only the second and neither get right."""
    true = np.zeros(sum(counts), int)
    a = np.repeat([0, 0, 1, 1], counts)
    b = np.repeat([0, 1, 0, 1], counts)
    return PairedComparison(names, make_report(true, a), make_report(true, b, seed=1))


@given(st.tuples(*[st.integers(0, 30)] * 4).filter(sum))
def test_table_and_difference(make_report, counts):
    pair = pair_of(make_report, counts)
    assert pair.table.ravel().tolist() == [counts[0], counts[1], counts[2], counts[3]]
    assert pair.difference == pytest.approx((counts[2] - counts[1]) / sum(counts))
    assert len(pair.only_right(0)) == counts[1]
    assert len(pair.only_right(1)) == counts[2]
    assert (pair.first.is_right[pair.only_right(0)] & ~pair.second.is_right[pair.only_right(0)]).all()


def test_a_clear_difference_in_words(make_report):
    verdict = pair_of(make_report, (800, 20, 90, 90)).verdict()
    assert verdict.startswith("new is better than old on these 1,000 faces: +7.0 points (95% CI +")
    assert verdict.endswith(", p < 0.001).")


def test_the_first_may_be_the_better_one(make_report):
    second, first = (pair_of(make_report, counts) for counts in ((800, 20, 90, 90), (800, 90, 20, 90)))
    assert first.verdict() == second.verdict().replace("new is better than old", "old is better than new")


def test_a_difference_that_may_be_chance_is_printed_with_its_signs(make_report):
    verdict = pair_of(make_report, (500, 40, 55, 5)).verdict()
    assert verdict == (
        "No significant difference on these 600 faces: new against old +2.5 points (95% CI -0.7 to +5.7, p = 0.12)."
    )


def test_equal_answers(make_report):
    verdict = pair_of(make_report, (70, 0, 0, 30)).verdict()
    assert verdict == "Both classify the same 70 of 100 faces correctly."


@pytest.mark.parametrize(("p", "text"), [(0.0004, "< 0.001"), (0.0123, "0.012"), (0.0499, "0.0499"), (0.05, "0.05")])
def test_a_p_value_is_rounded_without_changing_sides(p, text):
    assert p_value_text(p) == text


@given(st.tuples(*[st.integers(0, 60)] * 4).filter(sum), st.sampled_from([2, 3, 6, 10]))
def test_interval_and_p_value_never_contradict_each_other(make_report, counts, among):
    pair = replace(pair_of(make_report, counts), among=among)
    low, high = pair.difference_interval()
    assert -1 <= low <= pair.difference <= high <= 1
    assert pair.is_significant == (not low <= 0 <= high)
    assert ("is better" in pair.verdict()) == pair.is_significant


def test_two_alone_are_judged_by_mcnemars_test(make_report):
    pair = pair_of(make_report, (800, 20, 40, 140))
    assert pair.p_value == pytest.approx(scipy.stats.chi2.sf(20**2 / 60, 1))
    assert mcnemar(20, 40, exact=True) == pytest.approx(scipy.stats.binomtest(20, 60).pvalue)


def test_the_best_of_many_needs_a_larger_lead(make_report):
    pair = pair_of(make_report, (800, 20, 38, 142))
    assert pair.is_significant
    of_ten = replace(pair, among=10)
    assert not of_ten.is_significant
    assert of_ten.p_value <= 45 * pair.p_value  # Bonferroni's, which a larger lead never exceeds
    assert "adjusted for the choice among 10" in of_ten.verdict()


@pytest.mark.parametrize(("discordant", "share"), [(0.1, 0.5), (0.1, 0.7), (0.3, 0.6)])
def test_the_interval_holds_the_true_difference_in_95_of_100_samples(discordant, share):
    assert 0.935 <= coverage(400, discordant, share, samples=2000, seed=0) <= 0.965


def test_ten_equal_checkpoints_are_rarely_told_apart():
    assert false_better(10, 300, samples=400, seed=0) <= 0.05 + 2 * 0.011  # two standard errors


def test_paired_interval_agrees_with_theory(make_report):
    """The variance of a paired difference is (b + c - (c - b)² / n) / n² (Agresti, 2013, section 11.1)."""
    pair = pair_of(make_report, (1500, 100, 180, 220))
    n, b, c = 2000, 100, 180
    reach = 1.96 * np.sqrt(b + c - (c - b) ** 2 / n) / n
    assert pair.difference_interval() == pytest.approx((0.04 - reach, 0.04 + reach), abs=0.0015)


def test_paired_interval_is_narrower_than_two_of_their_own(make_report):
    pair = pair_of(make_report, (1500, 100, 180, 220))
    low, high = pair.difference_interval()
    own = [np.diff(wilson(int(r.is_right.sum()), 2000))[0] for r in (pair.first, pair.second)]
    assert high - low < sum(own) / 2


def test_macro_f1_interval_holds_the_difference(make_report):
    rng = np.random.default_rng(0)
    true = rng.integers(0, 4, 400)
    a, b = (np.where(rng.random(400) < share, true, rng.integers(0, 4, 400)) for share in (0.5, 0.7))
    pair = PairedComparison(("a", "b"), make_report(true, a), make_report(true, b))
    low, high = pair.macro_f1_interval()
    assert low < pair.macro_f1_difference < high
    assert low > 0


@pytest.mark.parametrize("change", ["labels", "rows", "dataset", "length"])
def test_other_images_are_not_compared(make_report, change):
    a = make_report([0, 1, 2], [0, 1, 2])
    b = {
        "labels": lambda: make_report([0, 1, 3], [0, 1, 2]),
        "rows": lambda: make_report([0, 1, 2, 2], [0, 1, 2, 2]),
        "dataset": lambda: make_report([0, 1, 2], [0, 1, 2], fingerprint="e" * 64),
        "length": lambda: make_report([0, 1], [0, 1]),
    }[change]()
    with pytest.raises(EvaluationError, match="different faces"):
        PairedComparison(("a", "b"), a, b)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_holms_correction_is_that_of_statsmodels(p_values):
    adjusted = holm(p_values)
    np.testing.assert_allclose(adjusted, multipletests(p_values, method="holm")[1], atol=1e-12)
    assert (adjusted >= p_values).all()


def test_nothing_to_correct_is_no_error():
    assert holm([]).tolist() == []
    assert holm([0.03]).tolist() == [0.03]
