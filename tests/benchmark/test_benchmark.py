"""How figures are compared with their bars; the figures themselves are measured by the command, never in a test."""

import math
import os
import sys

import numpy as np
import pytest

from tests.benchmark import BENCHES, measure
from tests.benchmark.__main__ import main
from tests.benchmark.figure import AbsentError, Bench, measure_bench
from tests.benchmark.portraits import CHANGES, turned
from tests.benchmark.rival import VARIABLE, Rival

FRAME = np.zeros((4, 6, 3), np.uint8)
FER = """
import time
class FER:
    def __init__(self, mtcnn): assert mtcnn is False
    def detect_emotions(self, frame):
        assert frame.shape == (4, 6, 3)
        print("a line of its own")
        time.sleep(0.05)
        return [{}] * FACES
"""


@pytest.mark.parametrize(("value", "holds"), [(0.19, True), (0.2, True), (0.21, False)])
def test_a_figure_holds_up_to_its_bar(value, holds):
    figure = measure_bench(Bench("data.ratio", "of the time", 0.0, 0.2, lambda: value))
    assert (figure.value, figure.holds, figure.bar) == (value, holds, "at most 0.2")


@pytest.mark.parametrize(("value", "holds"), [(79.9, False), (80.0, True), (97.1, False)])
def test_a_figure_may_have_a_bar_on_both_sides(value, holds):
    assert measure_bench(Bench("training.accuracy", "%", 80.0, 97.0, lambda: value)).holds is holds


def test_a_figure_may_have_a_bar_on_one_side_only():
    figure = measure_bench(Bench("videos.rate", "a second", 30.0, math.inf, lambda: 1e9))
    assert (figure.holds, figure.bar) == (True, "at least 30")


def test_a_figure_that_needs_something_absent_says_so():
    def absent():
        raise AbsentError("The real files are not there.")

    figure = measure_bench(Bench("data.ratio", "s", 0.0, 1.0, absent))
    assert (figure.value, figure.holds, figure.reason) == (None, None, "The real files are not there.")
    assert "not measured" in figure.in_words()


def test_a_name_that_no_figure_has_is_said(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--only", "nope"])
    assert ended.value.code == 2
    assert "no figure's name begins with “nope”" in capsys.readouterr().err


def test_names_begin_with_their_room_and_choose_what_is_measured(monkeypatch, tmp_path):
    assert all(
        bench.name.split(".")[0]
        in {
            "data",
            "detection",
            "training",
            "evaluation",
            "verdicts",
            "webcam",
            "videos",
            "photos",
            "steady",
            "drawn",
            "teach",
            "break_it",
            "break_it_ferplus",
            "pages",
            "server",
        }
        for bench in BENCHES
    )
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    figures = measure("data.")
    assert [f.name for f in figures] == [b.name for b in BENCHES if b.name.startswith("data.")]
    assert all(f.holds is None and "FER_DATA_DIR" in f.reason for f in figures)


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Names this Python for the comparison, with a package in the place of fer."""

    def install(faces=1, source=FER):
        (tmp_path / "fer").mkdir()
        (tmp_path / "fer" / "__init__.py").touch()
        (tmp_path / "fer" / "fer.py").write_text(source.replace("FACES", str(faces)))
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setenv(VARIABLE, sys.executable)

    return install


def test_the_rival_is_timed_in_its_own_process(stand_in):
    stand_in()
    with Rival(FRAME) as other:
        assert all(0.05 <= other.seconds() < 30 for _ in range(3))


def test_a_rival_that_sees_something_else_is_no_comparison(stand_in):
    stand_in(faces=2)
    with Rival(FRAME) as other, pytest.raises(AbsentError, match="finds 2 faces"):
        other.seconds()


def test_a_rival_that_is_not_installed_says_so(stand_in):
    stand_in(source="import a_module_that_nobody_has")
    with Rival(FRAME) as other, pytest.raises(AbsentError, match=VARIABLE):
        other.seconds()


@pytest.mark.parametrize("python", ["", os.devnull, "no/such/python"])
def test_without_a_python_for_the_rival_the_figure_says_what_to_do(monkeypatch, python):
    monkeypatch.setenv(VARIABLE, python)
    with pytest.raises(AbsentError, match=VARIABLE):
        Rival(FRAME)


def test_portraits_that_are_not_there_are_said_and_changes_change(monkeypatch, tmp_path):
    monkeypatch.setenv("FER_PORTRAITS_DIR", str(tmp_path / "none"))
    (figure,) = measure("steady.half")
    assert "FER_PORTRAITS_DIR" in figure.reason
    image = np.random.default_rng(0).integers(0, 200, (60, 80, 3)).astype(np.uint8)
    changed = {name: change(image) for name, change in CHANGES.items()}
    shapes = {name: picture.shape[:2] for name, picture in changed.items()}
    assert shapes["half"] == (30, 40)
    assert shapes["double"] == (120, 160)
    assert shapes["shifted"] == (53, 69)
    assert changed["bright"].mean() > image.mean() > changed["dark"].mean()
    assert all(picture.dtype == np.uint8 and not np.array_equal(picture, image) for picture in changed.values())
    assert turned(image, 90).shape == (80, 60, 3)
