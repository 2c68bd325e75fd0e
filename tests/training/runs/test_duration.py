"""The expected duration follows the arithmetic, and what runs on this machine have shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.training.runs.duration import expected_seconds, in_minutes
from fer_core.training.runs.store import create_run, list_runs
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics, append_metrics

STARTUP = expected_seconds(TrainingConfig(epochs=1), 0)


@given(st.integers(1, 100), st.integers(100, 30_000))
def test_twice_the_epochs_take_twice_as_long_after_the_start(epochs, faces):
    once = expected_seconds(TrainingConfig(epochs=epochs), faces) - STARTUP
    assert expected_seconds(TrainingConfig(epochs=2 * epochs), faces) - STARTUP == pytest.approx(2 * once)


def test_a_run_on_this_machine_says_how_fast_it_is(home):
    run = create_run(TrainingConfig(epochs=4), "known")
    figures = dict.fromkeys(EpochMetrics.__dataclass_fields__, 0.5)
    append_metrics(run.folder, EpochMetrics(**figures | {"epoch": 1, "images_per_second": 500.0}))
    config = TrainingConfig(epochs=10)
    assert expected_seconds(config, 5000, list_runs()) - STARTUP == pytest.approx(10 * 5000 / 500)


@pytest.mark.parametrize(("seconds", "words"), [(5, "≈ 1 min"), (100, "≈ 2 min"), (5000, "≈ 83 min"), (9000, "≈ 2 h")])
def test_durations_are_round(seconds, words):
    assert in_minutes(seconds) == words
