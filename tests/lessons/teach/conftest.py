"""Examples whose classes differ in their light, and the tiny network's features of them."""

import numpy as np
import pytest

from fer_core.checkpoints.features import Features
from fer_core.lessons.teach.examples import ExampleClass, Examples, together
from fer_core.lessons.teach.teaching import FeatureStore


@pytest.fixture
def make_examples():
    """Builds classes of noisy faces around a gray each, in recordings of some frames."""

    def make(names=("open", "closed", "wide"), *, recordings=4, frames=5, noise=25.0, seed=0):
        rng = np.random.default_rng(seed)
        examples = Examples(tuple(map(ExampleClass, names)))
        for place, name in enumerate(names):
            for number in range(recordings):
                gray = 60 + 40 * place + rng.normal(0, noise)
                pixels = rng.normal(gray, 12, (frames, 48, 48))
                images = pixels.clip(0, 255).astype(np.uint8)
                examples = examples.added(place, together(f"Webcam {number}", images, f"{name} {number}"))
        return examples

    return make


@pytest.fixture
def store(save_tiny):
    """The tiny network's features."""
    checkpoint = save_tiny()
    return FeatureStore(checkpoint, Features(checkpoint))
