"""An evaluation's figures and its table of classes."""

import streamlit as st

from fer_core.evaluation.report import EvaluationReport
from pages.shared.messages import plain

_FIGURES = (
    ("Accuracy", "accuracy", "The share of all pictures that got their true class."),
    (
        "Macro F1",
        "macro_f1",
        "F1 joins precision and recall; this is its mean over the classes, each counting the same, however rare.",
    ),
    (
        "Balanced accuracy",
        "balanced_accuracy",
        "The mean of the classes’ recalls: the accuracy if all classes were equally frequent.",
    ),
)
_NAME_WIDTH, _BAR_WIDTH, _COUNT_WIDTH = 84, 72, 56  # pixels: together no wider than a telephone
_COLUMNS = (
    ("precision", "Precision", "Of the faces that were called this, how many are."),
    ("recall", "Recall", "Of the faces that are this, how many were called so."),
    ("f1", "F1", "Precision and recall in one figure: their harmonic mean."),
)


def show_figures(report: EvaluationReport) -> None:
    """Accuracy, macro F1, balanced accuracy and the number of pictures, and what to compare them with."""
    with st.container(horizontal=True):
        for title, name, meaning in _FIGURES:
            st.metric(title, f"{100 * getattr(report, name):.1f} %", help=meaning, border=True, width=170)
        st.metric("Pictures", f"{len(report):,}", help="Labelled pictures in this split.", border=True, width=170)
    low, high = report.accuracy_interval()
    name, share = report.commonest_class
    st.caption(
        f"With other pictures of the same kind, expect an accuracy between {100 * low:.1f} and {100 * high:.1f} % "
        f"(95 % interval). Always answering “{plain(name)}” would be right for {100 * share:.1f} %."
    )


def show_classes(report: EvaluationReport) -> None:
    """Precision, recall, F1 and the number of pictures of each class, as a table with bars."""
    table = report.per_class().reset_index()
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
