"""The sheet a face is drawn on: soft-edged areas and strokes, mixed into one picture."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.drawn.landmarks import Curve

Floats = NDArray[np.float32]
Window = tuple[slice, slice]

SPAN = 3.3
"""Width and height of the sheet in face units."""

LEFT, TOP = -1.65, -1.65
"""Face coordinates of the sheet's upper left corner."""

_SUBPIXEL = 4  # bits of fixed-point fraction given to OpenCV
_SHARP = 0.6  # a blur of less than this many pixels cannot be told from anti-aliasing


@contextmanager
def one_thread() -> Iterator[None]:
    """OpenCV on one thread: thousands of tiny operations only get slower when threads are woken for each."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


class Mark(NamedTuple):
    """One stroke of the pencil: a curve ``(n, 2)`` and its width in face units, and an opacity from 0 to 1."""

    curve: Curve
    width: float
    opacity: float = 1.0


class Canvas:
    """A square sheet with tones and an opacity, addressed in face units.

    Attributes:
        size: Width and height in pixels.
        scale: Pixels per face unit.
        tones: ``(size, size, channels)`` float32, 0 to 1, multiplied by the opacity.
        alpha: ``(size, size)`` float32, 0 where nothing was drawn.
    """

    def __init__(self, size: int, channels: int) -> None:
        self.size = size
        self.scale = size / SPAN
        self.tones = np.zeros((size, size, channels), np.float32)
        self.alpha = np.zeros((size, size), np.float32)
        self._origin = np.array((LEFT, TOP)) + 0.5 / self.scale  # the centers of pixels are whole numbers

    def window(self, curves: Sequence[Curve], margin: float) -> Window:
        """The part of the sheet that curves touch, with a margin in face units."""
        points = curves[0] if len(curves) == 1 else np.concatenate(curves)
        reach = margin * self.scale + 2
        parts = []
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        for start, low, high in ((TOP, top, bottom), (LEFT, left, right)):
            first = min(max(int((low - start) * self.scale - reach), 0), self.size - 1)
            last = min(max(int((high - start) * self.scale + reach) + 2, first + 1), self.size)
            parts.append(slice(first, last))
        return parts[0], parts[1]

    def _fixed(self, curves: Sequence[Curve], window: Window) -> list[NDArray[np.int32]]:
        """Curves in OpenCV's fixed-point pixels, seen from a window's corner."""
        zoom = self.scale * 2**_SUBPIXEL
        corner = self._origin * zoom + (window[1].start * 2**_SUBPIXEL, window[0].start * 2**_SUBPIXEL)
        return [(curve * zoom - corner).astype(np.int32) for curve in curves]

    def _softened(self, mask: NDArray[np.uint8], soft: float) -> Floats:
        """A mask with a blurred edge, from 0 to 1."""
        sigma = soft * self.scale
        if sigma > _SHARP:
            cv2.GaussianBlur(mask, (0, 0), sigma, dst=mask, borderType=cv2.BORDER_REPLICATE)
        return mask * np.float32(1 / 255)

    def area(self, *curves: Curve, soft: float = 0.0, window: Window | None = None) -> tuple[Window, Floats]:
        """The coverage of polygons, 0 to 1, in a window of the sheet (by default the part they touch).

        ``soft`` is the standard deviation of the blur of their edges, in face units.
        """
        part = window or self.window(curves, 3 * soft)
        mask = np.zeros((part[0].stop - part[0].start, part[1].stop - part[1].start), np.uint8)
        cv2.fillPoly(mask, self._fixed(curves, part), 255, cv2.LINE_AA, _SUBPIXEL)
        return part, self._softened(mask, soft)

    def fill(
        self, *curves: Curve, tone: Sequence[float], opacity: float = 1.0, soft: float = 0.0, solid: bool = False
    ) -> None:
        """Paint polygons; ``solid`` ones also cover the background."""
        window, mask = self.area(*curves, soft=soft)
        self.paint(window, mask * np.float32(opacity), tone, solid=solid)

    def stroke(self, *marks: Mark, tone: Sequence[float], soft: float = 0.0) -> None:
        """Draw strokes of one tone and one softness; where they cross, the stronger stays."""
        visible = [mark for mark in marks if mark.opacity > 0.02]
        if not visible:
            return
        window = self.window([mark.curve for mark in visible], 3 * soft + max(mark.width for mark in visible))
        mask = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8)
        visible.sort(key=lambda mark: mark.opacity)
        for mark, curve in zip(visible, self._fixed([mark.curve for mark in visible], window), strict=True):
            width = mark.width * self.scale
            strength = min(1.0, width) * min(1.0, mark.opacity)  # a line thinner than a pixel is a fainter one
            cv2.polylines(mask, [curve], False, round(255 * strength), max(1, round(width)), cv2.LINE_AA, _SUBPIXEL)
        self.paint(window, self._softened(mask, soft), tone)

    def paint(self, window: Window, mask: Floats, tone: Iterable[float] | Floats, *, solid: bool = False) -> None:
        """Mix a tone (or a picture of tones) into a window, as far as the mask (0 to 1) says.

        Only ``solid`` paint reaches beyond what is drawn already.
        """
        part, alpha = self.tones[window], self.alpha[window]
        target = np.asarray(tone, np.float32)
        if solid:
            np.maximum(alpha, mask, out=alpha)
        else:
            target = target * alpha[..., None]
        part += mask[..., None] * (target - part)
