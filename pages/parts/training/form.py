"""The form that sets a run up: the paper's Table 4 first, and behind it what the paper leaves open."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.datasets.exclusions import list_exclusions
from fer_core.datasets.store import DatasetCard
from fer_core.faces.preprocessing import STEPS
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.settings.config import TrainingConfig
from pages.parts.training.controls import (
    DEFAULTS,
    choice,
    differing,
    epochs,
    key_of,
    loss_and_head,
    scale,
    slider,
    switch,
    whole,
)
from pages.parts.training.preview import preview_faces, preview_rate
from pages.parts.training.sources import SOURCE_SETTINGS, with_sources
from pages.shared.cached import records


def training_form(dataset: DatasetCard) -> TrainingConfig:
    """Draw the form for a dataset and return its settings.

    Raises:
        TrainingError: The settings contradict each other.
    """
    with st.container(border=True):
        left, middle, right = st.columns(3, gap="large")
        with left:
            st.markdown("**How it learns**")
            scale(
                "learning_rate",
                "Learning rate",
                "How far each step moves the weights. Too small learns slowly, too large never settles.",
            )
            epochs("Epochs", "How often the network sees every training face.")
            scale("batch_size", "Batch size", "Faces per step: more is smoother, fewer is more often.")
            choice("optimizer", "Optimizer", "The rule that turns gradients into steps.")
        with middle:
            st.markdown("**The network**")
            choice("architecture", "Architecture", "Which layers follow which; the drawing below shows it.")
            choice("activation", "Activation of hidden layers", "What each hidden neuron does to its sum.")
            loss_and_head()
        with right:
            _labels(dataset)
    _more_learning()
    _more_network()
    _more_labels()
    _augmentation(dataset)
    _ending_and_machine()
    drawn = [name for name in DEFAULTS if name not in ("dataset", *SOURCE_SETTINGS)]
    values = {name: st.session_state[key_of(name)] for name in drawn}
    return with_sources(TrainingConfig.from_flat(values | {"dataset": dataset.name}))


def _labels(dataset: DatasetCard) -> None:
    st.markdown("**What it learns from**")
    schemes = [scheme.name for scheme in records(dataset).schemes]
    if st.session_state.get("training_scheme") not in (None, *schemes):
        st.session_state["training_scheme"] = schemes[0]
    st.selectbox(
        "Labels",
        schemes,
        format_func=lambda name: LABEL_SCHEMES[name].title,
        help="Which rule turns ten votes into what the network should say; the paper’s is the majority of seven "
        "classes. Validation and test use the majority.",
        key="training_scheme",
        persist_state="session",
    )
    _chosen_faces(dataset)
    choice(
        "metric",
        "Evaluation metric",
        "Which validation figure decides which epoch’s weights are kept. The loss owes least to chance.",
    )
    slider("share", "Share of the training faces", "Fewer faces make a quick trial; the rest stays unused.")
    whole("seed", "Seed", "The same seed gives the same run, to the last digit.")


def _chosen_faces(dataset: DatasetCard) -> None:
    """Which faces are left out, and what is done to all of them."""
    st.multiselect(
        "Pre-processing, in order",
        list(STEPS),
        format_func=lambda name: STEPS[name].title,
        placeholder="None",
        help="Applied to every face here and wherever the checkpoint is used. Try it on Dataset, Pre-processing.",
        key="training_preprocessing",
        persist_state="session",
    )
    st.selectbox(
        "Leave out",
        ["", *(known.name for known in list_exclusions(dataset))],
        format_func=lambda name: name or "nothing",
        help="An exclusion list of this dataset. The Detective on the Dataset page makes them.",
        key="training_exclude",
        persist_state="session",
    )


def _group(title: str, icon: str, *names: str) -> DeltaGenerator:
    """A folded group of settings, whose title says which of them differ from the defaults."""
    return st.expander(differing(title, *names), icon=f":material/{icon}:", key=f"group {title}")


def _more_learning() -> None:
    with _group("Schedule, weight decay and averaging", "show_chart", "schedule", "warmup_epochs", "weight_"):
        left, right = st.columns([1, 1.4], gap="large")
        with left:
            choice(
                "schedule",
                "Schedule of the learning rate",
                "Large steps find the way, small ones at the end find the spot.",
            )
            whole("warmup_epochs", "Warm-up epochs", "Epochs of linear increase before the schedule starts.")
            scale("weight_decay", "Weight decay", "Weights shrink a little in each step, so that none grows useless.")
            slider(
                "weight_average",
                "Weight averaging",
                "Judge and keep a running mean of the weights, with this decay a step; 0.999 is usual, 0 is off.",
                step=0.001,
            )
        with right:
            preview_rate()


def _more_network() -> None:
    with _group("Width and dropout", "lan", "width", "dropout", "dense_dropout"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            whole("width", "Width", "Filters of the first convolution; the later ones grow with it.")
        with middle:
            slider(
                "dropout", "Dropout between convolutions", "This share of values is blanked by chance while training."
            )
        with right:
            slider("dense_dropout", "Dropout before the outputs", "The same, just before the answer is formed.")


def _more_labels() -> None:
    with _group("Labels and class balance", "balance", "balancing", "label_smoothing", "draw_labels", "shuffle_labels"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            choice(
                "balancing", "Class balance", "Helps rare classes such as disgust; the overall accuracy usually falls."
            )
        with middle:
            slider(
                "label_smoothing", "Label smoothing", "Spreads this part of each label over all classes: less certain."
            )
        with right:
            switch(
                "draw_labels",
                "Draw one label an epoch",
                "Each epoch takes one class at random from a face's votes; majority labels leave nothing to draw.",
            )
            switch(
                "shuffle_labels",
                "Shuffle the labels",
                "An experiment: each face gets another's label, so only how often each class comes can be learned.",
            )


def _augmentation(dataset: DatasetCard) -> None:
    def part(name: str, label: str, explanation: str, highest: float = 1.0, step: float = 0.01) -> None:
        slider(f"augmentation.{name}", label, explanation, highest=highest, step=step)

    with _group("Augmentation", "auto_fix_high", "augmentation."):
        left, right = st.columns(2, gap="large")
        with left:
            switch("augmentation.flip", "Mirror", "Every other face is mirrored.")
            part("rotation", "Rotation", "Largest rotation in degrees.", highest=45.0, step=1.0)
            part("shift", "Shift", "Moved by up to this part of the picture.")
            part("scale", "Scale", "Larger or smaller by up to this part.")
            part("shear", "Shear", "Slanted by up to this part.")
            part("mixup", "Mixing (mixup)", "Pairs of faces and their labels are blended; 0.2 is usual.")
        with right:
            part("brightness", "Brightness", "Lighter or darker by up to this part.")
            part("contrast", "Contrast", "Stretched or flattened by up to this part.")
            part("gamma", "Gamma", "Darker or paler in the middle tones by up to this power.")
            part("shade", "Side light", "Lit from one side by up to this part.")
            part("resolution", "Low resolution", "Half of the faces, made smaller by up to this part.", highest=0.8)
            part("blur", "Blur", "Largest blur radius in pixels.", highest=3.0, step=0.1)
            part("noise", "Noise", "Grain of up to this part of the whole range.")
            part("erasing", "Erasing", "Probability of erasing a random rectangle.")
        preview_faces(dataset)


def _ending_and_machine() -> None:
    with _group("Early stopping and hardware", "timer", "patience", "precision", "priority"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            whole("patience", "Patience", "Stop after this many epochs without improvement (0 = never).")
        with middle:
            choice(
                "precision",
                "Number format",
                "A two-second probe finds the faster one; the saved weights are float32 in any case.",
            )
        with right:
            choice(
                "priority",
                "Priority",
                "Whether the pages stay quick while it trains, or training takes all it can get.",
            )
