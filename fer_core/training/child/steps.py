"""The steps of an epoch, on however many devices: Keras' own training step in a loop of this project.

Keras 3's ``fit`` cannot train on several machines (it takes the parts of a batch for one tensor), and on one it
prepares its data anew in every epoch; its ``train_step`` has neither trouble.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fer_core.training.child.epochs import EpochData

Batch = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]
"""Pictures ``(n, 48, 48, 1)``, targets ``(n, classes)`` and weights ``(n,)``."""

Teach = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""From a batch's pictures and targets to the targets that are learned."""


class Stepper:
    """Trains a compiled network batch by batch.

    Args:
        model: Built and compiled under the strategy.
        strategy: How a batch is shared out.
        teach: Changes the targets of each device's part of a batch; None leaves them.
    """

    def __init__(self, model: keras.Model, strategy: tf.distribute.Strategy, teach: Teach | None = None) -> None:
        self._model, self._strategy, self._teach = model, strategy, teach
        self._replicas = strategy.num_replicas_in_sync
        self._step = tf.function(self._everywhere)

    def _everywhere(self, batch: object) -> None:
        self._strategy.run(self._learn, args=(batch,))

    def _learn(self, batch: tuple[tf.Tensor, tf.Tensor, tf.Tensor]) -> None:
        pictures, targets, weights = batch
        if self._teach is not None:
            targets = self._teach(pictures, targets)
        self._model.train_step((pictures, targets, weights))

    def run_epoch(
        self, faces: EpochData, batch_size: int, callbacks: Sequence[keras.callbacks.Callback]
    ) -> dict[str, float]:
        """Trains on all faces once, or until a callback sets ``stop_training``.

        Args:
            faces: In the order in which they are taken.
            batch_size: Of all devices together.
            callbacks: Told before and after each step.

        Returns:
            The mean loss and accuracy.
        """
        self._model.reset_metrics()
        self._model.stop_training = False
        for callback in callbacks:
            callback.set_model(self._model)
        for number, start in enumerate(range(0, len(faces), batch_size)):
            for callback in callbacks:
                callback.on_train_batch_begin(number)
            self._step(self._shared_out(_batch(faces, slice(start, start + batch_size))))
            for callback in callbacks:
                callback.on_train_batch_end(number)
            if self._model.stop_training:
                break
        return {name: float(value) for name, value in self._model.get_metrics_result().items()}

    def _shared_out(self, batch: Batch) -> object:
        """A batch as the strategy's step takes it: each replica gets every so-manieth face."""
        if self._replicas == 1:
            return tuple(map(tf.convert_to_tensor, batch))
        whole = _filled_up(batch, self._replicas)
        return self._strategy.experimental_distribute_values_from_function(
            lambda context: tuple(
                tf.convert_to_tensor(part[context.replica_id_in_sync_group :: self._replicas]) for part in whole
            )
        )


def _batch(faces: EpochData, rows: slice) -> Batch:
    return faces.images[rows, ..., None], faces.targets[rows], faces.weights[rows]


def _filled_up(batch: Batch, replicas: int) -> Batch:
    """A batch that can be shared out evenly: faces that count nothing fill it up, and the others count more for it."""
    images, targets, weights = batch
    missing = -len(images) % replicas
    if not missing:
        return batch
    rows = np.resize(np.arange(len(images)), len(images) + missing)
    scaled = weights[rows] * np.float32(len(rows) / len(images))
    scaled[len(images) :] = 0
    return images[rows], targets[rows], scaled
