"""What is worked out number by number is what stands in the network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.explain.arithmetic import products, sliding_window
from fer_core.explain.layers import Layer, LayerReader, describe_layer
from fer_core.explain.pictures import filter_shades, map_shades, strongest, thumbnail
from tests.explain.test_explain import network

NOTHING = np.zeros(0, np.float32)


@pytest.fixture(scope="module", params=["paper-cnn", "soft-cnn", "residual-cnn"])
def layers(request):
    face = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
    return face, LayerReader(network(request.param)[1]).layers(face)


def sources(face, layers, layer):
    place = layer.sources[0]
    return layers[place].output if place >= 0 else face[..., None].astype(np.float32)


def by_hand(window, row, column):
    """One value of a map, worked out in the plainest way."""
    (top, left), (height, width, channels) = window.start, window.source.shape
    total, inside = window.bias, []
    for y in range(window.size[0]):
        for x in range(window.size[1]):
            down, across = top + row * window.stride + y, left + column * window.stride + x
            if 0 <= down < height and 0 <= across < width:
                inside.append(window.source[down, across, 0])
                if window.rule == "sum":
                    total += sum(window.source[down, across, c] * window.kernel[y, x, c] for c in range(channels))
    made = {"sum": total, "largest": max(inside), "mean": np.mean(inside)}[window.rule]
    return max(made, 0.0) if window.bend == "ReLU" else made


def test_every_map_of_a_window_comes_about_as_it_is_told(layers):
    face, layers = layers
    rng, told = np.random.default_rng(1), 0
    for layer in (layer for layer in layers if layer.kind in ("convolution", "pooling")):
        for number in range(layer.output.shape[-1]):
            window = sliding_window(layer, sources(face, layers, layer), number)
            assert window is not None, (layer.title, number)
            np.testing.assert_array_equal(window.output, layer.output[..., number])
            told += 1
        for row, column in [(0, 0), *rng.integers(0, layer.output.shape[0], (4, 2)).tolist()]:
            assert by_hand(window, row, column) == pytest.approx(window.output[row, column], abs=2e-3)
    assert told > 8


def test_a_score_is_the_sum_of_its_products(layers):
    face, layers = layers
    dense = [layer for layer in layers if layer.kind == "dense"][-1]
    for number in range(len(dense.output)):
        made = products(dense, sources(face, layers, dense), number)
        assert made.total == pytest.approx(dense.output[number], abs=1e-3)
        sizes = np.abs(made.values * made.weights)
        assert (np.diff(sizes) <= 0).all()


@given(st.integers(1, 3), st.integers(1, 4), st.booleans(), st.integers(0, 2**32 - 1))
def test_windows_of_any_stride_and_size_are_found(stride, size, is_same, seed):
    """A convolution of a 9x7 map, worked out here over every place by the rules of TensorFlow."""
    rng = np.random.default_rng(seed)
    source, weights = rng.random((9, 7, 2), np.float32), rng.random((1, size, size, 2), np.float32)
    padded, shape = source, []
    for axis, side in enumerate((9, 7)):
        count = -(-side // stride) if is_same else (side - size) // stride + 1
        lacks = max((count - 1) * stride + size - side, 0) if is_same else 0
        padded = np.pad(padded, [(lacks // 2, lacks - lacks // 2) if a == axis else (0, 0) for a in range(3)])
        shape.append(count)
    output = np.zeros((*shape, 1), np.float32)
    for row, column in np.ndindex(*shape):
        patch = padded[row * stride : row * stride + size, column * stride : column * stride + size]
        output[row, column, 0] = (patch * weights[0]).sum() - 1.5
    layer = Layer("convolution", 1, "CONV_2D", (-1,), output.clip(0), weights, np.float32([-1.5]))
    window = sliding_window(layer, source, 0)
    assert window is not None
    np.testing.assert_allclose(np.clip(window.values(), 0, None), layer.output[..., 0], atol=1e-3)


def test_a_filter_that_reads_one_map_only():
    rng = np.random.default_rng(3)
    source, weights = rng.random((6, 6, 4), np.float32), rng.random((1, 3, 3, 4), np.float32)
    bias = rng.random(4, np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(source, (3, 3), axis=(0, 1))  # (4, 4, 4 maps, 3, 3)
    output = np.einsum("yxmij,ijm->yxm", windows, weights[0]) + bias
    layer = Layer("convolution", 1, "DEPTHWISE_CONV_2D", (0,), output.astype(np.float32), weights, bias)
    window = sliding_window(layer, source, 2)
    np.testing.assert_array_equal(window.source, source[..., 2, None])
    assert window.kernel.shape == (3, 3, 1)
    assert "3×3×1 = 9 products" in describe_layer([layer, layer], 0)


def test_sums_that_are_cut_off_at_6_are_told_and_others_are_not():
    source = np.ones((4, 4, 1), np.float32)
    weights = np.ones((1, 3, 3, 1), np.float32)
    for value, bend in ((9.0, "none"), (6.0, "ReLU6"), (5.0, None)):  # of 9 products of 1
        layer = Layer("convolution", 1, "CONV_2D", (-1,), np.full((2, 2, 1), value, np.float32), weights, np.zeros(1))
        window = sliding_window(layer, source, 0)
        assert (window and window.bend) == bend


def test_what_is_no_window_is_not_told_as_one():
    layer = Layer("dense", 1, "FULLY_CONNECTED", (-1,), np.ones(3, np.float32), np.ones((3, 4), np.float32), NOTHING)
    assert sliding_window(layer, np.ones(4, np.float32), 0) is None


def test_relu_is_named_only_where_nothing_is_negative(layers):
    _, layers = layers
    for place, layer in enumerate(layers):
        if layer.kind in ("convolution", "dense"):
            assert ("ReLU" in describe_layer(layers, place)) == bool(layer.output.min() >= 0)


def test_pictures_of_a_layer_go_from_black_to_white_with_the_strongest_first(layers):
    _, layers = layers
    maps = map_shades(layers[0])
    assert (maps.max(axis=(1, 2)) == 255).sum() >= 1
    means = layers[0].output.mean(axis=(0, 1))
    assert (np.diff(means[strongest(layers[0])]) <= 0).all()
    filters = filter_shades(layers[0]).astype(int)
    assert (np.abs(filters - 127).max(axis=(1, 2)) >= 127).all()  # the largest weight is black or white
    for layer in layers:
        assert thumbnail(layer).shape == (48, 48)
    softmax = thumbnail(layers[-1])
    assert softmax[:, 0].argmax() // (48 / len(layers[-1].output)) == layers[-1].output.argmax()
