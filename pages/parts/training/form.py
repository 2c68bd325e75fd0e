"""The form that sets a run up: the paper's Table 4 first, and behind it what the paper leaves open."""

from typing import Any, get_args

import streamlit as st

from fer_core.datasets.exclusions import list_exclusions
from fer_core.datasets.store import DatasetCard
from fer_core.faces.preprocessing import STEPS
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.settings import config as settings
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import Metric
from pages.parts.training.controls import choice, learning_rate, loss_and_head, number, slider, switch, whole
from pages.parts.training.preview import preview_faces, preview_rate
from pages.parts.training.sources import with_sources
from pages.shared.cached import records

Values = dict[str, Any]
"""Settings by name, as :meth:`TrainingConfig.from_dict` takes them."""


def training_form(dataset: DatasetCard) -> TrainingConfig:
    """Draws the form.

    Args:
        dataset: What to train on.

    Returns:
        The settings.

    Raises:
        TrainingError: The settings contradict each other.
    """
    values: Values = {"dataset": dataset.name}
    with st.container(border=True):
        left, middle, right = st.columns(3, gap="large")
        with left:
            values |= _pace()
        with middle:
            values |= _network()
        with right:
            values |= _labels(dataset)
    values |= _more_learning(values)
    values |= _more_network()
    values |= _more_labels()
    values["augmentation"] = _augmentation(dataset)
    values |= _ending_and_machine()
    return with_sources(TrainingConfig.from_dict(values))


def _pace() -> Values:
    st.markdown("**How it learns**")
    return {
        "learning_rate": learning_rate(),
        "epochs": whole("epochs", "Epochs", "How often the network sees every training face."),
        "batch_size": whole("batch_size", "Batch size", "Faces per step: more is smoother, fewer is more often."),
        "optimizer": choice(
            "optimizer", "Optimiser", get_args(settings.Optimizer), "The rule that turns gradients into steps."
        ),
    }


def _network() -> Values:
    st.markdown("**The network**")
    return {
        "architecture": choice(
            "architecture",
            "Architecture",
            get_args(settings.Architecture),
            "Which layers follow which; the drawing below shows it.",
        ),
        "activation": choice(
            "activation",
            "Activation of hidden layers",
            get_args(settings.Activation),
            "What each hidden neuron does to its sum.",
        ),
        **loss_and_head(),
    }


def _labels(dataset: DatasetCard) -> Values:
    st.markdown("**What it learns from**")
    schemes = [scheme.name for scheme in records(dataset).schemes]
    if st.session_state.get("training_scheme") not in (None, *schemes):
        st.session_state["training_scheme"] = schemes[0]
    scheme = st.selectbox(
        "Labels",
        schemes,
        format_func=lambda name: LABEL_SCHEMES[name].title,
        help="Which rule turns ten votes into what the network should say; the paper’s is the majority of seven "
        "classes. Validation and test use the majority.",
        key="training_scheme",
        persist_state="session",
    )
    return {
        "scheme": scheme,
        **_chosen_faces(dataset),
        "metric": choice(
            "metric",
            "Evaluation metric",
            get_args(Metric),
            "Which validation figure decides which epoch’s weights are kept. The loss owes least to chance.",
        ),
        "share": slider(
            "share", "Share of the training faces", "Fewer faces make a quick trial; the rest stays unused."
        ),
        "seed": whole("seed", "Seed", "The same seed gives the same run, to the last digit."),
    }


def _chosen_faces(dataset: DatasetCard) -> Values:
    """Which faces are left out, and what is done to all of them."""
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
        key="training_exclude",
        persist_state="session",
    )
    return {"preprocessing": tuple(steps), "exclude": exclude}


def _more_learning(values: Values) -> Values:
    with st.expander("Schedule, weight decay and averaging", icon=":material/show_chart:"):
        left, right = st.columns([1, 1.4], gap="large")
        with left:
            more: Values = {
                "schedule": choice(
                    "schedule",
                    "Schedule of the learning rate",
                    get_args(settings.Schedule),
                    "Large steps find the way, small ones at the end find the spot.",
                ),
                "warmup_epochs": whole(
                    "warmup_epochs", "Warm-up epochs", "The rate first rises in a straight line for so many epochs."
                ),
                "weight_decay": number(
                    "weight_decay", "Weight decay", "Weights shrink a little in each step, so that none grows useless."
                ),
                "weight_average": slider(
                    "weight_average",
                    "Weight averaging",
                    "Judge and keep a running mean of the weights, with this decay a step; 0.999 is usual, 0 is off.",
                    step=0.001,
                ),
            }
        with right:
            preview_rate({**values, **more})
    return more


