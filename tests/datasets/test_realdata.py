"""The real FER2013 and FER+ files give the paper's tables and the field's known counts."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fer_core.checkpoints.answers import rounded, stored_answers
from fer_core.checkpoints.checkpoint import SHIPPED, load_checkpoint
from fer_core.datasets.dataset import label_records
from fer_core.datasets.detective.duplicates import find_duplicates
from fer_core.datasets.detective.findings import duplicate_findings, exclusion_effect, vote_findings
from fer_core.datasets.shipped import ferplus_copies, ferplus_records
from fer_core.datasets.store import import_dataset, load_records
from fer_core.datasets.summary import label_outcomes, relabeling
from fer_core.datasets.votes import majority, vote_distribution
from fer_core.evaluation.scoring import headline_figures, score
from fer_core.labels import EMOTIONS, LABEL_SCHEMES, SPLITS, VOTE_COLUMNS
from fer_core.training.child.validator import predict
from fer_core.training.network.export import read_network

DATA = Path(os.environ.get("FER_DATA_DIR") or Path(__file__).parents[2] / ".." / "shared" / "data").resolve()
IMAGES, VOTES = DATA / "fer2013.csv.gz", DATA / "fer2013new.csv"

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        not (IMAGES.exists() and VOTES.exists()),
        reason=f"fer2013.csv.gz and fer2013new.csv are not in {DATA}; set FER_DATA_DIR",
    ),
]

TABLE_1 = [
    (0, "70 80 82 72 58 58 60 63 54 58 60 48 89 115 121"),
    (0, "151 150 147 155 148 133 111 140 170 174 182 15"),
    (2, "231 212 156 164 174 138 161 173 182 200 106 38"),
    (4, "24 32 36 30 32 23 19 20 30 41 21 22 32 34 21 1"),
    (6, "4 0 0 0 0 0 0 0 0 0 0 0 3 15 23 28 48 50 58 84"),
]
"""The paper's pixels (its last row lost a zero in print); what it prints as emotions are row numbers, not these."""

TABLE_2 = """
count 35887 35887 35887 35887 35887 35887 35887 35887 35887 35887
mean 2.995096 2.548165 1.156129 1.322094 0.793268 0.150222 0.339231 0.168919 0.472706 0.054142
std 3.342949 3.949983 2.499870 2.326627 1.964314 0.589273 1.075407 0.618953 0.805554 0.702497
min 0 0 0 0 0 0 0 0 0 0
25% 0 0 0 0 0 0 0 0 0 0
50% 1 0 0 0 0 0 0 0 0 0
75% 6 5 1 2 0 0 0 0 1 0
max 10 10 10 10 10 10 10 10 8 10
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FER_HOME", str(tmp_path_factory.mktemp("home")))
        import_dataset(IMAGES, VOTES)
        return load_records("ferplus")


def per_split(mask, records):
    return tuple(int(n) for n in np.bincount(records.split[mask], minlength=3))


def test_table_1(records):
    sample = records.raw_sample()
    assert sample["row"].tolist() == [0, 1, 2, 3, 4]
    assert sample["Usage"].tolist() == ["Training"] * 5
    assert sample["emotion"].tolist() == [emotion for emotion, _ in TABLE_1]
    for (_, start), image in zip(TABLE_1, records.images[:5], strict=True):
        assert " ".join(map(str, image.ravel())).startswith(start)


def test_table_2_to_six_decimals(records):
    rows = [line.split() for line in TABLE_2.strip().splitlines()]
    expected = pd.DataFrame([row[1:] for row in rows], [row[0] for row in rows], VOTE_COLUMNS).astype(float)
    pd.testing.assert_frame_equal(records.describe_votes().round(6), expected)


def test_table_3(records):
    assert records.split_sizes() == {"train": 28709, "validation": 3589, "test": 3589}


def test_the_votes_that_ship_are_those_of_the_files(records):
    ships = ferplus_records()
    assert ships.fingerprint == records.fingerprint
    assert np.array_equal(ships.votes, records.votes)
    assert np.array_equal(ships.split, records.split)
    first: dict[bytes, int] = {}
    copies = [first.setdefault(image.tobytes(), row) for row, image in enumerate(records.images)]
    assert ferplus_copies().tolist() == copies


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("split", ["validation", "test"])
def test_the_answers_that_ship_are_those_of_a_fresh_evaluation(records, name, split):
    """On the processor that made them they are equal bit for bit; another's sums may differ in the last digit."""
    checkpoint, answers = load_checkpoint(name), stored_answers(load_checkpoint(name))
    faces = label_records(records, LABEL_SCHEMES["majority-8"], [split])
    fresh, kept = rounded(checkpoint.open_classifier(threads=2).predict_raw(faces.images)), answers.to(faces.rows)
    assert answers.fingerprint == records.fingerprint
    assert np.abs(fresh - kept).max() < 2e-5
    one, other = (score(probabilities, checkpoint.card.class_names, faces) for probabilities in (fresh, kept))
    assert np.array_equal(one.y_pred, other.y_pred)
    figures, again = headline_figures(one), headline_figures(other)
    for figure, value in figures.items():
        np.testing.assert_allclose(value, again[figure], atol=1e-5, err_msg=figure)


