"""Whether the network described in a foreign ``config.json`` may be built: everything that is not allowed is refused.

Keras resolves any exported name that a file mentions, so what a file may mention is a short list: plain layers, plain
activations, initialisers and regularisers, numbers. The sizes follow from the shapes, before any memory is set aside.
"""

import json
from typing import Any

from fer_core.checkpoints.foreign.description import settings_of
from fer_core.checkpoints.foreign.legacy import modern_document
from fer_core.checkpoints.foreign.network import ForeignNetwork, checked_network
from fer_core.checkpoints.foreign.walk import Walk
from fer_core.errors import CheckpointError

MAX_CONFIG_BYTES = 2_000_000
_MAX_DEPTH = 64
_DROPPED = {"build_config", "compile_config", "build_input_shape", "shared_object_id", "value_range"}
_HALF = {"mixed_float16", "mixed_bfloat16", "float16", "bfloat16"}


def check_network(text: bytes, *, is_hdf5: bool = False) -> ForeignNetwork:
    """Read the description in a ``.keras`` or ``.h5`` file and refuse what is not plainly harmless.

    Raises:
        CheckpointError: It is too long, malformed, names something that is not allowed, or is too large.
    """
    document = modern_document(_parsed(text)) if is_hdf5 else _parsed(text)
    settings_of(document.pop("compile_config", {}))  # how it was trained: read neither here nor by Keras
    walk = Walk()
    outputs = walk.model(document)
    return checked_network(walk.first_input, outputs, weights=walk.weights, layers=walk.layers, config=_plain(document))


def _parsed(text: bytes) -> dict[str, Any]:
    if len(text) > MAX_CONFIG_BYTES:
        raise CheckpointError("The network's description is too long. Import a smaller network.")
    damaged = "The network's description is damaged. Save the model again with Keras 3."
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
            raise CheckpointError("The network's description is nested too deeply. Save the model again.")
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
