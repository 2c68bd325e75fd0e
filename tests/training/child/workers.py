"""One of several machines of a test: trains a tiny run under a strategy and says what came of it as JSON.

Usage: python workers.py STRATEGY FOLDER
"""

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.datasets.dataset import FerDataset
from fer_core.training.child.strategy import make_strategy
from fer_core.training.child.trainer import Observer, Plan, train
from fer_core.training.settings.cluster import read_cluster
from fer_core.training.settings.config import TrainingConfig

CONFIG = TrainingConfig(
    width=4, epochs=1, batch_size=16, dropout=0.0, dense_dropout=0.0, precision="float32", learning_rate=1e-3
)


def faces(count, seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 48, 48)).astype(np.uint8)
    labels = rng.integers(0, 7, count)
    return FerDataset(
        images=images,
        labels=labels,
        targets=np.eye(7, dtype=np.float32)[labels],
        votes=np.empty((0, 10), np.uint8),
        split=np.zeros(count, np.uint8),
        rows=np.arange(count),
        class_names=CONFIG.class_names,
        scheme=CONFIG.scheme,
        fingerprint="0" * 64,
    )


def main(kind, folder):
    if kind == "mirrored":  # a processor that pretends to be two devices
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    else:
        strategy = make_strategy(kind)
    epochs = []
    observer = Observer(on_epoch=epochs.append)
    # 77 faces: the last batch is no multiple of two, so it is filled up.
    training, validation = faces(77, 0), faces(24, 1)
    teachers = (load_checkpoint("paper-cnn"),)
    plan = Plan(Path(folder), strategy=strategy, writes=read_cluster().is_chief, teachers=teachers)
    trained = train(CONFIG, training, validation, plan, observer)
    weights = [float(np.abs(w).sum()) for w in trained.final_weights]
    figures = {"loss": epochs[0].loss, "accuracy": epochs[0].accuracy, "val_loss": epochs[0].val_loss}
    sys.stdout.write(json.dumps({"replicas": strategy.num_replicas_in_sync, "weights": weights, **figures}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
