"""How accuracy falls as pictures get worse: seven perturbations at five levels each."""

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from fer_core.checkpoints.card import MeasuredFigures
from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Classifier, with_temperature
from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.cache import is_kept, raw_probabilities
from fer_core.evaluation.intervals import wilson
from fer_core.evaluation.scoring import score
from fer_core.faces.images import IMAGE_SIZE, preprocess_face, read_image

_VERSION = 1  # to be raised when a perturbation changes, so that kept predictions are not taken for the new ones
_Gray = NDArray[np.uint8]


@dataclass(frozen=True)
class Perturbation:
    """One way in which pictures get worse.

    Attributes:
        name: What it is called.
        unit: What its levels count.
        levels: Five, the mildest first.
        apply: Makes a ``(48, 48)`` picture worse; takes the picture, the level and a random generator.
    """

    name: str
    unit: str
    levels: tuple[float, ...]
    apply: Callable[[_Gray, float, np.random.Generator], _Gray]

    def perturbed(self, images: _Gray, level: int) -> _Gray:
        """All pictures at one level; the same pictures always get the same noise.

        Args:
            images: ``(n, 48, 48)`` uint8.
            level: 1, the mildest, to 5.

        Returns:
            ``(n, 48, 48)`` uint8, each through the door by which every face comes to a network.
        """
        amount = self.levels[level - 1]
        made = [self.apply(image, amount, np.random.default_rng((level, i))) for i, image in enumerate(images)]
        return np.stack([preprocess_face(image) for image in made])

    def variant(self, level: int) -> str:
        """The name of one level in the cache."""
        return f"{self.name} {self.levels[level - 1]:g} v{_VERSION}"


def _blurred(image: _Gray, sigma: float, _: np.random.Generator) -> _Gray:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.uint8)


def _noisy(image: _Gray, sigma: float, rng: np.random.Generator) -> _Gray:
    return np.clip(image + rng.normal(0, sigma, image.shape), 0, 255).round().astype(np.uint8)


def _darkened(image: _Gray, darkening: float, _: np.random.Generator) -> _Gray:
    return (image * (1 - darkening / 100)).round().astype(np.uint8)


def _turned(image: _Gray, degrees: float, rng: np.random.Generator) -> _Gray:
    """Turned to either side by the same code that turns tilted faces upright."""
    angle = math.radians(degrees * rng.choice([-1, 1]))
    half, x, y = IMAGE_SIZE / 2, IMAGE_SIZE / 4 * math.cos(angle), IMAGE_SIZE / 4 * math.sin(angle)
    return preprocess_face(image, xyxy=_WHOLE, eyes=((half - x, half - y), (half + x, half + y)))


def _shifted(image: _Gray, pixels: float, rng: np.random.Generator) -> _Gray:
    """Cut out beside its place, as by a detector that missed a little."""
    direction = rng.uniform(0, 2 * math.pi)
    dx, dy = round(pixels * math.cos(direction)), round(pixels * math.sin(direction))
    return preprocess_face(image, xyxy=(dx, dy, IMAGE_SIZE + dx, IMAGE_SIZE + dy))


def _covered(image: _Gray, side: float, rng: np.random.Generator) -> _Gray:
    """A square of mid grey somewhere on the picture."""
    left, top = rng.integers(0, IMAGE_SIZE - int(side) + 1, 2)
    covered = image.copy()
    covered[top : top + int(side), left : left + int(side)] = 128
    return covered


def _compressed(image: _Gray, quality: float, _: np.random.Generator) -> _Gray:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=int(quality))
    return read_image(buffer.getvalue())


_WHOLE = (0, 0, IMAGE_SIZE, IMAGE_SIZE)

