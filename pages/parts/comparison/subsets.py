"""All chosen checkpoints on each saved subset, with a correction for testing many times."""

from typing import Any

import pandas as pd
import streamlit as st

from fer_core.datasets.store import dataset_card
from fer_core.datasets.subsets import list_subsets
from fer_core.evaluation.comparison import p_value_text
from fer_core.evaluation.leaderboard import Leaderboard
from fer_core.recognition.recognize import to_csv
from pages.shared.downloads import download_button
from pages.shared.links import show_link
from pages.shared.messages import plain


def show_subsets(leaderboard: Leaderboard) -> None:
    """Show how each checkpoint does against the best one on the faces of every saved subset."""
    name = leaderboard.dataset_name
    subsets = list_subsets(dataset_card(name))
    if not subsets:
        st.info(
            f"“{plain(name)}” has no saved subset yet. Save faces of a class, brightness or agreement under Subgroups."
        )
        show_link("Save a subset", "evaluation", {"evaluation_view": "Subgroups", "dataset": name})
        return
    table = leaderboard.on_subsets(subsets)
    _table(table)
    st.caption(
        "“Best” is the best checkpoint on all faces. p: McNemar’s test, adjusted by Holm’s method for all pairs and "
        "rows of this table; below 0.05 is significant."
    )
    if empty := [known.name for known in subsets if known.name not in set(table["subset"])]:
        st.caption(f"No faces of this test in: {', '.join(empty)}.")
    download_button("This table (CSV)", to_csv(table), f"{name}-subsets.csv")


def _table(table: pd.DataFrame) -> None:
    percents = ["accuracy", "best_accuracy", "difference"]
    shown = table.assign(
        **{column: 100 * table[column] for column in percents},
        p_value=table["p_value"].map(p_value_text),
        is_significant=table["is_significant"].map({True: "yes", False: "no"}),
    )
    alt = "Accuracy of each checkpoint and of the best one on every saved subset, and whether they differ"
    st.dataframe(shown, hide_index=True, column_config=_columns(table["best"].iloc[0]), alt=alt)


def _columns(best: str) -> dict[str, Any]:
    return {
        "subset": st.column_config.TextColumn("Subset", width=140),
        "n": st.column_config.NumberColumn("Faces", format="localized", width=64),
        "checkpoint": st.column_config.TextColumn("Checkpoint", width=120),
        "accuracy": st.column_config.NumberColumn("Accuracy", format="%.1f%%", width=84),
        "best": None,
        "best_accuracy": st.column_config.NumberColumn(best, format="%.1f%%", help="The best on all faces."),
        "difference": st.column_config.NumberColumn("Difference", format="%+.1f pts", help="Checkpoint minus best."),
        "p_value": st.column_config.TextColumn("p (Holm)", width=84),
        "is_significant": st.column_config.TextColumn("Significant", width=90),
    }
