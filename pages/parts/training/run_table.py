"""All runs and searches at a glance, and any of the runs over one another."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from fer_core.plots.training import RUN_QUANTITIES, RunQuantity, run_curves
from fer_core.storage.plaintext import duration, percent, setting_text
from fer_core.training.runs.searches import Search, list_searches, resume_search, stop_search
from fer_core.training.runs.store import Run, list_runs
from pages.parts.training.controls import DEFAULTS
from pages.shared.charts import drawn
from pages.shared.messages import errors_shown, plain
from pages.shared.states import state_badge

_MOST_COMPARED = 12
_REFRESH = 3.0


def show_runs(runs: Sequence[Run]) -> None:
    """The table of runs, kept current while any of them is active, and what is compared below it."""

    @st.fragment(run_every=_REFRESH if any(run.status.is_active for run in runs) else None)
    def follow() -> None:
        table = _table(list_runs())
        st.dataframe(table, hide_index=True, column_config=_COLUMNS, alt="All training runs, the newest first")

    follow()
    by_name = {run.name: run for run in runs}
    chosen = st.multiselect(
        "Compare",
        list(by_name),
        list(by_name)[:2],
        max_selections=_MOST_COMPARED,
        help="Draws their curves together and lists the settings that differ.",
        key="compared",
        bind="query-params",
    )
    if chosen:
        _compare([by_name[name] for name in chosen])


_COLUMNS = {
    "name": st.column_config.TextColumn("Run", width=170),
    "state": st.column_config.TextColumn("State", width=70),
    "accuracy": st.column_config.NumberColumn(
        "Best", help="Accuracy on the validation faces.", format="%.1f%%", width=70
    ),
    "seconds": st.column_config.TextColumn("Duration", width=75),
    "epochs": st.column_config.NumberColumn("Epochs", width=60),
    "architecture": st.column_config.TextColumn("Network", width=95),
    "dataset": st.column_config.TextColumn("Dataset", width=75),
    "note": st.column_config.TextColumn("Note", width=240),
}


def _table(runs: Sequence[Run]) -> pd.DataFrame:
    lines = []
    for run in runs:
        metrics = run.metrics()
        lines.append(
            {
                "name": run.name,
                "state": run.status.state,
                "accuracy": max((100 * m.val_accuracy for m in metrics), default=float("nan")),
                "seconds": duration(sum(m.seconds for m in metrics)),
                "epochs": len(metrics),
                "architecture": run.config.architecture,
                "dataset": run.config.dataset,
                "note": run.record.note,
            }
        )
    return pd.DataFrame(lines, columns=list(_COLUMNS))


def _compare(runs: Sequence[Run]) -> None:
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    quantity: RunQuantity = left.selectbox(
        "Curve",
        list(RUN_QUANTITIES),
        format_func=RUN_QUANTITIES.__getitem__,
        key="compared_by",
        persist_state="session",
    )
    smoothing = middle.slider("Smoothing", 0.0, 0.95, 0.0, 0.05, key="compared_smoothing", persist_state="session")
    log = right.toggle("Logarithmic", key="compared_log", persist_state="session")
    curves = {run.name: run.metrics() for run in runs}
    st.plotly_chart(
        drawn(run_curves, curves, quantity, smoothing=smoothing, log=log),
        key="comparison",
        config={"displayModeBar": False},
        alt=f"{RUN_QUANTITIES[quantity]} of {len(runs)} runs over their epochs.",
    )
    differences = _differing_settings(runs)
    if len(runs) > 1 and differences.empty:
        st.caption("Their settings are identical.")
    elif len(runs) > 1:
        st.markdown("**Differing settings**")
        st.dataframe(differences.rename_axis("Setting"), alt="Settings that differ between the compared runs")


def _differing_settings(runs: Sequence[Run]) -> pd.DataFrame:
    """The settings in which some runs differ: a row for each, a column of texts for each run."""
    columns = {run.name: run.config.flat() for run in runs}
    differing = [name for name in DEFAULTS if len({str(settings[name]) for settings in columns.values()}) > 1]
    return pd.DataFrame(
        {run: [_text(settings[name]) for name in differing] for run, settings in columns.items()}, index=differing
    )


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else setting_text(value)


def show_searches() -> None:
    """Each search with its progress and its best run, kept current while one is active."""
    searches = list_searches()
    if not searches:
        return
    st.subheader("Searches")
    active = any(search.status.is_active for search in searches)

    @st.fragment(run_every=_REFRESH if active else None)
    def follow() -> None:
        found = list_searches()
        for search in found:
            with errors_shown(stop=False):
                _show_search(search)
        if active and not any(search.status.is_active for search in found):
            st.rerun()

    follow()


def _show_search(search: Search) -> None:
    status, trials = search.status, search.trials()
    with st.container(border=True):
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(f"{state_badge(status.state)} **{plain(search.name)}** · {plain(status.message)}")
        with right:
            _steer(search)
        st.progress(min(status.epoch / max(status.epochs, 1), 1.0), text=f"{status.epoch} of {status.epochs} trials")
        if trials and trials[0].metrics():
            best = trials[0]
            st.markdown(
                f"Best so far: **{percent(best.best_accuracy())}** on validation by **{plain(best.name)}** "
                f"({plain(best.record.note)})"
            )


def _steer(search: Search) -> None:
    if search.status.is_active:
        if st.button("Stop", icon=":material/stop:", key=f"stop_{search.name}", width="stretch"):
            stop_search(search)
    elif search.status.state in ("failed", "stopped") and st.button(
        "Resume", icon=":material/resume:", key=f"resume_{search.name}", width="stretch"
    ):
        resume_search(search)
        st.rerun()
