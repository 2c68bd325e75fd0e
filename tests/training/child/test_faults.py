"""What happens to a run when the machine fails it: full disks at every write, lost pages, hung and starved children."""

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest
import tensorflow as tf
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fer_core.errors import TrainingError
from fer_core.storage.files import PROJECT
from fer_core.training.child.backup import TrainingState, load_state, save_state
from fer_core.training.child.job import errors_in_words
from fer_core.training.child.status import StatusWriter
from fer_core.training.runs import launch as launch_room
from fer_core.training.runs import lifecycle
from fer_core.training.runs import store as runs
from fer_core.training.runs.launch import end_process, started
from fer_core.training.runs.lifecycle import pause_run, resume_run, start_run, stop_run
from fer_core.training.runs.run_queue import active_runs
from fer_core.training.runs.store import create_run, find_run, list_runs
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import (
    EpochMetrics,
    RunStatus,
    append_metrics,
    read_metrics,
    read_status,
    write_status,
)
from tests.training.child.faults import OPERATIONS, FullDisk, Recorder, replay

CONFIG = TrainingConfig(epochs=5)


def state(epoch, size=2_000):
    rng = np.random.default_rng(epoch)
    weights = [rng.random((size,), np.float32), rng.random((7, 3))]
    return TrainingState(epoch, weights, [], [np.full(3, epoch)], [weights[0]], epoch, 0.1 * epoch, 9.0 * epoch)


def epoch_metrics(epoch):
    return EpochMetrics(epoch, 1.0, 0.3, 1.1, 0.25, 0.2, 3.0, 100.0)


def one_more_epoch(run, epoch):
    """What a child writes when an epoch is complete."""
    status = StatusWriter(run)
    status.on_epoch(epoch_metrics(epoch))
    save_state(run.folder / "backup", state(epoch))
    status.on_saved(epoch)


# --- full disks -------------------------------------------------------------------------------------------------------


@pytest.fixture
def half_trained(home):
    run = create_run(CONFIG, "half")
    for epoch in (1, 2):
        one_more_epoch(run, epoch)
    return find_run("half")


def writes_of_an_epoch(tmp_path, run):
    """How many calls that can fail an epoch makes."""
    copied = replace(run, folder=shutil.copytree(run.folder, tmp_path / "counted"))
    with FullDisk(10**9) as disk:
        one_more_epoch(copied, 3)
    return disk.calls


@pytest.mark.parametrize("point", range(20))
def test_a_disk_that_is_full_at_any_write_loses_nothing_saved(half_trained, tmp_path, point):
    """Twenty points spread over every write, flush and rename that the end of an epoch makes."""
    calls = writes_of_an_epoch(tmp_path, half_trained)
    assert calls >= 8
    with FullDisk(point * calls // 20) as disk, contextlib.suppress(OSError):
        one_more_epoch(half_trained, 3)
    assert disk.struck, "the fault never came"
    kept = load_state(half_trained.folder / "backup")
    assert kept is not None
    assert kept.epoch in (2, 3)
    assert np.array_equal(kept.weights[0], state(kept.epoch).weights[0])
    assert [m.epoch for m in read_metrics(half_trained.folder)][:2] == [1, 2]
    assert find_run("half").config == CONFIG
    one_more_epoch(half_trained, 3)  # space is free again
    again = load_state(half_trained.folder / "backup")
    assert again is not None
    assert again.epoch == 3
    assert [m.epoch for m in read_metrics(half_trained.folder)] == [1, 2, 3]


@pytest.mark.child
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_limit_on_the_size_of_files_is_a_full_disk_too(half_trained):
    program = f"""
        import resource, signal, sys
        from pathlib import Path
        from tests.training.child.test_faults import state, save_state
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            save_state(Path({str(half_trained.folder / "backup")!r}), state(3))
        except OSError as error:
            sys.exit(7)
    """
    child = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], cwd=PROJECT, check=False)
    assert child.returncode == 7
    kept = load_state(half_trained.folder / "backup")
    assert kept is not None
    assert kept.epoch == 2


def test_a_power_cut_between_any_two_steps_leaves_a_whole_state(tmp_path):
    """Every prefix of the steps, with what was not yet flushed to the disk lost or cut in half."""
    folder = tmp_path / "backup"
    for epoch in (1, 2):
        save_state(folder, state(epoch))
    before = shutil.copytree(folder, tmp_path / "before")
    with Recorder(folder) as recorder:
        save_state(folder, state(3))
    assert {step.kind for step in recorder.steps} == OPERATIONS
    for count in range(len(recorder.steps) + 1):
        for lost in ("nothing", "half", "all"):
            copied = shutil.copytree(before, tmp_path / "cut")
            replay(recorder.steps[:count], copied, lost)
            kept = load_state(copied)
            assert kept is not None, (count, lost)
            assert kept.epoch in ((2, 3) if count < len(recorder.steps) else (3,))  # once it is saved, it is saved
            assert np.array_equal(kept.weights[0], state(kept.epoch).weights[0]), (count, lost)
            shutil.rmtree(copied)


