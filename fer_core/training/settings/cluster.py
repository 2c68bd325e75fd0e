"""What ``TF_CONFIG`` says about the machines that train together; TensorFlow itself is not needed to know."""

import json
import os
from dataclasses import dataclass
from typing import Literal

from fer_core.errors import TrainingError

StrategyName = Literal["auto", "one", "mirrored", "multi-worker"]


@dataclass(frozen=True)
class Cluster:
    """How many machines train together, and this one's number, from 0."""

    workers: int = 1
    index: int = 0

    @property
    def is_chief(self) -> bool:
        """Whether this is the machine that writes the run's files."""
        return self.index == 0


def read_cluster() -> Cluster:
    """This machine's place, from ``TF_CONFIG``.

    Raises:
        TrainingError: ``TF_CONFIG`` is not what TensorFlow's documentation describes.
    """
    text = os.environ.get("TF_CONFIG", "")
    if not text:
        return Cluster()
    try:
        document = json.loads(text)
        workers, task = document["cluster"]["worker"], document["task"]
        return Cluster(len(workers), int(task["index"]))
    except (ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"TF_CONFIG cannot be read ({error!r:.80}). It must name the workers and this one's index, for example "
            '{"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", "index": 0}}.'
        ) from error
