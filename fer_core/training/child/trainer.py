"""Trains a network, epoch by epoch, so that an interrupted run goes on exactly where it was.

The random state of an epoch is a function of the run's seed and the epoch's number (the order of the images, their
changes and every dropout mask), so nothing random has to be saved.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.dataset import FerDataset
from fer_core.errors import TrainingError
from fer_core.training.child.backup import Arrays, TrainingState, load_state, save_state
from fer_core.training.child.callbacks import Observer, RateSetter, Watcher, WeightAverager
from fer_core.training.child.distillation import LiveTeachers
from fer_core.training.child.epochs import epoch_data, epoch_size
from fer_core.training.child.steps import Stepper
from fer_core.training.child.strategy import agree, spans_machines
from fer_core.training.child.validator import Judge
from fer_core.training.network.architectures import build_model
from fer_core.training.network.heads import loss_of
from fer_core.training.network.optimizers import make_optimizer
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import NO_NUMBER, EpochMetrics
from fer_core.training.settings.schedule import learning_rate_at


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
    """

    last_weights: Arrays
    last_epoch: int
    best_weights: Arrays
    best_epoch: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Plan:
    """How a run is carried out here; none of it is looked at but by this run's own process.

    Attributes:
        backup: Folder of the saved states; a run resumes from a state that is there.
        precision: Keras' dtype policy, ``float32`` or ``mixed_bfloat16``.
        strategy: How the arithmetic is shared out.
        writes: Whether this process saves states: of several machines only one does.
        beginning: Weights to begin with, or None for fresh ones.
        teachers: Checkpoints that answer in each step.
    """

    backup: Path
    precision: str = "float32"
    strategy: tf.distribute.Strategy = field(default_factory=tf.distribute.get_strategy)
    writes: bool = True
    beginning: Arrays | None = None
    teachers: tuple[Checkpoint, ...] = ()


def train(config: TrainingConfig, data: TrainingData, plan: Plan, observer: Observer) -> Trained:
    """Trains until the last epoch or until it is told to stop; resumes from a state where there is one.

    Args:
        config: The run's settings.
        data: What to learn from, and what decides the best epoch.
        plan: How.
        observer: Who is told, and who may stop it.

    Raises:
        TrainingError: The loss is no longer a number, or it was stopped before one epoch was complete.
    """
    keras.utils.set_random_seed(config.seed)
    # Without it the sums of several threads come in any order, and two runs of one seed drift apart.
    tf.config.experimental.enable_op_determinism()
    school = _School(config, data, plan, observer)
    state = load_state(plan.backup) or school.beginning()
    if state.epoch:
        school.restore(state)
    while state.epoch < config.epochs and not _is_stuck(config, state):
        following = school.run_epoch(state)
        if following is None:
            break
        state = following
        if plan.writes:
            save_state(plan.backup, state)
            observer.on_saved(state.epoch)
        if agree(plan.strategy, observer.should_stop() or observer.should_pause()):
            break
    if not state.epoch:
        raise TrainingError("Stopped before the first epoch was complete, so there is nothing to keep.")
    return Trained(state.judged, state.epoch, state.best_weights, state.best_epoch, state.seconds)


def _is_stuck(config: TrainingConfig, state: TrainingState) -> bool:
    """Whether the run has waited for a better epoch as long as it should."""
    return 0 < config.patience <= state.epoch - state.best_epoch


