"""Whether the pages stay quick while a network is being trained."""

import json
import subprocess
import sys
import tempfile
import time

import numpy as np

from fer_core.datasets.store import ensure_demo
from fer_core.storage.files import PROJECT
from fer_core.training.runs.lifecycle import start_run, stop_run
from fer_core.training.runs.store import find_run
from fer_core.training.settings.config import TrainingConfig
from tests.benchmark.figure import AbsentError
from tests.benchmark.homes import home_of

_SCRIPT = PROJECT / "tests" / "tools" / "rerun_times.py"
_PATIENCE = 120.0
_PAGES = ("overview", "training", "evaluation")


def rerun_ratio() -> float:
    """The 95th percentile of page reruns with a run going, over that of the idle app."""
    with tempfile.TemporaryDirectory() as folder, home_of(folder):
        ensure_demo()
        idle = _p95()
        run = start_run(TrainingConfig(epochs=1000), "busy")
        _wait_for_first_batches(run.name)
        try:
            busy = _p95()
        finally:
            stop_run(run)
            _wait_for_end(run.name)
    return busy / idle


def _p95() -> float:
    """Seconds, over reruns of several pages."""
    child = subprocess.run(
        [sys.executable, str(_SCRIPT), *_PAGES], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return float(np.percentile(json.loads(child.stdout.splitlines()[-1]), 95))


def _wait_for_first_batches(name: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not find_run(name).status.progress:
        if time.monotonic() > end or not find_run(name).status.is_active:
            raise AbsentError(f"The training beside which pages are measured does not run: {find_run(name).status}")
        time.sleep(0.2)


def _wait_for_end(name: str) -> None:
    end = time.monotonic() + _PATIENCE
    while find_run(name).status.is_active and time.monotonic() < end:
        time.sleep(0.2)
