"""The real files that figures are measured on, imported into a store of their own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_core.datasets.store import import_dataset
from fer_core.storage.files import PROJECT
from tests.benchmark.figure import AbsentError
from tests.benchmark.homes import home_of


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
    with tempfile.TemporaryDirectory() as folder, home_of(folder):
        yield import_dataset(images, votes).name
