"""Figures of a dataset say in words and numbers what their bars show."""

import numpy as np
import pandas as pd

from fer_core.labels import EMOTION_COLORS
from fer_core.plots.datasets import balance_in_words, class_distribution, relabeling_stream

COUNTS = pd.DataFrame({"Training": [6, 2, 0], "Testing": [1, 1, 2]}, index=["neutral", "fear", "contempt"])
TABLE = pd.DataFrame([[8, 2, 0], [1, 0, 4]], index=["anger", "fear"], columns=["anger", "neutral", "no agreement"])


def test_one_column_is_one_bar_a_class_with_its_number_and_colour():
    figure = class_distribution(COUNTS[["Training"]])
    (bar,) = figure.data
    assert list(bar.x) == [6, 2, 0]
    assert list(bar.y) == ["neutral", "fear", "contempt"]
    assert list(bar.text) == ["6", "2", "0"]
    assert list(bar.marker.color) == [EMOTION_COLORS[name] for name in COUNTS.index]
    assert bar.hovertext[1] == "<b>fear</b>: 2 of 8 faces (25.0%)<br>Training faces"


def test_shares_are_of_each_column():
    figure = class_distribution(COUNTS, shares=True)
    np.testing.assert_allclose([bar.x for bar in figure.data], [[0.75, 0.25, 0], [0.25, 0.25, 0.5]])
    assert figure.data[1].text[2] == "Testing 50.0%"  # a group names its splits at the bars
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
    assert "Always answering “neutral” has 75.0% accuracy" in words
    assert balance_in_words(COUNTS["Training"] * 0) == "No faces."


def test_stream_joins_what_the_table_joins():
    (sankey,) = relabeling_stream(TABLE).data
    links = dict(zip(zip(sankey.link.source, sankey.link.target, strict=True), sankey.link.value, strict=True))
    assert links == {(0, 2): 8, (0, 3): 2, (1, 2): 1, (1, 4): 4}
    assert sankey.node.label == ("anger 10", "fear 5", "anger 9", "neutral 2", "no agreement 4")
