"""The state after an epoch is there whole, or the one before it is taken."""

import os
from pathlib import Path

import numpy as np
import pytest

from fer_core.training.child.backup import TrainingState, load_state, save_state


def state(epoch):
    rng = np.random.default_rng(epoch)
    arrays = [rng.random((2, 3), np.float32), rng.random(4, np.float32)]
    return TrainingState(
        epoch,
        arrays,
        [a + 2 for a in arrays],
        [np.int64(epoch), *arrays],
        [a + 1 for a in arrays],
        max(1, epoch - 1),
        0.5,
        1.5,
    )


def assert_same(loaded, expected):
    assert (loaded.epoch, loaded.best_epoch, loaded.best_value, loaded.seconds) == (
        expected.epoch,
        expected.best_epoch,
        expected.best_value,
        expected.seconds,
    )
    for group in ("weights", "average", "optimizer", "best_weights"):
        for ours, theirs in zip(getattr(loaded, group), getattr(expected, group), strict=True):
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)


def full(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_state_comes_back(tmp_path):
    save_state(tmp_path / "backup", state(1))
    assert_same(load_state(tmp_path / "backup"), state(1))


def test_more_than_a_thousand_arrays_keep_their_order(tmp_path):
    many = TrainingState(1, [np.array(i) for i in range(1200)], [], [], [], 1, 0.0, 0.0)
    save_state(tmp_path, many)
    assert [int(a) for a in load_state(tmp_path).weights] == list(range(1200))


def test_nothing_saved_is_no_state(tmp_path):
    assert load_state(tmp_path) is None
    assert load_state(tmp_path / "missing") is None


def test_only_two_are_kept(tmp_path):
    for epoch in range(1, 6):
        save_state(tmp_path, state(epoch))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "epoch-0004.json",
        "epoch-0004.npz",
        "epoch-0005.json",
        "epoch-0005.npz",
    ]
    assert load_state(tmp_path).epoch == 5


@pytest.mark.parametrize("suffix", ["npz", "json"])
def test_a_newest_state_damaged_at_any_byte_falls_back(tmp_path, suffix):
    save_state(tmp_path, state(1))
    save_state(tmp_path, state(2))
    path = tmp_path / f"epoch-0002.{suffix}"
    content = path.read_bytes()
    for position in range(0, len(content), 29 if suffix == "npz" else 3):
        path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        loaded = load_state(tmp_path)
        assert loaded.epoch == 1 or content[position : position + 1].isspace()
        assert_same(loaded, state(loaded.epoch))


@pytest.mark.parametrize("suffix", ["npz", "json"])
@pytest.mark.parametrize("keep", [0, 1, 0.5, -2])
def test_a_truncated_newest_state_falls_back(tmp_path, suffix, keep):
    save_state(tmp_path, state(1))
    save_state(tmp_path, state(2))
    path = tmp_path / f"epoch-0002.{suffix}"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep) if isinstance(keep, float) else keep])
    assert_same(load_state(tmp_path), state(1))


@pytest.mark.parametrize("suffix", ["npz", "json"])
def test_a_missing_file_falls_back(tmp_path, suffix):
    save_state(tmp_path, state(1))
    save_state(tmp_path, state(2))
    (tmp_path / f"epoch-0002.{suffix}").unlink()
    assert_same(load_state(tmp_path), state(1))


def test_when_both_are_damaged_there_is_none(tmp_path):
    for epoch in (1, 2):
        save_state(tmp_path, state(epoch))
        (tmp_path / f"epoch-{epoch:04}.npz").write_bytes(b"")
    assert load_state(tmp_path) is None


@pytest.mark.parametrize(("where", "name"), [(os, "fsync"), (Path, "replace"), (Path, "open")])
def test_a_full_disk_leaves_the_state_before(tmp_path, monkeypatch, where, name):
    save_state(tmp_path, state(1))
    with monkeypatch.context() as patch:
        patch.setattr(where, name, full)
        with pytest.raises(OSError, match="No space"):
            save_state(tmp_path, state(2))
    assert_same(load_state(tmp_path), state(1))
    save_state(tmp_path, state(2))
    assert_same(load_state(tmp_path), state(2))


def test_a_damaged_state_is_replaced_when_the_epoch_is_done_again(tmp_path):
    save_state(tmp_path, state(1))
    save_state(tmp_path, state(2))
    (tmp_path / "epoch-0002.npz").write_bytes(b"damaged")
    save_state(tmp_path, state(2))
    assert_same(load_state(tmp_path), state(2))
