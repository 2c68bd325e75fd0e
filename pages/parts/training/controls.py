"""The controls of the training form: one for each setting, whose value the session keeps under its key."""

import math
from collections.abc import Sequence
from typing import get_args

import streamlit as st

from fer_core.training.settings.config import RANGES, Loss, TrainingConfig

DEFAULTS = TrainingConfig().flat()
"""Every setting's beginning, by dotted name."""

_SCALES: dict[str, tuple[float, ...]] = {
    "learning_rate": tuple(digit * 10.0**power for power in range(-6, 0) for digit in (1, 2, 3, 5)),
    "weight_decay": (0.0, *(digit * 10.0**power for power in range(-6, 0) for digit in (1, 2, 5))),
    "batch_size": tuple(2**power for power in range(2, 11)),
}
"""Places on the sliders of settings that span magnitudes; a value from a file has a place of its own among them."""

_USEFUL_EPOCHS = 200  # more come from a file
_OWN_KEYS = ("scheme", "preprocessing", "exclude", "start_from", "teachers")  # other pages have controls of that name
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
    "auto": "auto (fastest here)",
    "mixed_bfloat16": "mixed bfloat16",
    "paper-cnn": "The paper's network",
    "lab-cnn": "Lab network",
    "soft-cnn": "Lab network, soft (best)",
    "deep-cnn": "Lab network, deeper",
    "residual-cnn": "Residual network",
    "vgg13": "VGG13 (large, slow)",
    "one_cycle": "one cycle",
    "svm": "linear support vector machine",
    "none": "none",
    "class_weights": "class weights",
    "sampling": "oversampling",
    "low": "low (pages first)",
}
"""Names people read, where they differ from the setting's own with blanks."""


def key_of(name: str) -> str:
    """The key of a setting's control."""
    return f"training_{name}" if name in _OWN_KEYS else name


def title_of(value: str) -> str:
    """What people read for a setting's value."""
    return TITLES.get(value, value.replace("_", " "))


def scale(key: str, label: str, explanation: str) -> None:
    """A number on a slider whose places are far apart where the numbers are."""
    st.select_slider(
        label,
        sorted({*_SCALES[key], st.session_state.get(key, DEFAULTS[key])}),
        value=DEFAULTS[key],
        format_func=lambda number: f"{number:.4g}",
        help=explanation,
        key=key,
        persist_state="session",
    )


def epochs(label: str, explanation: str) -> None:
    """How many epochs, on a slider."""
    end = max(_USEFUL_EPOCHS, st.session_state.get("epochs", 0))
    st.slider(label, 1, end, DEFAULTS["epochs"], help=explanation, key="epochs", persist_state="session")


def differing(title: str, *names: str) -> str:
    """A group's title, with what differs from the defaults among its settings by their start."""
    changed = []
    for name, default in DEFAULTS.items():
        value = st.session_state.get(key_of(name), default)
        if name.startswith(names) and value != default:
            setting = name.removeprefix("augmentation.").replace("_", " ")
            text = f"{value:.4g}" if isinstance(value, float) else str(value).replace("_", " ")
            changed.append(setting if value is True else f"{setting} {text}")
    return f"{title} · {', '.join(changed)}" if changed else title


def whole(key: str, label: str, explanation: str) -> None:
    """A whole number."""
    low, high = map(int, RANGES[key])
    st.number_input(label, low, high, DEFAULTS[key], step=1, help=explanation, key=key, persist_state="session")


def slider(
    key: str, label: str, explanation: str, *, step: float = 0.01, highest: float = math.inf, disabled: bool = False
) -> None:
    """A number from its lowest to its highest value, or to ``highest`` when its limit is far beyond what is useful."""
    low, high = RANGES[key]
    # Settings from a file may lie beyond the useful part.
    end = max(min(high, highest), float(st.session_state.get(key, 0.0)))
    digits = max(0, -math.floor(math.log10(step)))
    st.slider(
        label,
        low,
        end,
        DEFAULTS[key],
        step=step,
        format=f"%.{digits}f",
        help=explanation,
        key=key,
        persist_state="session",
        disabled=disabled,
    )


def switch(key: str, label: str, explanation: str, *, disabled: bool = False) -> None:
    """On or off."""
    st.toggle(label, DEFAULTS[key], help=explanation, key=key, disabled=disabled, persist_state="session")


def choice(key: str, label: str, explanation: str, choices: Sequence[str] = ()) -> None:
    """One of several words, by default of all that the setting may be."""
    choices = choices or get_args(TrainingConfig.hints()[key])
    index = choices.index(DEFAULTS[key]) if DEFAULTS[key] in choices else 0
    st.selectbox(label, choices, index, format_func=title_of, help=explanation, key=key, persist_state="session")


def loss_and_head() -> None:
    """The output head and the losses that go with it: a support vector machine has one of its own."""
    choice(
        "output_activation",
        "Output head",
        "Softmax, independent sigmoids, or a linear SVM (section 6.2), calibrated afterwards.",
    )
    own, head = ("squared_hinge",), st.session_state["output_activation"]
    losses = own if head == "svm" else tuple(loss for loss in get_args(Loss) if loss not in own)
    if st.session_state.get("loss") not in (None, *losses):
        st.session_state["loss"] = losses[0]
    if head == "svm" and not st.session_state.get("weight_decay"):
        st.session_state["weight_decay"] = _MARGIN_DECAY
    choice("loss", "Loss function", "What training minimizes.", losses)
