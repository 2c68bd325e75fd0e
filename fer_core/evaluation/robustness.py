"""How accuracy falls as pictures get worse: seven perturbations at five levels each."""

import io
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from fer_core.checkpoints.card import MeasuredFigures
from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Classifier, with_temperature
from fer_core.checkpoints.priors import PriorAdjustment
from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.cache import is_kept, raw_probabilities
from fer_core.evaluation.calibration import with_prior
from fer_core.evaluation.intervals import wilson
from fer_core.evaluation.scoring import score
from fer_core.faces.crops import IMAGE_SIZE, Square, preprocess_face
from fer_core.faces.images import read_image

_VERSION = 1  # to be raised when a perturbation changes, so that kept predictions are not taken for the new ones
_Gray = NDArray[np.uint8]


@dataclass(frozen=True)
class Perturbation:
    """One way in which pictures get worse, at five levels, the mildest first, in some unit.

    It is applied to a ``(48, 48)`` picture with an amount and a random generator.
    """

    name: str
    unit: str
    levels: tuple[float, ...]
    apply: Callable[[_Gray, float, np.random.Generator], _Gray]

    def perturbed(self, images: _Gray, level: int) -> _Gray:
        """Return ``(n, 48, 48)`` pictures at a level from 1, the mildest, to 5; the noise is always the same."""
        amount = self.levels[level - 1]
        made = [self.apply(image, amount, np.random.default_rng((level, i))) for i, image in enumerate(images)]
        return np.stack([preprocess_face(image) for image in made])

    def variant(self, level: int) -> str:
        """Return the name of one level in the cache."""
        return f"{self.name} {self.levels[level - 1]:g} v{_VERSION}"


def _blurred(image: _Gray, sigma: float, _: np.random.Generator) -> _Gray:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.uint8)


def _noisy(image: _Gray, sigma: float, rng: np.random.Generator) -> _Gray:
    return np.clip(image + rng.normal(0, sigma, image.shape), 0, 255).round().astype(np.uint8)


def _darkened(image: _Gray, darkening: float, _: np.random.Generator) -> _Gray:
    return (image * (1 - darkening / 100)).round().astype(np.uint8)


def _turned(image: _Gray, degrees: float, rng: np.random.Generator) -> _Gray:
    """Turn to either side by the code that turns tilted faces upright."""
    return preprocess_face(image, replace(_WHOLE, tilt=degrees * rng.choice([-1, 1])))


def _shifted(image: _Gray, pixels: float, rng: np.random.Generator) -> _Gray:
    """Crop beside its place, as by an inaccurate detector."""
    direction = rng.uniform(0, 2 * math.pi)
    dx, dy = round(pixels * math.cos(direction)), round(pixels * math.sin(direction))
    return preprocess_face(image, replace(_WHOLE, x=_WHOLE.x + dx, y=_WHOLE.y + dy))


def _covered(image: _Gray, side: float, rng: np.random.Generator) -> _Gray:
    """Paint a square of mid gray somewhere on the picture."""
    left, top = rng.integers(0, IMAGE_SIZE - int(side) + 1, 2)
    covered = image.copy()
    covered[top : top + int(side), left : left + int(side)] = 128
    return covered


def _compressed(image: _Gray, quality: float, _: np.random.Generator) -> _Gray:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=int(quality))
    return read_image(buffer.getvalue())


_WHOLE = Square.around((0, 0, IMAGE_SIZE, IMAGE_SIZE))

PERTURBATIONS = (
    Perturbation("blur", "pixels (sigma)", (0.5, 1.0, 1.5, 2.0, 3.0), _blurred),
    Perturbation("noise", "gray values (sigma)", (5, 10, 20, 30, 45), _noisy),
    Perturbation("darkening", "% darker", (20, 40, 60, 75, 88), _darkened),
    Perturbation("rotation", "degrees", (5, 10, 20, 30, 45), _turned),
    Perturbation("shift", "pixels", (1, 2, 4, 6, 9), _shifted),
    Perturbation("occlusion", "pixels of a gray square", (8, 12, 16, 20, 26), _covered),
    Perturbation("JPEG", "quality", (60, 40, 25, 12, 5), _compressed),
)
"""Every perturbation, each at five levels from hardly visible to severe (for a 48x48 picture)."""

LEVELS = range(1, 6)


class RobustnessStep(NamedTuple):
    """The accuracy on ``n`` images under one level of a perturbation; level 0 of "" is untouched."""

    perturbation: str
    level: int
    accuracy: float
    n: int


def robustness_steps(
    checkpoint: Checkpoint,
    dataset: FerDataset,
    *,
    prior_adjustment: PriorAdjustment = "training",
    classifier: Callable[[], Classifier] | None = None,
) -> Iterator[RobustnessStep]:
    """Measure one level after the other; each is cached on disk, so that an interrupted measurement goes on.

    The classifier is opened when it is needed. A sample of some hundred images tells enough for a first look.
    """
    network = cache(classifier or partial(checkpoint.open_classifier, threads=2))
    for name, level, variant, images in _variants(dataset):
        raw = raw_probabilities(checkpoint, dataset, variant=variant, images=images, classifier=network)
        probabilities = with_temperature(raw, checkpoint.card.calibration.temperature)
        report = score(probabilities, checkpoint.card.class_names, dataset)
        report = with_prior(report, checkpoint.card, prior_adjustment)
        yield RobustnessStep(name, level, report.accuracy, len(report))


def is_measured(checkpoint: Checkpoint, dataset: FerDataset) -> bool:
    """Return whether every level is cached."""
    return all(is_kept(checkpoint, dataset, variant) for _, _, variant, _ in _variants(dataset))


def robustness_table(steps: Iterable[RobustnessStep]) -> pd.DataFrame:
    """Return the steps as a table, with intervals and with the untouched accuracy as level 0 of every perturbation."""
    untouched, *others = sorted(steps, key=lambda step: step.level > 0)
    lines = []
    for perturbation in PERTURBATIONS:
        for _, level, accuracy, n in (untouched, *(s for s in others if s.perturbation == perturbation.name)):
            amount = perturbation.levels[level - 1] if level else math.nan
            lines.append((perturbation.name, level, amount, accuracy, *wilson(round(accuracy * n), n), n))
    return pd.DataFrame(lines, columns=["perturbation", "level", "amount", "accuracy", "low", "high", "n"])


def card_table(measured: MeasuredFigures) -> pd.DataFrame:
    """Return the robustness in a checkpoint's card as :func:`robustness_table` has it."""
    steps = [RobustnessStep("", 0, measured.accuracy, measured.n)]
    for name, accuracies in measured.robustness.items():
        steps += [RobustnessStep(name, at, a, measured.n) for at, a in zip(LEVELS, accuracies, strict=True)]
    return robustness_table(steps)


def sample_of(dataset: FerDataset, count: int) -> FerDataset:
    """Return a random sample of a dataset's images, always the same; all of them when there are no more."""
    if count >= len(dataset):
        return dataset
    return dataset.take(np.sort(np.random.default_rng(0).permutation(len(dataset))[:count]))


def _variants(dataset: FerDataset) -> Iterator[tuple[str, int, str, Callable[[], _Gray] | None]]:
    yield "", 0, "", None
    for perturbation in PERTURBATIONS:
        for level in LEVELS:
            images = partial(perturbation.perturbed, dataset.images, level)
            yield perturbation.name, level, perturbation.variant(level), images
