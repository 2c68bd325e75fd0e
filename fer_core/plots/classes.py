"""Charts class by class and condition by condition: intervals, not bars."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fer_core.evaluation.report import ClassCurves
from fer_core.labels import class_colors
from fer_core.plots.style import BLUE, GREEN, INK, ORANGE, styled, title, whiskers

_SCORES = {"precision": ORANGE, "recall": BLUE, "f1": GREEN}
_NAMES = {"precision": "precision", "recall": "recall", "f1": "F1"}


def class_figure(table: pd.DataFrame, intervals: pd.DataFrame) -> go.Figure:
    """Precision, recall and F1 of each class as points with their 95 % intervals.

    Args:
        table: From :meth:`~fer_core.evaluation.report.EvaluationReport.per_class`.
        intervals: From :meth:`~fer_core.evaluation.report.EvaluationReport.class_intervals`.
    """
    figure = go.Figure()
    places = np.arange(len(table))[::-1]
    for number, (score, color) in enumerate(_SCORES.items()):
        value, low, high = table[score], intervals[f"{score}_low"], intervals[f"{score}_high"]
        figure.add_scatter(
            x=value,
            y=places + 0.22 * (1 - number),
            name=_NAMES[score],
            mode="markers",
            marker={"color": color, "size": 10},
            error_x=whiskers(value, low, high, color),
            customdata=np.stack([low, high], axis=1),
            hovertemplate=f"{_NAMES[score]} %{{x:.1%}} (95 % interval %{{customdata[0]:.1%}} to "
            "%{customdata[1]:.1%})<extra></extra>",
        )
    labels = [f"{escape(str(n))} ({s:,})" for n, s in zip(table.index, table["support"], strict=True)]
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(tickvals=places, ticktext=labels, showgrid=False)
    return styled(figure, height=60 + 58 * len(table), legend={"orientation": "h", "y": 1.06, "x": 0})


def roc_figure(curves: Sequence[ClassCurves], class_names: Sequence[str]) -> go.Figure:
    """ROC curves, each class against all others."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": INK, "dash": "dot"}, hoverinfo="skip", showlegend=False
    )
    colors = class_colors(class_names)
    for curve in curves:
        name, words = f"{curve.class_name} {curve.area:.3f}", "finds %{y:.0%} at %{x:.1%} false alarms"
        x, y = curve.false_positive_rate, curve.true_positive_rate
        figure.add_trace(_class_curve(x, y, name, colors[curve.class_name], words))
    figure.update_xaxes(title_text="false alarms among other faces", range=[-0.01, 1.01], tickformat=".0%")
    figure.update_yaxes(title_text="found among its own", range=[-0.01, 1.02], tickformat=".0%")
    return styled(figure, height=420, title=title("ROC: area under each curve"))


def precision_recall_figure(curves: Sequence[ClassCurves], class_names: Sequence[str]) -> go.Figure:
    """Precision–recall curves, each class against all others."""
    figure, colors = go.Figure(), class_colors(class_names)
    for curve in curves:
        name, words = (
            f"{curve.class_name} {curve.average_precision:.3f}",
            "finds %{x:.0%}, %{y:.0%} of those called so are",
        )
        figure.add_trace(_class_curve(curve.recall, curve.precision, name, colors[curve.class_name], words))
    figure.update_xaxes(title_text="recall", range=[-0.01, 1.01], tickformat=".0%")
    figure.update_yaxes(title_text="precision", range=[-0.01, 1.02], tickformat=".0%")
    return styled(figure, height=420, title=title("Precision and recall: average precision"))


def _class_curve(
    x: NDArray[np.float64], y: NDArray[np.float64], name: str, color: str, hovertemplate: str
) -> go.Scatter:
    line = {"color": color, "width": 2}
    return go.Scatter(x=x, y=y, name=escape(name), mode="lines", line=line, hovertemplate=hovertemplate)


