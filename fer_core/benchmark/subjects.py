"""What figures are measured on: the real files in a store of their own, and the shipped checkpoint."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_core.benchmark.figure import AbsentError
from fer_core.checkpoint import DEFAULT_CHECKPOINT, Checkpoint, load_checkpoint
from fer_core.data.dataset import FerDataset, label_records
from fer_core.data.store import import_dataset, load_records
from fer_core.errors import CheckpointError
from fer_core.home import PROJECT
from fer_core.labels import LABEL_SCHEMES


def real_files() -> tuple[Path, Path]:
    """The real FER2013 and FER+ files: in ``FER_DATA_DIR``, else in ``../shared/data``.

    Raises:
        AbsentError: They are not there.
    """
    folder = Path(os.environ.get("FER_DATA_DIR") or PROJECT.parent / "shared" / "data")
    images, votes = folder / "fer2013.csv.gz", folder / "fer2013new.csv"
    if not (images.exists() and votes.exists()):
        raise AbsentError("The real files are not there: set FER_DATA_DIR to the folder of fer2013.csv.gz and votes.")
    return images, votes


@contextmanager
def imported() -> Iterator[str]:
    """The name of the imported FER+ in a store of its own, so that the user's is left alone."""
    images, votes = real_files()
    before = os.environ.get("FER_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FER_HOME"] = folder
        try:
            yield import_dataset(images, votes).name
        finally:
            os.environ.pop("FER_HOME")
            if before is not None:
                os.environ["FER_HOME"] = before


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
    """The test split of a stored dataset, labelled as a checkpoint was trained."""
    return label_records(load_records(name), LABEL_SCHEMES[checkpoint.card.scheme], ["test"])
