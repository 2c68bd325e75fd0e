"""The controls of the training form: one for each setting, each with a line that says what it does."""

import math
from collections.abc import Sequence
from typing import Any, get_args

import streamlit as st

from fer_core.training.settings import config as settings
from fer_core.training.settings.augmentation import Augmentation
from fer_core.training.settings.config import RANGES, TrainingConfig

LEARNING_RATES = tuple(digit * 10.0**power for power in range(-6, 0) for digit in (1, 2, 3, 5))
"""The stops of the learning-rate slider: evenly spread on a logarithmic scale."""

DEFAULTS = TrainingConfig().flat()
"""Every setting's beginning, by dotted name."""

_MARGIN_DECAY = 1e-3  # without any, a support vector machine has no margin

TITLES = {
    "adam": "Adam",
    "adamw": "AdamW",
    "sgd": "SGD with momentum",
    "rmsprop": "RMSprop",
    "relu": "ReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "leaky_relu": "Leaky ReLU",
    "selu": "SELU",
    "silu": "SiLU (swish)",
    "tanh": "tanh",
    "macro_f1": "macro F1",
    "kl_divergence": "Kullback–Leibler divergence",
    "auto": "fastest on this machine",
    "mixed_bfloat16": "mixed bfloat16",
    "paper-cnn": "The paper's network",
    "lab-cnn": "Lab network",
    "soft-cnn": "Lab network, soft (best)",
    "deep-cnn": "Lab network, deeper",
    "residual-cnn": "Residual network",
    "vgg13": "VGG13 (large, slow)",
    "one_cycle": "one cycle: up, then down",
    "svm": "linear support vector machine",
    "none": "none",
    "class_weights": "rare classes count more",
    "sampling": "rare classes come more often",
    "low": "let everything else go first",
}
"""Names people read, where they differ from the setting's own with blanks."""


def title_of(value: str) -> str:
    """What people read for a setting's value."""
    return TITLES.get(value, value.replace("_", " "))


def learning_rate() -> float:
    """The learning rate, on a logarithmic slider."""
    current = float(st.session_state.get("learning_rate", DEFAULTS["learning_rate"]))
    return float(
        st.select_slider(
            "Learning rate",
            sorted({*LEARNING_RATES, current}),
            value=DEFAULTS["learning_rate"],
            format_func=lambda rate: f"{rate:.2g}",
            help="How far each step moves the weights. Too small learns slowly, too large never settles.",
            key="learning_rate",
            persist_state="session",
        )
    )


def whole(key: str, label: str, explanation: str) -> int:
    """A whole number."""
    low, high = (int(bound) for bound in RANGES[key])
    value = st.number_input(
        label, low, high, int(DEFAULTS[key]), step=1, help=explanation, key=key, persist_state="session"
    )
    return int(value)


def slider(
    key: str, label: str, explanation: str, *, step: float = 0.01, highest: float = 0.0, disabled: bool = False
) -> float:
    """A number from its lowest to its highest value.

    Args:
        key: The setting's dotted name.
        label: What people read.
        explanation: What it does, in a line.
        step: Between two stops.
        highest: Where the slider ends, when the setting's own limit is far beyond what is useful.
        disabled: Whether it has nothing to decide as the other settings are.
    """
    ranges = {f"augmentation.{name}": bounds for name, bounds in Augmentation.ranges().items()} | RANGES
    low, high = ranges[key]
    # Settings from a file may lie beyond the useful part.
    end = max(min(high, highest or high), float(st.session_state.get(key, 0.0)))
    digits = max(0, -math.floor(math.log10(step)))
    value = st.slider(
        label,
        low,
        end,
        float(DEFAULTS[key]),
        step=step,
        format=f"%.{digits}f",
        help=explanation,
        key=key,
        persist_state="session",
        disabled=disabled,
    )
    return float(value)


def number(key: str, label: str, explanation: str) -> float:
    """A number that is typed, for settings that span magnitudes."""
    low, high = RANGES[key]
    value = st.number_input(
        label, low, high, float(DEFAULTS[key]), format="%g", help=explanation, key=key, persist_state="session"
    )
    return float(value)


def switch(key: str, label: str, explanation: str, *, disabled: bool = False) -> bool:
    """On or off."""
    return bool(
        st.toggle(label, bool(DEFAULTS[key]), help=explanation, key=key, disabled=disabled, persist_state="session")
    )


def choice(key: str, label: str, choices: Sequence[str], explanation: str) -> str:
    """One of several words."""
    index = choices.index(DEFAULTS[key]) if DEFAULTS[key] in choices else 0
    return str(
        st.selectbox(label, choices, index, format_func=title_of, help=explanation, key=key, persist_state="session")
    )


def loss_and_head() -> dict[str, Any]:
    """The output head and the losses that go with it: a support vector machine has one of its own."""
    head = choice(
        "output_activation",
        "Output head",
        get_args(settings.OutputActivation),
        "Softmax makes the classes compete; sigmoid judges each alone; the support vector machine of section 6.2 "
        "looks for the widest margin and is calibrated to probabilities afterwards.",
    )
    own = ("squared_hinge",)
    losses = own if head == "svm" else tuple(loss for loss in get_args(settings.Loss) if loss not in own)
    if st.session_state.get("loss") not in (None, *losses):
        st.session_state["loss"] = losses[0]
    if head == "svm" and not st.session_state.get("weight_decay"):
        st.session_state["weight_decay"] = _MARGIN_DECAY
    return {"output_activation": head, "loss": choice("loss", "Loss function", losses, "What training makes small.")}
