"""Charts about confidence: is it honest, and what does "not sure" cost."""

import pandas as pd
import plotly.graph_objects as go

from fer_core.evaluation.calibration import Coverage
from fer_core.plots.style import BLUE, INK, ORANGE, faded, styled, title, whiskers
from fer_core.storage.plaintext import percent


def reliability_figure(after: pd.DataFrame, before: pd.DataFrame | None = None) -> go.Figure:
    """How often answers of a certain confidence are right; on the diagonal, as often as they say.

    Args:
        after: From :func:`~fer_core.evaluation.calibration.reliability`, with calibration.
        before: The same without it, where that differs.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": INK, "dash": "dot"}, name="honest", hoverinfo="skip"
    )
    if before is not None:
        _add_reliability(figure, before, "before calibration", ORANGE, dash="dash")
    _add_reliability(figure, after, "calibrated" if before is not None else "as it is", BLUE, dash="solid")
    figure.update_xaxes(title_text="how sure it said it was", range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(title_text="how often it was right", range=[0, 1.02], tickformat=".0%")
    return styled(figure, height=380, title=title("Does confidence mean what it says?"))


def confidence_figure(table: pd.DataFrame) -> go.Figure:
    """How many answers there are of each confidence."""
    names = [f"{percent(low)} to {percent(high)}" for low, high in zip(table["from"], table["to"], strict=True)]
    bars = go.Bar(
        x=(table["from"] + table["to"]) / 2,
        y=table["n"],
        width=(table["to"] - table["from"]) * 0.92,
        marker={"color": faded(BLUE, 0.75), "cornerradius": 4},
        customdata=names,
        hovertemplate="%{y:,} answers, %{customdata} sure<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_xaxes(title_text="how sure it said it was", range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(title_text="answers")
    return styled(figure, height=260, title=title("How sure it usually is"), showlegend=False)


def coverage_figure(curves: dict[str, pd.DataFrame], marks: dict[str, Coverage], colors: dict[str, str]) -> go.Figure:
    """Accuracy of the answers that are given, for every share of the faces that get one.

    Args:
        curves: By name, from :func:`~fer_core.evaluation.calibration.coverage_curve`.
        marks: By name, where the chosen threshold lies.
        colors: By name.
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
            hovertemplate="%{x:.0%} of the faces answered, %{y:.1%} of those right "
            "(“not sure” below %{customdata:.0%})<extra></extra>",
        )
    for name, mark in marks.items():
        figure.add_scatter(
            x=[mark.coverage],
            y=[mark.accuracy],
            name=f"“not sure” below {percent(mark.threshold)}",
            mode="markers",
            marker={"size": 13, "symbol": "circle-open", "color": colors[name], "line": {"width": 3}},
            hovertemplate=f"answers {mark.coverage:.1%}, {mark.accuracy:.1%} of them right<extra></extra>",
            showlegend=len(marks) == 1,
        )
    lowest = min([0.9, *(float(curve["accuracy"].min()) for curve in curves.values())])
    figure.update_xaxes(title_text="faces that get an answer", range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(title_text="answers that are right", range=[max(lowest - 0.05, 0), 1.005], tickformat=".0%")
    return styled(figure, height=380, title=title("What “not sure” costs and brings"))


def _add_reliability(figure: go.Figure, table: pd.DataFrame, name: str, color: str, *, dash: str) -> None:
    figure.add_scatter(
        x=table["confidence"],
        y=table["accuracy"],
        error_y=whiskers(table["accuracy"], table["low"], table["high"], color),
        name=name,
        mode="lines+markers",
        line={"color": color, "width": 2.5, "dash": dash},
        customdata=table["n"],
        hovertemplate="said %{x:.0%}, right %{y:.0%} of %{customdata:,} answers<extra></extra>",
    )
