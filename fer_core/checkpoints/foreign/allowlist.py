"""Whether the network described in a foreign ``config.json`` may be built: everything that is not allowed is refused.

Keras resolves any exported name that a file mentions, so what a file may mention is a short list: plain layers, plain
activations, initialisers and regularisers, numbers. The sizes follow from the shapes, before any memory is set aside.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fer_core.checkpoints.foreign.description import (
    check_object,
    check_values,
    list_of,
    name_of,
    nodes_of,
    only_output,
    places_of,
    refused,
    settings_of,
)
from fer_core.checkpoints.shapes import RULES, Shape
from fer_core.errors import CheckpointError

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


@dataclass(frozen=True)
class ForeignNetwork:
    """A network that may be built, by a description in float32 and without how it was trained.

    The input's shape is height, width and channels; the other numbers are counts.
    """

    input_shape: tuple[int, int, int]
    outputs: int
    weights: int
    layers: int
    config: dict[str, Any]


def check_network(text: bytes) -> ForeignNetwork:
    """Reads the ``config.json`` of a ``.keras`` file and refuses what is not plainly harmless.

    Raises:
        CheckpointError: It is too long, malformed, names something that is not allowed, or is too large.
    """
    document = {key: value for key, value in _parsed(text).items() if key != "compile_config"}
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
    damaged = "The description of the network is damaged. Save the model again with Keras 3."
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(damaged) from error
    if not isinstance(document, dict):
        raise CheckpointError(damaged)
    _check_depth(document)
    return document


def _check_depth(document: object) -> None:
    """Without recursion, which a deep document would exhaust."""
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > _MAX_DEPTH:
            raise CheckpointError("The description of the network is nested too deeply. Save the model again.")
        containers = [list(item.values()) if isinstance(item, dict) else item for item in level]
        level = [child for container in containers if isinstance(container, list) for child in container]


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
            raise refused(f"a model of the kind {kind!r:.60}")
        if str(document.get("module")) not in _MODEL_MODULES or document.get("registered_name") not in (None, kind):
            raise refused(f"a model that calls itself {document.get('registered_name')!r:.60}")
        config = settings_of(document.get("config"))
        _check_build(document, inputs)
        extra = {k: v for k, v in config.items() if k not in ("layers", "input_layers", "output_layers", "name")}
        check_values(extra)
        entries = [settings_of(entry) for entry in list_of(config.get("layers"))]
        if kind == "Sequential":
            return self._chain(entries, inputs, depth)
        return self._graph(config, entries, inputs, depth)

    def _chain(self, entries: list[Mapping[str, Any]], inputs: tuple[Shape, ...], depth: int) -> Shape:
        for entry in entries:
            if entry.get("class_name") == "InputLayer":
                inputs = inputs or (self._input(entry),)
            elif not inputs:
                raise refused("a network that does not say the size of its input")
            else:
                inputs = (self._layer(entry, inputs, depth),)
        if len(inputs) != 1:
            raise refused("a network without layers")
        return inputs[0]

    def _graph(
        self, config: Mapping[str, Any], entries: list[Mapping[str, Any]], inputs: tuple[Shape, ...], depth: int
    ) -> Shape:
        """Layers in the order of the file, each after those it hangs on; a layer may be used several times."""
        made: dict[tuple[str, int], Shape] = {}
        waiting = [(entry, number, node) for entry in entries for number, node in enumerate(nodes_of(entry))]
        doors = [entry for entry in entries if entry.get("class_name") == "InputLayer"]
        if len(doors) != 1:
            raise refused(f"{len(doors)} inputs where one belongs")
        shape = self._input(doors[0])
        made[name_of(doors[0]), 0] = inputs[0] if inputs else shape
        counted: set[str] = set()
        while waiting:
            ready = [item for item in waiting if all(place in made for place in places_of(item[2]))]
            if not ready:
                raise refused("layers that hang on nothing")
            for entry, number, node in ready:
                before = self.weights
                shapes = tuple(made[place] for place in places_of(node))
                made[name_of(entry), number] = self._layer(entry, shapes, depth)
                if name_of(entry) in counted:
                    self.weights = before  # used again, not made again
                counted.add(name_of(entry))
            waiting = [item for item in waiting if item not in ready]
        return made[only_output(config.get("output_layers"), made)]

    def _input(self, entry: Mapping[str, Any]) -> Shape:
        config = settings_of(entry.get("config"))
        check_object(entry, {"keras.layers": {"InputLayer"}})
        check_values(config)
        batch = config.get("batch_shape", config.get("batch_input_shape"))
        sides = list_of(batch)[1:]
        if len(sides) != 3 or any(type(side) is not int or side < 1 for side in sides):
            raise refused("an input that is no picture of a fixed size")
        self.first_input = self.first_input or tuple(sides)  # those of models inside come later
        return tuple(sides)

    def _layer(self, entry: Mapping[str, Any], inputs: tuple[Shape, ...], depth: int) -> Shape:
        kind = entry.get("class_name")
        self.layers += 1
        if self.layers > MAX_LAYERS:
            raise CheckpointError(f"The network has more than {MAX_LAYERS} layers, which is too many to import.")
        if str(kind) in _MODELS:
            return self.model(entry, inputs, depth + 1)
        check_object(entry, {"keras.layers": set(RULES)})
        config = settings_of(entry.get("config"))
        check_values(config)
        _check_build(entry, inputs)
        try:
            shape, weights = RULES[str(kind)](inputs, config)
        except (TypeError, ValueError, KeyError, IndexError, OverflowError, ZeroDivisionError) as error:
            raise refused(f"a {kind} whose settings do not fit") from error
        self.weights += weights
        if self.weights > MAX_WEIGHTS or math.prod(shape) > MAX_VALUES:
            raise CheckpointError(
                f"The network is too large to be used here: more than {MAX_WEIGHTS // 1_000_000} million weights, or "
                f"more than {MAX_VALUES // 1_000_000} million values between two layers."
            )
        return shape


def _check_build(entry: Mapping[str, Any], inputs: tuple[Shape, ...]) -> None:
    """Keras sets memory aside for the shape written here: it must be the one that the layer really gets."""
    build = entry.get("build_config")
    if build is None:
        return
    written = settings_of(build)
    if set(written) - {"input_shape", "shapes_dict"}:
        raise refused("unknown words about how a layer is built")
    expected = [[None, *shape] for shape in inputs]
    shapes = [written["input_shape"]] if "input_shape" in written else []
    shapes += list(settings_of(written.get("shapes_dict", {})).values())
    for shape in shapes:
        if expected and shape not in (expected[0], expected):
            raise refused("a layer that was built for another input than it gets")


def _in_float32(value: Any) -> Any:  # noqa: ANN401
    """Mixed precision pays in training only; LiteRT gets float32."""
    if isinstance(value, dict):
        return {key: _in_float32(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_in_float32(inner) for inner in value]
    return "float32" if value in ("mixed_float16", "mixed_bfloat16") else value
