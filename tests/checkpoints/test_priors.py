"""How common classes are taken to be changes answers as Bayes' rule says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.checkpoints.card import Calibration
from fer_core.checkpoints.priors import normalized, prior_weights, restricted
from fer_core.evaluation.calibration import prior_adjustments, recommended_strength
from fer_core.evaluation.report import EvaluationReport

PRIOR = (0.7, 0.25, 0.05)


def rows(n=50, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(3), n).astype(np.float32)


def test_the_training_shares_leave_probabilities_as_they_are():
    np.testing.assert_allclose(normalized(rows() * prior_weights(PRIOR, 0.0)), rows(), atol=1e-6)


def test_a_network_that_knows_only_the_shares_knows_nothing_once_they_are_taken_out():
    probabilities = np.array([PRIOR], np.float32)
    np.testing.assert_allclose(normalized(probabilities * prior_weights(PRIOR, 1.0)), 1 / 3, atol=1e-6)


@given(
    arrays(np.float32, (4, 3), elements=st.floats(2**-20, 1, width=32)),
    st.tuples(*[st.floats(0, 1)] * 3),
    st.floats(0, 1),
)
def test_rows_sum_to_one_for_every_prior_and_strength(scores, prior, strength):
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    found = normalized(probabilities * prior_weights(prior, strength))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_a_rarer_class_gains_more():
    before, after = rows(), normalized(rows() * prior_weights(PRIOR, 0.5))
    assert (after[:, 2] >= before[:, 2]).all()
    assert (after[:, 0] <= before[:, 0]).all()


def test_the_recommended_strength_is_the_one_under_which_both_accuracies_add_up_to_most():
    # Class 2 is seen a little, but never enough to win against its share.
    labels = np.repeat([0, 2], [70, 5])
    probabilities = np.repeat(np.array([[0.8, 0.1, 0.1], [0.5, 0.1, 0.4]], np.float32), [70, 5], axis=0)
    strength = recommended_strength(probabilities, labels, PRIOR)
    assert 0 < strength < 1
    for chosen, right in ((strength, 75), (strength - 0.05, 70)):
        answers = normalized(probabilities * prior_weights(PRIOR, chosen)).argmax(axis=1)
        assert (answers == labels).sum() == right


def test_a_perfect_network_is_left_alone():
    labels = np.array([0, 1, 2])
    assert recommended_strength(np.eye(3, dtype=np.float32), labels, PRIOR) == 0


def report_of(probabilities, labels, names):
    return EvaluationReport(labels, probabilities.argmax(axis=1), probabilities, np.arange(len(labels)), names, "print")


def test_every_view_is_scored_with_its_own_answers(make_card):
    shares = tuple((np.linspace(1, 7, 7) / 28).tolist())
    card = make_card("tiny", prior=shares, calibration=Calibration(between=0.5))
    names = card.class_names[:3]
    prior = dict(zip(card.class_names, shares, strict=True))
    labels = np.array([0, 1, 2, 2])
    probabilities = np.array([[0.3, 0.3, 0.4], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.4, 0.1, 0.5]], np.float32)
    views = prior_adjustments(report_of(probabilities, labels, names), card)
    assert [seen.strength for seen in views.values()] == [0.0, 0.5, 1.0]
    assert views["training"].accuracy == 0.75
    for seen in views.values():
        weights = np.array([prior[name] for name in names]) ** -seen.strength
        assert seen.accuracy == pytest.approx(((probabilities * weights).argmax(axis=1) == labels).mean())


def test_without_known_shares_there_is_nothing_to_take_out(make_card):
    card = make_card("tiny", prior=())
    report = report_of(rows(), np.zeros(50, np.int64), card.class_names[:3])
    assert prior_adjustments(report, card) == {}
    assert card.strength("equal") == 0


def test_a_checkpoint_answers_under_the_view_it_is_opened_with(save_tiny):
    shares = (0.94, *[0.01] * 6)
    checkpoint = save_tiny(prior=shares, calibration=Calibration(between=0.3))
    faces = np.random.default_rng(0).integers(0, 256, (5, 48, 48)).astype(np.uint8)
    plain = checkpoint.open_classifier().predict(faces)
    for view, strength in (("training", 0.0), ("between", 0.3), ("equal", 1.0)):
        seen = checkpoint.open_classifier(prior_adjustment=view).predict(faces)
        np.testing.assert_allclose(seen, normalized(plain * prior_weights(shares, strength)), atol=1e-6)


def test_classes_that_are_left_out_share_their_part_among_the_rest():
    probabilities = np.array([[0.5, 0.3, 0.2], [0, 1, 0]], np.float32)
    names = ("a", "b", "c")
    np.testing.assert_allclose(restricted(probabilities, names, ("c", "a")), [[2 / 7, 5 / 7], [0, 0]], rtol=1e-6)
    np.testing.assert_array_equal(restricted(probabilities, names, ("c", "b", "a")), probabilities[:, ::-1])
