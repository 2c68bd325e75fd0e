"""Whole models in ``.h5`` files, described as Keras 1 and Keras 2 did, with the answers they must give."""

import json

import h5py
import numpy as np

RNG_SEED = 8


def numbers(*shapes):
    rng = np.random.default_rng(RNG_SEED)
    return [rng.normal(size=shape).astype(np.float32) / 2 for shape in shapes]


def keras_1(**changes):
    """A chain as Keras 1.2 described it; changes are settings of its convolution."""
    convolution = {
        "name": "conv", "trainable": True, "batch_input_shape": [None, 48, 48, 1], "input_dtype": "float32",
        "nb_filter": 4, "nb_row": 3, "nb_col": 3, "subsample": [2, 2], "border_mode": "valid", "dim_ordering": "tf",
        "init": "glorot_uniform", "activation": "relu", "W_regularizer": None, "b_regularizer": None,
        "activity_regularizer": None, "W_constraint": None, "b_constraint": None, "bias": True,
    } | changes  # fmt: skip
    dense = {
        "name": "dense", "trainable": True, "output_dim": 7, "init": "glorot_uniform", "activation": "linear",
        "W_regularizer": {"l1": 0.0, "l2": 0.01, "name": "L1L2Regularizer"}, "b_regularizer": None,
        "activity_regularizer": None, "W_constraint": None, "b_constraint": None, "bias": True, "input_dim": None,
    }  # fmt: skip
    pool = {
        "name": "pool", "trainable": True, "pool_size": [2, 2], "strides": [2, 2], "border_mode": "valid",
        "dim_ordering": "tf",
    }  # fmt: skip
    layers = [
        ("Convolution2D", convolution), ("MaxPooling2D", pool), ("Dropout", {"name": "drop", "p": 0.5}),
        ("Flatten", {"name": "flat", "trainable": True}), ("Dense", dense),
        ("Activation", {"name": "end", "activation": "softmax"}),
    ]  # fmt: skip
    return {"class_name": "Sequential", "config": [{"class_name": kind, "config": c} for kind, c in layers]}


def keras_2(**changes):
    """A graph with a skip connection, as tf.keras 2 described it; changes are settings of its 3x3 convolution."""
    kernel = {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform"}}
    conv = {
        "trainable": True, "dtype": "float32", "filters": 4, "strides": [1, 1], "padding": "same", "groups": 1,
        "data_format": "channels_last", "dilation_rate": [1, 1], "activation": "linear", "use_bias": True,
        "kernel_initializer": kernel, "bias_initializer": {"class_name": "Zeros", "config": {}},
        "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.01}}, "bias_regularizer": None,
        "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None,
    }  # fmt: skip
    norm = {
        "name": "norm", "trainable": True, "dtype": "float32", "axis": [3], "momentum": 0.99, "epsilon": 0.001,
        "center": True, "scale": True, "beta_initializer": {"class_name": "Zeros", "config": {}},
        "gamma_regularizer": None,
    }  # fmt: skip
    dense = {
        "name": "dense", "trainable": True, "dtype": "float32", "units": 7, "activation": "softmax", "use_bias": True,
        "kernel_initializer": kernel, "bias_initializer": None, "kernel_regularizer": None,
    }  # fmt: skip

    def entry(kind, config, *sources):
        nodes = [[[name, 0, 0, {}] for name in sources]] if sources else []
        return {"class_name": kind, "config": config, "name": config["name"], "inbound_nodes": nodes}

    first = {"batch_input_shape": [None, 48, 48, 1], "dtype": "float32", "sparse": False, "name": "input_1"}
    layers = [
        entry("InputLayer", first),
        entry("Conv2D", {**conv, "name": "wide", "kernel_size": [3, 3], **changes}, "input_1"),
        entry("Conv2D", {**conv, "name": "short", "kernel_size": [1, 1]}, "input_1"),
        entry("Add", {"name": "add", "trainable": True, "dtype": "float32"}, "wide", "short"),
        entry("BatchNormalization", norm, "add"),
        entry("LeakyReLU", {"name": "leaky", "trainable": True, "dtype": "float32", "alpha": 0.1}, "norm"),
        entry("GlobalAveragePooling2D", {"name": "mean", "dtype": "float32", "data_format": "channels_last"}, "leaky"),
        entry("Dense", dense, "mean"),
    ]
    ends = {"input_layers": [["input_1", 0, 0]], "output_layers": [["dense", 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "model", "layers": layers, **ends}}


WEIGHTS = {
    "keras_1": {"conv": numbers((3, 3, 1, 4), (4,)), "dense": numbers((11 * 11 * 4, 7), (7,))},
    "keras_2": {
        "wide": numbers((3, 3, 1, 4), (4,)),
        "short": numbers((1, 1, 1, 4), (4,)),
        "norm": [np.abs(array) + 0.5 for array in numbers((4,), (4,), (4,), (4,))],
        "dense": numbers((4, 7), (7,)),
    },
}


def save(path, description, weights, *, optimizer=True):
    """Write a model as Keras did: its description, its layers' arrays by name, and perhaps the optimizer's."""
    config = description["config"]
    layers = config if isinstance(config, list) else config["layers"]
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2.4.0", "tensorflow"
        file.attrs["model_config"] = json.dumps(description)
        file.attrs["training_config"] = json.dumps({"loss": "categorical_crossentropy"})
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [layer["config"]["name"].encode() for layer in layers]
        for layer in layers:
            name = layer["config"]["name"]
            inner = group.create_group(name)
            arrays = weights.get(name, [])
            inner.attrs["weight_names"] = [f"{name}/{i}".encode() for i in range(len(arrays))]
            for i, array in enumerate(arrays):
                inner.create_dataset(f"{name}/{i}", data=array)
        if optimizer:
            file.create_dataset("optimizer_weights/Adam/iterations", data=7)
    return path


def expected(kind, pictures):
    """The probabilities of ``(n, 48, 48)`` pictures, worked out here."""
    return _softmax(_keras_1(pictures) if kind == "keras_1" else _keras_2(pictures))


def _keras_1(pictures):
    (kernel, bias), (dense, dense_bias) = WEIGHTS["keras_1"].values()
    windows = np.lib.stride_tricks.sliding_window_view(pictures, (3, 3), axis=(1, 2))[:, ::2, ::2]
    maps = np.maximum(np.einsum("nxyij,ijf->nxyf", windows, kernel[:, :, 0]) + bias, 0)
    pooled = maps[:, :22, :22].reshape(len(maps), 11, 2, 11, 2, 4).max(axis=(2, 4))
    return pooled.reshape(len(maps), -1) @ dense + dense_bias


def _keras_2(pictures):
    (wide, wide_bias), (short, short_bias), (gamma, beta, mean, variance), (dense, dense_bias) = WEIGHTS[
        "keras_2"
    ].values()
    padded = np.pad(pictures, [(0, 0), (1, 1), (1, 1)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    total = np.einsum("nxyij,ijf->nxyf", windows, wide[:, :, 0]) + wide_bias
    total = total + pictures[..., None] * short[0, 0, 0] + short_bias
    maps = (total - mean) / np.sqrt(variance + 0.001) * gamma + beta
    return np.where(maps > 0, maps, 0.1 * maps).mean(axis=(1, 2)) @ dense + dense_bias


def _softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
