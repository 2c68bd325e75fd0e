"""Figures of a dataset: how many faces each class has, and how labels changed."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fer_core.labels import EMOTION_COLORS, NO_EMOTION_COLOR, class_colors
from fer_core.plots.confusion import relabeling_words
from fer_core.plots.style import faded, styled
from fer_core.storage.plaintext import percent

_FADING = (1.0, 0.72, 0.5)


def class_distribution(counts: pd.DataFrame, *, shares: bool = False) -> go.Figure:
    """Draw horizontal bars of the classes, the first on top, named and numbered so that no color is needed.

    Counts have a line for each class, and a column for each bar of its group; shares are those of a column.
    """
    figure = go.Figure([_bars(counts[name], len(counts.columns), i, shares) for i, name in enumerate(counts)])
    longest = max(bar.x.max(initial=0) for bar in figure.data)
    styled(
        figure,
        height=56 + len(counts) * max(44, 24 * len(counts.columns)),
        barmode="group",
        bargap=0.25,
        bargroupgap=0.08,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        showlegend=False,
        uniformtext={"minsize": 12, "mode": "show"},
    )
    # Room at the right for the numbers, which stand outside of the bars.
    room = 1.6 if len(counts.columns) > 1 else 1.22
    figure.update_xaxes(range=[0, room * longest or 1], visible=False)
    return figure.update_yaxes(autorange="reversed", title=None, showgrid=False, tickfont={"size": 14})


def _bars(counts: pd.Series, columns: int, index: int, shares: bool) -> go.Bar:
    total, name = int(counts.sum()), str(counts.name)
    share = (counts / max(total, 1)).to_numpy()
    numbers = [percent(s) for s in share] if shares else [f"{c:,}" for c in counts]
    return go.Bar(
        x=share if shares else counts.to_numpy(),
        y=[str(label) for label in counts.index],
        text=[f"{name} {number}" if columns > 1 else number for number in numbers],
        orientation="h",
        name=name,
        textposition="outside",
        textfont={"size": 14},
        cliponaxis=False,
        marker={"color": list(class_colors(list(counts.index)).values()), "opacity": _FADING[index % len(_FADING)]},
        marker_line_width=0,
        hovertext=[
            f"<b>{n}</b>: {c:,} of {total:,} faces ({percent(s)})<br>{name} faces"
            for n, c, s in zip(counts.index, counts, share, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def balance_in_words(counts: pd.Series) -> str:
    """Return the largest class, the smallest, and the accuracy of a constant answer in words."""
    total = int(counts.sum())
    if not total:
        return "No faces."
    most, least = str(counts.idxmax()), str(counts.idxmin())
    rarest = f"{counts.min():,} ({percent(counts.min() / total)})" if counts.min() else "none at all"
    return (
        f"The largest class is {most} with {counts.max():,} of {total:,} faces; the smallest is {least} with {rarest}. "
        f"Always answering “{most}” has {percent(counts.max() / total)} accuracy."
    )


def relabeling_stream(table: pd.DataFrame) -> go.Figure:
    """Draw a :func:`~fer_core.datasets.summary.relabeling` from left to right, as wide as the numbers (Sankey)."""
    used = table.loc[:, table.sum() > 0]
    counts, names = used.to_numpy(np.int64), [*map(str, used.index), *map(str, used.columns)]
    sizes = [*counts.sum(axis=1).tolist(), *counts.sum(axis=0).tolist()]
    colors = {name: EMOTION_COLORS.get(name, NO_EMOTION_COLOR) for name in names}
    cells = list(zip(*(axis.tolist() for axis in np.nonzero(counts)), strict=True))
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
                "color": [faded(colors[names[i]], 0.35) for i, _ in cells],
                "customdata": [
                    relabeling_words(int(counts[i, j]), sizes[i], names[i], names[len(used) + j]) for i, j in cells
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )
    return styled(figure, height=520, margin={"l": 0, "r": 8, "t": 8, "b": 8}, font={"size": 13})
