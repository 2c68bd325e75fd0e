"""Trains a network, epoch by epoch, so that an interrupted run goes on exactly where it was.

The random state of an epoch is a function of the run's seed and the epoch's number (the order of the images and every
dropout mask), so nothing random has to be saved.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from fer_core.data.dataset import FerDataset
from fer_core.errors import TrainingError
from fer_core.training.architectures import build_model
from fer_core.training.backup import Arrays, TrainingState, load_state, save_state
from fer_core.training.config import TrainingConfig
from fer_core.training.metrics import EpochMetrics

_PREDICT_BATCH = 256
_PROBES = 10


@dataclass(frozen=True)
class Observer:
    """Who listens to a run.

    Attributes:
        on_batch: Told the share of the epoch that is done.
        on_epoch: Told an epoch's figures, just before its state is saved; a crash in between undoes it.
        should_stop: Asked between batches whether to stop.
    """

    on_batch: Callable[[float], None]
    on_epoch: Callable[[EpochMetrics], None]
    should_stop: Callable[[], bool]


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What a run sees while it trains; the test split is not among it.

    Attributes:
        training: What it learns from.
        validation: What decides the best epoch.
    """

    training: FerDataset
    validation: FerDataset


@dataclass(frozen=True, eq=False)
class Trained:
    """What came of a run.

    Attributes:
        last_weights: After the last complete epoch.
        last_epoch: Its number, from 1.
        best_weights: Of the epoch that was best on validation.
        best_epoch: Its number.
        seconds: Training time, over all resumptions.
        precision: Number format the arithmetic was in.
    """

    last_weights: Arrays
    last_epoch: int
    best_weights: Arrays
    best_epoch: int
    seconds: float
    precision: str


def train(config: TrainingConfig, data: TrainingData, *, backup: Path, observer: Observer) -> Trained:
    """Trains until the last epoch or until it is told to stop; resumes from ``backup`` if a state is there.

    Args:
        config: The run's settings.
        data: What to learn from, and what decides the best epoch.
        backup: Folder of the saved states.
        observer: Who is told, and who may stop it.

    Raises:
        TrainingError: The loss is no longer a number, or it was stopped before one epoch was complete.
    """
    precision = choose_precision(config.precision)
    keras.utils.set_random_seed(config.seed)
    model = build_model(config, dtype=precision)
    model.compile(optimizer=make_optimizer(config), loss=config.loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    state = load_state(backup) or TrainingState(0, model.get_weights(), [], [], 0, -np.inf, 0.0)
    if state.epoch:
        _restore(model, state)
    while state.epoch < config.epochs:
        metrics = _run_epoch(config, model, data, state.epoch, observer)
        if metrics is None:
            break
        state = _next_state(config, model, state, metrics)
        observer.on_epoch(metrics)
        save_state(backup, state)
        if observer.should_stop():
            break
    if not state.epoch:
        raise TrainingError("Stopped before the first epoch was complete, so there is nothing to keep.")
    return Trained(state.weights, state.epoch, state.best_weights, state.best_epoch, state.seconds, precision)


def make_optimizer(config: TrainingConfig) -> keras.optimizers.Optimizer:
    """The optimiser of a configuration; SGD moves with Nesterov's momentum of 0.9."""
    rate = config.learning_rate
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True)
    return {"adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW, "rmsprop": keras.optimizers.RMSprop}[
        config.optimizer
    ](rate)


def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities ``(n, classes)`` of ``(n, 48, 48)`` images, without dropout."""
    scores = np.asarray(model.predict(images[..., None], batch_size=_PREDICT_BATCH, verbose=0), np.float32)
    total = scores.sum(axis=1, keepdims=True)
    return np.asarray(scores / np.maximum(total, np.finfo(np.float32).tiny), np.float32)


def choose_precision(wanted: str) -> str:
    """``float32`` or ``mixed_bfloat16``: what is wanted, or for ``auto`` the faster one here (about two seconds)."""
    if wanted != "auto":
        return wanted
    steps = _make_probe(tf.float32), _make_probe(tf.bfloat16)
    times = [[step() for step in steps] for _ in range(_PROBES)]
    # The shortest time of each is the one that other work on the machine disturbed least.
    full, half = (min(column) for column in zip(*times, strict=True))
    # Casting costs something too: mixed precision pays when its bare convolution is well ahead.
    return "mixed_bfloat16" if half < 0.75 * full else "float32"


def _make_probe(dtype: tf.DType) -> Callable[[], float]:
    """A function that times one convolution with its gradients, as the heaviest layer of the paper's network has."""
    images, kernel = tf.ones((32, 46, 46, 32), dtype), tf.ones((3, 3, 32, 64), dtype)

    @tf.function  # type: ignore[untyped-decorator]
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch((images, kernel))
            total = tf.reduce_sum(tf.nn.conv2d(images, kernel, 1, "VALID"))
        return [tf.reduce_sum(gradient) for gradient in tape.gradient(total, (images, kernel))]

    def seconds() -> float:
        start = time.perf_counter()
        _ = [value.numpy() for value in step()]
        return time.perf_counter() - start

    seconds()  # the first call traces and compiles
    return seconds


