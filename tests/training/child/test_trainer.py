"""The paper's network, trained, interrupted, resumed, stopped and exported."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import keras
import numpy as np
import pytest
import tensorflow as tf

from fer_core.checkpoints.classifier import Classifier
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.errors import TrainingError
from fer_core.labels import LABEL_SCHEMES, PAPER_EMOTIONS
from fer_core.training.child.backup import load_state
from fer_core.training.child.strategy import choose_precision
from fer_core.training.child.trainer import Observer, Plan, train
from fer_core.training.child.validator import predict
from fer_core.training.network.architectures import build_model
from fer_core.training.network.export import write_network, write_quantized
from fer_core.training.network.fused import ByteDropout, FusedBatchNormalization, make_optimizer
from fer_core.training.runs.provenance import Probe
from fer_core.training.settings.augmentation import Augmentation
from fer_core.training.settings.config import Architecture, TrainingConfig

TINY = TrainingConfig(epochs=2, batch_size=16, precision="float32", seed=3)

FIGURE_6 = [
    ("Conv2D", (46, 46, 32)),
    ("Conv2D", (44, 44, 64)),
    ("MaxPooling2D", (22, 22, 64)),
    ("Dropout", (22, 22, 64)),
    ("Conv2D", (20, 20, 128)),
    ("MaxPooling2D", (10, 10, 128)),
    ("Conv2D", (8, 8, 128)),
    ("MaxPooling2D", (4, 4, 128)),
    ("Dropout", (4, 4, 128)),
    ("Flatten", (2048,)),
    ("Dense", (1024,)),
    ("Dropout", (1024,)),
    ("Dense", (7,)),
]


@pytest.fixture
def data(small_demo):
    """48 faces to learn from and 16 to validate on."""
    records = load_records("demo")

    def few(split, n):
        whole = label_records(records, LABEL_SCHEMES["majority-7"], [split])
        names = ("images", "labels", "targets", "votes", "split", "rows")
        return replace(whole, **{name: getattr(whole, name)[:n] for name in names})

    return few("train", 48), few("validation", 16)


class Ears:
    """Hears a run and stops it when told to."""

    def __init__(self, *, stop_after=None, crash_after=None):
        self.shares, self.epochs = [], []
        self._stop_after, self._crash_after = stop_after, crash_after

    def on_epoch(self, metrics):
        self.epochs.append(metrics)

    def on_batch(self, share):
        self.shares.append(share)
        if len(self.shares) == self._crash_after:
            raise KeyboardInterrupt

    def observer(self):
        return Observer(self.on_batch, self.on_epoch, lambda: len(self.shares) == self._stop_after)


def run(config, data, backup, ears=None, **plan):
    precision = "float32" if config.precision == "auto" else config.precision
    plan = Plan(backup, load_state(backup), precision, **plan)
    return train(config, *data, plan, (ears or Ears()).observer())


def layers_of(model):
    return [(type(layer).__name__, layer.output.shape[1:]) for layer in model.layers]


def test_the_network_is_figure_6_behind_its_scaling():
    layers = layers_of(build_model(TrainingConfig()))
    assert layers[:2] == [("InputLayer", (48, 48, 1)), ("Rescaling", (48, 48, 1))]
    assert layers[2:] == FIGURE_6


def test_its_layers_are_the_papers():
    model = build_model(TrainingConfig())
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [(c.filters, c.kernel_size, c.activation.__name__) for c in convolutions] == [
        (filters, (3, 3), "relu") for filters in (32, 64, 128, 128)
    ]
    dropouts = [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert dropouts == [0.25, 0.25, 0.5]
    assert model.layers[-1].activation.__name__ == "softmax"


@pytest.mark.parametrize(("scheme", "weights"), [("majority-7", 2_345_607), ("majority-8", 2_346_632)])
def test_it_has_the_papers_number_of_weights(scheme, weights):
    assert build_model(TrainingConfig(scheme=scheme)).count_params() == weights


@pytest.mark.parametrize(
    ("architecture", "weights"),
    [
        ("lab-cnn", 1_176_616),
        ("soft-cnn", 1_176_616),
        ("deep-cnn", 1_915_432),
        ("residual-cnn", 1_176_616),
        ("vgg13", 6_922_696),
    ],
)
def test_a_network_built_to_be_trained_has_the_weights_of_the_one_that_is_saved(architecture, weights):
    config = TrainingConfig(architecture=architecture, scheme="majority-8")
    saved, trained = build_model(config), build_model(config, training=True)
    assert saved.count_params() == weights
    assert [w.shape for w in saved.get_weights()] == [w.shape for w in trained.get_weights()]
    assert {type(layer).__module__.split(".")[0] for layer in saved.layers} == {"keras"}
    trained.set_weights([w + np.float32(0.1) for w in trained.get_weights()])
    saved.set_weights(trained.get_weights())
    faces = np.random.default_rng(0).integers(0, 256, (2, 48, 48)).astype(np.uint8)
    np.testing.assert_allclose(predict(saved, faces), predict(trained, faces), atol=1e-5)


def test_the_fused_normalisation_does_what_keras_does():
    x = np.random.default_rng(0).normal(3, 2, (8, 6, 6, 4)).astype(np.float32)
    ours, keras_own = FusedBatchNormalization(momentum=0.9), keras.layers.BatchNormalization(momentum=0.9)
    np.testing.assert_allclose(ours(x, training=True), keras_own(x, training=True), atol=1e-4)
    for one, other in zip(ours.get_weights(), keras_own.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=5e-3)  # the fused variance is the unbiased one
    np.testing.assert_allclose(ours(x, training=False), keras_own(x, training=False), rtol=5e-3, atol=1e-2)


def test_scaling_is_in_the_network():
    model = build_model(TrainingConfig())
    assert model.layers[1].scale == pytest.approx(1 / 255)
    gray = np.random.default_rng(0).integers(0, 256, (2, 48, 48)).astype(np.uint8)
    inner = keras.Model(model.layers[2].input, model.output)
    np.testing.assert_allclose(predict(model, gray), inner.predict(gray[..., None] / 255, verbose=0), atol=1e-5)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_weights_and_outputs_stay_float32(precision):
    model = build_model(TrainingConfig(), dtype=precision)
    assert {weight.dtype for weight in model.get_weights()} == {np.dtype("float32")}
    assert model.output.dtype == "float32"


def test_a_wanted_precision_is_taken_and_auto_chooses_one():
    assert choose_precision("float32") == Probe("float32")
    assert choose_precision("mixed_bfloat16") == Probe("mixed_bfloat16")
    probe = choose_precision("auto")
    assert min(probe.float32_ms, probe.bfloat16_ms) > 0
    faster = probe.bfloat16_ms < 0.75 * probe.float32_ms
    assert probe.precision == ("mixed_bfloat16" if faster else "float32")


@pytest.mark.parametrize(
    ("name", "kind"), [("adam", "FusedAdam"), ("adamw", "FusedAdam"), ("sgd", "SGD"), ("rmsprop", "RMSprop")]
)
def test_the_optimiser_is_the_one_that_was_chosen(name, kind):
    optimizer = make_optimizer(TrainingConfig(optimizer=name, learning_rate=0.01))
    assert type(optimizer).__name__ == kind
    assert float(optimizer.learning_rate) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("name", "kind", "decay"), [("adam", keras.optimizers.Adam, 0.0), ("adamw", keras.optimizers.AdamW, 0.1)]
)
def test_the_fused_adam_steps_as_keras_own_does(name, kind, decay):
    ours = make_optimizer(TrainingConfig(optimizer=name, learning_rate=0.01, weight_decay=decay))
    keras_own = kind(0.01, weight_decay=decay or None)
    rng = np.random.default_rng(0)
    start = rng.normal(size=(5, 3)).astype(np.float32)
    weights = [keras.Variable(start, name="kernel") for _ in range(2)]
    for _ in range(20):
        gradient = tf.constant(rng.normal(size=(5, 3)), tf.float32)
        for optimizer, weight in zip((ours, keras_own), weights, strict=True):
            optimizer.apply([gradient], [weight])
    assert np.abs(weights[0].numpy() - start).max() > 0.05
    np.testing.assert_allclose(weights[0].numpy(), weights[1].numpy(), rtol=1e-5, atol=1e-6)
    assert [v.name for v in ours.variables] == [v.name for v in keras_own.variables]


@pytest.mark.child
@pytest.mark.parametrize("activation", ["relu", "elu", "tanh", "gelu"])
@pytest.mark.parametrize("architecture", get_args(Architecture))
def test_a_network_that_pools_before_it_activates_learns_the_same(architecture, activation):
    config = TrainingConfig(
        architecture=architecture, activation=activation, width=4, dropout=0.0, dense_dropout=0.0, batch_size=4
    )
    faces = np.random.default_rng(0).integers(0, 256, (4, 48, 48, 1)).astype(np.float32)
    saved, trained = build_model(config), build_model(config, training=True)
    trained.set_weights(saved.get_weights())
    steps = []
    for model in (saved, trained):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(model(faces, training=False)[:, 0])
        steps.append(tape.gradient(loss, [v.value for v in model.trainable_variables]))
    for one, other in zip(*steps, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5 * np.abs(one).max())


@pytest.mark.child
@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "loss"])
def test_the_chosen_figure_decides_which_epoch_is_kept(data, tmp_path, metric):
    ears = Ears()
    trained = run(replace(TINY, epochs=6, learning_rate=0.02, metric=metric), data, tmp_path, ears)
    figures = {
        "accuracy": [epoch.val_accuracy for epoch in ears.epochs],
        "macro_f1": [epoch.val_macro_f1 for epoch in ears.epochs],
        "loss": [-epoch.val_loss for epoch in ears.epochs],
    }
    assert trained.best_epoch == 1 + int(np.argmax(figures[metric]))


def test_two_epochs_are_told_and_leave_weights(data, tmp_path):
    ears = Ears()
    trained = run(TINY, data, tmp_path, ears)
    assert ears.shares == pytest.approx([1 / 3, 2 / 3, 1.0] * 2)
    assert [metrics.epoch for metrics in ears.epochs] == [1, 2]
    first, last = ears.epochs
    assert 0 < last.loss < 3
    assert 0 <= last.val_accuracy <= 1
    assert 0 <= last.val_macro_f1 <= 1
    assert last.images_per_second > 0
    assert trained.epoch == 2
    assert trained.best_epoch == (2 if last.val_accuracy > first.val_accuracy else 1)
    assert trained.seconds == pytest.approx(first.seconds + last.seconds)


def test_an_interrupted_run_ends_where_the_straight_one_ends(data, tmp_path):
    straight = run(TINY, data, tmp_path / "straight")
    with pytest.raises(KeyboardInterrupt):
        run(TINY, data, tmp_path / "broken", Ears(crash_after=5))  # in the second epoch
    assert load_state(tmp_path / "broken").epoch == 1
    ears = Ears()
    resumed = run(TINY, data, tmp_path / "broken", ears)
    assert [metrics.epoch for metrics in ears.epochs] == [2]
    for ours, theirs in zip(resumed.final_weights, straight.final_weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert resumed.best_epoch == straight.best_epoch


FULL = replace(
    TINY,
    architecture="residual-cnn",
    width=8,
    optimizer="adamw",
    learning_rate=1e-3,
    schedule="one_cycle",
    weight_decay=0.05,
    weight_average=0.9,
    augmentation=Augmentation(flip=True, rotation=10.0, noise=0.05, mixup=0.2),
)


@pytest.mark.child
def test_everything_together_goes_on_where_it_was(data, tmp_path):
    config = replace(FULL, epochs=3)
    straight = run(config, data, tmp_path / "straight")
    with pytest.raises(KeyboardInterrupt):
        run(config, data, tmp_path / "broken", Ears(crash_after=7))  # in the third epoch
    resumed = run(config, data, tmp_path / "broken")
    for ours, theirs in zip(resumed.final_weights, straight.final_weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_the_averaged_weights_are_what_is_kept(data, tmp_path):
    trained = run(replace(FULL, epochs=2), data, tmp_path)
    state = load_state(tmp_path)
    assert abs(state.average[0] - state.weights[0]).max() > 0
    np.testing.assert_array_equal(trained.final_weights[0], state.average[0])


def test_the_rate_follows_its_schedule(data, tmp_path):
    ears = Ears()
    run(replace(FULL, epochs=2, weight_average=0.0), data, tmp_path, ears)
    first, last = (metrics.learning_rate for metrics in ears.epochs)
    assert first > last > 0


def test_patience_ends_a_run_that_no_longer_gets_better(data, tmp_path):
    ears = Ears()
    run(replace(TINY, epochs=9, learning_rate=1e-6, patience=2), data, tmp_path, ears)
    best = max(ears.epochs, key=lambda metrics: metrics.val_accuracy).epoch
    assert len(ears.epochs) == best + 2 < 9


@pytest.mark.child
def test_another_seed_is_another_run(data, tmp_path):
    one = run(replace(TINY, epochs=1), data, tmp_path / "3")
    other = run(replace(TINY, epochs=1, seed=4), data, tmp_path / "4")
    assert abs(one.final_weights[0] - other.final_weights[0]).max() > 0.01


def test_a_complete_run_is_not_trained_again(data, tmp_path):
    config = replace(TINY, epochs=1)
    first, ears = run(config, data, tmp_path), Ears()
    again = run(config, data, tmp_path, ears)
    assert ears.shares == []
    np.testing.assert_array_equal(again.final_weights[0], first.final_weights[0])


def test_a_stop_in_an_epoch_keeps_the_epochs_before(data, tmp_path):
    ears = Ears(stop_after=5)
    trained = run(replace(TINY, epochs=9), data, tmp_path, ears)
    assert len(ears.shares) == 5
    assert (trained.epoch, trained.best_epoch) == (1, 1)
    np.testing.assert_array_equal(trained.best_weights[0], load_state(tmp_path).best_weights[0])


def test_a_stop_at_the_end_of_an_epoch_keeps_it(data, tmp_path):
    trained = run(replace(TINY, epochs=9), data, tmp_path, Ears(stop_after=3))
    assert trained.epoch == 1


def test_a_batch_larger_than_the_data_can_be_stopped(data, tmp_path):
    assert run(replace(TINY, epochs=9, batch_size=64), data, tmp_path, Ears(stop_after=1)).epoch == 1


def test_a_stop_before_the_first_epoch_leaves_nothing_and_says_so(data, tmp_path):
    with pytest.raises(TrainingError, match="Stopped before the first epoch was complete"):
        run(TINY, data, tmp_path, Ears(stop_after=1))


def test_a_loss_that_is_no_number_ends_with_a_remedy(data, tmp_path):
    training, validation = data
    nan = replace(training, targets=np.full_like(training.targets, np.nan))
    with pytest.raises(TrainingError, match=r"became NaN \(not a number\) in epoch 1\. Use a smaller learning rate"):
        run(TINY, (nan, validation), tmp_path)
    assert load_state(tmp_path) is None


def test_an_exploding_rate_ends_with_a_remedy_and_keeps_what_was_good(data, tmp_path):
    run(replace(TINY, epochs=1), data, tmp_path)
    training, validation = data
    blown = replace(training, targets=training.targets * np.float32(1e30)), validation
    with pytest.raises(TrainingError, match="Use a smaller learning rate and start again"):
        run(replace(TINY, epochs=9, learning_rate=1.0), blown, tmp_path)
    assert load_state(tmp_path).best_epoch >= 1


def test_answers_that_are_no_numbers_are_never_the_best(data, tmp_path):
    config = replace(TINY, epochs=1, architecture="lab-cnn", activation="tanh", width=4)
    model = build_model(config)
    # Training normalizes by each batch, validation by these; no maximum comes after the last of them to hide it.
    variance = [layer for layer in model.layers if hasattr(layer, "moving_variance")][-1].moving_variance
    variance.assign(np.full(variance.shape, np.nan))
    with pytest.raises(TrainingError, match=r"became NaN \(not a number\) in epoch 1"):
        run(config, data, tmp_path, initial_weights=model.get_weights())
    assert load_state(tmp_path) is None


@pytest.mark.child
@pytest.mark.parametrize(
    "change",
    [
        {"output_activation": "sigmoid", "optimizer": "rmsprop"},
        {"loss": "kl_divergence", "optimizer": "adamw", "activation": "silu"},
        {"loss": "categorical_focal_crossentropy", "metric": "macro_f1", "activation": "tanh"},
        {"loss": "mean_squared_error", "optimizer": "sgd", "precision": "mixed_bfloat16"},
    ],
    ids=lambda change: "-".join(change.values()),
)
def test_other_settings_train_too(data, tmp_path, change):
    ears = Ears()
    run(replace(TINY, epochs=1, **change), data, tmp_path, ears)
    assert np.isfinite([ears.epochs[0].loss, ears.epochs[0].val_loss]).all()


@pytest.mark.child
@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_litert_and_keras_agree(tmp_path, data, output):
    model = build_model(replace(TINY, output_activation=output))
    images = data[0].images
    write_network(model, tmp_path)
    write_quantized(model, tmp_path, images)
    classifier = Classifier((tmp_path / "model.tflite").read_bytes(), PAPER_EMOTIONS)
    expected = predict(model, images)
    np.testing.assert_allclose(classifier.predict(images), expected, atol=1e-4)
    np.testing.assert_allclose(predict(keras.models.load_model(tmp_path / "model.keras"), images), expected, atol=1e-6)
    eight_bits = (tmp_path / "model.int8.tflite").read_bytes()
    np.testing.assert_allclose(Classifier(eight_bits, PAPER_EMOTIONS).predict(images), expected, atol=0.05)
    assert len(eight_bits) < 0.3 * (tmp_path / "model.tflite").stat().st_size


def test_following_runs_needs_no_keras():
    code = "import sys, fer_core.training.runs.store; assert not {'keras', 'tensorflow'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_a_byte_decides_which_values_are_dropped():
    x = tf.ones((4, 33, 7, 5), tf.bfloat16)
    layer = ByteDropout(0.25, dtype="mixed_bfloat16")
    layer.seed_generator.state.assign([1, 2])
    dropped = np.asarray(tf.cast(layer(x, training=True), tf.float32))
    assert (dropped == 0).mean() == pytest.approx(0.25, abs=0.03)
    np.testing.assert_allclose(dropped[dropped > 0], 4 / 3, rtol=1e-2)
    again = np.asarray(tf.cast(layer(x, training=True), tf.float32))
    assert (again != dropped).any()
    layer.seed_generator.state.assign([1, 2])
    np.testing.assert_array_equal(np.asarray(tf.cast(layer(x, training=True), tf.float32)), dropped)
    np.testing.assert_array_equal(np.asarray(tf.cast(layer(x, training=False), tf.float32)), 1)


def test_a_support_vector_machine_learns(data, tmp_path):
    ears = Ears()
    config = replace(TINY, output_activation="svm", loss="squared_hinge", weight_decay=0.001, learning_rate=1e-3)
    run(config, data, tmp_path, ears)
    assert ears.epochs[1].loss < ears.epochs[0].loss
    assert ears.epochs[1].val_loss < 2
