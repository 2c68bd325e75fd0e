"""Keeps a run's files current while it trains, and leaves a sentence there however it ends."""

import os
import time
from dataclasses import replace
from types import TracebackType
from typing import Self

from fer_core.errors import DivergenceError, FerError
from fer_core.training.runs.launch import started
from fer_core.training.runs.store import PAUSE, STOP, Run
from fer_core.training.settings.metrics import EpochMetrics, RunStatus, append_metrics, write_status

_WRITE_EVERY = 0.5
_RESERVE_FILE, _RESERVE = "reserve", 1 << 16


class StatusWriter:
    """Writes a run's ``status.json`` and ``metrics.jsonl``, all that the parent reads.

    As a context it sees how the run ends: by an error of any kind the status becomes failed (or stopped or paused
    where that was asked for) with a sentence.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._status = RunStatus(
            "queued",
            epoch=run.status.epoch,
            epochs=run.config.epochs,
            checkpoint=run.status.checkpoint,
            pid=os.getpid(),
            pid_created=started(os.getpid()),
            since=run.status.since or time.time(),
        )
        self._written = 0.0
        self._first_batch = (0.0, 0.0)  # when the epoch's first batch was over, and what share it was
        self._pace = 0.0

    def __enter__(self) -> Self:
        # A full disk has no room for the sentence that says so, unless some was kept.
        (self._run.folder / _RESERVE_FILE).write_bytes(bytes(_RESERVE))
        self.set(message="Starting")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        (self._run.folder / _RESERVE_FILE).unlink(missing_ok=True)
        if error is not None:
            asked = "stopped" if self.should_stop() else "paused" if self.should_pause() else "failed"
            state = asked if isinstance(error, FerError) else "failed"
            self.end(state, self._sentence(error), diverged=isinstance(error, DivergenceError))

    def _sentence(self, error: BaseException) -> str:
        if isinstance(error, FerError):
            return str(error)
        if isinstance(error, KeyboardInterrupt | SystemExit):
            return f"Interrupted after epoch {self._status.epoch}. Resume it to continue."
        return (
            f"A program error ended it ({type(error).__name__}: {error!s:.200}). "
            "Everything saved is kept; log.txt has the details. Resume it to try again."
        )

    def set(self, **changes: object) -> None:
        """Change some fields of the status."""
        self._status = replace(self._status, **changes)  # type: ignore[arg-type]
        write_status(self._run.folder, self._status)
        self._written = time.monotonic()

    def end(self, state: str, message: str, *, diverged: bool = False) -> None:
        """Leave a state in which nothing is in progress."""
        self.set(state=state, progress=0.0, eta_seconds=0.0, message=message, diverged=diverged)

    def should_stop(self) -> bool:
        """Whether the run was told to stop."""
        return self._run.asked_to(STOP)

    def should_pause(self) -> bool:
        """Whether the run was told to pause after the current epoch."""
        return self._run.asked_to(PAUSE)

    def on_batch(self, share: float) -> None:
        """Write the progress of an epoch, twice a second at most."""
        now = time.monotonic()
        if not self._first_batch[1]:
            self._first_batch = (now, share)
        if now - self._written < _WRITE_EVERY:
            return
        left = self._status.epochs - self._status.epoch - share
        pace = self._pace or self._pace_so_far(now, share)
        message = f"Training epoch {self._status.epoch + 1} of {self._status.epochs}"
        if self.should_pause():
            message += "; will pause at its end"
        state = "stopping" if self.should_stop() else "running"
        self.set(state=state, progress=share, eta_seconds=max(pace * left, 0.0), message=message)

    def _pace_so_far(self, now: float, share: float) -> float:
        """Seconds an epoch by the batches after the first, which also compiles the network; 0 while unknown."""
        began, first = self._first_batch
        return (now - began) / (share - first) if share > first else 0.0

    def on_epoch(self, metrics: EpochMetrics) -> None:
        """Add a complete epoch's figures."""
        append_metrics(self._run.folder, metrics)
        self._pace = 0.5 * (self._pace + metrics.seconds) if self._pace else metrics.seconds

    def on_saved(self, epoch: int) -> None:
        """Write that an epoch's state is saved."""
        self.set(epoch=epoch, progress=0.0, eta_seconds=self._pace * (self._status.epochs - epoch))
