"""Charts about confidence: reliability, and the cost of "not sure"."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import plotly.graph_objects as go

from fer_core.evaluation.calibration import Coverage
from fer_core.plots.style import BLUE, ORANGE, diagonal, faded, share_axes, styled, title, whiskers
from fer_core.storage.plaintext import percent

_CONFIDENCE, _ACCURACY = "confidence", "accuracy"


def reliability_figure(
    tables: Mapping[str, pd.DataFrame], colors: Mapping[str, str], *, before: pd.DataFrame | None = None
) -> go.Figure:
    """Draw accuracy by confidence; perfect calibration lies on the diagonal.

    Tables are those of :func:`~fer_core.evaluation.calibration.reliability`; of one alone, intervals are drawn too.
    """
    alone = len(tables) == 1
    figure = go.Figure(diagonal("perfect calibration" if alone else ""))
    lines = [("before calibration", before, ORANGE, "dash")] if before is not None else []
    for name, table, color, dash in [*lines, *((name, t, colors[name], "solid") for name, t in tables.items())]:
        figure.add_scatter(
            x=table["confidence"],
            y=table["accuracy"],
            error_y=whiskers(table["accuracy"], table["low"], table["high"], color) if alone else None,
            name=escape(name),
            mode="lines+markers",
            line={"color": color, "width": 2.5, "dash": dash},
            customdata=table["n"],
            hovertemplate="confidence %{x:.1%}, accuracy %{y:.1%}, n = %{customdata:,}" + ("<extra></extra>" * alone),
        )
    share_axes(figure, _CONFIDENCE, _ACCURACY)
    return styled(figure, height=380, title=title("Reliability diagram"))


def confidence_figure(table: pd.DataFrame) -> go.Figure:
    """Draw how many answers there are of each confidence."""
    names = [f"{percent(low)} to {percent(high)}" for low, high in zip(table["from"], table["to"], strict=True)]
    bars = go.Bar(
        x=(table["from"] + table["to"]) / 2,
        y=table["n"],
        width=(table["to"] - table["from"]) * 0.92,
        marker={"color": faded(BLUE, 0.75), "cornerradius": 4},
        customdata=names,
        hovertemplate="%{y:,} answers with %{customdata} confidence<extra></extra>",
    )
    figure = go.Figure(bars).update_xaxes(title_text=_CONFIDENCE, range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(title_text="answers")
    return styled(figure, height=260, title=title("Distribution of confidence"), showlegend=False)


def coverage_figure(
    curves: Mapping[str, pd.DataFrame], colors: Mapping[str, str], mark: Coverage | None = None
) -> go.Figure:
    """Draw the accuracy of the answers that are given, for every share of the faces that get one.

    Curves are those of :func:`~fer_core.evaluation.calibration.coverage_curve`; the mark is on the first one.
    """
    figure = go.Figure()
    for name, curve in curves.items():
        figure.add_scatter(
            x=curve["coverage"],
            y=curve["accuracy"],
            customdata=curve["threshold"],
            name=name,
            mode="lines",
            line={"color": colors[name], "width": 2.5},
            hovertemplate="coverage %{x:.1%}, accuracy %{y:.1%} (“not sure” below %{customdata:.0%})<extra></extra>",
        )
    if mark:
        figure.add_scatter(
            x=[mark.coverage],
            y=[mark.accuracy],
            name=f"“not sure” below {percent(mark.threshold, 0)}",
            mode="markers",
            marker={"size": 13, "symbol": "circle-open", "color": next(iter(colors.values())), "line": {"width": 3}},
            hovertemplate=f"coverage {mark.coverage:.1%}, accuracy {mark.accuracy:.1%}<extra></extra>",
        )
    lowest = min([0.9, *(float(curve["accuracy"].min()) for curve in curves.values())])
    share_axes(figure, "coverage (share of faces answered)", "accuracy of the answers", lowest=max(lowest - 0.05, 0))
    return styled(figure, height=380, title=title("Accuracy by coverage"))
