"""Several checkpoints on the same faces: what is compared, what is refused and what is said beside it."""

import itertools

import pytest

from fer_core.checkpoints.checkpoint import KERAS_FILE, LITERT_FILE, save_checkpoint
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import dataset_card, load_records
from fer_core.datasets.subsets import Subset, save_subset
from fer_core.errors import CheckpointError, DatasetError, EvaluationError
from fer_core.evaluation.comparison import mcnemar
from fer_core.evaluation.evaluation_set import EvaluationSet
from fer_core.evaluation.leaderboard import (
    ALL_FACES,
    compare_checkpoints,
    find_leakage,
    milliseconds_per_face,
    refuse_leakage,
    settings_table,
)
from fer_core.labels import LABEL_SCHEMES

SEVEN = LABEL_SCHEMES["majority-7"]


@pytest.fixture
def records(small_demo):
    return load_records("demo")


@pytest.fixture
def two(save_tiny, records):
    """The tiny network under its own class names and under turned ones, which answers differently."""
    own = {"dataset_fingerprint": records.fingerprint}
    return [save_tiny("straight", **own), save_tiny("turned", class_names=SEVEN.class_names[::-1], **own)]


def test_all_are_tested_on_the_same_images(two, records):
    leaderboard = compare_checkpoints(two, records, "demo", scheme=SEVEN)
    first, second = (entry.report for entry in leaderboard.entries)
    assert (first.rows == second.rows).all()
    assert (first.y_true == second.y_true).all()
    assert first.accuracy >= second.accuracy
    assert len(leaderboard.test) == len(first)
    pair = leaderboard.pair("straight", "turned")
    accuracies = [leaderboard.entry(name).report.accuracy for name in ("straight", "turned")]
    assert pair.difference == pytest.approx(accuracies[1] - accuracies[0])


def test_the_table_has_a_line_each_with_the_best_first(two, records):
    table = compare_checkpoints(two, records, "demo", scheme=SEVEN).table()
    assert set(table["checkpoint"]) == {"straight", "turned"}
    assert table["accuracy"].is_monotonic_decreasing
    assert (table["low"] <= table["accuracy"]).all()
    assert table["p_value"].iloc[0] == 1
    assert (table["megabytes"] > 0).all()


def test_checkpoints_with_other_classes_meet_on_those_in_common(two, save_tiny, records):
    fewer = save_tiny("fewer", class_names=("neutral", "happiness", "a", "b", "c", "d", "e"))
    leaderboard = compare_checkpoints([two[0], fewer], records, "demo", scheme=SEVEN)
    assert leaderboard.test.class_names == ("neutral", "happiness")
    assert set(leaderboard.test.labels) == {0, 1}
    assert leaderboard.left_out > 0
    assert any("2 shared classes" in words for words in leaderboard.caveats())


def subset(name, rows):
    return Subset(name, "demo", "", "a reason", tuple(rows), "")


def test_subsets_are_compared_with_holms_correction(two, save_tiny, records):
    third = save_tiny("other", class_names=SEVEN.class_names[3:] + SEVEN.class_names[:3])
    board = compare_checkpoints([*two, third], records, "demo", scheme=SEVEN)
    rows = board.test.rows
    subsets = [subset("first", rows[:9]), subset("elsewhere", [10**6]), subset("rest", [*rows[9:], 10**6])]
    table = board.on_subsets(subsets)
    best, *others = [entry.name for entry in board.entries]
    assert table["subset"].tolist() == [ALL_FACES] * 2 + ["first"] * 2 + ["rest"] * 2
    assert table["checkpoint"].tolist() == others * 3
    assert set(table["best"]) == {best}
    assert table["n"].tolist() == [len(rows)] * 2 + [9] * 2 + [len(rows) - 9] * 2
    assert table["difference"].tolist() == pytest.approx((table["accuracy"] - table["best_accuracy"]).tolist())
    for line in table[table["subset"] == "first"].to_dict("records"):
        assert line["accuracy"] == board.entry(line["checkpoint"]).report.is_right[:9].mean()
    # Nine tests were made: three pairs on three sets. Holm's first step is Bonferroni's.
    alone = board.pair(best, others[-1])
    smallest = min(mcnemar(*board.pair(a, b).discordant) for a, b in itertools.combinations([best, *others], 2))
    assert table["p_value"].min() <= min(9 * smallest, 1)
    assert (table["p_value"] >= mcnemar(*alone.discordant)).any()
    assert (table["is_significant"] == (table["p_value"] < 0.05)).all()


