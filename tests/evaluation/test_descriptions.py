import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score, top_k_accuracy_score

from fer_core.evaluation.descriptions import describe_cell, describe_false_alarms, describe_misses
from fer_core.evaluation.report import class_curves, confusion_order
from tests.evaluation.votes import faces, vote


def test_misses_and_false_alarms(make_report):
    report = make_report([0, 0, 0, 0, 1, 1], [0, 1, 1, 2, 1, 0])
    assert (
        describe_misses(report, "neutral") == "3 of 4 neutral faces were missed: called happiness (2) and surprise (1)."
    )
    assert describe_false_alarms(report, "happiness") == (
        "2 of 3 faces called happiness were false alarms: really neutral (2)."
    )
    assert describe_misses(report, "sadness") == "No face here is labeled sadness."
    assert describe_false_alarms(report, "sadness") == "No face was called sadness."


def test_nothing_missed(make_report):
    report = make_report([0, 1], [0, 1])
    assert describe_misses(report, "neutral") == "Every one of the 1 neutral faces was recognized."
    assert describe_false_alarms(report, "neutral") == "Each of the 1 faces called neutral is neutral."


def test_a_cell_says_how_far_people_agreed(make_report):
    report = make_report([3, 3, 3, 3], [0, 0, 0, 0])
    low, high = vote(sadness=5, neutral=5), vote(sadness=10)
    for votes, words in (
        ([low] * 4, "all of them with low agreement among people"),
        ([low, low, low, high], "more than half of them with low agreement among people"),
        ([low, high, high, high], "1 of them with low agreement among people"),
        ([high] * 4, "all of them with high agreement"),
    ):
        story = describe_cell(report, "sadness", "neutral", faces(votes, [3, 3, 3, 3]))
        assert story == f"4 of 4 sadness faces (100.0%) were called neutral, {words}"


def test_classes_that_are_mixed_up_stand_side_by_side(make_report):
    """Neutral with sadness, happiness with surprise."""
    true = [0] * 10 + [1] * 10 + [2] * 10 + [3] * 10
    called = [3] * 5 + [0] * 5 + [2] * 5 + [1] * 5 + [1] * 5 + [2] * 5 + [0] * 5 + [3] * 5
    order = confusion_order(make_report(true, called))
    assert sorted(order) == sorted(("neutral", "happiness", "surprise", "sadness"))
    assert abs(order.index("neutral") - order.index("sadness")) == 1
    assert abs(order.index("happiness") - order.index("surprise")) == 1


reports = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=80)


@given(reports, st.integers(0, 1000))
def test_curves_and_top_2_are_scikit_learns(make_report, pairs, seed):
    true, called = zip(*pairs, strict=True)
    report = make_report(true, called, seed=seed)
    expected = top_k_accuracy_score(true, report.probabilities, k=2, labels=range(4))
    assert report.top_k_accuracy(2) == pytest.approx(expected)
    for curve in class_curves(report):
        index = report.class_names.index(curve.class_name)
        of_class = np.array(true) == index
        score = report.probabilities[:, index]
        assert curve.support == of_class.sum()
        assert curve.area == pytest.approx(roc_auc_score(of_class, score))
        assert curve.average_precision == pytest.approx(average_precision_score(of_class, score))
        assert (np.diff(curve.false_positive_rate) >= 0).all()
        assert (curve.false_positive_rate[0], curve.true_positive_rate[-1]) == (0, 1)
    assert len(class_curves(report)) == (len(set(true)) if len(set(true)) > 1 else 0)
