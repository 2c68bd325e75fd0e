"""One pass over a foreign network before it is built: entries are checked, shapes followed, weights counted."""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from fer_core.checkpoints.foreign.description import (
    check_built,
    check_training,
    check_values,
    list_of,
    name_of,
    nodes_of,
    only_place,
    places_of,
    refused,
    settings_of,
    settings_of_object,
)
from fer_core.checkpoints.foreign.settings import INPUT, LAYERS, MODELS
from fer_core.checkpoints.shapes import RULES, Shape
from fer_core.errors import CheckpointError

MAX_WEIGHTS = 100_000_000
MAX_VALUES = 2_000_000
"""Of one layer's output for one face."""
MAX_LAYERS = 1000
_MAX_NESTED = 4

_BUILD_KEYS = frozenset({"build_config"})
_MODEL_KEYS = _BUILD_KEYS | {"compile_config"}
_NODE_KEYS = frozenset({"name", "inbound_nodes"})
_NO_KEYS: frozenset[str] = frozenset()

_Entry: TypeAlias = Mapping[str, Any]
_Shapes: TypeAlias = tuple[Shape, ...]


class Walk:
    """What one pass over a network adds up.

    Attributes:
        weights: Numbers that are learned.
        layers: Calls of layers.
        first_input: Height, width and channels of the outermost input.
    """

    def __init__(self) -> None:
        self.weights = 0
        self.layers = 0
        self.first_input: Shape = ()

    def model(
        self, document: _Entry, inputs: _Shapes = (), *, depth: int = 0, node_keys: frozenset[str] = _NO_KEYS
    ) -> Shape:
        """Return the output's shape of a model, at the top or inside another one.

        Without inputs it takes its own. The keys of nodes may stand in its entry where it is part of a graph.

        Raises:
            CheckpointError: If anything in it is not allowed, or it is too large.
        """
        if depth > _MAX_NESTED:
            raise refused("models nested three deep")
        config = settings_of_object(document, MODELS, extra=_MODEL_KEYS | node_keys)
        check_training(document.get("compile_config", {}))
        check_values([config.get("trainable"), config.get("dtype")])
        check_values(config.get("name"), "name")
        entries = [settings_of(entry) for entry in list_of(config.get("layers"))]
        walked = self._chain if document["class_name"] == "Sequential" else self._graph
        taken, output = walked(config, entries, inputs, depth)
        check_built(config.get("build_input_shape"), taken)
        check_built(_built_for(document), taken)
        return output

    def _chain(self, _: _Entry, entries: list[_Entry], inputs: _Shapes, depth: int) -> tuple[_Shapes, Shape]:
        """The shapes of the input and the output of layers one after another."""
        shapes = inputs
        for number, entry in enumerate(entries):
            if number == 0 and entry.get("class_name") == "InputLayer":
                own = self._input(entry, _NO_KEYS)
                inputs = shapes = inputs or (own,)
            elif not shapes and entry.get("class_name") != "Functional":  # which has an input of its own
                raise refused("a network without an input size")
            else:
                output = self._layer(entry, shapes, depth, _NO_KEYS)
                inputs = inputs or (self.first_input,)
                check_built(_built_for(entry), shapes or inputs)
                shapes = (output,)
        if len(shapes) != 1:
            raise refused("a network without layers")
        return inputs, shapes[0]

    def _graph(self, config: _Entry, entries: list[_Entry], inputs: _Shapes, depth: int) -> tuple[_Shapes, Shape]:
        """The shapes of the input and the output of layers that hang on one another and may be used several times."""
        input_layers = [entry for entry in entries if entry.get("class_name") == "InputLayer"]
        names = [name_of(entry) for entry in entries]
        if len(input_layers) != 1 or only_place(config.get("input_layers")) != (name_of(input_layers[0]), 0):
            raise refused(f"{len(input_layers)} inputs instead of one")
        if len(set(names)) != len(names):
            raise refused("two layers with the same name")
        own = self._input(input_layers[0], _NODE_KEYS)
        taken = inputs or (own,)
        if len(taken) != 1:
            raise refused("an inner model with several inputs")
        made = self._grown({(name_of(input_layers[0]), 0): taken[0]}, entries, depth)
        name, number = only_place(config.get("output_layers"))
        kinds = {name_of(entry): entry.get("class_name") for entry in entries}
        place = name, number - (kinds.get(name) == "Functional")  # whose first node is its own inside
        if place not in made:
            raise refused("an output of no layer")
        return taken, made[place]

    def _grown(
        self, made: dict[tuple[str, int], Shape], entries: list[_Entry], depth: int
    ) -> dict[tuple[str, int], Shape]:
        """The shapes that all layers make, each after those it hangs on."""
        waiting = [(entry, number, node) for entry in entries for number, node in enumerate(nodes_of(entry))]
        counted: set[str] = set()
        while waiting:
            ready = [item for item in waiting if all(place in made for place in places_of(item[2]))]
            if not ready:
                raise refused("unconnected layers")
            for entry, number, node in ready:
                before = self.weights
                shapes = tuple(made[place] for place in places_of(node))
                made[name_of(entry), number] = self._layer(entry, shapes, depth, _NODE_KEYS)
                if name_of(entry) in counted:
                    self.weights = before  # used again, not made again
                else:
                    check_built(_built_for(entry), shapes)
                counted.add(name_of(entry))
            waiting = [item for item in waiting if item not in ready]
        return made

    def _input(self, entry: _Entry, node_keys: frozenset[str]) -> Shape:
        config = settings_of_object(entry, INPUT, extra=node_keys)
        for key, value in config.items():
            check_values(value, key)
        sides = list_of(config.get("batch_shape"))[1:]
        if len(sides) != 3 or any(type(side) is not int or side < 1 for side in sides):
            raise refused("an input that is not a picture of a fixed size")
        self.first_input = self.first_input or tuple(sides)  # those of models inside come later
        return tuple(sides)

    def _layer(self, entry: _Entry, inputs: _Shapes, depth: int, node_keys: frozenset[str]) -> Shape:
        kind = entry.get("class_name")
        self.layers += 1
        if self.layers > MAX_LAYERS:
            raise CheckpointError(f"The network has more than {MAX_LAYERS} layers. Import a smaller network.")
        if kind in ("Functional", "Sequential"):
            return self.model(entry, inputs, depth=depth + 1, node_keys=node_keys)
        config = settings_of_object(entry, LAYERS, extra=_BUILD_KEYS | node_keys)
        for key, value in config.items():
            check_values(value, key)
        try:
            shape, weights = RULES[str(kind)](inputs, config)
        except (TypeError, ValueError, KeyError, IndexError, OverflowError, ZeroDivisionError) as error:
            raise refused(f"a {kind} with invalid settings") from error
        self.weights += weights
        if self.weights > MAX_WEIGHTS or math.prod(shape) > MAX_VALUES:
            raise CheckpointError(
                f"The network is too large: more than {MAX_WEIGHTS // 1_000_000} million weights, or "
                f"more than {MAX_VALUES // 1_000_000} million values between two layers."
            )
        return shape


def _built_for(entry: _Entry) -> object:
    """The shape an entry claims to have been built for; None where it does not say."""
    build = settings_of(entry.get("build_config", {"input_shape": None}))
    if set(build) != {"input_shape"}:
        raise refused("unknown build information of a layer")
    return build["input_shape"]
