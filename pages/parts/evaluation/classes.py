"""An evaluation class by class: points with intervals, a table, and curves."""

import streamlit as st

from fer_core.evaluation.report import class_curves
from fer_core.plots.classes import class_figure, precision_recall_figure, roc_figure
from pages.parts.evaluation.evaluated import Evaluated
from pages.parts.evaluation.prior_adjustment import show_prior_adjustment
from pages.parts.evaluation.scores import class_table
from pages.shared.charts import chart_config, drawn

_FEW = 30


def show_classes(shown: Evaluated) -> None:
    """Precision, recall and F1 with their intervals, ROC and precision–recall curves."""
    report = shown.report
    table, intervals = report.per_class(), report.class_intervals()
    left, right = st.columns(2, gap="medium")
    with left:
        st.plotly_chart(
            drawn(class_figure, table, intervals),
            key="classes",
            config=chart_config("classes"),
            alt="Precision, recall and F1 of each class with 95 % intervals; the table beside it has the figures.",
        )
    with right:
        class_table(table)
        rare = [name for name, count in table["support"].items() if 0 < count < _FEW]
        if rare:
            st.caption(
                f"Few pictures tell little: of {' and '.join(map(str, rare))} there are fewer than {_FEW}, "
                "so their intervals are wide."
            )
        st.caption(
            "Lines are 95 % intervals: Wilson’s for precision and recall; for F1, Wilson’s of the share of hits among "
            "all pictures that are of the class or were called so."
        )
    show_prior_adjustment(shown)
    curves = class_curves(report)
    if curves:
        for column, figure, key in zip(
            st.columns(2, gap="medium"), (roc_figure, precision_recall_figure), ("roc", "precision-recall"), strict=True
        ):
            column.plotly_chart(
                drawn(figure, curves, report.class_names),
                key=key,
                config=chart_config(key),
                alt=f"{key.capitalize()} curve of each class against all others; the legend has the areas.",
            )
