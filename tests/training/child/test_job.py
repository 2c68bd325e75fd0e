"""The real child, started as the page starts it, on a tiny dataset."""

import time
from dataclasses import replace

import numpy as np
import psutil
import pytest

from fer_core.checkpoints.checkpoint import KERAS_FILE, list_checkpoints, verified_bytes
from fer_core.cli.execution import train_run
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.errors import TrainingError
from fer_core.evaluation.scoring import evaluate_checkpoint
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.child.status import StatusWriter
from fer_core.training.runs.lifecycle import pause_run, resume_run, start_run, stop_run
from fer_core.training.runs.record import RunRecord, RunTarget
from fer_core.training.runs.searches import SearchPlan, find_search, resume_search, start_search, stop_search
from fer_core.training.runs.store import create_run, find_run, list_runs
from fer_core.training.runs.validation import read_faces, read_views
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import write_status
from fer_core.training.settings.space import read_axes
from tests.benchmark.kills import KillReport, kill_and_resume

pytestmark = pytest.mark.child

PATIENCE = 300  # seconds, for a machine that is busy with other things


def wait_until(name, reached):
    """Polls a run as the page does; returns it and every state it was seen in."""
    states, deadline = [], time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        run = find_run(name)
        states.append(run.status.state)
        if reached(run):
            return run, list(dict.fromkeys(states))
        assert run.status.is_active, f"{run.status}\n{(run.folder / 'log.txt').read_text()}"
        time.sleep(0.1)
    raise AssertionError(f"{run.status} after {PATIENCE} s\n{(run.folder / 'log.txt').read_text()}")


def ended(run):
    return not run.status.is_active


def assert_whole(checkpoint, config):
    card = checkpoint.card
    assert card.config == config.to_dict()
    assert card.class_names == config.class_names
    assert card.weights == 2_345_607
    assert card.files.keys() == {"model.keras", "model.tflite", "model.int8.tflite"}
    assert verified_bytes(checkpoint, KERAS_FILE).startswith(b"PK")
    assert {"python", "tensorflow", "keras"} <= card.versions.keys()
    assert f"--name {card.name}" in card.command
    assert card.dataset_fingerprint == load_records("demo").fingerprint
    assert len(card.label_file_sha256) == 64
    assert card.calibration.temperature > 0
    assert f"{card.counts['validation']:,} validation faces of “demo”" in card.calibration.fitted_on
    assert sum(card.prior) == pytest.approx(1, abs=1e-4)
    splits = {s: label_records(load_records("demo"), LABEL_SCHEMES[config.scheme], [s]) for s in card.counts}
    assert card.counts == {split: len(dataset) for split, dataset in splits.items()}
    report = evaluate_checkpoint(checkpoint, splits["test"])
    assert report.accuracy == pytest.approx(card.best.test_accuracy)


@pytest.fixture
def stopped_at_the_end():
    """Ends what a failing test leaves training."""
    yield
    for run in list_runs():
        if run.status.is_active:
            stop_run(run)


def test_a_run_with_leaked_test_faces_leaves_no_checkpoint(small_demo, stopped_at_the_end):
    config = TrainingConfig(epochs=1, batch_size=32, width=4, precision="float32", leaked_faces=5)
    run, _ = wait_until(start_run(config, "leaky").name, ended)
    assert (run.status.state, run.status.checkpoint) == ("finished", "")
    assert list_checkpoints() == ()


def test_two_runs_train_one_after_the_other_and_one_is_stopped(small_demo, stopped_at_the_end):
    config = TrainingConfig(epochs=2, batch_size=32, precision="float32")
    endless = TrainingConfig(epochs=1000, batch_size=32, precision="float32", seed=1)
    start_run(config, "first")
    wait_until("first", lambda run: run.status.state == "running")
    start_run(endless, "second")
    waiting = "Waiting for the run before it to end"
    first, _ = wait_until("first", ended)

    assert (first.status.state, first.status.checkpoint) == ("finished", "first")
    assert [metrics.epoch for metrics in first.metrics()] == [1, 2]
    assert find_run("second").metrics() == () or first.status.epoch == 2
    (checkpoint,) = list_checkpoints()
    assert_whole(checkpoint, config)

    second, states = wait_until("second", lambda run: run.status.epoch >= 1)
    assert not (first.folder / "backup").exists()  # it gave way to "second" after its weights were saved
    assert set(states) <= {"queued", "running"}
    assert second.status.message != waiting
    stop_run(find_run("second"))
    second, _ = wait_until("second", ended)
    assert second.status.state == "stopped"
    assert 1 <= len(second.metrics()) < 1000
    assert {c.name for c in list_checkpoints()} == {"first", "second"}
    best = max(second.metrics(), key=lambda metrics: metrics.val_accuracy)
    stopped = next(c for c in list_checkpoints() if c.name == "second")
    assert stopped.card.best.epoch == best.epoch
    assert stopped.card.last.epoch == len(second.metrics())


