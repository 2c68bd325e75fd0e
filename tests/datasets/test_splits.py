"""Splits of pictures: the folders' own are kept, what they lack is drawn class by class with a seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.datasets.splits import SplitRule
from fer_core.errors import DatasetError
from fer_core.labels import SPLITS

labels = st.lists(st.integers(0, 3), min_size=1, max_size=200).map(lambda found: np.array(found, np.uint8))


@given(labels, st.floats(0, 0.5), st.floats(0, 0.5), st.integers(0, 9))
def test_each_class_is_divided_in_the_same_proportion(classes, validation, test, seed):
    split = SplitRule(validation=validation, test=test, seed=seed).assign([len(SPLITS)] * len(classes), classes)
    for label in np.unique(classes):
        counts = np.bincount(split[classes == label], minlength=3)
        assert counts.sum() == (classes == label).sum()
        for drawn, share in ((counts[1], validation), (counts[2], test)):
            assert abs(drawn - share * counts.sum()) <= 0.5 or drawn == 1  # one, where half a picture would be none


def test_four_pictures_of_a_class_give_one_to_every_split():
    split = SplitRule().assign([len(SPLITS)] * 8, np.repeat(np.arange(2, dtype=np.uint8), 4))
    assert np.bincount(split[:4]).tolist() == np.bincount(split[4:]).tolist() == [2, 1, 1]


@given(labels, st.data())
def test_splits_that_folders_name_are_kept(classes, data):
    named = data.draw(st.lists(st.integers(0, 3), min_size=len(classes), max_size=len(classes)))
    split = SplitRule().assign(named, classes)
    for given_split, result in zip(named, split, strict=True):
        if given_split in (1, 2):
            assert result == given_split
    if 2 in named:  # test is not drawn where folders have one
        assert not ((split == 2) & (np.array(named) != 2)).any()


def test_the_seed_decides():
    classes = np.zeros(100, np.uint8)
    first, again, other = (SplitRule(seed=s).assign([3] * 100, classes).tolist() for s in (1, 1, 2))
    assert first == again != other


def test_new_splits_pass_over_the_folders():
    split = SplitRule(use_folders=False, validation=0, test=0.5).assign([1, 1, 1, 1], np.zeros(4, np.uint8))
    assert sorted(split.tolist()) == [0, 0, 2, 2]


def test_shares_beyond_a_half_are_refused():
    with pytest.raises(DatasetError, match="up to 50%"):
        SplitRule(validation=0.6)
