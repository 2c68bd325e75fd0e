import base64
import re
from dataclasses import replace

import cv2
import numpy as np
import pytest

from fer_core.checkpoints.classifier import Prediction
from fer_core.faces.detection import Face
from fer_core.labels import EMOTION_COLORS, PAPER_EMOTIONS, VOTE_COLUMNS
from fer_core.plots.pictures import picture_html
from fer_core.plots.prediction import answers_side_by_side, crowd_and_network, face_cards, in_words, probability_bars
from fer_core.recognition.recognize import Recognition


@pytest.fixture
def prediction():
    return Prediction(np.array([0.054, 0.923, 0.023], np.float32), ("neutral", "happiness", "<script>"))


def test_picture_is_unchanged_and_sharp():
    gray = np.random.default_rng(1).integers(0, 256, (48, 48)).astype(np.uint8)
    html = picture_html(gray, 96, 'a "quoted" <face>')
    data = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])
    assert (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) == gray).all()
    assert "image-rendering:pixelated" in html
    assert 'alt="a &quot;quoted&quot; &lt;face&gt;"' in html


def test_answer_in_words(prediction):
    assert in_words(prediction) == "looks like: happiness (92%)"


def test_an_answer_that_is_not_probable_enough_is_said_so(prediction):
    unsure = replace(prediction, not_sure_below=0.95)
    assert in_words(unsure) == "not sure; most likely happiness (92%)"
    assert in_words(replace(prediction, not_sure_below=0.92)) == "looks like: happiness (92%)"


def test_networks_stand_side_by_side_face_by_face(prediction):
    face = Recognition(Face((0, 0, 9, 9)), prediction, np.zeros((48, 48), np.uint8))
    html = answers_side_by_side([(face, face), (face, face)], ["<b>one</b>", "two"])
    assert html.count("looks like: happiness (92%)") == 4
    assert html.count("<img ") == 2
    assert "&lt;b&gt;one&lt;/b&gt;" in html


def test_bars_keep_the_order_of_the_classes(prediction):
    html = probability_bars(prediction)
    assert [int(p) for p in re.findall(r">(\d+)%<", html)] == [5, 92, 2]
    assert [float(w) for w in re.findall(r"width:([\d.]+)%", html)] == pytest.approx([5.4, 92.3, 2.3])
    assert EMOTION_COLORS["happiness"] in html
    assert "<script>" not in html


def test_cards_are_numbered_like_the_boxes(prediction):
    faces = [Recognition(Face((0, 0, 9, 9)), prediction, np.zeros((48, 48), np.uint8))] * 2
    html = face_cards(faces)
    assert re.findall(r"<b>(.*?)</b>", html) == ["Face 1", "Face 2"]
    assert html.count("<img ") == 2
    assert "<script>" not in html


def test_whole_picture_has_no_number(prediction):
    whole = Recognition(Face((0, 0, 9, 9)), prediction, np.zeros((48, 48), np.uint8))
    assert "<b>Whole picture</b>" in face_cards([whole], title="Whole picture")


def test_votes_stand_beside_the_network():
    votes = np.array([0, 6, 0, 3, 1, 0, 0, 0, 0, 0], np.uint8)
    probabilities = np.array([0.1, 0.6, 0, 0.3, 0, 0, 0], np.float32)
    shown = crowd_and_network(votes, Prediction(probabilities, PAPER_EMOTIONS), "<b>mine")
    assert ">6<" in shown
    assert ">60%<" in shown
    assert ">67%<" in shown  # six of the nine votes that are no outliers: the target
    assert "&lt;b&gt;mine" in shown
    assert all(f">{name.replace('NF', 'not a face')}<" in shown for name in VOTE_COLUMNS)
    assert ">–<" in shown  # the network has no contempt
    assert "ten people" not in crowd_and_network(votes[:0], Prediction(probabilities, PAPER_EMOTIONS), "x")
