"""Whether the network described in a foreign ``config.json`` may be built: everything that is not allowed is refused.

Keras resolves any exported name that a file mentions, so what a file may mention is a short list: plain layers, plain
activations, initialisers and regularisers, numbers. The sizes follow from the shapes, before any memory is set aside.
"""

import json
from dataclasses import dataclass
from typing import Any

from fer_core.checkpoints.foreign.description import settings_of
from fer_core.checkpoints.foreign.walk import Walk
from fer_core.errors import CheckpointError

MAX_CONFIG_BYTES = 2_000_000
MAX_SIDE = 512
_MAX_DEPTH = 64
_DROPPED = {"build_config", "compile_config", "build_input_shape", "shared_object_id", "value_range"}
_HALF = {"mixed_float16", "mixed_bfloat16", "float16", "bfloat16"}


@dataclass(frozen=True)
class ForeignNetwork:
    """A network that may be built, by a description in float32 of its layers and nothing else.

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
    document = _parsed(text)
    settings_of(document.pop("compile_config", {}))  # how it was trained: read neither here nor by Keras
    walk = Walk()
    outputs = walk.model(document)
    height, width, channels = walk.first_input
    if channels not in (1, 3) or not 8 <= min(height, width) <= max(height, width) <= MAX_SIDE:
        raise CheckpointError(
            f"The network eats pictures of {height}x{width} with {channels} channels. Only gray or RGB pictures from "
            f"8 to {MAX_SIDE} pixels can be fed to it here."
        )
    if len(outputs) != 1:
        raise CheckpointError("The network's output is no list of classes. Only classifiers can be imported.")
    return ForeignNetwork((height, width, channels), outputs[0], walk.weights, walk.layers, _plain(document))


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


def _plain(value: Any, key: str = "") -> Any:  # noqa: ANN401
    """What Keras gets: layers in float32 for batches of any size, without what it can do without.

    Mixed precision pays in training only; LiteRT gets float32. Before Keras 3.10 the one input and the one output of a
    model were written as lists of one, which a chain of models cannot take.
    """
    if isinstance(value, dict):
        return {name: _plain(inner, name) for name, inner in value.items() if name not in _DROPPED}
    if isinstance(value, list):
        if key in ("input_layers", "output_layers"):
            value = value[0] if len(value) == 1 else value
        return [None, *value[1:]] if key == "batch_shape" else [_plain(inner) for inner in value]
    return "float32" if value in _HALF else value
