"""Augmentation: training faces, changed a little and anew in every epoch while their labels stay true.

Everything is drawn from a generator that the caller seeds, so an epoch can be repeated exactly.
"""

from dataclasses import dataclass
from typing import Annotated

import cv2
import numpy as np
from msgspec import Meta
from numpy.random import Generator
from numpy.typing import NDArray

from fer_core.training.settings.fields import Settings


@dataclass(frozen=True)
class Augmentation(Settings):
    """How far training faces may be changed; the default changes nothing.

    Attributes:
        flip: Whether every other face is mirrored.
        rotation: Largest rotation in degrees, either way.
        shift: Moved by up to this part of the side, in both directions.
        scale: Made larger or smaller by up to this part.
        shear: Slanted by up to this part of the side.
        brightness: Every gray value raised or lowered by up to this part of the whole range.
        contrast: Distances from the mean gray stretched or squeezed by up to this part.
        gamma: Gray values raised to a power between ``exp(-gamma)`` and ``exp(gamma)``: dark or washed-out pictures.
        shade: Light that falls from one side: gray values scaled by up to this part, with opposite signs at both ends.
        resolution: Half of the faces made smaller by up to this part, and enlarged again, as small faces in photos are.
        blur: Largest standard deviation of a Gaussian blur, in pixels.
        noise: Noise of up to this standard deviation, as a part of the whole range.
        erasing: How probably a rectangle is painted over with noise (Zhong et al., "Random erasing", AAAI 2020).
        mixup: Strength of mixing pairs of faces and their labels, the alpha of a Beta distribution (Zhang et al.,
            "mixup", ICLR 2018); 0 mixes nothing.
    """

    flip: bool = False
    rotation: Annotated[float, Meta(ge=0.0, le=45.0)] = 0.0
    shift: Annotated[float, Meta(ge=0.0, le=0.3)] = 0.0
    scale: Annotated[float, Meta(ge=0.0, le=0.5)] = 0.0
    shear: Annotated[float, Meta(ge=0.0, le=0.5)] = 0.0
    brightness: Annotated[float, Meta(ge=0.0, le=0.5)] = 0.0
    contrast: Annotated[float, Meta(ge=0.0, le=0.9)] = 0.0
    gamma: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    shade: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    resolution: Annotated[float, Meta(ge=0.0, le=0.8)] = 0.0
    blur: Annotated[float, Meta(ge=0.0, le=3.0)] = 0.0
    noise: Annotated[float, Meta(ge=0.0, le=0.3)] = 0.0
    erasing: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    mixup: Annotated[float, Meta(ge=0.0, le=2.0)] = 0.0

    @property
    def moves(self) -> bool:
        """Whether pixels change their place."""
        return self.flip or any((self.rotation, self.shift, self.scale, self.shear))


def augment(images: NDArray[np.uint8], augmentation: Augmentation, rng: Generator) -> NDArray[np.uint8]:
    """Change copies of ``(n, 48, 48)`` uint8 faces at random; mixing pairs is left to :func:`mix`."""
    changed = _moved(images, augmentation, rng) if augmentation.moves else images
    if augmentation.brightness or augmentation.contrast:
        changed = _relit(changed, augmentation, rng)
    if augmentation.gamma:
        changed = _gamma_corrected(changed, augmentation.gamma, rng)
    if augmentation.shade:
        changed = _shaded(changed, augmentation.shade, rng)
    if augmentation.resolution:
        changed = _coarsened(changed, augmentation.resolution, rng)
    if augmentation.blur:
        sigmas = rng.uniform(0, augmentation.blur, len(changed))
        changed = np.stack([_blurred(image, sigma) for image, sigma in zip(changed, sigmas, strict=True)])
    if augmentation.noise:
        changed = _noisy(changed, augmentation.noise, rng)
    return _erased(changed, augmentation.erasing, rng) if augmentation.erasing else changed