def test_a_run_that_cannot_be_trained_fails_with_a_sentence(small_demo, files_without_votes):
    start_run(TrainingConfig(dataset="fer2013", epochs=1), "bad")
    run, _ = wait_until("bad", ended)
    assert run.status.state == "failed"
    assert "needs the FER+ votes" in run.status.message
    assert list_checkpoints() == ()
    assert "Traceback" not in (run.folder / "log.txt").read_text()
    with pytest.raises(TrainingError, match="already"):
        start_run(TrainingConfig(), "bad")


@pytest.fixture
def files_without_votes(home, demo_files):
    from fer_core.datasets.store import import_dataset

    return import_dataset(demo_files[0])


def wait_ended(name):
    return wait_until(name, ended)[0]


SMALL = TrainingConfig(epochs=4, batch_size=16, precision="float32", width=8, learning_rate=1e-3, seed=2)


@pytest.mark.endurance
def test_five_kills_at_random_instants_cost_the_epoch_in_flight_at_most(small_demo, stopped_at_the_end):
    report = kill_and_resume(SMALL, kills=5, seed=1)
    # Whether a few random instants hit a state that is being written, chance decides; the long run counts on it.
    assert replace(report, in_saves=0) == KillReport(kills=5, in_saves=0, lost_epochs=0, unreadable=0, same=True)


def test_a_paused_run_goes_on_exactly_where_it_was(small_demo, stopped_at_the_end):
    start_run(SMALL, "straight")
    start_run(SMALL, "paused")
    pause_run(find_run("paused"))  # while it waits
    run, _ = wait_until("paused", ended)
    assert run.status.state == "paused"
    resume_run(find_run("paused"))
    wait_until("paused", lambda run: run.status.state == "running" and run.status.epoch >= 1)
    pause_run(find_run("paused"))
    run, _ = wait_until("paused", ended)
    assert (run.status.state, list_names()) == ("paused", {"straight"})
    assert f"Paused after epoch {run.status.epoch}" in run.status.message
    assert 1 <= run.status.epoch < SMALL.epochs
    resume_run(find_run("paused"))
    straight, paused = wait_ended("straight"), wait_ended("paused")
    assert figures(paused) == figures(straight)
    assert list_names() == {"straight", "paused"}


def figures(run):
    return [replace(metrics, seconds=0.0, images_per_second=0.0) for metrics in run.metrics()]


def list_names():
    return {checkpoint.name for checkpoint in list_checkpoints()}


def test_what_a_run_leaves_and_that_a_crash_before_its_status_makes_no_second_checkpoint(
    small_demo, stopped_at_the_end
):
    run = start_run(replace(SMALL, epochs=2, share=0.5), "first")
    finished = wait_ended("first")
    assert_provenance(list_checkpoints()[0].card, run, small_demo.sizes)
    assert_views(finished)
    write_status(run.folder, replace(finished.status, state="running", checkpoint="", pid=2**22 + 7))
    resume_run(find_run("first"))
    again = wait_ended("first")
    assert (again.status.state, again.status.checkpoint) == ("finished", "first")
    assert list_names() == {"first"}


def assert_provenance(card, run, sizes):
    provenance = card.provenance
    assert provenance["run"] == run.record.id
    assert provenance["seed"] == SMALL.seed
    assert provenance["probe"] == {"precision": "float32", "float32_ms": 0.0, "bfloat16_ms": 0.0}
    assert provenance["used"] == round(card.counts["train"] / 2)
    assert provenance["unlabelled"] == {split: sizes[split] - card.counts[split] for split in card.counts}
    assert "share=0.5" in card.command


def assert_views(run):
    views = read_views(run.folder)
    validation = label_records(load_records("demo"), LABEL_SCHEMES[SMALL.scheme], ["validation"])
    assert [view.epoch for view in views] == [1, 2]
    for view, metrics in zip(views, run.metrics(), strict=True):
        matrix = np.array(view.matrix)
        assert matrix.sum(axis=1).tolist() == np.bincount(validation.labels, minlength=7).tolist()
        assert np.trace(matrix) / len(validation) == pytest.approx(metrics.val_accuracy)
        np.testing.assert_allclose(np.sum(view.faces, axis=1), 1, atol=1e-3)
    faces = read_faces(run.folder)
    assert len(faces.images) == 8
    assert set(faces.labels) == set(validation.labels)


