"""Kills a training again and again at random instants, and looks whether anything but the epoch in flight is lost."""

import contextlib
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from fer_core.checkpoints.checkpoint import LITERT_FILE, load_checkpoint
from fer_core.datasets.demo import write_demo_files
from fer_core.datasets.store import import_dataset
from fer_core.errors import TrainingError
from fer_core.training.child.backup import load_state
from fer_core.training.runs.lifecycle import resume_run, start_run
from fer_core.training.runs.store import Run, find_run
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics
from tests.benchmark.homes import home_of

_POLL = 0.05
_GLANCE = 0.0005
_IN_SAVES = 3
"""Every third kill waits for the next state to be half written: few random instants would hit one."""

_PATIENCE = 600.0
_LONG_KILLS = 100


@dataclass(frozen=True)
class KillReport:
    """What came of a run that was killed.

    Attributes:
        kills: How often.
        in_saves: Kills that hit while a state was being written.
        lost_epochs: Complete epochs that were gone afterwards.
        unreadable: Times the run could not be read or resumed.
        same: Whether it ended with the very weights and figures of the run that nobody disturbed.
    """

    kills: int
    in_saves: int
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
    rng, run, in_saves, lost, unreadable, done = random.Random(seed), start_run(config, "broken"), 0, 0, 0, 0
    for number in range(kills):
        in_saves += _kill_after(run, rng.uniform(0, longest), in_save=number % _IN_SAVES == 0)
        if find_run(run.name).status.state == "finished":  # over before it could be killed: begun anew
            run, done = start_run(config), 0
            continue
        try:
            state = load_state(run.folder / "backup")
            saved = state.epoch if state else 0
            lost += max(0, max(done, find_run(run.name).status.epoch) - saved)
            run, done = resume_run(run), max(done, saved)
        except TrainingError:
            unreadable += 1
    return KillReport(kills, in_saves, lost, unreadable, _same(straight, _ended(run)))


def _kill_after(run: Run, seconds: float, *, in_save: bool) -> bool:
    """Kills the run's child some seconds from now; returns whether a state was half written then."""
    end, before = time.monotonic() + seconds, _half_written(run)
    while time.monotonic() < end and find_run(run.name).status.is_active:
        time.sleep(_POLL)
    while in_save and not _half_written(run) - before and find_run(run.name).status.is_active:
        glance = time.monotonic() + _POLL
        while not _half_written(run) - before and time.monotonic() < glance:
            time.sleep(_GLANCE)
    status = find_run(run.name).status
    if status.is_active:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile
            psutil.Process(status.pid).kill()
        while find_run(run.name).status.is_active:
            time.sleep(_POLL)
    return bool(_half_written(run) - before)


def _half_written(run: Run) -> set[tuple[str, int]]:
    """States whose arrays are there and whose description is not, with the time of their last write."""
    half = set()
    for arrays in (run.folder / "backup").glob("epoch-*.npz"):
        with contextlib.suppress(FileNotFoundError):  # old ones go
            if not arrays.with_suffix(".json").exists():
                half.add((arrays.name, arrays.stat().st_mtime_ns))
    return half


def _ended(run: Run) -> Run:
    end = time.monotonic() + _PATIENCE
    while find_run(run.name).status.is_active and time.monotonic() < end:
        time.sleep(_POLL)
    return find_run(run.name)


def _same(one: Run, other: Run) -> bool:
    if not one.status.state == other.status.state == "finished":
        return False
    figures = [[_figures(metrics) for metrics in run.metrics()] for run in (one, other)]
    networks = [load_checkpoint(run.status.checkpoint).card.files[LITERT_FILE] for run in (one, other)]
    return figures[0] == figures[1] and networks[0] == networks[1]


def _figures(metrics: EpochMetrics) -> EpochMetrics:
    return replace(metrics, seconds=0.0, images_per_second=0.0)


def damage_of_kills() -> float:
    """What many kills cost: lost epochs and unreadable runs, one more each if the end differs or too few hit a save."""
    with _demo_home():
        config = TrainingConfig(
            dataset="small", width=8, epochs=12, batch_size=16, precision="float32", learning_rate=1e-3
        )
        report = kill_and_resume(config, _LONG_KILLS)
    too_few = report.in_saves < _LONG_KILLS // 5
    return float(report.lost_epochs + report.unreadable + (not report.same) + too_few)


@contextmanager
def _demo_home() -> Iterator[None]:
    """A home of its own with a small drawn dataset."""
    with tempfile.TemporaryDirectory() as folder, home_of(folder):
        files = write_demo_files(Path(folder) / "files", {"train": 160, "validation": 48, "test": 48})
        import_dataset(*files, name="small")
        yield
