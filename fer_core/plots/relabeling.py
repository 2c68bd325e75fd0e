"""Who became what: a dataset's own labels against those of ten people, as a matrix (HTML) and as a stream (a chart)."""

from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fer_core.labels import EMOTION_COLORS
from fer_core.plots.evaluation import RIGHT_COLOR, WRONG_COLOR, cell_opacity
from fer_core.storage.plaintext import percent

_LEFT_OUT_COLOR = "#8a8f98"
_STREAM_OPACITY = 0.35
_HEAD = "min-width:58px;font-weight:400;font-size:13px;line-height:1.25;vertical-align:bottom;padding:4px"
_GROUND = "light-dark(#ffffff, #10151d)"  # the pages' own, over which the first column stays when the table scrolls
_FIRST = f"position:sticky;left:0;background:{_GROUND};text-align:left;font-weight:400;padding-right:8px"
_LIGHT_TEXT_FROM = 0.9  # opacity of a cell's ground from which white is more legible than the page's colour


def relabelling_matrix(table: pd.DataFrame) -> str:
    """One line per own label, one column per new one; the ground is a cell's share of its line.

    Args:
        table: From :func:`fer_core.datasets.summary.relabeling`.

    Returns:
        An HTML table, blue where the name stayed, orange where it changed, that scrolls sideways on narrow pages.
    """
    head = "".join(f'<th scope="col" style="{_HEAD}">{escape(str(name))}</th>' for name in table.columns)
    lines = "".join(_line(table, number) for number in range(len(table)))
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:separate;border-spacing:2px;font-size:14px;'
        f'font-variant-numeric:tabular-nums;width:100%"><tr><td style="{_FIRST}"></td>{head}</tr>{lines}</table></div>'
    )


def relabelling_stream(table: pd.DataFrame) -> go.Figure:
    """Streams from own labels on the left to new ones on the right, as wide as the number of faces (Sankey).

    Args:
        table: From :func:`fer_core.datasets.summary.relabeling`.
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
    return f"{count:,} of {total:,} {own} faces ({percent(count / max(total, 1), 1)})<br>{became}"


def _line(table: pd.DataFrame, number: int) -> str:
    """One own label: its name and a cell for each new one."""
    own, counts = str(table.index[number]), table.to_numpy(np.int64)[number]
    sentences = _sentences(table.iloc[[number]])[0]
    cells = "".join(
        _cell(int(count), cell_opacity(count / max(counts.sum(), 1)), own == str(new), sentence)
        for count, new, sentence in zip(counts, table.columns, sentences, strict=True)
    )
    return f'<tr><th scope="row" style="{_FIRST}">{escape(own)}</th>{cells}</tr>'


def _cell(count: int, opacity: float, stayed: bool, sentence: str) -> str:
    ground = _faint(RIGHT_COLOR if stayed else WRONG_COLOR, opacity)
    text = "#fff" if opacity >= _LIGHT_TEXT_FROM else "inherit"
    style = f"background:{ground};color:{text};text-align:center;padding:10px 4px;border-radius:4px"
    words = escape(sentence.replace("<br>", ", "))
    return f'<td style="{style}" title="{words}">{f"{count:,}" if count else ""}</td>'


def _plain(height: int) -> dict[str, object]:
    clear = "rgba(0,0,0,0)"
    return {
        "height": height,
        "margin": {"l": 0, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": clear,
        "plot_bgcolor": clear,
    }


def _faint(color: str, opacity: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
