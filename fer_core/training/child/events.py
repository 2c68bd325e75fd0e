"""A run's curves as TensorBoard's event files, for those who use it: ``tensorboard --logdir runs``."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import tensorflow as tf

from fer_core.training.settings.metrics import EpochMetrics

EVENTS = "tensorboard"
"""Folder of a run that holds them."""


class EventWriter:
    """Writes what the complete epochs of a run measured, then each further epoch, under the names that Keras gives."""

    def __init__(self, run_folder: Path, complete: Iterable[EpochMetrics]) -> None:
        folder = run_folder / EVENTS
        shutil.rmtree(folder, ignore_errors=True)  # else an epoch that a crash undid would stand there twice
        self._writers = {part: tf.summary.create_file_writer(str(folder / part)) for part in ("train", "validation")}
        for metrics in complete:
            self.on_epoch(metrics)

    def on_epoch(self, metrics: EpochMetrics) -> None:
        """Write an epoch's figures; steps are epochs, counted from 1."""
        figures = {
            "train": {
                "epoch_loss": metrics.loss,
                "epoch_accuracy": metrics.accuracy,
                "epoch_learning_rate": metrics.learning_rate,
                "epoch_images_per_second": metrics.images_per_second,
            },
            "validation": {
                "epoch_loss": metrics.val_loss,
                "epoch_accuracy": metrics.val_accuracy,
                "epoch_macro_f1": metrics.val_macro_f1,
            },
        }
        for part, values in figures.items():
            with self._writers[part].as_default():
                for name, value in values.items():
                    tf.summary.write(name, tf.constant(value, tf.float32), metrics.epoch, _SCALAR)
            self._writers[part].flush()


_SCALAR = tf.compat.v1.SummaryMetadata(plugin_data={"plugin_name": "scalars"})
"""What ``tf.summary.scalar`` adds, which would need TensorBoard itself to be installed here."""
