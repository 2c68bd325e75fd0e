"""Descriptions of networks as Keras 3 writes them into ``config.json``, made without Keras."""

import copy
import json
import struct
import zipfile

FLOAT32 = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def layer(kind, name, shape, **config):
    """One entry of a functional model's layers, but for its connections."""
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "trainable": True, "dtype": FLOAT32, **config},
        "registered_name": None,
        "build_config": {"input_shape": [None, *shape]},
        "name": name,
    }


def tensor(name, shape):
    history = {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": history}


def entrance(name="gray", shape=(48, 48, 1)):
    config = {"batch_shape": [None, *shape], "dtype": "float32", "sparse": False, "ragged": False, "name": name}
    return {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": config,
        "registered_name": None,
        "name": name,
        "inbound_nodes": [],
    }


def functional(classes=7, **dense):
    """Input → Conv2D → GlobalAveragePooling2D → Dense."""
    conv = layer(
        "Conv2D", "conv", (48, 48, 1), filters=8, kernel_size=[3, 3], strides=[1, 1], padding="same",
        data_format="channels_last", dilation_rate=[1, 1], groups=1, activation="relu", use_bias=True,
        kernel_initializer={
            "module": "keras.initializers", "class_name": "GlorotUniform",
            "config": {"seed": None}, "registered_name": None,
        },
    )  # fmt: skip
    pool = layer("GlobalAveragePooling2D", "pool", (48, 48, 8), data_format="channels_last", keepdims=False)
    head = layer("Dense", "head", (8,), **({"units": classes, "activation": "softmax", "use_bias": True} | dense))
    chain = [(conv, "gray", (48, 48, 1)), (pool, "conv", (48, 48, 8)), (head, "pool", (8,))]
    for entry, source, shape in chain:
        entry["inbound_nodes"] = [{"args": [tensor(source, shape)], "kwargs": {}}]
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "small",
            "trainable": True,
            "layers": [entrance(), conv, pool, head],
            "input_layers": [["gray", 0, 0]],
            "output_layers": [["head", 0, 0]],
        },
        "registered_name": "Functional",
        "build_config": {"input_shape": [None, 48, 48, 1]},
    }


def sequential(*layers, shape=(48, 48, 1)):
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "chain",
            "trainable": True,
            "layers": [_unnamed(entry) for entry in (entrance(shape=shape), *layers)],
            "build_input_shape": [None, *shape],
        },
        "registered_name": None,
        "build_config": {"input_shape": [None, *shape]},
    }


def _unnamed(entry):
    """An entry as a chain has it: without the keys by which a graph connects layers."""
    return {key: value for key, value in entry.items() if key not in ("name", "inbound_nodes")}


def changed(document, path, value):
    """A copy with one place changed, such as ``("config", "layers", 1, "class_name")``."""
    copied = copy.deepcopy(document)
    place = copied
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return copied


def as_bytes(document):
    return json.dumps(document).encode()


def write_archive(path, members, **options):
    """A zip with these members: ``{name: bytes}`` or a list of pairs."""
    with zipfile.ZipFile(path, "w", options.get("compression", zipfile.ZIP_STORED)) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return path


def lying_size(path, name, size):
    """Rewrites the size an archive claims for a member, in both headers."""
    content = bytearray(path.read_bytes())
    for signature, offset, name_offset in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = -1
        while (start := content.find(signature, start + 1)) >= 0:
            if content[start + name_offset :].startswith(name.encode()):
                struct.pack_into("<I", content, start + offset, size)
    path.write_bytes(bytes(content))
    return path