def test_five_hundred_random_corruptions_of_a_state_are_all_found(tmp_path):
    for epoch in (1, 2):
        save_state(tmp_path, state(epoch, size=200))
    rng, good = np.random.default_rng(0), {path: path.read_bytes() for path in sorted(tmp_path.glob("epoch-0002.*"))}
    for number in range(500):
        path = sorted(good)[number % 2]
        path.write_bytes(corrupted(good[path], rng))
        kept = load_state(tmp_path)
        assert kept is not None
        # An insignificant blank in the JSON is no corruption: it says the same, and its sum is right.
        assert kept.epoch == 1 or np.array_equal(kept.weights[0], state(2, size=200).weights[0]), number
        assert kept.epoch == 1 or path.suffix == ".json"
        path.write_bytes(good[path])


def corrupted(content, rng):
    """Flipped bits, a cut, a block of zeros, or a block exchanged with another: never the same content."""
    changed = bytearray(content)
    while bytes(changed) == content:
        kind, at = rng.integers(4), int(rng.integers(len(content)))
        if kind == 0:
            for place in rng.integers(len(changed), size=int(rng.integers(1, 9))):
                changed[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            del changed[at:]
        elif kind == 2:
            changed[at : at + 64] = bytes(len(changed[at : at + 64]))
        else:
            other = int(rng.integers(len(content)))
            changed[at : at + 16] = content[other : other + len(changed[at : at + 16])]
    return bytes(changed)


# --- folders that vanish or may not be written ------------------------------------------------------------------------


def test_a_folder_deleted_while_it_trains_ends_with_a_sentence(half_trained):
    status = StatusWriter(half_trained)
    shutil.rmtree(half_trained.folder)
    with pytest.raises(OSError):  # noqa: PT011 (which one depends on the system)
        status.on_epoch(epoch_metrics(3))
    assert list_runs() == ()
    with pytest.raises(TrainingError, match="There is no run"):
        stop_run(find_run("half"))


def test_a_word_that_cannot_be_left_is_a_sentence(half_trained, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.touch", refused)
    for ask in (stop_run, pause_run):
        with pytest.raises(TrainingError, match="Permission denied"):
            ask(find_run("half"))


# --- children that hang, starve or are somebody else ------------------------------------------------------------------


@pytest.fixture
def sleeper():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield psutil.Process(child.pid)
    child.kill()
    child.wait()


def hang(run, process):
    """A run whose child has been stopped for two minutes."""
    status = RunStatus("running", 2, 5, 0.5, pid=process.pid, pid_created=started(process.pid))
    write_status(run.folder, status)
    os.utime(run.folder / "status.json", (time.time() - 120, time.time() - 120))


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no processes")
def test_a_hung_child_is_said_and_stop_ends_it(half_trained, sleeper, monkeypatch):
    monkeypatch.setattr(lifecycle, "end_process", lambda pid, created: end_process(pid, created, patience=0.3))
    sleeper.suspend()
    hang(half_trained, sleeper)
    run = find_run("half")
    assert run.is_silent
    assert "Not responding" in run.status.message
    assert run.status.is_active
    stop_run(find_run("half"))
    sleeper.wait(10)
    assert find_run("half").status.state == "failed"
    assert "Resume it" in find_run("half").status.message


def test_who_reports_is_not_silent(half_trained, sleeper):
    hang(half_trained, sleeper)
    os.utime(half_trained.folder / "status.json")
    assert not find_run("half").is_silent
    stop_run(find_run("half"))
    assert sleeper.is_running()
    hang(half_trained, sleeper)
    write_status(half_trained.folder, replace(read_status(half_trained.folder), state="queued"))
    os.utime(half_trained.folder / "status.json", (1.0, 1.0))
    assert not find_run("half").is_silent  # who waits has nothing to report


def test_another_process_of_the_same_number_is_never_ended(sleeper):
    end_process(sleeper.pid, started(sleeper.pid) - 100, patience=0.1)
    assert sleeper.is_running()


@pytest.mark.parametrize("jump", [-7200.0, -1.0, 1.0, 7200.0])
def test_a_clock_that_is_set_makes_nobody_dead(half_trained, sleeper, monkeypatch, jump):
    """Else a resumed run would be trained by two: psutil works the time of day out from when the system started."""
    status = RunStatus("running", 2, 5, 0.5, pid=sleeper.pid, pid_created=started(sleeper.pid))
    write_status(half_trained.folder, status)
    before, booted = sleeper.create_time(), psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: booted + jump, raising=False)
    moved = psutil.Process(sleeper.pid).create_time() - before
    assert moved == pytest.approx(jump) or not psutil.LINUX
    assert find_run("half").status.state == "running"
    with pytest.raises(TrainingError):
        resume_run(find_run("half"))


def test_after_a_reboot_nothing_is_said_to_run(half_trained, sleeper):
    """The number belongs to another process then, or to none."""
    for pid, created in ((sleeper.pid, started(sleeper.pid) - 3600), (2**22 + 7, 1.0)):
        write_status(half_trained.folder, RunStatus("running", 2, 5, 0.5, pid=pid, pid_created=created))
        assert find_run("half").status.state == "failed"
        assert "Interrupted after epoch 2" in find_run("half").status.message


@pytest.mark.child
@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space of the process")
def test_too_little_memory_ends_in_a_sentence_about_memory(small_demo):
    program = """
        import psutil, resource, tensorflow, keras
        from fer_core.cli.execution import train_run
        from fer_core.training.settings.config import TrainingConfig
        from fer_core.training.runs.store import create_run
        now = psutil.Process().memory_info().vms
        resource.setrlimit(resource.RLIMIT_AS, (now + (1500 << 20),) * 2)
        run = create_run(TrainingConfig(epochs=1, batch_size=96, width=128, precision="float32"), "big")
        train_run(run)
    """
    child = [sys.executable, "-c", textwrap.dedent(program)]
    subprocess.run(child, cwd=PROJECT, check=False, capture_output=True)
    status = find_run("big").status
    assert status.state == "failed"
    # Which of the two it is depends on who first asks for too much: where TensorFlow's kernels do, all is over at once.
    said, killed = "Memory ran out with a batch size of 96", "the memory may be too small: choose a smaller batch size"
    assert said in status.message or killed in status.message


@pytest.mark.parametrize("error", [MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM")])
def test_memory_that_runs_out_in_training_is_said_with_half_the_batch(home, error):
    run = create_run(TrainingConfig(epochs=1, batch_size=96, width=4, precision="float32"), "big")
    with (
        pytest.raises(TrainingError, match="Memory ran out with a batch size of 96"),
        StatusWriter(run),
        errors_in_words(run.config),
    ):
        raise error
    assert "Choose a smaller batch size, such as 48" in find_run("big").status.message


# --- any order of clicks ----------------------------------------------------------------------------------------------


class Clicks(RuleBasedStateMachine):
    """Two people who start, stop, pause, resume, and a machine on which children begin, end and die at any time."""

    def __init__(self):
        super().__init__()
        self.started, self.children, self.trained = 0, {}, set()

    @initialize()
    def begin(self):
        shutil.rmtree(runs.runs_folder(), ignore_errors=True)

    @rule()
    def start(self):
        name = f"run-{self.started}"
        self.started += 1
        run = start_run(CONFIG, name)
        self.children[name] = run.status.pid
        for _ in range(2):  # the second click
            with pytest.raises(TrainingError, match="already"):
                start_run(CONFIG, name)

    @precondition(lambda self: self.children)
    @rule(choice=st.data(), act=st.sampled_from([stop_run, pause_run]))
    def ask(self, choice, act):
        name = choice.draw(st.sampled_from(sorted(self.children)))
        act(find_run(name))
        act(find_run(name))

    @precondition(lambda self: self.children)
    @rule(choice=st.data())
    def resume(self, choice):
        name = choice.draw(st.sampled_from(sorted(self.children)))
        before = find_run(name)
        with contextlib.suppress(TrainingError):
            self.children[name] = resume_run(find_run(name)).status.pid
            assert not before.status.is_active
            assert before.status.state != "finished"
            assert not any(find_run(name).asked_to(word) for word in ("stop", "pause"))

    @precondition(lambda self: self.children)
    @rule(choice=st.data(), how=st.sampled_from(["dies", "finished", "epoch"]))
    def child(self, choice, how):
        name = choice.draw(st.sampled_from(sorted(self.children)))
        run = find_run(name)
        if not run.status.is_active:
            return
        if how == "epoch":
            epoch = min(run.status.epoch + 1, 5)
            append_metrics(run.folder, epoch_metrics(epoch))
            write_status(run.folder, replace(read_status(run.folder), state="running", epoch=epoch))
            return
        if how == "finished":
            write_status(run.folder, replace(read_status(run.folder), state="finished"))
        ALIVE.discard(run.status.pid)

    @invariant()
    def every_run_is_one_run(self):
        names = [run.name for run in list_runs()]
        assert sorted(names) == sorted(self.children)
        assert len(ALIVE) >= len(active_runs())
        for run in list_runs():
            assert run.status.is_active == (self.children[run.name] in ALIVE)
            epochs = [metrics.epoch for metrics in run.metrics()]
            assert epochs == sorted(set(epochs))
            if run.status.state == "failed":
                assert "Resume it" in run.status.message


ALIVE: set[int] = set()
"""The numbers of the children that live, on this pretended machine."""


def test_any_order_of_clicks_leaves_legal_runs(home, monkeypatch):
    ALIVE.clear()
    numbers = iter(range(5_000_000, 9_000_000))

    def launch(words, log):
        ALIVE.add(pid := next(numbers))
        return pid

    monkeypatch.setattr(launch_room, "launch_command", launch)
    monkeypatch.setattr(runs, "is_alive", lambda pid, created: pid in ALIVE or pid == os.getpid())
    monkeypatch.setattr(launch_room, "started", float)
    Clicks.TestCase.settings = settings(
        max_examples=2 * settings().max_examples // 5, stateful_step_count=25, deadline=None
    )
    case = Clicks.TestCase()
    case.runTest()
