import io
import time
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.drawn.scene import sample_scenes
from fer_core.faces.detection import Face, PhotoDetector
from fer_core.faces.images import read_image
from fer_core.recognition.photos import (
    WHOLE,
    Photo,
    annotated_name,
    annotated_png,
    annotated_zip,
    cropped,
    photo_table,
    recognize_photo,
    recognize_photos,
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
    assert photo.summary.startswith("2 faces, apparent expressions: ")
    assert read_image(photo.preview).shape == (600, 800, 3)


def test_whole_picture_only_when_asked_and_only_without_faces(quarrel, nobody, detector, classifier):
    assert recognize_photo("a", nobody, detector, classifier).summary == "No face found"
    whole = recognize_photo("a", nobody, detector, classifier, anyway=WHOLE)
    assert whole.anyway == WHOLE
    assert whole.recognitions[0].face.xyxy == (0, 0, 200, 120)
    assert whole.summary == "No face found; the whole picture was classified"
    assert not recognize_photo("b", quarrel, detector, classifier, anyway=WHOLE).shown_anyway


class Unsure:
    """A detector that finds no face but five places and one more that may be one, the last reaching over the edge."""

    def is_sure(self, candidate):
        return False

    def candidates(self, image):
        places = [Face((10 * n, 10, 10 * n + 40, 50), n / 10) for n in range(1, 6)]
        return (*places, Face((180, 90, 240, 150), 0.9))


def test_where_no_face_is_found_the_likeliest_places_are_kept(nobody, classifier):
    photo = recognize_photo("a", nobody, Unsure(), classifier)
    assert [face.confidence for face in photo.candidates] == [0.2, 0.3, 0.4, 0.5, 0.9]
    assert photo.candidates[-1].xyxy == (180, 90, 200, 120)
    assert photo.recognitions == ()
    assert (read_image(photo.preview) != 128).any()


def test_a_place_is_classified_when_asked(nobody, classifier):
    photo = recognize_photo("a", nobody, Unsure(), classifier, anyway=2)
    assert photo.summary == "No face found; place 2 was classified"
    assert len(photo.recognitions) == 1
    assert photo_table([photo])["note"].tolist() == ["No face found: this is place 2"]
    assert recognize_photo("a", nobody, Unsure(), classifier, anyway=9).summary == "No face found"


def test_several_photos_at_once_keep_their_order(quarrel, nobody, detector, classifier):
    files = [("a", nobody, None), ("b", quarrel, None), ("c", b"x", None), ("d", nobody, WHOLE)]
    photos = list(recognize_photos(files, detector, classifier))
    assert [photo.name for photo in photos] == ["a", "b", "c", "d"]
    assert [len(photo.recognitions) for photo in photos] == [0, 2, 0, 1]
    alone = recognize_photo("b", quarrel, detector, classifier)
    for together, one in zip(photos[1].recognitions, alone.recognitions, strict=True):
        np.testing.assert_array_equal(together.prediction.probabilities, one.prediction.probabilities)


def test_photos_that_nobody_waits_for_are_not_looked_at(nobody, detector, classifier):
    photos = recognize_photos([(str(n), nobody, None) for n in range(200)], detector, classifier)
    assert next(photos).name == "0"
    start = time.monotonic()
    photos.close()
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("edges", "size"), [((0, 0, 1, 1), (200, 120)), ((0.5, 0, 1, 0.25), (100, 30)), ((1, 1, 1, 1), (1, 1))]
)
def test_a_picture_is_cropped_to_a_part(nobody, edges, size):
    assert read_image(cropped(nobody, *edges)).shape[1::-1] == size


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
        recognize_photo("whole", nobody, detector, classifier, anyway=WHOLE),
    ]
    table = pd.read_csv(io.BytesIO(to_csv(photo_table(photos))), dtype=str, keep_default_na=False)
    assert table["file"].tolist() == ["'=bad", "two", "two", "none", "whole"]
    assert table["face"].tolist() == ["", "1", "2", "", "1"]
    assert table["note"].tolist()[1:] == ["", "", "No face found", "No face found: this is the whole picture"]
    assert "not a supported picture" in table["note"][0]
    assert table.columns[-1] == "note"
    classes = list(classifier.class_names)
    assert table.loc[1, classes].astype(float).sum() == pytest.approx(1, abs=0.001)
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
