import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.drawn.scene import sample_scenes
from fer_core.faces.detection import PhotoDetector
from fer_core.faces.images import read_image
from fer_core.recognition.photos import (
    Photo,
    annotated_name,
    annotated_png,
    annotated_zip,
    photo_table,
    recognize_photo,
    sample_photos,
    thumbnail,
)
from fer_core.recognition.recognize import to_csv


@pytest.fixture(scope="module")
def detector():
    return PhotoDetector()


@pytest.fixture
def classifier(tiny_model, make_card):
    return Classifier(tiny_model, make_card().class_names)


def png(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def quarrel():
    return png(sample_scenes()[1].image)


@pytest.fixture(scope="module")
def nobody():
    return png(np.full((120, 200, 3), 128, np.uint8))


def test_faces_are_found_and_shown(quarrel, detector, classifier):
    photo = recognize_photo("quarrel.png", quarrel, detector, classifier)
    assert len(photo.recognitions) == 2
    assert photo.size == (800, 600)
    assert photo.summary.startswith("2 faces, as they look: ")
    assert read_image(photo.preview).shape == (600, 800, 3)


def test_whole_picture_only_when_asked_and_only_without_faces(quarrel, nobody, detector, classifier):
    assert recognize_photo("a", nobody, detector, classifier).summary == "No face found"
    whole = recognize_photo("a", nobody, detector, classifier, whole_if_none=True)
    assert whole.is_whole
    assert whole.recognitions[0].face.xyxy == (0, 0, 200, 120)
    assert whole.summary == "No face found; the whole picture was classified"
    assert not recognize_photo("b", quarrel, detector, classifier, whole_if_none=True).is_whole


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff"])
def test_bad_files_are_results_too(content, detector, classifier):
    photo = recognize_photo("bad.jpg", content, detector, classifier)
    assert photo.problem.startswith("bad.jpg is ")
    assert (photo.recognitions, photo.preview) == ((), b"")


def test_table_has_every_picture(quarrel, nobody, detector, classifier):
    photos = [
        recognize_photo("=bad", b"x", detector, classifier),
        recognize_photo("two", quarrel, detector, classifier),
        recognize_photo("none", nobody, detector, classifier),
        recognize_photo("whole", nobody, detector, classifier, whole_if_none=True),
    ]
    table = pd.read_csv(io.BytesIO(to_csv(photo_table(photos))), dtype=str, keep_default_na=False)
    assert table["file"].tolist() == ["'=bad", "two", "two", "none", "whole"]
    assert table["face"].tolist() == ["", "1", "2", "", "1"]
    assert table["note"].tolist()[1:] == ["", "", "No face found", "No face found: this is the whole picture"]
    assert "not a picture" in table["note"][0]
    assert table.columns[-1] == "note"
    classes = list(classifier.class_names)
    assert table.loc[1, classes].astype(float).sum() == pytest.approx(1)
    assert table["x1"][1].isdigit()


def test_table_of_nothing_but_problems():
    table = photo_table([Photo("a", problem="a is empty"), Photo("b")])
    assert table.to_dict("list") == {"file": ["a", "b"], "note": ["a is empty", "No face found"]}


def test_annotated_pictures_keep_their_size(quarrel, detector, classifier):
    photo = recognize_photo("quarrel.png", quarrel, detector, classifier)
    drawn = read_image(annotated_png(photo, quarrel))
    plain = read_image(quarrel)
    assert drawn.shape == plain.shape
    assert (drawn != plain).any()


def test_zip_has_a_picture_for_each_readable_file(nobody, detector, classifier):
    names = ("same.png", "same.jpg", "broken.png")
    contents = (nobody, nobody, b"x")
    photos = [
        recognize_photo(name, content, detector, classifier) for name, content in zip(names, contents, strict=True)
    ]
    with zipfile.ZipFile(io.BytesIO(annotated_zip(photos, contents))) as archive:
        assert archive.namelist() == ["same-faces.png", "same-faces-2.png"]
        assert archive.testzip() is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("party.JPG", "party-faces.png"),
        ("../../etc/passwd", "passwd-faces.png"),
        ("C:\\photos\\me.png", "me-faces.png"),
        ("été à la mer?.webp", "été_à_la_mer-faces.png"),
        ("***", "picture-faces.png"),
        ("", "picture-faces.png"),
    ],
)
def test_names_of_annotated_pictures_are_safe(name, expected):
    assert annotated_name(Photo(name)) == expected


def test_samples_can_be_read_and_shrunk():
    samples = sample_photos()
    assert len(samples) >= 4
    for content in samples.values():
        assert thumbnail(content, 40, 30).shape == (30, 40, 3)
