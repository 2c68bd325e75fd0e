"""Images and operations per second on this machine, for the comparisons of the benchmark."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fer_core.training.child.epochs import EpochData
from fer_core.training.child.steps import Stepper
from fer_core.training.child.strategy import choose_precision
from fer_core.training.network.architectures import build_model
from fer_core.training.network.fused import make_optimizer
from fer_core.training.settings.config import TrainingConfig
from tests.benchmark.figure import seconds

_MATRIX, _PRODUCTS = 2048, 10


def stepper(config: TrainingConfig) -> Callable[[EpochData], object]:
    """Trains on an epoch's faces as a run does, in the number format that is faster here."""
    model = build_model(config, dtype=choose_precision("auto").precision, training=True)
    accuracy = keras.metrics.CategoricalAccuracy("accuracy")
    model.compile(optimizer=make_optimizer(config), loss=config.loss, weighted_metrics=[accuracy])
    model.optimizer.build(model.trainable_variables)
    steps = Stepper(model, tf.distribute.get_strategy())
    list(steps.steps(_faces(config, 1), config.batch_size))  # compiles
    return lambda faces: (list(steps.steps(faces, config.batch_size)), steps.metrics())


def our_rate(config: TrainingConfig, steps: int) -> Callable[[], float]:
    """Images per second of a run of this project, measured anew with each call."""
    run, faces = stepper(config), _faces(config, steps)
    return lambda: len(faces) / seconds(lambda: run(faces))


def keras_rate(config: TrainingConfig, steps: int) -> Callable[[], float]:
    """Images per second of Keras' own loop with its defaults, measured anew with each call."""
    model, faces = build_model(config), _faces(config, steps)
    model.compile(optimizer=str(config.optimizer), loss=config.loss, metrics=["accuracy"])

    def fit() -> object:
        return model.fit(faces.images[..., None], faces.targets, batch_size=config.batch_size, verbose=0)

    fit()
    return lambda: len(faces) / seconds(fit)


def matrix_rate() -> Callable[[], float]:
    """Operations per second of a product of two large matrices in bfloat16, measured anew with each call."""
    matrix = tf.cast(tf.random.normal((_MATRIX, _MATRIX)), tf.bfloat16)
    multiply = tf.function(tf.matmul)

    def several() -> None:
        for _ in range(_PRODUCTS):
            result = multiply(matrix, matrix)
        result[0, 0].numpy()

    several()
    return lambda: 2 * _MATRIX**3 * _PRODUCTS / seconds(several)


def _faces(config: TrainingConfig, steps: int) -> EpochData:
    rng, count = np.random.default_rng(0), config.batch_size * steps
    images: NDArray[np.uint8] = rng.integers(0, 256, (count, 48, 48)).astype(np.uint8)
    classes = len(config.class_names)
    targets = np.eye(classes, dtype=np.float32)[rng.integers(0, classes, count)]
    return EpochData(images, targets, np.ones(count, np.float32))
