"""The shipped checkpoint and what it is tested on."""

from fer_core.checkpoints.checkpoint import DEFAULT_CHECKPOINT, Checkpoint, load_checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.dataset import FerDataset, label_records
from fer_core.datasets.store import load_records
from fer_core.errors import CheckpointError
from tests.benchmark.figure import AbsentError


def shipped() -> Checkpoint:
    """The shipped checkpoint.

    Raises:
        AbsentError: It is not there.
    """
    try:
        return load_checkpoint(DEFAULT_CHECKPOINT)
    except CheckpointError as error:
        raise AbsentError(str(error)) from error


def test_split(checkpoint: Checkpoint, name: str) -> FerDataset:
    """The test split of a stored dataset, labeled as a checkpoint was trained."""
    return label_records(load_records(name), checkpoint.card.scheme, ["test"])


def live_classifier(name: str = DEFAULT_CHECKPOINT, *, threads: int = 1) -> Classifier:
    """A checkpoint's network as live video uses it.

    Raises:
        AbsentError: It is not there, or damaged.
    """
    try:
        return load_checkpoint(name).open_classifier(threads=threads, live=True)
    except CheckpointError as error:
        raise AbsentError(str(error)) from error
