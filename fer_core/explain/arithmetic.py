"""Single numbers of a layer worked out, product by product, as a person could with pencil and paper."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.explain.layers import Layer

_CLOSE = 1e-3  # the same sums in another order differ in their last digits


@dataclass(frozen=True, eq=False)
class WorkedNumber:
    """The largest number of a convolution's map, and how it comes about.

    Attributes:
        row: Its place in the map, from 0, with the column.
        channel: Of the maps that the filter reads, the one that counts most here, from 0.
        patch: ``(height, width)`` float32, what stands there under the filter; 0 beyond the edge.
        kernel: ``(height, width)`` float32, the filter's numbers for that map.
        channels: How many maps the filter reads.
        others: What the other maps add.
        value: What stands in the layer's output.
    """

    row: int
    column: int
    channel: int
    patch: NDArray[np.float32]
    kernel: NDArray[np.float32]
    channels: int
    others: float
    bias: float
    value: float

    @property
    def here(self) -> float:
        """The sum of the products of patch and kernel."""
        return float((self.patch * self.kernel).sum())

    @property
    def total(self) -> float:
        """The sum of all products and the bias."""
        return self.here + self.others + self.bias

    @property
    def adds_up(self) -> bool:
        """Whether the output is this sum, or 0 for a negative one; other bends and gaps in filters are not told."""
        return math.isclose(self.value, max(self.total, 0.0) if self.value >= 0 else self.total, abs_tol=_CLOSE)


def work_out(layer: Layer, source: NDArray[np.float32], number: int) -> WorkedNumber:
    """Work out the largest number of one of a convolution's maps, from the ``(height, width, channels)`` it reads."""
    kernel, read = layer.kernel(number), layer.read_by(number, source)
    row, column = np.unravel_index(layer.output[..., number].argmax(), layer.output.shape[:2])
    patch = _patch(read, layer.output.shape[:2], kernel.shape[:2], (int(row), int(column)))
    sums = (patch * kernel).sum(axis=(0, 1))
    channel = int(np.abs(sums).argmax())
    return WorkedNumber(
        row=int(row),
        column=int(column),
        channel=channel,
        patch=patch[..., channel],
        kernel=kernel[..., channel],
        channels=len(sums),
        others=float(sums.sum() - sums[channel]),
        bias=layer.bias_of(number),
        value=float(layer.output[row, column, number]),
    )


def _patch(
    source: NDArray[np.float32], size: tuple[int, ...], filter_: tuple[int, ...], place: tuple[int, int]
) -> NDArray[np.float32]:
    """What a filter of a size reads for one place of its output; 0 beyond the edge."""
    starts = map(_start, source.shape[:2], size, filter_, place)
    top, left = (start + reach for start, reach in zip(starts, filter_, strict=True))
    padded = np.pad(source, [(filter_[0],) * 2, (filter_[1],) * 2, (0, 0)])
    return padded[top : top + filter_[0], left : left + filter_[1]]


def _start(inside: int, outside: int, reach: int, at: int) -> int:
    """Where a filter begins to read along one side, by the smallest stride that makes ``outside`` places of ``inside``.

    By TensorFlow's "same" or "valid" rule; ``reach`` is the filter's size.
    """
    for stride in range(1, inside + 1):
        if outside == math.ceil(inside / stride):
            return at * stride - max((outside - 1) * stride + reach - inside, 0) // 2
        if outside == (inside - reach) // stride + 1:
            return at * stride
    return at


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
