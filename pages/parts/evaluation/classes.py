"""An evaluation class by class: figures, points with intervals, a table, curves and class priors."""

from typing import Any

import pandas as pd
import streamlit as st

from fer_core.evaluation.report import class_curves
from fer_core.plots.classes import class_figure, precision_recall_figure, roc_figure
from fer_core.storage.plaintext import interval_text, percent
from pages.parts.evaluation.evaluated import Evaluated
from pages.shared.charts import drawn, show_chart
from pages.shared.messages import plain

_FEW = 30
_MEANINGS = {
    "Accuracy": "Share of pictures classified correctly.",
    "Macro F1": "Mean F1 over the classes, each weighted equally.",
    "Balanced accuracy": "Mean recall over the classes.",
    "Top-2 accuracy": "Share of pictures whose true class is among the two most probable.",
}
_NAME_WIDTH, _BAR_WIDTH, _COUNT_WIDTH = 84, 72, 56  # pixels: together no wider than a telephone
_COLUMNS = (
    ("precision", "Precision", "Share of the faces called this class that belong to it."),
    ("recall", "Recall", "Share of the faces of this class that are recognized."),
    ("f1", "F1", "Harmonic mean of precision and recall."),
)
_ADJUSTED = {"accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "macro_f1": "Macro F1"}


def show_figures(shown: Evaluated) -> None:
    """Show the figures of the whole split, and what to compare them with."""
    report = shown.report
    shares = report.accuracy, report.balanced_accuracy, report.top_k_accuracy(2)
    accuracy, balanced, top_two = (percent(share) for share in shares)
    values = accuracy, f"{report.macro_f1:.3f}", balanced, top_two
    with st.container(horizontal=True):
        for (title, meaning), value in zip(_MEANINGS.items(), values, strict=True):
            st.metric(title, value, help=meaning, border=True)
    name, share = report.commonest_class
    st.caption(
        f"n = {len(report):,} · 95% CI {interval_text(*report.accuracy_interval())} · always “{plain(name)}”: "
        f"{percent(share)}{_accuracy_by_prior(shown)}"
    )


def _accuracy_by_prior(shown: Evaluated) -> str:
    """Describe the accuracy under each class prior, the one in use in bold; "" where there is no choice."""
    texts = [
        f"**{prior} {percent(seen.accuracy)}**" if prior == shown.prior else f"{prior} {percent(seen.accuracy)}"
        for prior, seen in shown.figures_by_prior().items()
    ]
    return f" · class prior: {', '.join(texts)}" if texts else ""


def show_classes(shown: Evaluated) -> None:
    """Show precision, recall and F1 with their intervals, class priors, ROC and precision–recall curves."""
    report, table = shown.report, shown.report.per_class()
    left, right = st.columns(2, gap="medium")
    with left:
        alt = "Precision, recall and F1 of each class with 95% CI; the table has the figures."
        show_chart("evaluation_classes", alt, drawn(class_figure, table, report.class_intervals()))
    with right:
        _class_table(table)
        rare = [name for name, count in table["support"].items() if 0 < count < _FEW]
        if rare:
            st.caption(f"Fewer than {_FEW} pictures of {' and '.join(map(str, rare))}: wide intervals.")
        st.caption("Lines: 95% CI (Wilson); for F1, of hits among all pictures labeled or called the class.")
    _by_prior(shown)
    if curves := class_curves(report):
        figures = {"roc": roc_figure, "precision-recall": precision_recall_figure}
        for column, (name, figure) in zip(st.columns(2, gap="medium"), figures.items(), strict=True):
            alt = f"{name.capitalize()} curve of each class against the others; the legend has the areas."
            with column:
                show_chart(f"evaluation_{name}", alt, drawn(figure, curves, report.class_names))


def _class_table(table: pd.DataFrame) -> None:
    """Show precision, recall, F1 and the number of pictures of each class, as a table with bars."""
    table = table.reset_index()
    table[["precision", "recall", "f1"]] *= 100
    bars = {
        name: st.column_config.ProgressColumn(
            title, help=meaning, format="%.1f%%", min_value=0, max_value=100, width=_BAR_WIDTH
        )
        for name, title, meaning in _COLUMNS
    }
    names = st.column_config.TextColumn("Class", width=_NAME_WIDTH)
    counts = st.column_config.NumberColumn("Pictures", help="Pictures of this class in the split.", width=_COUNT_WIDTH)
    columns = {"class": names, **bars, "support": counts}
    alt = "Precision, recall, F1 and number of pictures by class"
    st.dataframe(table, hide_index=True, column_config=columns, alt=alt)


def _by_prior(shown: Evaluated) -> None:
    """Show what each class prior gains and costs; nothing where the training shares are unknown."""
    if not (found := shown.figures_by_prior()):
        return
    st.subheader("Class prior", anchor=False)
    table = pd.DataFrame(
        {
            "prior": prior,
            "accuracy": 100 * figures.accuracy,
            "balanced_accuracy": 100 * figures.balanced_accuracy,
            "macro_f1": figures.macro_f1,
        }
        for prior, figures in found.items()
    )
    columns = {
        name: st.column_config.NumberColumn(title, format="%.3f" if name == "macro_f1" else "%.1f%%")
        for name, title in _ADJUSTED.items()
    }
    titles: dict[str, Any] = {"prior": "Class prior", **columns}
    alt = "Accuracy, balanced accuracy and macro F1 under each class prior"
    st.dataframe(table, hide_index=True, column_order=tuple(titles), column_config=titles, alt=alt)
    st.caption(
        "Uniform finds more rare classes than the training prior (a third neutral); halfway is the geometric "
        f"mean. In use: {shown.prior}."
    )
