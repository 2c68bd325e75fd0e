"""Writes a trained network as the files of a checkpoint, and reads it back.

``python -m fer_core.training.network.export FOLDER`` is the limited child process of one export: the folder holds
``model.keras``; the network is written beside it as ONNX and in eight bits.
"""

import contextlib
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import INT8_FILE, KERAS_FILE, LITERT_FILE, ONNX_FILE, Checkpoint, verified_bytes
from fer_core.storage.sandbox import GIB, limit_resources

_CALIBRATION_FACES = 500


def write_network(model: keras.Model, folder: Path) -> None:
    """Write ``model.keras`` and ``model.tflite`` of a model from ``(n, 48, 48, 1)`` raw gray values, all in float32."""
    model.save(folder / KERAS_FILE)
    (folder / LITERT_FILE).write_bytes(_converted(tf.lite.TFLiteConverter.from_keras_model(model)))


def write_onnx(model: keras.Model, folder: Path) -> None:
    """Write ``model.onnx``, by Keras' own exporter: input ``face``, ``(n, 48, 48, 1)`` raw gray values in float32."""
    face = keras.InputSpec(shape=(None, *model.input_shape[1:]), dtype="float32", name="face")
    with contextlib.redirect_stdout(sys.stderr):
        model.export(folder / ONNX_FILE, format="onnx", verbose=False, input_signature=[face])


def write_quantized(model: keras.Model, folder: Path, faces: NDArray[np.uint8] | None = None) -> None:
    """Write ``model.int8.tflite``: weights and arithmetic in eight bits, inputs and outputs in float32.

    Some 500 of the training faces, ``(n, 48, 48)`` uint8, tell the range of every layer's values; without them, the
    values of each batch do while it is predicted.
    """
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if faces is not None:
        converter.representative_dataset = partial(_samples, faces)
    (folder / INT8_FILE).write_bytes(_converted(converter))


def _samples(faces: NDArray[np.uint8]) -> Iterator[list[NDArray[np.float32]]]:
    for index in np.linspace(0, len(faces) - 1, min(len(faces), _CALIBRATION_FACES)).astype(int):
        yield [faces[index][None, ..., None].astype(np.float32)]


def _converted(converter: tf.lite.TFLiteConverter) -> bytes:
    # The converter prints to standard output, which belongs to the command's own answer.
    with contextlib.redirect_stdout(sys.stderr):
        return bytes(converter.convert())


def read_network(checkpoint: Checkpoint) -> keras.Model:
    """Open the Keras network of a checkpoint trained here, after verifying its file.

    Raises:
        CheckpointError: The file is missing or damaged.
    """
    verified_bytes(checkpoint, KERAS_FILE)
    return keras.saving.load_model(checkpoint.directory / KERAS_FILE)


def main(folder: Path) -> int:
    """Convert the network in a folder, under limits: it may come from elsewhere."""
    limit_resources(12 * GIB, seconds=300)
    model = keras.saving.load_model(folder / KERAS_FILE, compile=False, safe_mode=True)
    write_onnx(model, folder)
    write_quantized(model, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
