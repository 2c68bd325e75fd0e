import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import PairedComparison
from fer_core.evaluation.intervals import wilson


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
    assert verdict.startswith("new is better by 7.0 points (95 % interval ")
    assert verdict.endswith("a difference this large by luck: less than 1 in 1,000,000.")


def test_the_first_may_be_the_better_one(make_report):
    assert pair_of(make_report, (800, 90, 20, 90)).verdict().startswith("old is better by 7.0 points")


def test_a_difference_that_may_be_luck(make_report):
    verdict = pair_of(make_report, (800, 20, 24, 156)).verdict()
    assert "cannot be told apart on these 1,000 faces" in verdict
    assert "0.4 points" in verdict


def test_equal_answers(make_report):
    verdict = pair_of(make_report, (70, 0, 0, 30)).verdict()
    assert verdict == "Both get exactly the same 70 of 100 faces right."


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
    with pytest.raises(EvaluationError, match="same labelled images"):
        PairedComparison(("a", "b"), a, b)
