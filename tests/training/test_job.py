"""The real child, started as the page starts it, on a tiny dataset."""

import time

import pytest

from fer_core.checkpoint import KERAS_FILE, list_checkpoints, verified_bytes
from fer_core.data.dataset import label_records
from fer_core.data.store import load_records
from fer_core.errors import TrainingError
from fer_core.evaluation.scoring import evaluate
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.config import TrainingConfig
from fer_core.training.runs import find_run, list_runs, start_run, stop_run

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
    report = evaluate(checkpoint.open_classifier(), splits["test"])
    assert report.accuracy == pytest.approx(card.best.test_accuracy)


@pytest.fixture
def stopped_at_the_end():
    """Ends what a failing test leaves training."""
    yield
    for run in list_runs():
        if run.status.is_active:
            stop_run(run.name)


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
    assert (first.folder / "backup").exists()
    assert find_run("second").metrics() == () or first.status.epoch == 2
    (checkpoint,) = list_checkpoints()
    assert_whole(checkpoint, config)

    second, states = wait_until("second", lambda run: run.status.epoch >= 1)
    assert set(states) <= {"queued", "running"}
    assert second.status.message != waiting
    stop_run("second")
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
    from fer_core.data.store import import_dataset

    return import_dataset(demo_files[0])
