"""What the pages show of a network is what direct computation gives."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from fer_core.checkpoints.classifier import Classifier
from fer_core.errors import CheckpointError
from fer_core.explain.gradcam import grad_cam
from fer_core.explain.layers import LayerReader, describe_layer
from fer_core.explain.probes import Nudges, nudged, occlusion_map, stability
from fer_core.training.network.architectures import build_model
from fer_core.training.settings.config import TrainingConfig


def network(architecture, **settings):
    """A small network with random weights, in Keras and as a LiteRT file."""
    keras.utils.set_random_seed(1)
    model = build_model(TrainingConfig(architecture=architecture, width=4, **settings))
    rng = np.random.default_rng(2)  # the converter leaves out biases that are zero, as fresh ones are
    model.set_weights([w + rng.normal(0, 0.02, w.shape).astype(np.float32) for w in model.get_weights()])
    return model, bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())


@pytest.fixture(scope="module", params=["paper-cnn", "lab-cnn", "soft-cnn", "residual-cnn"])
def both(request):
    return network(request.param)


@pytest.fixture
def face():
    return np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)


def keras_maps(model, face):
    """Outputs of Keras' layers after which the same stands in LiteRT's file."""
    pooling = keras.layers.MaxPooling2D, keras.layers.AveragePooling2D
    wanted = [layer.output for layer in model.layers if isinstance(layer, pooling)]
    values = keras.Model(model.input, [*wanted, model.output])(face[None, ..., None].astype(np.float32))
    return [np.asarray(value[0]) for value in values]


@pytest.mark.child
def test_layers_hold_what_keras_computes(both, face):
    model, content = both
    layers = LayerReader(content).layers(face)
    expected = keras_maps(model, face)
    found = [layer.output for layer in layers if layer.kind == "pooling"] + [layers[-1].output]
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_words_tell_largest_values_from_means(face):
    layers = LayerReader(network("soft-cnn")[1]).layers(face)
    first, second = [describe_layer(layers, place) for place, layer in enumerate(layers) if layer.kind == "pooling"][:2]
    assert "the largest of the values around each position of 4 maps of 48×48: 4 maps of 48×48" in first
    assert "Averages each 2×2 values of 4 maps of 48×48: 4 maps of 24×24" in second
    layers = LayerReader(network("paper-cnn")[1]).layers(face)
    place = [layer.kind for layer in layers].index("pooling")
    assert "the largest of each 2×2 values of 8 maps of 44×44: 8 maps of 22×22" in describe_layer(layers, place)


def test_layers_say_what_they_are(face):
    layers = LayerReader(network("paper-cnn")[1]).layers(face)
    assert [layer.title for layer in layers] == [
        "Convolution 1",
        "Convolution 2",
        "Pooling 1",
        "Convolution 3",
        "Pooling 2",
        "Convolution 4",
        "Pooling 3",
        "Flatten 1",
        "Dense 1",
        "Dense 2",
        "Softmax 1",
    ]
    assert layers[0].shape_in_words() == "4 maps of 46×46"
    assert layers[8].shape_in_words() == "128 numbers"
    assert sum(layer.count for layer in layers) == build_model(TrainingConfig(width=4)).count_params()
    assert layers[-1].output.sum() == pytest.approx(1)


def test_softmax_is_equation_1_of_the_scores_before_it(both, face):
    layers = LayerReader(both[1]).layers(face)
    scores = layers[layers[-1].sources[0]].output.astype(float)
    np.testing.assert_allclose(layers[-1].output, np.exp(scores) / np.exp(scores).sum(), atol=1e-6)


@pytest.mark.parametrize("class_index", [0, 4])
def test_grad_cam_is_that_of_automatic_differentiation(both, face, class_index):
    model, content = both
    name = [x for x in model.layers if isinstance(x, keras.layers.Conv2D | keras.layers.Activation | keras.layers.Add)]
    last = [x for x in name if len(x.output.shape) == 4][-1]
    outputs = model.layers[-1]
    inner = keras.Model(model.input, [last.output, outputs.input])
    with tf.GradientTape() as tape:
        maps, features = inner(face[None, ..., None].astype(np.float32))
        tape.watch(maps)
        rest = features if last is model.layers[-2] else after(model, last, maps)
        score = (tf.linalg.matmul(rest, outputs.kernel) + outputs.bias)[0, class_index]
    gradient = tape.gradient(score, maps)[0].numpy()
    expected = np.maximum((maps[0].numpy() * gradient.mean(axis=(0, 1))).sum(axis=-1), 0)
    ours = grad_cam(LayerReader(content).layers(face), class_index)
    np.testing.assert_allclose(ours, expected, rtol=1e-3, atol=1e-5)


def after(model, layer, maps):
    """What the layers between one and the outputs make of its maps."""
    for following in model.layers[model.layers.index(layer) + 1 : -1]:
        maps = following(maps, training=False) if isinstance(following, keras.layers.Dropout) else following(maps)
    return maps


def test_what_cannot_be_followed_back_is_said(face):
    content = network("paper-cnn", activation="gelu")[1]
    with pytest.raises(CheckpointError, match="Use the occlusion map instead"):
        grad_cam(LayerReader(content).layers(face), 0)


def test_a_network_without_maps_has_no_grad_cam(face):
    gray = keras.Input((48, 48, 1))
    dense = keras.layers.Dense(7, activation="softmax")(keras.layers.Flatten()(gray))
    content = bytes(tf.lite.TFLiteConverter.from_keras_model(keras.Model(gray, dense)).convert())
    with pytest.raises(CheckpointError, match="Use the occlusion map instead"):
        grad_cam(LayerReader(content).layers(face), 0)


def test_what_is_no_network_is_refused():
    with pytest.raises(CheckpointError, match="cannot be opened"):
        LayerReader(b"no network")


def test_the_occlusion_map_is_that_of_covering_by_hand(tiny_model, face):
    classifier = Classifier(tiny_model, tuple("abcdefg"))
    ours = occlusion_map(face, classifier, 2)
    before = classifier.predict(face[None])[0, 2]
    covered = face.copy()
    covered[:8, :8] = round(float(face.mean()))
    # the corner pixel lies under one square only
    assert ours[0, 0] == pytest.approx(before - classifier.predict(covered[None])[0, 2], abs=1e-6)
    assert ours.shape == (48, 48)


def test_an_answer_that_no_nudge_can_change_is_stable():
    class Stubborn:
        def predict(self, images):
            return np.tile(np.float32([0.1, 0.9]), (len(images), 1))

    assert stability(np.full((48, 48), 90, np.uint8), Stubborn()) == 1.0


def test_an_answer_on_a_knifes_edge_is_not(face):
    class Edgy:
        def predict(self, images):
            bright = images.mean(axis=(1, 2)) > face.mean()
            return np.stack([bright, ~bright], axis=1).astype(np.float32)

    assert 0.2 < stability(face, Edgy()) < 0.8


def test_no_nudge_changes_nothing(face):
    np.testing.assert_array_equal(nudged(face, Nudges()), face)


@given(st.integers(-12, 12), st.integers(-12, 12))
def test_a_shift_moves_the_pixels(dx, dy):
    face = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
    moved = nudged(face, Nudges(shift_x=dx, shift_y=dy))
    np.testing.assert_array_equal(moved[12 + dy : 36 + dy, 12 + dx : 36 + dx], face[12:36, 12:36])


def test_brightness_and_blur_do_what_they_say(face):
    assert nudged(np.full((48, 48), 100, np.uint8), Nudges(brightness=0.2)).min() == 151
    assert nudged(face, Nudges(brightness=-0.5)).min() == 0
    assert nudged(face, Nudges(blur=2.0)).std() < 0.5 * face.std()


def test_padding_makes_the_face_smaller():
    face = np.zeros((48, 48), np.uint8)
    face[12:36, 12:36] = 255
    assert (nudged(face, Nudges(padding=12)) > 128).sum() == pytest.approx(12 * 12, abs=30)
