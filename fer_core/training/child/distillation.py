"""Distillation: teachers' answers in the targets, once for each face, or anew for each augmented face of a step.

A teacher's answer is the mean of those to a face and to its mirror image, at the teacher's own temperature.
After Hinton et al., "Distilling the knowledge in a neural network" (2015).
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.priors import restricted
from fer_core.datasets.dataset import FerDataset
from fer_core.training.network.architectures import build_model
from fer_core.training.network.export import read_network
from fer_core.training.settings.config import TrainingConfig

_TINY = np.finfo(np.float32).tiny
_Rows = TypeVar("_Rows", NDArray[np.float32], tf.Tensor)


def distilled(training: FerDataset, teachers: Sequence[Checkpoint], share: float) -> FerDataset:
    """Return the training faces with targets that are partly (0-1) the teachers' mean answer.

    What a teacher gives to classes that the run does not have is shared out among the rest. The faces are not
    pre-processed yet: each teacher has its own steps.

    Raises:
        CheckpointError: A teacher's file is damaged.
    """
    if not teachers:
        return training
    answers = np.zeros_like(training.targets)
    for checkpoint in teachers:
        classifier = checkpoint.open_classifier(threads=os.cpu_count() or 1)
        for faces in (training.images, training.images[:, :, ::-1]):
            answer = restricted(classifier.predict(faces), classifier.class_names, training.class_names)
            answers += answer / np.float32(2 * len(teachers))
    return replace(training, targets=_blended(training.targets, answers, share))


class LiveTeachers:
    """Teachers that see each batch as the learner sees it, so that every epoch has new answers.

    After Beyer et al., "Knowledge distillation: a good teacher is patient and consistent" (CVPR 2022). Make it under
    the run's strategy, of at least one checkpoint trained by this project.

    Raises:
        CheckpointError: A teacher's file is damaged.
    """

    def __init__(self, checkpoints: Sequence[Checkpoint], config: TrainingConfig, dtype: str) -> None:
        self._share = config.teacher_share
        self._answers = [_answer_of(checkpoint, config.class_names, dtype) for checkpoint in checkpoints]

    def blended(self, images: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Return targets ``(n, classes)`` of ``(n, 48, 48, 1)`` uint8 images, partly the teachers' mean answer."""
        mean = sum(answer(images) for answer in self._answers) / len(self._answers)
        return _blended(targets, mean, self._share)


def _blended(targets: _Rows, answers: _Rows, share: float) -> _Rows:
    return (1 - share) * targets + share * answers


def _answer_of(checkpoint: Checkpoint, class_names: Sequence[str], dtype: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """From images to a teacher's probabilities of some classes."""
    card = checkpoint.card
    network = build_model(TrainingConfig.from_dict(card.config), dtype=dtype)
    network.set_weights(read_network(checkpoint).get_weights())
    columns = [card.class_names.index(name) for name in class_names]

    def probabilities(images: tf.Tensor) -> tf.Tensor:
        logits = ops.log(ops.maximum(network(images, training=False), _TINY)) / card.calibration.temperature
        return keras.activations.softmax(ops.take(logits, columns, axis=1))

    return lambda images: (probabilities(images) + probabilities(images[:, :, ::-1])) / 2
