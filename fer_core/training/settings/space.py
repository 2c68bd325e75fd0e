"""The search space: lists and ranges of settings, as text that people write."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from fer_core.errors import TrainingError
from fer_core.training.settings.config import RANGES, TrainingConfig

_RANGE = ".."
_FIXED = ("dataset", "exclude", "leaked_faces", "biased_sample")  # what a search is judged by must not change within it
_LOGARITHMIC = 10  # ranges whose ends differ by this factor are drawn evenly on a logarithmic scale


@dataclass(frozen=True)
class Axis:
    """One setting and the values it may have.

    Attributes:
        name: Dotted, as ``--set`` takes it.
        choices: The values as text; empty when any number from ``low`` to ``high`` may be drawn.
        whole: Whether only whole numbers are meant.
    """

    name: str
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    whole: bool = False

    @property
    def is_logarithmic(self) -> bool:
        """Whether numbers are drawn evenly on a logarithmic scale."""
        return self.low > 0 and self.high / self.low >= _LOGARITHMIC

    def text(self) -> str:
        """As :func:`read_axis` reads it."""
        if self.choices:
            return ",".join(self.choices)
        return f"{self.low:g}{_RANGE}{self.high:g}"


def read_axis(name: str, values: str, config: TrainingConfig) -> Axis:
    """Read the values of one setting, each of which must go with a search's own: ``32,64`` or ``0.0001..0.01``.

    Raises:
        TrainingError: The setting is unknown, a value does not fit it, or there is nothing to choose from.
    """
    if name not in config.flat() or name in _FIXED:
        raise TrainingError(f"Unknown setting “{name}” to vary; see python -m fer_core train --help.")
    if _RANGE in values:
        return _read_range(name, values, config)
    choices = tuple(dict.fromkeys(filter(None, (value.strip() for value in values.split(",")))))
    if len(choices) < 2:
        raise TrainingError(f"{name} has {len(choices) or 'no'} value; give two or more, or a range.", is_hint=True)
    for choice in choices:
        config.with_settings({name: choice})
    return Axis(name, choices)


def _read_range(name: str, values: str, config: TrainingConfig) -> Axis:
    kind = type(config.flat()[name])
    if kind not in (int, float):
        raise TrainingError(f"{name} is not a number: give a list of values instead of {values!s:.40}.", is_hint=True)
    ends = [end.strip() for end in values.split(_RANGE, 1)]
    low, high = (float(config.with_settings({name: end}).flat()[name]) for end in ends)
    if low >= high:
        raise TrainingError(f"{name} goes from {low:g} to {high:g}; give the smaller number first.", is_hint=True)
    return Axis(name, low=low, high=high, whole=kind is int)


def read_axes(texts: Mapping[str, str], config: TrainingConfig) -> tuple[Axis, ...]:
    """Read several settings.

    Raises:
        TrainingError: See :func:`read_axis`.
    """
    return tuple(read_axis(name, values, config) for name, values in texts.items())


def grid_size(axes: Sequence[Axis]) -> int:
    """How many combinations a grid has.

    Raises:
        TrainingError: There is a range among them, which has no end of values.
    """
    for axis in axes:
        if not axis.choices:
            raise TrainingError(f"A grid needs lists, but {axis.name} is a range. Give its values, or search randomly.")
    return math.prod(len(axis.choices) for axis in axes)


def typical_values(name: str) -> str:
    """A list or a range to begin with, for a setting's dotted name."""
    if name in _TYPICAL:
        return _TYPICAL[name]
    if bounds := RANGES.get(name):
        return f"{bounds[0]:g}{_RANGE}{bounds[1]:g}"
    hint = TrainingConfig.hints()[name]
    return "true,false" if hint is bool else ",".join(get_args(hint))


_TYPICAL = {
    "preprocessing": "stretch,clahe",
    "learning_rate": "0.0001..0.01",
    "epochs": "10,20,40",
    "batch_size": "32,64,128",
    "seed": "0,1,2",
    "width": "16,24,32",
    "weight_decay": "0.001..0.1",
    "weight_average": "0,0.99,0.999",
    "warmup_epochs": "0,1,2",
    "patience": "0,5,10",
    "share": "0.1,0.3,1",
    "label_smoothing": "0,0.05,0.1",
    "dropout": "0,0.1,0.25",
    "dense_dropout": "0.2,0.3,0.5",
    "augmentation.rotation": "0,10,20",
    "augmentation.shift": "0,0.05,0.1",
    "augmentation.scale": "0,0.1,0.2",
    "augmentation.mixup": "0,0.1,0.2",
}