def test_fer2013s_own_classes(records):
    assert np.bincount(records.emotion).tolist() == [4953, 547, 5121, 8989, 6077, 4002, 6198]


def test_majority_counts(records):
    keep, labels = majority(records.votes)
    assert per_split(keep, records) == (25060, 3199, 3153)
    test = keep & (records.split == SPLITS.index("test"))
    assert np.bincount(labels[test]).tolist() == [1090, 893, 396, 384, 273, 18, 83, 16]


def test_distribution_counts(records):
    keep, shares = vote_distribution(records.votes)
    assert per_split(keep, records) == (27956, 3505, 3505)
    np.testing.assert_allclose(shares[keep].sum(axis=1), 1)


def test_seven_classes_have_3137_test_images(records):
    dataset = label_records(records, LABEL_SCHEMES["majority-7"], ["test"])
    assert len(dataset) == 3137
    assert round((dataset.labels == 0).mean(), 3) == round(1090 / 3137, 3)


def test_always_neutral_is_right_for_34_6_percent_of_eight_classes(records):
    dataset = label_records(records, LABEL_SCHEMES["majority-8"], ["test"])
    assert (dataset.labels == 0).mean() == pytest.approx(1090 / 3153)


@pytest.mark.parametrize("scheme", ["distribution-7", "distribution-8"])
def test_validation_and_test_stay_majority_whatever_training_uses(records, scheme):
    classes = scheme[-1]
    for split in ("validation", "test"):
        crowd = label_records(records, LABEL_SCHEMES[scheme], [split])
        assert (
            crowd.rows.tolist() == label_records(records, LABEL_SCHEMES[f"majority-{classes}"], [split]).rows.tolist()
        )


def test_training_on_distributions_has_more_images(records):
    assert len(label_records(records, LABEL_SCHEMES["distribution-8"], ["train"])) == 27956


def test_173_rows_are_no_faces(records):
    no_face = records.votes[:, VOTE_COLUMNS.index("NF")] == 10
    names = pd.read_csv(VOTES, usecols=["Image name"])["Image name"]
    assert names.isna().sum() == 173
    assert per_split(names.isna().to_numpy(), records) == (148, 10, 15)
    assert no_face[names.isna()].all()
    assert not majority(records.votes)[0][names.isna()].any()


def test_every_row_has_ten_votes_but_one(records):
    sums = records.votes.sum(axis=1)
    assert np.flatnonzero(sums != 10).tolist() == [10435]
    assert sums[10435] == 9


def test_image_names_are_not_row_numbers():
    names = pd.read_csv(VOTES, usecols=["Image name"])["Image name"].dropna()
    drift = names.str.extract(r"fer(\d+)", expand=False).astype(int) - names.index
    assert (drift.loc[:59] == 0).all()
    assert drift.loc[60] == -1
    assert drift.iloc[-1] == drift.median() - 37 == -85
    assert names.duplicated().sum() == 4


def test_a_quarter_of_the_test_images_is_unanimous(records):
    keep, labels = majority(records.votes)
    test = keep & (records.split == SPLITS.index("test"))
    unanimous = records.votes[test].max(axis=1) == 10
    assert unanimous.mean() == pytest.approx(0.256, abs=0.001)
    one_tagger = records.votes[test, labels[test]].mean() / 10
    assert one_tagger == pytest.approx(0.786, abs=0.001)


