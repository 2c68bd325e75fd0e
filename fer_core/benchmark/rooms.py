"""What is measured in each room. The bars are those the project's issues set."""

import gzip
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from fer_core.benchmark.figure import AbsentError, Bench, median_seconds, seconds
from fer_core.benchmark.homes import home_of
from fer_core.benchmark.training import TRAINING_BENCHES
from fer_core.benchmark.webcam import WEBCAM_BENCHES
from fer_core.checkpoint import DEFAULT_CHECKPOINT, Checkpoint, load_checkpoint
from fer_core.data.dataset import FerDataset, label_records
from fer_core.data.readers import read_records
from fer_core.data.store import DEMO, import_dataset, load_records
from fer_core.errors import CheckpointError
from fer_core.evaluation import evaluate
from fer_core.home import PROJECT
from fer_core.labels import DEFAULT_SCHEME, LABEL_SCHEMES

_DEMO_MINUTES = 2.0


def read_ratio() -> float:
    """Time of this project's reader over that of ``read_csv`` and ``split`` into ints, on the 301 MB file."""
    images, _ = real_files()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "fer2013.csv"
        with gzip.open(images) as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 24)
        pairs = [(seconds(lambda: read_records(plain)), seconds(lambda: _usual_idiom(plain))) for _ in range(3)]
    return statistics.median(ours / usual for ours, usual in pairs)


def map_milliseconds() -> float:
    """Time to load the imported FER+ again."""
    with _imported() as name:
        return 1000 * median_seconds(lambda: load_records(name).images[0], repeats=20)


def demo_accuracy() -> float:
    """Best validation accuracy, in per cent, of the paper's network after two minutes on the demo faces."""
    from fer_core.training.callbacks import Observer  # noqa: PLC0415
    from fer_core.training.config import TrainingConfig  # noqa: PLC0415
    from fer_core.training.metrics import EpochMetrics  # noqa: PLC0415
    from fer_core.training.precision import choose_precision  # noqa: PLC0415
    from fer_core.training.trainer import Plan, TrainingData, train  # noqa: PLC0415

    records, epochs = load_records(DEMO), list[EpochMetrics]()
    training, validation = (label_records(records, LABEL_SCHEMES[DEFAULT_SCHEME], [s]) for s in ("train", "validation"))
    end = time.monotonic() + 60 * _DEMO_MINUTES
    observer = Observer(lambda _: None, epochs.append, lambda: time.monotonic() > end)
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(Path(folder), choose_precision("auto").precision)
        train(TrainingConfig(), TrainingData(training, validation), plan, observer)
    return 100 * max(metrics.val_accuracy for metrics in epochs)


def litert_difference() -> float:
    """Largest difference between LiteRT's and Keras' probabilities over the test split."""
    from fer_core.training.export import read_network  # noqa: PLC0415
    from fer_core.training.judging import predict  # noqa: PLC0415

    checkpoint = _shipped()
    with _imported() as name:
        images = _test_split(checkpoint, name).images
    ours = checkpoint.open_classifier(threads=2).predict(images)
    return float(np.abs(ours - predict(read_network(checkpoint), images)).max())


def test_split_seconds() -> float:
    """Time to evaluate the shipped checkpoint on the test split, with the report's figures."""
    checkpoint = _shipped()
    classifier = checkpoint.open_classifier(threads=2)
    with _imported() as name:
        dataset = _test_split(checkpoint, name)

    def report() -> None:
        result = evaluate(classifier, dataset)
        result.confusion_matrix(), result.per_class()

    return median_seconds(report, repeats=3)


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


def _usual_idiom(path: Path) -> None:
    table = pd.read_csv(path)
    np.array([[int(value) for value in text.split()] for text in table["pixels"]], np.uint8)


@contextmanager
def _imported() -> Iterator[str]:
    """The name of the imported FER+ in a store of its own, so that the user's is left alone."""
    images, votes = real_files()
    with tempfile.TemporaryDirectory() as folder, home_of(folder):
        yield import_dataset(images, votes).name


def _shipped() -> Checkpoint:
    try:
        return load_checkpoint(DEFAULT_CHECKPOINT)
    except CheckpointError as error:
        raise AbsentError(str(error)) from error


def _test_split(checkpoint: Checkpoint, name: str) -> FerDataset:
    return label_records(load_records(name), LABEL_SCHEMES[checkpoint.card.scheme], ["test"])


BENCHES = (
    Bench("data.read_ratio", "of the usual idiom's time", 0.0, 0.2, read_ratio),
    Bench("data.map_ms", "ms", 0.0, 50.0, map_milliseconds),
    Bench("training.demo_accuracy", "% on validation after two minutes", 80.0, 97.0, demo_accuracy),
    Bench("evaluation.litert_difference", "of a probability", 0.0, 1e-4, litert_difference),
    Bench("evaluation.test_split_s", "s", 0.0, 4.0, test_split_seconds),
    *WEBCAM_BENCHES,
    *TRAINING_BENCHES,
)
"""Everything that is measured, room by room."""
