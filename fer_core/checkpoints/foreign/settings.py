"""What may stand in a foreign network's settings: numbers, switches, words from a list, and a few plain objects."""

import math
from collections.abc import Mapping
from typing import Any

from fer_core.errors import CheckpointError

_OBJECTS = {
    "keras": {"DTypePolicy"},
    "keras.initializers": {
        "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "Ones",
        "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros",
    },
    "keras.regularizers": {"L1", "L1L2", "L2"},
    "keras.constraints": {"MaxNorm", "NonNeg", "UnitNorm"},
}  # fmt: skip
_WORDS = {
    # activations
    "celu", "elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "hard_swish", "leaky_relu", "linear", "mish",
    "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "swish", "tanh",
    # padding, order of the axes, kinds of interpolation, filling and modes
    "valid", "same", "channels_last", "nearest", "bilinear", "bicubic", "area", "lanczos3", "lanczos5",
    "reflect", "constant", "wrap", "horizontal", "vertical", "horizontal_and_vertical",
    "fan_in", "fan_out", "fan_avg", "uniform", "normal", "truncated_normal", "untruncated_normal",
    # number formats
    "float32", "mixed_float16", "mixed_bfloat16",
}  # fmt: skip


def check_object(entry: Mapping[str, Any], allowed: Mapping[str, set[str]]) -> None:
    """Refuses an object unless it is of an allowed class, by modules, under its own name."""
    kind, module = entry.get("class_name"), entry.get("module")
    if (
        type(kind) is not str
        or kind not in allowed.get(str(module), set())
        or entry.get("registered_name") not in (None, kind)
    ):
        raise refused(f"“{kind!s:.60}” of {module!s:.60}")


def check_values(value: object, key: str = "") -> None:
    """Settings are numbers, switches, words from a list, names, or the few objects that Keras writes for them."""
    if isinstance(value, dict):
        if "class_name" in value:
            check_object(value, _OBJECTS)
            value = settings_of(value.get("config"))
        for inner_key, inner in value.items():
            check_values(inner, inner_key)
    elif isinstance(value, list):
        for inner in value:
            check_values(inner, key)
    elif isinstance(value, str):
        is_name = key == "name" and len(value) <= 200
        if not (is_name or value in _WORDS):
            raise refused(f"the setting {key!s:.40} = “{value:.60}”")
    elif isinstance(value, float) and not math.isfinite(value):
        raise refused(f"the setting {key!s:.40} = {value}")


def settings_of(value: object) -> Mapping[str, Any]:
    """The value, if it is a JSON object."""
    if not isinstance(value, dict):
        raise refused(f"{value!r:.40} where settings belong")
    return value


def list_of(value: object) -> list[Any]:
    """The value, if it is a JSON list."""
    if not isinstance(value, list):
        raise refused(f"{value!r:.40} where a list belongs")
    return value


def refused(what: str) -> CheckpointError:
    """The error that says what a foreign network may not have."""
    return CheckpointError(
        f"The network has {what}, which is not allowed in an imported file. Only plain layers such as convolutions, "
        "pooling, dense layers and their like are opened."
    )
