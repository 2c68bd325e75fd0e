"""An ``.onnx`` file, looked at before ONNX Runtime does: plain operators, and every weight in the file itself.

The field numbers are those of ``onnx.proto`` (IR version 3 to 13).
"""

import math

from fer_core.checkpoints.foreign.network import ForeignNetwork, checked_network
from fer_core.checkpoints.foreign.protobuf import Message
from fer_core.checkpoints.foreign.walk import MAX_LAYERS, MAX_WEIGHTS
from fer_core.errors import CheckpointError

_OPERATORS = frozenset({
    "Abs", "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant", "Conv",
    "ConvInteger", "DepthToSpace", "DequantizeLinear", "Div", "Dropout", "DynamicQuantizeLinear", "Elu", "Erf",
    "Exp", "Expand", "Flatten", "Gather", "Gelu", "Gemm", "GlobalAveragePool", "GlobalMaxPool",
    "GroupNormalization", "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "LRN",
    "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax", "MatMul", "MatMulInteger", "Max", "MaxPool", "Mean",
    "Min", "Mish", "Mul", "Neg", "PRelu", "Pad", "Pow", "QLinearConv", "QLinearMatMul", "QuantizeLinear",
    "Reciprocal", "ReduceMax", "ReduceMean", "ReduceSum", "Relu", "Reshape", "Resize", "Selu", "Shape", "Sigmoid",
    "Slice", "Softmax", "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh",
    "Transpose", "Unsqueeze", "Upsample",
})  # fmt: skip
_MODEL = (1, 2, 3, 4, 5, 6, 7, 8, 14)  # without training, functions and devices
_GRAPH = (1, 2, 5, 10, 11, 12, 13, 14, 16)  # without sparse weights
_NODE = (1, 2, 3, 4, 5, 6, 7, 8, 9)
_ATTRIBUTE = (1, 2, 3, 4, 5, 7, 8, 13, 20)  # numbers, a word, a tensor; no graphs and no references
_TENSOR = (1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 14, 16)  # without parts, texts and external data
_BYTES = {1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8}  # float, uint8, int8, int32, int64, bool, float16, double
_FLOAT = 1
_MOST_SIDES = 8


def check_onnx(content: bytes, size: int | None = None) -> ForeignNetwork:
    """Refuse what is not plainly a network of allowed operators whose numbers all lie in the file.

    The size is that of its pictures, where the file leaves it open.

    Raises:
        CheckpointError: It is no such file, is damaged, has an operator that is not allowed, or is too large.
    """
    try:
        model = Message(memoryview(content), _MODEL)
        graphs = model.contents(7)
        if len(graphs) != 1:
            raise ValueError("Expected one graph.")
        return _checked(Message(graphs[0], _GRAPH), size)
    except (ValueError, IndexError) as error:
        raise CheckpointError(
            f"This .onnx file is damaged or not a plain network ({error}). Functions, nested graphs and external "
            "weights are not supported. Export the model again, as one file."
        ) from error


def _checked(graph: Message, size: int | None) -> ForeignNetwork:
    nodes = graph.messages(1, _NODE)
    if not 0 < len(nodes) <= MAX_LAYERS:
        raise _refused(f"{len(nodes)} operators")
    weights = {}
    for content in graph.contents(5):
        tensor = Message(content, _TENSOR)
        weights[tensor.text(8)] = _tensor_size(tensor)
    total = sum(weights.values()) + sum(map(_check_node, nodes))
    if total > MAX_WEIGHTS:
        raise CheckpointError("The file has too many weights. Import a smaller network.")
    inputs = [entry for entry in graph.contents(11) if Message(entry, (1, 2, 3, 4)).text(1) not in weights]
    outputs = graph.contents(12)
    if len(inputs) != 1 or len(outputs) != 1:
        raise _refused("more than one input or output")
    picture = _filled(_sides(inputs[0]), size)
    _, *answer = _sides(outputs[0])
    if None in answer:
        raise _refused("an output without a fixed number of classes")
    return checked_network(picture, [side or 0 for side in answer], weights=total, layers=len(nodes))


def _check_node(node: Message) -> int:
    """The count of numbers a node holds."""
    name = node.text(4)
    if node.text(7) not in ("", "ai.onnx") or node.has(8) or name not in _OPERATORS:
        domain = node.text(7) or "ai.onnx"
        raise _refused(f"the operator “{name:.60}” of {domain:.60}")
    tensors = [tensor for attribute in node.messages(5, _ATTRIBUTE) for tensor in attribute.messages(5, _TENSOR)]
    return sum(map(_tensor_size, tensors))


def _tensor_size(tensor: Message) -> int:
    """The count of a tensor's numbers, after comparing it with the bytes that are there."""
    sides, kind = tensor.numbers(1), tensor.number(2)
    if tensor.number(14) or kind not in _BYTES or len(sides) > _MOST_SIDES or any(side >= 1 << 31 for side in sides):
        raise _refused("external weights, or weights that are not plain numbers")
    count = math.prod(sides)
    stored = tensor.size(9)
    if stored and stored != count * _BYTES[kind]:
        raise ValueError("Expected the tensor's number of bytes.")
    # Packed numbers take at least a byte each, so these bounds hold whatever they are.
    if not stored and count > sum(tensor.size(field) for field in (4, 5, 7, 10, 11)):
        raise ValueError("Expected the tensor's number of values.")
    return count


def _sides(value: memoryview) -> list[int | None]:
    """The shape of an input or output; None for a side that is left open."""
    (kind,) = Message(value, (1, 2, 3, 4)).messages(2, (1, 6))
    (tensor,) = kind.messages(1, (1, 2))
    if tensor.number(1) != _FLOAT:
        raise _refused("an input or output that is not float32")
    (shape,) = tensor.messages(2, (1,))
    return [side.number(1) or None for side in shape.messages(1, (1, 2, 3))]


def _filled(sides: list[int | None], size: int | None) -> list[int]:
    """The shape of one picture, with the size where the file leaves it open."""
    batch, *picture = sides or [None]
    if batch not in (None, 1):
        raise _refused("a fixed batch size above 1")
    open_sides = [place for place, side in enumerate(picture) if side is None]
    if open_sides and size is None:
        raise CheckpointError(
            "The file leaves its input size open. Enter the size in pixels the network was trained on.",
            is_hint=True,
        )
    if len(picture) != 3 or len(open_sides) > 2:
        raise _refused("an input that is not a picture")
    return [side or size or 0 for side in picture]


def _refused(what: str) -> CheckpointError:
    return CheckpointError(
        f"The .onnx file has {what}, which is not allowed in an imported file. Only standard layers such as "
        "convolution, pooling and dense are supported."
    )
