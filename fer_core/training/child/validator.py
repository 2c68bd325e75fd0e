"""How good a network is after an epoch, on faces it does not learn from."""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from fer_core.datasets.dataset import FerDataset
from fer_core.training.child.backup import Arrays
from fer_core.training.network.architectures import build_model
from fer_core.training.network.heads import loss_of, shares, to_probabilities
from fer_core.training.settings.config import TrainingConfig

_PREDICT_BATCH = 256


@dataclass(frozen=True, eq=False)
class Judgement:
    """A network's answers for the validation faces.

    Attributes:
        probabilities: ``(n, classes)`` float32.
        loss: Mean of the run's loss.
        accuracy: Share of right answers.
        macro_f1: Unweighted mean of the classes' F1.
    """

    probabilities: NDArray[np.float32]
    loss: float
    accuracy: float
    macro_f1: float


class Judge:
    """Judges weights by the validation faces, on a network of its own, so that the one that learns is left alone.

    Args:
        config: The run's settings.
        dtype: Keras' dtype policy.
        validation: The faces.
    """

    def __init__(self, config: TrainingConfig, dtype: str, validation: FerDataset) -> None:
        self._config, self._validation = config, validation
        self._model = build_model(config, dtype=dtype, training=True)

    def judge(self, weights: Arrays) -> Judgement:
        """The answers of a network with some weights."""
        self._model.set_weights(weights)
        scores = raw_scores(self._model, self._validation.images)
        labels = self._validation.labels
        probabilities = to_probabilities(self._config, scores, labels)
        predicted = probabilities.argmax(axis=1)
        return Judgement(
            probabilities=probabilities,
            loss=self._mean_loss(scores if self._config.output_activation == "svm" else probabilities),
            accuracy=float((predicted == labels).mean()),
            macro_f1=_macro_f1(self._validation, predicted),
        )

    def _mean_loss(self, outputs: NDArray[np.float32]) -> float:
        loss = keras.losses.get(loss_of(self._config))
        return float(np.mean(keras.ops.convert_to_numpy(loss(self._validation.targets, outputs))))


def raw_scores(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A network's outputs ``(n, classes)`` for ``(n, 48, 48)`` images, without dropout."""
    # Batch by batch: model.predict would build a pipeline for its data each time.
    batches = [images[start : start + _PREDICT_BATCH, ..., None] for start in range(0, len(images), _PREDICT_BATCH)]
    return np.concatenate([np.asarray(model.predict_on_batch(batch), np.float32) for batch in batches])


def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities ``(n, classes)`` of a network that is not being trained any more."""
    return shares(raw_scores(model, images))


def _macro_f1(dataset: FerDataset, predicted: NDArray[np.int64]) -> float:
    classes = range(len(dataset.class_names))
    return float(f1_score(dataset.labels, predicted, labels=list(classes), average="macro", zero_division=0))
