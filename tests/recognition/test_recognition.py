"""Every face of a picture is cropped like FER2013's, classified in one batch and exported safely."""

import csv
import io

import cv2
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.checkpoints.classifier import Classifier, Prediction
from fer_core.checkpoints.priors import AnsweredBy
from fer_core.datasets.crops import largest_face
from fer_core.faces.crops import preprocess_face
from fer_core.faces.detection import Face, PhotoDetector
from fer_core.faces.images import read_image, to_gray
from fer_core.labels import EMOTIONS
from fer_core.recognition.recognize import (
    Recognition,
    reclassify,
    recognition_rows,
    recognize,
    recognize_frame,
    recognize_whole,
    summary,
    to_csv,
)
from fer_core.recognition.samples import sample_pictures


class BrightnessClassifier(Classifier):
    """Calls bright faces "bright"; remembers what it was shown."""

    class_names = ("dark", "bright")

    not_sure_below = 0.0
    answered_by = AnsweredBy("bright", "halfway")

    def __init__(self):
        self.batches, self.steady = [], []

    def predict(self, images, *, steady=False):
        self.steady.append(steady)
        assert images.dtype == np.uint8
        assert images.shape[1:] == (48, 48)
        self.batches.append(images)
        bright = images.mean(axis=(1, 2)) / 255
        return np.stack([1 - bright, bright], axis=1).astype(np.float32)


class FixedDetector:
    def __init__(self, *faces):
        self.faces = faces

    def detect(self, image):
        return self.faces


@pytest.fixture(scope="module")
def astronaut():
    return read_image(sample_pictures()["Astronaut"])


@pytest.fixture(scope="module")
def detector():
    return PhotoDetector()


def recognition(class_name="happiness", box=(10, 20, 60, 70), class_names=EMOTIONS):
    rest = 0.2 / (len(class_names) - 1)
    probabilities = np.array([0.8 if name == class_name else rest for name in class_names], np.float32)
    return Recognition(
        Face(box),
        Prediction(probabilities, tuple(class_names), 0.0, AnsweredBy("fer-lab", "halfway")),
        np.zeros((48, 48), np.uint8),
    )


def test_numbers_of_a_table_have_four_decimals_at_most():
    table = pd.DataFrame({"a": [1 / 3, 2.5], "b": [np.float32(0.1), ""], "c": [12, "x"]})
    assert to_csv(table).decode("utf-8-sig").splitlines() == ["a,b,c", "0.3333,0.1,12", "2.5,,x"]


def test_all_faces_go_to_the_classifier_in_one_batch():
    image = np.zeros((100, 300, 3), np.uint8)
    image[:, 200:] = 255
    classifier = BrightnessClassifier()
    left, right = recognize(image, FixedDetector(Face((20, 20, 70, 70)), Face((220, 20, 270, 70))), classifier)
    assert len(classifier.batches) == 1
    np.testing.assert_array_equal(classifier.batches[0], [left.crop, right.crop])
    assert (left.prediction.class_name, right.prediction.class_name) == ("dark", "bright")
    assert right.prediction.class_names == BrightnessClassifier.class_names


def test_no_face_asks_no_classifier():
    classifier = BrightnessClassifier()
    assert recognize(np.zeros((50, 50, 3), np.uint8), FixedDetector(), classifier) == ()
    assert classifier.batches == []


def test_the_crop_shows_what_the_box_says(astronaut, detector):
    (face,) = detector.detect(astronaut)
    (found,) = recognize(astronaut, detector, BrightnessClassifier())
    np.testing.assert_array_equal(found.crop, preprocess_face(astronaut, face.framed()))
    assert found.face.xyxy == face.framed().xyxy


def test_crops_are_framed_like_fer2013(astronaut, detector):
    (found,) = recognize(astronaut, detector, BrightnessClassifier())
    x1, y1, _, _ = found.face.xyxy
    scale = 48 / found.face.width
    (right_x, right_y), (left_x, left_y) = found.face.eyes
    # Medians over FER2013's training pictures: eyes 17.6 apart about (23.8, 18.9), of 48.
    assert scale * (left_x - right_x) == pytest.approx(17.6, abs=2.5)
    assert scale * ((right_x + left_x) / 2 - x1) == pytest.approx(23.8, abs=2.5)
    assert scale * ((right_y + left_y) / 2 - y1) == pytest.approx(18.9, abs=2.5)


