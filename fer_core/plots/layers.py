"""A network drawn as blocks, from the face on the left to the answer on the right, and single numbers worked out."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.explain.arithmetic import WorkedNumber
from fer_core.explain.layers import Kind, Layer
from fer_core.explain.words import arithmetic
from fer_core.plots.style import BLUE, ORANGE

_COLORS: dict[Kind, str] = {
    "convolution": "#4277c6",
    "pooling": "#949687",
    "mean": "#949687",
    "flatten": "#949687",
    "dense": "#880afe",
    "sum": "#949687",
    "activation": "#949687",
    "softmax": "#d6800a",
}


class Block(NamedTuple):
    """A layer as it is drawn: without the face's numbers and the weights.

    Attributes:
        height: As the maps are, in pixels.
        width: The more maps there are, the wider.
        color: By what it does.
        words: What the mouse is told.
    """

    height: float
    width: float
    color: str
    words: str

    @classmethod
    def of(cls, layer: Layer) -> "Block":
        """The block of a layer, which tells its shape and arithmetic."""
        words = f"{layer.title}: {layer.shape_in_words()}; {arithmetic(layer)}; learned: {layer.count:,}"
        if not layer.is_map:
            return cls(4 + 6 * math.log10(layer.output.size), 3.0, _COLORS[layer.kind], words)
        height, _, maps = layer.output.shape
        return cls(height, 1.5 + 1.6 * math.log2(maps), _COLORS[layer.kind], words)


_FACE = Block(48.0, 1.5, "#2f8f5b", "The face: 48×48 greys from 0 to 255")


def network_figure(blocks: Sequence[Block], chosen: int) -> go.Figure:
    """Blocks as high as the maps are and as wide as there are many, behind that of the face.

    Args:
        blocks: The layers.
        chosen: The place of the layer that is looked at, which is framed; -1 is the face itself.
    """
    figure, left = go.Figure(), 0.0
    for place, block in enumerate((_FACE, *blocks), start=-1):
        right, half = left + block.width, block.height / 2
        figure.add_trace(
            go.Scatter(
                x=[left, right, right, left, left],
                y=[-half, -half, half, half, -half],
                fill="toself",
                mode="lines",
                line={"width": 3 if place == chosen else 0, "color": "#d6800a"},
                fillcolor=block.color,
                opacity=1.0 if place == chosen else 0.75,
                hoveron="fills",
                hoverinfo="text",
                text=block.words,
                showlegend=False,
            )
        )
        left = right + 1.2
    figure.update_xaxes(visible=False, range=[-1, left])
    figure.update_yaxes(visible=False, range=[-26, 26])
    figure.update_layout(height=170, margin={"l": 0, "r": 0, "t": 4, "b": 4}, dragmode=False)
    return figure


def face_figure(face: NDArray[np.uint8]) -> go.Figure:
    """A face as the numbers it is: hover tells each pixel's grey, before and after the network's own scaling.

    Args:
        face: ``(48, 48)`` uint8.
    """
    figure = go.Figure(
        go.Heatmap(
            z=face,
            zmin=0,
            zmax=255,
            colorscale="Greys_r",
            showscale=False,
            customdata=face / 255,
            hovertemplate="row %{y}, column %{x}: %{z}, scaled %{customdata:.3f}<extra></extra>",
        )
    )
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True, autorange="reversed", scaleanchor="x")
    return figure.update_layout(
        width=340, height=340, margin={"l": 0, "r": 0, "t": 0, "b": 0}, plot_bgcolor="rgba(0,0,0,0)", dragmode=False
    )


def worked_html(worked: WorkedNumber) -> str:
    """What a filter reads, the filter and their products as three small tables; they stand below each other on a phone.

    Blue is above zero, orange below, and each cell says its number.
    """
    tables = (
        ("what is there", worked.patch),
        ("times the filter", worked.kernel),
        ("gives", worked.patch * worked.kernel),
    )
    parts = "".join(
        f'<div><div style="font-size:13px;opacity:.85;margin-bottom:4px">{title}</div>{_numbers(values)}</div>'
        for title, values in tables
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:12px 28px">{parts}</div>'


def _numbers(values: NDArray[np.float32]) -> str:
    largest = float(np.abs(values).max()) or 1.0
    cells = "".join(
        f'<div style="padding:.3em .5em;text-align:right;border-radius:4px;background:color-mix(in srgb, '
        f'{BLUE if value >= 0 else ORANGE} {45 * abs(value) / largest:.0f}%, transparent)">{value:.3g}</div>'
        for value in (values + 0.0).ravel().tolist()  # of -0 it makes 0
    )
    grid = f"display:grid;grid-template-columns:repeat({values.shape[1]},4.6em);gap:2px"
    return f'<div style="{grid};font-size:13px;font-variant-numeric:tabular-nums">{cells}</div>'


def signed(value: float) -> str:
    """A term of a sum behind the first one: "+ 0.593" or "− 0.593"."""
    return f"{'−' if value < 0 else '+'} {abs(value):.3g}"
