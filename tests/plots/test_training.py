"""Learning curves as values."""

import pytest

from fer_core.plots.training import learning_curve
from fer_core.training.metrics import EpochMetrics

EPOCHS = tuple(EpochMetrics(e, 2 / e, 0.2 * e, 2.2 / e, 0.18 * e, 0.1, 10, 300) for e in (1, 2, 3))


@pytest.mark.parametrize(("quantity", "training", "validation"), [("loss", 2 / 3, 2.2 / 3), ("accuracy", 0.6, 0.54)])
def test_both_splits_are_drawn_over_the_epochs(quantity, training, validation):
    first, second, mark = learning_curve(EPOCHS, quantity, 10, best_epoch=2).data
    assert (first.name, second.name) == ("training", "validation")
    assert first.x == second.x == (1, 2, 3)
    assert first.y[-1] == pytest.approx(training)
    assert second.y[-1] == pytest.approx(validation)
    assert (mark.x, mark.y) == ((2,), (second.y[1],))


def test_the_axis_shows_what_is_still_to_come():
    assert learning_curve(EPOCHS, "loss", 10).layout.xaxis.range == (0.5, 10.5)


def test_accuracy_always_runs_from_0_to_100_per_cent():
    assert learning_curve(EPOCHS, "accuracy", 10).layout.yaxis.range == (0, 1)


def test_a_run_without_epochs_is_an_empty_figure():
    assert [len(trace.x) for trace in learning_curve((), "loss", 10).data] == [0, 0]
