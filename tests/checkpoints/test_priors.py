"""How common classes are taken to be changes answers as Bayes' rule says."""

import json
from dataclasses import asdict
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.checkpoints.card import ModelCard, PriorFigures
from fer_core.checkpoints.priors import AnsweredBy, PriorAdjustment, normalized, prior_weights, restricted
from fer_core.evaluation.calibration import prior_figures, with_prior
from fer_core.evaluation.report import EvaluationReport

PRIOR = (0.7, 0.25, 0.05)


def rows(n=50, seed=0):
    return np.random.default_rng(seed).dirichlet(np.ones(3), n).astype(np.float32)


def test_the_training_shares_leave_probabilities_as_they_are():
    np.testing.assert_allclose(normalized(rows() * prior_weights(PRIOR, "training")), rows(), atol=1e-6)


def test_a_network_that_knows_only_the_shares_knows_nothing_once_they_are_taken_out():
    probabilities = np.array([PRIOR], np.float32)
    np.testing.assert_allclose(normalized(probabilities * prior_weights(PRIOR, "uniform")), 1 / 3, atol=1e-6)


@given(
    arrays(np.float32, (4, 3), elements=st.floats(2**-20, 1, width=32)),
    st.tuples(*[st.floats(0, 1)] * 3),
    st.sampled_from(get_args(PriorAdjustment)),
)
def test_rows_sum_to_one_for_every_prior(scores, prior, adjustment):
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    found = normalized(probabilities * prior_weights(prior, adjustment))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_a_rarer_class_gains_more():
    before, after = rows(), normalized(rows() * prior_weights(PRIOR, "halfway"))
    assert (after[:, 2] >= before[:, 2]).all()
    assert (after[:, 0] <= before[:, 0]).all()


def test_halfway_is_the_geometric_mean_of_the_training_prior_and_a_uniform_one():
    """A network that knows only its training shares answers with the prior itself."""
    found = normalized(np.array([PRIOR], np.float32) * prior_weights(PRIOR, "halfway"))[0]
    mean = np.sqrt(np.array(PRIOR) * 1 / 3)
    np.testing.assert_allclose(found, mean / mean.sum(), atol=1e-6)


def report_of(probabilities, labels, names):
    return EvaluationReport(labels, probabilities.argmax(axis=1), probabilities, np.arange(len(labels)), names, "print")


def test_every_prior_is_scored_with_its_own_answers(make_card):
    shares = tuple((np.linspace(1, 7, 7) / 28).tolist())
    card = make_card("tiny", prior=shares)
    names = card.class_names[:3]
    prior = dict(zip(card.class_names, shares, strict=True))
    labels = np.array([0, 1, 2, 2])
    probabilities = np.array([[0.3, 0.3, 0.4], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.4, 0.1, 0.5]], np.float32)
    report = report_of(probabilities, labels, names)
    found = prior_figures(report, card)
    assert found["training"].accuracy == 0.75
    assert found["training"].recall == {names[0]: 0, names[1]: 1, names[2]: 1}
    for (name, figures), strength in zip(found.items(), (0, 0.5, 1), strict=True):
        weights = np.array([prior[each] for each in names]) ** -strength
        assert figures.accuracy == pytest.approx(((probabilities * weights).argmax(axis=1) == labels).mean())
        assert with_prior(report, card, name).answered_by == AnsweredBy("tiny", name)


def test_without_known_shares_there_is_nothing_to_take_out(make_card):
    card = make_card("tiny", prior=())
    report = report_of(rows(), np.zeros(50, np.int64), card.class_names[:3])
    assert prior_figures(report, card) == {}
    assert card.class_weights("uniform") is None
    assert with_prior(report, card, "uniform").answered_by.prior == "training"


def test_a_checkpoint_answers_under_the_prior_it_is_opened_with(save_tiny):
    shares = (0.94, *[0.01] * 6)
    checkpoint = save_tiny(prior=shares)
    faces = np.random.default_rng(0).integers(0, 256, (5, 48, 48)).astype(np.uint8)
    plain = checkpoint.open_classifier().predict(faces)
    for prior in get_args(PriorAdjustment):
        classifier = checkpoint.open_classifier(prior_adjustment=prior)
        expected = normalized(plain * prior_weights(shares, prior))
        np.testing.assert_allclose(classifier.predict(faces), expected, atol=1e-6)
        assert classifier.predict_one(faces[0]).answered_by == (checkpoint.name, prior)


@pytest.mark.parametrize("key", ["by_commonness", "by_prior_adjustment"])
def test_a_card_of_2026_keeps_the_figures_that_still_hold(make_card, key):
    """Its "between" was another prior for each checkpoint, most of the way to a uniform one."""
    document = json.loads(json.dumps(asdict(make_card("tiny", prior=(0.4, *[0.1] * 6)))))
    document["calibration"]["between"] = 0.95
    del document["measured"]["by_prior_adjustment"]
    document["measured"][key] = {name: [0.8, 0.7, 0.6] for name in ("training", "between", "equal")}
    card = ModelCard.from_dict(document)
    assert card.measured.by_prior_adjustment == {n: PriorFigures(0.8, 0.7, 0.6) for n in ("training", "uniform")}
    assert card.figures_under("halfway") is None


def test_classes_that_are_left_out_share_their_part_among_the_rest():
    probabilities = np.array([[0.5, 0.3, 0.2], [0, 1, 0]], np.float32)
    names = ("a", "b", "c")
    np.testing.assert_allclose(restricted(probabilities, names, ("c", "a")), [[2 / 7, 5 / 7], [0, 0]], rtol=1e-6)
    np.testing.assert_array_equal(restricted(probabilities, names, ("c", "b", "a")), probabilities[:, ::-1])
