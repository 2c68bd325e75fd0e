"""What is measured of the detectors of photos and frames; ``roc.py`` has the table that chose their thresholds."""

import statistics
from collections.abc import Callable
from functools import cache, partial

import cv2
import numpy as np

from fer_core.faces.detection import Detector, Face, FaceDetector, PhotoDetector
from fer_core.faces.images import read_image
from tests.benchmark.detection.scenes import FRAME, PHOTO, Scene, faceless, noise, pasted
from tests.benchmark.figure import Bench, median_seconds
from tests.benchmark.portraits import CHANGES, Picture, portraits, turned

_EVERY = 8  # of the portraits, for figures that look at each of them many times
_PARTS = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0)  # of a photo's height
_FRAME_PARTS = (0.2, 0.3, 0.4, 0.6, 0.8, 1.0)  # of a frame's
_TURNS = (30, 60, -60, 90, 135, 180)  # degrees
_NOISE = 200


@cache
def _photos() -> PhotoDetector:
    return PhotoDetector()


@cache
def _frames() -> FaceDetector:
    return FaceDetector()


@cache
def _counts() -> tuple[int, ...]:
    """How many faces each portrait shows."""
    return tuple(len(_photos().detect(read_image(path))) for path in portraits())


@cache
def _upright() -> tuple[tuple[Picture, Face], ...]:
    """Some portraits with the face that is found in each."""
    pictures = [read_image(path) for path in list(portraits())[::_EVERY]]
    found = [(picture, _photos().detect(picture)) for picture in pictures]
    return tuple((picture, faces[0]) for picture, faces in found if len(faces) == 1)


def portraits_missed() -> float:
    """Per cent of the portraits in which no face is found."""
    return 100 * _counts().count(0) / len(_counts())


def portraits_doubled() -> float:
    """Per cent of the portraits in which more than one is found."""
    return 100 * sum(count > 1 for count in _counts()) / len(_counts())


def found_again(change: Callable[[Picture], Picture]) -> float:
    """Per cent of the faces that are found again when the portrait is changed."""
    return 100 * statistics.mean(bool(_photos().detect(change(picture))) for picture, _ in _upright())


@cache
def _overlaps(detector: Callable[[], Detector], part: float, size: tuple[int, int]) -> tuple[float, ...]:
    """How well each face that was pasted into something larger is found there: intersection over union, 0 for not."""
    return tuple(
        max((scene.overlap(face) for face in detector().detect(scene.image) if scene.shows(face)), default=0.0)
        for scene in _scenes(part, size)
    )


def _scenes(part: float, size: tuple[int, int]) -> list[Scene]:
    rng = np.random.default_rng(0)
    return [pasted(picture, face, part, size, rng) for picture, face in _upright()]


def found_pasted(detector: Callable[[], Detector], part: float, size: tuple[int, int]) -> float:
    """Per cent of the faces that are found where they were pasted."""
    return 100 * statistics.mean(overlap > 0 for overlap in _overlaps(detector, part, size))


def box_overlap() -> float:
    """Median intersection over union of the boxes of pasted faces and those of the portraits themselves."""
    found = [overlap for part in _PARTS for overlap in _overlaps(_photos, part, PHOTO) if overlap]
    return statistics.median(found)


def false_faces() -> float:
    """Per cent of the pictures without faces in which one is seen."""
    return 100 * statistics.mean(bool(_photos().detect(image)) for _, image in faceless())


def false_faces_in_frames() -> float:
    """The same of a webcam's detector, and pictures and noise at the size of a frame."""
    frames = [*(_fitted(image) for _, image in faceless(every=4)), *noise(_NOISE)]
    return 100 * statistics.mean(bool(_frames().detect(image)) for image in frames)


def photo_seconds() -> float:
    """Median time of a photo of two megapixels with one face."""
    scene = _scenes(0.4, PHOTO)[0]
    return median_seconds(lambda: _photos().detect(scene.image), repeats=9)


def _fitted(image: Picture) -> Picture:
    ratio = min(FRAME[0] / image.shape[0], FRAME[1] / image.shape[1])
    return np.asarray(cv2.resize(image, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA), np.uint8)


_MORE_CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "quarter": lambda image: CHANGES["half"](CHANGES["half"](image)),
    "gray": lambda image: np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2),
    **{f"turned{degrees:+}": partial(turned, degrees=degrees) for degrees in _TURNS},
}

DETECTION_BENCHES = (
    Bench("detection.missed", "% of portraits", 0.0, 1.5, portraits_missed),
    Bench("detection.doubled", "% of portraits", 0.0, 1.0, portraits_doubled),
    Bench("detection.false_faces", "% of pictures without any", 0.0, 1.0, false_faces),
    *(
        Bench(f"detection.{name}", "% found again", 97.0, 100.0, partial(found_again, change))
        for name, change in (CHANGES | _MORE_CHANGES).items()
    ),
    *(
        Bench(f"detection.pasted_{part:.0%}", "% found", 97.0, 100.0, partial(found_pasted, _photos, part, PHOTO))
        for part in _PARTS
    ),
    Bench("detection.overlap", "of the union", 0.8, 1.0, box_overlap),
    Bench("detection.photo_seconds", "s for two megapixels", 0.0, 0.3, photo_seconds),
    *(
        Bench(f"detection.frame_{part:.0%}", "% found", 98.5, 100.0, partial(found_pasted, _frames, part, FRAME))
        for part in _FRAME_PARTS
    ),
    Bench("detection.frame_false_faces", "% of frames without any", 0.0, 1.0, false_faces_in_frames),
)
"""What is measured of detection."""
