"""One machine and several come to the same weights."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fer_core.errors import TrainingError
from fer_core.training.child.epochs import EpochData
from fer_core.training.child.steps import filled_up
from fer_core.training.settings.cluster import Cluster, read_cluster

WORKER = Path(__file__).parent / "workers.py"
PROJECT = Path(__file__).parents[3]
PATIENCE = 240


@pytest.fixture(autouse=True)
def children():
    """Ends what a failing test leaves behind."""
    yield
    while STARTED:
        child = STARTED.pop()
        child.kill()
        child.communicate()


STARTED = []


def begin(kind, folder, **environment):
    settings = os.environ | {"PYTHONPATH": str(PROJECT), "CUDA_VISIBLE_DEVICES": "-1"} | environment
    child = subprocess.Popen(
        [sys.executable, str(WORKER), kind, str(folder)],
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(child)
    return child


def result(child):
    out, log = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, log[-4000:]
    return json.loads(out.splitlines()[-1])


def free_ports(count):
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def assert_same(one, other):
    assert one["replicas"] == 1
    assert other["replicas"] == 2
    np.testing.assert_allclose(other["weights"], one["weights"], rtol=1e-3)
    for figure in ("loss", "accuracy", "val_loss"):
        assert other[figure] == pytest.approx(one[figure], abs=1e-3)


@pytest.mark.child
def test_two_workers_as_two_processes_equal_one_with_the_same_global_batch(tmp_path):
    alone = begin("one", tmp_path / "alone")
    cluster = {"worker": [f"localhost:{port}" for port in free_ports(2)]}
    configs = [json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}}) for index in range(2)]
    workers = [begin("multi-worker", tmp_path / "together", TF_CONFIG=config) for config in configs]
    chief, other = map(result, workers)
    assert_same(result(alone), chief)
    assert chief == other
    assert len([*(tmp_path / "together").glob("*.npz")]) == 1  # the chief alone writes


@pytest.mark.child
def test_two_devices_of_a_machine_equal_one(tmp_path):
    alone, together = begin("one", tmp_path / "alone"), begin("mirrored", tmp_path / "together")
    assert_same(result(alone), result(together))


def test_a_batch_is_filled_up_with_faces_that_count_nothing():
    faces = EpochData(
        np.arange(5 * 48 * 48).reshape(5, 48, 48).astype(np.uint8),
        np.eye(7, dtype=np.float32)[:5],
        np.ones(5, np.float32),
    )
    images, targets, weights = filled_up(faces.batch(slice(0, 5)), 4)
    assert len(images) == len(targets) == len(weights) == 8
    assert weights.tolist() == pytest.approx([1.6] * 5 + [0.0] * 3)
    assert weights.mean() == pytest.approx(1.0)


def test_without_tf_config_there_is_one_machine(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert read_cluster() == Cluster(1, 0)


def test_the_first_worker_is_the_chief(monkeypatch):
    document = {"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(document))
    assert (read_cluster().workers, read_cluster().is_chief) == (2, False)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"cluster": {"worker": 3}, "task": {"index": 0}}'])
def test_a_tf_config_that_cannot_be_read_is_said(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(TrainingError, match="TF_CONFIG cannot be read"):
        read_cluster()
