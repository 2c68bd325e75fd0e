"""Train the face verifier: ``python -m tests.benchmark.verifier PICTURES``.

PICTURES is a folder of pictures without people; those used are named in tests/benchmark/README.md. The faces
are FER2013's training split (``FER_DATA_DIR``), less what FER+ calls no face. Writes the network for LiteRT.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.readers import read_records
from fer_core.faces.crops import IMAGE_SIZE
from fer_core.labels import SPLITS, VOTE_COLUMNS
from tests.benchmark.realdata import real_files
from tests.benchmark.verifier.negatives import Negatives, collect
from tests.benchmark.verifier.samples import Sampler

_FACES = 64  # in a batch, beside as many crops without


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark.verifier", description=__doc__)
    parser.add_argument("pictures", type=Path, help="a folder, or the .npz file of an earlier --keep")
    parser.add_argument("--count", type=int, default=3500, help="pictures of the folder to look at")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep the crops without a face as an .npz file")
    parser.add_argument("--steps", type=int, default=1500, help="training steps")
    parser.add_argument("--out", type=Path, default=Path("verifier.tflite"))
    options = parser.parse_args()
    is_kept = options.pictures.is_file()
    negatives = Negatives.load(options.pictures) if is_kept else collect(options.pictures, pictures=options.count)
    if options.keep:
        negatives.save(options.keep)
    print(f"{len(negatives.suspects)} suspects, {len(negatives.patches)} patches", flush=True)
    options.out.write_bytes(_train(Sampler(_faces(), negatives), options.steps))


def _faces() -> NDArray[np.uint8]:
    records = read_records(*real_files())
    is_face = (records.split == SPLITS.index("train")) & (records.votes[:, VOTE_COLUMNS.index("NF")] == 0)
    return np.asarray(records.images[is_face])


def _train(sampler: Sampler, steps: int) -> bytes:
    """Train, and convert with float16 weights."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    model = _network()
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps, warmup_target=2e-3, warmup_steps=min(200, steps // 2))
    loss = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.01)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3), loss)
    for step in range(1, steps + 1):
        value = float(model.train_on_batch(*sampler.batch(_FACES)))
        if step % 100 == 0:
            print(f"step {step}: mean loss {value:.4f}", flush=True)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


def _network():  # type: ignore[no-untyped-def]  # Keras has no types
    from keras import Model, layers

    image = layers.Input((IMAGE_SIZE, IMAGE_SIZE, 1))
    values = layers.Rescaling(1 / 127.5, -1)(image)
    # A coarse first layer: at 48x48, most of the time would go into pixels that say little about faces or none.
    for filters, side, stride in ((32, 7, 4), (32, 3, 1), (48, 3, 2), (48, 3, 1)):
        values = layers.Conv2D(filters, side, strides=stride, padding="same", use_bias=False)(values)
        values = layers.ReLU()(layers.BatchNormalization()(values))
    values = layers.Dropout(0.2)(layers.Conv2D(24, 1, activation="relu")(values))
    values = layers.Conv2D(32, 6, activation="relu")(values)  # the whole crop: where its parts lie
    values = layers.Dropout(0.3)(layers.Flatten()(values))
    return Model(image, layers.Dense(1)(values))


if __name__ == "__main__":
    main()
