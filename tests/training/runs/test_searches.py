"""A search that is interrupted, however often and wherever, tries the same settings as one that is not."""

import math
import os
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from optuna.storages.journal import JournalFileBackend

from fer_core.training.runs.coordinator import run_search
from fer_core.training.runs.launch import queued_status
from fer_core.training.runs.record import RunRecord
from fer_core.training.runs.searches import SearchPlan, create_search, find_search
from fer_core.training.runs.store import STOP, create_run, find_run
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics, append_metrics, read_status, write_status
from fer_core.training.settings.space import read_axes

BASE = TrainingConfig(epochs=1, seed=3)
AXES = {"learning_rate": "0.0001..0.01", "batch_size": "16,32,64"}
GRID = {"learning_rate": "0.0001,0.001,0.01", "batch_size": "16,32"}
TRIALS = 4


@pytest.fixture(params=["grid", "random", "tpe"])
def method(request):
    """Each way to choose settings."""
    return request.param


class Killed(BaseException):
    """The end of the search's process, at any line."""


def plan(method):
    return SearchPlan(BASE, read_axes(GRID if method == "grid" else AXES, BASE), method, TRIALS)


@pytest.fixture
def trainer(monkeypatch):
    """Trains in no time.

    The first word of ``kills`` ends the search as the next run is started: "both" with that run, "search" alone.
    ``launched`` are the runs, in the order in which they were started or resumed.
    """
    kills, launched = [], []

    def launch(words, log):
        folder, kill = log.parent, kills.pop(0) if kills else ""
        before = read_status(folder).since
        launched.append(folder.name)
        if kill == "both":
            write_status(folder, replace(read_status(folder), pid=os.getpid(), pid_created=0.0))
        else:
            threading.Thread(target=finish, args=(folder, before)).start()
        if kill == "search":  # the child says itself that it lives
            write_status(folder, queued_status(os.getpid(), 1))
        if kill:
            raise Killed
        return os.getpid()

    def finish(folder, before):
        while read_status(folder).since == before:  # who starts a child records that it waits
            time.sleep(0.002)
        accuracy = 1 - abs(math.log10(find_run(folder.name).config.learning_rate) + 3) / 4
        append_metrics(folder, EpochMetrics(1, 1.0, 0.5, 1.0, accuracy, 0.5, 1.0, 1.0))
        write_status(folder, replace(read_status(folder), state="finished", epoch=1))

    monkeypatch.setattr("fer_core.training.runs.launch.launch_command", launch)
    return SimpleNamespace(kills=kills, launched=launched)


def settings_of(name):
    """What the trials of a search tried, in order."""
    return [
        (r.config.learning_rate, r.config.batch_size) for r in sorted(find_search(name).trials(), key=lambda r: r.name)
    ]


def test_killed_twice_in_every_trial_it_ends_as_if_it_had_not_been(home, trainer, method):
    run_search(create_search(plan(method), "calm"), poll=0.01)
    search = create_search(plan(method), "killed")
    for kill in ["both", "search"] * TRIALS:
        trainer.kills[:] = [kill]
        with pytest.raises(Killed):
            run_search(search, poll=0.01)
    ended = run_search(search, poll=0.01)
    assert (ended.status.state, ended.status.epoch) == ("finished", TRIALS)
    assert settings_of("killed") == settings_of("calm")
    assert len(set(settings_of("calm"))) == TRIALS
    names = [f"-{number:02}" for number in range(1, TRIALS + 1)]
    assert trainer.launched == [f"calm{n}" for n in names] + [f"killed{n}" for n in names for _ in range(2)]


def test_killed_while_it_proposes_it_proposes_the_same_again(home, trainer, method, monkeypatch):
    run_search(create_search(plan(method), "calm"), poll=0.01)
    search = create_search(plan(method), "killed")
    write, kills = JournalFileBackend.append_logs, iter(range(3, 60, 2))

    def dying(backend, logs):
        if next(countdown) == 0:
            raise Killed
        write(backend, logs)

    monkeypatch.setattr(JournalFileBackend, "append_logs", dying)
    for lines in kills:  # it dies before the third line, then before the fifth of those that follow, ...
        countdown = iter(range(lines, -1, -1))
        try:
            run_search(search, poll=0.01)
            break
        except Killed:
            continue
    assert find_search("killed").status.epoch == TRIALS
    assert settings_of("killed") == settings_of("calm")


def test_a_line_that_a_full_disk_cut_costs_only_itself(home, trainer, method):
    search = create_search(plan(method), "torn")
    trainer.kills[:] = ["", "both"]
    with pytest.raises(Killed):
        run_search(search, poll=0.01)
    with (search.folder / "study.jsonl").open("ab") as journal:
        journal.write(b'{"op_code":6,"wor')
    assert run_search(search, poll=0.01).status.epoch == TRIALS
    assert len(set(settings_of("torn"))) == TRIALS


def test_a_stopped_search_goes_on_with_its_run(home, trainer, monkeypatch):
    search = create_search(plan("random"), "halted")

    def stop(run):
        write_status(run.folder, replace(read_status(run.folder), state="stopped"))

    monkeypatch.setattr("fer_core.training.runs.coordinator.stop_run", stop)
    trainer.kills[:] = ["search"]
    with pytest.raises(Killed):
        run_search(search, poll=0.01)
    (search.folder / STOP).touch()
    assert run_search(search, poll=0.01).status.state == "stopped"
    (search.folder / STOP).unlink()
    assert run_search(search, poll=0.01).status.epoch == TRIALS
    assert len(find_search("halted").trials()) == TRIALS


def test_a_run_that_is_somebody_elses_is_left_alone(home, trainer):
    other = create_run(BASE, "mine-02", RunRecord(note="not the search's"))
    search = run_search(create_search(plan("random"), "mine"), poll=0.01)
    assert (search.status.state, search.status.epoch) == ("finished", TRIALS)
    assert len(search.trials()) == TRIALS - 1
    assert find_run("mine-02").record == other.record
    assert "mine-02" not in trainer.launched
