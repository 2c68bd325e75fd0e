"""Training a head, and how well it does on recordings that it never saw."""

import numpy as np
import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.lessons.teach.advice import advise
from fer_core.lessons.teach.examples import FEWEST_CLASSES
from fer_core.lessons.teach.head import HEAD_TITLES, HeadKind
from fer_core.lessons.teach.teaching import Taught, learning_curve, teach
from fer_core.plots.confusion import confusion_figure
from fer_core.plots.pictures import face_grid
from fer_core.plots.teaching import curve_figure
from fer_core.storage.plaintext import interval_text, percent
from pages.parts.teach.state import Lesson
from pages.shared.charts import show_chart
from pages.shared.messages import errors_shown, plain

_KIND = "teach_kind"
_MISTAKES = 16
_CURVE = "teach curve"


def choose_kind() -> HeadKind:
    """Ask how the head is fitted."""
    kind: HeadKind = st.segmented_control(
        "Head",
        list(HEAD_TITLES),
        format_func=HEAD_TITLES.__getitem__,
        default="softmax",
        required=True,
        key=_KIND,
        persist_state="session",
        help="One linear layer on the network's features. The paper's section 6.2 uses linear SVMs.",
    )
    return kind


def offer_training(lesson: Lesson, checkpoint: Checkpoint, kind: HeadKind) -> None:
    """The one obvious button, what it made, and what that teaches."""
    is_ready = len(lesson.examples.filled.classes) >= FEWEST_CLASSES
    is_current = lesson.is_current(checkpoint, kind)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Train" if lesson.taught is None else "Train again",
            icon=":material/model_training:",
            type="secondary" if is_current else "primary",
            key="teach_train",
            disabled=not is_ready,
        )
        if not is_ready:
            st.caption("Add examples to at least two classes first.")
        elif lesson.taught and not is_current and not pressed:
            st.caption("Examples or settings have changed. Train again.")
    if pressed:
        with errors_shown(), st.spinner("Training …"):
            store = lesson.store(checkpoint)
            store.keep_only(lesson.examples.images)
            lesson.taught = teach(store, lesson.examples, kind)
        st.rerun()
    if lesson.taught is not None:
        _show_figures(lesson.taught)


def _show_figures(taught: Taught) -> None:
    held_out = taught.held_out
    with st.container(horizontal=True):
        if held_out:
            help_ = "On recordings outside the training."
            st.metric("Held-out accuracy", percent(held_out.accuracy), border=True, width=250, help=help_)
        else:
            st.metric("Held-out accuracy", "–", border=True, width=250, help="Needs two recordings of each class.")
        st.metric("Training accuracy", percent(taught.train_accuracy), border=True, width=250)
        st.metric("Recordings", f"{taught.head.recordings:,}", border=True, width=150)
    if held_out:
        st.caption(f"Held-out accuracy: 95% CI {interval_text(*taught.interval, digits=0)}, n = {len(held_out):,}.")


def show_quality(lesson: Lesson, checkpoint: Checkpoint) -> None:
    """Advice, the confusion matrix, the learning curve, and the mistakes."""
    taught = lesson.taught
    if taught is None:
        st.info("Train first to see how your head does on held-out recordings.")
        return
    for advice in advise(lesson.examples, taught):
        st.markdown(f":material/lightbulb: {plain(advice)}")
    if taught.held_out is None:
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Confusions", anchor=False)
        alt = "Confusion matrix of the held-out examples: rows are your classes, columns the head's answers."
        show_chart("teach_confusion", alt, confusion_figure(taught.held_out))
    with right:
        st.subheader("Learning curve", anchor=False)
        _show_curve(lesson, checkpoint, taught)
    _show_mistakes(lesson, taught)


def _show_curve(lesson: Lesson, checkpoint: Checkpoint, taught: Taught) -> None:
    known = st.session_state.get(_CURVE)
    version = taught.fingerprint, taught.head.kind, taught.head.base_sha256
    if known is None or known[0] != version:
        if not lesson.is_current(checkpoint, taught.head.kind):
            st.caption("Train again to see the curve of these examples.")
            return
        with st.spinner("Training on fewer examples …"):
            known = version, learning_curve(lesson.store(checkpoint), lesson.examples, taught.head.kind)
        st.session_state[_CURVE] = known
    alt = "Held-out accuracy against the number of training examples per class, with 95% intervals."
    points = known[1]
    columns = [p.examples for p in points], [p.accuracy for p in points], [p.interval for p in points]
    show_chart("teach_curve", alt, curve_figure(*columns))


def _show_mistakes(lesson: Lesson, taught: Taught) -> None:
    report = taught.held_out
    wrong = np.flatnonzero(~report.is_right) if report else np.empty(0, np.int64)
    if report is None or not len(wrong) or not taught.is_of(lesson.examples):
        return
    st.subheader("Most confident errors", anchor=False)
    chosen = wrong[np.argsort(-report.confidence[wrong])][:_MISTAKES]
    names = report.class_names
    captions = [f"{names[report.y_true[i]]} → {names[report.y_pred[i]]}" for i in chosen]
    texts = [f"Example of {names[report.y_true[i]]}, called {names[report.y_pred[i]]}" for i in chosen]
    st.html(face_grid(lesson.examples.images[chosen], captions, texts, size=72, columns=8))
