"""Pictures inside HTML show what they say."""

import base64
import re

import cv2
import numpy as np
import pandas as pd
import pytest

from fer_core.faces.preprocessing import Preprocessing
from fer_core.plots.pictures import contact_sheet, face_grid, histogram_html, illustrated, qr_code, qr_html, stage_cards
from fer_core.recognition.stages import dataset_stages


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


def test_stages_and_their_histograms():
    image = np.random.default_rng(0).integers(100, 140, (48, 48)).astype(np.uint8)
    stages = dataset_stages(image, Preprocessing(("stretch", "clahe")))
    assert [stage.title for stage in stages] == ["Stored picture", "Contrast stretching", "CLAHE"]
    shown = stage_cards(stages)
    assert shown.count("<img ") == 3
    assert f"grays from {image.min()} to {image.max()}" in shown
    assert "grays from 0 to 255" in shown
    assert histogram_html(np.zeros((4, 4), np.uint8)).count("height:0.0%") == 63


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


def test_a_telephone_reads_the_address_of_a_room():
    address = "https://lab.example.org/quiz?room=7KQ2M"
    picture = np.kron(qr_code(address), np.ones((4, 4), np.uint8))
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == address
    assert (picture[:16] == 255).all()
    assert (picture[:, -16:] == 255).all()


def test_a_qr_code_is_at_least_as_wide_as_asked_for_in_whole_pixels_a_module():
    address = "https://lab.example.org/quiz?room=7KQ2M"
    width = int(re.search(r"width:(\d+)px", qr_html(address, 340)).group(1))
    assert width >= 340
    assert width % len(qr_code(address)) == 0
