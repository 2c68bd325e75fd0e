"""Trains a network epoch by epoch; an interrupted run continues exactly where it stopped.

The random state of an epoch is a function of the run's seed and the epoch's number (the order of the images, their
changes and every dropout mask), so nothing random has to be saved.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.dataset import FerDataset
from fer_core.errors import DivergenceError, TrainingError
from fer_core.training.child.backup import TrainingState, save_state
from fer_core.training.child.distillation import LiveTeachers
from fer_core.training.child.epochs import epoch_data, epoch_size
from fer_core.training.child.steps import Stepper, WeightAverage
from fer_core.training.child.strategy import any_machine, spans_machines
from fer_core.training.child.validator import Validator
from fer_core.training.network.architectures import build_model
from fer_core.training.network.fused import make_optimizer
from fer_core.training.network.heads import Arrays, loss_of
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics
from fer_core.training.settings.schedule import learning_rate_at


@dataclass(frozen=True)
class Observer:
    """Callbacks that report a run, and that may stop it between batches or pause it after an epoch.

    ``on_batch`` is told the share of the epoch that is done; ``on_validation``, then ``on_epoch`` come just before an
    epoch's state is saved, and a crash before that undoes them; ``on_saved`` comes after.
    """

    on_batch: Callable[[float], None] = lambda share: None
    on_epoch: Callable[[EpochMetrics], None] = lambda metrics: None
    should_stop: Callable[[], bool] = lambda: False
    should_pause: Callable[[], bool] = lambda: False
    on_saved: Callable[[int], None] = lambda epoch: None
    on_validation: Callable[[int, NDArray[np.float32]], None] = lambda epoch, probabilities: None


@dataclass(frozen=True, eq=False)
class Plan:
    """How a run is carried out in this process.

    Attributes:
        backup: Folder of the saved states.
        state: The saved state to resume from, or None to begin, with fresh weights unless initial ones are given.
        precision: Keras' dtype policy, ``float32`` or ``mixed_bfloat16``.
        writes: Whether this process saves states: of several machines only one does.
        teachers: Checkpoints that answer in each step.
    """

    backup: Path
    state: TrainingState | None = None
    precision: str = "float32"
    strategy: tf.distribute.Strategy = field(default_factory=tf.distribute.get_strategy)
    writes: bool = True
    initial_weights: Arrays | None = None
    teachers: tuple[Checkpoint, ...] = ()


def train(
    config: TrainingConfig, training: FerDataset, validation: FerDataset, plan: Plan, observer: Observer
) -> TrainingState:
    """Train until the last epoch or a stop request, and return the state after the last complete epoch.

    Raises:
        TrainingError: The loss is no longer a number, or it was stopped before one epoch was complete.
    """
    keras.utils.set_random_seed(config.seed)
    # Without it the sums of several threads come in any order, and two runs of one seed differ more and more.
    tf.config.experimental.enable_op_determinism()
    trainer = Trainer(config, training, validation, plan, observer)
    state = trainer.initial_state()
    while state.epoch < config.epochs and not 0 < config.patience <= state.epoch - state.best_epoch:
        following = trainer.run_epoch(state)
        if following is None:
            break
        state = following
        if plan.writes:
            save_state(plan.backup, state)
            observer.on_saved(state.epoch)
        if any_machine(plan.strategy, observer.should_stop() or observer.should_pause()):
            break
    if not state.epoch:
        raise TrainingError("Stopped before the first epoch was complete; nothing was saved. Start again.")
    return state


class Trainer:
    """The network that is trained, the one that validates, and what passes between two epochs; see :func:`train`."""

    def __init__(
        self, config: TrainingConfig, training: FerDataset, validation: FerDataset, plan: Plan, observer: Observer
    ) -> None:
        self._config, self._training, self._plan, self._observer = config, training, plan, observer
        with plan.strategy.scope():
            self._model = build_model(config, dtype=plan.precision, training=True)
            # Made here, under the strategy: by its name alone Keras would make it inside the first step.
            accuracy = keras.metrics.CategoricalAccuracy("accuracy")
            self._model.compile(optimizer=make_optimizer(config), loss=loss_of(config), weighted_metrics=[accuracy])
            self._model.optimizer.build(self._model.trainable_variables)
            teachers = LiveTeachers(plan.teachers, config, plan.precision) if plan.teachers else None
        self._stepper = Stepper(self._model, plan.strategy, teachers.blended if teachers else None)
        self._validator = Validator(config, plan.precision, validation)
        self._size = epoch_size(config, training)
        self._batches = -(-self._size // config.batch_size)

    def initial_state(self) -> TrainingState:
        """Put the network into the state to begin with or to resume from."""
        if self._plan.state is None:
            if self._plan.initial_weights is not None:
                self._model.set_weights(self._plan.initial_weights)
            return TrainingState(0, self._model.get_weights(), [], [], [], 0, -np.inf, 0.0)
        self._model.set_weights(self._plan.state.weights)
        for variable, value in zip(self._model.optimizer.variables, self._plan.state.optimizer, strict=True):
            variable.assign(value)
        return self._plan.state

    def run_epoch(self, state: TrainingState) -> TrainingState | None:
        """Train and validate one epoch; None when it was stopped on the way."""
        start, config = time.perf_counter(), self._config
        average = WeightAverage(state.average, config.weight_average, state.epoch * self._batches)
        if not self._run_steps(state.epoch, average):
            return None
        trained, learned = time.perf_counter(), self._stepper.metrics()
        validation = self._validator.validate(average.weights or self._model.get_weights())
        if not (np.isfinite(learned["loss"]) and validation.is_finite):
            raise DivergenceError(
                f"The loss became NaN (not a number) in epoch {state.epoch + 1}. "
                "Use a smaller learning rate and start again."
            )
        metrics = EpochMetrics(
            epoch=state.epoch + 1,
            loss=learned["loss"],
            accuracy=learned["accuracy"],
            val_loss=validation.loss,
            val_accuracy=validation.accuracy,
            val_macro_f1=validation.macro_f1,
            learning_rate=self._learning_rate(state.epoch, self._batches - 1),
            seconds=time.perf_counter() - start,
            images_per_second=self._size / (trained - start),
        )
        self._observer.on_validation(metrics.epoch, validation.probabilities)
        self._observer.on_epoch(metrics)
        return self._next_state(state, metrics, average.weights)

    def _run_steps(self, epoch: int, average: WeightAverage) -> bool:
        """Run an epoch's steps; False when it was stopped between two of them, which several machines never are."""
        stops = not spans_machines(self._plan.strategy)
        faces = epoch_data(self._config, self._training, epoch)
        _reseed(self._model, self._config.seed, epoch)
        for done in self._stepper.steps(faces, self._config.batch_size, lambda step: self._learning_rate(epoch, step)):
            average.update(self._model)
            self._observer.on_batch(done / self._batches)
            if stops and self._observer.should_stop() and done < self._batches:
                return False
        return True

    def _learning_rate(self, epoch: int, step: int) -> float:
        """The rate of a step of an epoch, both counted from 0."""
        return learning_rate_at(self._config, (epoch + step / self._batches) / self._config.epochs)

    def _next_state(self, state: TrainingState, metrics: EpochMetrics, average: Arrays) -> TrainingState:
        value = metrics.score(self._config.metric)
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
    """Make every dropout mask of an epoch a function of the run's seed, the epoch and the layer."""
    droppers = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    for index, layer in enumerate(droppers):
        state = np.random.default_rng((seed, epoch, index)).integers(0, 2**31, 2)
        layer.seed_generator.state.assign(state.astype("uint32"))
