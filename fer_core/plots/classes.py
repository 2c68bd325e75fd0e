"""Charts class by class, subgroup by subgroup and perturbation by perturbation, with intervals."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from fer_core.evaluation.intervals import wilson
from fer_core.evaluation.report import ClassCurves
from fer_core.labels import class_colors
from fer_core.plots.style import BLUE, GREEN, INK, ORANGE, SERIES, diagonal, share_axes, styled, title, whiskers

_SCORES = {"precision": ("precision", ORANGE), "recall": ("recall", BLUE), "f1": ("F1", GREEN)}


def class_figure(table: pd.DataFrame, intervals: pd.DataFrame) -> go.Figure:
    """Draw precision, recall and F1 of each class, from a report's two tables, as points with their 95% intervals."""
    figure, places = go.Figure(), np.arange(len(table))[::-1]
    for number, (score, (name, color)) in enumerate(_SCORES.items()):
        value, low, high = table[score], intervals[f"{score}_low"], intervals[f"{score}_high"]
        figure.add_scatter(
            x=value,
            y=places + 0.22 * (1 - number),
            name=name,
            mode="markers",
            marker={"color": color, "size": 10},
            error_x=whiskers(value, low, high, color),
            customdata=np.stack([low, high], axis=1),
            hovertemplate=f"{name} %{{x:.1%}} (95% CI %{{customdata[0]:.1%}}–%{{customdata[1]:.1%}})<extra></extra>",
        )
    labels = [f"{escape(str(n))} ({s:,})" for n, s in zip(table.index, table["support"], strict=True)]
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(tickvals=places, ticktext=labels, showgrid=False)
    return styled(figure, height=60 + 52 * len(table))


def roc_figure(curves: Sequence[ClassCurves], class_names: Sequence[str]) -> go.Figure:
    """Draw ROC curves, each class against all others."""
    figure, colors = go.Figure(diagonal()), class_colors(class_names)
    for curve in curves:
        name, words = f"{curve.class_name} {curve.area:.3f}", "recall %{y:.1%}, false-positive rate %{x:.1%}"
        x, y = curve.false_positive_rate, curve.true_positive_rate
        figure.add_trace(_class_curve(x, y, name, colors[curve.class_name], words))
    share_axes(figure, "false-positive rate", "recall")
    return styled(figure, height=420, title=title("ROC curves, with area under the curve"))


def precision_recall_figure(curves: Sequence[ClassCurves], class_names: Sequence[str]) -> go.Figure:
    """Draw precision–recall curves, each class against all others."""
    figure, colors = go.Figure(), class_colors(class_names)
    for curve in curves:
        name = f"{curve.class_name} {curve.average_precision:.3f}"
        words = "recall %{x:.1%}, precision %{y:.1%}"
        figure.add_trace(_class_curve(curve.recall, curve.precision, name, colors[curve.class_name], words))
    share_axes(figure, "recall", "precision")
    return styled(figure, height=420, title=title("Precision–recall curves, with average precision"))


def _class_curve(
    x: NDArray[np.float64], y: NDArray[np.float64], name: str, color: str, hovertemplate: str
) -> go.Scatter:
    line = {"color": color, "width": 2}
    return go.Scatter(x=x, y=y, name=escape(name), mode="lines", line=line, hovertemplate=hovertemplate)


def bucket_figure(table: pd.DataFrame, heading: str, what: str, *, overall: float) -> go.Figure:
    """Draw the accuracy in each bucket, with its interval; the dotted line is the accuracy of all.

    The table is one of :mod:`fer_core.evaluation.subgroups`; ``tagger`` is drawn as what one person scores.
    """
    figure, names = go.Figure(), table["bucket"].tolist()
    figure.add_scatter(
        x=names,
        y=table["accuracy"],
        name="the checkpoint",
        mode="markers+lines" if "tagger" in table else "markers",
        marker={"color": BLUE, "size": 11},
        line={"color": BLUE, "width": 2},
        error_y=whiskers(table["accuracy"], table["low"], table["high"], BLUE),
        customdata=table["n"],
        hovertemplate="%{x}: accuracy %{y:.1%}, n = %{customdata:,}<extra></extra>",
    )
    if "tagger" in table:
        figure.add_scatter(
            x=names,
            y=table["tagger"],
            name="one random person",
            mode="lines+markers",
            line={"color": ORANGE, "dash": "dash", "width": 2},
            hovertemplate="one random person: %{y:.1%}<extra></extra>",
        )
    figure.add_hline(overall, line={"color": INK, "dash": "dot", "width": 1.5})
    lowest = min(float(table["low"].min()), float(table["tagger"].min()) if "tagger" in table else 1.0)
    figure.update_xaxes(title_text=what, type="category", showgrid=False)
    figure.update_yaxes(range=[max(0.0, lowest - 0.06), 1.02], tickformat=".0%")
    return styled(figure, height=340, title=title(heading), showlegend="tagger" in table)


