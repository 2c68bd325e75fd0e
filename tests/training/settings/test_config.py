"""A configuration is the paper's Table 4 by default, survives JSON and text, and refuses nonsense in a sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.errors import TrainingError
from fer_core.labels import LABEL_SCHEMES
from fer_core.storage.plaintext import setting_text
from fer_core.training.settings import config as room
from fer_core.training.settings.augmentation import Augmentation
from fer_core.training.settings.config import RANGES, TrainingConfig


def one_of(literal):
    return st.sampled_from(literal.__args__)


def within(ranges):
    """A strategy for each number of a group of settings."""
    return {name: st.floats(*bounds) for name, bounds in ranges.items()}


HEADS = [
    *((head, loss) for head in ("softmax", "sigmoid") for loss in room.Loss.__args__ if loss != "squared_hinge"),
    ("svm", "squared_hinge"),
]
"""Output heads with the losses that go with them."""


def build_config(head_and_loss, **settings):
    head, loss = head_and_loss
    return TrainingConfig(output_activation=head, loss=loss, **settings)


configs = st.builds(
    build_config,
    st.sampled_from(HEADS),
    learning_rate=st.floats(*RANGES["learning_rate"]),
    epochs=st.integers(1, 1000),
    batch_size=st.integers(1, 1024),
    activation=one_of(room.Activation),
    optimizer=one_of(room.Optimizer),
    metric=one_of(room.Metric),
    dataset=st.text(),
    scheme=st.sampled_from(list(LABEL_SCHEMES)),
    seed=st.integers(0, 2**31 - 1),
    precision=one_of(room.Precision),
    priority=one_of(room.Priority),
    weight_decay=st.floats(1e-6, 1.0),
    schedule=one_of(room.Schedule),
    balancing=one_of(room.Balancing),
    draw_labels=st.booleans(),
    share=st.floats(*RANGES["share"]),
    augmentation=st.builds(Augmentation, flip=st.booleans(), **within(Augmentation.ranges())),
)


def test_the_defaults_are_the_papers_table_4():
    config = TrainingConfig()
    assert config.learning_rate == 0.0001
    assert config.epochs == 50
    assert config.batch_size == 64
    assert config.activation == "relu"
    assert config.output_activation == "softmax"
    assert config.optimizer == "adam"
    assert config.loss == "categorical_crossentropy"
    assert config.metric == "accuracy"
    assert config.architecture == "paper-cnn"
    assert len(config.class_names) == 7


@given(configs)
def test_json_gives_it_back(config):
    assert TrainingConfig.from_json(config.to_json()) == config


@given(configs)
def test_text_gives_it_back(config):
    assert TrainingConfig().with_settings({k: setting_text(v) for k, v in config.flat().items()}) == config


def test_what_is_not_given_keeps_its_default():
    assert TrainingConfig.from_json('{"epochs": 3, "learning_rate": 1}') == TrainingConfig(epochs=3, learning_rate=1.0)


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [
        ({"epochs": 0}, "epochs is 0; choose a number from 1 to 1000."),
        ({"epochs": 1001}, "choose a number from 1 to 1000."),
        ({"epochs": 10**400}, "choose a number from 1 to 1000."),
        ({"epochs": 2.5}, "epochs is “2.5” instead of a whole number."),
        ({"epochs": True}, "epochs is “True” instead of a whole number."),
        ({"epochs": "3"}, "epochs is “3” instead of a whole number."),
        ({"epochs": None}, "instead of a whole number."),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; choose a number from 1e-06 to 1."),
        ({"learning_rate": -1}, "choose a number from 1e-06 to 1."),
        ({"learning_rate": float("nan")}, "choose a number from 1e-06 to 1."),
        ({"learning_rate": float("inf")}, "choose a number from 1e-06 to 1."),
        ({"learning_rate": 10**400}, "choose a number from 1e-06 to 1."),
        ({"learning_rate": "fast"}, "instead of a number."),
        ({"batch_size": 0}, "choose a number from 1 to 1024."),
        ({"seed": -1}, "choose a number from 0 to"),
        ({"seed": 2**31}, "choose a number from 0 to"),
        ({"activation": "step"}, "activation is “step”; choose one of relu, elu"),
        ({"activation": ["relu"]}, "choose one of relu"),
        ({"output_activation": "relu"}, "choose one of softmax, sigmoid, svm."),
        ({"optimizer": "newton"}, "choose one of adam, adamw, sgd, rmsprop."),
        ({"loss": "zero"}, "choose one of categorical_crossentropy"),
        ({"metric": "chance"}, "choose one of accuracy, macro_f1, loss."),
        ({"architecture": "vgg"}, "choose one of"),
        ({"precision": "int8"}, "choose one of auto, float32, mixed_bfloat16."),
        ({"scheme": "majority-9"}, "scheme is “majority-9”; choose one of majority-7"),
        ({"schedule": "random"}, "choose one of constant, cosine, one_cycle."),
        ({"draw_labels": 1}, "draw_labels is “1” instead of a switch (true or false)."),
        ({"warmup_epochs": 50}, "warmup_epochs is 50 of 50 epochs; warm up for fewer or train for longer."),
        ({"augmentation": {"rotation": 90}}, "rotation is 90; choose a number from 0 to 45."),
        ({"augmentation": {"spin": 1}}, "Unknown setting “spin”. Choose from flip, rotation"),
        ({"augmentation": 5}, "augmentation is “5” instead of a group of settings."),
        ({"dataset": 5}, "dataset is “5” instead of a word."),
        ({"speed": 1}, "Unknown setting “speed”. Choose from learning_rate, epochs"),
    ],
    ids=str,
)
def test_a_bad_setting_is_refused_with_what_may_be_there(setting, remedy):
    with pytest.raises(TrainingError) as caught:
        TrainingConfig.from_dict(setting)
    assert remedy in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"epochs": 1' + "0" * 5000 + "}", '{"a": NaN'])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(TrainingError, match="Correct it and try again"):
        TrainingConfig.from_json(text)


@pytest.mark.parametrize("text", ["5", "[]", "null", '"epochs"'])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(TrainingError, match="must be a JSON object such as"):
        TrainingConfig.from_json(text)


@given(
    st.dictionaries(
        st.sampled_from(list(TrainingConfig().to_dict())), st.none() | st.integers() | st.floats() | st.text()
    )
)
def test_any_json_gives_a_configuration_or_a_sentence(settings):
    try:
        config = TrainingConfig.from_json(json.dumps(settings))
    except TrainingError:
        return
    assert TrainingConfig.from_json(config.to_json()) == config


def test_set_reads_numbers_and_words():
    config = TrainingConfig().with_settings({"epochs": "3", "learning_rate": "1e-3", "optimizer": "sgd"})
    assert (config.epochs, config.learning_rate, config.optimizer) == (3, 1e-3, "sgd")


def test_set_reaches_into_a_group_and_keeps_its_other_settings():
    before = TrainingConfig(augmentation=Augmentation(rotation=5.0))
    after = before.with_settings({"augmentation.flip": "True", "draw_labels": "true"})
    assert after.augmentation == Augmentation(flip=True, rotation=5.0)
    assert after.draw_labels


def test_differences_are_named_as_set_takes_them():
    other = TrainingConfig(epochs=3, augmentation=Augmentation(flip=True))
    assert other.differences(TrainingConfig()) == {"epochs": 3, "augmentation.flip": True}
    assert other.differences(other) == {}


@pytest.mark.parametrize(
    ("key", "text", "remedy"),
    [
        ("epochs", "three", "epochs is “three” instead of a whole number."),
        ("epochs", "3.5", "instead of a whole number."),
        ("epochs", "9" * 5000, "instead of a whole number."),
        ("epochs", "9" * 400, "choose a number from 1 to 1000."),
        ("learning_rate", "", "instead of a number."),
        ("learning_rate", "nan", "choose a number from 1e-06 to 1."),
        ("speed", "1", "Unknown setting “speed”"),
        ("draw_labels", "perhaps", "draw_labels is “perhaps” instead of a switch (true or false)."),
        ("augmentation.rotation", "much", "rotation is “much” instead of a number."),
        ("augmentation.spin", "1", "Unknown setting “spin”"),
        ("speed.rotation", "1", "Unknown setting “speed.rotation”"),
        ("optimizer", "Adam", "choose one of adam"),
    ],
)
def test_set_refuses_what_does_not_fit(key, text, remedy):
    with pytest.raises(TrainingError) as caught:
        TrainingConfig().with_settings({key: text})
    assert remedy in str(caught.value)
