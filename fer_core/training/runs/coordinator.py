"""Runs a search: Optuna proposes settings, ordinary runs try them.

A search that is interrupted at any instant ends as if it had not been. The trial under way stays open in Optuna's
journal until its run is over, so its run goes on; and what is proposed next depends on the search's seed, the trials
that are over and their number, not on how often the search was started.
"""

import itertools
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, TrialState, create_trial

from fer_core.errors import TrainingError
from fer_core.training.runs.launch import started
from fer_core.training.runs.lifecycle import resume_run, start_run, stop_run
from fer_core.training.runs.record import RunRecord
from fer_core.training.runs.searches import Search, SearchPlan
from fer_core.training.runs.store import STOP, Run, find_run, name_taken
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.fields import assignments_text
from fer_core.training.settings.metrics import State, write_status
from fer_core.training.settings.space import Axis

_OVER = (TrialState.COMPLETE, TrialState.PRUNED)


def run_search(search: Search, *, poll: float = 1.0) -> Search:
    """Start a search's runs one after the other, looking at each every ``poll`` seconds; continue where it ended."""
    study = _open_study(search)
    while _done(study) < search.plan.runs and not _is_stopped(search):
        _try(search, study, _open_trial(study, search.plan) or _propose(study, search.plan), poll)
    return _write_state(search, study, "stopped" if _is_stopped(search) else "finished")


def _open_study(search: Search) -> optuna.Study:
    journal = search.folder / "study.jsonl"
    _drop_torn_line(journal)
    # Optuna's usual lock is a symbolic link, which Windows lets only few people make.
    backend = JournalFileBackend(str(journal), JournalFileOpenLock(str(journal)))
    return optuna.create_study(
        storage=JournalStorage(backend), study_name=search.name, direction="maximize", load_if_exists=True
    )


def _drop_torn_line(journal: Path) -> None:
    """Cut off a last line that a full disk or a power cut left without its end; Optuna could not read past it."""
    content = journal.read_bytes() if journal.exists() else b""
    if whole := content.rpartition(b"\n")[2]:
        os.truncate(journal, len(content) - len(whole))


def _open_trial(study: optuna.Study, plan: SearchPlan) -> FrozenTrial | None:
    """The trial that was under way when the search ended, if there is one."""
    for trial in study.get_trials(states=(TrialState.RUNNING,)):
        if trial.params.keys() == {axis.name for axis in plan.axes}:
            return trial
        study.tell(trial.number, state=TrialState.FAIL)  # it had no run yet; the same is proposed again
    return None


def _propose(study: optuna.Study, plan: SearchPlan) -> FrozenTrial:
    distributions = {axis.name: _distribution(axis) for axis in plan.axes}
    if plan.method == "grid":
        settings = _untried(study, plan)
        study.add_trial(create_trial(state=TrialState.RUNNING, params=settings, distributions=distributions))
    else:
        sampler = optuna.samplers.TPESampler if plan.method == "tpe" else optuna.samplers.RandomSampler
        # One random state for each trial: a single one would begin anew, and repeat itself, in a resumed search.
        study.sampler = sampler(seed=int(np.random.SeedSequence((plan.config.seed, _done(study))).generate_state(1)[0]))
        study.ask(distributions)
    return study.get_trials()[-1]


def _untried(study: optuna.Study, plan: SearchPlan) -> dict[str, str]:
    """The next combination of a grid, in an order that the seed decides."""
    tried = [trial.params for trial in study.get_trials(states=_OVER)]
    names, grid = [axis.name for axis in plan.axes], list(itertools.product(*(axis.choices for axis in plan.axes)))
    order = np.random.default_rng(plan.config.seed).permutation(len(grid))
    return next(found for i in order if (found := dict(zip(names, grid[i], strict=True))) not in tried)


def _done(study: optuna.Study) -> int:
    return len(study.get_trials(states=_OVER))


def _try(search: Search, study: optuna.Study, trial: FrozenTrial, poll: float) -> None:
    """Train a trial's run and report its best validation accuracy to the study; a stopped search leaves it open."""
    attempt = {axis.name: _text(trial.params[axis.name]) for axis in search.plan.axes}
    note = assignments_text(attempt)
    _write_state(search, study, "running", f"Trial {_done(study) + 1} of {search.plan.runs}: {note}")
    record = RunRecord(search=search.name, note=note)
    try:
        run = _start(f"{search.name}-{trial.number + 1:02}", search.plan.config.with_settings(attempt), record)
        while (run := find_run(run.name)).status.is_active:
            if _is_stopped(search):
                stop_run(run)
            time.sleep(poll)
    except TrainingError:  # it cannot be trained, here or ever: the search goes on with others
        study.tell(trial.number, state=TrialState.PRUNED)
        return
    if _is_stopped(search) and run.status.state != "finished":
        return
    best = run.best_accuracy() if run.metrics() else None
    study.tell(trial.number, best, state=TrialState.COMPLETE if run.metrics() else TrialState.PRUNED)


def _start(name: str, config: TrainingConfig, record: RunRecord) -> Run:
    """Start a trial's run, or resume it if the search was interrupted."""
    try:
        run = find_run(name)
    except TrainingError:
        return start_run(config, name, record)
    if run.record.search != record.search:
        raise name_taken(name)
    return run if run.status.is_active or run.status.state == "finished" else resume_run(run)


def _distribution(axis: Axis) -> BaseDistribution:
    if axis.choices:
        return CategoricalDistribution(axis.choices)
    if axis.whole:
        return IntDistribution(int(axis.low), int(axis.high), log=axis.is_logarithmic)
    return FloatDistribution(axis.low, axis.high, log=axis.is_logarithmic)


def _text(value: Any) -> str:  # noqa: ANN401  (Optuna's own type)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _is_stopped(search: Search) -> bool:
    return (search.folder / STOP).exists()


def _write_state(search: Search, study: optuna.Study, state: State, message: str = "") -> Search:
    done, pid = _done(study), os.getpid()
    message = message or f"{done} of {search.plan.runs} trials complete"
    status = replace(search.status, state=state, epoch=done, message=message, pid=pid, pid_created=started(pid))
    write_status(search.folder, status)
    return replace(search, status=status)
