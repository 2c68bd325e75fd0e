"""Single numbers of a layer worked out, product by product, as a person could with pencil and paper."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fer_core.explain.layers import Layer

Array = NDArray[np.float32]
Rule = Literal["sum", "largest", "mean"]

_CLOSE = 1e-3  # the same sums in another order differ in their last digits
_LARGEST = 8  # stride, and side of a pooling window
_EMPTY = np.zeros((0, 0, 0), np.float32)
_BENDS = {"none": (-np.inf, np.inf), "ReLU": (0.0, np.inf), "ReLU6": (0.0, 6.0)}
"""Where LiteRT cuts the sums of a convolution off, by the name of the activation that it joined with it."""


@dataclass(frozen=True, eq=False)
class SlidingWindow:
    """How one map comes about: a window slides over the maps before it, and each place gives one value.

    Attributes:
        rule: What is made of the values in the window: the ``sum`` of their products with the kernel and the bias, the
            ``largest`` of them, or their ``mean``; the last two leave out places beyond the edge.
        source: ``(height, width, channels)`` float32, what the window slides over; a convolution reads 0 beyond it.
        output: ``(rows, columns)`` float32, the map.
        size: Height and width of the window.
        stride: How far it moves, down as to the right.
        start: Row and column of its corner for the first value; 0, or negative beyond the edge.
        kernel: ``(*size, channels)`` float32, the filter; empty for pooling.
        bias: What is added to the sum.
        bend: What a sum becomes: "none" leaves it unchanged, "ReLU" makes 0 of a negative one, "ReLU6" also 6 of more.
    """

    rule: Rule
    source: Array
    output: Array
    size: tuple[int, int]
    stride: int
    start: tuple[int, int]
    kernel: Array = field(default_factory=lambda: _EMPTY)
    bias: float = 0.0
    bend: str = "none"

    def patches(self, beyond: float) -> Array:
        """What lies in the window at every place: ``(rows, columns, channels, *size)``, with a value for the edge."""
        (rows, columns), (height, width, _) = self.output.shape, self.source.shape
        (top, left), (down, across) = self.start, self.size
        below = max(0, top + (rows - 1) * self.stride + down - height)
        beside = max(0, left + (columns - 1) * self.stride + across - width)
        padded = np.pad(self.source, [(-top, below), (-left, beside), (0, 0)], constant_values=beyond)
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.size, axis=(0, 1))
        return windows[:: self.stride, :: self.stride][:rows, :columns]

    def values(self) -> Array:
        """Every value of the map by the rule, before the bend: ``(rows, columns)``."""
        if self.rule == "sum":
            return np.asarray(np.einsum("rcdyx,yxd->rc", self.patches(0.0), self.kernel) + self.bias, np.float32)
        pick = np.nanmax if self.rule == "largest" else np.nanmean
        return np.asarray(pick(self.patches(np.nan)[:, :, 0], axis=(2, 3)), np.float32)


def sliding_window(layer: Layer, source: Array, number: int) -> SlidingWindow | None:
    """How one of a layer's maps comes about from the ``(height, width, channels)`` maps that it reads.

    Every value of the map is worked out anew and compared. None where they differ, as for filters with gaps, and for
    layers that are no window.
    """
    if layer.kind == "convolution":
        return _convolution(layer, source, number)
    if layer.kind == "pooling":
        return _pooling(layer, source, number)
    return None


def _convolution(layer: Layer, source: Array, number: int) -> SlidingWindow | None:
    kernel, read, output = layer.kernel(number), layer.read_by(number, source), layer.output[..., number]
    for stride, start in _places(read.shape[:2], output.shape, kernel.shape[:2]):
        size = kernel.shape[0], kernel.shape[1]
        window = SlidingWindow("sum", read, output, size, stride, start, kernel, layer.bias_of(number))
        sums = window.values()
        for bend, limits in _BENDS.items():
            if np.allclose(np.clip(sums, *limits), output, atol=_CLOSE):
                return replace(window, bend=bend)
    return None


def _pooling(layer: Layer, source: Array, number: int) -> SlidingWindow | None:
    source, output = source[..., number, None], layer.output[..., number]
    rule: Rule = "mean" if layer.operation == "AVERAGE_POOL_2D" else "largest"
    for side in range(2, min(_LARGEST, *source.shape[:2]) + 1):
        for stride, start in _places(source.shape[:2], output.shape, (side, side)):
            window = SlidingWindow(rule, source, output, (side, side), stride, start)
            if np.allclose(window.values(), output, atol=_CLOSE):
                return window
    return None


def _places(
    inside: tuple[int, ...], outside: tuple[int, ...], size: tuple[int, ...]
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Strides and starts of windows of a size that make ``outside`` places of ``inside``, both height and width.

    By TensorFlow's rules: "same" puts half of what the last window lacks before the edge, "valid" stays inside.
    """
    for stride in range(1, _LARGEST + 1):
        if all(out == math.ceil(side / stride) for side, out in zip(inside, outside, strict=True)):
            ends = [(out - 1) * stride + reach for out, reach in zip(outside, size, strict=True)]
            top, left = (-(max(end - side, 0) // 2) for end, side in zip(ends, inside, strict=True))
            yield stride, (top, left)
        if all(out == (side - reach) // stride + 1 for side, out, reach in zip(inside, outside, size, strict=True)):
            yield stride, (0, 0)


@dataclass(frozen=True, eq=False)
class Products:
    """One number of a dense layer as a sum of products, the largest first.

    Attributes:
        inputs: ``(n,)`` int64, which of its inputs, from 0.
        values: ``(n,)`` float32, what comes in there.
        weights: ``(n,)`` float32, what it is multiplied by.
    """

    inputs: NDArray[np.int64]
    values: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float

    @property
    def total(self) -> float:
        """The sum of all products and the bias."""
        return float(self.values.astype(float) @ self.weights.astype(float)) + self.bias


def products(layer: Layer, source: NDArray[np.float32], number: int) -> Products:
    """The products that make one number of a dense layer from what it reads, largest first."""
    values, weights = source.ravel(), layer.weights[number]
    order = np.argsort(-np.abs(values * weights), kind="stable")
    return Products(order, values[order], weights[order], layer.bias_of(number))