def mix(
    images: NDArray[np.uint8], targets: NDArray[np.float32], alpha: float, rng: Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Mix each face and its label with another's, in a proportion drawn from Beta(alpha, alpha), alpha above 0.

    Images are ``(n, 48, 48)`` uint8, targets ``(n, classes)`` float32 with rows that sum to one.
    """
    partner = rng.permutation(len(images))
    share = rng.beta(alpha, alpha, len(images)).astype(np.float32)
    weights = np.maximum(share, 1 - share)  # the face itself stays the larger part
    mixed = np.empty_like(images)
    for index, weight in enumerate(weights.tolist()):
        cv2.addWeighted(images[index], weight, images[partner[index]], 1 - weight, 0, dst=mixed[index])
    part = weights[:, None]
    return mixed, (part * targets + (1 - part) * targets[partner]).astype(np.float32)


def _moved(images: NDArray[np.uint8], augmentation: Augmentation, rng: Generator) -> NDArray[np.uint8]:
    n, side = len(images), images.shape[1]
    angle = np.deg2rad(rng.uniform(-1, 1, n) * augmentation.rotation)
    # Mostly the whole face grows or shrinks; a quarter of the range changes its proportions.
    zoom = 1 + augmentation.scale * (0.75 * rng.uniform(-1, 1, (n, 1)) + 0.25 * rng.uniform(-1, 1, (n, 2)))
    slant = rng.uniform(-1, 1, n) * augmentation.shear
    mirror = np.where(rng.random(n) < 0.5, -1.0, 1.0) if augmentation.flip else np.ones(n)
    move = rng.uniform(-1, 1, (n, 2)) * augmentation.shift * side
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.stack([np.stack([cos, -sin + slant * cos], -1), np.stack([sin, cos + slant * sin], -1)], 1)
    linear = turn * zoom[:, None, :]
    linear[:, :, 0] *= mirror[:, None]
    center = np.full(2, (side - 1) / 2)
    matrices = np.concatenate([linear, (center + move - linear @ center)[:, :, None]], axis=2)
    moved = np.empty(images.shape, np.uint8)
    for index, matrix in enumerate(matrices):
        cv2.warpAffine(
            images[index], matrix, (side, side), moved[index], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    return moved


def _relit(images: NDArray[np.uint8], augmentation: Augmentation, rng: Generator) -> NDArray[np.uint8]:
    n = len(images)
    gain = 1 + rng.uniform(-1, 1, n) * augmentation.contrast
    offset = rng.uniform(-1, 1, n) * augmentation.brightness * 255
    mean = images.mean(axis=(1, 2))
    return _looked_up(np.arange(256)[None] * gain[:, None] + (mean * (1 - gain) + offset)[:, None], images)


def _looked_up(tables: NDArray[np.float64], images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Replace gray values by a table of 256 for each face."""
    rounded = np.clip(np.rint(tables), 0, 255).astype(np.uint8)
    return np.asarray(rounded[np.arange(len(images))[:, None, None], images])


def _gamma_corrected(images: NDArray[np.uint8], gamma: float, rng: Generator) -> NDArray[np.uint8]:
    powers = np.exp(rng.uniform(-gamma, gamma, (len(images), 1)))
    return _looked_up(255 * (np.arange(256)[None] / 255) ** powers, images)


def _shaded(images: NDArray[np.uint8], shade: float, rng: Generator) -> NDArray[np.uint8]:
    side = images.shape[1]
    angle, strength = rng.uniform(0, 2 * np.pi, len(images)), rng.uniform(0, shade, len(images))
    across, down = strength * np.cos(angle), strength * np.sin(angle)
    place = np.linspace(-1, 1, side)
    light = 1 + across[:, None, None] * place[None, None, :] + down[:, None, None] * place[None, :, None]
    return np.clip(np.rint(images * light), 0, 255).astype(np.uint8)


def _coarsened(images: NDArray[np.uint8], resolution: float, rng: Generator) -> NDArray[np.uint8]:
    coarse, side = images.copy(), images.shape[1]
    for index in np.flatnonzero(rng.random(len(images)) < 0.5):
        small = round(side * (1 - rng.uniform(0, resolution)))
        shrunk = cv2.resize(images[index], (small, small), interpolation=cv2.INTER_AREA)
        coarse[index] = cv2.resize(shrunk, (side, side), interpolation=cv2.INTER_LINEAR)
    return coarse


def _blurred(image: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma)) if sigma > 0.2 else image  # less changes nothing


def _noisy(images: NDArray[np.uint8], noise: float, rng: Generator) -> NDArray[np.uint8]:
    noisy = np.empty_like(images)
    deviations = rng.uniform(0, noise, len(images)) * 255
    for index, deviation in enumerate(deviations):
        grain = rng.standard_normal(images.shape[1:], np.float32) * np.float32(deviation)
        noisy[index] = np.clip(np.rint(images[index] + grain), 0, 255)
    return noisy


def _erased(images: NDArray[np.uint8], probability: float, rng: Generator) -> NDArray[np.uint8]:
    erased, side = images.copy(), images.shape[1]
    for index in np.flatnonzero(rng.random(len(images)) < probability):
        area = rng.uniform(0.02, 0.25) * side * side
        ratio = np.exp(rng.uniform(np.log(0.33), np.log(3.0)))
        height, width = (int(np.clip(length, 1, side)) for length in (np.sqrt(area * ratio), np.sqrt(area / ratio)))
        y, x = rng.integers(0, side - height + 1), rng.integers(0, side - width + 1)
        erased[index, y : y + height, x : x + width] = rng.integers(0, 256, (height, width))
    return erased
