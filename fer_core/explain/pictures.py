"""Feature maps, filters and heat maps as pictures."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.explain.layers import Layer

_GAP, _MOST_MAPS, _SHEET = 6, 64, 720
_FOR, _AGAINST = (255, 140, 20), (30, 120, 255)


def map_sheet(layer: Layer) -> NDArray[np.uint8]:
    """64 of a layer's maps at the most, the strongest first, each from black (nothing) to white (its largest value).

    Returns:
        ``(height, width, 4)`` uint8, RGB and opacity, of some 720 pixels' width; the gaps are transparent.
    """
    maps = layer.output[..., strongest(layer)]
    peaks = maps.max(axis=(0, 1))
    shades = np.rint(255 * np.clip(maps, 0, None) / np.where(peaks > 0, peaks, 1)).astype(np.uint8)
    return _sheet(np.moveaxis(shades, -1, 0))


def filter_sheet(layer: Layer) -> NDArray[np.uint8]:
    """The filters of a convolution that reads the face itself, in the order of :func:`map_sheet`: gray is zero."""
    kernels = layer.weights[strongest(layer), :, :, 0]
    return _sheet(_shades(kernels, np.abs(kernels).max(axis=(1, 2), keepdims=True)))


def slice_sheet(layer: Layer, number: int) -> NDArray[np.uint8]:
    """One filter of a convolution that reads many maps: a slice for each, the strongest first, 64 at the most."""
    slices = np.moveaxis(layer.kernel(number), -1, 0)
    strength = np.abs(slices).sum(axis=(1, 2))
    shown = slices[np.argsort(-strength, kind="stable")[:_MOST_MAPS]]
    return _sheet(_shades(shown, np.abs(shown).max()))


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


def _shades(kernels: NDArray[np.float32], largest: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Weights as grays: black for minus the largest, mid-gray for 0, white for the largest."""
    return np.rint(127.5 * (1 + kernels / np.where(largest > 0, largest, 1))).astype(np.uint8)


def _sheet(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Equal pictures in rows, enlarged without blur."""
    columns = min(len(pictures), 8 if pictures.shape[1] > 12 else 16)
    rows = math.ceil(len(pictures) / columns)
    scale = max(1, _SHEET // (columns * pictures.shape[1]))
    height, width = (scale * side + _GAP for side in pictures.shape[1:])
    sheet = np.zeros((rows * height - _GAP, columns * width - _GAP, 4), np.uint8)
    for place, picture in enumerate(pictures):
        y, x = divmod(place, columns)
        large = np.kron(picture, np.ones((scale, scale), np.uint8))[..., None]
        cell = sheet[y * height : y * height + large.shape[0], x * width : x * width + large.shape[1]]
        cell[...] = np.concatenate([large, large, large, np.full_like(large, 255)], axis=-1)
    return sheet
