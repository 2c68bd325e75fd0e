"""The nearest are the nearest, and what was looked at once is kept."""

import numpy as np
import pytest

from fer_core.checkpoints.features import Features
from fer_core.errors import CheckpointError
from fer_core.explain.neighbors import look_at_all, nearest, store_features, stored_features


@pytest.fixture
def faces():
    return np.random.default_rng(0).integers(0, 256, (70, 48, 48)).astype(np.uint8)


def test_a_face_is_nearest_to_itself(save_tiny, faces):
    shares = []
    features = look_at_all(save_tiny(), faces, progress=shares.append)
    assert shares == [1.0]
    places = nearest(features[33], features, 5)
    assert places[0] == 33
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    assert list(places) == sorted(range(70), key=lambda i: -(unit @ unit[33])[i])[:5]


def test_all_are_looked_at_as_one_is(save_tiny, faces):
    checkpoint = save_tiny()
    together = look_at_all(checkpoint, faces, progress=lambda share: None)
    np.testing.assert_allclose(together[69:], Features(checkpoint).of(faces[69:]), atol=1e-5)


def test_features_are_kept_for_their_network_and_faces(save_tiny):
    one, features = save_tiny("one"), np.eye(3, dtype=np.float32)
    assert stored_features(one, "faces") is None
    store_features(one, "faces", features)
    np.testing.assert_array_equal(stored_features(one, "faces"), features)
    assert stored_features(one, "others") is None


def test_a_full_disk_is_said(save_tiny, monkeypatch):
    one = save_tiny("one")

    def full(*_, **__):
        raise OSError("589824 requested and 49024 written")  # as NumPy says it

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(CheckpointError, match=r"not all of it was written\)\. Free some space under"):
        store_features(one, "faces", np.eye(3, dtype=np.float32))
    assert stored_features(one, "faces") is None
