"""Figures of a dataset: how many faces each class has, and the faces themselves."""

import base64
from collections.abc import Sequence
from html import escape

import cv2
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.labels import class_colors
from fer_core.storage.plaintext import percent

_GAP = 12  # CSS pixels between faces
_FADING = (1.0, 0.72, 0.5)


def class_distribution(counts: pd.DataFrame, *, shares: bool = False) -> go.Figure:
    """Bars of the classes, named and numbered at the bar so that colour is never needed to read them.

    Args:
        counts: Faces for each class (the lines); one column for one bar a class, several splits for a group of bars.
        shares: Whether bars show shares of their column rather than numbers of faces.

    Returns:
        Horizontal bars, the first class on top, on a transparent ground.
    """
    figure = go.Figure([_bars(counts[name], len(counts.columns), i, shares) for i, name in enumerate(counts)])
    longest = max(bar.x.max(initial=0) for bar in figure.data)
    figure.update_layout(
        barmode="group",
        bargap=0.25,
        bargroupgap=0.08,
        height=56 + len(counts) * max(44, 24 * len(counts.columns)),
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        uniformtext={"minsize": 12, "mode": "show"},
    )
    # Room at the right for the numbers, which stand outside of the bars.
    room = 1.6 if len(counts.columns) > 1 else 1.22
    figure.update_xaxes(range=[0, room * longest or 1], visible=False, fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, title=None, showgrid=False, tickfont={"size": 14})
    return figure


def balance_in_words(counts: pd.Series) -> str:
    """What a distribution means for a network: the largest class, the smallest, and the score of a constant answer.

    Args:
        counts: Faces for each class.
    """
    total = int(counts.sum())
    if not total:
        return "There is no face here."
    most, least = str(counts.idxmax()), str(counts.idxmin())
    rarest = f"{counts.min():,} ({percent(counts.min() / total, 1)})" if counts.min() else "none at all"
    return (
        f"The largest class is {most} with {counts.max():,} of {total:,} faces; the smallest is {least} with {rarest}. "
        f"A network that always answered “{most}” would be right {percent(counts.max() / total, 1)} of the time."
    )


def face_grid(
    images: NDArray[np.uint8], captions: Sequence[str], descriptions: Sequence[str], *, size: int = 96, columns: int = 8
) -> str:
    """Small faces side by side, as many in a row as there is room for, enlarged without blur.

    Args:
        images: Shape (n, height, width), uint8.
        captions: What stands below each.
        descriptions: What each shows, for the pointer and for those who do not see it.
        size: Least width of a face on the page, in CSS pixels; faces grow to fill the row.
        columns: Most faces in a row.

    Returns:
        HTML.
    """
    cells = "".join(
        f'<figure style="margin:0" title="{escape(text)}"><img src="{_data_address(image)}" alt="{escape(text)}" '
        'style="display:block;width:100%;aspect-ratio:1;image-rendering:pixelated;border-radius:6px">'
        f'<figcaption style="font-size:13px;line-height:1.35;margin-top:4px;opacity:.85">{escape(caption)}'
        "</figcaption></figure>"
        for image, caption, text in zip(images, captions, descriptions, strict=True)
    )
    width = f"min(100%,max({size}px,(100% - {_GAP * (columns - 1)}px)/{columns}))"
    grid = f"display:grid;grid-template-columns:repeat(auto-fill,minmax({width},1fr));gap:16px {_GAP}px"
    return f'<div style="{grid}">{cells}</div>'


def illustrated(sample: pd.DataFrame, images: NDArray[np.uint8]) -> pd.DataFrame:
    """A table of rows with each row's face in front, as a picture a table can show.

    Args:
        sample: A table with the column ``row``.
        images: Shape (n, height, width), uint8, for all rows of the dataset.
    """
    faces = [_data_address(images[row]) for row in sample["row"]]
    return pd.DataFrame({"face": faces}, index=sample.index).join(sample)


def _data_address(gray: NDArray[np.uint8]) -> str:
    return "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", gray)[1].tobytes()).decode()


def _bars(counts: pd.Series, columns: int, index: int, shares: bool) -> go.Bar:
    total, name = int(counts.sum()), str(counts.name)
    share = (counts / max(total, 1)).to_numpy()
    numbers = [percent(s, 1) for s in share] if shares else [f"{c:,}" for c in counts]
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
            f"<b>{n}</b>: {c:,} of {total:,} faces ({percent(s, 1)})<br>{name} faces"
            for n, c, s in zip(counts.index, counts, share, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )
