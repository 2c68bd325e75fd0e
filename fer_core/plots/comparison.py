"""Charts that set checkpoints side by side."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.evaluation.comparison import PairedComparison
from fer_core.plots.style import INK, SERIES, faded, styled, title
from fer_core.training.settings.metrics import EpochMetrics


def series_colors(names: Sequence[str]) -> dict[str, str]:
    """A colour for each checkpoint, by its place."""
    return {name: SERIES[number % len(SERIES)] for number, name in enumerate(names)}


def speed_figure(table: pd.DataFrame, milliseconds: dict[str, float], colors: dict[str, str]) -> go.Figure:
    """Accuracy against the time one face takes: up and to the left is better.

    Args:
        table: From :meth:`~fer_core.evaluation.leaderboard.Leaderboard.table`.
        milliseconds: By checkpoint.
        colors: By checkpoint.
    """
    figure = go.Figure()
    for line in table.to_dict("records"):
        name, accuracy, size = line["checkpoint"], line["accuracy"], line["megabytes"]
        figure.add_scatter(
            x=[milliseconds[name]],
            y=[accuracy],
            error_y={
                "array": [line["high"] - accuracy],
                "arrayminus": [accuracy - line["low"]],
                "color": faded(colors[name], 0.55),
            },
            mode="markers",
            marker={"size": 9 + 3 * np.log10(max(size, 0.1) * 10), "color": colors[name]},
            name=escape(name),
            hovertemplate=f"%{{y:.2%}} right, %{{x:.2f}} ms a face, {size:.1f} MB<extra></extra>",
        )
    slowest = max(milliseconds.values())
    figure.update_xaxes(title_text="milliseconds per face, one thread", range=[0, slowest * 1.25])
    figure.update_yaxes(title_text="accuracy", tickformat=".1%")
    return styled(figure, height=380, title=title("Accuracy against speed"))


def class_difference_figure(pair: PairedComparison) -> go.Figure:
    """What the second gains or loses in recall, class by class."""
    tables = [report.per_class() for report in (pair.first, pair.second)]
    gain = 100 * (tables[1]["recall"] - tables[0]["recall"])
    colors = [SERIES[1] if value >= 0 else SERIES[0] for value in gain]
    figure = go.Figure(
        go.Bar(
            x=gain,
            y=[escape(str(name)) for name in gain.index],
            orientation="h",
            marker={"color": colors, "cornerradius": 4},
            customdata=np.stack([tables[0]["recall"], tables[1]["recall"], tables[0]["support"]], axis=1),
            hovertemplate="%{x:+.1f} points: %{customdata[0]:.1%} → %{customdata[1]:.1%} of %{customdata[2]:,} faces"
            "<extra></extra>",
            texttemplate="%{x:+.1f}",
            textposition="outside",
            cliponaxis=False,
        )
    )
    reach = 1.25 * max(float(gain.abs().max()), 1.0)
    figure.update_xaxes(title_text=f"points of recall: left {escape(pair.names[0])}, right {escape(pair.names[1])}")
    figure.update_xaxes(range=[-reach, reach], zeroline=True, zerolinecolor=INK)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return styled(figure, height=80 + 38 * len(gain), title=title("Who recognises which class better"))


def matrix_difference_figure(pair: PairedComparison) -> go.Figure:
    """The second's confusion matrix less the first's: green cells are better, red ones worse."""
    change = pair.second.confusion_matrix() - pair.first.confusion_matrix()
    good = change * (2 * np.eye(len(change)) - 1)
    names = [escape(name) for name in pair.first.class_names]
    reach = max(float(np.abs(change).max()), 1.0)
    figure = go.Figure(
        go.Heatmap(
            z=good,
            x=names,
            y=names,
            zmin=-reach,
            zmax=reach,
            showscale=False,
            xgap=2,
            ygap=2,
            colorscale=[[0, "rgba(214,69,47,.85)"], [0.5, "rgba(128,128,128,.06)"], [1, "rgba(47,143,91,.85)"]],
            customdata=change,
            text=_signed(change),
            texttemplate="%{text}",
            hovertemplate="%{y} called %{x}: %{customdata:+d}<extra></extra>",
        )
    )
    figure.update_xaxes(side="top", tickangle=-40, showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, title_text="true class")
    return styled(figure, height=58 * len(names) + 110)


def learning_figure(curves: dict[str, Sequence[EpochMetrics]], colors: dict[str, str]) -> go.Figure:
    """Validation accuracy over the epochs, for every checkpoint whose run is still here."""
    figure = go.Figure()
    for name, metrics in curves.items():
        figure.add_scatter(
            x=[m.epoch for m in metrics],
            y=[m.val_accuracy for m in metrics],
            name=escape(name),
            mode="lines+markers" if len(metrics) <= 30 else "lines",
            line={"color": colors[name], "width": 2.5},
            hovertemplate="epoch %{x}: %{y:.1%} on validation",
        )
    figure.update_xaxes(title_text="epoch", rangemode="tozero")
    figure.update_yaxes(title_text="validation accuracy", tickformat=".0%")
    return styled(figure, height=360, title=title("How they learned"), hovermode="x unified")


def _signed(change: NDArray[np.int64]) -> list[list[str]]:
    return [[f"{value:+d}" if value else "" for value in row] for row in change.tolist()]


def reliability_overlay(tables: dict[str, pd.DataFrame], colors: dict[str, str]) -> go.Figure:
    """Reliability diagrams one over the other: on the dotted line, confidence means what it says.

    Args:
        tables: By checkpoint, from :func:`~fer_core.evaluation.calibration.reliability`.
        colors: By checkpoint.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": INK, "dash": "dot"}, hoverinfo="skip", showlegend=False
    )
    for name, table in tables.items():
        figure.add_scatter(
            x=table["confidence"],
            y=table["accuracy"],
            name=escape(name),
            mode="lines+markers",
            line={"color": colors[name], "width": 2.5},
            customdata=table["n"],
            hovertemplate="said %{x:.0%}, right %{y:.0%} of %{customdata:,} answers",
        )
    figure.update_xaxes(title_text="how sure it said it was", range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(title_text="how often it was right", range=[0, 1.02], tickformat=".0%")
    return styled(figure, height=380, title=title("Does confidence mean what it says?"))
