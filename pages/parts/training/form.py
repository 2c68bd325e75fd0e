"""The form that sets a run up: the paper's Table 4 first, and behind it what the paper leaves open."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.datasets.store import DatasetCard
from fer_core.datasets.subsets import list_subsets
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
            st.markdown("**Optimization**")
            scale(
                "learning_rate",
                "Learning rate",
                "Size of each step. Too small learns slowly; too large diverges.",
            )
            epochs("Epochs", "Passes over the training faces.")
            scale("batch_size", "Batch size", "Faces per step. Larger batches give smoother, fewer steps.")
            choice("optimizer", "Optimizer", "Rule that turns gradients into steps.")
        with middle:
            st.markdown("**Network**")
            choice("architecture", "Architecture", "Order of the layers, drawn below.")
            choice("activation", "Activation", "Nonlinearity of the hidden layers.")
            loss_and_head()
        with right:
            _labels(dataset)
    _more_learning()
    _more_network()
    _more_labels()
    _augmentation(dataset)
    _ending_and_machine()
    _experiments()
    drawn = [name for name in DEFAULTS if name not in ("dataset", *SOURCE_SETTINGS)]
    values = {name: st.session_state[key_of(name)] for name in drawn}
    return with_sources(TrainingConfig.from_flat(values | {"dataset": dataset.name}))


def _labels(dataset: DatasetCard) -> None:
    st.markdown("**Data**")
    schemes = [scheme.name for scheme in records(dataset).schemes]
    if st.session_state.get("training_scheme") not in (None, *schemes):
        st.session_state["training_scheme"] = schemes[0]
    st.selectbox(
        "Labels",
        schemes,
        format_func=lambda name: LABEL_SCHEMES[name].title,
        help="Rule from ten votes to a label; the paper uses the seven-class majority. Validation and test always do.",
        key="training_scheme",
        persist_state="session",
    )
    _chosen_faces(dataset)
    choice(
        "metric",
        "Evaluation metric",
        "Validation metric that selects the best epoch. Loss is the least noisy.",
    )
    slider("share", "Training share", "Share of the training faces to use; less is quicker.")
    whole("seed", "Seed", "The same seed repeats a run exactly.")


def _chosen_faces(dataset: DatasetCard) -> None:
    """Which faces are left out, and what is done to all of them."""
    st.multiselect(
        "Pre-processing",
        list(STEPS),
        format_func=lambda name: STEPS[name].title,
        placeholder="None",
        help="Steps in order, applied wherever the checkpoint is used. Try them on Dataset, Pre-processing.",
        key="training_preprocessing",
        persist_state="session",
    )
    st.selectbox(
        "Exclude",
        ["", *(known.name for known in list_subsets(dataset))],
        format_func=lambda name: name or "None",
        help="A saved subset, such as a finding of Dataset, Detective.",
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
                "Schedule",
                "How the learning rate changes over the run.",
            )
            whole("warmup_epochs", "Warm-up epochs", "Epochs of linear increase before the schedule starts.")
            scale("weight_decay", "Weight decay", "Shrinks the weights in each step; more regularizes more.")
            slider(
                "weight_average",
                "Weight averaging",
                "Decay of the EMA weights, which are evaluated and saved: usually 0.999; 0 is off.",
                step=0.001,
            )
        with right:
            preview_rate()


def _more_network() -> None:
    with _group("Width and dropout", "lan", "width", "dropout", "dense_dropout"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            whole("width", "Width", "Filters of the first convolution; later layers scale with it.")
        with middle:
            slider("dropout", "Convolution dropout", "Share of values zeroed at random during training.")
        with right:
            slider("dense_dropout", "Output dropout", "The same before the output layer.")


def _more_labels() -> None:
    with _group("Labels and class balance", "balance", "balancing", "label_smoothing", "draw_labels"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            choice("balancing", "Class balance", "Helps rare classes; overall accuracy usually falls.")
        with middle:
            slider("label_smoothing", "Label smoothing", "Share of each label spread over all classes.")
        with right:
            switch(
                "draw_labels",
                "Sample labels",
                "Draw each face's label from its votes in every epoch.",
            )


def _experiments() -> None:
    with _group("Deliberate mistakes", "science", "shuffle_labels", "leaked_faces", "biased_sample"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            switch(
                "shuffle_labels",
                "Shuffle labels",
                "Labels are permuted, so only class frequencies can be learned.",
            )
        with middle:
            whole(
                "leaked_faces",
                "Leaked test faces",
                "Number of test faces added to the training set. Such a run leaves no checkpoint.",
            )
        with right:
            switch(
                "biased_sample",
                "Biased sample",
                "Trains and validates on light-skinned people without glasses or beards. For the demo only.",
            )


def _augmentation(dataset: DatasetCard) -> None:
    def part(name: str, label: str, explanation: str, highest: float = 1.0, step: float = 0.01) -> None:
        slider(f"augmentation.{name}", label, explanation, highest=highest, step=step)

    with _group("Augmentation", "auto_fix_high", "augmentation."):
        left, right = st.columns(2, gap="large")
        with left:
            switch("augmentation.flip", "Mirror", "Mirror every other face.")
            part("rotation", "Rotation", "Largest rotation in degrees.", highest=45.0, step=1.0)
            part("shift", "Shift", "Largest shift, as a share of the picture.")
            part("scale", "Scale", "Largest zoom in or out.")
            part("shear", "Shear", "Largest shear.")
            part("mixup", "Mixup", "Blends pairs of faces and labels; 0.2 is usual.")
        with right:
            part("brightness", "Brightness", "Largest change of brightness.")
            part("contrast", "Contrast", "Largest change of contrast.")
            part("gamma", "Gamma", "Largest exponent of the mid-tones.")
            part("shade", "Side light", "Strongest light from one side.")
            part("resolution", "Low resolution", "Scales half of the faces down by up to this share.", highest=0.8)
            part("blur", "Blur", "Largest blur radius in pixels.", highest=3.0, step=0.1)
            part("noise", "Noise", "Largest noise, as a share of the gray range.")
            part("erasing", "Erasing", "Probability of erasing a random rectangle.")
        preview_faces(dataset)


def _ending_and_machine() -> None:
    with _group("Early stopping and hardware", "timer", "patience", "precision", "priority", "tensorboard"):
        left, middle, right = st.columns(3, gap="large")
        with left:
            whole("patience", "Patience", "Stop after this many epochs without improvement (0 = never).")
        with middle:
            choice(
                "precision",
                "Number format",
                "Auto probes for the faster one. Saved weights are always float32.",
            )
        with right:
            choice(
                "priority",
                "Priority",
                "Low keeps the pages responsive during training.",
            )
            switch(
                "tensorboard",
                "TensorBoard files",
                "Writes the curves into the run’s folder too, for `tensorboard --logdir runs`.",
            )
