"""Whether a checkpoint has seen the test: test images that are also in its training split, pixel by pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.dataset import FerDataset
from fer_core.datasets.store import list_datasets, load_records
from fer_core.datasets.summary import label_outcomes
from fer_core.errors import EvaluationError
from fer_core.labels import LABEL_SCHEMES
from fer_core.storage.plaintext import percent

MOST_SEEN = 0.1
"""From this share of seen test images on, a checkpoint is not compared: the public FER2013 itself repeats 8 %."""


@dataclass(frozen=True, eq=False)
class Seen:
    """Which test images a checkpoint was trained on.

    Attributes:
        positions: Of the test images that are copies of a training image.
        is_known: Whether its training data are stored here, so that this could be found out.
    """

    positions: NDArray[np.int64]
    is_known: bool


def seen_in_training(checkpoint: Checkpoint, test: FerDataset) -> Seen:
    """Looks for a checkpoint's training images among test images."""
    wanted = checkpoint.card.dataset_fingerprint
    name = next((card.name for card in list_datasets() if wanted and card.fingerprint == wanted), None)
    if name is None:
        return Seen(np.zeros(0, np.int64), is_known=False)
    records = load_records(name)
    outcomes = label_outcomes(records, LABEL_SCHEMES[checkpoint.card.scheme])
    rows = outcomes.rows(["train"], outcomes.class_names)
    trained = {image.tobytes() for image in records.images[rows]}
    return Seen(np.flatnonzero([image.tobytes() in trained for image in test.images]), is_known=True)


def refuse_seen(name: str, seen: Seen, test: FerDataset) -> None:
    """Refuses a checkpoint that knows too much of the test.

    Raises:
        EvaluationError: A tenth of the test images or more are in its training split.
    """
    share = len(seen.positions) / len(test)
    if share >= MOST_SEEN:
        raise EvaluationError(
            f"“{name}” was trained on {len(seen.positions):,} of these {len(test):,} faces ({percent(share)}), so a "
            "comparison would only show its memory. Choose a split it has not seen, or leave it out."
        )
