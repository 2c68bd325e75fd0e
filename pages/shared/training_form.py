"""The form that sets a run up: every row of the paper's Table 4, and what the paper leaves open."""

from collections.abc import Sequence
from typing import Any, get_args

import streamlit as st

from fer_core.data.exclusions import list_exclusions
from fer_core.data.store import DatasetCard
from fer_core.labels import LABEL_SCHEMES
from fer_core.preprocessing import STEPS, Preprocessing
from fer_core.training import config as settings
from fer_core.training.config import RANGES, TrainingConfig
from pages.shared.cached import records

LEARNING_RATES = tuple(digit * 10.0**power for power in range(-6, 0) for digit in (1, 2, 5))
"""The stops of the learning-rate slider: evenly spread on a logarithmic scale."""

_TITLES = {
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
    "macro_f1": "macro-F1",
    "kl_divergence": "Kullback–Leibler divergence",
    "auto": "fastest on this machine",
    "mixed_bfloat16": "mixed bfloat16",
}
"""Names people read, where they differ from the setting's own with blanks."""


def training_form(dataset: DatasetCard) -> tuple[TrainingConfig, str] | None:
    """Draws the form.

    Args:
        dataset: What to train on.

    Returns:
        The settings and the wanted name ("" for a name of the app's choice) when Start was pressed, else None.

    Raises:
        TrainingError: The settings contradict each other.
    """
    defaults = TrainingConfig()
    with st.form("training", border=True):
        left, middle, right = st.columns(3, gap="large")
        values: dict[str, Any] = {"dataset": dataset.name}
        with left:
            values |= _pace(defaults)
        with middle:
            values |= _network(defaults)
        with right:
            values |= _labels_and_name(dataset)
        name = values.pop("name").strip()
        start = st.form_submit_button("Start training", type="primary", icon=":material/play_arrow:")
    return (TrainingConfig(**values), name) if start else None


def _pace(defaults: TrainingConfig) -> dict[str, Any]:
    st.markdown("**How it learns**")
    return {
        "learning_rate": st.select_slider(
            "Learning rate",
            LEARNING_RATES,
            value=defaults.learning_rate,
            format_func=lambda rate: f"{rate:.0e}".replace("e-0", "e-"),
            help="How far each step moves the weights. Too small learns slowly, too large never settles.",
            key="learning_rate",
            persist_state="session",
        ),
        "epochs": _number("epochs", "Epochs", defaults.epochs, "How often the network sees every training face."),
        "batch_size": _number("batch_size", "Batch size", defaults.batch_size, "Faces per step."),
        "optimizer": _choice(
            "optimizer", "Optimiser", get_args(settings.Optimizer), "The rule that turns gradients into steps."
        ),
        "loss": _choice("loss", "Loss function", get_args(settings.Loss), "What training makes small."),
    }


def _network(defaults: TrainingConfig) -> dict[str, Any]:
    st.markdown("**The network**")
    return {
        "activation": _choice(
            "activation",
            "Activation of hidden layers",
            get_args(settings.Activation),
            "What each hidden neuron does to its sum.",
        ),
        "output_activation": _choice(
            "output_activation",
            "Activation of the output",
            get_args(settings.OutputActivation),
            "Softmax makes the classes compete; sigmoid judges each alone, and the shares are divided by their sum.",
        ),
        "metric": _choice(
            "metric",
            "Evaluation metric",
            get_args(settings.Metric),
            "Which figure on the validation faces decides which epoch's weights are kept.",
        ),
        "precision": _choice(
            "precision",
            "Number format",
            get_args(settings.Precision),
            "How exactly this machine calculates while it trains. The saved weights are float32 in any case.",
        ),
        "seed": _number("seed", "Seed", defaults.seed, "The same seed gives the same start and the same order."),
    }


def _labels_and_name(dataset: DatasetCard) -> dict[str, Any]:
    st.markdown("**What it learns from**")
    schemes = [scheme.name for scheme in records(dataset.name).schemes]
    scheme = st.selectbox(
        "Labels",
        schemes,
        format_func=lambda name: LABEL_SCHEMES[name].title,
        help="Which rule turns ten votes into what the network should say. Validation and test use the majority.",
        key="training_scheme",
        persist_state="session",
    )
    steps = st.multiselect(
        "Pre-processing, in order",
        list(STEPS),
        format_func=lambda name: STEPS[name].title,
        placeholder="none: faces as they are",
        help="Applied to every face here and wherever the checkpoint is used. Try it on Dataset, Pre-processing.",
        key="training_preprocessing",
        persist_state="session",
    )
    exclude = st.selectbox(
        "Leave out",
        ["", *(known.name for known in list_exclusions(dataset.name))],
        format_func=lambda name: name or "nothing",
        help="An exclusion list of this dataset. The Detective on the Dataset page makes them.",
        key=f"training_exclude_{dataset.name}",
        persist_state="session",
    )
    name = st.text_input(
        "Name of the checkpoint",
        placeholder="named after the time",
        max_chars=60,
        help="Letters, digits, dots, hyphens and underscores.",
        key="run_name",
    )
    return {"scheme": scheme, "preprocessing": Preprocessing(tuple(steps)).text, "exclude": exclude, "name": name}


def _number(key: str, label: str, value: int, explanation: str) -> int:
    low, high = (int(bound) for bound in RANGES[key])
    return int(st.number_input(label, low, high, value, step=1, help=explanation, key=key, persist_state="session"))


def _choice(key: str, label: str, choices: Sequence[str], explanation: str) -> str:
    return str(st.selectbox(label, choices, format_func=_title, help=explanation, key=key, persist_state="session"))


def _title(value: str) -> str:
    return _TITLES.get(value, value.replace("_", " "))
