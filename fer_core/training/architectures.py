"""The networks, in Keras. Each eats raw grey values from 0 to 255: scaling is its first layer."""

from collections.abc import Callable

import keras
from keras import layers

from fer_core.training.config import TrainingConfig


def build_model(config: TrainingConfig, *, dtype: str = "float32") -> keras.Model:
    """Builds a run's network with fresh weights.

    Args:
        config: Names the architecture, the activations and, through its label scheme, the classes.
        dtype: Keras' dtype policy of the hidden layers, ``float32`` or ``mixed_bfloat16``; outputs are float32.

    Returns:
        A model from ``(n, 48, 48, 1)`` grey values 0–255 to ``(n, classes)`` scores.
    """
    inputs = keras.Input((48, 48, 1), name="grey")
    hidden = ARCHITECTURES[config.architecture](layers.Rescaling(1 / 255, dtype=dtype)(inputs), config, dtype)
    outputs = layers.Dense(len(config.class_names), activation=config.output_activation, dtype="float32")(hidden)
    return keras.Model(inputs, outputs, name=config.architecture.replace("-", "_"))


def paper_cnn(x: keras.KerasTensor, config: TrainingConfig, dtype: str) -> keras.KerasTensor:
    """The paper's Figure 6: 2,345,607 weights with seven outputs."""

    def conv(filters: int) -> layers.Layer:
        return layers.Conv2D(filters, 3, activation=config.activation, dtype=dtype)

    x = conv(64)(conv(32)(x))
    x = layers.Dropout(0.25, dtype=dtype)(layers.MaxPooling2D(dtype=dtype)(x))
    x = layers.MaxPooling2D(dtype=dtype)(conv(128)(x))
    x = layers.MaxPooling2D(dtype=dtype)(conv(128)(x))
    x = layers.Flatten(dtype=dtype)(layers.Dropout(0.25, dtype=dtype)(x))
    x = layers.Dense(1024, activation=config.activation, dtype=dtype)(x)
    return layers.Dropout(0.5, dtype=dtype)(x)


ARCHITECTURES: dict[str, Callable[[keras.KerasTensor, TrainingConfig, str], keras.KerasTensor]] = {
    "paper-cnn": paper_cnn,
}
"""From a configuration's ``architecture`` to the layers between the scaling and the outputs."""
