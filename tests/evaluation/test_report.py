import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.dataset import FerDataset
from fer_core.errors import EvaluationError
from fer_core.evaluation.descriptions import describe_cell, describe_scope
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.scoring import score

NAMES = ("neutral", "happiness", "surprise", "sadness")


def make_report(true, called, names=NAMES):
    true, called = np.array(true, np.int64), np.array(called, np.int64)
    rng = np.random.default_rng(len(true))
    probabilities = rng.uniform(0, 0.4, (len(true), len(names))).astype(np.float32)
    probabilities[np.arange(len(true)), called] += 0.5
    return EvaluationReport(true, called, probabilities, np.arange(len(true)) + 100, names, "f" * 64)


answers = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


@settings(deadline=None)
@given(answers)
def test_figures_are_those_of_scikit_learn(pairs):
    true, called = zip(*pairs, strict=True)
    report, labels = make_report(true, called), range(4)
    assert len(report) == len(pairs)
    assert report.accuracy == pytest.approx(metrics.accuracy_score(true, called))
    assert report.macro_f1 == pytest.approx(
        metrics.f1_score(true, called, labels=labels, average="macro", zero_division=0)
    )
    present = sorted(set(true))
    recalls = metrics.recall_score(true, called, labels=present, average=None, zero_division=0)
    assert report.balanced_accuracy == pytest.approx(np.mean(recalls))
    assert (report.confusion_matrix() == metrics.confusion_matrix(true, called, labels=labels)).all()
    assert report.per_class()["support"].sum() == len(pairs)


@settings(deadline=None)
@given(answers)
def test_cells_partition_the_images_and_the_most_wrong_come_first(pairs):
    true, called = zip(*pairs, strict=True)
    report = make_report(true, called)
    matrix = report.confusion_matrix()
    found = []
    for i, name in enumerate(NAMES):
        for j, other in enumerate(NAMES):
            positions = report.cell(name, other)
            assert len(positions) == matrix[i, j]
            assert (np.diff(report.probabilities[positions, i]) >= 0).all()
            found.extend(positions.tolist())
    assert sorted(found) == list(range(len(pairs)))


@settings(deadline=None)
@given(answers)
def test_interval_holds_the_accuracy_and_stays_between_0_and_1(pairs):
    report = make_report(*zip(*pairs, strict=True))
    low, high = report.accuracy_interval()
    assert 0 <= low <= report.accuracy + 1e-12
    assert report.accuracy - 1e-12 <= high <= 1


def test_interval_is_wilsons():
    # 81 of 263: (0.2553, 0.3662), Newcombe (1998), Statistics in Medicine 17, table I.
    report = make_report([0] * 263, [0] * 81 + [1] * 182)
    assert report.accuracy_interval() == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_always_answering_one_class_scores_its_share():
    report = make_report([1, 1, 1, 0], [0, 0, 0, 0])
    assert report.commonest_class == ("happiness", 0.75)


@pytest.mark.parametrize(
    ("true", "called", "cell"),
    [
        ([0, 0, 0, 2], [0, 0, 0, 1], ("surprise", "happiness")),
        ([0, 1, 1], [0, 1, 1], ("happiness", "happiness")),
    ],
)
def test_commonest_mistake_is_off_the_diagonal_if_there_is_one(true, called, cell):
    assert make_report(true, called).commonest_mistake() == cell


def test_absent_classes_keep_their_row_and_count_in_macro_f1_only():
    report = make_report([0, 0], [0, 0])
    assert report.confusion_matrix().shape == (4, 4)
    assert report.macro_f1 == pytest.approx(0.25)
    assert report.balanced_accuracy == 1


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (("neutral", "neutral"), "2 of 3 neutral faces (66.7%) were recognized"),
        (("neutral", "surprise"), "1 of 3 neutral faces (33.3%) was called surprise"),
        (("happiness", "neutral"), "1 of 1 happiness face (100.0%) was called neutral"),
        (("sadness", "neutral"), "There are no sadness faces here"),
    ],
)
def test_cells_in_words(cell, words):
    assert describe_cell(make_report([0, 0, 0, 1], [0, 0, 2, 0]), *cell) == words


