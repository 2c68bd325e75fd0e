"""The learning rate over a run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.schedule import learning_rate_at

progress = st.floats(0, 1)


@given(progress)
def test_a_constant_rate_is_constant(done):
    assert learning_rate_at(TrainingConfig(learning_rate=0.01), done) == 0.01


@pytest.mark.parametrize("schedule", ["cosine", "one_cycle"])
@given(done=progress)
def test_a_rate_never_exceeds_the_largest_and_stays_above_zero(schedule, done):
    rate = learning_rate_at(TrainingConfig(learning_rate=0.01, schedule=schedule, warmup_epochs=5), done)
    assert 0 < rate <= 0.01 * (1 + 1e-12)


def test_a_cosine_falls_from_the_rate_to_nearly_nothing():
    config = TrainingConfig(learning_rate=0.01, schedule="cosine")
    rates = [learning_rate_at(config, i / 100) for i in range(101)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == 0.01
    assert rates[50] == pytest.approx(0.01 * (1 + 1e-4) / 2)
    assert rates[100] == pytest.approx(1e-6)


def test_one_cycle_rises_for_three_tenths_and_falls():
    config = TrainingConfig(learning_rate=0.01, schedule="one_cycle")
    rates = [learning_rate_at(config, i / 100) for i in range(101)]
    assert rates[0] == pytest.approx(0.0004)
    assert max(rates) == rates[30] == pytest.approx(0.01)
    assert rates[:31] == sorted(rates[:31])
    assert rates[30:] == sorted(rates[30:], reverse=True)


def test_warming_up_is_a_straight_line_before_the_schedule():
    config = TrainingConfig(learning_rate=0.01, epochs=10, warmup_epochs=2, schedule="cosine")
    assert learning_rate_at(config, 0.05) == pytest.approx(0.0025)
    assert learning_rate_at(config, 0.1) == pytest.approx(0.005)
    assert learning_rate_at(config, 0.2) == pytest.approx(0.01)
    assert learning_rate_at(config, 0.6) == pytest.approx(0.01 * (1 + 1e-4) / 2)