def test_a_tilted_face_is_recognized_as_the_upright_one(astronaut, detector):
    (upright,) = recognize(astronaut, detector, BrightnessClassifier())
    for angle in (-25, 25):
        matrix = cv2.getRotationMatrix2D((225, 120), angle, 1)
        turned = cv2.warpAffine(astronaut, matrix, (512, 512), borderMode=cv2.BORDER_REPLICATE)
        (found,) = recognize(turned, detector, BrightnessClassifier())
        assert np.corrcoef(found.crop.ravel(), upright.crop.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("turn", [lambda p: p, lambda p: p[:, ::-1]])
def test_rgb_and_grey_give_the_same_crop(turn, astronaut):
    face = Face((175, 74, 276, 175))
    image = np.ascontiguousarray(turn(astronaut))
    in_colour, in_grey = (
        recognize(picture, FixedDetector(face), BrightnessClassifier())[0].crop for picture in (image, to_gray(image))
    )
    np.testing.assert_array_equal(in_colour, in_grey)


def test_faces_at_the_edge_keep_their_size_in_the_crop_and_stay_inside_in_the_box():
    image = np.full((100, 100, 3), 128, np.uint8)
    (found,) = recognize(image, FixedDetector(Face((-20, -10, 60, 70))), BrightnessClassifier())
    assert found.crop.shape == (48, 48)
    assert found.face.xyxy[:2] == (0, 0)


def test_photos_are_answered_with_their_mirror_image_and_frames_are_not():
    image, face = np.zeros((100, 100, 3), np.uint8), FixedDetector(Face((20, 20, 70, 70)))
    classifier = BrightnessClassifier()
    found = recognize(image, face, classifier)
    recognize_whole(image, classifier)
    reclassify(found, classifier)
    recognize_frame(image, face, classifier)
    assert classifier.steady == [True, True, True, False]


def test_a_frame_shows_the_margin_it_is_asked_for():
    image, face = np.zeros((100, 100, 3), np.uint8), FixedDetector(Face((40, 40, 60, 60)))
    narrow, wide = (recognize_frame(image, face, BrightnessClassifier(), margin=m)[0].face for m in (0, 0.5))
    assert (narrow.width, wide.width) == (20, 40)


def test_without_a_face_the_whole_picture_counts():
    image = np.full((60, 80, 3), 255, np.uint8)
    found = recognize_whole(image, BrightnessClassifier())
    assert found.face.xyxy == (0, 0, 80, 60)
    assert found.prediction.class_name == "bright"
    assert (found.crop == 255).all()


def test_a_dataset_image_as_upload_gives_the_datasets_pixels():
    face = np.random.default_rng(0).integers(0, 256, (48, 48), dtype=np.uint8)
    found = recognize_whole(np.repeat(face[..., None], 3, axis=2), BrightnessClassifier())
    np.testing.assert_array_equal(found.crop, face)


def test_summary():
    assert summary([]) == "No face found"
    assert summary([recognition()]) == "1 face, apparent expression: 1 happiness"
    faces = [recognition("neutral"), recognition(), recognition()]
    assert summary(faces) == "3 faces, apparent expressions: 2 happiness, 1 neutral"


def test_rows_have_a_column_for_each_class_and_unrounded_probabilities():
    first, second = recognition(), recognition("anger", (1, 2, 3, 4))
    table = recognition_rows("a.jpg", [first, second])
    assert list(table) == [
        *("file", "face", "x1", "y1", "x2", "y2", "checkpoint", "prior", "class_name", "confidence"),
        *EMOTIONS,
    ]
    assert table.iloc[1, :9].tolist() == ["a.jpg", 2, 1, 2, 3, 4, "fer-lab", "halfway", "anger"]
    np.testing.assert_array_equal(table[list(EMOTIONS)].to_numpy(np.float32)[0], first.prediction.probabilities)


def test_pictures_without_faces_add_no_rows():
    tables = [recognition_rows("a.jpg", [recognition()]), recognition_rows("b.jpg", [])]
    assert pd.concat(tables)["file"].tolist() == ["a.jpg"]


def test_a_class_named_like_a_column_loses_nothing():
    table = recognition_rows("a.jpg", [recognition("file", class_names=("file", "face"))])
    assert table.shape == (1, 12)
    assert table.iloc[0, 0] == "a.jpg"


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=20))
def test_no_cell_is_a_formula_and_the_text_is_kept(name):
    table = recognition_rows(name, [recognition("-anger", class_names=("-anger", "=1+1"))])
    header, row = csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig")))
    for cell in (row[0], row[8], *header):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row[0].removeprefix("'") == name.removeprefix("'")
    assert header[-2:] == ["'-anger", "'=1+1"]


def test_negative_numbers_stay_numbers():
    assert to_csv(pd.DataFrame({"x1": [-3], "note": ["-3"]})).decode("utf-8-sig") == "x1,note\n-3,'-3\n"


def test_the_largest_face_is_the_crop_that_is_classified(astronaut):
    detector = PhotoDetector()
    (found,) = recognize(astronaut, detector, BrightnessClassifier())
    np.testing.assert_array_equal(largest_face(astronaut, detector), found.crop)
    assert largest_face(np.full((100, 100, 3), 128, np.uint8), detector).size == 0


def test_another_network_answers_for_the_same_crops():
    image = np.zeros((100, 300, 3), np.uint8)
    image[:, 150:] = 255
    found = recognize(image, FixedDetector(Face((20, 20, 70, 70)), Face((220, 20, 270, 70))), BrightnessClassifier())
    other = BrightnessClassifier()
    other.class_names = ("night", "day")
    other.not_sure_below = 1.5
    again = reclassify(found, other)
    assert [item.prediction.class_name for item in again] == ["night", "day"]
    assert [item.prediction.answer for item in again] == ["not sure", "not sure"]
    assert summary(again) == "2 faces, apparent expressions: 2 not sure"
    assert all(a.crop is b.crop and a.face == b.face for a, b in zip(found, again, strict=True))
    assert reclassify((), other) == ()
