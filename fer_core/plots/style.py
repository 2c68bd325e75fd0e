"""The look of all charts: transparent, faint grids, colors that light and dark pages bear."""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import pandas as pd
import plotly.graph_objects as go

GRID = "rgba(128, 140, 160, 0.25)"
INK = "#7b8698"
"""A gray that is legible on light and dark pages."""

BLUE, ORANGE, GREEN, PURPLE = "#3b78d8", "#d6800a", "#2f8f5b", "#9b4fd0"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, "#dd0f46", "#08a1cd", "#949687", "#b13887")
"""Colors of checkpoints and runs."""
_SHIFT = 6  # so that fer-lab has the first one

CONFIG: dict[str, Any] = {"displaylogo": False, "modeBarButtons": [["toImage"]], "displayModeBar": "hover"}
"""Of every chart: one button, which saves the figure as a picture."""


def styled(figure: go.Figure, *, height: int, zoom: bool = False, **layout: Any) -> go.Figure:  # noqa: ANN401
    """Apply the common style to a figure; further layout overrides it."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 24, "t": 34 if "title" in layout else 12, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0.5, "xanchor": "center"},
        hovermode="closest",
        dragmode="zoom" if zoom else False,
    )
    axis = {"gridcolor": GRID, "zeroline": False, "automargin": True, "fixedrange": not zoom}
    return figure.update_xaxes(axis).update_yaxes(axis).update_layout(**layout)


def title(text: str) -> dict[str, Any]:
    """Return a small heading over a chart."""
    return {"text": text, "x": 0.0, "xanchor": "left", "font": {"size": 15}}


def share_axes(figure: go.Figure, x: str, y: str, *, lowest: float = 0.0) -> go.Figure:
    """Title two axes of shares from 0 (or ``lowest``, upwards) to 100%."""
    figure.update_xaxes(title_text=x, range=[0, 1.02], tickformat=".0%")
    return figure.update_yaxes(title_text=y, range=[lowest, 1.02], tickformat=".0%")


def diagonal(name: str = "") -> go.Scatter:
    """Return a dotted line from 0 to 1, in the legend only when it has a name."""
    line = {"color": INK, "dash": "dot"}
    return go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, name=name, hoverinfo="skip", showlegend=bool(name))


def whiskers(value: pd.Series, low: pd.Series, high: pd.Series, color: str) -> dict[str, Any]:
    """Return an interval around points, without caps, for ``error_x`` or ``error_y``."""
    return {"array": high - value, "arrayminus": value - low, "color": faded(color, 0.5), "width": 0}


def faded(color: str, opacity: float) -> str:
    """Return a ``#rrggbb`` color as ``rgba``."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:.3g})"


def series_colors(names: Sequence[str]) -> dict[str, str]:
    """Return a color for each checkpoint or run: on every page its name's own, or the next that none before it has."""
    colors: dict[str, str] = {}
    for name in names:
        first = (crc32(name.encode()) + _SHIFT) % len(SERIES)
        order = SERIES[first:] + SERIES[:first]
        colors[name] = next((color for color in order if color not in colors.values()), order[0])
    return colors
