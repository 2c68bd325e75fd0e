"""Features are what the output layer reads, and the nearest are the nearest."""

import numpy as np
import pytest

from fer_core.errors import CheckpointError
from fer_core.insight.anatomy import Anatomy
from fer_core.insight.neighbours import FeatureExtractor, nearest, store_features, stored_features


@pytest.fixture
def faces():
    return np.random.default_rng(0).integers(0, 256, (70, 48, 48)).astype(np.uint8)


def test_features_are_what_the_output_layer_reads(tiny_model, faces):
    features = np.concatenate(list(FeatureExtractor(tiny_model).batches(faces)))
    assert len(features) == 70
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, atol=1e-5)
    layers = Anatomy(tiny_model).layers(faces[69])
    dense = max(i for i, layer in enumerate(layers) if layer.kind == "dense")
    before = layers[layers[dense].sources[0]].output.ravel()
    np.testing.assert_allclose(features[69], before / np.linalg.norm(before), atol=1e-5)


def test_a_face_is_nearest_to_itself(tiny_model, faces):
    features = np.concatenate(list(FeatureExtractor(tiny_model).batches(faces)))
    places = nearest(features[33], features, 5)
    assert places[0] == 33
    similarity = features @ features[33]
    assert list(places) == sorted(range(70), key=lambda i: -similarity[i])[:5]


def test_features_are_kept_for_their_network_and_faces(home):
    features = np.eye(3, dtype=np.float32)
    assert stored_features(b"network", "faces") is None
    store_features(b"network", "faces", features)
    np.testing.assert_array_equal(stored_features(b"network", "faces"), features)
    assert stored_features(b"another", "faces") is None
    assert stored_features(b"network", "others") is None


def test_what_is_no_network_is_refused():
    with pytest.raises(CheckpointError):
        FeatureExtractor(b"no network at all, only text that is long enough")
