"""What each Keras layer makes of a shape and how many weights it has: arithmetic, without Keras."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fer_core.errors import CheckpointError

Shape = tuple[int, ...]
"""Of one image's values, without the batch."""

Config = Mapping[str, Any]
"""A layer's settings as Keras writes them."""

Rule = Callable[[Sequence[Shape], Config], tuple[Shape, int]]
"""From the inputs' shapes and a layer's settings to the output's shape and the number of weights."""


def _same(weights: int = 0) -> Rule:
    """Keep the shape, with some weights for each channel."""

    def rule(inputs: Sequence[Shape], _: Config) -> tuple[Shape, int]:
        return _only(inputs), weights and weights * _only(inputs)[-1]

    return rule


def _dense(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    *rest, last = _only(inputs)
    units = _count(config, "units")
    return (*rest, units), last * units + _biases(config, units)


def _conv(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    height, width, channels = _picture(inputs)
    filters, groups = _count(config, "filters"), _count(config, "groups", 1)
    kernel = _pair(config, "kernel_size")
    if channels % groups or filters % groups:
        raise _impossible("groups that do not divide the channels")
    weights = math.prod(kernel) * (channels // groups) * filters
    return (*_slid((height, width), kernel, config), filters), weights + _biases(config, filters)


def _separable(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    height, width, channels = _picture(inputs)
    filters, kernel = _count(config, "filters"), _pair(config, "kernel_size")
    weights = (math.prod(kernel) + filters) * channels * _count(config, "depth_multiplier", 1)
    return (*_slid((height, width), kernel, config), filters), weights + _biases(config, filters)


def _depthwise(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    height, width, channels = _picture(inputs)
    maps, kernel = channels * _count(config, "depth_multiplier", 1), _pair(config, "kernel_size")
    return (*_slid((height, width), kernel, config), maps), math.prod(kernel) * maps + _biases(config, maps)


def _pool(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    height, width, channels = _picture(inputs)
    kernel = _pair(config, "pool_size")
    strided = config if config.get("strides") is not None else {**config, "strides": list(kernel)}
    return (*_slid((height, width), kernel, strided), channels), 0


def _global_pool(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    channels = _picture(inputs)[-1]
    return ((1, 1, channels) if config.get("keepdims") else (channels,)), 0


def _flatten(inputs: Sequence[Shape], _: Config) -> tuple[Shape, int]:
    return (math.prod(_only(inputs)),), 0


def _reshape(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    target = [int(side) for side in config.get("target_shape", ())]
    total = math.prod(_only(inputs))
    if target.count(-1) == 1:
        known = -math.prod(target)
        target = [total // max(known, 1) if side == -1 else side for side in target]
    if any(side < 1 for side in target) or math.prod(target) != total:
        raise _impossible("a reshape that changes the number of values")
    return tuple(target), 0


def _pad(sign: int, key: str) -> Rule:
    def rule(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
        height, width, channels = _picture(inputs)
        (top, bottom), (left, right) = config[key]
        sides = height + sign * (int(top) + int(bottom)), width + sign * (int(left) + int(right))
        if min(int(top), int(bottom), int(left), int(right), *sides) < 0 or min(sides) < 1:
            raise _impossible("a padding or cropping without output")
        return (*sides, channels), 0

    return rule


def _upsample(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    height, width, channels = _picture(inputs)
    by_height, by_width = _pair(config, "size")
    return (height * by_height, width * by_width, channels), 0


def _resize(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    return (_count(config, "height"), _count(config, "width"), _picture(inputs)[-1]), 0


def _merge(inputs: Sequence[Shape], _: Config) -> tuple[Shape, int]:
    if len({len(shape) for shape in inputs}) != 1:
        raise _impossible("a sum of arrays with different numbers of dimensions")
    sides = tuple(max(along) for along in zip(*inputs, strict=True))
    if any(side not in (1, longest) for shape in inputs for side, longest in zip(shape, sides, strict=True)):
        raise _impossible("a sum of arrays of different sizes")
    return sides, 0


def _concatenate(inputs: Sequence[Shape], config: Config) -> tuple[Shape, int]:
    first = inputs[0]
    axis = int(config.get("axis", -1))
    place = axis - 1 if axis > 0 else len(first) + axis
    rests = {(len(s), s[:place], s[place + 1 :]) for s in inputs}
    if not 0 <= place < len(first) or len(rests) != 1:
        raise _impossible("arrays that cannot be joined")
    return (*first[:place], sum(s[place] for s in inputs), *first[place + 1 :]), 0


def _slid(sides: Sequence[int], kernel: Sequence[int], config: Config) -> tuple[int, int]:
    """How many places a kernel has in a picture, downwards and across."""
    strides, dilation = _pair(config, "strides", 1), _pair(config, "dilation_rate", 1)
    places = [
        -(-side // stride) if config.get("padding") == "same" else (side - (size - 1) * rate - 1) // stride + 1
        for side, size, stride, rate in zip(sides, kernel, strides, dilation, strict=True)
    ]
    if min(places) < 1:
        raise _impossible("a kernel larger than its input")
    return places[0], places[1]


def _biases(config: Config, outputs: int) -> int:
    return bool(config.get("use_bias", True)) * outputs


def _count(config: Config, key: str, default: int | None = None) -> int:
    value = config.get(key, default)
    value = default if value is None else value
    if type(value) is not int or not 1 <= value <= 1_000_000:
        raise _impossible(f"{key} = {value!r:.20}")
    return value


def _pair(config: Config, key: str, default: int | None = None) -> tuple[int, int]:
    value = config.get(key, default)
    pair = value if isinstance(value, list) else [value, value]
    if len(pair) != 2 or any(type(side) is not int or not 1 <= side <= 512 for side in pair):
        raise _impossible(f"{key} = {value!r:.20}")
    return pair[0], pair[1]


def _only(inputs: Sequence[Shape]) -> Shape:
    if len(inputs) != 1:
        raise _impossible("a one-input layer with several inputs")
    return inputs[0]


def _picture(inputs: Sequence[Shape]) -> tuple[int, int, int]:
    shape = _only(inputs)
    if len(shape) != 3:
        raise _impossible("a 2D layer after an output that is not 2D")
    return shape[0], shape[1], shape[2]


def _impossible(what: str) -> CheckpointError:
    return CheckpointError(
        f"The network in this file cannot be built. It has {what}. Fix it in your code and save it again."
    )


RULES: dict[str, Rule] = {
    **dict.fromkeys(
        (
            "Activation", "ActivityRegularization", "AlphaDropout", "Cast", "Dropout", "ELU",
            "GaussianDropout",
            "GaussianNoise", "Identity", "LeakyReLU", "RandomBrightness", "RandomContrast", "RandomFlip",
            "RandomRotation", "RandomTranslation", "RandomZoom", "ReLU", "Rescaling", "Softmax", "SpatialDropout2D",
        ),
        _same(),
    ),
    "BatchNormalization": _same(4),
    "LayerNormalization": _same(2),
    "GroupNormalization": _same(2),
    "Dense": _dense,
    "Conv2D": _conv,
    "SeparableConv2D": _separable,
    "DepthwiseConv2D": _depthwise,
    **dict.fromkeys(("MaxPooling2D", "AveragePooling2D"), _pool),
    **dict.fromkeys(("GlobalAveragePooling2D", "GlobalMaxPooling2D"), _global_pool),
    "Flatten": _flatten,
    "Reshape": _reshape,
    "ZeroPadding2D": _pad(1, "padding"),
    "Cropping2D": _pad(-1, "cropping"),
    "UpSampling2D": _upsample,
    "Resizing": _resize,
    **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"), _merge),
    "Concatenate": _concatenate,
}  # fmt: skip
"""The layers that networks may have, beside their inputs and models inside models."""
