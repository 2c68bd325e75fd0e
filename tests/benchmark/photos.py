"""How faithfully photos are read: dataset faces in larger pictures, found and cropped again."""

from fer_core.faces.detection import PhotoDetector
from tests.benchmark.figure import Bench
from tests.benchmark.realdata import imported
from tests.benchmark.roundtrip import round_trip
from tests.benchmark.subjects import shipped, test_split

_EVERY = 4  # of the test faces, so that the figure is there within minutes


def round_trip_agreement() -> float:
    """Per cent of the labels that stay when a test face goes the way of a photo, of those that are found."""
    checkpoint = shipped()
    with imported() as name:
        faces = test_split(checkpoint, name).images[::_EVERY]
    return 100 * round_trip(faces, PhotoDetector(), checkpoint.open_classifier()).agreement


PHOTO_BENCHES = (Bench("photos.round_trip", "% of labels unchanged", 97.0, 100.0, round_trip_agreement),)
"""What is measured of photos."""
