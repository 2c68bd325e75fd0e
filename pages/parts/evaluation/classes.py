"""An evaluation class by class: figures, points with intervals, a table, curves and class priors."""

from typing import Any

import pandas as pd
import streamlit as st

from fer_core.evaluation.report import class_curves
from fer_core.plots.classes import class_figure, precision_recall_figure, roc_figure
from fer_core.storage.plaintext import percent
from pages.parts.evaluation.evaluated import Evaluated
from pages.shared.charts import drawn, show_chart
from pages.shared.messages import plain

_FEW = 30
_MEANINGS = {
    "Accuracy": "The share of all pictures that got their true class.",
    "Macro F1": "F1 joins precision and recall; this is its mean over the classes, each counting the same, however "
    "rare.",
    "Balanced accuracy": "The mean of the classes’ recalls: the accuracy if all classes were equally frequent.",
    "Top 2": "The share of all pictures whose true class is among the two most probable.",
}
_NAME_WIDTH, _BAR_WIDTH, _COUNT_WIDTH = 84, 72, 56  # pixels: together no wider than a telephone
_COLUMNS = (
    ("precision", "Precision", "Of the faces that were called this, how many are."),
    ("recall", "Recall", "Of the faces that are this, how many were called so."),
    ("f1", "F1", "Precision and recall in one figure: their harmonic mean."),
)
_ADJUSTED = {"accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "macro_f1": "Macro F1"}


def show_figures(shown: Evaluated) -> None:
    """Show the figures of the whole split, and what to compare them with."""
    report = shown.report
    values = report.accuracy, report.macro_f1, report.balanced_accuracy, report.top_k_accuracy(2)
    with st.container(horizontal=True):
        for (title, meaning), value in zip(_MEANINGS.items(), values, strict=True):
            st.metric(title, percent(value, 1), help=meaning, border=True)
    low, high = report.accuracy_interval()
    name, share = report.commonest_class
    st.caption(
        f"Of {len(report):,} pictures · 95% CI {100 * low:.1f}–{100 * high:.1f}% · always “{plain(name)}”: {share:.1%}"
        f"{_accuracy_by_prior(shown)}"
    )


def _accuracy_by_prior(shown: Evaluated) -> str:
    """Describe the accuracy under each class prior, the one in use in bold; "" where there is no choice."""
    texts = [
        f"**{prior} {seen.accuracy:.2%}**" if prior == shown.prior else f"{prior} {seen.accuracy:.2%}"
        for prior, seen in shown.figures_by_prior().items()
    ]
    return f" · class prior: {', '.join(texts)}" if texts else ""


def show_classes(shown: Evaluated) -> None:
    """Show precision, recall and F1 with their intervals, class priors, ROC and precision–recall curves."""
    report, table = shown.report, shown.report.per_class()
    left, right = st.columns(2, gap="medium")
    with left:
        alt = "Precision, recall and F1 of each class with 95% intervals; the table beside it has the figures."
        show_chart("evaluation_classes", alt, drawn(class_figure, table, report.class_intervals()))
    with right:
        _class_table(table)
        rare = [name for name, count in table["support"].items() if 0 < count < _FEW]
        if rare:
            st.caption(
                f"Few pictures tell little: of {' and '.join(map(str, rare))} there are fewer than {_FEW}, "
                "so their intervals are wide."
            )
        st.caption(
            "Lines are 95% intervals: Wilson’s for precision and recall; for F1, Wilson’s of the share of hits among "
            "all pictures that are of the class or were called so."
        )
    _by_prior(shown)
    if curves := class_curves(report):
        figures = {"roc": roc_figure, "precision-recall": precision_recall_figure}
        for column, (name, figure) in zip(st.columns(2, gap="medium"), figures.items(), strict=True):
            alt = f"{name.capitalize()} curve of each class against all others; the legend has the areas."
            with column:
                show_chart(f"evaluation_{name}", alt, drawn(figure, curves, report.class_names))


def _class_table(table: pd.DataFrame) -> None:
    """Show precision, recall, F1 and the number of pictures of each class, as a table with bars."""
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
    columns = {"class": names, **bars, "support": counts}
    alt = "Precision, recall, F1 and number of pictures by class"
    st.dataframe(table, hide_index=True, column_config=columns, alt=alt)


def _by_prior(shown: Evaluated) -> None:
    """Show what each class prior gains and costs; nothing where the training shares are unknown."""
    if not (found := shown.figures_by_prior()):
        return
    st.subheader("Class prior", anchor=False)
    table = pd.DataFrame(
        {name: 100 * getattr(figures, name) for name in _ADJUSTED} | {"prior": prior}
        for prior, figures in found.items()
    )
    columns = {name: st.column_config.NumberColumn(title, format="%.2f%%") for name, title in _ADJUSTED.items()}
    titles: dict[str, Any] = {"prior": "Class prior", **columns}
    alt = "Accuracy, balanced accuracy and macro F1 under each class prior"
    st.dataframe(table, hide_index=True, column_order=tuple(titles), column_config=titles, alt=alt)
    st.caption(
        "The network’s answers hold the class shares of its training faces, a third of them neutral (training). "
        "Dividing by these shares treats all classes alike (uniform): rare classes are found more often, common ones "
        f"missed more often. Halfway divides by their square root. Everything else on this page: {shown.prior}."
    )
