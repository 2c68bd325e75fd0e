"""All chosen checkpoints: the leaderboard, their settings and learning curves, and downloads."""

import contextlib
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from fer_core.datasets.store import dataset_card
from fer_core.datasets.subsets import list_subsets
from fer_core.errors import TrainingError
from fer_core.evaluation.calibration import coverage_curve, reliability
from fer_core.evaluation.comparison import p_value_text
from fer_core.evaluation.leaderboard import Leaderboard, settings_table
from fer_core.plots.calibration import coverage_figure, reliability_figure
from fer_core.plots.comparison import speed_figure
from fer_core.plots.style import series_colors
from fer_core.plots.training import validation_curves
from fer_core.recognition.recognize import to_csv
from fer_core.reports.evaluation import comparison_report
from fer_core.storage.plaintext import interval_text
from fer_core.training.runs.store import find_run
from fer_core.training.settings.metrics import EpochMetrics
from pages.shared import cached
from pages.shared.charts import choose_figure_format, drawn, show_chart
from pages.shared.downloads import offer_download
from pages.shared.pickers import subset_options


def show_leaderboard(leaderboard: Leaderboard) -> None:
    """Show every checkpoint on a line, then accuracy against speed and the curves of confidence."""
    reports = {entry.name: entry.report for entry in leaderboard.entries}
    colors, times = series_colors(list(reports)), _milliseconds(leaderboard)
    table = leaderboard.table()
    _table(table, times)
    left, right = st.columns(2, gap="medium")
    with left:
        alt = "Accuracy with its 95% CI against milliseconds per face; the table has the figures."
        show_chart("comparison_accuracy-speed", alt, drawn(speed_figure, table, times, colors))
    with right:
        tables = {name: reliability(report.confidence, report.is_right) for name, report in reports.items()}
        alt = "Reliability diagrams of the checkpoints."
        show_chart("comparison_reliability", alt, drawn(reliability_figure, tables, colors))
    curves = {name: coverage_curve(report.confidence, report.is_right) for name, report in reports.items()}
    alt = "Accuracy by share of faces answered, for each checkpoint."
    show_chart("comparison_coverage", alt, drawn(coverage_figure, curves, colors))


def _milliseconds(leaderboard: Leaderboard) -> dict[str, float]:
    return {entry.name: cached.milliseconds(entry.checkpoint) for entry in leaderboard.entries}


def _table(table: pd.DataFrame, times: dict[str, float]) -> None:
    shown = table.assign(
        accuracy=100 * table["accuracy"],
        interval=[interval_text(low, high) for low, high in zip(table["low"], table["high"], strict=True)],
        ece=100 * table["ece"],
        milliseconds=[times[name] for name in table["checkpoint"]],
        minutes=(table["training_seconds"] / 60).where(table["training_seconds"] > 0),
        p_value=["best", *(p_value_text(p) for p in table["p_value"][1:])],
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
        "accuracy": st.column_config.NumberColumn("Accuracy", format="%.1f%%"),
        "interval": st.column_config.TextColumn("95% CI"),
        "macro_f1": st.column_config.NumberColumn("Macro F1", format="%.3f"),
        "ece": st.column_config.NumberColumn("ECE", format="%.1f pts", help="Expected calibration error, in points."),
        "p_value": st.column_config.TextColumn(
            "p vs. best",
            help="McNemar’s test against the best, adjusted for all pairs.",
        ),
        "milliseconds": st.column_config.NumberColumn(
            "Per face", format="%.2f ms", help="On this machine, one thread."
        ),
        "megabytes": st.column_config.NumberColumn("File", format="%.1f MB"),
        "weights": st.column_config.NumberColumn("Weights", format="localized"),
        "minutes": st.column_config.NumberColumn("Training", format="%.0f min"),
    }


def show_settings(leaderboard: Leaderboard) -> None:
    """Show differences of settings, and the learning curves of checkpoints whose run is still here."""
    checkpoints = [entry.checkpoint for entry in leaderboard.entries]
    every = st.toggle("Show identical settings", key="comparison_all_settings")
    table = settings_table(checkpoints, differing=not every)
    if table.empty:
        st.info("Their settings are identical.")
    else:
        names = st.column_config.TextColumn("Setting", width=200)
        st.dataframe(table, height="content", column_config={"_index": names})
    curves: dict[str, Sequence[EpochMetrics]] = {}
    for checkpoint in checkpoints:
        with contextlib.suppress(TrainingError):
            if metrics := find_run(checkpoint.name).metrics():
                curves[checkpoint.name] = metrics
    if curves:
        alt = "Validation accuracy by epoch and checkpoint."
        colors = series_colors([c.name for c in checkpoints])
        show_chart("comparison_learning-curves", alt, drawn(validation_curves, curves, colors))
    if missing := [c.name for c in checkpoints if c.name not in curves]:
        st.caption(f"No learning curve (run not stored here): {', '.join(missing)}.")


def show_export(leaderboard: Leaderboard) -> None:
    """Offer the report, and every prediction of every checkpoint in one table."""
    names = [entry.name for entry in leaderboard.entries]
    stem = "-".join(names)[:80]
    subsets = list_subsets(dataset_card(leaderboard.dataset_name))
    offer_download(
        "Report (HTML)",
        "One offline file without faces.",
        lambda: comparison_report(leaderboard, _milliseconds(leaderboard), subsets).encode(),
        f"{stem}-comparison.html",
        "text/html",
    )
    offer_download(
        "Every prediction (CSV)",
        "One row per face: its class, and each checkpoint’s answer and confidence.",
        lambda: to_csv(_predictions(leaderboard)),
        f"{stem}-predictions.csv",
        "text/csv",
    )
    command = (
        f"python -m fer_core compare {' '.join(names)} --dataset {leaderboard.dataset_name} "
        f"--split {leaderboard.split} --prior {leaderboard.prior}{subset_options()}"
    )
    st.caption("On the command line:")
    st.code(command, language=None, wrap_lines=True)
    choose_figure_format()


def _predictions(leaderboard: Leaderboard) -> pd.DataFrame:
    first = leaderboard.entries[0].report
    table = pd.DataFrame(
        {"prior": leaderboard.prior, "row": first.rows, "true": [first.class_names[i] for i in first.y_true]}
    )
    for entry in leaderboard.entries:
        table[f"{entry.name} predicted"] = [entry.report.class_names[i] for i in entry.report.y_pred]
        table[f"{entry.name} confidence"] = entry.report.confidence.astype(float)
    return table
