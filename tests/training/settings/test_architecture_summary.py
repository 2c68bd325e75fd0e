"""What is counted without Keras is what Keras builds."""

import math
from typing import get_args

import pytest

from fer_core.errors import TrainingError
from fer_core.training.network.architectures import build_model
from fer_core.training.settings.architecture_summary import check_memory, summarize
from fer_core.training.settings.config import Architecture, TrainingConfig

NAMES = {
    "Conv2D": "convolution",
    "BatchNormalization": "normalization",
    "MaxPooling2D": "pooling",
    "AveragePooling2D": "pooling",
    "Dropout": "dropout",
    "Add": "sum",
    "GlobalAveragePooling2D": "mean",
    "Flatten": "flatten",
    "Dense": "dense",
    "InputLayer": "input",
}


@pytest.mark.parametrize("architecture", get_args(Architecture))
@pytest.mark.parametrize("changes", [{}, {"width": 20, "dropout": 0.0, "scheme": "majority-8"}])
def test_layers_shapes_and_weights_are_those_of_keras(architecture, changes):
    config = TrainingConfig(architecture=architecture, **changes)
    network, model = summarize(config), build_model(config)
    built = [
        (NAMES[type(layer).__name__], tuple(layer.output.shape[1:]), layer.count_params())
        for layer in model.layers
        if type(layer).__name__ in NAMES
    ]
    assert [(layer.kind, layer.shape, layer.weights) for layer in network.layers] == built
    assert network.weights == model.count_params()


@pytest.mark.parametrize("architecture", ["paper-cnn", "residual-cnn"])
def test_multiply_adds_are_kernels_times_places(architecture):
    config = TrainingConfig(architecture=architecture)
    model = build_model(config)
    kernels = [layer for layer in model.layers if hasattr(layer, "kernel")]
    places = [math.prod(layer.output.shape[1:-1]) for layer in kernels]
    expected = sum(math.prod(layer.kernel.shape) * n for layer, n in zip(kernels, places, strict=True))
    assert summarize(config).multiply_adds == expected


def test_a_network_that_no_memory_holds_is_refused():
    check_memory(TrainingConfig())
    with pytest.raises(TrainingError, match=r"needs about \d+ GB of memory"):
        check_memory(TrainingConfig(architecture="vgg13", width=128, batch_size=1024))
