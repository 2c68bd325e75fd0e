"""A head: one linear layer on a checkpoint's features, fitted by scikit-learn, and its file without any face."""

import json
import warnings
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from fer_core.checkpoints.checkpoint import LITERT_FILE, Checkpoint
from fer_core.checkpoints.priors import softmax
from fer_core.errors import TeachError
from fer_core.lessons.teach.examples import FEWEST_CLASSES, MOST_CLASSES, class_name
from fer_core.storage.records import as_record

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

HeadKind = Literal["softmax", "svm"]
"""Softmax regression, or linear one-vs-all support vector machines as in the paper's section 6.2."""

HEAD_TITLES: dict[HeadKind, str] = {"softmax": "Softmax regression", "svm": "Linear SVM"}

LONGEST_FILE = 4 << 20
"""Bytes of a head's file."""

_SCHEMA = 1
_KIND_OF_FILE = "FER Lab head"
_MOST_FEATURES = 20_000
_LARGEST = 1e6  # of a weight
# Chosen by balanced accuracy on FER+ validation faces after 10 to 1,000 training faces a class.
_C: dict[HeadKind, float] = {"softmax": 0.01, "svm": 0.001}
_STEPS = 2000
_Count = Annotated[int, Meta(ge=0)]


@dataclass(frozen=True, eq=False)
class Head:
    """A linear layer from features to classes.

    Attributes:
        class_names: The classes, in order.
        kind: How it was fitted.
        weights: ``(features, classes)`` float32.
        bias: ``(classes,)`` float32.
        base: Name of the checkpoint whose features it takes.
        base_sha256: SHA-256 of that checkpoint's LiteRT network.
        examples: How many faces of each class it learned from.
        recordings: How many groups of faces these came in.
    """

    class_names: tuple[str, ...]
    kind: HeadKind
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    base: str
    base_sha256: str
    examples: dict[str, int] = field(default_factory=dict)
    recordings: int = 0

    def __post_init__(self) -> None:
        shapes = self.weights.ndim == 2 and self.weights.shape[1:] == self.bias.shape == (len(self.class_names),)
        if not shapes:
            raise ValueError("Expected weights (features, classes) and a bias for each class.")

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ``(n, classes)`` scores of ``(n, features)`` features; their softmax is the answer.

        Raises:
            TeachError: There are more or fewer features than weights, as in a file that was changed by hand.
        """
        if features.shape[1] != len(self.weights):
            raise TeachError(
                f"This head has {len(self.weights):,} weights a class, but “{self.base}” has {features.shape[1]:,} "
                "features. Ask for the file again."
            )
        return np.asarray(features @ self.weights + self.bias, np.float32)

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ``(n, classes)`` probabilities of ``(n, features)`` features, rows summing to one.

        Raises:
            TeachError: See :meth:`scores`.
        """
        return softmax(self.scores(features))

    def fits(self, checkpoint: Checkpoint) -> bool:
        """Return whether it was taught on this checkpoint's network."""
        return checkpoint.card.files.get(LITERT_FILE) == self.base_sha256

    def check_fits(self, checkpoint: Checkpoint) -> None:
        """Refuse features of another network than that it was taught on.

        Raises:
            TeachError: It was taught on another one.
        """
        if not self.fits(checkpoint):
            raise TeachError(
                f"This head was trained on another network, named “{self.base}”. Choose that checkpoint, or train a "
                "head on this one."
            )

    def to_json(self) -> bytes:
        """Return the content of the head's file."""
        file = _HeadFile(
            *(self.class_names, self.kind, self.base, self.base_sha256, self.examples, self.recordings),
            weights=tuple(map(tuple, np.round(self.weights.astype(float), 7).tolist())),
            bias=tuple(np.round(self.bias.astype(float), 7).tolist()),
        )
        return json.dumps(asdict(file), separators=(",", ":")).encode()


