"""FER Lab in Python: faces in a picture, checkpoints, evaluations and comparisons, each in one line.

>>> import fer_core as fer
>>> from fer_core.recognition.samples import sample_pictures
>>> picture = next(iter(sample_pictures().values()))  # NASA's portrait of an astronaut, or a path of your own
>>> for face in fer.recognize(picture):
...     print(face.emotion, face.confidence > 0.9)
happiness True
>>> fer.load("paper-cnn").class_names[:3]
('neutral', 'happiness', 'surprise')
>>> round(fer.evaluate("fer-lab", prior_adjustment="training").accuracy, 4)
0.8731
>>> fer.compare("fer-lab", "paper-cnn").p_value < 0.001
True

These are the values that the pages and the command line use. Importing this package imports nothing else; no function
here imports TensorFlow.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fer_core.errors import FerError

if TYPE_CHECKING:
    from os import PathLike

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from fer_core.checkpoints.checkpoint import Checkpoint
    from fer_core.checkpoints.classifier import Classifier
    from fer_core.checkpoints.priors import PriorAdjustment
    from fer_core.evaluation.comparison import PairedComparison
    from fer_core.evaluation.evaluation_set import EvaluationSet
    from fer_core.evaluation.report import EvaluationReport
    from fer_core.faces.detection import PhotoDetector
    from fer_core.recognition.photos import Faces

__version__ = "0.1.0"
__all__ = ("FerError", "compare", "evaluate", "load", "recognize")


def recognize(
    picture: str | PathLike[str] | bytes | Image | NDArray[np.uint8],
    *,
    checkpoint: str = "",
    prior_adjustment: PriorAdjustment | None = None,
) -> Faces:
    """Find every face in a picture and classify its expression, as the Photos page does.

    Args:
        picture: A path, a picture file's bytes, a Pillow image, or RGB ``(height, width, 3)`` or gray
            ``(height, width)`` uint8.
        checkpoint: A checkpoint's name; the default one when empty.
        prior_adjustment: Class prior of the answers; the app's default when None.

    Returns:
        The faces from left to right, also as a table (``.to_frame()``) and as a picture (``.draw()``).

    Raises:
        FerError: The picture cannot be read, or there is no such checkpoint.

    >>> import numpy
    >>> gray = numpy.full((64, 64), 128, numpy.uint8)
    >>> len(recognize(gray))
    0
    >>> list(recognize(gray).to_frame().columns[:4])
    ['face', 'x1', 'y1', 'x2']
    """
    from fer_core.checkpoints.checkpoint import CARD_FILE
    from fer_core.faces.images import as_image
    from fer_core.recognition.photos import Faces
    from fer_core.recognition.recognize import recognize as found_in
    from fer_core.storage.files import stamp

    image, found = as_image(picture), _checkpoint(checkpoint)
    classifier = _classifier(found.name, stamp(found.directory / CARD_FILE), prior_adjustment)
    return Faces(image, found_in(image, _detector(), classifier))


def load(checkpoint: str = "", *, prior_adjustment: PriorAdjustment | None = None) -> Classifier:
    """Open a checkpoint for prediction, with its calibration: ``.predict``, ``.predictions`` and ``.class_names``.

    Raises:
        FerError: There is no such checkpoint, or it is damaged.

    >>> import numpy
    >>> lab = load("paper-cnn")
    >>> lab.predict(numpy.zeros((2, 48, 48), numpy.uint8)).shape
    (2, 7)
    """
    from fer_core.checkpoints.priors import DEFAULT_PRIOR

    return _checkpoint(checkpoint).open_classifier(prior_adjustment=prior_adjustment or DEFAULT_PRIOR)


def evaluate(
    checkpoint: str,
    dataset: str = "ferplus",
    *,
    split: str = "test",
    only: str = "",
    prior_adjustment: PriorAdjustment | None = None,
) -> EvaluationReport:
    """Test a checkpoint on a labeled split; for FER+ the answers that ship are used, so no pictures are needed.

    The class prior is the app's default when None; literature and cards state figures under "training". ``only`` names
    a saved subset of the dataset to test on alone.

    Raises:
        FerError: There is no such checkpoint, dataset or subset, or too few classes are in common.

    >>> report = evaluate("fer-lab")
    >>> len(report), report.answered_by.prior
    (3153, 'halfway')
    >>> report.per_class().loc["happiness", "support"]
    np.int64(893)
    """
    report, _ = _evaluation_set(dataset, split, only, prior_adjustment).evaluate(_checkpoint(checkpoint))
    return report


def compare(
    first: str,
    second: str,
    *,
    dataset: str = "ferplus",
    split: str = "test",
    only: str = "",
    prior_adjustment: PriorAdjustment | None = None,
) -> PairedComparison:
    """Compare two checkpoints on the same images: ``.difference``, ``.difference_interval()`` and ``.p_value``.

    The class prior is the app's default when None; ``only`` is as for :func:`evaluate`.

    Raises:
        FerError: As for :func:`evaluate`, or one of them was trained on these images.

    >>> pair = compare("paper-cnn", "fer-lab")
    >>> pair.is_significant, round(pair.difference, 3)
    (True, 0.085)
    """
    checkpoints = [_checkpoint(first), _checkpoint(second)]
    return _evaluation_set(dataset, split, only, prior_adjustment).compare(checkpoints).pair(first, second)


def _evaluation_set(dataset: str, split: str, only: str, prior_adjustment: PriorAdjustment | None) -> EvaluationSet:
    from fer_core.checkpoints.priors import DEFAULT_PRIOR
    from fer_core.evaluation.evaluation_set import EvaluationSet

    return EvaluationSet(dataset, split, only=only, prior=prior_adjustment or DEFAULT_PRIOR)


def _checkpoint(name: str) -> Checkpoint:
    from fer_core.checkpoints.checkpoint import DEFAULT_CHECKPOINT, load_checkpoint

    return load_checkpoint(name or DEFAULT_CHECKPOINT)


@lru_cache(maxsize=4)
def _classifier(checkpoint: str, written: tuple[int, ...], prior_adjustment: PriorAdjustment | None) -> Classifier:
    """Open a checkpoint once, and again only when the stamp of its card changes."""
    return load(checkpoint, prior_adjustment=prior_adjustment)


@lru_cache(maxsize=1)
def _detector() -> PhotoDetector:
    from fer_core.faces.detection import PhotoDetector

    return PhotoDetector()
