"""The part of an import that needs Keras: open, complete, try and convert a network that was checked before."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from fer_core.checkpoints.foreign import SCALINGS, Scaling
from fer_core.errors import CheckpointError
from fer_core.faces.images import IMAGE_SIZE


@dataclass(frozen=True, eq=False)
class Opened:
    """A foreign network in Keras, with its answers to known faces: ``(scalings, n, classes)`` float32.

    Where it makes logits, its output has to go through a softmax.
    """

    network: keras.Model
    answers: NDArray[np.float32]
    makes_logits: bool


def open_network(path: Path, faces: NDArray[np.uint8]) -> Opened:
    """Opens a checked ``.keras`` file and tries it on known faces, ``(n, 48, 48)`` uint8.

    Raises:
        CheckpointError: Keras cannot build it, or its answers are no numbers.
    """
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
        raw = np.stack([_answers(network, scaling, faces) for scaling in SCALINGS])
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, RuntimeError) as error:
        first = str(error).strip().split("\n")[0]
        raise CheckpointError(
            f"Keras cannot build the network of this file ({first:.160}). Save it again with Keras 3."
        ) from error
    if not np.isfinite(raw).all():
        raise CheckpointError("The network answers with something that is no number. Its weights are damaged.")
    return Opened(network, raw, makes_logits=bool(raw.min() < -1e-6 or raw.max() > 1 + 1e-4))


def completed(network: keras.Model, scaling: Scaling, *, makes_logits: bool = False) -> keras.Model:
    """Wrap a foreign model into one from raw 48x48 gray values to probabilities; scaling and size become layers."""
    height, width, channels = network.input_shape[1:]
    gray = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="gray")
    x = gray
    if (height, width) != (IMAGE_SIZE, IMAGE_SIZE):
        x = layers.Resizing(height, width, name="to_its_size")(x)
    for layer in _scaling_layers(scaling):
        x = layer(x)
    if channels == 3:
        x = layers.Concatenate(name="to_rgb")([x, x, x])
    x = network(x, training=False)
    return keras.Model(gray, layers.Softmax(name="to_probabilities")(x) if makes_logits else x)


def _scaling_layers(scaling: Scaling) -> Sequence[layers.Layer]:
    if scaling == "unit":
        return [layers.Rescaling(1 / 255, name="scaling")]
    if scaling == "symmetric":
        return [layers.Rescaling(1 / 127.5, offset=-1.0, name="scaling")]
    if scaling == "standardized":
        return [layers.LayerNormalization(axis=[1, 2, 3], center=False, scale=False, epsilon=1e-6, name="scaling")]
    return []


def _answers(network: keras.Model, scaling: Scaling, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    model = completed(network, scaling)
    return np.asarray(model(faces[..., None].astype(np.float32), training=False), np.float32)
