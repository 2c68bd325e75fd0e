"""The confusion matrix as a chart, and the pictures behind one of its cells."""

import textwrap
from collections.abc import Sequence
from html import escape
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.evaluation.descriptions import describe_cell
from fer_core.evaluation.report import EvaluationReport
from fer_core.storage.plaintext import percent

RIGHT_COLOR = "#1f5fbf"
"""Ground of the diagonal: images that got their true class."""

WRONG_COLOR = "#b8430a"
"""Ground of all other cells: mistakes."""

CellValues = Literal["counts", "row shares", "column shares"]
"""What the cells of a confusion matrix may say."""

_HALF = 0.5
_PALE, _FULL = 0.64, 0.9  # opacity just below and at half of a row
_CELL = 58  # pixels


def cell_opacity(share: float) -> float:
    """How opaque a cell's ground is: rising with its share of the row, with a jump at one half.

    On pale grounds the text has the page's colour, on full ones it is white. The jump leaves out the grounds on which
    neither would contrast 4.5:1, on a light page and on a dark one.

    Args:
        share: Share of the row, 0 to 1.

    Returns:
        0 (the page shows through) to 1.
    """
    if share < _HALF:
        return _PALE * share / _HALF
    return _FULL + (1 - _FULL) * (share - _HALF) / _HALF


def confusion_figure(
    report: EvaluationReport,
    *,
    cells: CellValues = "counts",
    order: Sequence[str] = (),
    cell: tuple[str, str] | None = None,
) -> go.Figure:
    """The confusion matrix (the paper's Figure 10): rows are true classes, columns what the network called them.

    Every cell is a point of the trace "cells", whose ``customdata`` is the true class, the predicted class and the
    sentence that hovering shows. The colour is the cell's share of its row (of its column, where cells say that), so
    that rare classes are seen as well as frequent ones.

    Args:
        report: What a checkpoint got right and wrong.
        cells: Whether cells say their count, their share of the row or their share of the column.
        order: The classes in the order of the rows and columns; by default the report's.
        cell: The true and the predicted class of the cell to outline.

    Returns:
        The figure; colours that it leaves open are the page's.
    """
    names = tuple(order) or report.class_names
    chosen = [report.class_names.index(name) for name in names]
    matrix = report.confusion_matrix()[np.ix_(chosen, chosen)]
    parts = matrix / np.maximum(matrix.sum(axis=0 if cells == "column shares" else 1, keepdims=True), 1)
    traces = [_grounds(parts), _cells(report, names)]
    if cell:
        traces.append(_outline(*(names.index(name) for name in cell)))
    # All annotations at once: added one by one, each would validate those before it again.
    return _laid_out(go.Figure(traces), names).update_layout(
        annotations=_texts(matrix, parts, shares=cells != "counts")
    )


def _grounds(parts: NDArray[np.float64]) -> go.Heatmap:
    """Right answers count from 0 to 1, mistakes from 0 to -1. Without hover: a heatmap reports no clicks."""
    signs = 2 * np.eye(len(parts)) - 1
    just_below = _HALF - 1e-6
    stops = (0.0, just_below, _HALF, 1.0)
    wrong = [(0.5 - share / 2, _rgba(WRONG_COLOR, share)) for share in reversed(stops)]
    right = [(0.5 + share / 2, _rgba(RIGHT_COLOR, share)) for share in stops]
    return go.Heatmap(
        z=signs * parts, zmin=-1, zmax=1, colorscale=wrong + right, showscale=False, hoverinfo="skip", xgap=2, ygap=2
    )


def _cells(report: EvaluationReport, names: Sequence[str]) -> go.Scatter:
    """An invisible point in each cell, which is what the mouse meets."""
    cells = [(true, called, describe_cell(report, true, called)) for true in names for called in names]
    sides = np.indices((len(names), len(names))).reshape(2, -1)
    invisible = {"marker": {"opacity": 0}}
    return go.Scatter(
        name="cells",
        x=sides[1],
        y=sides[0],
        mode="markers",
        marker={"symbol": "square", "size": 24, "opacity": 0},
        selected=invisible,
        unselected=invisible,
        customdata=[(true, called, "<br>".join(textwrap.wrap(escape(words), 34))) for true, called, words in cells],
        hovertemplate="%{customdata[2]}<extra></extra>",
    )


def _texts(matrix: NDArray[np.int64], parts: NDArray[np.float64], *, shares: bool) -> list[dict[str, object]]:
    """What the cells say: annotations, since the mouse must meet nothing but the points of the cells."""
    return [
        {
            "x": column,
            "y": row,
            "text": percent(part) if shares else f"{matrix[row, column]:,}",
            "showarrow": False,
            "font": {"size": 13, **({"color": "white"} if part >= _HALF else {})},
            "opacity": 1.0 if part else 0.45,
        }
        for (row, column), part in np.ndenumerate(parts)
    ]


def _outline(row: int, column: int) -> go.Scatter:
    x, y = (column - 0.5, column + 0.5), (row - 0.5, row + 0.5)
    return go.Scatter(
        x=[x[0], x[1], x[1], x[0], x[0]],
        y=[y[0], y[0], y[1], y[1], y[0]],
        mode="lines",
        hoverinfo="skip",
        line={"width": 3, "color": "#e3a008"},
    )


def _laid_out(figure: go.Figure, class_names: Sequence[str]) -> go.Figure:
    count = len(class_names)
    axis = {
        "tickvals": list(range(count)),
        "ticktext": [escape(name) for name in class_names],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"size": 13},
        "title": {"standoff": 8},
    }
    figure.update_xaxes(
        axis, range=[-0.52, count - 0.48], title_text="the network called it", side="top", tickangle=-40
    )
    figure.update_yaxes(axis, range=[count - 0.48, -0.52], title_text="true class")
    return figure.update_layout(
        height=_CELL * count + 110,
        margin={"l": 0, "r": 44, "t": 4, "b": 4},  # the last slanted name reaches over the edge, where none is drawn
        hovermode="closest",
        hoverdistance=-1,
        dragmode=False,
        clickmode="event+select",
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )


def _rgba(color: str, share: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{cell_opacity(share):.3f})"
