"""Which part of a face speaks for an answer: Grad-CAM, worked out backwards through the end of the network.

Source: Selvaraju et al., "Grad-CAM", ICCV 2017. Only what comes after the last convolution has to be followed back,
which is a handful of matrix products: no framework that can differentiate is needed.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import CheckpointError
from fer_core.explain.layers import Layer

Array = NDArray[np.float64]

_ACTIVATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "RELU": lambda before, after: (after > 0).astype(np.float64),
    "TANH": lambda before, after: 1 - after**2,
    "LOGISTIC": lambda before, after: after * (1 - after),
    "ELU": lambda before, after: np.where(before > 0, 1.0, after + 1),
}
"""Derivatives of activations by LiteRT's names, from the values before and after them."""


def grad_cam(layers: Sequence[Layer], class_index: int) -> NDArray[np.float32]:
    """How much each place of the last maps speaks for a class, by its index among the outputs.

    Returns:
        ``(height, width)`` float32 of the last maps' size, 0 and more; all zero when nothing speaks for the class.

    Raises:
        CheckpointError: The network has no maps, or ends in an operation that cannot be followed back.
    """
    maps_of = [
        index for index, layer in enumerate(layers) if layer.is_map and layer.kind not in ("preparation", "pooling")
    ]
    if not maps_of:
        raise CheckpointError("Grad-CAM needs feature maps, and this network has none. Use the occlusion map instead.")
    last = maps_of[-1]
    gradient = _gradient(layers, last, class_index)
    maps = layers[last].output.astype(np.float64)
    weights = gradient.mean(axis=(0, 1))
    return np.asarray(np.maximum((maps * weights).sum(axis=-1), 0), np.float32)


def _gradient(layers: Sequence[Layer], place: int, class_index: int) -> Array:
    """The derivative of a class's score, before softmax, by the output of the layer at a place."""
    end = len(layers) - 1
    if layers[end].kind == "softmax" or (layers[end].operation == "LOGISTIC" and layers[end].output.ndim == 1):
        end = layers[end].sources[0]
    gradient: Array = np.zeros(layers[end].output.shape)
    gradient[class_index] = 1.0
    while end != place:
        source = layers[end].sources[0]
        if len(layers[end].sources) != 1 or source < place:
            raise CheckpointError("Grad-CAM does not support this network's head. Use the occlusion map instead.")
        gradient = _back(layers[end], layers[source].output.astype(np.float64), gradient)
        end = source
    return gradient


def _back(layer: Layer, before: Array, gradient: Array) -> Array:
    """From the derivative by a layer's output to that by its input."""
    if layer.kind == "dense":
        return _back_dense(layer, before, gradient)
    if layer.kind == "flatten":
        return gradient.reshape(before.shape)
    if layer.kind == "mean":
        return np.broadcast_to(gradient / (before.shape[0] * before.shape[1]), before.shape)
    if layer.operation == "MAX_POOL_2D":
        return _back_max_pooling(layer.output, before, gradient)
    if layer.operation in _ACTIVATIONS:
        return gradient * _ACTIVATIONS[layer.operation](before, layer.output.astype(np.float64))
    raise CheckpointError(f"Grad-CAM does not support {layer.operation}. Use the occlusion map instead.")


def _back_dense(layer: Layer, before: Array, gradient: Array) -> Array:
    bias = layer.bias if layer.bias.size else 0.0
    linear = layer.weights.astype(np.float64) @ before + bias
    # LiteRT joins a ReLU with its layer: where the sum was negative and the output is zero, nothing flows back.
    silent = (layer.output == 0) & (linear < 0)
    return np.asarray(np.where(silent, 0.0, gradient) @ layer.weights.astype(np.float64))


def _back_max_pooling(after: NDArray[np.float32], before: Array, gradient: Array) -> Array:
    """To the largest value of each 2x2 window; windows do not overlap, and a rest at the edge is in none."""
    height, width, maps = after.shape
    windows = before[: 2 * height, : 2 * width].reshape(height, 2, width, 2, maps)
    largest = windows == windows.max(axis=(1, 3), keepdims=True)
    shared = largest / largest.sum(axis=(1, 3), keepdims=True)
    back = np.zeros_like(before)
    back[: 2 * height, : 2 * width] = (shared * gradient[:, None, :, None, :]).reshape(2 * height, 2 * width, maps)
    return back
