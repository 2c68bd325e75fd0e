"""The confusion matrix as a chart and as a small table, and what changed between two of them."""

import textwrap
from collections.abc import Sequence
from html import escape
from typing import Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.evaluation.comparison import PairedComparison
from fer_core.evaluation.descriptions import describe_cell
from fer_core.evaluation.report import EvaluationReport
from fer_core.plots.style import faded, styled
from fer_core.storage.plaintext import percent

RIGHT_COLOR = "#1f5fbf"
"""Ground of the diagonal."""

WRONG_COLOR = "#b8430a"
"""Ground of all other cells."""

CellValues = Literal["counts", "row shares", "column shares"]
"""What the cells of a confusion matrix may show."""

_HALF = 0.5
_PALE, _FULL = 0.64, 0.9  # opacity just below and at half of a row
_CELL = 30  # pixels
_PAGE = "light-dark(#ffffff, #10151d)"  # the pages' own ground, over which the first column stays when a table scrolls
_HEAD = "min-width:58px;font-weight:400;font-size:13px;line-height:1.25;vertical-align:bottom;padding:4px"
_FIRST = f"position:sticky;left:0;background:{_PAGE};text-align:left;font-weight:400;padding-right:8px"


def cell_opacity(share: float) -> float:
    """Return how opaque a cell's ground is, 0 to 1, given its share of the row, with a jump at one half.

    On pale grounds the text has the page's color, on full ones it is white. The jump leaves out the grounds on which
    neither would contrast 4.5:1, on a light page and on a dark one.
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
    """Draw the confusion matrix (the paper's Figure 10): rows are true classes, columns predicted ones.

    Every cell is a point of the trace "cells", whose ``customdata`` is the true class, the predicted class and the
    sentence that hovering shows. The color is the cell's share of its row (or column). One cell may be outlined.
    """
    names = tuple(order) or report.class_names
    chosen = [report.class_names.index(name) for name in names]
    matrix = report.confusion_matrix()[np.ix_(chosen, chosen)]
    parts = matrix / np.maximum(matrix.sum(axis=0 if cells == "column shares" else 1, keepdims=True), 1)
    traces = [_grounds(parts), _cells(report, names)]
    if cell:
        traces.append(_outline(*(names.index(name) for name in cell)))
    # All annotations at once: added one by one, each would validate those before it again.
    texts = _texts(matrix, parts, shares=cells != "counts")
    return _laid_out(go.Figure(traces), names).update_layout(annotations=texts)


def _grounds(parts: NDArray[np.float64]) -> go.Heatmap:
    """Return the colors: right answers count from 0 to 1, mistakes from 0 to -1; a heatmap reports no clicks."""
    signs, stops = 2 * np.eye(len(parts)) - 1, (0.0, _HALF - 1e-6, _HALF, 1.0)
    wrong = [(0.5 - share / 2, faded(WRONG_COLOR, cell_opacity(share))) for share in reversed(stops)]
    right = [(0.5 + share / 2, faded(RIGHT_COLOR, cell_opacity(share))) for share in stops]
    return go.Heatmap(
        z=signs * parts, zmin=-1, zmax=1, colorscale=wrong + right, showscale=False, hoverinfo="skip", xgap=2, ygap=2
    )


def _cells(report: EvaluationReport, names: Sequence[str]) -> go.Scatter:
    """Return an invisible point in each cell, which is what the mouse meets."""
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
    """Return what the cells show as annotations, since the mouse must meet nothing but the points of the cells."""
    return [
        {
            "x": column,
            "y": row,
            "text": percent(part, 0) if shares else f"{matrix[row, column]:,}",
            "showarrow": False,
            "font": {"size": 13, **({"color": "white"} if part >= _HALF else {})},
            "opacity": 1.0 if part else 0.45,
        }
        for (row, column), part in np.ndenumerate(parts)
    ]


def _outline(row: int, column: int) -> go.Scatter:
    x, y = column + 0.5 * np.array([-1, 1, 1, -1, -1]), row + 0.5 * np.array([-1, -1, 1, 1, -1])
    return go.Scatter(x=x, y=y, mode="lines", hoverinfo="skip", line={"width": 3, "color": "#e3a008"})


def _laid_out(figure: go.Figure, class_names: Sequence[str]) -> go.Figure:
    count = len(class_names)
    styled(
        figure,
        height=_CELL * count + 100,
        margin={"l": 0, "r": 44, "t": 4, "b": 4},  # the last slanted name reaches over the edge, where none is drawn
        hoverdistance=-1,
        clickmode="event+select",
        showlegend=False,
    )
    axis = {
        "tickvals": list(range(count)),
        "ticktext": [escape(name) for name in class_names],
        "showgrid": False,
        "tickfont": {"size": 13},
        "title": {"standoff": 8},
    }
    figure.update_xaxes(axis, range=[-0.52, count - 0.48], title_text="predicted class", side="top", tickangle=-40)
    return figure.update_yaxes(axis, range=[count - 0.48, -0.52], title_text="true class")


def matrix_difference_figure(pair: PairedComparison) -> go.Figure:
    """Draw the second's confusion matrix less the first's: green cells are better, red ones worse."""
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
            text=[[f"{value:+d}" if value else "" for value in row] for row in change.tolist()],
            texttemplate="%{text}",
            hovertemplate="%{y} called %{x}: %{customdata:+d}<extra></extra>",
        )
    )
    figure.update_xaxes(side="top", tickangle=-40, showgrid=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, title_text="true class")
    return styled(figure, height=58 * len(names) + 110)


def confusion_table(matrix: Sequence[Sequence[int]], class_names: Sequence[str]) -> str:
    """Return counts as a small HTML table: rows are true classes, also those without faces, columns predicted ones."""
    counts = np.asarray(matrix)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    heads = "".join(
        '<th scope="col" style="font-weight:400;padding:2px;writing-mode:vertical-rl;transform:rotate(180deg);'
        f'text-align:left">{escape(name)}</th>'
        for name in class_names
    )
    rows = ""
    for i, true in enumerate(class_names):
        cells = ""
        for j, called in enumerate(class_names):
            faint = "" if counts[i, j] else ";opacity:.45"
            words = f"{true} called {called}: {counts[i, j]}"
            cells += _html_cell(str(counts[i, j]), words, shares[i, j], i == j, f"min-width:28px;height:26px{faint}")
        head = f'<th scope="row" style="font-weight:400;text-align:right;padding-right:6px">{escape(true)}</th>'
        rows += f"<tr>{head}{cells}</tr>"
    caption = '<caption style="caption-side:bottom;text-align:left;opacity:.75;padding-top:6px">'
    caption += "rows: true class · columns: predicted class</caption>"
    return _html_table(f"{caption}<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody>", "font-size:13px")


def relabeling_matrix(table: pd.DataFrame) -> str:
    """Return a :func:`~fer_core.datasets.summary.relabeling` as an HTML table; grounds are shares of their line."""
    heads = "".join(f'<th scope="col" style="{_HEAD}">{escape(str(name))}</th>' for name in table.columns)
    counts, rows = table.to_numpy(np.int64), ""
    for own, line in zip(map(str, table.index), counts, strict=True):
        cells = ""
        for new, count in zip(map(str, table.columns), line, strict=True):
            words = relabeling_words(int(count), int(line.sum()), own, new).replace("<br>", ", ")
            text, share = f"{count:,}" if count else "", count / max(line.sum(), 1)
            cells += _html_cell(text, words, share, own == new, "padding:10px 4px")
        rows += f'<tr><th scope="row" style="{_FIRST}">{escape(own)}</th>{cells}</tr>'
    return _html_table(f'<tr><td style="{_FIRST}"></td>{heads}</tr>{rows}', "font-size:14px;width:100%")


def relabeling_words(count: int, total: int, own: str, new: str) -> str:
    """Return one cell of a relabeling in words, in two lines."""
    became = "kept their label" if own == new else f"became {new}"
    return f"{count:,} of {total:,} {own} faces ({percent(count / max(total, 1))})<br>{became}"


def _html_cell(text: str, words: str, share: float, is_right: bool, style: str) -> str:
    ground = faded(RIGHT_COLOR if is_right else WRONG_COLOR, cell_opacity(share))
    color = ";color:#fff" if share >= _HALF else ""
    style = f"background:{ground}{color};text-align:center;border-radius:4px;{style}"
    return f'<td title="{escape(words)}" style="{style}">{text}</td>'


def _html_table(content: str, style: str) -> str:
    """Return a table that scrolls sideways on narrow pages."""
    style = f"border-collapse:separate;border-spacing:2px;font-variant-numeric:tabular-nums;{style}"
    return f'<div style="overflow-x:auto"><table style="{style}">{content}</table></div>'
