"""A network drawn as blocks, from the face on the left to the answer on the right."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from fer_core.insight.anatomy import Kind, Layer
from fer_core.insight.words import arithmetic

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
    """A layer as it is drawn: without the face and the weights.

    Attributes:
        kind: What it does.
        shape: Of its output.
        words: What the mouse is told.
    """

    kind: Kind
    shape: tuple[int, ...]
    words: str

    @classmethod
    def of(cls, layer: Layer) -> "Block":
        """The block of a layer; hover tells shape and arithmetic."""
        words = f"{layer.title}: {layer.shape_in_words()}; {arithmetic(layer)}; learned: {layer.count:,}"
        return cls(layer.kind, layer.output.shape, words)


def network_figure(blocks: Sequence[Block], chosen: int) -> go.Figure:
    """Blocks as high as the maps are and as wide as there are many.

    Args:
        blocks: The layers.
        chosen: The place of the layer that is looked at; it is framed.
    """
    figure, left = go.Figure(), 0.0
    for place, (kind, shape, words) in enumerate(blocks):
        is_map = len(shape) == 3
        height = shape[0] if is_map else 4 + 6 * math.log10(math.prod(shape))
        width = 1.5 + 1.6 * math.log2(shape[-1]) if is_map else 3.0
        figure.add_trace(
            go.Scatter(
                x=[left, left + width, left + width, left, left],
                y=[-height / 2, -height / 2, height / 2, height / 2, -height / 2],
                fill="toself",
                mode="lines",
                line={"width": 3 if place == chosen else 0, "color": "#d6800a"},
                fillcolor=_COLORS[kind],
                opacity=1.0 if place == chosen else 0.75,
                hoveron="fills",
                hoverinfo="text",
                text=words,
                showlegend=False,
            )
        )
        left += width + 1.2
    figure.update_xaxes(visible=False, range=[-1, left])
    figure.update_yaxes(visible=False, range=[-26, 26])
    figure.update_layout(height=170, margin={"l": 0, "r": 0, "t": 4, "b": 4}, dragmode=False)
    return figure
