"""How often the experiments of Break it show what they are known for: of several seeds, each with runs of its own."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TypeVar

from fer_core.checkpoints.checkpoint import list_checkpoints
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import DEMO, dataset_card, ensure_demo, load_records
from fer_core.lessons.break_it.catalogue import EXPERIMENTS
from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.results import SideResult, figures, results_with_mistake
from fer_core.lessons.break_it.trial import Trial
from fer_core.training.runs.lifecycle import start_run
from fer_core.training.runs.store import find_run
from fer_core.training.settings.presets import PRESETS
from tests.benchmark.figure import AbsentError, Bench
from tests.benchmark.homes import home_of
from tests.benchmark.realdata import imported

_SEEDS, _HOME = "FER_BENCHMARK_SEEDS", "FER_BENCHMARK_HOME"
_PATIENCE = 1800  # seconds for two runs, on a machine that is busy with other things

_Value = TypeVar("_Value")

Sides = tuple[SideResult, SideResult]


def seeds_that_show(experiment: Experiment, store: Callable[[], Iterator[str]]) -> float:
    """Of the seeds from 0, ten or ``FER_BENCHMARK_SEEDS``, per cent in which an experiment shows its known effect.

    A line a seed goes to the error stream. What ran in ``FER_BENCHMARK_HOME`` already is not run again.
    """
    seeds = range(int(os.environ.get(_SEEDS, "10")))
    with contextmanager(store)() as dataset:
        shown = [_shows(experiment, seed, _sides(experiment, dataset, seed)) for seed in seeds]
    return 100 * sum(shown) / len(seeds)


def _demo() -> Iterator[str]:
    kept = os.environ.get(_HOME, "")
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory() as folder, home_of(folder):
        ensure_demo()
        yield DEMO


def _ferplus() -> Iterator[str]:
    with imported() as name:
        yield name


def _sides(experiment: Experiment, dataset: str, seed: int) -> Sides:
    if experiment.trains:
        trial = Trial.of(experiment, dataset_card(dataset), seed)
        trial.start()
        return _awaited(trial.results)
    checkpoint = _network(dataset, seed)
    faces = label_records(load_records(dataset), checkpoint.card.scheme, ["test"])
    return results_with_mistake(checkpoint.open_classifier(), faces, experiment.mistake)


def _network(dataset: str, seed: int):
    """The network of the one-minute demo, trained with a seed."""
    name = f"demo-{seed}"
    if name not in [checkpoint.name for checkpoint in list_checkpoints()]:
        records = load_records(dataset)
        schemes = tuple(scheme.name for scheme in records.schemes)
        config = PRESETS[0].config(dataset, records.split_sizes()["train"], schemes)
        start_run(config.with_settings({"seed": str(seed)}), name)
        _awaited(lambda: find_run(name).status.checkpoint)
    return next(checkpoint for checkpoint in list_checkpoints() if checkpoint.name == name)


def _awaited(ask: Callable[[], _Value | None]) -> _Value:
    end = time.monotonic() + _PATIENCE
    while not (found := ask()):
        if time.monotonic() > end:
            raise AbsentError(f"The runs were not over after {_PATIENCE} s.")
        time.sleep(0.5)
    return found


def _shows(experiment: Experiment, seed: int, sides: Sides) -> bool:
    happened = experiment.happened(*sides)
    said = " | ".join(", ".join(f"{label} {value}" for label, value, _ in figures(side)) for side in sides)
    print(f"{experiment.name} seed {seed}: {experiment.choices[happened]}: {said}", file=sys.stderr, flush=True)
    return happened == experiment.known


BREAK_IT_BENCHES = (
    *(
        Bench(f"break_it.{e.name}", "% of the seeds show it", 90.0, 100.0, partial(seeds_that_show, e, _demo))
        for e in EXPERIMENTS
    ),
    *(
        Bench(f"break_it_ferplus.{e.name}", "% of the seeds show it", 0.0, 100.0, partial(seeds_that_show, e, _ferplus))
        for e in EXPERIMENTS
        if e.trains and not e.needs_drawn_people
    ),
)
"""Every experiment on the demo, and those that train on FER+, which only have to run there."""
