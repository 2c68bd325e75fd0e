"""What may stand in a foreign ``config.json``: numbers, switches, words from a list, and a few plain objects."""

import math
from collections.abc import Mapping
from typing import Any

from fer_core.checkpoints.shapes import Shape
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
_SAFE_KWARGS = {"training", "mask"}
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


def nodes_of(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The calls of a layer; none for an input."""
    if entry.get("class_name") == "InputLayer":
        return []
    nodes = [settings_of(node) for node in list_of(entry.get("inbound_nodes"))]
    for node in nodes:
        kwargs = settings_of(node.get("kwargs", {}))
        if set(kwargs) - _SAFE_KWARGS or any(value not in (None, True, False) for value in kwargs.values()):
            raise refused(f"a layer that is called with {', '.join(map(str, kwargs))!s:.60}")
    return nodes


def places_of(node: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The outputs of layers that a node takes."""
    places = []
    for argument in list_of(node.get("args")):
        for tensor in argument if isinstance(argument, list) else [argument]:
            found = settings_of(tensor)
            if found.get("class_name") != "__keras_tensor__":
                raise refused("a layer that takes something other than layers")
            places.append(_place(settings_of(found.get("config")).get("keras_history")))
    return places


def _place(history: object) -> tuple[str, int]:
    parts = list_of(history)
    if len(parts) != 3 or type(parts[0]) is not str or type(parts[1]) is not int or parts[2] != 0:
        raise refused("a connection that leads nowhere")
    return parts[0], parts[1]


def only_output(outputs: object, made: Mapping[tuple[str, int], Shape]) -> tuple[str, int]:
    """The one output of a model: a layer and the number of its call."""
    listed = list_of(outputs)
    if len(listed) == 1 and isinstance(listed[0], list):
        listed = listed[0]
    place = _place(listed)
    if place not in made:
        raise refused("an output that no layer makes")
    return place


def name_of(entry: Mapping[str, Any]) -> str:
    """The name by which other layers refer to a layer."""
    name = entry.get("name", settings_of(entry.get("config")).get("name"))
    if type(name) is not str or len(name) > 200:
        raise refused("a layer without a name")
    return name


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