def test_the_eight_emotions_are_the_first_columns():
    header = VOTES.read_text().split("\n", 1)[0].strip().split(",")
    assert header[2:10] == list(EMOTIONS)


def test_the_shipped_checkpoint_scores_what_its_card_says(records):
    checkpoint = load_checkpoint("paper-cnn")
    test = label_records(records, checkpoint.card.scheme, ["test"])
    classifier = checkpoint.open_classifier(threads=2)
    report = score(classifier.predict(test.images), classifier.class_names, test)
    assert records.fingerprint == checkpoint.card.dataset_fingerprint
    assert len(report) == checkpoint.card.counts["test"] == 3137
    assert report.accuracy == pytest.approx(checkpoint.card.best.test_accuracy, abs=1e-9)


def test_litert_and_keras_agree_to_1e_4_over_the_whole_test_split(records):
    checkpoint = load_checkpoint("paper-cnn")
    images = label_records(records, checkpoint.card.scheme, ["test"]).images
    litert = checkpoint.open_classifier(threads=2).predict_raw(images)
    assert np.abs(litert - predict(read_network(checkpoint), images)).max() < 1e-4


@pytest.fixture(scope="module")
def duplicates(records):
    return find_duplicates(records.images)


def test_pairs_of_the_same_picture(records, duplicates):
    """Counted by this project's rule: no publication counts them in the same way."""
    split = np.asarray(records.split)
    across = duplicates.across(split)
    assert (len(duplicates), int(duplicates.exact.sum())) == (5406, 2409)
    assert (int(across.sum()), int((across & duplicates.exact).sum())) == (1844, 846)


def test_exact_duplicates_are_those_of_numpy(records, duplicates):
    flat = np.asarray(records.images).reshape(len(records), -1)
    _, kind, count = np.unique(flat, axis=0, return_inverse=True, return_counts=True)
    copies = np.flatnonzero(count[kind] > 1)
    assert len(np.unique(flat, axis=0)) == 34_033
    assert len(copies) == 3372
    np.testing.assert_array_equal(np.unique(duplicates.pairs[duplicates.exact]), copies)


def test_findings(records, duplicates):
    found = {f.name: f.rows for f in (*duplicate_findings(records, duplicates), *vote_findings(records))}
    counts = {name: len(rows) for name, rows in found.items()}
    assert counts["clean-test"] == 502
    assert counts["clean-validation"] == 481
    assert counts["clean-training"] == 1476
    nf = records.votes[:, VOTE_COLUMNS.index("NF")]
    assert set(np.flatnonzero(nf == 10)) <= set(found["not-a-face"].tolist())
    keep, _ = majority(records.votes)
    assert not keep[found["ties"]].any()
    effect = exclusion_effect(label_outcomes(records, LABEL_SCHEMES["majority-8"]), found["clean-test"])
    assert effect.loc["test"].tolist() == [3153, 444, 2709]


def test_who_became_what_adds_up(records):
    table = relabeling(records, label_outcomes(records, LABEL_SCHEMES["majority-8"]))
    assert table.sum(axis=1).tolist() == [4953, 547, 5121, 8989, 6077, 4002, 6198]
    kept = table[list(EMOTIONS)]
    assert kept.to_numpy().sum() == 25060 + 3199 + 3153
    test = relabeling(records, label_outcomes(records, LABEL_SCHEMES["majority-8"]), ["test"])
    assert test[list(EMOTIONS)].sum().tolist() == [1090, 893, 396, 384, 273, 18, 83, 16]


def test_test_figures_fall_on_the_clean_test(records, duplicates):
    checkpoint = load_checkpoint("paper-cnn")
    scheme, classifier = checkpoint.card.scheme, checkpoint.open_classifier(threads=2)
    seen = duplicate_findings(records, duplicates)[0].rows
    test = label_records(records, scheme, ["test"], without=seen)
    clean = score(classifier.predict(test.images), classifier.class_names, test)
    assert len(clean) == 2696
    assert clean.accuracy < checkpoint.card.best.test_accuracy - 0.01
