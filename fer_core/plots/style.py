"""What all charts have in common: no ground of their own, faint grids, colours that light and dark pages bear."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

GRID = "rgba(128, 140, 160, 0.25)"
INK = "#7b8698"
"""A grey that can be read on both grounds."""

BLUE, ORANGE, GREEN, PURPLE = "#3b78d8", "#d6800a", "#2f8f5b", "#9b4fd0"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, "#dd0f46", "#08a1cd", "#949687", "#b13887")
"""Colours of checkpoints, in order."""

CONFIG: dict[str, Any] = {"displaylogo": False, "modeBarButtons": [["toImage"]], "displayModeBar": "hover"}
"""Of every chart: one button, which saves the figure as a picture."""


def styled(figure: go.Figure, *, height: int, **layout: Any) -> go.Figure:  # noqa: ANN401
    """Gives a figure the common look; further layout goes on top."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 24, "t": 34 if "title" in layout else 12, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": -0.2, "x": 0.5, "xanchor": "center"},
        hovermode="closest",
        dragmode=False,
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False, automargin=True, fixedrange=True)
    figure.update_yaxes(gridcolor=GRID, zeroline=False, automargin=True, fixedrange=True)
    return figure.update_layout(**layout)


def title(text: str) -> dict[str, Any]:
    """A small heading over a chart."""
    return {"text": text, "x": 0.0, "xanchor": "left", "font": {"size": 15}}


def whiskers(value: pd.Series, low: pd.Series, high: pd.Series, color: str) -> dict[str, Any]:
    """An interval around points, for ``error_x`` or ``error_y``: as long as it is, without caps."""
    return {"array": high - value, "arrayminus": value - low, "color": faded(color, 0.5), "width": 0}


def faded(color: str, opacity: float) -> str:
    """A ``#rrggbb`` colour as ``rgba``."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
