"""Kills a training again and again at random instants, and looks whether anything but the epoch in flight is lost."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil

from fer_core.benchmark.homes import home_of
from fer_core.data.demo import write_demo_files
from fer_core.data.store import import_dataset
from fer_core.errors import TrainingError
from fer_core.training.backup import load_state
from fer_core.training.config import TrainingConfig
from fer_core.training.metrics import EpochMetrics
from fer_core.training.runs import Run, find_run, resume_run, start_run

_POLL = 0.05
_PATIENCE = 600.0
_LONG_KILLS = 100


@dataclass(frozen=True)
class KillReport:
    """What came of a run that was killed.

    Attributes:
        kills: How often.
        lost_epochs: Complete epochs that were gone afterwards.
        unreadable: Times the run could not be read or resumed.
        same: Whether it ended with the very weights and figures of the run that nobody disturbed.
    """

    kills: int
    lost_epochs: int
    unreadable: int
    same: bool


def kill_and_resume(config: TrainingConfig, kills: int, *, seed: int = 0) -> KillReport:
    """Trains a run undisturbed, then the same one with its child killed at random instants and resumed each time.

    Args:
        config: The runs' settings; of a small network, since every kill costs a start.
        kills: How many.
        seed: Of the instants.
    """
    began = time.monotonic()
    straight = _ended(start_run(config, "straight"))
    longest = time.monotonic() - began
    rng, run, lost, unreadable, done = random.Random(seed), start_run(config, "broken"), 0, 0, 0
    for _ in range(kills):
        _kill_after(run, rng.uniform(0, longest))
        try:
            state = load_state(run.folder / "backup")
            saved = state.epoch if state else 0
            lost += max(0, max(done, find_run(run.name).status.epoch) - saved)
            again = _again(run, config)
            done = max(done, saved) if again.name == run.name else 0
            run = again
        except TrainingError:
            unreadable += 1
    return KillReport(kills, lost, unreadable, _same(straight, _ended(run)))


def _again(run: Run, config: TrainingConfig) -> Run:
    """Resumes the run; one that was over before it could be killed is begun anew under another name."""
    if find_run(run.name).status.state == "finished":
        return start_run(config)
    return resume_run(run.name)


def _kill_after(run: Run, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and find_run(run.name).status.is_active:
        time.sleep(_POLL)
    status = find_run(run.name).status
    if status.is_active:
        child = psutil.Process(status.pid)
        child.kill()
        while find_run(run.name).status.is_active:
            time.sleep(_POLL)


def _ended(run: Run) -> Run:
    end = time.monotonic() + _PATIENCE
    while find_run(run.name).status.is_active and time.monotonic() < end:
        time.sleep(_POLL)
    return find_run(run.name)


def _same(one: Run, other: Run) -> bool:
    states = [load_state(run.folder / "backup") for run in (one, other)]
    if not all(state and run.status.state == "finished" for state, run in zip(states, (one, other), strict=True)):
        return False
    weights = zip(*(state.weights for state in states if state), strict=True)
    figures = [[_figures(metrics) for metrics in run.metrics()] for run in (one, other)]
    return figures[0] == figures[1] and all(np.array_equal(ours, theirs) for ours, theirs in weights)


def _figures(metrics: EpochMetrics) -> EpochMetrics:
    return replace(metrics, seconds=0.0, images_per_second=0.0)


def damage_of_kills() -> float:
    """What many kills cost: lost epochs, unreadable runs, and one more when the end is not the undisturbed one's."""
    with _demo_home():
        config = TrainingConfig(
            dataset="small", width=8, epochs=12, batch_size=16, precision="float32", learning_rate=1e-3
        )
        report = kill_and_resume(config, _LONG_KILLS)
    return float(report.lost_epochs + report.unreadable + (not report.same))


@contextmanager
def _demo_home() -> Iterator[None]:
    """A home of its own with a small drawn dataset."""
    with tempfile.TemporaryDirectory() as folder, home_of(folder):
        files = write_demo_files(Path(folder) / "files", {"train": 160, "validation": 48, "test": 48})
        import_dataset(*files, name="small")
        yield
