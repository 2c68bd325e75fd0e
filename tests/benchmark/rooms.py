"""What is measured in each room. The bars are those the project's issues set."""

import gzip
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from fer_core.datasets.dataset import label_records
from fer_core.datasets.readers import read_records
from fer_core.datasets.store import DEMO, load_records
from fer_core.labels import DEFAULT_SCHEME, LABEL_SCHEMES
from tests.benchmark.break_it import BREAK_IT_BENCHES
from tests.benchmark.dataset import DATASET_BENCHES
from tests.benchmark.detection.benches import DETECTION_BENCHES
from tests.benchmark.detection.centerface import CENTERFACE_BENCHES
from tests.benchmark.drawn import DRAWN_BENCHES
from tests.benchmark.evaluation import EVALUATION_BENCHES
from tests.benchmark.figure import Bench, median_seconds, seconds
from tests.benchmark.learning_curve import CURVE_BENCHES
from tests.benchmark.photos import PHOTO_BENCHES
from tests.benchmark.realdata import imported, real_files
from tests.benchmark.serving import SERVER_BENCHES
from tests.benchmark.steady import STEADY_BENCHES
from tests.benchmark.subjects import shipped, test_split
from tests.benchmark.teach import TEACH_BENCHES
from tests.benchmark.training import TRAINING_BENCHES
from tests.benchmark.verdicts import VERDICT_BENCHES
from tests.benchmark.videos import VIDEO_BENCHES
from tests.benchmark.webcam import WEBCAM_BENCHES

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
    with imported() as name:
        return 1000 * median_seconds(lambda: load_records(name).images[0], repeats=20)


def demo_accuracy() -> float:
    """Best validation accuracy, in per cent, of the paper's network after two minutes on the demo faces."""
    from fer_core.training.child.strategy import choose_precision
    from fer_core.training.child.trainer import Observer, Plan, train
    from fer_core.training.settings.config import TrainingConfig
    from fer_core.training.settings.metrics import EpochMetrics

    records, epochs = load_records(DEMO), list[EpochMetrics]()
    training, validation = (label_records(records, LABEL_SCHEMES[DEFAULT_SCHEME], [s]) for s in ("train", "validation"))
    end = time.monotonic() + 60 * _DEMO_MINUTES
    observer = Observer(on_epoch=epochs.append, should_stop=lambda: time.monotonic() > end)
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(Path(folder), precision=choose_precision("auto").precision)
        train(TrainingConfig(), training, validation, plan, observer)
    return 100 * max(metrics.val_accuracy for metrics in epochs)


def litert_difference() -> float:
    """Largest difference between LiteRT's and Keras' probabilities over the test split."""
    from fer_core.training.child.validator import predict
    from fer_core.training.network.export import read_network

    checkpoint = shipped()
    with imported() as name:
        images = test_split(checkpoint, name).images
    ours = checkpoint.open_classifier(threads=2).predict_raw(images)
    return float(np.abs(ours - predict(read_network(checkpoint), images)).max())


def _usual_idiom(path: Path) -> None:
    table = pd.read_csv(path)
    np.array([[int(value) for value in text.split()] for text in table["pixels"]], np.uint8)


BENCHES = (
    Bench("data.read_ratio", "of the usual idiom's time", 0.0, 0.2, read_ratio),
    Bench("data.map_ms", "ms", 0.0, 50.0, map_milliseconds),
    Bench("training.demo_accuracy", "% on validation after two minutes", 80.0, 97.0, demo_accuracy),
    Bench("evaluation.litert_difference", "of a probability", 0.0, 1e-4, litert_difference),
    *EVALUATION_BENCHES,
    *VERDICT_BENCHES,
    *DATASET_BENCHES,
    *WEBCAM_BENCHES,
    *TEACH_BENCHES,
    *CURVE_BENCHES,
    *PHOTO_BENCHES,
    *STEADY_BENCHES,
    *DETECTION_BENCHES,
    *CENTERFACE_BENCHES,
    *DRAWN_BENCHES,
    *VIDEO_BENCHES,
    *TRAINING_BENCHES,
    *SERVER_BENCHES,
    *BREAK_IT_BENCHES,
)
"""Everything that is measured, room by room."""
