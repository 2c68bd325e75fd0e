import numpy as np
import pytest

from fer_core.evaluation.report import EvaluationReport

NAMES = ("neutral", "happiness", "surprise", "sadness")


@pytest.fixture
def make_report():
    """Reports in which each answer has a probability of 0.5 and more."""

    def make(true, called, names=NAMES, *, seed=0, fingerprint="f" * 64):
        true, called = np.array(true, np.int64), np.array(called, np.int64)
        probabilities = np.random.default_rng(seed).uniform(0, 0.4, (len(true), len(names))).astype(np.float32)
        probabilities[np.arange(len(true)), called] += 0.5
        return EvaluationReport(true, called, probabilities, np.arange(len(true)) + 100, names, fingerprint)

    return make
