"""Trains a network, epoch by epoch, so that an interrupted run goes on exactly where it was.

The random state of an epoch is a function of the run's seed and the epoch's number (the order of the images, their
changes and every dropout mask), so nothing random has to be saved.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from fer_core.data.dataset import FerDataset
from fer_core.errors import TrainingError
from fer_core.training.architectures import build_model
from fer_core.training.backup import Arrays, TrainingState, load_state, save_state
from fer_core.training.callbacks import Observer, RateSetter, Watcher, WeightAverager
from fer_core.training.config import TrainingConfig
from fer_core.training.epochs import epoch_data, epoch_size
from fer_core.training.metrics import EpochMetrics
from fer_core.training.precision import choose_precision

_PREDICT_BATCH = 256


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
    model = build_model(config, dtype=precision, training=True)
    model.compile(optimizer=make_optimizer(config), loss=config.loss, weighted_metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    state = load_state(backup) or TrainingState(0, model.get_weights(), [], [], [], 0, -np.inf, 0.0)
    if state.epoch:
        _restore(model, state)
    while state.epoch < config.epochs and not _is_stuck(config, state):
        outcome = _run_epoch(config, model, data, state, observer)
        if outcome is None:
            break
        state, metrics = outcome
        observer.on_epoch(metrics)
        save_state(backup, state)
        if observer.should_stop():
            break
    if not state.epoch:
        raise TrainingError("Stopped before the first epoch was complete, so there is nothing to keep.")
    return Trained(state.judged, state.epoch, state.best_weights, state.best_epoch, state.seconds, precision)


def make_optimizer(config: TrainingConfig) -> keras.optimizers.Optimizer:
    """The optimiser of a configuration; SGD moves with Nesterov's momentum of 0.9.

    Weights shrink by decoupled decay (Loshchilov and Hutter, 2019) with each of them; biases and normalisation do not.
    """
    kinds = {"adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW, "rmsprop": keras.optimizers.RMSprop}
    decay = config.weight_decay if config.weight_decay or config.optimizer == "adamw" else None
    if config.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(config.learning_rate, momentum=0.9, nesterov=True, weight_decay=decay)
    else:
        optimizer = kinds[config.optimizer](config.learning_rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities ``(n, classes)`` of ``(n, 48, 48)`` images, without dropout."""
    scores = np.asarray(model.predict(images[..., None], batch_size=_PREDICT_BATCH, verbose=0), np.float32)
    total = scores.sum(axis=1, keepdims=True)
    return np.asarray(scores / np.maximum(total, np.finfo(np.float32).tiny), np.float32)


def _is_stuck(config: TrainingConfig, state: TrainingState) -> bool:
    """Whether the run has waited for a better epoch as long as it should."""
    return 0 < config.patience <= state.epoch - state.best_epoch


def _run_epoch(
    config: TrainingConfig, model: keras.Model, data: TrainingData, state: TrainingState, observer: Observer
) -> tuple[TrainingState, EpochMetrics] | None:
    """One epoch and its validation, or None when it was stopped on the way."""
    start, epoch = time.perf_counter(), state.epoch
    batches = -(-epoch_size(config, len(data.training)) // config.batch_size)
    watcher = Watcher(observer, batches)
    averager = WeightAverager(state.average, config.weight_average, epoch * batches)
    callbacks = [watcher, RateSetter(config, epoch, batches), *([averager] if config.weight_average else [])]
    history = _fit(config, model, data.training, epoch, callbacks)
    if watcher.stopped:
        return None
    trained = time.perf_counter()
    probabilities = _judge(model, averager.average, data.validation)
    if not (np.isfinite(history["loss"]) and np.isfinite(probabilities).all()):
        raise TrainingError(
            f"The loss is no longer a number in epoch {epoch + 1}. Use a smaller learning rate and start again."
        )
    predicted = probabilities.argmax(axis=1)
    metrics = EpochMetrics(
        epoch=epoch + 1,
        loss=history["loss"],
        accuracy=history["accuracy"],
        val_loss=_mean_loss(config.loss, data.validation.targets, probabilities),
        val_accuracy=float((predicted == data.validation.labels).mean()),
        val_macro_f1=_macro_f1(data.validation, predicted),
        learning_rate=float(model.optimizer.learning_rate),
        seconds=time.perf_counter() - start,
        images_per_second=epoch_size(config, len(data.training)) / (trained - start),
    )
    return _next_state(config, model, state, metrics, averager.average), metrics


def _fit(
    config: TrainingConfig,
    model: keras.Model,
    training: FerDataset,
    epoch: int,
    callbacks: list[keras.callbacks.Callback],
) -> dict[str, float]:
    """Trains for one epoch and gives its mean loss and accuracy."""
    faces = epoch_data(config, training, epoch)
    _reseed(model, config.seed, epoch)
    history = model.fit(
        faces.images[..., None],
        faces.targets,
        sample_weight=faces.weights,
        batch_size=config.batch_size,
        shuffle=False,
        verbose=0,
        callbacks=callbacks,
    ).history
    return {name: float(values[0]) for name, values in history.items()}


def _judge(model: keras.Model, average: Arrays, validation: FerDataset) -> NDArray[np.float32]:
    """Validation probabilities of the averaged weights, or of the model's own when none are averaged."""
    if not average:
        return predict(model, validation.images)
    weights = model.get_weights()
    model.set_weights(average)
    probabilities = predict(model, validation.images)
    model.set_weights(weights)
    return probabilities


def _macro_f1(dataset: FerDataset, predicted: NDArray[np.int64]) -> float:
    classes = range(len(dataset.class_names))
    return float(f1_score(dataset.labels, predicted, labels=list(classes), average="macro", zero_division=0))


def _mean_loss(name: str, targets: NDArray[np.float32], probabilities: NDArray[np.float32]) -> float:
    return float(np.mean(keras.ops.convert_to_numpy(keras.losses.get(name)(targets, probabilities))))


def _next_state(
    config: TrainingConfig, model: keras.Model, state: TrainingState, metrics: EpochMetrics, average: Arrays
) -> TrainingState:
    value = metrics.val_accuracy if config.metric == "accuracy" else metrics.val_macro_f1
    better = value > state.best_value
    weights = model.get_weights()
    return TrainingState(
        epoch=metrics.epoch,
        weights=weights,
        average=average,
        optimizer=[np.asarray(v) for v in model.optimizer.variables],
        best_weights=(average or weights) if better else state.best_weights,
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
