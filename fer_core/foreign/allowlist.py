"""Whether the network described in a foreign ``config.json`` may be built: everything that is not allowed is refused.

Keras resolves any exported name that a file mentions, so what a file may mention is a short list: plain layers, plain
activations, initialisers and regularisers, numbers. The sizes follow from the shapes, before any memory is set aside.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fer_core.errors import CheckpointError
from fer_core.foreign.shapes import RULES, Shape

MAX_CONFIG_BYTES = 2_000_000
MAX_WEIGHTS = 100_000_000
MAX_VALUES = 2_000_000
"""Of one layer's output for one face."""
MAX_SIDE = 512
MAX_LAYERS = 1000
_MAX_DEPTH = 64
_MAX_NESTED = 4

_MODELS = {"Functional", "Sequential"}
_MODEL_MODULES = {
    "keras", "keras.models", "keras.src.models.functional", "keras.src.models.sequential",
}  # fmt: skip
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
_SAFE_KWARGS = {"training", "mask"}


@dataclass(frozen=True)
class ForeignNetwork:
    """A network that may be built.

    Attributes:
        input_shape: Height, width and channels of what it eats.
        outputs: How many values it answers.
        weights: How many it has.
        layers: How many layers.
        config: The description to build it from, in float32 and without how it was trained.
    """

    input_shape: tuple[int, int, int]
    outputs: int
    weights: int
    layers: int
    config: dict[str, Any]


def check_network(text: bytes) -> ForeignNetwork:
    """Reads the ``config.json`` of a ``.keras`` file and refuses what is not plainly harmless.

    Args:
        text: The content of ``config.json``.

    Raises:
        CheckpointError: It is too long, malformed, names something that is not allowed, or is too large.
    """
    document = _parsed(text)
    document = {key: value for key, value in document.items() if key != "compile_config"}
    walk = _Walk()
    outputs = walk.model(document, (), depth=0)
    height, width, channels = walk.first_input
    if channels not in (1, 3) or not 8 <= min(height, width) <= max(height, width) <= MAX_SIDE:
        raise CheckpointError(
            f"The network eats pictures of {height}x{width} with {channels} channels. Only grey or RGB pictures from "
            f"8 to {MAX_SIDE} pixels can be fed to it here."
        )
    if len(outputs) != 1:
        raise CheckpointError("The network's output is no list of classes. Only classifiers can be imported.")
    return ForeignNetwork((height, width, channels), outputs[0], walk.weights, walk.layers, _in_float32(document))


def _parsed(text: bytes) -> dict[str, Any]:
    if len(text) > MAX_CONFIG_BYTES:
        raise CheckpointError("The description of the network is too long. Only plain networks can be imported.")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            "The description of the network is damaged. Save the model again with Keras 3."
        ) from error
    if not isinstance(document, dict):
        raise CheckpointError("The description of the network is damaged. Save the model again with Keras 3.")
    _check_depth(document)
    return document


def _check_depth(document: object) -> None:
    """Without recursion, which a deep document would exhaust."""
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > _MAX_DEPTH:
            raise CheckpointError("The description of the network is nested too deeply. Save the model again.")
        level = [child for item in level for child in _children(item)]


def _children(item: object) -> Iterator[object]:
    if isinstance(item, dict):
        yield from item.values()
    elif isinstance(item, list):
        yield from item