def test_what_is_tested_is_found_by_name(two, records):
    card = dataset_card("demo")
    chosen = label_records(records, SEVEN, ["test"]).rows[:20]
    save_subset(card, "mine", chosen, "the first")
    save_subset(card, "bad", chosen[:5], "the very first")
    named = EvaluationSet("demo", only="mine", leave_out="bad")
    report, faces = named.evaluate(two[0])
    assert report.rows.tolist() == faces.rows.tolist() == chosen[5:].tolist()
    assert named.compare(two).test.rows.tolist() == chosen[5:].tolist()
    with pytest.raises(DatasetError, match="no saved subset called “other”"):
        EvaluationSet("demo", only="other").evaluate(two[0])


def test_one_checkpoint_is_no_comparison(two, records):
    with pytest.raises(EvaluationError, match="two different"):
        compare_checkpoints([two[0], two[0]], records, "demo", scheme=SEVEN)


def test_who_was_trained_on_the_test_is_refused(two, records, same_faces_as_training):
    """The test split of the exchanged dataset is the training split of the checkpoints."""
    other = load_records(same_faces_as_training)
    with pytest.raises(EvaluationError, match=r"was trained on .* of these .* faces .*memorization"):
        compare_checkpoints(two, other, same_faces_as_training, scheme=SEVEN)


def test_seen_images_are_found_by_their_pixels(two, records, same_faces_as_training):
    other = label_records(load_records(same_faces_as_training), SEVEN, ["test"])
    assert len(find_leakage(two[0], other).positions) == len(other)
    own = label_records(records, SEVEN, ["test"])
    leakage = find_leakage(two[0], own)
    assert leakage.is_known
    assert len(leakage.positions) == 0
    refuse_leakage(two[0], leakage, own)


def test_unknown_training_data_are_said(save_tiny, two, records):
    stranger = save_tiny("stranger", dataset_fingerprint="9" * 64)
    imported = save_tiny("imported", dataset_fingerprint="", origin="imported")
    words = " ".join(compare_checkpoints([two[0], stranger, imported], records, "demo", scheme=SEVEN).caveats())
    assert "The training data of stranger is not stored here" in words
    assert "The training data of imported is unknown" in words


def test_validation_is_said_to_have_chosen(two, records):
    words = compare_checkpoints(two, records, "demo", scheme=SEVEN, split="validation").caveats()
    assert any("Validation selected" in sentence for sentence in words)


def test_settings_in_which_they_differ(save_tiny, make_card):
    a = save_tiny("a")
    b = save_tiny("b", config=make_card().config | {"learning_rate": 0.5})
    table = settings_table([a, b])
    assert table.index.tolist() == ["learning rate"]
    assert table.loc["learning rate", "b"] == "0.5"
    everything = settings_table([a, b], differing=False).index
    assert len(everything) > 5
    assert "rotation (augmentation)" in everything
    assert everything.is_unique


def test_milliseconds_are_measured(two):
    assert 0 < milliseconds_per_face(two[0].open_classifier()) < 1000


def test_a_damaged_network_is_a_sentence(home, tiny_model, make_card, records, two):
    def write(folder):
        (folder / KERAS_FILE).write_bytes(b"-")
        (folder / LITERT_FILE).write_bytes(tiny_model[:-500] + bytes(500))

    broken = save_checkpoint(make_card("broken"), write)
    broken.network_path.write_bytes(b"other")
    with pytest.raises(CheckpointError, match="damaged"):
        compare_checkpoints([two[0], broken], records, "demo", scheme=SEVEN)
