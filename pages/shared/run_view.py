"""A training run as it stands: progress, curves, and what can be done with it."""

from collections.abc import Sequence
from typing import get_args

import streamlit as st

from fer_core.plots.training import Quantity, learning_curve
from fer_core.training.metrics import EpochMetrics
from fer_core.training.runs import Run, find_run, resume_run, stop_run
from pages.shared.messages import errors_shown, plain

_ICONS = {
    "queued": ("gray", "hourglass_empty"),
    "running": ("blue", "play_circle"),
    "stopping": ("orange", "stop_circle"),
    "paused": ("violet", "pause_circle"),
    "stopped": ("orange", "stop_circle"),
    "finished": ("green", "check_circle"),
    "failed": ("red", "error"),
}


def choose_run(runs: Sequence[Run]) -> Run | None:
    """A select box of the runs, the newest first, or None when there is none."""
    by_name = {run.name: run for run in runs}
    if not by_name:
        return None
    name = st.selectbox(
        "Run",
        list(by_name),
        format_func=lambda n: f"{n} · on {by_name[n].config.dataset}",
        key="run",
        bind="query-params",
        persist_state="session",
    )
    return by_name[name]


def show_run(name: str) -> None:
    """Shows a run, and keeps showing it anew every second while it is active.

    Raises:
        TrainingError: There is no such run.
    """
    active = find_run(name).status.is_active

    @st.fragment(run_every=1.0 if active else None)
    def follow() -> None:
        run = find_run(name)
        _show(run)
        if active and not run.status.is_active:
            st.rerun()  # once: the page below and the menu should know of the new checkpoint

    follow()


def _show(run: Run) -> None:
    status, metrics = run.status, run.metrics()
    color, icon = _ICONS[status.state]
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        st.markdown(f":{color}-badge[:material/{icon}: {status.state}] {plain(status.message)}")
    with right:
        _buttons(run)
    if status.is_active:
        done = (status.epoch + status.progress) / max(status.epochs, 1)
        st.progress(min(done, 1.0), text=_progress_in_words(run, metrics))
    _figures(run, metrics)
    _next_steps(run)


def _buttons(run: Run) -> None:
    status = run.status
    can_resume = status.state in ("failed", "stopped", "paused") and status.epoch < status.epochs
    with errors_shown(stop=False):
        if status.is_active:
            stopping = (run.folder / "stop").exists()
            label = "Stopping …" if stopping else "Stop"
            if st.button(label, icon=":material/stop:", disabled=stopping, key="stop", width="stretch"):
                stop_run(run.name)
                st.rerun()
        elif can_resume and st.button("Resume", icon=":material/resume:", key="resume", width="stretch"):
            resume_run(run.name)
            st.rerun()


def _progress_in_words(run: Run, metrics: Sequence[EpochMetrics]) -> str:
    status = run.status
    parts = [f"Epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"]
    if metrics:
        parts.append(f"{metrics[-1].seconds:.0f} s an epoch")
    if status.eta_seconds:
        parts.append(f"{duration(status.eta_seconds)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """A time span as people say it: "40 s", "12 min", "1 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _figures(run: Run, metrics: Sequence[EpochMetrics]) -> None:
    if not metrics:
        if run.status.is_active:
            st.caption("The curves begin when the first epoch is complete.")
        return
    key = "val_accuracy" if run.config.metric == "accuracy" else "val_macro_f1"
    best, last = max(metrics, key=lambda m: getattr(m, key)), metrics[-1]
    with st.container(horizontal=True):
        _tile("On validation", f"{last.val_accuracy:.1%}", "Accuracy on faces it does not learn from, after the epoch.")
        _tile("On training", f"{last.accuracy:.1%}", "Accuracy on the faces it learns from, on the way.")
        _tile("Best so far", f"{best.val_accuracy:.1%}", f"On validation, after epoch {best.epoch}: these are kept.")
        _tile("Speed", f"{last.images_per_second:,.0f}/s", f"Faces learned from; {last.seconds:.1f} s an epoch.")
    for column, quantity in zip(st.columns(2), get_args(Quantity), strict=True):
        column.plotly_chart(
            learning_curve(metrics, quantity, run.config.epochs, best.epoch),
            key=quantity,
            config={"displayModeBar": False},
            alt=f"{quantity.capitalize()} of training and validation over {len(metrics)} epochs.",
        )


def _tile(label: str, value: str, explanation: str) -> None:
    st.metric(label, value, help=explanation, border=True, width=170)


def _next_steps(run: Run) -> None:
    status = run.status
    if not status.checkpoint:
        return
    st.success(f"The checkpoint **{plain(status.checkpoint)}** is ready.", icon=":material/check:")
    query = {"checkpoint": status.checkpoint}
    with st.container(horizontal=True):
        st.page_link(
            "pages/evaluation.py",
            label="See where it is right and wrong",
            icon=":material/fact_check:",
            query_params=query | {"dataset": run.config.dataset},
        )
        st.page_link("pages/photos.py", label="Try it on a photo", icon=":material/add_a_photo:", query_params=query)
