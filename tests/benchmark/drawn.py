"""Whether a network of photographed faces reads drawn ones, and what a move of a slider costs the server."""

import statistics

import numpy as np

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.dataset import label_records
from fer_core.datasets.demo import read_demo
from fer_core.datasets.drawn.canvas import one_thread
from fer_core.datasets.drawn.expression import EMOTION_EXPRESSIONS
from fer_core.datasets.drawn.face import parse_face
from fer_core.datasets.drawn.person import random_person, random_view
from fer_core.datasets.drawn.portrait import draw_face
from fer_core.labels import LABEL_SCHEMES
from fer_core.plots.drawn_faces import portrait_html
from tests.benchmark.figure import Bench, processor_seconds
from tests.benchmark.subjects import shipped

_FIRST_PERSON = 1000  # the drawing was judged on others


def prototypes_named(people: int = 50) -> float:
    """Per cent of the prototypes of people by lot that the network names, the mean of the classes."""
    classifier, shares = shipped().open_classifier(), []
    sitters = [np.random.default_rng(_FIRST_PERSON + number) for number in range(people)]
    looks = [(random_person(rng), random_view(rng)) for rng in sitters]
    for emotion, variants in EMOTION_EXPRESSIONS.items():
        with one_thread():
            faces = [draw_face(person, shown, view) for person, view in looks for shown in variants]
        answers = classifier.predict(np.stack(faces)).argmax(axis=1)
        shares.append((answers == classifier.class_names.index(emotion)).mean())
    return 100 * float(np.mean(shares))


def demo_read() -> float:
    """Per cent of the demo's test faces that the network names as their voters do."""
    classifier: Classifier = shipped().open_classifier()
    faces = label_records(read_demo(), LABEL_SCHEMES["majority-8"], ["test"]).with_classes(classifier.class_names)
    return 100 * float((classifier.predict(faces.images).argmax(axis=1) == faces.labels).mean())


def move_milliseconds() -> float:
    """Processor time of a slider's move on Build a face: the large picture, the network's picture and its answer."""
    classifier, face = shipped().open_classifier(), parse_face("4:100 7:50 23:80")

    def move() -> None:
        portrait_html(face, "")
        classifier.predict_one(face.seen())

    move()
    return 1000 * statistics.median(processor_seconds(move) for _ in range(20))


DRAWN_BENCHES = (
    Bench("drawn.prototypes", "% of the prototypes of 50 people", 85.0, 100.0, prototypes_named),
    Bench("drawn.demo_test", "% of the demo's test faces", 85.0, 97.0, demo_read),
    Bench("drawn.move_ms", "ms a move of a slider", 0.0, 150.0, move_milliseconds),
)
"""Figures of the drawn faces."""