@dataclass(frozen=True)
class _HeadFile:
    """A head as JSON types."""

    class_names: Annotated[tuple[str, ...], Meta(min_length=FEWEST_CLASSES, max_length=MOST_CLASSES)]
    kind: HeadKind
    base: Annotated[str, Meta(max_length=60)]
    base_sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    examples: Annotated[dict[str, _Count], Meta(max_length=MOST_CLASSES)]
    recordings: _Count
    weights: Annotated[tuple[tuple[float, ...], ...], Meta(min_length=1, max_length=_MOST_FEATURES)]
    bias: tuple[float, ...]
    file: str = _KIND_OF_FILE
    schema_version: int = _SCHEMA


def parse_head(content: bytes) -> Head:
    """Read the content of a head's file, from wherever it comes.

    Raises:
        TeachError: It is no such file, of another version, too large or inconsistent, or has a weight that is no
            number.
    """
    if len(content) > LONGEST_FILE:
        raise TeachError(
            f"This file has {len(content) / 2**20:,.1f} MB; a head has at most {LONGEST_FILE >> 20}. Choose a file "
            "made by “Download head”."
        )
    try:
        return _checked(as_record(_HeadFile, json.loads(content, parse_constant=_refuse_constant)))
    except (ValueError, RecursionError, OverflowError, MemoryError, TeachError) as error:
        reason = str(error).split("\n")[0][:120]
        raise TeachError(f"This is not a FER Lab head ({reason}). Choose a file made by “Download head”.") from error


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _checked(file: _HeadFile) -> Head:
    if (file.file, file.schema_version) != (_KIND_OF_FILE, _SCHEMA):
        raise ValueError("unknown kind or version")
    names = tuple(map(class_name, file.class_names))
    count = len(names)
    if names != file.class_names or len({name.casefold() for name in names}) < count:
        raise ValueError("two classes have the same name")
    if len(file.bias) != count or any(len(row) != count for row in file.weights):
        raise ValueError("it needs one weight per class")
    weights, bias = np.array(file.weights, np.float64), np.array(file.bias, np.float64)
    if not (np.abs(weights) <= _LARGEST).all() or not (np.abs(bias) <= _LARGEST).all():
        raise ValueError("a weight is too large")
    return Head(
        names,
        file.kind,
        weights.astype(np.float32),
        bias.astype(np.float32),
        file.base,
        file.base_sha256,
        file.examples,
        file.recordings,
    )


Linear = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Weights ``(features, classes)`` and a bias ``(classes,)``."""


def fitted(features: NDArray[np.float32], labels: NDArray[np.int64], classes: int, kind: HeadKind) -> Linear:
    """Fit a head to ``(n, features)`` features and ``(n,)`` labels of at least two of this many classes.

    Every class counts alike, however many examples it has. A class without any is never answered.
    """
    pipeline = estimator(kind)
    # Threads of linear algebra on so few numbers mostly wait for each other, and for other sessions' fits.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it might converge further
        pipeline.fit(features.astype(np.float64), labels)
    scaler, linear = pipeline[0], pipeline[1]
    rows, offsets = linear.coef_, linear.intercept_
    if len(rows) == 1:  # of two classes scikit-learn keeps what speaks for the second
        half = 0.5 if kind == "softmax" else 1.0
        rows, offsets = np.concatenate([-rows, rows]) * half, np.concatenate([-offsets, offsets]) * half
    weights, bias = np.zeros((features.shape[1], classes)), np.full(classes, -_LARGEST / 2)
    weights[:, linear.classes_] = (rows / scaler.scale_).T
    bias[linear.classes_] = offsets - rows @ (scaler.mean_ / scaler.scale_)
    return weights, bias


def estimator(kind: HeadKind) -> "Pipeline":
    """Return scikit-learn's own estimator of a head, on standardized features."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 (takes a second, and pages should open before)
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    settings = {"C": _C[kind], "class_weight": "balanced", "max_iter": _STEPS}
    linear = LogisticRegression(**settings) if kind == "softmax" else LinearSVC(**settings, random_state=0)
    return make_pipeline(StandardScaler(), linear)