def groups_figure(sides: Mapping[str, Sequence[tuple[str, int, int]]]) -> go.Figure:
    """Draw how often two networks are right about groups of faces, with 95% intervals, as bars below each other.

    Args:
        sides: By title, the name, the hits and the size of each group.
    """
    figure, most = go.Figure(), max(map(len, sides.values()))
    for (side, groups), color in zip(sides.items(), SERIES, strict=False):
        table = pd.DataFrame(groups, columns=["group", "hits", "n"])
        accuracy = table["hits"] / table["n"].clip(lower=1)
        ends = pd.DataFrame([wilson(hits, n) for hits, n in zip(table["hits"], table["n"], strict=True)])
        figure.add_bar(
            y=table["group"],
            x=accuracy,
            orientation="h",
            name=escape(side),
            marker={"color": color},
            error_x=whiskers(accuracy, ends[0], ends[1], INK) | {"thickness": 2},
            text=[f"{share:.1%}" for share in accuracy],
            textposition="inside",
            insidetextanchor="start",
            textfont={"size": 11},
            constraintext="none",
            customdata=table["n"],
            hovertemplate="%{y}: accuracy %{x:.1%}, n = %{customdata:,}<extra></extra>",
        )
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return styled(figure, height=max(220, 80 + 44 * most), barmode="group")


def robustness_figure(table: pd.DataFrame, units: dict[str, str]) -> go.Figure:
    """Draw the accuracy at each level of each perturbation, given their units, as small multiples on one scale."""
    figure = make_subplots(
        2, 4, shared_yaxes=True, horizontal_spacing=0.025, vertical_spacing=0.2, subplot_titles=list(units)
    )
    for number, (perturbation, unit) in enumerate(units.items()):
        place = {"row": number // 4 + 1, "col": number % 4 + 1}
        curve, axis = _robustness_curve(table, perturbation, unit)
        figure.add_trace(curve, **place).update_xaxes(axis, **place)
    styled(figure, height=520, showlegend=False, margin={"l": 8, "r": 24, "t": 30, "b": 8})
    return figure.update_yaxes(range=[0, 1], tickformat=".0%", dtick=0.25)


def robustness_panel(table: pd.DataFrame, perturbation: str, unit: str) -> go.Figure:
    """Draw one of the small multiples alone, for pages on which they flow."""
    curve, axis = _robustness_curve(table, perturbation, unit)
    figure = go.Figure(curve).update_xaxes(axis).update_yaxes(range=[0, 1], tickformat=".0%", dtick=0.25)
    return styled(figure, height=210, title=title(perturbation), showlegend=False)


def _robustness_curve(table: pd.DataFrame, perturbation: str, unit: str) -> tuple[go.Scatter, dict[str, object]]:
    """Return the curve of a perturbation and its axis of levels."""
    part = table[table["perturbation"] == perturbation]
    amounts = [f"{amount:g}" if level else "" for level, amount in zip(part["level"], part["amount"], strict=True)]
    curve = go.Scatter(
        x=part["level"],
        y=part["accuracy"],
        error_y=whiskers(part["accuracy"], part["low"], part["high"], BLUE),
        name=perturbation,
        mode="lines+markers",
        marker={"size": 6},
        line={"color": BLUE, "width": 2},
        customdata=[f"{amount} {unit}" if amount else "unchanged" for amount in amounts],
        hovertemplate="%{customdata}: accuracy %{y:.1%}<extra></extra>",
    )
    axis = {
        "tickvals": list(range(6)),
        "ticktext": [amount or "–" for amount in amounts],
        "tickangle": 0,
        "tickfont": {"size": 11},
        "title": {"text": unit, "font": {"size": 11}},
    }
    return curve, axis
