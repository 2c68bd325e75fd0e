"""What ships of FER+: every published count, and no picture."""

import numpy as np
import pytest

from fer_core.datasets.dataset import label_records
from fer_core.datasets.shipped import ferplus_copies
from fer_core.datasets.store import dataset_card, list_labeled, load_records
from fer_core.datasets.titles import FERPLUS
from fer_core.errors import DatasetError
from fer_core.labels import LABEL_SCHEMES


@pytest.fixture(scope="module")
def records():
    return load_records(FERPLUS, needs_pictures=False)


def test_it_has_the_published_counts(records):
    assert records.split_sizes() == {"train": 28_709, "validation": 3_589, "test": 3_589}
    sizes = [len(label_records(records, LABEL_SCHEMES["majority-8"], [split])) for split in records.split_sizes()]
    assert sizes == [25_060, 3_199, 3_153]
    test = label_records(records, LABEL_SCHEMES["majority-8"], ["test"])
    assert np.bincount(test.labels).tolist() == [1090, 893, 396, 384, 273, 18, 83, 16]


def test_the_paper_prints_its_table_2(records):
    table = records.describe_votes()
    assert table.loc["mean", "neutral"] == pytest.approx(2.995096, abs=5e-7)
    assert table.loc["count"].tolist() == [35_887] * 10


def test_it_serves_the_votes_labels_without_pictures(records):
    assert not records.has_pictures
    assert {scheme.rule for scheme in records.schemes} == {"majority", "distribution"}
    with pytest.raises(DatasetError, match="has no pictures here, and this needs them"):
        load_records(FERPLUS)


def test_copies_are_those_of_the_files():
    copies = ferplus_copies()
    assert np.array_equal(copies[copies], copies)
    assert (copies <= np.arange(len(copies))).all()
    assert 1000 < (copies != np.arange(len(copies))).sum() < 2364


def test_it_is_listed_behind_imported_datasets_and_before_the_demo(small_demo, demo_files):
    assert [card.name for card in list_labeled()] == [FERPLUS, "demo"]
    assert dataset_card(FERPLUS).title == "FER+ (shipped answers, no pictures)"
