"""Training steps on however many devices: Keras' own ``train_step`` in a loop of this project.

Keras 3's ``fit`` cannot train on several machines (it takes the parts of a batch for one tensor), and on one it
prepares its data anew in every epoch.
"""

from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fer_core.training.child.epochs import EpochData
from fer_core.training.network.heads import Arrays

Batch = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]
"""Images ``(n, 48, 48, 1)``, targets ``(n, classes)`` and weights ``(n,)``."""

TargetBlend = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""From a batch's images and targets to the targets that are learned."""

_AVERAGE_EVERY = 4  # steps: averaging costs a pass over all weights


class Stepper:
    """Trains a network, built and compiled under the strategy, batch by batch, with each device's targets blended."""

    def __init__(self, model: keras.Model, strategy: tf.distribute.Strategy, blend: TargetBlend | None = None) -> None:
        self._model, self._strategy, self._blend = model, strategy, blend
        self._replicas = strategy.num_replicas_in_sync
        self._step = tf.function(self._run_replicas)

    def _run_replicas(self, batch: object) -> None:
        self._strategy.run(self._train_step, args=(batch,))

    def _train_step(self, batch: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> None:
        images, targets, weights = batch
        if self._blend is not None:
            targets = self._blend(images, targets)
        self._model.train_step((images, targets, weights))

    def steps(
        self, faces: EpochData, batch_size: int, learning_rate: Callable[[int], float] | None = None
    ) -> Iterator[int]:
        """Train on all faces once, a batch of all devices for each item asked for; yield how many steps are done.

        The learning rate is asked for by the step's number from 0; None leaves the optimizer's.
        """
        self._model.reset_metrics()
        for number, start in enumerate(range(0, len(faces), batch_size)):
            if learning_rate is not None:
                self._model.optimizer.learning_rate = learning_rate(number)
            self._step(self._distributed(faces.batch(slice(start, start + batch_size))))
            yield number + 1

    def metrics(self) -> dict[str, float]:
        """Return the mean loss and accuracy of the steps so far."""
        return {name: float(value) for name, value in self._model.get_metrics_result().items()}

    def _distributed(self, batch: Batch) -> object:
        """A batch as the strategy's step takes it: each replica gets every n-th face."""
        if self._replicas == 1:
            return tuple(map(tf.convert_to_tensor, batch))
        whole = filled_up(batch, self._replicas)
        return self._strategy.experimental_distribute_values_from_function(
            lambda context: tuple(
                tf.convert_to_tensor(part[context.replica_id_in_sync_group :: self._replicas]) for part in whole
            )
        )


class WeightAverage:
    """A running average of all weights, the moving statistics of normalization among them; empty before the first step.

    The decay is per step, less in the first ones, so that initial weights are soon forgotten; 0 keeps no average.
    """

    def __init__(self, weights: Arrays, decay: float, step: int) -> None:
        self.weights, self._decay, self._step = weights, decay, step

    def update(self, model: keras.Model) -> None:
        """Take a step's weights into account."""
        self._step += 1
        if not self._decay or self._step % _AVERAGE_EVERY:
            return
        weights = model.get_weights()
        decay = np.float32(min(self._decay, (1 + self._step) / (10 + self._step)) ** _AVERAGE_EVERY)
        pairs = zip(self.weights or weights, weights, strict=True)
        self.weights = [old * decay + new * (1 - decay) for old, new in pairs]


def filled_up(batch: Batch, replicas: int) -> Batch:
    """Fill a batch up to be shared out evenly: the added faces weigh nothing, and the others more to make up for it."""
    images, targets, weights = batch
    missing = -len(images) % replicas
    if not missing:
        return batch
    rows = np.resize(np.arange(len(images)), len(images) + missing)
    scaled = weights[rows] * np.float32(len(rows) / len(images))
    scaled[len(images) :] = 0
    return images[rows], targets[rows], scaled
