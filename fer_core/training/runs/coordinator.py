"""Runs a search: Optuna proposes settings, ordinary runs try them."""

import os
import time
from dataclasses import replace

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from fer_core.errors import TrainingError
from fer_core.training.runs.launch import started
from fer_core.training.runs.lifecycle import start_run, stop_run
from fer_core.training.runs.record import RunRecord
from fer_core.training.runs.searches import Search, SearchPlan
from fer_core.training.runs.store import STOP, find_run
from fer_core.training.settings.fields import assignments_text
from fer_core.training.settings.metrics import State, write_status
from fer_core.training.settings.space import Axis

_POLL = 1.0


def run_search(search: Search) -> Search:
    """Start a search's runs one after the other and wait for each; go on where an interrupted one ended."""
    study = _open_study(search)
    left = search.plan.runs - _done(study)
    if left > 0:
        study.optimize(lambda trial: _try(search, study, trial), n_trials=left, catch=(TrainingError,))
    return _write_state(search, study, "stopped" if _is_stopped(search) else "finished")


def _open_study(search: Search) -> optuna.Study:
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(search.folder / "study.jsonl"))),
        study_name=search.name,
        sampler=_sampler(search.plan),
        direction="maximize",
        load_if_exists=True,
    )
    for trial in study.get_trials(states=(TrialState.RUNNING,)):  # left by a coordinator that was killed
        study.tell(trial.number, state=TrialState.FAIL)
    return study


def _sampler(plan: SearchPlan) -> optuna.samplers.BaseSampler:
    seed = plan.config.seed
    if plan.method == "grid":
        return optuna.samplers.GridSampler({axis.name: list(axis.choices) for axis in plan.axes}, seed=seed)
    if plan.method == "tpe":
        return optuna.samplers.TPESampler(seed=seed)
    return optuna.samplers.RandomSampler(seed=seed)


def _done(study: optuna.Study) -> int:
    return len(study.get_trials(states=(TrialState.COMPLETE, TrialState.PRUNED)))


def _try(search: Search, study: optuna.Study, trial: optuna.Trial) -> float:
    """Train one run and return its best validation accuracy."""
    attempt = {axis.name: _suggest(trial, axis) for axis in search.plan.axes}
    number, note = trial.number + 1, assignments_text(attempt)
    _write_state(search, study, "running", f"Trial {number} of {search.plan.runs}: {note}")
    record = RunRecord(search=search.name, note=note)
    run = start_run(search.plan.config.with_settings(attempt), f"{search.name}-{number:02}", record)
    while run.status.is_active:
        time.sleep(_POLL)
        if _is_stopped(search):
            stop_run(run)
        run = find_run(run.name)
    if _is_stopped(search):
        study.stop()
    if not run.metrics():
        raise optuna.TrialPruned(run.status.message)
    return run.best_accuracy()


def _suggest(trial: optuna.Trial, axis: Axis) -> str:
    if axis.choices:
        return str(trial.suggest_categorical(axis.name, axis.choices))
    if axis.whole:
        return str(trial.suggest_int(axis.name, int(axis.low), int(axis.high), log=axis.is_logarithmic))
    return f"{trial.suggest_float(axis.name, axis.low, axis.high, log=axis.is_logarithmic):.4g}"


def _is_stopped(search: Search) -> bool:
    return (search.folder / STOP).exists()


def _write_state(search: Search, study: optuna.Study, state: State, message: str = "") -> Search:
    done, pid = _done(study), os.getpid()
    message = message or f"{done} of {search.plan.runs} trials are complete"
    status = replace(search.status, state=state, epoch=done, message=message, pid=pid, pid_created=started(pid))
    write_status(search.folder, status)
    return replace(search, status=status)
