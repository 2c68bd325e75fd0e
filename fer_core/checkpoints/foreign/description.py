"""What may stand in a foreign ``config.json``: known keys, numbers, switches, listed words, a few plain objects."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fer_core.checkpoints.foreign.settings import ENTRY, OBJECTS, TRAINING, TRAINING_MODULES, Kinds
from fer_core.checkpoints.shapes import Shape
from fer_core.errors import CheckpointError

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
    "float16", "bfloat16", "float32", "mixed_float16", "mixed_bfloat16",
}  # fmt: skip


def settings_of_object(entry: Mapping[str, Any], allowed: Kinds, *, extra: Collection[str] = ()) -> Mapping[str, Any]:
    """Return an object's settings, unless it is of no allowed class or has a key, in or beside them, that is unknown.

    The extra keys may stand beside module, class, name and settings.
    """
    kind, module = entry.get("class_name"), entry.get("module")
    kinds = allowed.get(module, {}) if type(module) is str else {}
    if type(kind) is not str or kind not in kinds or entry.get("registered_name") not in (None, kind):
        raise refused(f"“{kind!s:.60}” of {module!s:.60}")
    config = settings_of(entry.get("config"))
    check_keys(entry, {*ENTRY, *extra}, kind)
    check_keys(config, kinds[kind], kind)
    return config


def check_keys(found: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Refuse every unknown key, because its effect in Keras has not been reviewed."""
    if unknown := sorted(set(found) - set(known)):
        raise refused(f"the unknown key “{unknown[0]:.60}” in {where}")


def check_values(value: object, key: str = "") -> None:
    """Refuse settings that are not numbers, switches, listed words, names, or the few objects that Keras writes."""
    if isinstance(value, dict):
        if type(value.get("shared_object_id", 0)) is not int:
            raise refused("a shared object without a number")
        for inner_key, inner in settings_of_object(value, OBJECTS, extra=("shared_object_id",)).items():
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


def check_built(shape: object, inputs: Sequence[Shape]) -> None:
    """Refuse a shape a layer claims to be built for, unless it is unknown or the one it gets; the batch may be any."""
    if shape is None:
        return
    is_several = all(isinstance(one, list) for one in list_of(shape))
    written = list_of(shape) if is_several else [shape]
    if [list_of(one)[1:] for one in written] != [list(one) for one in inputs]:
        raise refused("a layer built for a different input shape")


def check_training(training: object) -> None:
    """Refuse training settings of an inner model unless they are plain, although they are not passed to Keras."""
    config = settings_of(training)
    check_keys(config, TRAINING, "training settings of an inner model")
    level: list[object] = list(config.values())
    while level:
        for item in level:
            if isinstance(item, dict) and "class_name" in item:
                check_keys(item, {*ENTRY, "shared_object_id"}, "training settings of an inner model")
                if item.get("module") not in TRAINING_MODULES:
                    raise refused(f"an inner model, trained with {item.get('module')!s:.60}")
        containers = [list(item.values()) if isinstance(item, dict) else item for item in level]
        level = [inner for items in containers if isinstance(items, list) for inner in items]


def nodes_of(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The calls of a layer; none for an input."""
    nodes = [settings_of(node) for node in list_of(entry.get("inbound_nodes"))]
    if nodes and entry.get("class_name") == "InputLayer":
        raise refused("an input layer with an input")
    for node in nodes:
        check_keys(node, ("args", "kwargs"), "a connection")
        kwargs = settings_of(node.get("kwargs", {}))
        if set(kwargs) - _SAFE_KWARGS or any(value not in (None, True, False) for value in kwargs.values()):
            raise refused(f"a layer called with {', '.join(map(str, kwargs))!s:.60}")
    return nodes


def places_of(node: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The outputs of layers that a node takes."""
    places = []
    for argument in list_of(node.get("args")):
        for tensor in argument if isinstance(argument, list) else [argument]:
            found = settings_of(tensor)
            if found.get("class_name") != "__keras_tensor__":
                raise refused("a layer whose input is not a layer")
            check_keys(found, ("class_name", "config"), "a connection")
            tensor_config = settings_of(found.get("config"))
            check_keys(tensor_config, ("shape", "dtype", "keras_history"), "a connection")
            check_values([tensor_config.get("shape"), tensor_config.get("dtype")])
            places.append(_place(tensor_config.get("keras_history")))
    return places


def _place(history: object) -> tuple[str, int]:
    parts = list_of(history)
    if len(parts) != 3 or type(parts[0]) is not str or type(parts[1]) is not int or parts[2] != 0:
        raise refused("a connection to no layer")
    return parts[0], parts[1]


def only_place(places: object) -> tuple[str, int]:
    """The one input or output of a model: a layer and the number of its call."""
    listed = list_of(places)
    return _place(listed[0] if len(listed) == 1 else listed)


def name_of(entry: Mapping[str, Any]) -> str:
    """The name by which other layers refer to a layer."""
    name = entry.get("name", settings_of(entry.get("config")).get("name"))
    if type(name) is not str or len(name) > 200:
        raise refused("a layer without a name")
    return name


def settings_of(value: object) -> Mapping[str, Any]:
    """The value, if it is a JSON object."""
    if not isinstance(value, dict):
        raise refused(f"{value!r:.40} instead of settings")
    return value


def list_of(value: object) -> list[Any]:
    """The value, if it is a JSON list."""
    if not isinstance(value, list):
        raise refused(f"{value!r:.40} instead of a list")
    return value


def refused(what: str) -> CheckpointError:
    """Return the error that names a part a foreign network may not have."""
    return CheckpointError(
        f"The network has {what}, which is not allowed in an imported file. Only standard layers such as convolution, "
        "pooling and dense are supported."
    )