def test_without_images_there_is_no_report():
    with pytest.raises(ValueError, match="at least one image"):
        make_report([], [])


def dataset(class_names, n=5):
    labels = np.arange(n) % len(class_names)
    return FerDataset(
        images=np.random.default_rng(0).integers(0, 256, (n, 48, 48)).astype(np.uint8),
        labels=labels.astype(np.int64),
        targets=np.eye(len(class_names), dtype=np.float32)[labels],
        votes=np.zeros((0, 10), np.uint8),
        split=np.full(n, 2, np.uint8),
        rows=np.arange(n) + 40,
        class_names=class_names,
        scheme="majority-7",
        fingerprint="a" * 64,
    )


def evaluate(classifier, dataset):
    return score(classifier.predict(dataset.images), classifier.class_names, dataset)


def test_evaluate_classifies_every_image(tiny_model, make_card):
    names = make_card().class_names
    classifier, faces = Classifier(tiny_model, names), dataset(names)
    report = evaluate(classifier, faces)
    assert (report.probabilities == classifier.predict(faces.images)).all()
    assert (report.y_pred == report.probabilities.argmax(axis=1)).all()
    assert (report.y_true == faces.labels).all()
    assert (report.rows == faces.rows).all()
    assert report.fingerprint == faces.fingerprint
    assert math.isclose(report.probabilities.sum(), len(faces), rel_tol=1e-5)


def test_another_order_of_the_classes_changes_no_figure(tiny_model, make_card):
    names = make_card().class_names
    network, faces = Classifier(tiny_model, names), dataset(names, 30)
    turned = replace(faces, class_names=names[::-1], labels=len(names) - 1 - faces.labels)
    here, there = evaluate(network, faces), evaluate(network, turned)
    assert there.class_names == names[::-1]
    assert (there.confusion_matrix() == here.confusion_matrix()[::-1, ::-1]).all()
    np.testing.assert_allclose(there.probabilities, here.probabilities[:, ::-1], atol=1e-6)


def test_only_the_classes_in_common_are_scored(tiny_model, make_card):
    network, faces = Classifier(tiny_model, make_card().class_names), dataset(("contempt", "fear", "neutral"), 30)
    report = evaluate(network, faces)
    assert report.class_names == ("fear", "neutral")
    assert (len(report), report.left_out) == (20, 10)
    assert set(report.unused) == set(make_card().class_names) - {"fear", "neutral"}
    np.testing.assert_allclose(report.probabilities.sum(axis=1), 1, atol=1e-6)
    assert (report.rows == faces.rows[faces.labels > 0]).all()
    assert (
        np.array(report.class_names)[report.y_true] == np.array(faces.class_names)[faces.labels[faces.labels > 0]]
    ).all()
    assert "10 labeled faces are left out" in describe_scope(report)
    kept = faces.with_classes(report.class_names)
    assert (kept.images == faces.images[faces.labels > 0]).all()


def test_everything_scored_needs_no_words(tiny_model, make_card):
    names = make_card().class_names
    assert describe_scope(evaluate(Classifier(tiny_model, names), dataset(names))) == ""


def test_a_score_that_cannot_be_wrong_is_called_so(tiny_model, make_card):
    faces = dataset(make_card().class_names)
    only = evaluate(Classifier(tiny_model, make_card().class_names), faces.take(faces.labels == 1))
    assert "faces here are labeled happiness: a constant answer gets 100%" in describe_scope(only)


def test_without_two_classes_in_common_there_is_nothing_to_score(tiny_model, make_card):
    with pytest.raises(EvaluationError, match="Fewer than two classes are shared"):
        evaluate(Classifier(tiny_model, make_card().class_names), dataset(("contempt", "fear")))
