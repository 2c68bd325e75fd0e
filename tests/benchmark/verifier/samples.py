"""Batches for the verifier: faces of FER2013's training split and crops without a face, changed at random."""

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.faces.crops import IMAGE_SIZE
from tests.benchmark.verifier.negatives import WIDE, Negatives

Image = NDArray[np.uint8]

_MIDDLE = (IMAGE_SIZE - 1) / 2
# Parts of the crops without a face; the rest are faces that do not stand upright.
_SUSPECTS, _PATCHES, _CLOUDS = 0.62, 0.28, 0.07
_BORDERS = (cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT_101, cv2.BORDER_CONSTANT)


class Sampler:
    """Draws batches; the seed fixes them."""

    def __init__(self, faces: Image, negatives: Negatives, *, seed: int = 0) -> None:
        self._faces, self._negatives = faces, negatives
        self._rng = np.random.default_rng(seed)
        sure = negatives.confidences
        weights = 1.0 + 4 * (sure > 0.3) + 6 * (sure > 0.5)  # the doubtful ones the most often
        weights /= np.sqrt(np.bincount(negatives.sources)[negatives.sources])  # and no picture much more than others
        self._chances = np.cumsum(weights / weights.sum())

    def batch(self, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """``count`` faces, ``count`` other crops, (2 count, 48, 48, 1), 0 to 255, with 1 for a face and 0 for none."""
        crops = [self._changed(self._face()) for _ in range(count)]
        crops += [self._changed(self._other()) for _ in range(count)]
        return np.stack(crops)[..., None].astype(np.float32), np.repeat(np.array([1, 0], np.float32), count)

    def _face(self) -> Image:
        """A face as the detector frames it, which is off by a few pixels and degrees."""
        rng = self._rng
        border = int(rng.choice(_BORDERS, p=[0.55, 0.35, 0.1]))
        return self._framed(self._any(self._faces), float(np.exp(rng.normal(0, 0.1))), 6, border)

    def _other(self) -> Image:
        rng, kind = self._rng, self._rng.random()
        if kind < _SUSPECTS:
            index = min(int(np.searchsorted(self._chances, rng.random())), len(self._chances) - 1)
            scale = WIDE * float(np.exp(rng.normal(0, 0.12)))
            return self._framed(self._negatives.suspects[index], scale, 8, cv2.BORDER_REPLICATE)
        if kind < _SUSPECTS + _PATCHES:
            return np.rot90(self._any(self._negatives.patches), int(rng.integers(4)))
        if kind < _SUSPECTS + _PATCHES + _CLOUDS:
            return self._cloud()
        return np.rot90(self._any(self._faces), int(rng.integers(1, 4)))

    def _cloud(self) -> Image:
        """Soft noise, whose spots may lie like eyes and a mouth."""
        rng, side = self._rng, int(self._rng.integers(3, 20))
        grains = rng.normal(rng.uniform(60, 190), rng.uniform(15, 70), (side, side)).astype(np.float32)
        cloud = cv2.resize(grains, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_CUBIC)
        return np.clip(cloud, 0, 255).astype(np.uint8)

    def _any(self, images: Image) -> Image:
        return np.asarray(images[self._rng.integers(len(images))], np.uint8)

    def _framed(self, image: Image, scale: float, degrees: float, border: int) -> Image:
        rng = self._rng
        matrix = cv2.getRotationMatrix2D((_MIDDLE, _MIDDLE), float(rng.normal(0, degrees)), scale)
        matrix[:, 2] += rng.normal(0, 2, 2)
        matrix[:, 0] *= np.exp(rng.normal(0, 0.04))
        gray = float(rng.choice([0, 127, 255]))
        size = (IMAGE_SIZE, IMAGE_SIZE)
        return np.asarray(
            cv2.warpAffine(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=border, borderValue=gray), np.uint8
        )

    def _changed(self, image: Image) -> Image:
        """Mirrored, blurred or at a lower resolution, in other light, with noise, as JPEG: each at random."""
        rng, chances = self._rng, self._rng.random(6)
        pixels = np.ascontiguousarray(image[:, ::-1] if chances[0] < 0.5 else image).astype(np.float32)
        if chances[1] < 0.35:
            side = int(rng.integers(14, 44))
            small = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
            pixels = cv2.resize(small, (IMAGE_SIZE, IMAGE_SIZE), interpolation=cv2.INTER_CUBIC)
        elif chances[1] < 0.5:
            pixels = cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.4, 1.6)))
        if chances[2] < 0.6:
            mean = pixels.mean()
            pixels = (pixels - mean) * rng.uniform(0.5, 1.5) + mean * rng.uniform(0.4, 1.4) + rng.uniform(-10, 10)
        if chances[3] < 0.15:
            pixels = pixels * np.linspace(rng.uniform(0.4, 1), rng.uniform(0.4, 1.2), IMAGE_SIZE)
        if chances[4] < 0.3:
            pixels = pixels + rng.normal(0, rng.uniform(1, 9), pixels.shape)
        gray = np.clip(pixels, 0, 255).astype(np.uint8)
        if chances[5] < 0.35:
            packed = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(12, 80))])[1]
            gray = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
        return gray
