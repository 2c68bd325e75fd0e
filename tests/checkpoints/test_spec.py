"""What a network expects of a picture: layouts, scalings and the end of its answers."""

import numpy as np
import pytest

from fer_core.checkpoints.spec import DEFAULT_SPEC, SCALINGS, NetworkSpec, output_of

FACES = np.random.default_rng(5).integers(0, 256, (3, 48, 48)).astype(np.float32)


def prepared(**settings):
    return NetworkSpec(**settings).prepare(FACES)


def test_a_network_trained_here_gets_the_faces_as_they_are():
    np.testing.assert_array_equal(DEFAULT_SPEC.prepare(FACES), FACES[..., None])


@pytest.mark.parametrize("channels_first", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [32, 64, 260])
def test_pictures_have_the_shape_that_the_spec_says(size, channels, channels_first):
    spec = NetworkSpec(size, channels, channels_first)
    pictures = spec.prepare(FACES)
    assert pictures.shape == (3, *spec.shape)
    assert pictures.dtype == np.float32
    assert pictures.flags.c_contiguous
    # Enlarging and shrinking keep the mean gray of a face, in every channel.
    across = (2, 3) if channels_first else (1, 2)
    expected = np.repeat(FACES.mean(axis=(1, 2))[:, None], channels, axis=1)
    np.testing.assert_allclose(pictures.mean(axis=across), expected, rtol=0.03)


def test_scalings_are_what_they_are_called():
    np.testing.assert_allclose(prepared(scaling="unit"), FACES[..., None] / 255, atol=1e-6)
    np.testing.assert_allclose(prepared(scaling="symmetric"), FACES[..., None] / 127.5 - 1, atol=1e-6)
    standardized = prepared(scaling="standardized")
    np.testing.assert_allclose(standardized.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(standardized.std(axis=(1, 2, 3)), 1, atol=1e-5)
    color = prepared(scaling="imagenet", channels=3)
    np.testing.assert_allclose(color[..., 2], (FACES / 255 - 0.406) / 0.225, atol=1e-5)
    np.testing.assert_allclose(prepared(scaling="imagenet")[..., 0], (FACES / 255 - 0.449) / 0.226, atol=1e-5)


def test_a_scaling_of_ones_own_has_one_number_or_one_a_channel():
    one = prepared(scaling="custom", mean=(0.4,), deviation=(0.2,), channels=3)
    np.testing.assert_allclose(one, np.repeat((FACES[..., None] / 255 - 0.4) / 0.2, 3, axis=-1), atol=1e-5)
    each = prepared(scaling="custom", mean=(0.1, 0.2, 0.3), deviation=(1.0, 1.0, 0.5), channels=3)
    np.testing.assert_allclose(each[..., 1], FACES / 255 - 0.2, atol=1e-6)
    np.testing.assert_allclose(each[..., 2], (FACES / 255 - 0.3) / 0.5, atol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        {"scaling": "custom"},
        {"scaling": "custom", "mean": (0.5,), "deviation": (0.0,)},
        {"scaling": "custom", "mean": (0.5,), "deviation": (-1.0,)},
        {"scaling": "custom", "mean": (float("nan"),), "deviation": (1.0,)},
        {"scaling": "custom", "mean": (0.5,) * 3, "deviation": (1.0,)},  # of a gray network
        {"scaling": "unit", "mean": (0.5,), "deviation": (1.0,)},
    ],
)
def test_numbers_that_do_not_fit_the_scaling_are_refused(settings):
    with pytest.raises(ValueError, match="Expected"):
        NetworkSpec(**settings)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_face_of_one_gray_stays_finite(scaling):
    numbers = {"mean": (0.5,), "deviation": (0.5,)} if scaling == "custom" else {}
    spec = NetworkSpec(scaling=scaling, **numbers)
    assert np.isfinite(spec.prepare(np.full((1, 48, 48), 255, np.float32))).all()


def test_a_spec_survives_being_bytes():
    spec = NetworkSpec(64, 3, True, "custom", (0.1, 0.2, 0.3), (1.0,) * 3, "logits", "onnx")
    assert NetworkSpec.from_bytes(spec.to_bytes()) == spec


def test_the_end_is_told_by_the_answers():
    scores = np.random.default_rng(1).normal(size=(4, 6, 7)).astype(np.float32)
    powers = np.exp(scores)
    softmax = powers / powers.sum(axis=-1, keepdims=True)
    assert output_of(scores) == "logits"
    assert output_of(np.log(softmax)) == "logits"
    assert output_of(softmax) == "softmax"
    assert output_of(1 / (1 + np.exp(-scores))) == "sigmoid"
    spec = NetworkSpec(output="logits")
    np.testing.assert_allclose(spec.probabilities(scores[0]), softmax[0], atol=1e-6)
    np.testing.assert_allclose(spec.probabilities(np.log(softmax[0])), softmax[0], atol=1e-6)
    np.testing.assert_array_equal(spec.probabilities(np.full((1, 4), 1e30, np.float32)), [[0.25] * 4])
