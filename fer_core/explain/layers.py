"""A checkpoint's network layer by layer, with the numbers one face leaves in it, read from its LiteRT file."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from ai_edge_litert.interpreter import OpResolverType
from numpy.typing import NDArray

from fer_core.checkpoints.sessions import LiteRtSession
from fer_core.checkpoints.spec import DEFAULT_SPEC, NetworkSpec

Kind = Literal[
    "preparation", "convolution", "pooling", "mean", "flatten", "dense", "sum", "activation", "softmax",
]  # fmt: skip

_KINDS: dict[str, Kind] = {
    "CONV_2D": "convolution",
    "DEPTHWISE_CONV_2D": "convolution",
    "MAX_POOL_2D": "pooling",
    "AVERAGE_POOL_2D": "pooling",
    "MEAN": "mean",
    "RESHAPE": "flatten",
    "FULLY_CONNECTED": "dense",
    "ADD": "sum",
    "SOFTMAX": "softmax",
}
_SHAPES = ("SHAPE", "STRIDED_SLICE", "PACK")  # work out a shape, not a value
_WEIGHTED = ("convolution", "dense")
_NOTHING = np.zeros(0, np.float32)


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer and what a face leaves in it.

    Attributes:
        number: Which of its kind it is, from 1.
        operation: LiteRT's name of the operation.
        sources: Places of the layers it reads, in the tuple it belongs to; -1 is the face itself.
        output: What it made of the face: ``(height, width, maps)`` or ``(features,)`` float32.
        weights: ``(filters, height, width, channels)`` or ``(outputs, inputs)`` float32; empty where there are none.
        bias: ``(filters,)`` or ``(outputs,)`` float32; empty where there is none.
    """

    kind: Kind
    number: int
    operation: str
    sources: tuple[int, ...]
    output: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @property
    def title(self) -> str:
        """Its name for people, such as "Convolution 2"."""
        return f"{self.kind.capitalize()} {self.number}"

    @property
    def is_map(self) -> bool:
        """Whether its output is a stack of pictures."""
        return self.output.ndim == 3

    @property
    def count(self) -> int:
        """How many numbers it learned."""
        return self.weights.size + self.bias.size

    def bias_of(self, number: int) -> float:
        """What is added to one of its maps or outputs."""
        return float(self.bias[number]) if self.bias.size else 0.0

    def kernel(self, number: int) -> NDArray[np.float32]:
        """The filter that makes one of a convolution's maps: ``(height, width, channels it reads)``."""
        return self.weights[0, :, :, number, None] if self._reads_one_map else self.weights[number]

    def read_by(self, number: int, source: NDArray[np.float32]) -> NDArray[np.float32]:
        """What one of a convolution's filters reads of the ``(height, width, channels)`` maps before it."""
        if not self._reads_one_map:
            return source
        return source[..., number * source.shape[-1] // self.output.shape[-1], None]

    @property
    def _reads_one_map(self) -> bool:
        return self.operation == "DEPTHWISE_CONV_2D"

    def shape_in_words(self) -> str:
        """Its output's size, such as "64 maps of 22×22"."""
        if not self.is_map:
            return f"{self.output.size:,} numbers"
        height, width, maps = self.output.shape
        return f"{maps:,} maps of {height}×{width}"


def describe_layer(layers: Sequence[Layer], place: int) -> str:
    """One or two sentences on a layer: what it does, to what, and how many numbers it learned."""
    layer = layers[place]
    before = layers[layer.sources[0]] if layer.sources[0] >= 0 else None
    return _SENTENCES["averaging" if layer.operation == "AVERAGE_POOL_2D" else layer.kind].format(
        source=before.shape_in_words() if before else "the face of 48×48",
        window=_window(layer, before.output.shape[0] if before else 48) if layer.kind == "pooling" else "",
        result=layer.shape_in_words(),
        arithmetic=arithmetic_in_words(layer),
        learned=f"{layer.count:,}",
        bend="; ReLU sets negative values to 0" if (layer.output >= 0).all() else "",
    )


def _window(layer: Layer, height: int) -> str:
    """What one value of a pooling layer sees of maps of a height."""
    factor = round(height / layer.output.shape[0])
    return f"each {factor}×{factor} values" if factor > 1 else "the values around each position"


def arithmetic_in_words(layer: Layer) -> str:
    """How one of its numbers is worked out, such as "3×3×32 products and a bias"."""
    if layer.kind == "convolution":
        height, width, channels = layer.kernel(0).shape
        return f"{height}×{width}×{channels} = {height * width * channels:,} products, their sum and a bias"
    if layer.kind == "dense":
        return f"{layer.weights.shape[1]:,} products, their sum and a bias"
    return "no learned number"


_SENTENCES = {
    "preparation": "Turns {source} into what this network expects: {result}, enlarged and scaled as its card says.",
    "convolution": (
        "Slides small filters over {source}: {result}. Each value is {arithmetic}{bend}. A map is bright where its "
        "filter finds its pattern. Learned numbers: {learned}."
    ),
    "pooling": "Keeps the largest of {window} of {source}: {result}. Exact positions blur, strong patterns remain.",
    "averaging": "Averages {window} of {source}: {result}. A slightly shifted face gives nearly the same values.",
    "mean": (
        "Averages each map of {source} into one number: {result}. It keeps how much of each pattern there is, not "
        "where."
    ),
    "flatten": "Writes {source} in one row: {result}. Nothing is computed here.",
    "dense": "Each of its {result} is {arithmetic}, over all of {source}{bend}. Learned numbers: {learned}.",
    "sum": "Adds the skip connection to {source}: {result}. Earlier information is kept.",
    "activation": "Applies a fixed function to each value of {source}: {result}.",
    "softmax": "Turns {source} into probabilities that sum to 1, by equation (1) of the paper.",
}


class LayerReader:
    """A network opened so that every layer's output can be read; safe to share between threads.

    The model is a ``.tflite`` file's content that maps the pictures of the spec to ``(n, classes)``. Numbers in eight
    bits are read as what they stand for.

    Raises:
        CheckpointError: LiteRT cannot open it.
    """

    def __init__(self, model: bytes, spec: NetworkSpec = DEFAULT_SPEC) -> None:
        self._lock = threading.Lock()
        self._spec = spec
        self._constants: dict[int, NDArray[np.float32]] = {}
        self._session = LiteRtSession(
            model,
            experimental_preserve_all_tensors=True,
            # The usual delegate joins layers together, and then there is nothing to see between them.
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self._input = int(self._session.interpreter.get_input_details()[0]["index"])
        self._operations = self._session.interpreter._get_ops_details()

    def layers(self, face: NDArray[np.uint8]) -> tuple[Layer, ...]:
        """Every layer with what one ``(48, 48)`` uint8 face leaves in it, from the face to the answer.

        Of a network that takes another picture than the face, the first one is the picture it takes.
        """
        if face.shape != (48, 48) or face.dtype != np.uint8:
            raise ValueError(f"Expected a face (48, 48) uint8. Received {face.shape} {face.dtype}.")
        with self._lock:
            picture = self._spec.prepare(face[None].astype(np.float32))
            self._session.run_at_once(picture)
            return self._read(picture[0])

    def _read(self, picture: NDArray[np.float32]) -> tuple[Layer, ...]:
        places, layers = {self._input: -1}, list[Layer]()
        if self._spec.shape != DEFAULT_SPEC.shape or self._spec.scaling != DEFAULT_SPEC.scaling:
            shown = picture.transpose(1, 2, 0) if self._spec.channels_first else picture
            layers.append(Layer("preparation", 1, "PREPARATION", (-1,), shown, _NOTHING, _NOTHING))
            places[self._input] = 0
        for operation in self._operations:
            name, inputs, output = operation["op_name"], [int(i) for i in operation["inputs"]], operation["outputs"][0]
            sources = tuple(places[index] for index in inputs if index in places)
            if not sources or name in _SHAPES:
                continue
            kind = _KINDS.get(name, "activation")  # what is not named is a step of one, such as SiLU's product
            weights, bias = self._learned(inputs) if kind in _WEIGHTED else (_NOTHING, _NOTHING)
            number = 1 + sum(layer.kind == kind for layer in layers)
            places[int(output)] = len(layers)
            layers.append(Layer(kind, number, name, sources, self._tensor(int(output))[0], weights, bias))
        return tuple(layers)

    def _learned(self, inputs: list[int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        weights = self._constant(inputs[1])
        return weights, self._constant(inputs[2]) if len(inputs) > 2 and inputs[2] >= 0 else _NOTHING

    def _constant(self, index: int) -> NDArray[np.float32]:
        """What no face changes is read once: millions of numbers."""
        if index not in self._constants:
            self._constants[index] = self._tensor(index)
            self._constants[index].flags.writeable = False
        return self._constants[index]

    def _tensor(self, index: int) -> NDArray[np.float32]:
        return self._session.tensor(self._session.details(index))
