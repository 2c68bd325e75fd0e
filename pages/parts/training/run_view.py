"""A training run as it stands: progress, curves, what it makes of the validation faces."""

from collections.abc import Sequence
from typing import get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.checkpoints.checkpoint import list_checkpoints
from fer_core.plots.confusion import confusion_table
from fer_core.plots.gallery import followed_strip
from fer_core.plots.training import Quantity, learning_curve
from fer_core.storage.plaintext import duration, percent
from fer_core.training.runs.provenance import read_probe
from fer_core.training.runs.run_queue import position_text, runs_before
from fer_core.training.runs.store import Run, find_run
from fer_core.training.runs.validation import read_faces, read_views
from fer_core.training.settings.metrics import EpochMetrics
from pages.parts.training.run_actions import keep_run, steer_run
from pages.shared.address import follow_address, write_choice
from pages.shared.charts import drawn
from pages.shared.links import show_link
from pages.shared.messages import plain
from pages.shared.states import state_badge


def choose_run(runs: Sequence[Run]) -> Run:
    """Ask for one of the runs, of which there is at least one."""
    by_name = {run.name: run for run in runs}
    if (renamed := st.session_state.pop("renamed_run", None)) in by_name:
        st.session_state["run"] = renamed
    newest = next(iter(by_name))
    follow_address("run", "run", list(by_name), newest)  # one that was deleted, here or elsewhere, is forgotten
    name = st.selectbox(
        "Run",
        list(by_name),
        format_func=lambda n: f"{n} · on {by_name[n].config.dataset}",
        key="run",
        persist_state="session",
        on_change=write_choice,
        args=("run", "run", newest),
    )
    return by_name[name]


def show_run(run: Run) -> None:
    """Show a run, and show it anew every second while it is active.

    Raises:
        TrainingError: It is gone.
    """
    active = run.status.is_active

    @st.fragment(run_every=1.0 if active else None)
    def follow() -> None:
        now = find_run(run.name)
        _show(now)
        if active and not now.status.is_active:
            st.rerun()  # once: the page below and the menu should know of the new checkpoint

    follow()
    keep_run(run)


def _show(run: Run) -> None:
    status, metrics = run.status, run.metrics()
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        st.markdown(f"{state_badge(status.state)} {plain(_message(run))}")
    with right:
        steer_run(run)
    if status.is_active and status.state != "queued":
        done = (status.epoch + status.progress) / max(status.epochs, 1)
        st.progress(min(done, 1.0), text=_progress_in_words(run, metrics))
    _next_steps(run)
    _figures(run, metrics)
    _validation(run)


def _message(run: Run) -> str:
    if run.status.state == "queued" and (before := runs_before(run)):
        return f"{position_text(len(before))} ({before[0].name} is training)"
    return run.status.message


def _progress_in_words(run: Run, metrics: Sequence[EpochMetrics]) -> str:
    status = run.status
    if not metrics and not status.progress:
        return "Preparing: building the network and compiling"
    parts = [f"Epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"]
    if metrics:
        parts.append(f"{metrics[-1].seconds:.0f} s an epoch")
    if status.eta_seconds:
        parts.append(f"{duration(status.eta_seconds)} left")
    return " · ".join(parts)


def _figures(run: Run, metrics: Sequence[EpochMetrics]) -> None:
    if not metrics:
        if run.status.is_active:
            st.caption("Curves appear after the first epoch.")
        return
    best, last = run.best_of(metrics), metrics[-1]
    on_validation, on_training, kept = (
        percent(accuracy) for accuracy in (last.val_accuracy, last.accuracy, best.val_accuracy)
    )
    speed = f"{last.images_per_second:,.0f}/s"
    tiles = (
        ("Validation", on_validation, "Accuracy on the validation faces after the epoch."),
        ("Training", on_training, "Accuracy on the training faces during the epoch."),
        ("Best so far", kept, f"Validation accuracy of epoch {best.epoch}, whose weights are kept."),
        ("Speed", speed, f"Training faces; {last.seconds:.1f} s an epoch."),
        ("Learning rate", f"{last.learning_rate:.2g}", "At the last step."),
    )
    row = st.container(horizontal=True, vertical_alignment="center")
    with row:
        for label, value, explanation in tiles:
            st.metric(label, value, help=explanation, border=True, width=136)
    _curves(run, metrics, best.epoch, row.popover("Curves", icon=":material/tune:"))
    if probe := read_probe(run.folder):
        measured = f" (probed: {probe.float32_ms:.0f} ms in float32, {probe.bfloat16_ms:.0f} ms in bfloat16)"
        precision = probe.precision.replace("_", " ")
        st.caption(f"Precision: {precision}{measured if probe.float32_ms else ''}.")


def _curves(run: Run, metrics: Sequence[EpochMetrics], best_epoch: int, settings: DeltaGenerator) -> None:
    with settings:
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.95,
            0.0,
            0.05,
            help="Running mean over epochs.",
            key="smoothing",
            persist_state="session",
            width=260,
        )
        log = st.toggle(
            "Logarithmic loss", help="Shows small changes late in a run.", key="log", persist_state="session"
        )
    for column, quantity in zip(st.columns(2), get_args(Quantity), strict=True):
        column.plotly_chart(
            drawn(learning_curve, metrics, quantity, run.config.epochs, best_epoch, smoothing=smoothing, log=log),
            key=quantity,
            config={"displayModeBar": False},
            alt=f"{quantity.capitalize()} of training and validation over {len(metrics)} epochs.",
        )


def _validation(run: Run) -> None:
    views, names = read_views(run.folder), run.config.class_names
    if not views:
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**Validation confusion matrix, epoch {views[-1].epoch}**")
        st.html(confusion_table(views[-1].matrix, names))
    with right:
        st.markdown("**Eight validation faces by epoch**")
        st.html(followed_strip(read_faces(run.folder), views, names))


def _next_steps(run: Run) -> None:
    status = run.status
    if not status.checkpoint or status.is_active:
        return
    if status.checkpoint not in [checkpoint.name for checkpoint in list_checkpoints()]:
        st.caption(f"Its checkpoint {plain(status.checkpoint)} has been deleted.")
        return
    query = {"checkpoint": status.checkpoint}
    with st.container(horizontal=True, vertical_alignment="center"):
        _say_ready(run, status.checkpoint)
        show_link("Evaluate it", "evaluation", query | {"dataset": run.config.dataset})
        show_link("Try a photo", "photos", query)


def _say_ready(run: Run, checkpoint: str) -> None:
    """Say that a run's checkpoint is there, or that it knows no more than which class is the largest."""
    views, metrics, names = read_views(run.folder), run.metrics(), run.config.class_names
    place, constant = views[-1].largest_class if views else (0, 0.0)
    accuracy = run.best_of(metrics).val_accuracy if metrics else 1.0
    if accuracy > constant:
        st.markdown(f":green[:material/check:] The checkpoint **{plain(checkpoint)}** is ready.", width="content")
        return
    st.warning(
        f"The checkpoint **{plain(checkpoint)}** has {percent(accuracy)} validation accuracy; always answering "
        f"“{plain(names[place])}” has {percent(constant)}. It learned nothing useful. Add pictures, or fine-tune "
        "fer-lab with the preset “Few pictures”.",
        icon=":material/warning:",
    )
