"""An evaluation's figures and its table of classes."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from fer_core.evaluation.report import EvaluationReport
from fer_core.storage.plaintext import percent
from pages.shared.messages import plain

_FIGURES: tuple[tuple[str, Callable[[EvaluationReport], float], str], ...] = (
    ("Accuracy", lambda report: report.accuracy, "The share of all pictures that got their true class."),
    (
        "Macro F1",
        lambda report: report.macro_f1,
        "F1 joins precision and recall; this is its mean over the classes, each counting the same, however rare.",
    ),
    (
        "Balanced accuracy",
        lambda report: report.balanced_accuracy,
        "The mean of the classes’ recalls: the accuracy if all classes were equally frequent.",
    ),
    (
        "Top 2",
        lambda report: report.top_k_accuracy(2),
        "The share of all pictures whose true class is among the two most probable.",
    ),
)
_NAME_WIDTH, _BAR_WIDTH, _COUNT_WIDTH = 84, 72, 56  # pixels: together no wider than a telephone
_COLUMNS = (
    ("precision", "Precision", "Of the faces that were called this, how many are."),
    ("recall", "Recall", "Of the faces that are this, how many were called so."),
    ("f1", "F1", "Precision and recall in one figure: their harmonic mean."),
)


def show_figures(report: EvaluationReport) -> None:
    """The figures of the whole split, and what to compare them with."""
    with st.container(horizontal=True):
        for title, figure, meaning in _FIGURES:
            st.metric(title, percent(figure(report), 1), help=meaning, border=True, width=170)
    low, high = report.accuracy_interval()
    name, share = report.commonest_class
    st.caption(
        f"Of {len(report):,} pictures. With others of the same kind, expect an accuracy between {100 * low:.1f} and "
        f"{percent(high, 1)} "
        f"(95 % interval). Always answering “{plain(name)}” would be right for {percent(share, 1)}."
    )


def class_table(table: pd.DataFrame) -> None:
    """Precision, recall, F1 and the number of pictures of each class, as a table with bars.

    Args:
        table: From :meth:`~fer_core.evaluation.report.EvaluationReport.per_class`.
    """
    table = table.reset_index()
    table[["precision", "recall", "f1"]] *= 100
    bars = {
        name: st.column_config.ProgressColumn(
            title, help=meaning, format="%.1f %%", min_value=0, max_value=100, width=_BAR_WIDTH
        )
        for name, title, meaning in _COLUMNS
    }
    names = st.column_config.TextColumn("Class", width=_NAME_WIDTH)
    counts = st.column_config.NumberColumn("Pictures", help="How many the split has of this class.", width=_COUNT_WIDTH)
    st.dataframe(
        table,
        hide_index=True,
        column_config={"class": names, **bars, "support": counts},
        alt="Precision, recall, F1 and number of pictures by class",
    )
