"""Steps between a 48x48 face and a network: named, in order, and the same in training and in use.

Section 4 of the paper names them: de-noising, normalisation (contrast stretching), and its stronger forms, histogram
equalisation and CLAHE. A run's steps stand in its settings, thus in its checkpoint's card, and the checkpoint's
classifier applies them wherever it is used.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

_CLIP_LIMIT, _TILES = 2.0, (4, 4)
_DARKEST, _BRIGHTEST = 1.0, 99.0


@dataclass(frozen=True)
class Step:
    """One thing that can be done to a face.

    Attributes:
        title: Its name for people.
        meaning: What it does, in a sentence.
        apply: From ``(48, 48)`` uint8 to the same shape and type.
    """

    title: str
    meaning: str
    apply: Callable[[Gray], Gray]


def denoise(image: Gray) -> Gray:
    """Smooths noise and keeps edges (bilateral filter, 5 pixels wide).

    Source: C. Tomasi, R. Manduchi, "Bilateral filtering for gray and color images", ICCV 1998.
    """
    return np.asarray(cv2.bilateralFilter(image, d=5, sigmaColor=25, sigmaSpace=2), np.uint8)


def stretch_contrast(image: Gray) -> Gray:
    """Spreads the greys evenly over 0 to 255; the darkest and the brightest hundredth are cut off.

    An image of one grey stays as it is.
    """
    low, high = np.percentile(image, (_DARKEST, _BRIGHTEST))
    if high <= low:
        return image
    return np.asarray(np.clip((image - low) * (255 / (high - low)), 0, 255).round(), np.uint8)


def equalise(image: Gray) -> Gray:
    """Makes all greys equally frequent (histogram equalisation)."""
    return np.asarray(cv2.equalizeHist(image), np.uint8)


def equalise_locally(image: Gray) -> Gray:
    """Equalises each of 4x4 tiles with limited contrast (CLAHE, clip limit 2).

    Source: K. Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994.
    """
    return np.asarray(cv2.createCLAHE(_CLIP_LIMIT, _TILES).apply(image), np.uint8)


STEPS = {
    "denoise": Step("De-noising", "Smooths grain and compression, keeps edges.", denoise),
    "stretch": Step("Contrast stretching", "Spreads the greys over the whole range.", stretch_contrast),
    "equalise": Step("Histogram equalisation", "Makes all greys equally frequent.", equalise),
    "clahe": Step("CLAHE", "Equalises region by region, with a limit.", equalise_locally),
}
"""The steps by the names that settings and cards use, in the order in which they usually make sense."""


@dataclass(frozen=True)
class Preprocessing:
    """What is done to every face before a network sees it.

    Attributes:
        steps: Names of steps, each at most once, in the order they are applied; none leaves faces as they are.
    """

    steps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = [name for name in self.steps if name not in STEPS]
        if unknown:
            raise ValueError(f"There is no step “{unknown[0]}”; there are {', '.join(STEPS)}.")
        if len(set(self.steps)) < len(self.steps):
            raise ValueError("Each step may be taken once.")

    @property
    def in_words(self) -> str:
        """The steps for people."""
        return " → ".join(STEPS[name].title for name in self.steps) or "none"

    def stages(self, image: Gray) -> tuple[Gray, ...]:
        """The face after each step, in order.

        Args:
            image: ``(48, 48)`` uint8.
        """
        stages = []
        for name in self.steps:
            image = STEPS[name].apply(image)
            stages.append(image)
        return tuple(stages)

    def apply(self, images: Gray) -> Gray:
        """Every face after the last step.

        Args:
            images: ``(n, 48, 48)`` uint8; n may be 0.

        Returns:
            The same shape and type; without steps the very same array.
        """
        if not self.steps or not len(images):
            return images
        return np.stack([self.stages(np.ascontiguousarray(image))[-1] for image in images])


UNCHANGED = Preprocessing()
"""No step at all: faces as they are."""