class _School:
    """The network that learns, the one that judges, and what passes between two epochs."""

    def __init__(self, config: TrainingConfig, data: TrainingData, plan: Plan, observer: Observer) -> None:
        self._config, self._data, self._observer = config, data, observer
        self._beginning = plan.beginning
        with plan.strategy.scope():
            self._model = build_model(config, dtype=plan.precision, training=True)
            # Made here, under the strategy: by its name alone Keras would make it inside the first step.
            accuracy = keras.metrics.CategoricalAccuracy("accuracy")
            self._model.compile(optimizer=make_optimizer(config), loss=loss_of(config), weighted_metrics=[accuracy])
            self._model.optimizer.build(self._model.trainable_variables)
            teachers = LiveTeachers(plan.teachers, config, plan.precision) if plan.teachers else None
        self._stepper = Stepper(self._model, plan.strategy, teachers.taught if teachers else None)
        self._judge = Judge(config, plan.precision, data.validation)
        self._size = epoch_size(config, len(data.training))
        self._batches = -(-self._size // config.batch_size)
        self._stops_between_batches = not spans_machines(plan.strategy)

    def beginning(self) -> TrainingState:
        """The state before the first epoch."""
        if self._beginning is not None:
            self._model.set_weights(self._beginning)
        return TrainingState(0, self._model.get_weights(), [], [], [], 0, -np.inf, 0.0)

    def restore(self, state: TrainingState) -> None:
        """Goes back to a saved state."""
        self._model.set_weights(state.weights)
        for variable, value in zip(self._model.optimizer.variables, state.optimizer, strict=True):
            variable.assign(value)

    def run_epoch(self, state: TrainingState) -> TrainingState | None:
        """One epoch and its validation, or None when it was stopped on the way."""
        start, config = time.perf_counter(), self._config
        watcher = Watcher(self._observer, self._batches, stops=self._stops_between_batches)
        averager = WeightAverager(state.average, config.weight_average, state.epoch * self._batches)
        learned = self._learn(state.epoch, watcher, averager)
        if watcher.stopped:
            return None
        trained = time.perf_counter()
        judgement = self._judge.judge(averager.average or self._model.get_weights())
        if not (np.isfinite(learned["loss"]) and np.isfinite(judgement.probabilities).all()):
            raise TrainingError(f"{NO_NUMBER} in epoch {state.epoch + 1}. Use a smaller learning rate and start again.")
        metrics = EpochMetrics(
            epoch=state.epoch + 1,
            loss=learned["loss"],
            accuracy=learned["accuracy"],
            val_loss=judgement.loss,
            val_accuracy=judgement.accuracy,
            val_macro_f1=judgement.macro_f1,
            learning_rate=learning_rate_at(config, (state.epoch + 1 - 1 / self._batches) / config.epochs),
            seconds=time.perf_counter() - start,
            images_per_second=self._size / (trained - start),
        )
        self._observer.on_validation(metrics.epoch, judgement.probabilities)
        self._observer.on_epoch(metrics)
        return self._next_state(state, metrics, averager.average)

    def _learn(self, epoch: int, watcher: Watcher, averager: WeightAverager) -> dict[str, float]:
        faces = epoch_data(self._config, self._data.training, epoch)
        _reseed(self._model, self._config.seed, epoch)
        callbacks = [watcher, RateSetter(self._config, epoch, self._batches)]
        if self._config.weight_average:
            callbacks.append(averager)
        return self._stepper.run_epoch(faces, self._config.batch_size, callbacks)

    def _next_state(self, state: TrainingState, metrics: EpochMetrics, average: Arrays) -> TrainingState:
        value = metrics.worth(self._config.metric)
        better = value > state.best_value
        weights = self._model.get_weights()
        return TrainingState(
            epoch=metrics.epoch,
            weights=weights,
            average=average,
            optimizer=[variable.numpy() for variable in self._model.optimizer.variables],
            best_weights=(average or weights) if better else state.best_weights,
            best_epoch=metrics.epoch if better else state.best_epoch,
            best_value=value if better else state.best_value,
            seconds=state.seconds + metrics.seconds,
        )


def _reseed(model: keras.Model, seed: int, epoch: int) -> None:
    """Makes every dropout mask of an epoch a function of the run's seed, the epoch and the layer."""
    droppers = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    for index, layer in enumerate(droppers):
        state = np.random.default_rng((seed, epoch, index)).integers(0, 2**31, 2)
        layer.seed_generator.state.assign(state.astype("uint32"))
