"""Descriptions of networks as Keras 1 and 2 wrote them, in the words of Keras 3, which the allow-list then checks.

What only training needs is left out: initializers, regularizers and constraints. Nothing is looked up or run here.
"""

from collections.abc import Mapping
from typing import Any

from fer_core.checkpoints.foreign.description import list_of, name_of, refused, settings_of
from fer_core.checkpoints.foreign.settings import LAYERS

_KINDS = {
    "Convolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Model": "Functional",
}
_KEYS = {
    "nb_filter": "filters",
    "subsample": "strides",
    "border_mode": "padding",
    "output_dim": "units",
    "bias": "use_bias",
    "p": "rate",
    "batch_input_shape": "batch_shape",
    "dim_ordering": "data_format",
}
_WORDS = {"tf": "channels_last", "th": "channels_first"}
_TRAINING = ("_initializer", "_regularizer", "_constraint")
_DROPPED = {
    *("init", "W_regularizer", "b_regularizer", "W_constraint", "b_constraint", "activity_regularizer", "weights"),
    *("input_dtype", "input_dim", "input_shape", "dtype", "trainable", "gamma_init", "beta_init", "batch_input_shape"),
}
_MODELS = {"Sequential": "keras.models", "Functional": "keras.src.models.functional"}


def modern_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a whole model in an ``.h5`` file as Keras 3 would write it.

    Raises:
        CheckpointError: It is no description, or has what is not known.
    """
    config = document.get("config")
    listed = config if isinstance(config, list) else list_of(settings_of(config).get("layers"))
    if any("module" in settings_of(entry) for entry in listed):  # Keras 3, which names no module for the outermost one
        kind = document.get("class_name")
        return _entry(_KINDS.get(str(kind), kind), settings_of(config))
    return _model(document)


def _model(entry: Mapping[str, Any]) -> dict[str, Any]:
    kind = _KINDS.get(str(entry.get("class_name")), entry.get("class_name"))
    config = entry.get("config")
    config = {"layers": config} if isinstance(config, list) else settings_of(config)
    entries = [settings_of(layer) for layer in list_of(config.get("layers"))]
    layers = [_layer(layer) for layer in entries]
    shape = settings_of(entries[0].get("config")).get("batch_input_shape") if entries else None
    if kind == "Sequential" and shape is not None and layers[0]["class_name"] != "InputLayer":
        layers.insert(0, _entry("InputLayer", {"batch_shape": shape, "name": "pictures"}))
    ends = {key: config[key] for key in ("input_layers", "output_layers") if key in config}
    return _entry(kind, {"name": config.get("name", "network"), "layers": layers, **ends})


def _layer(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One layer, with its connections where it is part of a graph."""
    kind = _KINDS.get(str(entry.get("class_name")), entry.get("class_name"))
    if kind in _MODELS:
        modern = _model(entry)
    else:
        config = _settings(str(kind), settings_of(entry.get("config")))
        modern = _entry(kind, config)
    if "inbound_nodes" in entry:
        nodes = [_node(node) for node in list_of(entry["inbound_nodes"])]
        modern |= {"name": name_of(entry), "inbound_nodes": nodes}
    return modern


def _entry(kind: object, config: Mapping[str, Any]) -> dict[str, Any]:
    module = _MODELS.get(str(kind), "keras.layers")
    return {"module": module, "class_name": kind, "config": dict(config), "registered_name": None}


def _settings(kind: str, old: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a layer under today's names; what the allow-list does not know, it refuses."""
    if kind == "InputLayer":
        shape = old.get("batch_input_shape", old.get("batch_shape"))
        return {"batch_shape": shape, "dtype": "float32", "name": old.get("name")}
    kept = {key: value for key, value in old.items() if key not in _DROPPED and not key.endswith(_TRAINING)}
    settings = {_KEYS.get(key, key): value for key, value in kept.items()}
    for key, value in settings.items():
        settings[key] = _WORDS.get(value, value) if key == "data_format" and isinstance(value, str) else value
    if "nb_row" in settings:
        settings["kernel_size"] = [settings.pop("nb_row"), settings.pop("nb_col", None)]
    _rewrite(kind, settings)
    known = LAYERS["keras.layers"].get(kind, frozenset())
    if "data_format" in settings and "data_format" not in known:
        del settings["data_format"]
    return settings


def _rewrite(kind: str, settings: dict[str, Any]) -> None:
    """Change what a few layers write in a way of their own."""
    axis = settings.get("axis")
    if kind == "BatchNormalization":
        settings.pop("virtual_batch_size", None), settings.pop("adjustment", None), settings.pop("fused", None)
        if settings.pop("mode", 0) not in (0, 2):
            raise refused("a BatchNormalization with statistics of each face")
        if isinstance(axis, list) and len(axis) == 1:
            settings["axis"] = axis[0]
    if kind == "LeakyReLU" and "alpha" in settings:
        alpha = settings.pop("alpha")
        settings["negative_slope"] = alpha.get("value") if isinstance(alpha, dict) else alpha
    if kind in ("ZeroPadding2D", "Cropping2D"):
        key = "padding" if kind == "ZeroPadding2D" else "cropping"
        sides = settings.get(key)
        if isinstance(sides, list) and all(type(side) is int for side in sides):
            settings[key] = [[side, side] for side in sides]
    if kind == "DepthwiseConv2D":
        settings.pop("filters", None)


def _node(node: object) -> dict[str, Any]:
    """A call of a layer; the arrays it takes stand one after another, each with its own settings."""
    tensors = []
    for place in list_of(node):
        parts = list_of(place)
        if len(parts) not in (3, 4) or any(settings_of(extra) for extra in parts[3:]):
            raise refused("a layer called with arguments")
        history = {"shape": [], "dtype": "float32", "keras_history": parts[:3]}
        tensors.append({"class_name": "__keras_tensor__", "config": history})
    return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}
