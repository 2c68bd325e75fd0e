"""Whether a class can use the app at once: fifty visitors, idle and beside a training, and a soak."""

import json
import subprocess
import sys
from functools import partial
from math import inf
from typing import Any

from fer_core.storage.files import PROJECT
from tests.benchmark.figure import AbsentError, Bench

_SCRIPT = PROJECT / "tests" / "load.py"
_SESSIONS = 50
_MINUTES = 5
_SOAK_MINUTES = 30


def _crowd(minutes: int, *options: str) -> dict[str, Any]:
    """What fifty visitors saw; errors count as a wait without end."""
    if not _SCRIPT.exists():
        raise AbsentError(f"{_SCRIPT} is not there: run this from a checkout of the project.")
    words = ["--sessions", str(_SESSIONS), "--seconds", str(60 * minutes), *options]
    child = subprocess.run(
        [sys.executable, "-m", "tests.tools.load", *words], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    figures: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return figures


def waiting(*options: str) -> float:
    """The 95th percentile of what a visitor waits for a page, in seconds; infinite when there was any error."""
    figures = _crowd(_MINUTES, *options)
    return inf if figures["errors"] or figures["tracebacks"] else float(figures["p95_seconds"])


def growth() -> float:
    """The server's growth over half an hour, in MB a minute after the first ten minutes."""
    return float(_crowd(_SOAK_MINUTES)["memory_slope_mb_a_minute"])


SERVER_BENCHES = (
    Bench("server.p95_seconds", "s a page with 50 visitors", 0.0, 1.0, waiting),
    Bench("server.p95_seconds_training", "s a page, beside a training", 0.0, 2.0, partial(waiting, "--training")),
    Bench("server.growth", "MB a minute", -inf, 1.0, growth),
)
"""What is measured of the server."""
