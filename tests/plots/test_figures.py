"""Figures of a dataset say in words and numbers what their bars show."""

import numpy as np
import pandas as pd

from fer_core.labels import EMOTION_COLORS
from fer_core.plots.datasets import balance_in_words, class_distribution
from fer_core.plots.pictures import face_grid, illustrated

COUNTS = pd.DataFrame({"Training": [6, 2, 0], "Testing": [1, 1, 2]}, index=["neutral", "fear", "contempt"])


def test_one_column_is_one_bar_a_class_with_its_number_and_colour():
    figure = class_distribution(COUNTS[["Training"]])
    (bar,) = figure.data
    assert list(bar.x) == [6, 2, 0]
    assert list(bar.y) == ["neutral", "fear", "contempt"]
    assert list(bar.text) == ["6", "2", "0"]
    assert list(bar.marker.color) == [EMOTION_COLORS[name] for name in COUNTS.index]
    assert bar.hovertext[1] == "<b>fear</b>: 2 of 8 faces (25.0 %)<br>Training faces"


def test_shares_are_of_each_column():
    figure = class_distribution(COUNTS, shares=True)
    np.testing.assert_allclose([bar.x for bar in figure.data], [[0.75, 0.25, 0], [0.25, 0.25, 0.5]])
    assert figure.data[1].text[2] == "Testing 50.0 %"  # a group names its splits at the bars
    assert figure.layout.xaxis.range[1] > 0.75


def test_empty_classes_make_a_figure_too():
    figure = class_distribution(COUNTS[["Training"]] * 0, shares=True)
    assert list(figure.data[0].x) == [0, 0, 0]


def test_the_ground_is_transparent():
    layout = class_distribution(COUNTS).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_balance_in_words():
    words = balance_in_words(COUNTS["Training"])
    assert "largest class is neutral with 6 of 8" in words
    assert "smallest is contempt with none at all" in words
    assert "would be right 75.0 % of the time" in words
    assert balance_in_words(COUNTS["Training"] * 0) == "There is no face here."


def test_a_grid_escapes_what_it_says():
    html = face_grid(np.zeros((2, 48, 48), np.uint8), ["<b>", "row 2"], ['"x"', "y"], size=50, columns=3)
    assert html.count("<img") == 2
    assert "&lt;b&gt;" in html
    assert 'alt="&quot;x&quot;"' in html


def test_an_illustrated_sample_has_the_faces_in_front():
    sample = pd.DataFrame({"row": [1, 0], "emotion": [3, 4]})
    table = illustrated(sample, np.arange(2 * 48 * 48, dtype=np.uint8).reshape(2, 48, 48))
    assert list(table) == ["face", "row", "emotion"]
    assert table["face"].str.startswith("data:image/png;base64,").all()
