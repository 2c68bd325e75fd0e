"""Subsets are made of what is known of a face before any network answers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.datasets.subsets import Subset
from fer_core.errors import EvaluationError
from fer_core.evaluation.filters import ALL_VOTES, FaceFilter
from tests.evaluation.votes import NAMES, faces, vote


@pytest.fixture
def four():
    """Labels 0 to 3 with 10, 6, 6 and 9 votes of ten; mean gray values 0, 80, 160, 240."""
    votes = [vote(neutral=10), vote(happiness=6, neutral=4), vote(surprise=6, fear=4), vote(sadness=9, neutral=1)]
    grays = np.repeat(np.arange(4) * 80, 48 * 48).reshape(4, 48, 48).astype(np.uint8)
    return replace(faces(votes, [0, 1, 2, 3]), images=grays)


def kept(some, **bounds):
    return np.flatnonzero(FaceFilter(**bounds).keeps(some)).tolist()


def test_each_bound_keeps_what_lies_within_it(four):
    assert kept(four) == [0, 1, 2, 3]
    assert kept(four, class_names=("surprise", "neutral")) == [0, 2]
    assert kept(four, votes=(9, 10)) == [0, 3]
    assert kept(four, votes=(6, 6)) == [1, 2]
    assert kept(four, grays=(80, 160)) == [1, 2]
    within = Subset("mine", "d", "f", "a reason", (1, 3, 99), "")
    assert kept(four, within=within) == [1, 3]
    assert kept(four, within=within, votes=(9, 10), class_names=("sadness", "happiness")) == [3]


def test_the_filter_in_words():
    assert FaceFilter().in_words == "all faces"
    chosen = FaceFilter(("fear", "anger"), (8, 10), (0, 0), Subset("mine", "d", "f", "Ties", (1,), ""))
    assert chosen.in_words == "fear, anger; 8 to 10 of 10 votes; mean gray value 0; Ties"


def test_what_is_not_known_cannot_be_filtered_by(four):
    with pytest.raises(EvaluationError, match="no class “joy”"):
        kept(four, class_names=("joy",))
    with pytest.raises(EvaluationError, match="no votes"):
        kept(replace(four, votes=np.zeros((0, 10), np.uint8)), votes=(8, 10))
    without = replace(four, images=np.zeros((0, 48, 48), np.uint8))
    with pytest.raises(EvaluationError, match="pictures are missing"):
        kept(without, grays=(0, 9))
    assert kept(without, votes=(9, 10)) == [0, 3]  # as with FER+ without its pictures


@given(st.data())
def test_a_narrower_filter_keeps_no_other_face(data):
    some = faces([vote(neutral=n, happiness=10 - n) for n in range(11)], [0] * 6 + [1] * 5)
    low = data.draw(st.integers(0, 10))
    high = data.draw(st.integers(low, 10))
    names = tuple(data.draw(st.sets(st.sampled_from(NAMES))))
    narrow = FaceFilter(names, (low, high)).keeps(some)
    for wide in (FaceFilter(names), FaceFilter((), (low, high)), FaceFilter(names, ALL_VOTES)):
        assert (wide.keeps(some) | ~narrow).all()
