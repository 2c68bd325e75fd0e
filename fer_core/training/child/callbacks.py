"""What happens between two steps of a training: the observer is told, the rate moves, the weights are averaged."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.training.child.backup import Arrays
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics
from fer_core.training.settings.schedule import learning_rate_at

_AVERAGE_EVERY = 4  # steps: averaging costs a pass over all weights


@dataclass(frozen=True)
class Observer:
    """Who listens to a run.

    Attributes:
        on_batch: Told the share of the epoch that is done.
        on_epoch: Told an epoch's figures, just before its state is saved; a crash in between undoes it.
        should_stop: Asked between batches whether to stop.
        should_pause: Asked after each epoch whether to end there.
        on_saved: Told the epoch's number when its state is saved: nothing can undo it any more.
        on_validation: Told an epoch's number and the validation faces' probabilities, just before its figures.
    """

    on_batch: Callable[[float], None]
    on_epoch: Callable[[EpochMetrics], None]
    should_stop: Callable[[], bool]
    should_pause: Callable[[], bool] = lambda: False
    on_saved: Callable[[int], None] = lambda epoch: None
    on_validation: Callable[[int, NDArray[np.float32]], None] = lambda epoch, probabilities: None


class Watcher(keras.callbacks.Callback):  # type: ignore[misc]
    """Passes Keras' batches on to the observer, and its wish to stop back to Keras.

    Args:
        observer: Who is told.
        batches: Steps an epoch.
        stops: Whether the epoch may end between two batches.
    """

    def __init__(self, observer: Observer, batches: int, *, stops: bool = True) -> None:
        super().__init__()
        self._observer, self._batches, self._stops = observer, batches, stops
        self.stopped = False

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        """Called after each step."""
        self._observer.on_batch((batch + 1) / self._batches)
        if self._stops and self._observer.should_stop() and batch + 1 < self._batches:
            self.model.stop_training = True
            self.stopped = True


class RateSetter(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the learning rate of every step.

    Args:
        config: The run's settings.
        epoch: The epoch's number, from 0.
        batches: Steps an epoch.
    """

    def __init__(self, config: TrainingConfig, epoch: int, batches: int) -> None:
        super().__init__()
        self._config, self._epoch, self._batches = config, epoch, batches

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        """Called before each step."""
        progress = (self._epoch + batch / self._batches) / self._config.epochs
        self.model.optimizer.learning_rate = learning_rate_at(self._config, progress)


class WeightAverager(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps a running average of all weights, the moving statistics of normalisation among them.

    Args:
        average: The average so far, or an empty list before the first step.
        decay: Per step; early steps forget faster, so that the random beginning does not linger.
        step: How many steps the run has made before.
    """

    def __init__(self, average: Arrays, decay: float, step: int) -> None:
        super().__init__()
        self.average, self._decay, self._step = average, decay, step

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        """Called after each step."""
        self._step += 1
        if self._step % _AVERAGE_EVERY:
            return
        weights = self.model.get_weights()
        decay = np.float32(min(self._decay, (1 + self._step) / (10 + self._step)) ** _AVERAGE_EVERY)
        pairs = zip(self.average or weights, weights, strict=True)
        self.average = [old * decay + new * (1 - decay) for old, new in pairs]
