"""How the layers of a foreign network hang together, as its description has it."""

from collections.abc import Mapping
from typing import Any

from fer_core.checkpoints.foreign.settings import list_of, refused, settings_of
from fer_core.checkpoints.foreign.shapes import Shape

_SAFE_KWARGS = {"training", "mask"}


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
