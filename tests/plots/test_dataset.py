"""Figures of the dataset room say what their values say."""

import base64
import re

import cv2
import numpy as np
import pandas as pd
import pytest

from fer_core.checkpoints.classifier import Prediction
from fer_core.faces.preprocessing import Preprocessing
from fer_core.labels import PAPER_EMOTIONS, VOTE_COLUMNS
from fer_core.plots.confusion import relabeling_matrix
from fer_core.plots.datasets import relabeling_stream
from fer_core.plots.pictures import contact_sheet, histogram_html, stage_cards
from fer_core.plots.prediction import crowd_and_network
from fer_core.recognition.stages import dataset_stages

TABLE = pd.DataFrame([[8, 2, 0], [1, 0, 4]], index=["anger", "fear"], columns=["anger", "neutral", "no agreement"])


def test_matrix_says_every_number():
    shown = relabeling_matrix(TABLE)
    assert re.findall(r">(\d*)</td>", shown)[1:] == ["8", "2", "", "1", "", "4"]
    assert 'title="2 of 10 anger faces (20.0 %), became: neutral"' in shown
    assert 'title="8 of 10 anger faces (80.0 %), kept that name"' in shown
    grounds = re.findall(r"background:rgba\((\d+),", shown)
    assert grounds[0] != grounds[1] == grounds[2]


def test_stream_joins_what_the_table_joins():
    (sankey,) = relabeling_stream(TABLE).data
    links = dict(zip(zip(sankey.link.source, sankey.link.target, strict=True), sankey.link.value, strict=True))
    assert links == {(0, 2): 8, (0, 3): 2, (1, 2): 1, (1, 4): 4}
    assert sankey.node.label == ("anger 10", "fear 5", "anger 9", "neutral 2", "no agreement 4")


def test_names_are_shown_literally():
    assert "<b>" not in relabeling_matrix(TABLE.rename(columns={"neutral": "<b>x"}))


@pytest.mark.parametrize("count", [1, 39, 41, 100])
def test_a_sheet_holds_every_face_in_its_place(count):
    images = np.random.default_rng(0).integers(0, 256, (count, 48, 48)).astype(np.uint8)
    sheet = contact_sheet(images)
    assert sheet.columns * sheet.lines >= count == sheet.count
    content = base64.b64decode(sheet.address.split(",", 1)[1])
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    for i in (0, count // 2, count - 1):
        top, left = i // sheet.columns * 48, i % sheet.columns * 48
        np.testing.assert_array_equal(picture[top : top + 48, left : left + 48], images[i])


def test_a_sheet_of_a_thousand_faces_stays_below_a_megabyte_and_a_half():
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (1000, 12, 12)).astype(np.uint8)
    faces = np.stack([cv2.resize(c, (48, 48), interpolation=cv2.INTER_CUBIC) for c in coarse])
    assert len(contact_sheet(faces).address) < 1.5e6


def test_votes_stand_beside_the_network():
    votes = np.array([0, 6, 0, 3, 1, 0, 0, 0, 0, 0], np.uint8)
    probabilities = np.array([0.1, 0.6, 0, 0.3, 0, 0, 0], np.float32)
    shown = crowd_and_network(votes, Prediction(probabilities, PAPER_EMOTIONS), "<b>mine")
    assert ">6<" in shown
    assert ">60 %<" in shown
    assert ">67 %<" in shown  # six of the nine votes that are no outliers: the target
    assert "&lt;b&gt;mine" in shown
    assert all(f">{name.replace('NF', 'not a face')}<" in shown for name in VOTE_COLUMNS)
    assert ">–<" in shown  # the network has no contempt
    assert "ten people" not in crowd_and_network(votes[:0], Prediction(probabilities, PAPER_EMOTIONS), "x")


def test_stages_and_their_histograms():
    image = np.random.default_rng(0).integers(100, 140, (48, 48)).astype(np.uint8)
    stages = dataset_stages(image, Preprocessing(("stretch", "clahe")))
    assert [stage.title for stage in stages] == ["As stored", "Contrast stretching", "CLAHE"]
    shown = stage_cards(stages)
    assert shown.count("<img ") == 3
    assert f"greys from {image.min()} to {image.max()}" in shown
    assert "greys from 0 to 255" in shown
    assert histogram_html(np.zeros((4, 4), np.uint8)).count("height:0.0%") == 63
