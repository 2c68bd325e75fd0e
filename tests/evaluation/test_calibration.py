import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from fer_core.checkpoints.classifier import with_temperature
from fer_core.evaluation.calibration import (
    calibrate,
    calibration_error,
    coverage_at,
    coverage_curve,
    fit_temperature,
    reliability,
)


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def honest():
    """Logits and labels that were drawn from exactly these probabilities."""
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, (6000, 5))
    labels = np.array([rng.choice(5, p=p / p.sum()) for p in softmax(logits).astype(float)])
    return logits, labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7, 3.0])
def test_the_temperature_that_was_put_in_is_found(honest, temperature):
    logits, labels = honest
    assert fit_temperature(softmax(logits * temperature), labels) == pytest.approx(temperature, rel=0.05)


def test_the_fitted_temperature_beats_its_neighbours(honest):
    logits, labels = honest
    probabilities = softmax(logits * 2.2)
    best = fit_temperature(probabilities, labels)
    softened = [with_temperature(probabilities, best * f).astype(float) for f in (0.9, 1.0, 1.1)]
    losses = [log_loss(labels, p / p.sum(axis=1, keepdims=True)) for p in softened]
    assert losses[1] < min(losses[0], losses[2])


def test_calibration_makes_an_overconfident_network_honest(honest):
    logits, labels = honest
    found = calibrate(softmax(logits * 3), labels, "faces", not_sure_below=0.5)
    assert found.error_before > 0.1
    assert found.error_after < 0.02
    assert (found.fitted_on, found.not_sure_below) == ("faces", 0.5)


@given(st.floats(0.05, 20), st.integers(0, 2**31))
def test_temperature_is_softmax_of_divided_logits_and_changes_no_answer(temperature, seed):
    logits = np.random.default_rng(seed).normal(0, 3, (8, 6))
    made = with_temperature(softmax(logits), temperature)
    np.testing.assert_allclose(made, softmax(logits / temperature), atol=2e-5)
    np.testing.assert_allclose(made.sum(axis=1), 1, atol=1e-5)
    assert (made.argmax(axis=1) == logits.argmax(axis=1)).all()


def test_temperature_of_certain_answers_stays_a_probability():
    certain = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    for temperature in (0.05, 1.0, 20.0):
        made = with_temperature(certain, temperature)
        assert np.isfinite(made).all()
        assert (made.argmax(axis=1) == [0, 1]).all()


def test_calibration_error_of_a_worked_example():
    probabilities = np.array([[0.95, 0.05], [0.95, 0.05], [0.65, 0.35], [0.65, 0.35]], np.float32)
    labels = np.array([0, 1, 0, 0])  # half of the 95% right, all of the 65%
    assert calibration_error(probabilities, labels) == pytest.approx((2 * 0.45 + 2 * 0.35) / 4, abs=1e-6)


def test_reliability_counts_every_answer_once():
    rng = np.random.default_rng(1)
    confidence, right = rng.uniform(0.2, 1, 500).astype(np.float32), rng.random(500) < 0.7
    confidence[0] = 1.0
    table = reliability(confidence, right)
    assert table["n"].sum() == 500
    assert (table["low"] <= table["accuracy"]).all()
    assert (table["accuracy"] <= table["high"]).all()
    assert ((table["from"] <= table["confidence"]) & (table["confidence"] <= table["to"])).all()
    assert (table["accuracy"] * table["n"]).sum() == pytest.approx(right.sum())


def test_coverage_at_a_threshold():
    confidence, right = np.array([0.9, 0.8, 0.4, 0.3], np.float32), np.array([True, True, True, False])
    at = coverage_at(confidence, right, 0.5)
    assert (at.coverage, at.accuracy, at.withheld_accuracy) == (0.5, 1.0, 0.5)
    assert coverage_at(confidence, right, 0.0).coverage == 1
    assert coverage_at(confidence, right, 0.99).accuracy == 0


def test_the_curve_ends_with_every_face_answered():
    rng = np.random.default_rng(2)
    confidence, right = rng.random(900).astype(np.float32), rng.random(900) < 0.6
    curve = coverage_curve(confidence, right)
    assert curve["coverage"].iloc[-1] == 1
    assert curve["accuracy"].iloc[-1] == pytest.approx(right.mean())
    assert (np.diff(curve["coverage"]) > 0).all()
    assert (np.diff(curve["threshold"]) <= 0).all()
    for line in curve.iloc[::40].to_dict("records"):
        at = coverage_at(confidence, right, line["threshold"])
        assert (at.coverage, at.accuracy) == pytest.approx((line["coverage"], line["accuracy"]))
