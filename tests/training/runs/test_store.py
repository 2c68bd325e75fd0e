"""The parent's view of the runs, with children that only sleep."""

import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from fer_core.errors import TrainingError
from fer_core.storage.files import runs_folder
from fer_core.training.runs import launch as children_room
from fer_core.training.runs import store as runs
from fer_core.training.runs.launch import started
from fer_core.training.runs.lifecycle import resume_run, start_run, stop_run
from fer_core.training.runs.store import create_run, find_run, list_runs
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics, RunStatus, append_metrics, read_status, write_status

CONFIG = TrainingConfig(epochs=5)


@pytest.fixture(autouse=True)
def _in_this_home(home):
    pass


@pytest.fixture
def children(monkeypatch):
    """Starts sleeping processes instead of trainings; a list of (process, arguments, options)."""
    started = []
    popen = subprocess.Popen

    def sleep(arguments, **options):
        child = popen([sys.executable, "-c", "import time; time.sleep(600)"], **options)
        started.append((child, arguments, options))
        return child

    monkeypatch.setattr(children_room.subprocess, "Popen", sleep)
    yield started
    for child, *_ in started:
        child.kill()
        child.wait()


def set_status(run, **changes):
    write_status(run.folder, replace(read_status(run.folder), **changes))


def test_a_started_run_has_a_child_of_its_own(children):
    run = start_run(CONFIG, "first")
    ((child, arguments, options),) = children
    assert arguments[1:] == ["-m", "fer_core", "train", "--run", "first"]
    assert options["start_new_session"] is True
    assert run.status.pid == child.pid
    assert run.status.state == "queued"
    assert run.status.epochs == 5
    assert find_run("first") == run
    assert run.metrics() == ()


