"""Small ONNX networks, built with the package ``onnx``."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def weights(classes=7, channels=1, *, seed=3):
    """A convolution's kernel and bias and a dense layer's, ``(8, channels, 3, 3)`` and ``(8, classes)``."""
    rng = np.random.default_rng(seed)
    shapes = (8, channels, 3, 3), (8,), (8, classes), (classes,)
    return [rng.normal(size=shape).astype(np.float32) for shape in shapes]


def model(shape=(1, 48, 48), classes=7, *, batch="n", end=(), nodes=None, **changes):
    """Conv → Relu → mean of each map → dense, and perhaps more; with changed parts of its graph.

    The shape is that of one picture, channels first. The end are further operators, such as ("Softmax",).
    """
    names = ("kernel", "bias", "dense", "dense_bias")
    arrays = dict(zip(names, weights(classes, shape[0] if isinstance(shape[0], int) else 1), strict=True))
    chain = [
        helper.make_node("Conv", ["pictures", "kernel", "bias"], ["maps"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["maps"], ["positive"]),
        helper.make_node("GlobalAveragePool", ["positive"], ["means"]),
        helper.make_node("Flatten", ["means"], ["features"]),
        helper.make_node("Gemm", ["features", "dense", "dense_bias"], ["scores"]),
    ]
    last = "scores"
    for operator in end:
        chain.append(helper.make_node(operator, [last], [operator.lower()]))
        last = operator.lower()
    parts = {
        "nodes": nodes or chain,
        "name": "small",
        "inputs": [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, [batch, *shape])],
        "outputs": [helper.make_tensor_value_info(last, TensorProto.FLOAT, [batch, classes])],
        "initializer": [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    }
    graph = helper.make_graph(**parts | changes)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def expected(pictures, classes=7):
    """The scores of :func:`model` for ``(n, channels, size, size)`` pictures, worked out here."""
    kernel, bias, dense, dense_bias = weights(classes, pictures.shape[1])
    padded = np.pad(pictures, [(0, 0), (0, 0), (1, 1), (1, 1)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    maps = np.einsum("ncxyij,fcij->nfxy", windows, kernel) + bias[:, None, None]
    return np.maximum(maps, 0).mean(axis=(2, 3)) @ dense + dense_bias


def save(path, **changes):
    """Write :func:`model` to a file."""
    path.write_bytes(model(**changes).SerializeToString())
    return path
