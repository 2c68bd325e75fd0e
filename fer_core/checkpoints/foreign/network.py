"""A network that passed the checks: what it takes, what it answers with and how large it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fer_core.checkpoints.spec import LARGEST, SMALLEST, NetworkSpec, Runtime
from fer_core.errors import CheckpointError

MOST_OUTPUTS = 100

Channels = Literal[1, 3]


@dataclass(frozen=True)
class ForeignNetwork:
    """A network that may be opened; the numbers are counts.

    Attributes:
        size: Pixels of a side of the pictures it takes.
        channels_first: Whether a picture is ``(channels, size, size)``.
        config: Of a Keras network, a description in float32 of its layers and nothing else.
    """

    size: int
    channels: Channels
    channels_first: bool
    outputs: int
    weights: int
    layers: int
    config: dict[str, Any] = field(default_factory=dict)

    def spec(self, runtime: Runtime) -> NetworkSpec:
        """What it expects as far as its file tells: how values are scaled, no file does."""
        return NetworkSpec(self.size, self.channels, self.channels_first, runtime=runtime)


def checked_network(
    picture: Sequence[int], outputs: Sequence[int], *, weights: int, layers: int, config: dict[str, Any] | None = None
) -> ForeignNetwork:
    """Build the value from the shapes of one picture and of one answer.

    Raises:
        CheckpointError: The picture is not square, gray or color, and of a usual size, or the answer is no classes.
    """
    first = len(picture) == 3 and picture[0] in (1, 3) and picture[1] == picture[2]
    sides, channels = (picture[1:], picture[0]) if first else (picture[:-1], picture[-1] if picture else 0)
    if len(sides) != 2 or sides[0] != sides[1] or channels not in (1, 3) or not SMALLEST <= sides[0] <= LARGEST:
        shape = "×".join(map(str, picture)) or "a single number"
        raise CheckpointError(
            f"The network takes {shape}. Only square gray or RGB pictures of {SMALLEST} to {LARGEST} pixels can be fed "
            "to it here. Export it with a fixed input of such a size."
        )
    if len(outputs) != 1 or not 2 <= outputs[0] <= MOST_OUTPUTS:
        raise CheckpointError("The network's output is no list of classes. Only classifiers can be imported.")
    return ForeignNetwork(sides[0], 3 if channels == 3 else 1, first, outputs[0], weights, layers, config or {})
