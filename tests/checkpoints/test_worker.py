"""An imported network runs in a process of its own, and what happens to that process happens to nobody else."""

import os
import signal
import sys

import numpy as np
import psutil
import pytest

from fer_core.checkpoints.classifier import Adjustment, Classifier
from fer_core.checkpoints.network import WorkerNetwork
from fer_core.errors import CheckpointError
from fer_core.labels import LABEL_SCHEMES

NAMES = LABEL_SCHEMES["majority-7"].class_names
FACES = np.random.default_rng(0).integers(0, 256, (70, 48, 48), dtype=np.uint8)
GRAY = FACES.astype(np.float32)


@pytest.fixture
def network(tiny_model):
    opened = WorkerNetwork(tiny_model, 7)
    yield opened
    opened.close()


def test_it_answers_as_one_in_this_process_does(tiny_model):
    here, isolated = (Classifier(tiny_model, NAMES, isolated=i, adjustment=Adjustment(1.5)) for i in (False, True))
    np.testing.assert_array_equal(isolated.predict(FACES), here.predict(FACES))
    assert [p.answer for p in isolated.predictions(FACES[:3])] == [p.answer for p in here.predictions(FACES[:3])]
    assert isolated.predict(FACES[:0]).shape == (0, 7)


def test_only_imported_checkpoints_run_isolated(save_tiny):
    trained = save_tiny("trained").open_classifier()
    imported = save_tiny("imported", origin="imported").open_classifier()
    assert isinstance(imported._network, WorkerNetwork)
    assert not isinstance(trained._network, WorkerNetwork)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the limits of another process, which only Linux tells")
def test_the_process_is_limited_and_has_nothing_of_ours(tiny_model, monkeypatch):
    monkeypatch.setenv("FER_SECRET", "secret")
    network = WorkerNetwork(tiny_model, 7)
    network.run(GRAY[:1])
    child = psutil.Process(network.pid)
    family = [child, *child.children(recursive=True)]
    assert "secret" not in " ".join(family[-1].environ().values())
    assert family[-1].rlimit(psutil.RLIMIT_AS)[1] == 3 << 30
    assert family[-1].rlimit(psutil.RLIMIT_NOFILE)[1] <= 512


def test_a_process_that_died_between_two_batches_is_started_anew(network):
    before = network.run(GRAY)
    pid = network.pid
    psutil.Process(pid).kill()
    psutil.Process(pid).wait(10)
    np.testing.assert_array_equal(network.run(GRAY), before)
    assert network.pid not in (0, pid)


@pytest.mark.endurance
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no processes")
def test_a_process_that_hangs_costs_one_batch(tiny_model):
    network = WorkerNetwork(tiny_model, 7, answer_seconds=1)
    before, hung = network.run(GRAY[:2]), network.pid
    os.kill(hung, signal.SIGSTOP)
    with pytest.raises(CheckpointError, match="ended during prediction"):
        network.run(GRAY[:2])
    assert not psutil.pid_exists(hung)
    np.testing.assert_array_equal(network.run(GRAY[:2]), before)


@pytest.mark.parametrize("content", [b"", b"no network", bytes(200)])
def test_what_is_no_network_is_told(content):
    with pytest.raises(CheckpointError, match=r"cannot be opened by LiteRT|ended during prediction"):
        WorkerNetwork(content, 7)


def test_a_network_of_other_classes_is_told(tiny_model):
    with pytest.raises(CheckpointError, match=r"where .* belongs"):
        WorkerNetwork(tiny_model, 8)


def test_a_forgotten_network_leaves_no_process_and_no_folder(tiny_model):
    opened = WorkerNetwork(tiny_model, 7)
    pid, folder = opened.pid, opened._folder
    assert psutil.pid_exists(pid)
    assert folder.exists()
    del opened
    assert not psutil.pid_exists(pid)
    assert not folder.exists()
