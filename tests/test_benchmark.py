"""How figures are compared with their bars; the figures themselves are measured by the command, never in a test."""

import pytest

from fer_core.benchmark import BENCHES, measure
from fer_core.benchmark.figure import AbsentError, Bench, measure_bench


@pytest.mark.parametrize(("value", "holds"), [(0.19, True), (0.2, True), (0.21, False)])
def test_a_figure_holds_up_to_its_bar(value, holds):
    figure = measure_bench(Bench("data.ratio", "of the time", 0.0, 0.2, lambda: value))
    assert (figure.value, figure.holds, figure.bar) == (value, holds, "at most 0.2")


@pytest.mark.parametrize(("value", "holds"), [(79.9, False), (80.0, True), (97.1, False)])
def test_a_figure_may_have_a_bar_on_both_sides(value, holds):
    assert measure_bench(Bench("training.accuracy", "%", 80.0, 97.0, lambda: value)).holds is holds


def test_a_figure_that_needs_something_absent_says_so():
    def absent():
        raise AbsentError("The real files are not there.")

    figure = measure_bench(Bench("data.ratio", "s", 0.0, 1.0, absent))
    assert (figure.value, figure.holds, figure.reason) == (None, None, "The real files are not there.")
    assert "not measured" in figure.in_words()


def test_names_begin_with_their_room_and_choose_what_is_measured(monkeypatch, tmp_path):
    assert all(bench.name.split(".")[0] in {"data", "training", "evaluation", "webcam", "pages"} for bench in BENCHES)
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    figures = measure("data.")
    assert [f.name for f in figures] == [b.name for b in BENCHES if b.name.startswith("data.")]
    assert all(f.holds is None and "FER_DATA_DIR" in f.reason for f in figures)
