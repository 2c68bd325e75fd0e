"""How long a training will take on this machine, before it starts: from earlier runs, else from a quick probe."""

import functools
import math
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from fer_core.training.runs.store import Run
from fer_core.training.settings.architecture_summary import summarize
from fer_core.training.settings.config import TrainingConfig

_LEARNING = 3  # multiply-adds of learning from a face over those of classifying it
_STARTUP_SECONDS = 20.0  # TensorFlow's start, the first batches, and saving
_LOOKED_AT = 5  # newest runs
_SIDE = 1024  # of the matrices that are multiplied; three products take 0.05 s on two idle cores

# Share of the speed of float32 matrix products that training reaches, from their cards: `paper-cnn` 58 of 100 thousand
# million multiply-adds a second in float32, `paper-cnn-plus-first` and `fer-lab` 159 and 149 in bfloat16.
_REACHED_FLOAT32, _REACHED_BFLOAT16 = 0.58, 1.5


def expected_seconds(config: TrainingConfig, training_faces: int, runs: Sequence[Run] = ()) -> float:
    """Return about how long a run takes, in seconds, given how many faces its training split has.

    The speed is that of the earlier run whose network is nearest in size; without any, that of a probe.
    """
    network = summarize(config).multiply_adds
    faces = config.epochs * config.share * training_faces
    measured = {
        summarize(run.config).multiply_adds: median(epoch.images_per_second for epoch in metrics)
        for run in runs[:_LOOKED_AT]
        if (metrics := run.metrics())
    }
    if measured:
        nearest = min(measured, key=lambda size: abs(math.log(size / network)))
        speed = nearest * measured[nearest]  # an epoch that shared the machine with others counts little
    else:
        speed = probed_speed() / _LEARNING
    return _STARTUP_SECONDS + faces * network / max(speed, 1.0)


@functools.cache
def probed_speed() -> float:
    """Return how many multiply-adds a second training is likely to reach here, as busy as the machine is now."""
    matrix, times = np.ones((_SIDE, _SIDE), np.float32), []
    for _ in range(3):
        start = time.perf_counter()
        matrix @ matrix
        times.append(time.perf_counter() - start)
    return (_REACHED_BFLOAT16 if _has_bfloat16() else _REACHED_FLOAT32) * _SIDE**3 / min(times)


def _has_bfloat16() -> bool:
    """Whether the processor names instructions for bfloat16; where it cannot be asked, the estimate is a slow one."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def in_minutes(seconds: float) -> str:
    """Return a duration in words, such as "≈ 1 min" or "≈ 3 h"."""
    minutes = seconds / 60
    return f"≈ {max(1, round(minutes))} min" if minutes < 90 else f"≈ {round(minutes / 60)} h"
