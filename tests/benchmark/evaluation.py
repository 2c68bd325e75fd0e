"""How fast a checkpoint is evaluated, and how fast the page answers a click."""

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.descriptions import describe_cell
from fer_core.evaluation.scoring import evaluate_checkpoint
from fer_core.plots.confusion import confusion_figure
from fer_core.plots.gallery import cell_tile
from fer_core.reports.evaluation import evaluation_report
from fer_core.storage.files import cache_folder
from tests.benchmark.figure import Bench, median_seconds, seconds
from tests.benchmark.realdata import imported
from tests.benchmark.subjects import shipped, test_split

_PICTURES = 12


def test_split_seconds() -> float:
    """Time to evaluate the shipped checkpoint on the test split and to write the whole report, nothing kept before."""
    with _subject() as (checkpoint, dataset):

        def afresh() -> float:
            shutil.rmtree(cache_folder(), ignore_errors=True)
            return seconds(lambda: _report(checkpoint, dataset))

        return statistics.median(afresh() for _ in range(3))


def cached_seconds() -> float:
    """The same when the predictions are kept on disk."""
    with _subject() as (checkpoint, dataset):
        return median_seconds(lambda: evaluate_checkpoint(checkpoint, dataset).macro_f1_interval(), repeats=5)


def cell_click_milliseconds() -> float:
    """What the server does between a click on a cell and the pictures; tests/e2e has the browser's side."""
    with _subject() as (checkpoint, dataset):
        report = evaluate_checkpoint(checkpoint, dataset)
        cell = report.commonest_mistake()

        def click() -> None:
            describe_cell(report, *cell, dataset)
            for position in report.cell(*cell)[:_PICTURES]:
                cell_tile(report, dataset, position)
            confusion_figure(report, cell=cell).to_json()

        return 1000 * median_seconds(click, repeats=10)


@contextmanager
def _subject() -> Iterator[tuple[Checkpoint, FerDataset]]:
    """The shipped checkpoint and the test split, in a home of their own."""
    checkpoint = shipped()
    with imported() as name:
        yield checkpoint, test_split(checkpoint, name)


def _report(checkpoint: Checkpoint, dataset: FerDataset) -> str:
    return evaluation_report(checkpoint, evaluate_checkpoint(checkpoint, dataset), dataset, subject="the test split")


EVALUATION_BENCHES = (
    Bench("evaluation.test_split_s", "s with the report", 0.0, 4.0, test_split_seconds),
    Bench("evaluation.cached_s", "s", 0.0, 0.3, cached_seconds),
    Bench("evaluation.cell_click_ms", "ms", 0.0, 300.0, cell_click_milliseconds),
)
"""What is measured of evaluation."""
