"""The FER+ rules do what the authors' program does, vote for vote."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.datasets.votes import majority, vote_distribution, without_outliers
from fer_core.labels import EMOTIONS, VOTE_COLUMNS

DROPPED = None


def published(row, mode):
    """What Microsoft's FERPlus (src/ferplus.py, MIT license) makes of ten votes, step by step in plain Python.

    Returns:
        The eight shares, or ``DROPPED``. The program drops a row when its largest entry is "unknown" or "NF".
    """
    left = [0 if votes < 2 else votes for votes in row]
    total = sum(left)
    kept = [0] * 10
    if mode == "majority":
        if not max(left) > 0.5 * total:
            return DROPPED
        kept[left.index(max(left))] = max(left)
    else:
        covered, classes, going = 0, 0, True
        while covered < 0.75 * total and classes < 3 and going:
            level = max(left)
            for i in range(10):
                if left[i] != level:
                    continue
                kept[i], left[i] = level, 0
                covered += level
                classes += 1
                if i >= 8:
                    going = False
                    if sum(kept) > level:  # an emotion came before it
                        kept[i] = 0
                        classes -= 1
                    break
        if sum(kept) <= 0.5 * total or classes > 3:
            return DROPPED
    if kept.index(max(kept)) >= 8:
        return DROPPED
    return [votes / sum(kept[:8]) for votes in kept[:8]]


def ours(row, mode):
    votes = np.array([row], np.uint8)
    if mode == "majority":
        keep, labels = majority(votes)
        return np.eye(8)[labels[0]].tolist() if keep[0] else DROPPED
    keep, shares = vote_distribution(votes)
    return shares[0].tolist() if keep[0] else DROPPED


def row(**votes):
    return [votes.get(name, 0) for name in VOTE_COLUMNS]


def random_rows(n=2000, seed=0):
    """Ten votes for few or many classes, so that ties and thresholds come up often."""
    rng = np.random.default_rng(seed)
    return [rng.multinomial(10, rng.dirichlet(np.full(10, rng.choice([0.1, 0.3, 1.0])))).tolist() for _ in range(n)]


@pytest.mark.parametrize("mode", ["majority", "distribution"])
def test_random_votes_end_as_the_published_program_ends_them(mode):
    rows = random_rows()
    results = [published(votes, mode) for votes in rows]
    assert [ours(votes, mode) for votes in rows] == [pytest.approx(r) if r else r for r in results]
    assert 200 < sum(result is DROPPED for result in results) < 1800  # both outcomes were tried


@given(st.lists(st.integers(0, 10), min_size=10, max_size=10), st.sampled_from(["majority", "distribution"]))
def test_any_votes_end_as_the_published_program_ends_them(votes, mode):
    wanted = published(votes, mode)
    assert ours(votes, mode) == (pytest.approx(wanted) if wanted else wanted)


def test_single_votes_are_set_to_zero_in_all_ten_columns():
    votes = np.array([[1, 2, 0, 1, 4, 1, 1, 1, 1, 1]], np.uint8)
    assert without_outliers(votes).tolist() == [[0, 2, 0, 0, 4, 0, 0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("votes", "label"),
    [
        (row(neutral=10), "neutral"),
        (row(neutral=5, fear=5), DROPPED),
        (row(neutral=5, fear=4, anger=1), "neutral"),  # 5 of 9 once the single vote is gone
        (row(sadness=4, fear=2, anger=2, NF=2), DROPPED),
        (row(sadness=6, unknown=4), "sadness"),
        (row(sadness=5, unknown=5), DROPPED),
        (row(unknown=8, fear=2), DROPPED),
        (row(NF=10), DROPPED),
        ([1] * 10, DROPPED),
        ([0] * 10, DROPPED),
        (row(contempt=9, neutral=1), "contempt"),
    ],
)
def test_a_majority_is_more_than_half(votes, label):
    keep, labels = majority(np.array([votes], np.uint8))
    assert (EMOTIONS[labels[0]] if keep[0] else DROPPED) == label


@pytest.mark.parametrize(
    ("votes", "shares"),
    [
        (row(neutral=10), {"neutral": 1.0}),
        (row(neutral=8, fear=2), {"neutral": 1.0}),  # 80% are covered by the first
        (row(neutral=6, fear=4), {"neutral": 0.6, "fear": 0.4}),
        (row(neutral=4, fear=3, anger=3), {"neutral": 0.4, "fear": 0.3, "anger": 0.3}),
        (row(neutral=4, fear=2, anger=2, disgust=2), DROPPED),  # the tie would make four classes
        (row(neutral=5, unknown=5), DROPPED),
        (row(neutral=6, unknown=4), {"neutral": 1.0}),  # stops at unknown, 60% are kept
        (row(neutral=4, unknown=4, fear=2), DROPPED),  # stops at unknown with 40%
        (row(neutral=4, unknown=3, fear=3), {"neutral": 4 / 7, "fear": 3 / 7}),  # a tie with unknown counts
        (row(neutral=4, fear=3, NF=3), {"neutral": 4 / 7, "fear": 3 / 7}),
        (row(unknown=6, neutral=4), DROPPED),
        (row(NF=10), DROPPED),
        ([1] * 10, DROPPED),
        ([0] * 10, DROPPED),
        (row(fear=2, anger=2, sadness=2, neutral=2, disgust=2), DROPPED),
        (row(surprise=4, fear=4, unknown=2), {"surprise": 0.5, "fear": 0.5}),
    ],
)
def test_a_distribution_is_added_from_the_top(votes, shares):
    expected = [shares.get(name, 0.0) for name in EMOTIONS] if shares else DROPPED
    assert ours(votes, "distribution") == (pytest.approx(expected) if expected else DROPPED)


@pytest.mark.parametrize("shape", [(3, 8), (10,), (1, 2, 10)])
def test_votes_of_another_shape_are_a_mistake(shape):
    with pytest.raises(ValueError, match=r"Expected votes of shape \(n, 10\)"):
        majority(np.zeros(shape, np.uint8))


def test_no_votes_are_no_problem():
    none = np.zeros((0, 10), np.uint8)
    assert majority(none)[1].shape == (0,)
    assert vote_distribution(none)[1].shape == (0, 8)
