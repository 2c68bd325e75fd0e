"""What a run says of itself is read back whole, and a damaged line or file takes nothing else with it."""

import json
import math
from dataclasses import asdict

import pytest

from fer_core.training.settings.metrics import (
    EpochMetrics,
    RunStatus,
    append_metrics,
    keep_metrics,
    read_metrics,
    read_status,
    write_status,
)


def epoch(number, loss=1.5):
    return EpochMetrics(number, loss, 0.25, 1.25, 0.5, 0.375, 12.5, 640.0)


def test_epochs_are_read_back_in_order(tmp_path):
    for number in (1, 2, 3):
        append_metrics(tmp_path, epoch(number))
    assert read_metrics(tmp_path) == (epoch(1), epoch(2), epoch(3))


def test_no_file_is_no_epochs(tmp_path):
    assert read_metrics(tmp_path) == ()


def test_an_epoch_that_is_told_twice_counts_once(tmp_path):
    for metrics in (epoch(1), epoch(2), epoch(2, loss=0.5)):
        append_metrics(tmp_path, metrics)
    assert read_metrics(tmp_path) == (epoch(1), epoch(2, loss=0.5))


@pytest.mark.parametrize(
    "line",
    [
        b'{"epoch": 2, "lo',
        b"",
        b"5",
        b"null",
        b'{"epoch": 2}',
        b"\xff\xfe",
        json.dumps(asdict(epoch(2)) | {"epoch": "2"}).encode(),
    ],
)
def test_a_damaged_line_is_left_out(tmp_path, line):
    append_metrics(tmp_path, epoch(1))
    with (tmp_path / "metrics.jsonl").open("ab") as file:
        file.write(line + b"\n")
    append_metrics(tmp_path, epoch(3))
    assert read_metrics(tmp_path) == (epoch(1), epoch(3))


def test_a_loss_that_is_no_number_is_kept(tmp_path):
    append_metrics(tmp_path, epoch(1, loss=math.nan))
    assert math.isnan(read_metrics(tmp_path)[0].loss)


def test_a_resumed_run_forgets_what_came_after_its_last_state(tmp_path):
    for number in (1, 2, 3):
        append_metrics(tmp_path, epoch(number))
    keep_metrics(tmp_path, 2)
    append_metrics(tmp_path, epoch(3, loss=0.5))
    assert read_metrics(tmp_path) == (epoch(1), epoch(2), epoch(3, loss=0.5))


def test_forgetting_is_all_or_nothing(tmp_path, monkeypatch):
    for number in (1, 2):
        append_metrics(tmp_path, epoch(number))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep_metrics(tmp_path, 1)
    assert len(read_metrics(tmp_path)) == 2


def test_a_status_is_read_back(tmp_path):
    status = RunStatus("running", 2, 5, 0.5, 12.0, "Training", "", 123, 456.5)
    write_status(tmp_path, status)
    assert read_status(tmp_path) == status
    assert status.is_active


@pytest.mark.parametrize("state", ["stopped", "finished", "failed"])
def test_what_has_ended_is_not_active(state):
    assert not RunStatus(state).is_active


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"state": "dancing"}',
        '{"state": "running", "pid": "7"}',
        '{"state": "running", "pid": 1.5}',
        '{"epoch": 1}',
        '{"state": "running", "more": 1}',
        "[" * 100_000,
    ],
)
def test_a_damaged_status_reads_as_failed_and_says_so(tmp_path, text):
    (tmp_path / "status.json").write_text(text)
    status = read_status(tmp_path)
    assert status.state == "failed"
    assert status.message == "The status of this run is unreadable; everything saved is kept."


def test_a_missing_status_reads_as_failed(tmp_path):
    assert read_status(tmp_path).state == "failed"