class _Walk:
    """One pass over a network, which adds up what it finds."""

    def __init__(self) -> None:
        self.weights = 0
        self.layers = 0
        self.first_input: Shape = ()

    def model(self, document: Mapping[str, Any], inputs: tuple[Shape, ...], depth: int) -> Shape:
        """The output's shape of a model, at the top or inside another one."""
        kind = document.get("class_name")
        if str(kind) not in _MODELS or depth > _MAX_NESTED:
            raise _refused(f"a model of the kind {kind!r:.60}")
        if str(document.get("module")) not in _MODEL_MODULES or document.get("registered_name") not in (None, kind):
            raise _refused(f"a model that calls itself {document.get('registered_name')!r:.60}")
        config = _dict(document.get("config"))
        _check_build(document, inputs)
        extra = {k: v for k, v in config.items() if k not in ("layers", "input_layers", "output_layers", "name")}
        _check_values(extra)
        entries = [_dict(entry) for entry in _list(config.get("layers"))]
        if kind == "Sequential":
            return self._chain(entries, inputs, depth)
        return self._graph(config, entries, inputs, depth)

    def _chain(self, entries: list[Mapping[str, Any]], inputs: tuple[Shape, ...], depth: int) -> Shape:
        for entry in entries:
            if entry.get("class_name") == "InputLayer":
                inputs = inputs or (self._input(entry),)
            elif not inputs:
                raise _refused("a network that does not say the size of its input")
            else:
                inputs = (self._layer(entry, inputs, depth),)
        if len(inputs) != 1:
            raise _refused("a network without layers")
        return inputs[0]

    def _graph(
        self, config: Mapping[str, Any], entries: list[Mapping[str, Any]], inputs: tuple[Shape, ...], depth: int
    ) -> Shape:
        """Layers in the order of the file, each after those it hangs on; a layer may be used several times."""
        made: dict[tuple[str, int], Shape] = {}
        waiting = [(entry, number, node) for entry in entries for number, node in enumerate(_nodes(entry))]
        doors = [entry for entry in entries if entry.get("class_name") == "InputLayer"]
        if len(doors) != 1:
            raise _refused(f"{len(doors)} inputs where one belongs")
        shape = self._input(doors[0])
        made[_name(doors[0]), 0] = inputs[0] if inputs else shape
        counted: set[str] = set()
        while waiting:
            ready = [item for item in waiting if all(place in made for place in _places(item[2]))]
            if not ready:
                raise _refused("layers that hang on nothing")
            for entry, number, node in ready:
                before = self.weights
                shapes = tuple(made[place] for place in _places(node))
                made[_name(entry), number] = self._layer(entry, shapes, depth)
                if _name(entry) in counted:
                    self.weights = before  # used again, not made again
                counted.add(_name(entry))
            waiting = [item for item in waiting if item not in ready]
        return made[_single(config.get("output_layers"), made)]

    def _input(self, entry: Mapping[str, Any]) -> Shape:
        config = _dict(entry.get("config"))
        _check_object(entry, {"keras.layers": {"InputLayer"}})
        _check_values(config)
        batch = config.get("batch_shape", config.get("batch_input_shape"))
        sides = _list(batch)[1:]
        if len(sides) != 3 or any(type(side) is not int or side < 1 for side in sides):
            raise _refused("an input that is no picture of a fixed size")
        self.first_input = self.first_input or tuple(sides)  # those of models inside come later
        return tuple(sides)

    def _layer(self, entry: Mapping[str, Any], inputs: tuple[Shape, ...], depth: int) -> Shape:
        kind = entry.get("class_name")
        self.layers += 1
        if self.layers > MAX_LAYERS:
            raise CheckpointError(f"The network has more than {MAX_LAYERS} layers, which is too many to import.")
        if str(kind) in _MODELS:
            return self.model(entry, inputs, depth + 1)
        _check_object(entry, {"keras.layers": set(RULES)})
        config = _dict(entry.get("config"))
        _check_values(config)
        _check_build(entry, inputs)
        try:
            shape, weights = RULES[str(kind)](inputs, config)
        except (TypeError, ValueError, KeyError, IndexError, OverflowError, ZeroDivisionError) as error:
            raise _refused(f"a {kind} whose settings do not fit") from error
        self.weights += weights
        if self.weights > MAX_WEIGHTS or math.prod(shape) > MAX_VALUES:
            raise CheckpointError(
                f"The network is too large to be used here: more than {MAX_WEIGHTS // 1_000_000} million weights, or "
                f"more than {MAX_VALUES // 1_000_000} million values between two layers."
            )
        return shape


