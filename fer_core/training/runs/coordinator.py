"""Carries a search out: Optuna proposes settings, ordinary runs try them."""

import os
import time
from dataclasses import replace

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from fer_core.errors import TrainingError
from fer_core.training.runs.launch import started
from fer_core.training.runs.record import Assignments, RunRecord
from fer_core.training.runs.retrain import best_accuracy, in_words
from fer_core.training.runs.searches import Search, SearchPlan, find_search
from fer_core.training.runs.store import STOP, Run, find_run, start_run, stop_run
from fer_core.training.settings.metrics import write_status
from fer_core.training.settings.space import Axis

_POLL = 1.0


def run_search(name: str) -> Search:
    """Starts a search's runs one after the other and waits for each; goes on where an interrupted one ended.

    Raises:
        TrainingError: There is no such search.
    """
    search = find_search(name)
    study = _open_study(search)
    left = search.plan.runs - _done(study)
    if left > 0:
        study.optimize(lambda trial: _try(search, study, trial), n_trials=left, catch=(TrainingError,))
    _report(search, study, "stopped" if _is_stopped(search) else "finished")
    return find_search(name)


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
    """Trains one run and gives its best validation accuracy."""
    attempt = {axis.name: _suggest(trial, axis) for axis in search.plan.axes}
    _report(search, study, "running", f"Trial {trial.number + 1} of {search.plan.runs}: {in_words(attempt)}")
    run = _start(search, trial.number + 1, attempt)
    while run.status.is_active:
        time.sleep(_POLL)
        if _is_stopped(search):
            stop_run(run.name)
        run = find_run(run.name)
    if _is_stopped(search):
        study.stop()
    if not run.metrics():
        raise optuna.TrialPruned(run.status.message)
    return best_accuracy(run)


def _start(search: Search, number: int, attempt: Assignments) -> Run:
    record = RunRecord(search=search.name, note=in_words(attempt))
    return start_run(search.plan.config.with_settings(attempt), f"{search.name}-{number:02}", record)


def _suggest(trial: optuna.Trial, axis: Axis) -> str:
    if axis.choices:
        return str(trial.suggest_categorical(axis.name, axis.choices))
    if axis.whole:
        return str(trial.suggest_int(axis.name, int(axis.low), int(axis.high), log=axis.is_logarithmic))
    return f"{trial.suggest_float(axis.name, axis.low, axis.high, log=axis.is_logarithmic):.4g}"


def _is_stopped(search: Search) -> bool:
    return (search.folder / STOP).exists()


def _report(search: Search, study: optuna.Study, state: str, message: str = "") -> None:
    done = _done(study)
    message = message or f"{done} of {search.plan.runs} trials are complete"
    status = replace(search.status, state=state, epoch=done, message=message)  # type: ignore[arg-type]
    write_status(search.folder, replace(status, pid=os.getpid(), pid_created=started(os.getpid())))
