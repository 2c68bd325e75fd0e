"""Networks drawn as rows of blocks: the planned one, the one that is looked into, and single numbers worked out."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.explain.arithmetic import WorkedNumber
from fer_core.explain.layers import Kind, Layer, arithmetic_in_words
from fer_core.plots.style import BLUE, ORANGE, styled
from fer_core.training.settings.architecture_summary import ArchitectureSummary, LayerSummary

_PLANNED_COLORS = {
    "input": "#8a93a3",
    "convolution": "#4277c6",
    "sum": "#4277c6",
    "normalization": "#7fa6dd",
    "pooling": "#c0504d",
    "mean": "#c0504d",
    "dropout": "#b9c0cc",
    "flatten": "#7a6a9c",
    "dense": "#d6800a",
}
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
    """A layer as drawn: its height (that of its maps, in pixels), its width, its color and the hover text."""

    height: float
    width: float
    color: str
    words: str

    @classmethod
    def of(cls, layer: Layer) -> "Block":
        """Return the block of a layer, which tells its shape and arithmetic."""
        words = f"{layer.title}: {layer.shape_in_words()}; {arithmetic_in_words(layer)}; learned: {layer.count:,}"
        if not layer.is_map:
            return cls(4 + 6 * math.log10(layer.output.size), 3.0, _COLORS[layer.kind], words)
        height, _, maps = layer.output.shape
        return cls(height, 1.5 + 1.6 * math.log2(maps), _COLORS[layer.kind], words)

    @classmethod
    def planned(cls, layer: LayerSummary) -> "Block":
        """Return the block of a layer of a network that is not built yet."""
        color, words = _PLANNED_COLORS[layer.kind], describe_layer(layer)
        if len(layer.shape) == 1:
            return cls(6 + 3 * math.log2(layer.shape[0]), 0.7, color, words)
        return cls(float(layer.shape[0]), 0.5 + 0.35 * math.log2(layer.shape[2]), color, words)

    def drawn(self, left: float, **trace: object) -> go.Scatter:
        """Return the block's trace, which begins at ``left``."""
        right, half = left + self.width, self.height / 2
        return go.Scatter(
            x=[left, right, right, left, left],
            y=[-half, -half, half, half, -half],
            fill="toself",
            mode="lines",
            fillcolor=self.color,
            hoveron="fills",
            hoverinfo="text",
            text=self.words,
            **trace,
        )


_FACE = Block(48.0, 1.5, "#2f8f5b", "The face: 48×48 grays from 0 to 255")


def network_figure(blocks: Sequence[Block], chosen: int) -> go.Figure:
    """Draw blocks as high as the maps and as wide as there are many, behind the face, and frame one (-1: the face)."""
    figure, left = go.Figure(), 0.0
    for place, block in enumerate((_FACE, *blocks), start=-1):
        line = {"width": 3 if place == chosen else 0, "color": "#d6800a"}
        figure.add_trace(block.drawn(left, line=line, opacity=1.0 if place == chosen else 0.75, showlegend=False))
        left += block.width + 1.2
    figure.update_xaxes(visible=False, range=[-1, left]).update_yaxes(visible=False, range=[-26, 26])
    return styled(figure, height=170, margin={"l": 0, "r": 0, "t": 4, "b": 4})


def network_blocks(network: ArchitectureSummary) -> go.Figure:
    """Draw each layer of a planned network as a block that says on hovering what it is."""
    figure, left, named = go.Figure(), 0.0, set[str]()
    for layer in network.layers:
        block = Block.planned(layer)
        line, is_new = {"width": 1, "color": block.color}, layer.kind not in named
        legend = {"name": layer.kind, "legendgroup": layer.kind, "showlegend": is_new}
        figure.add_trace(block.drawn(left, line=line, opacity=0.9, **legend))
        named.add(layer.kind)
        left += block.width + 0.6
    figure.update_xaxes(visible=False).update_yaxes(visible=False, range=[-26, 26])
    return styled(figure, height=230, margin={"l": 10, "r": 10, "t": 10, "b": 10})


def describe_layer(layer: LayerSummary) -> str:
    """Return a layer in words: "convolution 3x3, 46x46x32, 320 weights"."""
    name = " ".join(filter(None, (layer.kind, layer.detail)))
    weights = f", {layer.weights:,} weights" if layer.weights else ""
    return f"{name}, {'×'.join(map(str, layer.shape))}{weights}"


def face_figure(face: NDArray[np.uint8]) -> go.Figure:
    """Draw a ``(48, 48)`` face as numbers: hover tells each pixel's gray, before and after the network's scaling."""
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
    figure.update_xaxes(visible=False).update_yaxes(visible=False, autorange="reversed", scaleanchor="x")
    return styled(figure, height=340, width=340, margin={"l": 0, "r": 0, "t": 0, "b": 0})


def worked_html(worked: WorkedNumber) -> str:
    """Return what a filter reads, the filter and their products as small HTML tables: blue above zero, orange below."""
    products = worked.patch * worked.kernel
    tables = {"what is there": worked.patch, "times the filter": worked.kernel, "gives": products}
    parts = "".join(
        f'<div><div style="font-size:13px;opacity:.85;margin-bottom:4px">{title}</div>{_numbers(values)}</div>'
        for title, values in tables.items()
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
    """Return a term of a sum behind the first one: "+ 0.593" or "− 0.593"."""
    return f"{'−' if value < 0 else '+'} {abs(value):.3g}"
