"""The leaderboard of a comparison, and accuracy against speed."""

from typing import Any

import pandas as pd
import streamlit as st

from fer_core.evaluation.calibration import coverage_curve, reliability
from fer_core.evaluation.descriptions import odds
from fer_core.evaluation.leaderboard import Leaderboard
from fer_core.plots.calibration import coverage_figure, reliability_figure
from fer_core.plots.comparison import speed_figure
from fer_core.plots.style import series_colors
from fer_core.storage.plaintext import percent
from pages.shared import cached
from pages.shared.charts import chart_config, drawn


def show_board(leaderboard: Leaderboard) -> None:
    """Every checkpoint on a line, then accuracy against speed and the curves of confidence."""
    names = [entry.name for entry in leaderboard.entries]
    colors, times = series_colors(names), {e.name: cached.milliseconds(e.checkpoint) for e in leaderboard.entries}
    table = leaderboard.table()
    _table(table, times)
    left, right = st.columns(2, gap="medium")
    left.plotly_chart(
        drawn(speed_figure, table, times, colors),
        key="speed",
        config=chart_config("accuracy-speed"),
        alt="Accuracy with its interval against milliseconds per face, for each checkpoint; the table has the figures.",
    )
    reports = {entry.name: entry.report for entry in leaderboard.entries}
    right.plotly_chart(
        drawn(reliability_figure, {n: reliability(r.confidence, r.is_right) for n, r in reports.items()}, colors),
        key="reliability",
        config=chart_config("reliability"),
        alt="Reliability diagrams of the checkpoints, one over the other.",
    )
    st.plotly_chart(
        drawn(coverage_figure, {n: coverage_curve(r.confidence, r.is_right) for n, r in reports.items()}, colors),
        key="coverage",
        config=chart_config("coverage"),
        alt="Accuracy of the answers given for every share of faces that get an answer, for each checkpoint.",
    )


def _table(table: pd.DataFrame, times: dict[str, float]) -> None:
    shown = table.assign(
        accuracy=100 * table["accuracy"],
        interval=[
            f"{100 * low:.1f} to {percent(high, 1)}" for low, high in zip(table["low"], table["high"], strict=True)
        ],
        macro_f1=100 * table["macro_f1"],
        ece=100 * table["ece"],
        milliseconds=[times[name] for name in table["checkpoint"]],
        minutes=(table["training_seconds"] / 60).where(table["training_seconds"] > 0),
        p_value=["the best", *(odds(p) for p in table["p_value"][1:])],
    )
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="–",
        column_order=(
            "checkpoint", "accuracy", "interval", "macro_f1", "ece", "p_value", "milliseconds", "megabytes", "weights",
            "minutes",
        ),
        column_config=_columns(),
    )  # fmt: skip


def _columns() -> dict[str, Any]:
    return {
        "checkpoint": st.column_config.TextColumn("Checkpoint", width=130),
        "accuracy": st.column_config.NumberColumn("Accuracy", format="%.2f %%"),
        "interval": st.column_config.TextColumn("95 % interval"),
        "macro_f1": st.column_config.NumberColumn("Macro F1", format="%.1f %%"),
        "ece": st.column_config.NumberColumn("ECE", format="%.1f pts", help="Expected calibration error, in points."),
        "p_value": st.column_config.TextColumn(
            "Only luck?",
            help="How often luck alone brings such a distance from the best: McNemar’s test (mid-p), adjusted for "
            "several comparisons (Holm).",
        ),
        "milliseconds": st.column_config.NumberColumn("Per face", format="%.2f ms", help="Here, on one thread."),
        "megabytes": st.column_config.NumberColumn("File", format="%.1f MB"),
        "weights": st.column_config.NumberColumn("Weights", format="localized"),
        "minutes": st.column_config.NumberColumn("Training", format="%.0f min"),
    }
