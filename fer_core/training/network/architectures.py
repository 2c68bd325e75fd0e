"""The networks, in Keras, from raw gray values 0-255: scaling is their first layer."""

import keras
from keras import layers

from fer_core.training.network.fused import ByteDropout, FusedBatchNormalization
from fer_core.training.network.heads import output_layer
from fer_core.training.settings.blueprints import carry_out
from fer_core.training.settings.config import TrainingConfig

_RISING = ("relu", "elu", "leaky_relu", "selu", "tanh")
"""Activations that keep the order of values: the largest of a block is the same one before and after them."""


class KerasBuilder:
    """Builds the layers of one network, all of one number format and with the run's activation.

    See :class:`fer_core.training.settings.blueprints.Builder` for its methods. For training it takes the layers that
    train faster; the weights are the same.
    """

    def __init__(self, config: TrainingConfig, dtype: str, *, training: bool) -> None:
        self._config, self._dtype = config, dtype
        self._normalization = FusedBatchNormalization if training else layers.BatchNormalization
        self._dropout = ByteDropout if training else layers.Dropout
        self._pools_first = training and config.activation in _RISING
        self._bare: dict[int, tuple[keras.KerasTensor, keras.KerasTensor]] = {}

    def _make(self, kind: type[layers.Layer], *args: object, **options: object) -> layers.Layer:
        return kind(*args, dtype=self._dtype, **options)

    def _activated(self, x: keras.KerasTensor) -> keras.KerasTensor:
        activated = self._make(layers.Activation, self._config.activation)(x)
        self._bare[id(activated)] = activated, x  # the first stays alive, so that its number stays its own
        return activated

    def scaled(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Scale gray values to 0-1."""
        return self._make(layers.Rescaling, 1 / 255)(x)

    def convolution(self, x: keras.KerasTensor, filters: int, *, keeps_size: bool = False) -> keras.KerasTensor:
        """Convolve 3x3, with biases."""
        padding = "same" if keeps_size else "valid"
        if self._pools_first:
            return self._activated(self._make(layers.Conv2D, filters, 3, padding=padding)(x))
        return self._make(layers.Conv2D, filters, 3, padding=padding, activation=self._config.activation)(x)

    def normalized(self, x: keras.KerasTensor, filters: int, *, activated: bool = True) -> keras.KerasTensor:
        """Convolve 3x3, with batch normalization."""
        x = self._make(layers.Conv2D, filters, 3, padding="same", use_bias=False)(x)
        x = self._make(self._normalization, momentum=0.9)(x)
        return self._activated(x) if activated else x

    def pool(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Halve the size; where the order does not matter, before the activation, which saves three quarters of it."""
        if self._pools_first and id(x) in self._bare:
            return self._activated(self._make(layers.MaxPooling2D)(self._bare[id(x)][1]))
        return self._make(layers.MaxPooling2D)(x)

    def soft_pool(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Halve the size by a maximum and a mean."""
        x = self._make(layers.MaxPooling2D, 3, strides=1, padding="same")(x)
        return self._make(layers.AveragePooling2D, 2)(x)

    def dropout(self, x: keras.KerasTensor, rate: float) -> keras.KerasTensor:
        """Drop a share of the values."""
        return self._make(self._dropout, rate)(x) if rate else x

    def join(self, x: keras.KerasTensor, y: keras.KerasTensor) -> keras.KerasTensor:
        """Add two branches."""
        return self._activated(self._make(layers.Add)([x, y]))

    def mean(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Average each map."""
        return self._make(layers.GlobalAveragePooling2D)(x)

    def flatten(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Flatten to one row."""
        return self._make(layers.Flatten)(x)

    def dense(self, x: keras.KerasTensor, units: int) -> keras.KerasTensor:
        """Add a dense layer."""
        return self._make(layers.Dense, units, activation=self._config.activation)(x)


def build_model(config: TrainingConfig, *, dtype: str = "float32", training: bool = False) -> keras.Model:
    """Build a run's network with fresh weights, from ``(n, 48, 48, 1)`` gray values 0–255 to ``(n, classes)`` scores.

    The dtype policy of the hidden layers is ``float32`` or ``mixed_bfloat16``; outputs are float32. For training, some
    layers are faster ones with the same weights, and a support vector machine gives its bare scores. Networks to be
    saved are built of Keras' own layers only.
    """
    build = KerasBuilder(config, dtype, training=training)
    inputs = keras.Input((48, 48, 1), name="gray")
    hidden = carry_out(build.scaled(inputs), config, build)
    outputs = output_layer(config, training=training)(hidden)
    return keras.Model(inputs, outputs, name=config.architecture.replace("-", "_"))