def _run_epoch(
    config: TrainingConfig, model: keras.Model, data: TrainingData, epoch: int, observer: Observer
) -> EpochMetrics | None:
    """One epoch and its validation, or None when it was stopped on the way."""
    start = time.perf_counter()
    training, validation = data.training, data.validation
    order = np.random.default_rng((config.seed, epoch)).permutation(len(training))
    _reseed(model, config.seed, epoch)
    watcher = _Watcher(observer, batches=-(-len(training) // config.batch_size))
    history = model.fit(
        training.images[order][..., None],
        training.targets[order],
        batch_size=config.batch_size,
        shuffle=False,
        verbose=0,
        callbacks=[watcher],
    ).history
    if watcher.stopped:
        return None
    trained = time.perf_counter()
    probabilities = predict(model, validation.images)
    if not (np.isfinite(history["loss"][0]) and np.isfinite(probabilities).all()):
        raise TrainingError(
            f"The loss is no longer a number in epoch {epoch + 1}. Use a smaller learning rate and start again."
        )
    predicted = probabilities.argmax(axis=1)
    return EpochMetrics(
        epoch=epoch + 1,
        loss=float(history["loss"][0]),
        accuracy=float(history["accuracy"][0]),
        val_loss=_mean_loss(config.loss, validation.targets, probabilities),
        val_accuracy=float((predicted == validation.labels).mean()),
        val_macro_f1=_macro_f1(validation, predicted),
        seconds=time.perf_counter() - start,
        images_per_second=len(training) / (trained - start),
    )


def _macro_f1(dataset: FerDataset, predicted: NDArray[np.int64]) -> float:
    classes = range(len(dataset.class_names))
    return float(f1_score(dataset.labels, predicted, labels=list(classes), average="macro", zero_division=0))


def _mean_loss(name: str, targets: NDArray[np.float32], probabilities: NDArray[np.float32]) -> float:
    return float(np.mean(keras.ops.convert_to_numpy(keras.losses.get(name)(targets, probabilities))))


def _next_state(
    config: TrainingConfig, model: keras.Model, state: TrainingState, metrics: EpochMetrics
) -> TrainingState:
    weights = model.get_weights()
    value = metrics.val_accuracy if config.metric == "accuracy" else metrics.val_macro_f1
    better = value > state.best_value
    return TrainingState(
        epoch=metrics.epoch,
        weights=weights,
        optimizer=[np.asarray(v) for v in model.optimizer.variables],
        best_weights=weights if better else state.best_weights,
        best_epoch=metrics.epoch if better else state.best_epoch,
        best_value=value if better else state.best_value,
        seconds=state.seconds + metrics.seconds,
    )


def _restore(model: keras.Model, state: TrainingState) -> None:
    model.set_weights(state.weights)
    for variable, value in zip(model.optimizer.variables, state.optimizer, strict=True):
        variable.assign(value)


def _reseed(model: keras.Model, seed: int, epoch: int) -> None:
    """Makes every dropout mask of an epoch a function of the run's seed, the epoch and the layer."""
    droppers = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    for index, layer in enumerate(droppers):
        state = np.random.default_rng((seed, epoch, index)).integers(0, 2**31, 2)
        layer.seed_generator.state.assign(state.astype("uint32"))


class _Watcher(keras.callbacks.Callback):  # type: ignore[misc]
    """Passes Keras' batches on to the observer, and its wish to stop back to Keras."""

    def __init__(self, observer: Observer, batches: int) -> None:
        super().__init__()
        self._observer = observer
        self._batches = batches
        self.stopped = False

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self._observer.on_batch((batch + 1) / self._batches)
        if self._observer.should_stop() and batch + 1 < self._batches:
            self.model.stop_training = True
            self.stopped = True
