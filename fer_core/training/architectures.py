"""The networks, in Keras. Each eats raw grey values from 0 to 255: scaling is its first layer."""

from collections.abc import Callable

import keras
from keras import layers

from fer_core.training.config import TrainingConfig
from fer_core.training.layers import FusedBatchNormalization

Body = Callable[[keras.KerasTensor, TrainingConfig, "Parts"], keras.KerasTensor]


class Parts:
    """Makes the layers of one network, all of one number format and with the run's activation.

    Args:
        config: The run's settings.
        dtype: Keras' dtype policy.
        training: Whether to take the layers that train faster; the weights are the same.
    """

    def __init__(self, config: TrainingConfig, dtype: str, *, training: bool) -> None:
        self._config, self._dtype = config, dtype
        self._normalization = FusedBatchNormalization if training else layers.BatchNormalization

    def make(self, kind: type[layers.Layer], *args: object, **options: object) -> layers.Layer:
        """Any layer, in the network's number format."""
        return kind(*args, dtype=self._dtype, **options)

    def activation(self) -> layers.Layer:
        """The run's activation as a layer."""
        return self.make(layers.Activation, self._config.activation)

    def normalization(self) -> layers.Layer:
        """Batch normalisation."""
        return self.make(self._normalization, momentum=0.9)

    def dropout(self, x: keras.KerasTensor, rate: float) -> keras.KerasTensor:
        """Drops a share of the values while training; nothing at 0."""
        return self.make(layers.Dropout, rate)(x) if rate else x

    def convolution(self, x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
        """A 3x3 convolution that keeps the size, normalised and activated."""
        x = self.make(layers.Conv2D, filters, 3, padding="same", use_bias=False)(x)
        return self.activation()(self.normalization()(x))


def build_model(config: TrainingConfig, *, dtype: str = "float32", training: bool = False) -> keras.Model:
    """Builds a run's network with fresh weights.

    Args:
        config: Names the architecture, the activations and, through its label scheme, the classes.
        dtype: Keras' dtype policy of the hidden layers, ``float32`` or ``mixed_bfloat16``; outputs are float32.
        training: Whether it is to be trained: some layers are then faster ones with the same weights. Networks to be
            saved are built without, of Keras' own layers only.

    Returns:
        A model from ``(n, 48, 48, 1)`` grey values 0–255 to ``(n, classes)`` scores.
    """
    parts = Parts(config, dtype, training=training)
    inputs = keras.Input((48, 48, 1), name="grey")
    hidden = ARCHITECTURES[config.architecture](parts.make(layers.Rescaling, 1 / 255)(inputs), config, parts)
    outputs = layers.Dense(len(config.class_names), activation=config.output_activation, dtype="float32")(hidden)
    return keras.Model(inputs, outputs, name=config.architecture.replace("-", "_"))


def paper_cnn(x: keras.KerasTensor, config: TrainingConfig, parts: Parts) -> keras.KerasTensor:
    """The paper's Figure 6: 2,345,607 weights with seven outputs."""

    def conv(filters: int) -> layers.Layer:
        return parts.make(layers.Conv2D, filters, 3, activation=config.activation)

    x = conv(2 * config.width)(conv(config.width)(x))
    x = parts.dropout(parts.make(layers.MaxPooling2D)(x), config.dropout)
    x = parts.make(layers.MaxPooling2D)(conv(4 * config.width)(x))
    x = parts.make(layers.MaxPooling2D)(conv(4 * config.width)(x))
    x = parts.make(layers.Flatten)(parts.dropout(x, config.dropout))
    x = parts.make(layers.Dense, 32 * config.width, activation=config.activation)(x)
    return parts.dropout(x, config.dense_dropout)


def lab_cnn(x: keras.KerasTensor, config: TrainingConfig, parts: Parts) -> keras.KerasTensor:
    """Four pairs of normalised convolutions from 48x48 down to 6x6, then the mean of each map.

    The pairs are those of Simonyan and Zisserman's VGG (2015), narrower; the mean in place of dense layers is Lin et
    al.'s ("Network in network", 2014). 1,176,616 weights with eight outputs.
    """
    for stage in range(4):
        if stage:
            x = parts.dropout(parts.make(layers.MaxPooling2D)(x), config.dropout)
        for _ in range(2):
            x = parts.convolution(x, config.width * 2**stage)
    return parts.dropout(parts.make(layers.GlobalAveragePooling2D)(x), config.dense_dropout)


def residual_cnn(x: keras.KerasTensor, config: TrainingConfig, parts: Parts) -> keras.KerasTensor:
    """The pairs of :func:`lab_cnn`, the second of each with a way around it (He et al., "Deep residual learning")."""
    for stage in range(4):
        if stage:
            x = parts.dropout(parts.make(layers.MaxPooling2D)(x), config.dropout)
        x = parts.convolution(x, config.width * 2**stage)
        residual = parts.make(layers.Conv2D, config.width * 2**stage, 3, padding="same", use_bias=False)(x)
        x = parts.activation()(parts.make(layers.Add)([x, parts.normalization()(residual)]))
    return parts.dropout(parts.make(layers.GlobalAveragePooling2D)(x), config.dense_dropout)


def vgg13(x: keras.KerasTensor, config: TrainingConfig, parts: Parts) -> keras.KerasTensor:
    """The network of Barsoum et al., who made FER+ (ICMI 2016), at 48x48; large and slow."""
    for repeats, factor in ((2, 2), (2, 4), (3, 8), (3, 8)):
        for _ in range(repeats):
            x = parts.make(layers.Conv2D, factor * config.width, 3, padding="same", activation=config.activation)(x)
        x = parts.dropout(parts.make(layers.MaxPooling2D)(x), config.dropout)
    x = parts.make(layers.Flatten)(x)
    for _ in range(2):
        x = parts.make(layers.Dense, 32 * config.width, activation=config.activation)(x)
        x = parts.dropout(x, config.dense_dropout)
    return x


ARCHITECTURES: dict[str, Body] = {
    "paper-cnn": paper_cnn,
    "lab-cnn": lab_cnn,
    "residual-cnn": residual_cnn,
    "vgg13": vgg13,
}
"""From a configuration's ``architecture`` to the layers between the scaling and the outputs."""
