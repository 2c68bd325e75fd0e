"""The sheet a face is drawn on: soft-edged areas and strokes, mixed into one picture."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.data.faces.landmarks import Curve

Floats = NDArray[np.float32]

SPAN = 3.0
"""Width and height of the sheet in face units."""

LEFT, TOP = -1.5, -1.4
"""Face coordinates of the sheet's upper left corner."""

_SUBPIXEL = 4  # bits of fixed-point fraction given to OpenCV


class Canvas:
    """A square sheet with tones and an opacity, addressed in face units.

    Attributes:
        size: Width and height in pixels.
        tones: ``(size, size, channels)`` float32, 0 to 1.
        alpha: ``(size, size)`` float32, 0 where nothing was drawn.
    """

    def __init__(self, size: int, channels: int) -> None:
        self.size = size
        self.tones = np.zeros((size, size, channels), np.float32)
        self.alpha = np.zeros((size, size), np.float32)
        self._scale = size / SPAN

    def pixels(self, points: Curve) -> Curve:
        """Face units to pixel coordinates (centres of pixels are whole numbers)."""
        return np.asarray((points - (LEFT, TOP)) * self._scale - 0.5)

    def area(self, *curves: Curve, soft: float = 0.0, width: float = 0.0) -> tuple[tuple[slice, slice], Floats]:
        """The coverage of polygons, or of strokes if a width is given.

        Args:
            curves: Each ``(n, 2)`` in face units.
            soft: Standard deviation of the blur of its edge, in face units.
            width: Width of the strokes in face units; 0 fills the curves instead.

        Returns:
            The window of the sheet that is touched, and the coverage in it, float32 from 0 to 1.
        """
        points = [self.pixels(curve) for curve in curves]
        everything = np.concatenate(points)
        sigma = soft * self._scale
        margin = 2 + 3 * sigma + width * self._scale / 2
        low = np.clip(np.floor(everything.min(axis=0) - margin), 0, self.size - 1).astype(int)
        high = np.clip(np.ceil(everything.max(axis=0) + margin) + 1, low + 1, self.size).astype(int)
        mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        fixed = [np.round((one - low) * 2**_SUBPIXEL).astype(np.int32) for one in points]
        if width:
            thickness = max(1, round(width * self._scale))
            strength = min(1.0, width * self._scale)  # a line thinner than a pixel is a fainter one
            cv2.polylines(mask, fixed, False, round(255 * strength), thickness, cv2.LINE_AA, _SUBPIXEL)
        else:
            cv2.fillPoly(mask, fixed, 255, cv2.LINE_AA, _SUBPIXEL)
        if sigma > 0.3:
            mask = cv2.GaussianBlur(mask, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        return (slice(low[1], high[1]), slice(low[0], high[0])), mask.astype(np.float32) / 255

    def fill(
        self, *curves: Curve, tone: Sequence[float], opacity: float = 1.0, soft: float = 0.0, solid: bool = False
    ) -> None:
        """Paints polygons; ``solid`` ones also cover the background."""
        window, mask = self.area(*curves, soft=soft)
        self.paint(window, mask * opacity, tone, solid=solid)

    def stroke(
        self, *curves: Curve, tone: Sequence[float], width: float, opacity: float = 1.0, soft: float = 0.0
    ) -> None:
        """Paints lines along curves."""
        window, mask = self.area(*curves, soft=soft, width=width)
        self.paint(window, mask * opacity, tone)

    def paint(
        self, window: tuple[slice, slice], mask: Floats, tone: Sequence[float] | Floats, *, solid: bool = False
    ) -> None:
        """Mixes a tone (or a picture of tones) into a window, as far as the mask (0 to 1) says."""
        part = self.tones[window]
        part += mask[..., None] * (np.asarray(tone, np.float32) - part)
        if solid:
            np.maximum(self.alpha[window], mask, out=self.alpha[window])
