"""A support vector machine on top: its loss, its scores, and probabilities in the saved files."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from fer_core.checkpoints.classifier import Classifier
from fer_core.errors import TrainingError
from fer_core.training.child.validator import predict, raw_scores
from fer_core.training.network.architectures import build_model
from fer_core.training.network.export import write_network
from fer_core.training.network.heads import calibrate, fitted_scale, squared_hinge, to_probabilities
from fer_core.training.settings.config import TrainingConfig

SVM = TrainingConfig(output_activation="svm", loss="squared_hinge", weight_decay=0.001, width=4)


def log_loss(probabilities, labels):
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


def drawn(scale, count=4000, seed=0):
    """Scores whose true probabilities are the softmax of ``scale`` times them."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(count, 7)).astype(np.float32)
    labels = np.array([rng.choice(7, p=p) for p in softmax(scale * scores.astype(float), axis=1)])
    return scores, labels


def test_the_loss_is_keras_squared_hinge_of_plus_and_minus_one():
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (20, 7)).astype(np.float32)
    targets = np.eye(7, dtype=np.float32)[rng.integers(0, 7, 20)]
    ours = np.asarray(squared_hinge(targets, scores))
    np.testing.assert_allclose(ours, np.asarray(keras.losses.squared_hinge(2 * targets - 1, scores)), rtol=1e-5)


@given(st.integers(0, 1000))
def test_votes_give_the_expected_loss_of_drawn_labels(seed):
    rng = np.random.default_rng(seed)
    scores, votes = rng.normal(0, 2, (1, 7)).astype(np.float32), rng.dirichlet(np.ones(7)).astype(np.float32)
    each = [float(squared_hinge(np.eye(7, dtype=np.float32)[[k]], scores)[0]) for k in range(7)]
    assert float(squared_hinge(votes[None], scores)[0]) == pytest.approx(float(votes @ each), rel=1e-4)


@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])
def test_the_scale_is_the_one_the_labels_were_drawn_with(scale):
    assert fitted_scale(*drawn(scale)) == pytest.approx(scale, rel=0.1)


def test_calibration_makes_probabilities_and_leaves_the_order():
    scores, labels = drawn(3.0)
    probabilities = to_probabilities(SVM, scores, labels)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities.argmax(axis=1) == scores.argmax(axis=1)).all()
    assert log_loss(probabilities, labels) < log_loss(softmax(scores, axis=1), labels)


def test_the_scale_goes_into_the_saved_network_as_keras_own_layers(tmp_path):
    rng = np.random.default_rng(0)
    faces, labels = rng.integers(0, 256, (64, 48, 48)).astype(np.uint8), rng.integers(0, 7, 64)
    trained, saved = build_model(SVM, training=True), build_model(SVM)
    saved.set_weights(trained.get_weights())
    scores = raw_scores(trained, faces)
    assert abs(scores.sum(axis=1) - 1).max() > 0.01  # bare scores, no probabilities
    before = predict(saved, faces)
    np.testing.assert_allclose(before, softmax(scores, axis=1), atol=1e-5)
    scale = calibrate(saved, before, labels)
    after = predict(saved, faces)
    np.testing.assert_allclose(after, softmax(scale * scores, axis=1), atol=1e-4)
    assert {type(layer).__module__.split(".")[0] for layer in saved.layers} == {"keras"}
    write_network(saved, tmp_path)
    classifier = Classifier((tmp_path / "model.tflite").read_bytes(), SVM.class_names)
    np.testing.assert_allclose(classifier.predict(faces), after, atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"loss": "categorical_crossentropy"}, "trained with squared_hinge"),
        ({"output_activation": "softmax"}, "choose both or neither"),
        ({"weight_decay": 0.0}, "needs weight decay for its margin"),
    ],
)
def test_what_makes_no_support_vector_machine_is_refused(changes, why):
    with pytest.raises(TrainingError, match=why):
        replace(SVM, **changes)
