"""What can be taken away from a comparison."""

import pandas as pd
import streamlit as st

from fer_core.evaluation.leaderboard import Leaderboard
from fer_core.recognition.recognize import to_csv
from fer_core.reports.evaluation import comparison_report
from pages.shared import cached
from pages.shared.charts import choose_figure_format


def show_export(leaderboard: Leaderboard) -> None:
    """The report, and every prediction of every checkpoint in one table."""
    names = [entry.name for entry in leaderboard.entries]
    stem = "-".join(names)[:80]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Report (HTML)",
            lambda: comparison_report(
                leaderboard, {e.name: cached.milliseconds(e.checkpoint) for e in leaderboard.entries}
            ).encode(),
            f"{stem}-comparison.html",
            "text/html",
            icon=":material/download:",
            on_click="ignore",
            width=230,
        )
        st.caption("One file that opens without a network and prints well. It holds no faces.", width=520)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Every prediction (CSV)",
            lambda: to_csv(_predictions(leaderboard)),
            f"{stem}-predictions.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            width=230,
        )
        st.caption("A row a face: its class, and what each checkpoint called it how surely.", width=520)
    command = (
        f"python -m fer_core compare {' '.join(names)} --dataset {leaderboard.dataset_name} --split {leaderboard.split}"
    )
    st.caption("The same as a command:")
    st.code(command, language=None, wrap_lines=True)
    choose_figure_format()


def _predictions(leaderboard: Leaderboard) -> pd.DataFrame:
    first = leaderboard.entries[0].report
    table = pd.DataFrame({"row": first.rows, "true": [first.class_names[i] for i in first.y_true]})
    for entry in leaderboard.entries:
        table[f"{entry.name} predicted"] = [entry.report.class_names[i] for i in entry.report.y_pred]
        table[f"{entry.name} confidence"] = entry.report.confidence.astype(float)
    return table
