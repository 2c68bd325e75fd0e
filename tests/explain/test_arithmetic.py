"""What is worked out number by number is what stands in the network."""

import numpy as np
import pytest

from fer_core.explain.arithmetic import products, work_out
from fer_core.explain.layers import Layer, LayerReader, describe_layer
from fer_core.explain.pictures import slice_sheet
from tests.explain.test_explain import network


@pytest.fixture(scope="module", params=["paper-cnn", "lab-cnn", "residual-cnn"])
def layers(request):
    face = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
    return face, LayerReader(network(request.param)[1]).layers(face)


def sources(face, layers, layer):
    place = layer.sources[0]
    return layers[place].output if place >= 0 else face[..., None].astype(np.float32)


def test_the_largest_number_of_every_map_adds_up(layers):
    face, layers = layers
    checked = 0
    for layer in (layer for layer in layers if layer.kind == "convolution"):
        for number in range(layer.output.shape[-1]):
            worked = work_out(layer, sources(face, layers, layer), number)
            assert worked.value == layer.output[..., number].max()
            assert worked.adds_up, (layer.title, number, worked.total, worked.value)
            checked += worked.value > 0
    assert checked > 8


def test_a_score_is_the_sum_of_its_products(layers):
    face, layers = layers
    dense = [layer for layer in layers if layer.kind == "dense"][-1]
    for number in range(len(dense.output)):
        made = products(dense, sources(face, layers, dense), number)
        assert made.total == pytest.approx(dense.output[number], abs=1e-3)
        sizes = np.abs(made.values * made.weights)
        assert (np.diff(sizes) <= 0).all()


def test_a_filter_that_reads_one_map_only():
    rng = np.random.default_rng(3)
    source, weights = rng.random((6, 6, 4), np.float32), rng.random((1, 3, 3, 4), np.float32)
    bias = rng.random(4, np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(source, (3, 3), axis=(0, 1))  # (4, 4, 4 maps, 3, 3)
    output = np.einsum("yxmij,ijm->yxm", windows, weights[0]) + bias
    layer = Layer("convolution", 1, "DEPTHWISE_CONV_2D", (0,), output.astype(np.float32), weights, bias)
    worked = work_out(layer, source, 2)
    assert (worked.channels, worked.others) == (1, 0.0)
    assert worked.adds_up
    assert "3×3×1 = 9 products" in describe_layer([layer, layer], 0)


def test_a_sum_that_is_bent_otherwise_is_not_said_to_add_up():
    source = np.ones((4, 4, 1), np.float32)
    weights = np.ones((1, 3, 3, 1), np.float32)
    layer = Layer("convolution", 1, "CONV_2D", (-1,), np.full((2, 2, 1), 6.0, np.float32), weights, np.zeros(1))
    assert not work_out(layer, source, 0).adds_up  # 9 products of 1, cut off at 6


def test_relu_is_named_only_where_nothing_is_negative(layers):
    _, layers = layers
    for place, layer in enumerate(layers):
        if layer.kind in ("convolution", "dense"):
            assert ("ReLU" in describe_layer(layers, place)) == bool(layer.output.min() >= 0)


def test_a_filters_slices_are_shown_with_the_strongest_first(layers):
    _, layers = layers
    layer = [layer for layer in layers if layer.kind == "convolution"][1]
    sheet = slice_sheet(layer, 0)
    gray = sheet[..., 0][sheet[..., 3] > 0].astype(int)
    largest = np.abs(layer.kernel(0)).max()
    assert abs(gray - 127).max() in (127, 128)  # the largest weight is black or white, which of both is its sign
    assert largest > 0
