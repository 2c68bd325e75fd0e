"""Feature maps, filters and heat maps as pictures."""

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.explain.layers import Layer

_MOST_MAPS, _SIDE = 64, 48
_FOR, _AGAINST = (255, 140, 20), (30, 120, 255)


def map_shades(layer: Layer) -> NDArray[np.uint8]:
    """64 of a layer's maps at the most, the strongest first, each from black (nothing) to white (its largest value).

    Returns:
        ``(maps, height, width)`` uint8; of larger maps 48x48.
    """
    maps = np.moveaxis(layer.output[..., strongest(layer)], -1, 0)
    if max(maps.shape[1:]) > _SIDE:
        maps = np.stack([cv2.resize(one, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for one in maps])
    return _up_to_white(maps, maps.max(axis=(1, 2), keepdims=True))


def filter_shades(layer: Layer) -> NDArray[np.uint8]:
    """The filters of a convolution that reads the face itself, in the order of :func:`map_shades`: gray is zero.

    Returns:
        ``(filters, height, width)`` uint8.
    """
    kernels = layer.weights[strongest(layer), :, :, 0]
    largest = np.abs(kernels).max(axis=(1, 2), keepdims=True)
    return np.asarray(np.rint(127.5 * (1 + kernels / np.where(largest > 0, largest, 1))), np.uint8)


def thumbnail(layer: Layer) -> NDArray[np.uint8]:
    """What a face leaves in a layer as a ``(48, 48)`` uint8 picture: its strongest map, or its numbers as a column."""
    picture = layer.output[..., strongest(layer)[0]] if layer.is_map else layer.output.reshape(-1, 1)
    shades = _up_to_white(picture, picture.max())
    return np.asarray(cv2.resize(shades, (_SIDE, _SIDE), interpolation=cv2.INTER_NEAREST))


def strongest(layer: Layer) -> NDArray[np.int64]:
    """The numbers of the maps with the largest mean, the strongest first; 64 at the most."""
    return np.argsort(-layer.output.mean(axis=(0, 1)), kind="stable")[:_MOST_MAPS]


def heat_overlay(face: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A ``(48, 48)`` uint8 face under a map of what speaks for an answer (orange) and against it (blue).

    The map is of any size, and 0 leaves the face gray; the picture is ``(384, 384, 3)`` uint8, RGB.
    """
    side = 8 * face.shape[0]
    base = cv2.cvtColor(cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC), cv2.COLOR_GRAY2RGB)
    strength = cv2.resize(heat / max(float(np.abs(heat).max()), 1e-9), (side, side), interpolation=cv2.INTER_CUBIC)
    strength = np.clip(strength, -1, 1)[..., None]
    tint = np.where(strength > 0, np.array(_FOR, np.float32), np.array(_AGAINST, np.float32))
    part = 0.65 * np.abs(strength)
    return np.asarray(np.rint(base * (1 - part) + tint * part), np.uint8)


def _up_to_white(values: NDArray[np.float32], largest: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Values as grays: black for 0 and less, white for the largest."""
    return np.asarray(np.rint(255 * np.clip(values, 0, None) / np.where(largest > 0, largest, 1)), np.uint8)
