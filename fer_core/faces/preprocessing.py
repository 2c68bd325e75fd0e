"""Preprocessing steps between a 48x48 face and a network: named, in order, and the same in training and in use.

Section 4 of the paper names them: de-noising, normalization (contrast stretching), and its stronger forms, histogram
equalization and CLAHE. A run's steps stand in its settings, thus in its checkpoint's card, and the checkpoint's
classifier applies them wherever it is used.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


@dataclass(frozen=True)
class Step:
    """A step: its title and meaning for people, and its function on a ``(48, 48)`` uint8 face."""

    title: str
    meaning: str
    apply: Callable[[Gray], Gray]


def _denoise(image: Gray) -> Gray:
    """Source: C. Tomasi, R. Manduchi, "Bilateral filtering for gray and color images", ICCV 1998."""
    return np.asarray(cv2.bilateralFilter(image, d=5, sigmaColor=25, sigmaSpace=2), np.uint8)


def stretch_contrast(image: Gray) -> Gray:
    """Spread the 1st to 99th percentile over 0 to 255; an image of one gray stays unchanged."""
    low, high = np.percentile(image, (1, 99))
    if high <= low:
        return image
    return np.asarray(np.clip((image - low) * (255 / (high - low)), 0, 255).round(), np.uint8)


def _equalize(image: Gray) -> Gray:
    return np.asarray(cv2.equalizeHist(image), np.uint8)


def _equalize_locally(image: Gray) -> Gray:
    """Source: K. Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994."""
    return np.asarray(cv2.createCLAHE(clipLimit=2.0, tileGridSize=(4, 4)).apply(image), np.uint8)


STEPS = {
    "denoise": Step("De-noising", "Smooths noise and compression artifacts, keeps edges.", _denoise),
    "stretch": Step("Contrast stretching", "Stretches the gray values over the whole range.", stretch_contrast),
    "equalise": Step("Histogram equalization", "Makes all gray values about equally frequent.", _equalize),
    "clahe": Step("CLAHE", "Equalizes region by region, with a limit.", _equalize_locally),
}
"""The steps by the names that settings and cards use, in the order in which they usually make sense."""


@dataclass(frozen=True)
class Preprocessing:
    """The names of the steps that every face takes before a network sees it, in order, each at most once."""

    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = [name for name in self.steps if name not in STEPS]
        if unknown:
            raise ValueError(f"Unknown step “{unknown[0]}”. Choose from {', '.join(STEPS)}.")
        if len(set(self.steps)) < len(self.steps):
            raise ValueError("Each step can be used once.")

    @property
    def in_words(self) -> str:
        """The steps for people."""
        return " → ".join(STEPS[name].title for name in self.steps) or "none"

    def stages(self, image: Gray) -> tuple[Gray, ...]:
        """A ``(48, 48)`` uint8 face after each step, in order."""
        stages = []
        for name in self.steps:
            image = STEPS[name].apply(image)
            stages.append(image)
        return tuple(stages)

    def apply(self, images: Gray) -> Gray:
        """Apply all steps to ``(n, 48, 48)`` uint8 faces; without steps they are the very same array."""
        if not self.steps or not len(images):
            return images
        return np.stack([self.stages(np.ascontiguousarray(image))[-1] for image in images])


UNCHANGED = Preprocessing()
"""No step at all: unchanged faces."""
