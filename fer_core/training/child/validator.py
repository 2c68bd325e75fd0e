"""How good a network is after an epoch, on faces it does not learn from."""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from fer_core.checkpoints.priors import normalized
from fer_core.datasets.dataset import FerDataset
from fer_core.training.network.architectures import build_model
from fer_core.training.network.heads import Arrays, loss_of, to_probabilities
from fer_core.training.settings.config import TrainingConfig

_PREDICT_BATCH = 256


@dataclass(frozen=True, eq=False)
class Validation:
    """A network's answers for the validation faces, ``(n, classes)`` float32, and the mean loss and scores they get."""

    probabilities: NDArray[np.float32]
    loss: float
    accuracy: float
    macro_f1: float

    @property
    def is_finite(self) -> bool:
        """Whether all answers are numbers."""
        return bool(np.isfinite(self.probabilities).all())


class Validator:
    """Validates weights on a network of its own, so that the one that is trained keeps its state."""

    def __init__(self, config: TrainingConfig, dtype: str, faces: FerDataset) -> None:
        self._config, self._faces = config, faces
        self._model = build_model(config, dtype=dtype, training=True)

    def validate(self, weights: Arrays) -> Validation:
        """Score a network with some weights."""
        self._model.set_weights(weights)
        labels, classes = self._faces.labels, range(len(self._faces.class_names))
        scores = raw_scores(self._model, self._faces.images)
        probabilities = to_probabilities(self._config, scores, labels)
        outputs = scores if self._config.output_activation == "svm" else probabilities
        loss = keras.losses.get(loss_of(self._config))(self._faces.targets, outputs)
        predicted = probabilities.argmax(axis=1)
        return Validation(
            probabilities=probabilities,
            loss=float(np.mean(keras.ops.convert_to_numpy(loss))),
            accuracy=float((predicted == labels).mean()),
            macro_f1=float(f1_score(labels, predicted, labels=list(classes), average="macro", zero_division=0)),
        )


def raw_scores(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a network's outputs ``(n, classes)`` for ``(n, 48, 48)`` images, without dropout."""
    # Batch by batch: model.predict would build a pipeline for its data each time.
    batches = [images[start : start + _PREDICT_BATCH, ..., None] for start in range(0, len(images), _PREDICT_BATCH)]
    return np.concatenate([np.asarray(model.predict_on_batch(batch), np.float32) for batch in batches])


def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the probabilities ``(n, classes)`` of a network that is not trained any more."""
    return normalized(raw_scores(model, images))
