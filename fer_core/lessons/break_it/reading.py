"""Experiments that train nothing: a trained network is asked rightly and wrongly, and both are measured."""

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.dataset import FerDataset
from fer_core.datasets.summary import cross_tabulate
from fer_core.labels import FER2013_EMOTIONS
from fer_core.lessons.break_it.experiments import Mistake
from fer_core.lessons.break_it.outcome import Outcome

MOST_FACES = 1000
_GAINS: dict[Mistake, float] = {"no scaling": 255.0, "scaled twice": 1 / 255}


def read_wrongly(classifier: Classifier, faces: FerDataset, mistake: Mistake) -> tuple[Outcome, Outcome]:
    """What a network answers when it is asked as it should be, and with a mistake.

    Args:
        classifier: The network.
        faces: Labelled faces with the classes of the network, in its order; the first thousand are asked for.
        mistake: What is done wrong.

    Returns:
        The outcome without and with the mistake.
    """
    if classifier.class_names != faces.class_names:
        raise ValueError(f"Expected faces with the classes {classifier.class_names}. Received {faces.class_names}.")
    images, labels = faces.images[:MOST_FACES], faces.labels[:MOST_FACES]
    right = classifier.predict_raw(images)
    usual = _outcome(labels, right, faces.class_names)
    if mistake == "label order":
        misread = right[:, [*_other_order(faces.class_names)]]
        return usual, _outcome(labels, misread, faces.class_names)
    wrong = classifier.predict_raw(images, gain=_GAINS[mistake])
    return usual, _outcome(labels, wrong, faces.class_names)


def _other_order(names: tuple[str, ...]) -> list[int]:
    """For each class, the output that is taken for it: FER2013's order, or the alphabet's where that is the network's.

    A class that FER2013 does not have stays at the end, where it is.
    """
    other = [*(name for name in FER2013_EMOTIONS if name in names), *(n for n in names if n not in FER2013_EMOTIONS)]
    if tuple(other) == names:
        other = sorted(names)
    return [other.index(name) for name in names]


def _outcome(labels: NDArray[np.int64], scores: NDArray[np.float32], names: tuple[str, ...]) -> Outcome:
    matrix = cross_tabulate((labels, scores.argmax(axis=1)), [len(names)] * 2)
    return Outcome(matrix, names, confidence=float(scores.max(axis=1).mean()))
