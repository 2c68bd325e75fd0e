"""Every row has an outcome, and the counts add up."""

from dataclasses import replace

import numpy as np
import pytest

from fer_core.datasets.dataset import FaceRecords, label_records
from fer_core.datasets.store import load_records
from fer_core.datasets.summary import (
    LEFT_OUT,
    NO_AGREEMENT,
    NO_EMOTION,
    OTHER_EMOTION,
    label_outcomes,
    shuffled,
    split_table,
    typical_rows,
    votes_in_words,
)
from fer_core.labels import LABEL_SCHEMES, SPLITS, VOTE_COLUMNS


def votes(**counts):
    return [counts.get(name, 0) for name in VOTE_COLUMNS]


@pytest.fixture
def records():
    rows = [votes(happiness=9, neutral=1), votes(happiness=4, neutral=6), votes(neutral=5, sadness=5)]
    rows += [votes(unknown=8, fear=2), votes(NF=10), votes(contempt=8, neutral=2)]
    n = len(rows)
    images = np.random.default_rng(0).integers(0, 256, (n, 48, 48), dtype=np.uint8)
    split = np.array([0, 0, 0, 1, 2, 0], np.uint8)
    return FaceRecords(images, np.full(n, 3, np.uint8), split, np.array(rows, np.uint8), "f")


def outcomes_of(records, scheme):
    outcomes = label_outcomes(records, LABEL_SCHEMES[scheme])
    return [outcomes.names[i] for i in outcomes.outcome]


def test_every_row_is_named_or_its_reason(records):
    expected = ["happiness", "neutral", NO_AGREEMENT, NO_EMOTION, NO_EMOTION]
    assert outcomes_of(records, "majority-7") == [*expected, OTHER_EMOTION]
    assert outcomes_of(records, "majority-8") == [*expected, "contempt"]
    assert outcomes_of(records, "fer2013") == ["happiness"] * 6


def test_counts_and_rows(records):
    outcomes = label_outcomes(records, LABEL_SCHEMES["majority-7"])
    counts = outcomes.counts()
    assert counts.to_numpy().sum() == len(records)
    assert counts.loc["happiness", "train"] == 1
    assert outcomes.rows(["train"], ["happiness", "neutral"]).tolist() == [0, 1]
    assert outcomes.rows(["validation", "test"], [NO_EMOTION]).tolist() == [3, 4]
    assert outcomes.rows(["test"], ["fear"]).tolist() == []


def test_split_table(records):
    table = split_table(label_outcomes(records, LABEL_SCHEMES["majority-7"]).counts())
    assert table["Dataset"].tolist() == ["Training", "Validation", "Testing"]
    assert table["Usage"].tolist() == ["Training", "PublicTest", "PrivateTest"]
    assert table["Size"].tolist() == [4, 1, 1]
    assert table["Kept"].tolist() == [2, 0, 0]
    assert (table["Kept"] + table[[name.capitalize() for name in LEFT_OUT]].sum(axis=1) == table["Size"]).all()


def test_typical_rows(records):
    rows = typical_rows(records)
    assert rows["happiness"] == 0
    assert rows["contempt"] == 5
    assert "anger" not in rows  # nobody chose it
    without_votes = replace(records, votes=np.zeros((0, 10), np.uint8))
    assert list(typical_rows(without_votes)) == ["happiness"]


def test_votes_in_words(records):
    assert votes_in_words(records.votes[0]) == "happiness 9, neutral 1"
    assert votes_in_words(records.votes[4]) == "not a face 10"


def test_samples_repeat():
    rows = np.arange(50)
    assert (shuffled(rows, 0) == rows).all()
    assert (shuffled(rows, 3) == shuffled(rows, 3)).all()
    assert (shuffled(rows, 3) != shuffled(rows, 4)).any()


@pytest.mark.parametrize("scheme", LABEL_SCHEMES)
def test_the_demo_agrees_with_the_label_rule(small_demo, scheme):
    records = load_records(small_demo.name)
    outcomes, kept = (make(records, LABEL_SCHEMES[scheme]) for make in (label_outcomes, label_records))
    assert outcomes.counts().to_numpy().sum() == len(records)
    assert outcomes.rows(SPLITS, outcomes.class_names).tolist() == kept.rows.tolist()
    assert outcomes.outcome[kept.rows].tolist() == kept.labels.tolist()
