"""Learning curves as values."""

import pytest

from fer_core.plots.style import series_colors
from fer_core.plots.training import RUN_QUANTITIES, learning_curve, run_curves, small_curve, smoothed
from fer_core.training.settings.metrics import EpochMetrics

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


def test_smoothing_is_a_running_mean_that_ends_between_the_values():
    assert smoothed([1.0, 0.0, 1.0], 0.0) == [1.0, 0.0, 1.0]
    smooth = smoothed([1.0, 0.0, 1.0], 0.5)
    assert smooth[0] == 1.0
    assert smooth[1] == pytest.approx(1 / 3)
    assert smooth[2] == pytest.approx((1 + 0.25) / (1 + 0.5 + 0.25))
    line = learning_curve(EPOCHS, "loss", 10, best_epoch=2, smoothing=0.5)
    assert list(line.data[0].y) == smoothed([m.loss for m in EPOCHS], 0.5)
    assert line.data[2].y == (EPOCHS[1].val_loss,)  # the mark stays at its true value


def test_losses_may_have_a_logarithmic_axis_but_accuracies_never_do():
    assert learning_curve(EPOCHS, "loss", 10, log=True).layout.yaxis.type == "log"
    assert learning_curve(EPOCHS, "accuracy", 10, log=True).layout.yaxis.type != "log"


@pytest.mark.parametrize("quantity", RUN_QUANTITIES)
def test_runs_are_drawn_over_one_another(quantity):
    figure = run_curves({"one": EPOCHS, "two": EPOCHS[:2], "none yet": ()}, quantity)
    assert [(line.name, len(line.x)) for line in figure.data] == [("one", 3), ("two", 2), ("none yet", 0)]
    assert list(figure.data[0].y) == [getattr(m, quantity) for m in EPOCHS]
    assert len({line.line.color for line in figure.data}) == 3


def test_a_small_curve_has_a_bar_an_epoch_and_its_ends_in_words():
    drawn = small_curve((0.25, 0.5, 0.97))
    assert drawn.count("height:25.0%") == drawn.count("height:50.0%") == drawn.count("height:97.0%") == 1
    assert 'aria-label="Validation accuracy over 3 epochs: 25.0% to 97.0%"' in drawn


def test_a_run_has_its_color_wherever_it_stands_and_none_has_anothers():
    names = [f"run {number}" for number in range(8)]
    colors = series_colors(names)
    assert len(set(colors.values())) == len(names)
    assert all(series_colors([name, "another"])[name] == series_colors([name])[name] for name in names)
    shipped = series_colors(["fer-lab", "paper-cnn", "paper-cnn-plus"])
    assert shipped == series_colors(["paper-cnn-plus", "fer-lab", "paper-cnn"])
    drawn = run_curves(dict.fromkeys(shipped, EPOCHS), "val_accuracy")
    assert {trace.name: trace.line.color for trace in drawn.data} == shipped
