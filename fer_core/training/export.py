"""From a trained network to the two files of a checkpoint, and back."""

import contextlib
import sys
from pathlib import Path

import keras
import tensorflow as tf

from fer_core.checkpoint import KERAS_FILE, LITERT_FILE, Checkpoint, verified_bytes


def write_network(model: keras.Model, folder: Path) -> None:
    """Writes ``model.keras`` and ``model.tflite``, both float32 and both eating raw grey values.

    Args:
        model: A float32 model from ``(n, 48, 48, 1)`` to ``(n, classes)``.
        folder: Where to write; it exists.
    """
    model.save(folder / KERAS_FILE)
    # The converter chats on standard output, which belongs to the command's own answer.
    with contextlib.redirect_stdout(sys.stderr):
        content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    (folder / LITERT_FILE).write_bytes(content)


def read_network(checkpoint: Checkpoint) -> keras.Model:
    """Opens a checkpoint's Keras network, after verifying its file; for checkpoints of this project only.

    Raises:
        CheckpointError: The file is missing or damaged.
    """
    verified_bytes(checkpoint, KERAS_FILE)
    return keras.saving.load_model(checkpoint.keras_path)
