"""How faithfully photos are read: dataset faces in larger pictures, found and cropped again; and several at once."""

import os
import statistics

import cv2

from fer_core.faces.detection import PhotoDetector
from fer_core.faces.images import encode_png, read_image
from fer_core.recognition.photos import recognize_photo, recognize_photos
from fer_core.recognition.samples import sample_pictures
from tests.benchmark.figure import AbsentError, Bench, seconds
from tests.benchmark.realdata import imported
from tests.benchmark.roundtrip import round_trip
from tests.benchmark.subjects import shipped, test_split

_EVERY = 4  # of the test faces, so that the figure is there within minutes
_SIZE = 1600, 1200  # pixels of the photos that are looked at together
_PHOTOS, _PAIRS = 10, 3


def round_trip_agreement() -> float:
    """Per cent of the labels that stay when a test face goes the way of a photo, of those that are found."""
    checkpoint = shipped()
    with imported() as name:
        faces = test_split(checkpoint, name).images[::_EVERY]
    return 100 * round_trip(faces, PhotoDetector(), checkpoint.open_classifier()).agreement


def together_ratio() -> float:
    """Time of ten photos at once over that of the same one after another; each pair is measured back to back."""
    if (os.cpu_count() or 1) < 2:
        raise AbsentError("This machine has one core.")
    detector, classifier = PhotoDetector(), shipped().open_classifier()
    content = encode_png(cv2.resize(read_image(sample_pictures()["Astronaut"]), _SIZE))
    files = [(str(number), content, None) for number in range(_PHOTOS)]

    def one_by_one() -> list[object]:
        return [recognize_photo(name, content, detector, classifier) for name, content, _ in files]

    def together() -> list[object]:
        return list(recognize_photos(files, detector, classifier))

    together()  # opens the interpreters
    return statistics.median(seconds(together) / seconds(one_by_one) for _ in range(_PAIRS))


PHOTO_BENCHES = (
    Bench("photos.round_trip", "% of labels unchanged", 93.0, 100.0, round_trip_agreement),
    Bench("photos.together", "of the time one after another", 0.0, 0.7, together_ratio),
)
"""What is measured of photos."""