def _check_object(entry: Mapping[str, Any], allowed: Mapping[str, set[str]]) -> None:
    kind, module = entry.get("class_name"), entry.get("module")
    if (
        type(kind) is not str
        or kind not in allowed.get(str(module), set())
        or entry.get("registered_name") not in (None, kind)
    ):
        raise _refused(f"“{kind!s:.60}” of {module!s:.60}")


def _check_values(value: object, key: str = "") -> None:
    """Settings are numbers, switches, words from a list, names, or the few objects that Keras writes for them."""
    if isinstance(value, dict):
        if "class_name" in value:
            _check_object(value, _OBJECTS)
            value = _dict(value.get("config"))
        for inner_key, inner in value.items():
            _check_values(inner, inner_key)
    elif isinstance(value, list):
        for inner in value:
            _check_values(inner, key)
    elif isinstance(value, str):
        is_name = key == "name" and len(value) <= 200
        if not (is_name or value in _WORDS):
            raise _refused(f"the setting {key!s:.40} = “{value:.60}”")
    elif isinstance(value, float) and not math.isfinite(value):
        raise _refused(f"the setting {key!s:.40} = {value}")


def _check_build(entry: Mapping[str, Any], inputs: tuple[Shape, ...]) -> None:
    """Keras sets memory aside for the shape written here: it must be the one that the layer really gets."""
    build = entry.get("build_config")
    if build is None:
        return
    written = _dict(build)
    if set(written) - {"input_shape", "shapes_dict"}:
        raise _refused("unknown words about how a layer is built")
    expected = [[None, *shape] for shape in inputs]
    shapes = [written["input_shape"]] if "input_shape" in written else []
    shapes += list(_dict(written.get("shapes_dict", {})).values())
    for shape in shapes:
        if expected and shape not in (expected[0], expected):
            raise _refused("a layer that was built for another input than it gets")


def _nodes(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if entry.get("class_name") == "InputLayer":
        return []
    nodes = [_dict(node) for node in _list(entry.get("inbound_nodes"))]
    for node in nodes:
        kwargs = _dict(node.get("kwargs", {}))
        if set(kwargs) - _SAFE_KWARGS or any(value not in (None, True, False) for value in kwargs.values()):
            raise _refused(f"a layer that is called with {', '.join(map(str, kwargs))!s:.60}")
    return nodes


def _places(node: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The outputs of layers that a node takes."""
    places = []
    for argument in _list(node.get("args")):
        for tensor in argument if isinstance(argument, list) else [argument]:
            found = _dict(tensor)
            if found.get("class_name") != "__keras_tensor__":
                raise _refused("a layer that takes something other than layers")
            places.append(_place(_dict(found.get("config")).get("keras_history")))
    return places


def _place(history: object) -> tuple[str, int]:
    parts = _list(history)
    if len(parts) != 3 or type(parts[0]) is not str or type(parts[1]) is not int or parts[2] != 0:
        raise _refused("a connection that leads nowhere")
    return parts[0], parts[1]


def _single(outputs: object, made: Mapping[tuple[str, int], Shape]) -> tuple[str, int]:
    listed = _list(outputs)
    if len(listed) == 1 and isinstance(listed[0], list):
        listed = listed[0]
    place = _place(listed)
    if place not in made:
        raise _refused("an output that no layer makes")
    return place


def _name(entry: Mapping[str, Any]) -> str:
    name = entry.get("name", _dict(entry.get("config")).get("name"))
    if type(name) is not str or len(name) > 200:
        raise _refused("a layer without a name")
    return name


def _dict(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _refused(f"{value!r:.40} where settings belong")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _refused(f"{value!r:.40} where a list belongs")
    return value


def _in_float32(value: Any) -> Any:  # noqa: ANN401
    """Mixed precision pays in training only; LiteRT gets float32."""
    if isinstance(value, dict):
        return {key: _in_float32(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_in_float32(inner) for inner in value]
    return "float32" if value in ("mixed_float16", "mixed_bfloat16") else value


def _refused(what: str) -> CheckpointError:
    return CheckpointError(
        f"The network has {what}, which is not allowed in an imported file. Only plain layers such as convolutions, "
        "pooling, dense layers and their like are opened."
    )
