"""The learning rate at every moment of a run: a function of the settings and of how much of the run is done."""

import math

from fer_core.training.settings.config import TrainingConfig

_CYCLE_START, _CYCLE_END, _CYCLE_PEAK = 1 / 25, 1e-4, 0.3
"""Of one cycle: its first and last rate as parts of the largest, and when the largest is reached.

Source: Smith and Topin, "Super-convergence", 2018, with the values that PyTorch's ``OneCycleLR`` has by default.
"""


def learning_rate_at(config: TrainingConfig, progress: float) -> float:
    """Return the learning rate of a step when a share of all the run's steps, 0 to 1, is done."""
    warmup = config.warmup_epochs / config.epochs
    if progress < warmup:
        return config.learning_rate * max(progress / warmup, 1e-3)
    rest = (progress - warmup) / (1 - warmup)
    if config.schedule == "cosine":
        return config.learning_rate * _between(1.0, _CYCLE_END, rest)
    if config.schedule == "constant":
        return config.learning_rate
    if rest < _CYCLE_PEAK:
        return config.learning_rate * _between(_CYCLE_START, 1.0, rest / _CYCLE_PEAK)
    return config.learning_rate * _between(1.0, _CYCLE_END, (rest - _CYCLE_PEAK) / (1 - _CYCLE_PEAK))


def _between(start: float, end: float, progress: float) -> float:
    """From start to end along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * min(progress, 1.0))) / 2