def test_a_relative_home_means_the_same_folder_to_the_child(children, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FER_HOME", "relative")
    run = start_run(CONFIG)
    assert run.folder.is_relative_to(tmp_path / "relative")
    assert children[0][2]["env"]["FER_HOME"] == str(tmp_path / "relative")


def test_a_run_has_a_name_by_default(children):
    assert start_run(CONFIG).name.startswith("paper-cnn-20")


@pytest.mark.parametrize("name", [".", "..", "../up", "a/b", "a\\b", ".a", "-a", "é", "x" * 61])
def test_names_that_are_no_folder_everywhere_are_refused(name):
    with pytest.raises(TrainingError, match=r"is not a valid name\. Use up to 60"):
        create_run(CONFIG, name)
    with pytest.raises(TrainingError, match="There is no run"):
        find_run(name)


def test_a_name_is_given_once():
    create_run(CONFIG, "mine")
    with pytest.raises(TrainingError, match=r"already a run “mine”\. Choose another name"):
        create_run(TrainingConfig(), "mine")
    assert find_run("mine").config == CONFIG


def test_a_run_that_cannot_be_stored_leaves_nothing(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(runs, "write_text", full)
        with pytest.raises(TrainingError, match=r"could not be stored .*\(No space left on device\)\. Free some space"):
            create_run(CONFIG, "mine")
    assert create_run(CONFIG, "mine").name == "mine"


def test_a_missing_run_is_told_with_those_there_are():
    with pytest.raises(TrainingError, match=r"no run “no” \(there are: none yet\)"):
        find_run("no")
    create_run(CONFIG, "yes")
    with pytest.raises(TrainingError, match=r"no run “no” \(there are: yes\)"):
        find_run("no")


def test_a_dead_child_is_told_to_be_interrupted(children, monkeypatch):
    run = start_run(CONFIG, "first")
    set_status(run, state="running", epoch=3, progress=0.5, eta_seconds=9.0)
    children[0][0].kill()
    deadline = time.monotonic() + 20
    while find_run("first").status.is_active and time.monotonic() < deadline:
        time.sleep(0.02)  # not waited for, so it is a zombie
    status = find_run("first").status
    assert (status.state, status.epoch, status.progress, status.eta_seconds) == ("failed", 3, 0.0, 0.0)
    assert status.message.startswith("Interrupted after epoch 3. Resume it to continue")
    assert "memory" in status.message
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    assert find_run("first").status.message.startswith("Interrupted after epoch 3: the disk is full. Free some space")


@pytest.mark.parametrize("state", ["queued", "running", "stopping"])
def test_another_process_of_the_same_number_is_not_the_child(state):
    run = create_run(CONFIG, "first")
    me = psutil.Process()
    set_status(run, state=state, pid=me.pid, pid_created=started(me.pid) - 1000)
    assert find_run("first").status.state == "failed"
    set_status(run, state=state, pid=me.pid, pid_created=started(me.pid))
    assert find_run("first").status.state == state


@pytest.mark.parametrize("pid", [0, -5, 2**22 + 7])
def test_no_process_is_a_dead_child(pid):
    run = create_run(CONFIG, "first")
    set_status(run, state="running", pid=pid, pid_created=0.0)
    assert find_run("first").status.state == "failed"


def test_a_run_whose_maker_died_before_the_child_is_not_queued_for_ever():
    code = "from fer_core.training.runs.store import *; create_run(TrainingConfig(), 'first')"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
    assert find_run("first").status.state == "failed"


def test_a_finished_run_stays_finished_when_its_child_is_gone():
    run = create_run(CONFIG, "first")
    set_status(run, state="finished", pid=2**22 + 7, checkpoint="first")
    assert find_run("first").status.state == "finished"


def test_stopping_leaves_a_word_for_the_child(children):
    run = start_run(CONFIG, "first")
    stop_run(find_run("first"))
    stop_run(find_run("first"))
    assert (run.folder / "stop").exists()


def test_an_interrupted_run_is_resumed_with_what_it_has(children):
    run = start_run(CONFIG, "first")
    stop_run(find_run("first"))
    set_status(run, state="stopped", epoch=2)
    resumed = resume_run(find_run("first"))
    assert len(children) == 2
    assert resumed.status.state == "queued"
    assert resumed.status.epoch == 2
    assert resumed.status.pid == children[1][0].pid
    assert not (run.folder / "stop").exists()


@pytest.mark.parametrize(("state", "why"), [("running", "is already active"), ("finished", "is finished")])
def test_what_runs_or_is_finished_is_not_resumed(children, state, why):
    set_status(start_run(CONFIG, "first"), state=state)
    with pytest.raises(TrainingError, match=why):
        resume_run(find_run("first"))
    assert len(children) == 1


def test_resuming_twice_at_once_starts_one_child(children):
    set_status(start_run(CONFIG, "first"), state="failed")
    refused, start = [], threading.Barrier(4)

    def resume():
        start.wait()
        try:
            resume_run(find_run("first"))
        except TrainingError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=resume) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(children) == 2
    assert len(refused) == 3


def test_the_newest_run_comes_first():
    for age, name in enumerate(("newest", "older", "oldest")):
        config = create_run(CONFIG, name).folder / "config.json"
        os.utime(config, (1_700_000_000 - age,) * 2)
    assert [run.name for run in list_runs()] == ["newest", "older", "oldest"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"epochs": 0}', b"\xff\xfe", b"[1]"])
def test_a_run_with_damaged_settings_is_left_out_and_refused(content):
    create_run(CONFIG, "good")
    (create_run(CONFIG, "bad").folder / "config.json").write_bytes(content)
    assert [run.name for run in list_runs()] == ["good"]
    with pytest.raises(TrainingError):
        find_run("bad")


def test_a_run_with_a_damaged_status_is_listed_as_failed():
    (create_run(CONFIG, "bad").folder / "status.json").write_text("{")
    assert [run.status for run in list_runs()] == [
        RunStatus("failed", message="The status of this run is unreadable; everything saved is kept.")
    ]


def test_no_runs_folder_is_an_empty_list():
    assert list_runs() == ()
    assert not runs_folder().exists()


def test_its_epochs_are_read_as_they_come():
    run = create_run(CONFIG, "first")
    append_metrics(run.folder, metrics := EpochMetrics(1, 2.0, 0.1, 1.9, 0.2, 0.1, 3.0, 100.0))
    assert run.metrics() == (metrics,)
