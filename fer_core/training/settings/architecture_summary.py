"""A network's layers, shapes, weights and arithmetic, counted without building it."""

import math
from dataclasses import dataclass, field
from typing import Literal

import psutil

from fer_core.checkpoints.shapes import RULES, Shape
from fer_core.errors import TrainingError
from fer_core.storage.plaintext import percent
from fer_core.training.settings.blueprints import carry_out
from fer_core.training.settings.config import TrainingConfig

Kind = Literal["input", "convolution", "normalization", "pooling", "dropout", "sum", "mean", "flatten", "dense"]

_TRAINING_COPIES = 4  # of each weight: itself, its gradient and the two moments of the optimizer
_MAP_COPIES = 3  # of each value between layers: itself, its gradient and what an operation keeps beside it


@dataclass(frozen=True)
class LayerSummary:
    """One layer.

    Attributes:
        shape: Of its output for one picture: ``(height, width, maps)`` or ``(units,)``.
        weights: How many numbers it learns or keeps.
        multiply_adds: For one picture; 0 without a kernel.
        detail: Such as ``3x3``.
    """

    kind: Kind
    shape: Shape
    weights: int = 0
    multiply_adds: int = 0
    detail: str = ""


@dataclass(frozen=True)
class ArchitectureSummary:
    """A network's layers, from the picture to the outputs."""

    layers: tuple[LayerSummary, ...]

    @property
    def weights(self) -> int:
        """How many numbers are learned or kept."""
        return sum(layer.weights for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Multiplications with an addition to classify one picture; learning from it takes three times as many."""
        return sum(layer.multiply_adds for layer in self.layers)

    def training_bytes(self, batch_size: int) -> int:
        """About how much memory a training step needs."""
        values = sum(math.prod(layer.shape) for layer in self.layers)
        return 4 * (_TRAINING_COPIES * self.weights + _MAP_COPIES * values * batch_size)


@dataclass
class _Counter:
    """Carries a recipe out on shapes and notes each layer."""

    layers: list[LayerSummary] = field(default_factory=list)

    def _add(self, kind: Kind, layer: str, *inputs: Shape, detail: str = "", **config: object) -> Shape:
        shape, weights = RULES[layer](inputs, config)
        biases = shape[-1] if config.get("use_bias", True) else 0
        multiply_adds = (weights - biases) * math.prod(shape[:-1]) if kind in ("convolution", "dense") else 0
        self.layers.append(LayerSummary(kind, shape, weights, multiply_adds, detail))
        return shape

    def convolution(self, x: Shape, filters: int, *, keeps_size: bool = False) -> Shape:
        padding = "same" if keeps_size else "valid"
        return self._add("convolution", "Conv2D", x, detail="3x3", filters=filters, kernel_size=3, padding=padding)

    def normalized(self, x: Shape, filters: int, *, activated: bool = True) -> Shape:
        kernel = {"filters": filters, "kernel_size": 3, "padding": "same", "use_bias": False}
        x = self._add("convolution", "Conv2D", x, detail="3x3", **kernel)
        return self._add("normalization", "BatchNormalization", x)

    def pool(self, x: Shape) -> Shape:
        return self._add("pooling", "MaxPooling2D", x, detail="2x2", pool_size=2)

    def soft_pool(self, x: Shape) -> Shape:
        return self.pool(self._add("pooling", "MaxPooling2D", x, detail="3x3", pool_size=3, strides=1, padding="same"))

    def dropout(self, x: Shape, rate: float) -> Shape:
        return self._add("dropout", "Dropout", x, detail=percent(rate, 0)) if rate else x

    def join(self, x: Shape, y: Shape) -> Shape:
        return self._add("sum", "Add", x, y)

    def mean(self, x: Shape) -> Shape:
        return self._add("mean", "GlobalAveragePooling2D", x)

    def flatten(self, x: Shape) -> Shape:
        return self._add("flatten", "Flatten", x)

    def dense(self, x: Shape, units: int) -> Shape:
        return self._add("dense", "Dense", x, units=units)


def check_memory(config: TrainingConfig) -> None:
    """Refuses a network that this machine's memory cannot hold.

    Raises:
        TrainingError: It needs more than there is.
    """
    needed, there = summarize(config).training_bytes(config.batch_size), psutil.virtual_memory().total
    if needed > there:
        raise TrainingError(
            f"{config.architecture} of width {config.width} with {config.batch_size} faces per step needs about "
            f"{needed / 1e9:.0f} GB of memory, and this machine has {there / 1e9:.0f} GB. "
            "Choose a smaller width or batch size."
        )


def summarize(config: TrainingConfig) -> ArchitectureSummary:
    """Counts the layers of a run's network."""
    counter = _Counter([LayerSummary("input", (48, 48, 1))])
    hidden = carry_out((48, 48, 1), config, counter)
    counter.dense(hidden, len(config.class_names))
    return ArchitectureSummary(tuple(counter.layers))
