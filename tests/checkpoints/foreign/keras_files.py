"""Ordinary networks as people save them, written by whichever Keras 3 is installed.

``fixtures/keras3.json.gz`` holds their descriptions by several versions. Made anew with an older Keras first on the
path (its own folder, as ``pip install --no-deps --target`` makes it), once for each version::

    PYTHONPATH=keras-3.6.0 python tests/checkpoints/foreign/keras_files.py FOLDER
"""

import gzip
import json
import sys
import zipfile
from pathlib import Path

FIXTURE = Path(__file__).parents[2] / "fixtures" / "keras3.json.gz"


def descriptions():
    """The descriptions of the fixture: ``{version: {network: config}}``."""
    return json.loads(gzip.decompress(FIXTURE.read_bytes()))


def save_networks(folder):
    """Save each network below a folder; Keras is imported only here."""
    import keras
    import numpy as np
    from keras import layers

    def augmented():
        """A chain with augmentation, regularization and everything else of a tutorial, trained."""
        model = keras.Sequential([
            layers.Input((48, 48, 1)), layers.Rescaling(1 / 255), layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1), layers.RandomZoom(0.1), layers.RandomTranslation(0.1, 0.1),
            layers.RandomContrast(0.2), layers.RandomBrightness(0.1),
            layers.Conv2D(4, 3, activation="relu", padding="same", kernel_regularizer=keras.regularizers.L2(1e-4)),
            layers.BatchNormalization(), layers.MaxPooling2D(), layers.Dropout(0.2), layers.Flatten(),
            layers.Dense(8, kernel_constraint=keras.constraints.MaxNorm(3), kernel_initializer="he_normal"),
            layers.LeakyReLU(), layers.Dense(7, activation="softmax"),
        ])  # fmt: skip
        rate = keras.optimizers.schedules.CosineDecay(0.1, 100)
        model.compile(keras.optimizers.Adam(rate), keras.losses.CategoricalCrossentropy(label_smoothing=0.1), ["acc"])
        return model

    def built_late():
        """A chain that takes its input's size from the first batch."""
        model = keras.Sequential([
            layers.Conv2D(4, 3, activation="elu"), layers.GlobalAveragePooling2D(), layers.Dense(7),
        ])  # fmt: skip
        model(np.zeros((32, 48, 48, 1), "float32"))
        return model

    def residual():
        """A graph of every kind of layer that joins, pads and resizes."""
        x = inputs = layers.Input((48, 48, 3), name="face")
        x = layers.Rescaling(1 / 127.5, offset=-1)(x)
        x = layers.SeparableConv2D(6, 3, strides=2, padding="same", use_bias=False)(x)
        x = layers.Activation("swish")(layers.BatchNormalization()(x))
        y = layers.LayerNormalization()(layers.DepthwiseConv2D(3, padding="same")(x))
        y = layers.ReLU(6.0)(layers.GroupNormalization(groups=2)(y))
        x = layers.Concatenate()([layers.Add()([x, y]), y])
        x = layers.UpSampling2D(2)(layers.Cropping2D(1)(layers.ZeroPadding2D(1)(x)))
        x = layers.Resizing(20, 20)(layers.AveragePooling2D(2)(x))
        x = layers.GaussianNoise(0.1)(layers.SpatialDropout2D(0.1)(x))
        x = layers.GlobalMaxPooling2D()(layers.Reshape((20, 20, 12))(layers.Reshape((400, 12))(x)))
        return keras.Model(inputs, layers.Softmax()(layers.Dense(7)(x)))

    def base(*, head=False):
        inputs = layers.Input((48, 48, 1))
        x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(inputs))
        return keras.Model(inputs, layers.Dense(7, activation="softmax")(x) if head else x, name="base")

    def around(inner, **call):
        inputs = layers.Input((48, 48, 1))
        return keras.Model(inputs, layers.Dense(7, activation="softmax")(inner(inputs, **call)))

    def graph_inside():
        return around(base(), training=False)

    def trained_inside():
        inner = base()
        inner.compile("adam", "mse")
        return around(inner)

    def chain_inside():
        augmentation = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])
        inputs = layers.Input((48, 48, 1))
        return keras.Model(inputs, base(head=True)(augmentation(inputs)))

    def graph_in_a_chain():
        model = keras.Sequential([base(), layers.Dense(7, activation="softmax")])
        model.build((None, 48, 48, 1))
        return model

    def used_twice():
        inner, inputs = base(), layers.Input((48, 48, 1))
        both = layers.Concatenate()([inner(inputs), inner(layers.Rescaling(0.5)(inputs))])
        return keras.Model(inputs, layers.Dense(7, activation="softmax")(both))

    def half_precision():
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
        try:
            inputs = layers.Input((48, 48, 1))
            x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(inputs))
            return keras.Model(inputs, layers.Dense(7, activation="softmax", dtype="float32")(x))
        finally:
            keras.mixed_precision.set_global_policy("float32")

    networks = (
        augmented, built_late, residual, graph_inside, trained_inside, chain_inside, graph_in_a_chain, used_twice,
        half_precision,
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for network in networks:
        network().save(folder / f"{network.__name__}.keras")


def read_description(path):
    """The description in a ``.keras`` file."""
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))


if __name__ == "__main__":
    save_networks(Path(sys.argv[1]))
