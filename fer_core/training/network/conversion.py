"""The part of an import that needs Keras: build a network whose file was checked before."""

from pathlib import Path
from typing import Any

import keras

from fer_core.errors import CheckpointError

_BROKEN = (ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, RuntimeError)


def open_archive(path: Path) -> keras.Model:
    """Open a checked ``.keras`` file, without what its layers do in training only.

    Raises:
        CheckpointError: Keras cannot build it.
    """
    try:
        return _at_rest(keras.saving.load_model(path, compile=False, safe_mode=True))
    except _BROKEN as error:
        raise _unbuilt(error) from error


def open_hdf5(config: dict[str, Any], path: Path) -> keras.Model:
    """Build a network from a checked description and load its weights from a checked ``.h5`` file.

    Raises:
        CheckpointError: Keras cannot build it, or the weights are of another network.
    """
    try:
        network = keras.saving.deserialize_keras_object(config, safe_mode=True)
        network.load_weights(path)
    except _BROKEN as error:
        raise _unbuilt(error) from error
    return _at_rest(network)


def _at_rest(network: keras.Model) -> keras.Model:
    pictures = keras.Input(network.input_shape[1:], name="pictures")
    return keras.Model(pictures, network(pictures, training=False))


def _unbuilt(error: Exception) -> CheckpointError:
    first = str(error).strip().split("\n")[0]
    return CheckpointError(f"Keras cannot build the network of this file ({first:.160}). Save it again with Keras 3.")
