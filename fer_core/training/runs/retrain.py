"""Restart if not good enough: a run that falls short of its target is followed by one with other settings."""

from dataclasses import replace

from fer_core.errors import TrainingError
from fer_core.storage.files import LONGEST_NAME
from fer_core.training.runs.record import Ambition, Assignments, RunRecord
from fer_core.training.runs.store import Run, list_runs, start_run
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import write_status


def best_accuracy(run: Run) -> float:
    """The best validation accuracy of a run so far; 0 before its first epoch."""
    return max((metrics.val_accuracy for metrics in run.metrics()), default=0.0)


def falls_short(run: Run) -> bool:
    """Whether a run is over without having reached its target."""
    return run.status.state == "finished" and best_accuracy(run) < run.record.ambition.target


def check_attempts(config: TrainingConfig, ambition: Ambition) -> None:
    """Makes sure that every attempt could be started, before the first one is.

    Raises:
        TrainingError: The settings of an attempt are unknown, unreadable or contradict each other.
    """
    for number, attempt in enumerate(ambition.attempts, 1):
        try:
            config.with_settings(attempt)
        except TrainingError as error:
            raise TrainingError(f"Attempt {number} of those to try next: {error}") from error


def try_next(run: Run) -> Run | None:
    """Starts the next attempt when a run is over and falls short of its target.

    Args:
        run: As it stands.

    Returns:
        The run that was started, or None when there was no need or nothing is left to try.
    """
    if not falls_short(run):
        return None
    best, target = 100 * best_accuracy(run), 100 * run.record.ambition.target
    reached = f"{best:.1f} % on validation is below the target of {target:.1f} %"
    if not run.record.ambition.attempts:
        _say(run, f"{reached}, and nothing is left to try.")
        return None
    attempt, *later = run.record.ambition.attempts
    following = RunRecord(
        note=f"After {run.name}: {in_words(attempt)}",
        parent=run.record.id,
        ambition=replace(run.record.ambition, attempts=tuple(later)),
    )
    started = start_run(run.config.with_settings(attempt), _next_name(run.name), following)
    _say(run, f"{reached}, so “{started.name}” tries {in_words(attempt)}.")
    return started


def in_words(attempt: Assignments) -> str:
    """Settings as they are written: "learning_rate=0.001, epochs=20"."""
    return ", ".join(f"{name}={value}" for name, value in attempt.items())


def _say(run: Run, sentence: str) -> None:
    write_status(run.folder, replace(run.status, message=f"{run.status.message}. {sentence}"))


def _next_name(name: str) -> str:
    """A name for the next attempt: after "mine" and "mine-try2" comes "mine-try3"."""
    stem, _, number = name.rpartition("-try")
    stem, first = (stem, int(number) + 1) if stem and number.isdecimal() else (name, 2)
    taken = {run.name for run in list_runs()}
    names = (f"{stem[: LONGEST_NAME - 4 - len(str(n))]}-try{n}" for n in range(first, first + len(taken) + 1))
    return next(candidate for candidate in names if candidate not in taken)
