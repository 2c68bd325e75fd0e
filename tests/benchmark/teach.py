"""How long Teach it takes to train, and what recording and live answers cost."""

import statistics
from math import inf

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.features import Features
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import DEMO, ensure_demo, load_records
from fer_core.faces.detection import FaceDetector
from fer_core.labels import EMOTIONS
from fer_core.lessons.teach.examples import ExampleClass, Examples, together
from fer_core.lessons.teach.recorder import Recorder
from fer_core.lessons.teach.teaching import FeatureStore, teach
from fer_core.recognition.webcam import FrameAnalyzer, StreamSettings
from tests.benchmark.figure import Bench, median_seconds, seconds
from tests.benchmark.subjects import live_classifier, shipped
from tests.benchmark.webcam import frame_with, turns_of

_CLASSES, _A_CLASS, _FRAMES = 5, 200, 20  # frames a recording
_ADDED = 2_000


def training_seconds() -> float:
    """Time from 1,000 new examples, five classes in recordings of 20, to a calibrated and cross-validated head."""
    examples, checkpoint = _examples(_A_CLASS), shipped()
    network = Features(checkpoint)
    teach(FeatureStore(checkpoint, network), _examples(_FRAMES), "softmax")  # scikit-learn is imported
    return statistics.median(
        seconds(lambda: teach(FeatureStore(checkpoint, network), examples, "softmax")) for _ in range(3)
    )


def live_ratio() -> float:
    """Frames a second with a head's answers over those with the checkpoint's own, of one face, in turns."""
    checkpoint = shipped()
    store = FeatureStore(checkpoint, Features(checkpoint))
    head = teach(store, _examples(_FRAMES), "softmax").head
    lookers = [
        (FrameAnalyzer(StreamSettings(FaceDetector(threads=1), classifier)), frame_with(1))
        for classifier in (store.classifier(head), live_classifier())
    ]
    taught, plain = zip(*turns_of(lookers), strict=True)
    return statistics.median(plain) / statistics.median(taught)


def recording_milliseconds() -> float:
    """What recording adds to a frame."""
    analyzer = FrameAnalyzer(StreamSettings(FaceDetector(threads=1), live_classifier()))
    analyzer.annotate(frame_with(1))
    faces = analyzer.latest().recognitions

    def record() -> None:
        recorder = Recorder(_ADDED)
        for number in range(_ADDED):
            recorder.add(float(number), faces)

    return 1000 * median_seconds(record, repeats=5) / _ADDED


def _examples(each: int) -> Examples:
    """Classes of drawn faces, in recordings."""
    ensure_demo()
    records = load_records(DEMO)
    faces = label_records(records, records.schemes[0], ["train"])
    examples = Examples(tuple(map(ExampleClass, EMOTIONS[:_CLASSES])))
    for place, name in enumerate(examples.class_names):
        rows = np.flatnonzero(faces.labels == faces.class_names.index(name))[:each]
        images: NDArray[np.uint8] = np.asarray(faces.images[rows])
        for start in range(0, each, _FRAMES):
            examples = examples.added(place, together("Webcam", images[start : start + _FRAMES], f"{name} {start}"))
    return examples


TEACH_BENCHES = (
    Bench("teach.train_s", "s for 1,000 examples", 0.0, 2.0, training_seconds),
    Bench("teach.live_ratio", "of the plain webcam's rate", 0.5, inf, live_ratio),
    Bench("teach.record_ms", "ms a face", 0.0, 0.1, recording_milliseconds),
)
"""What is measured of Teach it."""