def _more_network() -> Values:
    with st.expander("Width and dropout", icon=":material/lan:"):
        columns = st.columns(3, gap="large")
        with columns[0]:
            width = whole("width", "Width", "Filters of the first convolution; the later ones grow with it.")
        with columns[1]:
            dropout = slider(
                "dropout", "Dropout between convolutions", "This share of values is blanked by chance while training."
            )
        with columns[2]:
            dense = slider("dense_dropout", "Dropout before the outputs", "The same, just before the answer is formed.")
    return {"width": width, "dropout": dropout, "dense_dropout": dense}


def _more_labels() -> Values:
    with st.expander("Labels and class balance", icon=":material/balance:"):
        columns = st.columns(3, gap="large")
        with columns[0]:
            balancing = choice(
                "balancing",
                "Class balance",
                get_args(settings.Balancing),
                "Helps rare classes such as disgust; the overall accuracy usually falls.",
            )
        with columns[1]:
            smoothing = slider(
                "label_smoothing", "Label smoothing", "Spreads this part of each label over all classes: less certain."
            )
        with columns[2]:
            drawn = switch(
                "draw_labels",
                "Draw one label an epoch",
                "Each epoch takes one class at random from a face's votes; majority labels leave nothing to draw.",
            )
            shuffled = switch(
                "shuffle_labels",
                "Shuffle the labels",
                "An experiment: each face gets another's label, so only how often each class comes can be learned.",
            )
    return {"balancing": balancing, "label_smoothing": smoothing, "draw_labels": drawn, "shuffle_labels": shuffled}


def _augmentation(dataset: DatasetCard) -> Values:
    with st.expander("Changed faces (augmentation)", icon=":material/auto_fix_high:"):
        left, right = st.columns(2, gap="large")
        with left:
            flip = switch("augmentation.flip", "Mirror", "Every other face is mirrored.")
            values: Values = {"flip": flip, **_moved()}
        with right:
            values |= _painted()
        preview_faces(dataset, values)
    return values


def _moved() -> Values:
    def part(name: str, label: str, explanation: str, highest: float) -> float:
        return slider(f"augmentation.{name}", label, explanation, highest=highest)

    return {
        "rotation": slider("augmentation.rotation", "Rotation", "Turned by up to so many degrees.", step=1.0),
        "shift": part("shift", "Shift", "Moved by up to this part of the picture.", 0.3),
        "scale": part("scale", "Scale", "Larger or smaller by up to this part.", 0.5),
        "shear": part("shear", "Shear", "Slanted by up to this part.", 0.5),
        "mixup": part("mixup", "Mixing (mixup)", "Pairs of faces and their labels are blended; 0.2 is usual.", 1.0),
    }


def _painted() -> Values:
    def part(name: str, label: str, explanation: str, highest: float = 0.0) -> float:
        return slider(f"augmentation.{name}", label, explanation, highest=highest)

    return {
        "brightness": part("brightness", "Brightness", "Lighter or darker by up to this part."),
        "contrast": part("contrast", "Contrast", "Stretched or flattened by up to this part."),
        "blur": slider("augmentation.blur", "Blur", "Blurred by up to so many pixels.", step=0.1),
        "noise": part("noise", "Noise", "Grain of up to this part of the whole range."),
        "erasing": part("erasing", "Erasing", "So often a rectangle is painted over."),
    }


def _ending_and_machine() -> Values:
    with st.expander("When to end, and how this machine calculates", icon=":material/timer:"):
        columns = st.columns(3, gap="large")
        with columns[0]:
            patience = whole("patience", "Patience", "Ends after so many epochs without a better one; 0 never does.")
        with columns[1]:
            precision = choice(
                "precision",
                "Number format",
                get_args(settings.Precision),
                "A two-second probe finds the faster one; the saved weights are float32 in any case.",
            )
        with columns[2]:
            priority = choice(
                "priority",
                "Priority",
                get_args(settings.Priority),
                "Whether the pages stay quick while it trains, or training takes all it can get.",
            )
    return {"patience": patience, "precision": precision, "priority": priority}