PERTURBATIONS = (
    Perturbation("blur", "pixels (sigma)", (0.5, 1.0, 1.5, 2.0, 3.0), _blurred),
    Perturbation("noise", "grey values (sigma)", (5, 10, 20, 30, 45), _noisy),
    Perturbation("darkening", "% darker", (20, 40, 60, 75, 88), _darkened),
    Perturbation("rotation", "degrees", (5, 10, 20, 30, 45), _turned),
    Perturbation("shift", "pixels", (1, 2, 4, 6, 9), _shifted),
    Perturbation("occlusion", "pixels of a grey square", (8, 12, 16, 20, 26), _covered),
    Perturbation("JPEG", "quality", (60, 40, 25, 12, 5), _compressed),
)
"""Every perturbation, each at five levels from hardly visible to severe (for a 48x48 picture)."""

LEVELS = range(1, 6)


def robustness_steps(
    checkpoint: Checkpoint, dataset: FerDataset, *, classifier: Callable[[], Classifier] | None = None
) -> Iterator[tuple[str, int, float, int]]:
    """Measures one level after the other; each is kept on disk, so that an interrupted measurement goes on.

    Args:
        checkpoint: The checkpoint.
        dataset: Labelled images; a sample of some hundred tells enough for a first look.
        classifier: Opens the network when it is needed.

    Yields:
        The perturbation's name, the level (0: untouched), the accuracy and how many images were scored.
    """
    network = _once(classifier or (lambda: checkpoint.open_classifier(threads=2)))
    for name, level, variant, images in _variants(dataset):
        raw = raw_probabilities(checkpoint, dataset, variant=variant, images=images, classifier=network)
        probabilities = with_temperature(raw, checkpoint.card.calibration.temperature)
        report = score(probabilities, checkpoint.card.class_names, dataset)
        yield name, level, report.accuracy, len(report)


def is_measured(checkpoint: Checkpoint, dataset: FerDataset) -> bool:
    """Whether every level is kept on disk already."""
    return all(is_kept(checkpoint, dataset, variant) for _, _, variant, _ in _variants(dataset))


def robustness_table(steps: list[tuple[str, int, float, int]]) -> pd.DataFrame:
    """The steps as a table, with intervals and with the untouched accuracy as level 0 of every perturbation.

    Returns:
        ``perturbation``, ``level``, ``amount``, ``accuracy``, ``low``, ``high`` and ``n``.
    """
    untouched = next(step for step in steps if step[1] == 0)
    lines = []
    for perturbation in PERTURBATIONS:
        own = [untouched, *(step for step in steps if step[0] == perturbation.name)]
        for _, level, accuracy, n in own:
            amount = perturbation.levels[level - 1] if level else math.nan
            lines.append((perturbation.name, level, amount, accuracy, *wilson(round(accuracy * n), n), n))
    return pd.DataFrame(lines, columns=["perturbation", "level", "amount", "accuracy", "low", "high", "n"])


def card_table(measured: MeasuredFigures) -> pd.DataFrame:
    """The robustness in a checkpoint's card as :func:`robustness_table` has it."""
    steps = [("", 0, measured.accuracy, measured.n)]
    for name, accuracies in measured.robustness.items():
        steps += [(name, level, accuracy, measured.n) for level, accuracy in zip(LEVELS, accuracies, strict=True)]
    return robustness_table(steps)


def sample_of(dataset: FerDataset, count: int) -> FerDataset:
    """Some of a dataset's images, drawn at random and always the same ones; all of them when there are no more."""
    if count >= len(dataset):
        return dataset
    return dataset.take(np.sort(np.random.default_rng(0).permutation(len(dataset))[:count]))


def _variants(dataset: FerDataset) -> Iterator[tuple[str, int, str, Callable[[], _Gray] | None]]:
    yield "", 0, "", None
    for perturbation in PERTURBATIONS:
        for level in LEVELS:
            yield (
                perturbation.name,
                level,
                perturbation.variant(level),
                lambda p=perturbation, at=level: p.perturbed(dataset.images, at),  # type: ignore[misc]
            )


def _once(open_network: Callable[[], Classifier]) -> Callable[[], Classifier]:
    """Opens at most one network, when the first level needs it."""
    opened: list[Classifier] = []

    def network() -> Classifier:
        if not opened:
            opened.append(open_network())
        return opened[0]

    return network
