"""Faces put into larger pictures, found and classified again."""

import numpy as np
import pytest

from fer_core.checkpoints.classifier import Classifier
from fer_core.faces.detection import Face, FaceDetector
from fer_core.labels import PAPER_EMOTIONS
from tests.benchmark.roundtrip import RoundTrip, round_trip


class Sharp:
    """A detector that knows where the bright face lies, and finds none in dark pictures."""

    def detect(self, image):
        rows, columns = (np.flatnonzero((image[..., 0] > 128).any(axis=axis)) for axis in (1, 0))
        return (Face((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)),) if len(rows) else ()


@pytest.fixture
def classifier(tiny_model):
    return Classifier(tiny_model, PAPER_EMOTIONS)


def test_what_is_not_found_does_not_count(classifier):
    outcome = round_trip(np.zeros((3, 48, 48), np.uint8), Sharp(), classifier)
    assert outcome == RoundTrip(faces=3, found=0, unchanged=0)
    assert outcome.agreement == 0


def test_every_bright_face_is_found_where_the_seed_puts_it(classifier):
    bright = np.zeros((4, 48, 48), np.uint8)
    bright[:, 4:44, 4:44] = 200
    outcome = round_trip(bright, Sharp(), classifier)
    assert outcome.found == 4
    assert outcome == round_trip(bright, Sharp(), classifier)


def test_drawn_faces_are_found_by_the_real_detector(classifier, small_demo):
    from fer_core.datasets.store import load_records

    outcome = round_trip(np.asarray(load_records("demo").images[:20]), FaceDetector("short"), classifier)
    assert outcome.faces == 20
    assert outcome.found >= 12
    assert 0 < outcome.unchanged <= outcome.found