def test_a_fault_in_the_program_ends_the_run_with_a_sentence(small_demo, stopped_at_the_end):
    """A dataset that vanishes between the start and the child's turn is such a fault; so is a broken library."""
    run = create_run(SMALL, "broken")
    (run.folder / "backup").write_text("a file where a folder belongs")
    with pytest.raises(TrainingError, match="could not write its files"):
        train_run(run)
    assert find_run("broken").status.state == "failed"
    with pytest.raises(ZeroDivisionError), StatusWriter(create_run(SMALL, "faulty")):
        _ = 1 / 0
    status = find_run("faulty").status
    assert status.state == "failed"
    assert "A program error ended it (ZeroDivisionError: division by zero)" in status.message


def test_a_run_that_falls_short_is_followed_by_the_next_attempt(small_demo, stopped_at_the_end):
    target = RunTarget(1.0, attempts=({"learning_rate": "0.002"}, {"epochs": "2"}))
    start_run(replace(SMALL, epochs=1), "mine", RunRecord(target=target))
    first = wait_ended("mine")
    deadline = time.monotonic() + PATIENCE
    while "mine-try3" not in {run.name for run in list_runs()} and time.monotonic() < deadline:
        time.sleep(0.2)
    last = wait_ended("mine-try3")
    second = find_run("mine-try2")
    assert "below the target of 100.0%" in find_run("mine").status.message
    assert (second.config.learning_rate, second.config.epochs) == (0.002, 1)
    assert (last.config.learning_rate, last.config.epochs) == (0.002, 2)
    assert (second.record.parent, last.record.parent) == (first.record.id, second.record.id)
    deadline = time.monotonic() + PATIENCE
    while "no retry is left" not in find_run("mine-try3").status.message and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "no retry is left" in find_run("mine-try3").status.message


def test_a_search_tries_settings_as_ordinary_runs(small_demo, stopped_at_the_end):
    base = replace(SMALL, epochs=1)
    plan = SearchPlan(base, read_axes({"learning_rate": "0.001,0.002", "seed": "0,1"}, base), "grid", 3)
    start_search(plan, "hunt")
    deadline = time.monotonic() + PATIENCE
    while find_search("hunt").status.is_active and time.monotonic() < deadline:
        time.sleep(0.2)
    search = find_search("hunt")
    assert (search.status.state, search.status.epoch) == ("finished", 3)
    tried = {(run.config.learning_rate, run.config.seed) for run in search.trials()}
    assert len(tried) == 3
    assert tried < {(rate, seed) for rate in (0.001, 0.002) for seed in (0, 1)}
    assert all(run.status.state == "finished" and run.name.startswith("hunt-0") for run in search.trials())
    with pytest.raises(TrainingError, match="nothing to resume"):
        resume_search(find_search("hunt"))


def test_a_search_killed_in_each_trial_goes_on_with_the_run_and_repeats_none(small_demo, stopped_at_the_end):
    base = replace(SMALL, epochs=1, width=4)
    start_search(SearchPlan(base, read_axes({"learning_rate": "0.001..0.1"}, base), "tpe", 2), "hunt")
    for name in ("hunt-01", "hunt-02"):
        wait_for(lambda name=name: (name, "running") in [(r.name, r.status.state) for r in list_runs()])
        for victim in (find_search("hunt"), find_run(name)):
            psutil.Process(victim.status.pid).kill()
        wait_for(lambda name=name: not (find_search("hunt").status.is_active or find_run(name).status.is_active))
        assert find_run(name).status.state == "failed"
        resume_search(find_search("hunt"))
    wait_for(lambda: not find_search("hunt").status.is_active)
    assert (find_search("hunt").status.state, find_search("hunt").status.epoch) == ("finished", 2)
    first, second = find_search("hunt").trials()
    assert {first.name, second.name} == {"hunt-01", "hunt-02"}
    assert first.status.state == second.status.state == "finished"
    assert first.config.learning_rate != second.config.learning_rate


def wait_for(reached):
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, find_search("hunt").status
        time.sleep(0.1)


def test_a_search_is_stopped_and_resumed(small_demo, stopped_at_the_end):
    base = replace(SMALL, epochs=1)
    start_search(SearchPlan(base, read_axes({"learning_rate": "0.001..0.002"}, base), "random", 2), "hunt")
    deadline = time.monotonic() + PATIENCE
    while not find_search("hunt").trials() and time.monotonic() < deadline:
        time.sleep(0.1)
    stop_search(find_search("hunt"))
    while find_search("hunt").status.is_active and time.monotonic() < deadline:
        time.sleep(0.2)
    assert find_search("hunt").status.state == "stopped"
    assert len(find_search("hunt").trials()) == 1
    resume_search(find_search("hunt"))
    while find_search("hunt").status.is_active and time.monotonic() < deadline:
        time.sleep(0.2)
    assert find_search("hunt").status.state == "finished"
    rates = [run.config.learning_rate for run in find_search("hunt").trials()]
    assert all(0.001 <= rate <= 0.002 for rate in rates)