def bucket_figure(table: pd.DataFrame, heading: str, what: str, *, overall: float) -> go.Figure:
    """Accuracy in each bucket, with its interval; the dotted line is the accuracy of all.

    Args:
        table: From :mod:`fer_core.evaluation.subgroups`; a column ``tagger`` is drawn as what one person scores.
        heading: Over the chart.
        what: Under the axis.
        overall: Accuracy of all images.
    """
    figure = go.Figure()
    names = table["bucket"].tolist()
    figure.add_scatter(
        x=names,
        y=table["accuracy"],
        name="the checkpoint",
        mode="markers+lines" if "tagger" in table else "markers",
        marker={"color": BLUE, "size": 11},
        line={"color": BLUE, "width": 2},
        error_y=whiskers(table["accuracy"], table["low"], table["high"], BLUE),
        customdata=table["n"],
        hovertemplate="%{x}: %{y:.1%} of %{customdata:,} faces right<extra></extra>",
    )
    if "tagger" in table:
        figure.add_scatter(
            x=names,
            y=table["tagger"],
            name="one random person",
            mode="lines+markers",
            line={"color": ORANGE, "dash": "dash", "width": 2},
            hovertemplate="one random person: %{y:.0%}<extra></extra>",
        )
    figure.add_hline(overall, line={"color": INK, "dash": "dot", "width": 1.5})
    lowest = min(float(table["low"].min()), float(table["tagger"].min()) if "tagger" in table else 1.0)
    figure.update_xaxes(title_text=what, type="category", showgrid=False)
    figure.update_yaxes(range=[max(0.0, lowest - 0.06), 1.02], tickformat=".0%")
    return styled(figure, height=340, title=title(heading), showlegend="tagger" in table)


def robustness_figure(tables: dict[str, pd.DataFrame], colors: dict[str, str], units: dict[str, str]) -> go.Figure:
    """Accuracy at each level of each perturbation, as small multiples on one scale.

    Args:
        tables: By checkpoint, from :func:`~fer_core.evaluation.robustness.robustness_table`.
        colors: By checkpoint.
        units: By perturbation, what its levels count.
    """
    figure = make_subplots(
        2, 4, shared_yaxes=True, horizontal_spacing=0.025, vertical_spacing=0.2, subplot_titles=list(units)
    )
    for number, (perturbation, unit) in enumerate(units.items()):
        place = {"row": number // 4 + 1, "col": number % 4 + 1}
        for name, table in tables.items():
            curve = _robustness_curve(table[table["perturbation"] == perturbation], escape(name), colors[name], unit)
            figure.add_trace(curve.update(showlegend=number == 0 and len(tables) > 1), **place)
        figure.update_xaxes(_levels_axis(next(iter(tables.values())), perturbation, unit), **place)
    styled(figure, height=520, legend={"orientation": "h", "y": -0.14, "x": 0})
    figure.update_layout(margin={"t": 30})
    return figure.update_yaxes(range=[0, 1], tickformat=".0%", dtick=0.25)


def robustness_panel(table: pd.DataFrame, perturbation: str, unit: str) -> go.Figure:
    """One of the small multiples alone, for pages on which they flow.

    Args:
        table: From :func:`~fer_core.evaluation.robustness.robustness_table`.
        perturbation: Its name.
        unit: What its levels count.
    """
    figure = go.Figure(_robustness_curve(table[table["perturbation"] == perturbation], perturbation, BLUE, unit))
    figure.update_xaxes(_levels_axis(table, perturbation, unit))
    figure.update_yaxes(range=[0, 1], tickformat=".0%", dtick=0.25)
    return styled(figure, height=210, title=title(perturbation), showlegend=False)


def _robustness_curve(part: pd.DataFrame, name: str, color: str, unit: str) -> go.Scatter:
    amounts = zip(part["level"], part["amount"], strict=True)
    return go.Scatter(
        x=part["level"],
        y=part["accuracy"],
        error_y=whiskers(part["accuracy"], part["low"], part["high"], color),
        name=name,
        legendgroup=name,
        mode="lines+markers",
        marker={"size": 6},
        line={"color": color, "width": 2},
        customdata=[f"{amount:g} {unit}" if level else "untouched" for level, amount in amounts],
        hovertemplate="%{customdata}: %{y:.1%} right<extra></extra>",
    )


def _levels_axis(table: pd.DataFrame, perturbation: str, unit: str) -> dict[str, object]:
    part = table[table["perturbation"] == perturbation]
    texts = [f"{amount:g}" if level else "–" for level, amount in zip(part["level"], part["amount"], strict=True)]
    return {
        "tickvals": list(range(6)),
        "ticktext": texts,
        "tickangle": 0,
        "tickfont": {"size": 11},
        "title": {"text": unit, "font": {"size": 11}},
    }
