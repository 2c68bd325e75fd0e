import re

import numpy as np
import pandas as pd
import pytest
from PIL import ImageColor

from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.report import EvaluationReport
from fer_core.plots.confusion import (
    RIGHT_COLOR,
    WRONG_COLOR,
    cell_opacity,
    confusion_figure,
    confusion_table,
    relabeling_matrix,
)
from fer_core.plots.gallery import cell_tile

NAMES = ("neutral", "happiness", "<b>odd</b>")
TABLE = pd.DataFrame([[8, 2, 0], [1, 0, 4]], index=["anger", "fear"], columns=["anger", "neutral", "no agreement"])


@pytest.fixture
def report():
    true, called = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 0, 1])
    probabilities = np.full((6, 3), 0.1, np.float32)
    probabilities[np.arange(6), called] = 0.8
    return EvaluationReport(true, called, probabilities, np.arange(6) + 100, NAMES, "f" * 64)


@pytest.fixture
def faces():
    votes = np.zeros((6, 10), np.uint8)
    votes[:, 0], votes[:, 2] = 7, 3
    return FerDataset(
        images=np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((1, 48, 48), np.uint8),
        labels=np.array([0, 0, 0, 0, 1, 1]),
        targets=np.eye(3, dtype=np.float32)[[0, 0, 0, 0, 1, 1]],
        votes=votes,
        split=np.full(6, 2, np.uint8),
        rows=np.arange(6) + 100,
        class_names=NAMES,
        scheme="majority-7",
        fingerprint="f" * 64,
    )


def luminance(color):
    channels = np.array(color) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4) @ (
        0.2126,
        0.7152,
        0.0722,
    )


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("color", [RIGHT_COLOR, WRONG_COLOR])
@pytest.mark.parametrize(("page", "text"), [("#ffffff", "#1b2330"), ("#10151d", "#e8edf5")])
def test_cell_text_contrasts_with_every_ground_in_both_themes(color, page, text):
    for share in np.linspace(0, 1, 201):
        opacity = cell_opacity(share)
        ground = opacity * np.array(ImageColor.getrgb(color)) + (1 - opacity) * np.array(ImageColor.getrgb(page))
        ink = "#ffffff" if share >= 0.5 else text
        assert contrast(ground, ImageColor.getrgb(ink)) >= 4.5, share


def test_opacity_rises_with_the_share():
    shares = np.linspace(0, 1, 101)
    assert (np.diff([cell_opacity(share) for share in shares]) > 0).all()
    assert (cell_opacity(0), cell_opacity(1)) == (0, 1)


def test_every_cell_is_a_point_that_names_itself(report):
    figure = confusion_figure(report)
    (cells,) = figure.select_traces({"name": "cells"})
    assert len(cells.customdata) == 9
    for x, y, (true, called, words) in zip(cells.x, cells.y, cells.customdata, strict=True):
        assert (true, called) == (NAMES[y], NAMES[x])
        assert " ".join(words.split("<br>")).count("faces") == 1
    assert "&lt;b&gt;" in cells.customdata[8][2]


def test_cells_say_counts_or_shares(report):
    texts = [a.text for a in confusion_figure(report).layout.annotations]
    assert texts == ["3", "1", "0", "1", "1", "0", "0", "0", "0"]
    texts = [a.text for a in confusion_figure(report, cells="row shares").layout.annotations]
    assert texts[:5] == ["75%", "25%", "0%", "50%", "50%"]


def test_mouse_reaches_only_the_cells(report):
    figure = confusion_figure(report, cell=("happiness", "neutral"))
    assert [trace.hoverinfo for trace in figure.data if trace.name != "cells"] == ["skip", "skip"]
    assert figure.layout.hoverdistance == -1
    assert figure.layout.hovermode == "closest"
    outline = figure.data[-1]
    assert (min(outline.x), max(outline.x), min(outline.y), max(outline.y)) == (-0.5, 0.5, 0.5, 1.5)


def test_figure_leaves_grounds_and_text_to_the_page(report):
    layout = confusion_figure(report).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert layout.font.color is None


def test_gallery_shows_each_picture_with_its_facts(report, faces):
    html = "".join(cell_tile(report, faces, position) for position in report.cell("neutral", "neutral"))
    assert re.findall(r'alt="Row (\d+),', html) == ["100", "101", "102"]
    assert (
        html.count("<img ")
        == html.count("neutral&nbsp;80%")
        == html.count("people: neutral&nbsp;7, surprise&nbsp;3")
        == 3
    )


def test_matrix_says_every_number():
    shown = relabeling_matrix(TABLE)
    assert re.findall(r">(\d*)</td>", shown)[1:] == ["8", "2", "", "1", "", "4"]
    assert 'title="2 of 10 anger faces (20.0%), became neutral"' in shown
    assert 'title="8 of 10 anger faces (80.0%), kept their label"' in shown
    grounds = re.findall(r"background:rgba\((\d+),", shown)
    assert grounds[0] != grounds[1] == grounds[2]


def test_names_are_shown_literally():
    assert "<b>" not in relabeling_matrix(TABLE.rename(columns={"neutral": "<b>x"}))


def test_every_cell_says_what_it_counts():
    html = confusion_table([[3, 1], [0, 0]], ("calm", "<b>glad</b>"))
    assert 'title="calm called calm: 3"' in html
    assert 'title="calm called &lt;b&gt;glad&lt;/b&gt;: 1"' in html
    assert html.count("<td title") == 4
    assert "<b>glad" not in html
