"""From 48x48 faces to probabilities, by LiteRT or ONNX Runtime: no TensorFlow in the process that serves the pages."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.network import LocalNetwork, Network, WorkerNetwork
from fer_core.checkpoints.priors import UNNAMED, AnsweredBy, normalized
from fer_core.checkpoints.spec import DEFAULT_SPEC, NetworkSpec
from fer_core.faces.crops import Square, preprocess_face
from fer_core.faces.preprocessing import UNCHANGED, Preprocessing

NOT_SURE = "not sure"
"""What is shown where the best class is not probable enough."""

_BATCH = 64
_SCALES = 1.0, 0.94, 1.06  # of what is shown of a face, for a steady answer


@dataclass(frozen=True, eq=False)
class Prediction:
    """A network's prediction for one face: ``(classes,)`` float32 probabilities, summing to one, never rounded.

    A best class with less probability than ``not_sure_below`` is no answer.
    """

    probabilities: NDArray[np.float32]
    class_names: tuple[str, ...]
    not_sure_below: float = 0.0
    answered_by: AnsweredBy = UNNAMED

    def __post_init__(self) -> None:
        if self.probabilities.shape != (len(self.class_names),):
            raise ValueError(f"Expected {len(self.class_names)} probabilities. Received {self.probabilities.shape}.")

    @property
    def class_name(self) -> str:
        """The most probable class."""
        return self.class_names[int(self.probabilities.argmax())]

    @property
    def confidence(self) -> float:
        """The probability of the most probable class."""
        return float(self.probabilities.max())

    @property
    def is_sure(self) -> bool:
        """Whether the most probable class is probable enough to be an answer."""
        return self.confidence >= self.not_sure_below

    @property
    def answer(self) -> str:
        """The most probable class, or "not sure"."""
        return self.class_name if self.is_sure else NOT_SURE


@dataclass(frozen=True, eq=False)
class Adjustment:
    """How a network's own probabilities become an answer.

    Attributes:
        temperature: Divides the logits, above 0; 1 leaves the probabilities unchanged.
        weights: ``(classes,)``, by which each probability is then multiplied; None multiplies by nothing.
        not_sure_below: A best class with less probability than this is no answer.
    """

    temperature: float = 1.0
    weights: NDArray[np.float32] | None = None
    not_sure_below: float = 0.0

    def apply(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Adjust ``(n, classes)`` probabilities, rows summing to one."""
        calibrated = with_temperature(probabilities, self.temperature)
        return calibrated if self.weights is None else normalized(calibrated * self.weights)


_UNADJUSTED = Adjustment()


class Classifier:
    """A checkpoint's network, ready to predict; safe to share between threads."""

    def __init__(
        self,
        model: bytes | Network,
        class_names: tuple[str, ...],
        *,
        threads: int = 1,
        preprocessing: Preprocessing = UNCHANGED,
        adjustment: Adjustment = _UNADJUSTED,
        answered_by: AnsweredBy = UNNAMED,
        spec: NetworkSpec = DEFAULT_SPEC,
        isolated: bool = False,
    ) -> None:
        """Open a network; an isolated one, as imported ones are, runs in a limited process of its own.

        The model is the content of a file that maps what the spec says to ``(n, classes)``; by default a ``.tflite``
        file and ``(n, 48, 48, 1)`` gray values 0–255. Or it is a network that is open already.

        Raises:
            CheckpointError: The file is no such network.
        """
        self.class_names = class_names
        self.preprocessing = preprocessing
        self.not_sure_below = adjustment.not_sure_below
        self.answered_by = answered_by
        self._adjustment = adjustment
        outputs = len(class_names)
        self._network: Network
        if not isinstance(model, bytes):
            self._network = model
        elif isolated:
            self._network = WorkerNetwork(model, outputs, spec=spec)
        else:
            self._network = LocalNetwork(model, outputs, spec=spec, threads=threads)

    def predict(self, images: NDArray[np.uint8], *, steady: bool = False, gain: float = 1.0) -> NDArray[np.float32]:
        """Return the calibrated probabilities ``(n, classes)`` of some faces: what pages and commands show.

        The faces are ``(n, 48, 48)`` uint8 gray as ``preprocess_face`` makes them; n may be 0. A steady answer changes
        less often when a face is cropped or lit a little differently: the network's own probabilities of the face, a
        little closer and a little farther, and of their mirror images are averaged first. The gain is that of
        :meth:`predict_raw`.
        """
        if not steady:
            return self._adjustment.apply(self.predict_raw(images, gain=gain))
        views = _views(images)
        raw = self.predict_raw(views.reshape(-1, 48, 48), gain=gain)
        mean = raw.reshape(*views.shape[:2], len(self.class_names)).mean(axis=0, dtype=np.float32)
        return self._adjustment.apply(mean)

    def predict_raw(self, images: NDArray[np.uint8], *, gain: float = 1.0) -> NDArray[np.float32]:
        """Return the network's own probabilities of some faces, as :meth:`predict`, before calibration.

        Gray values are multiplied by the gain, to show a mistake in scaling: 255 undoes the network's own scaling,
        1/255 scales twice.
        """
        if images.ndim != 3 or images.shape[1:] != (48, 48) or images.dtype != np.uint8:
            raise ValueError(f"Expected images (n, 48, 48) uint8. Received {images.shape} {images.dtype}.")
        images = self.preprocessing.apply(images)
        gray = images.astype(np.float32) * np.float32(gain)
        batches = [self._network.run(gray[i : i + _BATCH]) for i in range(0, len(gray), _BATCH)]
        scores = np.concatenate([np.zeros((0, len(self.class_names)), np.float32), *batches])
        # Softmax rows sum to one already; independent sigmoids are made to.
        return normalized(scores)

    def predict_one(self, image: NDArray[np.uint8]) -> Prediction:
        """Predict a single ``(48, 48)`` uint8 face."""
        return self.predictions(image[None])[0]

    def predictions(self, images: NDArray[np.uint8], *, steady: bool = False) -> tuple[Prediction, ...]:
        """Predict ``(n, 48, 48)`` uint8 faces, as :meth:`predict`."""
        probabilities = self.predict(images, steady=steady)
        return tuple(Prediction(row, self.class_names, self.not_sure_below, self.answered_by) for row in probabilities)


def _views(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Faces, the same closer and farther, and the mirror images of all three, ``(6, n, 48, 48)``."""
    views = np.empty((2 * len(_SCALES), *images.shape), np.uint8)
    for view, scale in zip(views, _SCALES, strict=False):
        for face, image in zip(view, images, strict=True):
            face[:] = preprocess_face(image, Square(24, 24, 48 * scale))
    views[len(_SCALES) :] = views[: len(_SCALES), :, :, ::-1]
    return views


def with_temperature(probabilities: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Soften (above 1) or sharpen (below 1) probabilities: softmax of logits divided by a temperature.

    Guo et al. (2017), On calibration of modern neural networks. Rows of ``(n, classes)`` sum to one before and after.
    """
    if temperature == 1:
        return probabilities
    # Divided by the largest first, which therefore stays 1: nothing overflows, and no row becomes all zeros.
    largest = np.maximum(probabilities.max(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return normalized(np.power(probabilities / largest, 1 / temperature))
