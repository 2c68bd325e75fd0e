"""How checkpoints were made: their settings side by side, and their learning curves in one chart."""

import contextlib
from collections.abc import Sequence

import streamlit as st

from fer_core.errors import TrainingError
from fer_core.evaluation.leaderboard import Leaderboard, settings_table
from fer_core.plots.style import series_colors
from fer_core.plots.training import validation_curves
from fer_core.training.runs.store import find_run
from fer_core.training.settings.metrics import EpochMetrics
from pages.shared.charts import chart_config, drawn


def show_settings(leaderboard: Leaderboard) -> None:
    """Differences of settings, and the curves of those whose run is still here."""
    checkpoints = [entry.checkpoint for entry in leaderboard.entries]
    every = st.toggle("Also what they have in common", key="all settings")
    table = settings_table(checkpoints, differing=not every)
    if table.empty:
        st.info("They were made with the same settings.")
    else:
        st.dataframe(table, height="content")
    curves: dict[str, Sequence[EpochMetrics]] = {}
    for checkpoint in checkpoints:
        with contextlib.suppress(TrainingError):
            if metrics := find_run(checkpoint.name).metrics():
                curves[checkpoint.name] = metrics
    if curves:
        st.plotly_chart(
            drawn(validation_curves, curves, series_colors([c.name for c in checkpoints])),
            key="learning",
            config=chart_config("learning-curves"),
            alt="Validation accuracy over the epochs, one curve a checkpoint.",
        )
    missing = [c.name for c in checkpoints if c.name not in curves]
    if missing:
        st.caption(f"Without a learning curve, because their run is not stored here: {', '.join(missing)}.")
