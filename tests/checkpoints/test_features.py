"""What goes into a network's last layer, after the steps of its card."""

import numpy as np

from fer_core.checkpoints.features import Features


def test_the_features_are_what_the_last_layer_gets(save_tiny):
    checkpoint = save_tiny()
    images = np.random.default_rng(0).integers(0, 256, (130, 48, 48)).astype(np.uint8)
    features = Features(checkpoint).of(images)
    assert features.shape == (130, 36)  # 6x6 means of 8x8 pixels, scaled
    means = images.reshape(130, 6, 8, 6, 8).mean(axis=(2, 4)).reshape(130, 36) / 255
    np.testing.assert_allclose(features, means, atol=1e-5)
    assert Features(checkpoint).of(images[:0]).size == 0


def test_steps_of_the_card_come_first(save_tiny, make_card):
    images = np.random.default_rng(0).integers(90, 160, (3, 48, 48)).astype(np.uint8)
    plain = save_tiny("plain")
    stretched = save_tiny("stretched", config=make_card().config | {"preprocessing": "stretch"})
    steps = stretched.card.preprocessing
    np.testing.assert_array_equal(Features(stretched).of(images), Features(plain).of(steps.apply(images)))
    assert (Features(stretched).of(images) != Features(plain).of(images)).any()
