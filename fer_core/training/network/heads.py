"""A network's output layer, its loss, and how scores become probabilities."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from fer_core.checkpoints.priors import normalized
from fer_core.training.settings.config import TrainingConfig

Arrays = list[NDArray[np.generic]]
"""A network's weights, in Keras' order."""

Loss = str | Callable[[keras.KerasTensor, keras.KerasTensor], keras.KerasTensor]

_TINY = np.finfo(np.float32).tiny


def output_layer(config: TrainingConfig, *, training: bool) -> keras.layers.Layer:
    """Make the output layer, in float32.

    A support vector machine is trained on its bare scores and saved with a softmax on top, whose scale
    :func:`calibrate` puts into the weights: so Keras and LiteRT give probabilities with layers of their own.
    """
    activation = config.output_activation
    if activation == "svm":
        activation = "linear" if training else "softmax"  # type: ignore[assignment]
    return keras.layers.Dense(len(config.class_names), activation=activation, dtype="float32")


def weights_for_classes(network: keras.Model, its_classes: Sequence[str], wanted: Sequence[str]) -> Arrays:
    """Return a network's weights with the output layer for other classes: outputs of the same name keep their weights.

    Outputs of classes that the network has not start at zero.
    """
    *hidden, kernel, bias = network.get_weights()
    places = [its_classes.index(name) if name in its_classes else len(its_classes) for name in wanted]
    kernel, bias = (np.concatenate([part, np.zeros_like(part[..., :1])], axis=-1) for part in (kernel, bias))
    return [*hidden, kernel[:, places], bias[places]]


def with_head(network: keras.Model, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> keras.Model:
    """Return a network whose last dense layer, and what follows it, is a new softmax layer with these weights.

    The kernel is ``(features, classes)``. Networks inside networks are followed where they stand in a row.

    Raises:
        ValueError: It has no dense layer, or one with other inputs.
    """
    hidden = _last_hidden(network)
    layer = keras.layers.Dense(len(bias), activation="softmax", name="taught")
    model = keras.Model(network.inputs, layer(hidden))
    layer.set_weights([kernel, bias])
    return model


def _last_hidden(network: keras.Model) -> keras.KerasTensor:
    """What the last dense layer of a network gets."""
    for place, layer in reversed([*enumerate(network.layers)]):
        if isinstance(layer, keras.layers.Dense):
            return layer.input
        if isinstance(layer, keras.Model):
            inner = keras.Model(layer.inputs, _last_hidden(layer))
            return inner(network.layers[place - 1].output)
    raise ValueError("Expected a network with a dense layer.")


def loss_of(config: TrainingConfig) -> Loss:
    """Return a run's loss as Keras takes it."""
    return squared_hinge if config.loss == "squared_hinge" else str(config.loss)


def squared_hinge(targets: keras.KerasTensor, scores: keras.KerasTensor) -> keras.KerasTensor:
    """Return the squared hinge loss of linear one-vs-all machines, in expectation where a target is a share of votes.

    After Tang, "Deep learning using linear support vector machines" (2013), divided by the number of classes. Both are
    ``(n, classes)``: rows of targets sum to one, scores are any real numbers.
    """
    missed = ops.square(ops.relu(1 - scores))
    false = ops.square(ops.relu(1 + scores))
    return ops.mean(targets * missed + (1 - targets) * false, axis=-1)


def to_probabilities(
    config: TrainingConfig, scores: NDArray[np.float32], labels: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Turn ``(n, classes)`` scores into probabilities; of a support vector machine by a scale fitted on the labels."""
    if config.output_activation == "svm":
        return np.asarray(softmax(fitted_scale(scores, labels) * scores, axis=1), np.float32)
    return normalized(scores)


def fitted_scale(scores: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the factor of the scores whose softmax has the least log loss (Guo et al., "On calibration", ICML 2017).

    A constant added to a row of the ``(n, classes)`` scores changes nothing.
    """

    def log_loss(power: float) -> float:
        chosen = log_softmax(np.exp(power) * scores.astype(np.float64), axis=1)[np.arange(len(labels)), labels]
        return float(-chosen.mean())

    if not np.isfinite(scores).all():
        return 1.0
    return float(np.exp(minimize_scalar(log_loss, bounds=(-4.0, 6.0), method="bounded").x))


def calibrate(model: keras.Model, probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Scale the last layer of a network in place so that its softmax fits the labels, and return the factor.

    The probabilities are the ``(n, classes)`` that it gave; which class is the most probable stays as it was.
    """
    scale = fitted_scale(np.log(np.maximum(probabilities, _TINY)), labels)
    outputs = model.layers[-1]
    outputs.set_weights([weights * np.float32(scale) for weights in outputs.get_weights()])
    return scale
