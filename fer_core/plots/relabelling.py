"""Who became what: a dataset's own labels against those of ten people, as a matrix and as a stream."""

import textwrap

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fer_core.palette import EMOTION_COLORS
from fer_core.plots.evaluation import RIGHT_COLOR, WRONG_COLOR, cell_opacity

_LEFT_OUT_COLOR = "#8a8f98"
_CELL_HEIGHT = 44
_STREAM_OPACITY = 0.35
_LINE = 10  # characters
_LIGHT_TEXT_FROM = 0.9  # opacity of a cell's ground from which white is more legible than the page's colour


def relabelling_matrix(table: pd.DataFrame) -> go.Figure:
    """One line per own label, one column per new one; the colour is a cell's share of its line.

    Args:
        table: From :func:`fer_core.data.summary.relabelling`.

    Returns:
        Blue where the name stayed, orange where it changed.
    """
    counts = table.to_numpy()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    stayed = np.array([[own == new for new in table.columns] for own in table.index], bool).reshape(counts.shape)
    opacity = np.vectorize(cell_opacity, otypes=[float])(shares)
    figure = go.Figure(
        go.Heatmap(
            z=np.where(stayed, opacity, -opacity),
            zmin=-1,
            zmax=1,
            colorscale=[
                (0, WRONG_COLOR),
                (0.5, _faint(WRONG_COLOR, 0)),
                (0.5, _faint(RIGHT_COLOR, 0)),
                (1, RIGHT_COLOR),
            ],
            showscale=False,
            xgap=2,
            ygap=2,
            customdata=_sentences(table),
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(annotations=_numbers(counts, opacity), **_plain(96 + _CELL_HEIGHT * len(table)))
    ticks = {"showgrid": False, "zeroline": False, "fixedrange": True, "tickfont": {"size": 13}}
    figure.update_xaxes(
        tickvals=np.arange(len(table.columns)),
        ticktext=[_in_lines(str(name)) for name in table.columns],
        side="top",
        tickangle=0,
        **ticks,
    )
    figure.update_yaxes(
        tickvals=np.arange(len(table)), ticktext=list(table.index), range=[len(table) - 0.5, -0.5], **ticks
    )
    return figure


def relabelling_stream(table: pd.DataFrame) -> go.Figure:
    """Streams from own labels on the left to new ones on the right, as wide as the number of faces (Sankey).

    Args:
        table: From :func:`fer_core.data.summary.relabelling`.
    """
    used = table.loc[:, table.sum() > 0]
    counts, names = used.to_numpy(np.int64), [*map(str, used.index), *map(str, used.columns)]
    sizes = [*counts.sum(axis=1).tolist(), *counts.sum(axis=0).tolist()]
    colors = {name: EMOTION_COLORS.get(name, _LEFT_OUT_COLOR) for name in names}
    cells = list(zip(*(axis.tolist() for axis in np.nonzero(counts)), strict=True))
    sentences = _sentences(used)
    figure = go.Figure(
        go.Sankey(
            arrangement="fixed",
            node={
                "label": [f"{name} {size:,}" for name, size in zip(names, sizes, strict=True)],
                "color": [colors[name] for name in names],
                "pad": 14,
                "thickness": 16,
                "line": {"width": 0},
                "hovertemplate": "%{label}<extra></extra>",
            },
            link={
                "source": [i for i, _ in cells],
                "target": [len(used) + j for _, j in cells],
                "value": [int(counts[i, j]) for i, j in cells],
                "color": [_faint(colors[names[i]], _STREAM_OPACITY) for i, _ in cells],
                "customdata": [sentences[i][j] for i, j in cells],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    return figure.update_layout(**_plain(520), font={"size": 13})


def _sentences(table: pd.DataFrame) -> list[list[str]]:
    counts, own_names, new_names = table.to_numpy(np.int64), list(map(str, table.index)), list(map(str, table.columns))
    return [
        [_sentence(int(count), int(line.sum()), own, new) for count, new in zip(line, new_names, strict=True)]
        for line, own in zip(counts, own_names, strict=True)
    ]


def _sentence(count: int, total: int, own: str, new: str) -> str:
    became = "kept that name" if own == new else f"became: {new}"
    return f"{count:,} of {total:,} {own} faces ({count / max(total, 1):.1%})<br>{became}"


def _numbers(counts: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", opacity: object) -> list[dict[str, object]]:
    grounds = np.asarray(opacity)
    return [
        {
            "x": j,
            "y": i,
            "text": f"{counts[i, j]:,}",
            "showarrow": False,
            "font": {"size": 13, "color": "rgb(255, 255, 255)" if grounds[i, j] >= _LIGHT_TEXT_FROM else "#808080"},
        }
        for i, j in np.ndindex(*counts.shape)
        if counts[i, j]
    ]


def _plain(height: int) -> dict[str, object]:
    clear = "rgba(0,0,0,0)"
    return {
        "height": height,
        "margin": {"l": 0, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": clear,
        "plot_bgcolor": clear,
    }


def _in_lines(name: str) -> str:
    """A name over several lines, so that columns stay narrow."""
    return "<br>".join(textwrap.wrap(name, _LINE))


def _faint(color: str, opacity: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
