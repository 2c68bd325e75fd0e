"""A planned network drawn as a row of blocks."""

import math

import plotly.graph_objects as go

from fer_core.plots.style import BLUE, GREEN, ORANGE, PURPLE, styled
from fer_core.training.settings.architecture_summary import ArchitectureSummary, LayerSummary

LAYER_COLORS = {
    "input": GREEN,
    "convolution": BLUE,
    "normalization": "#7fa6dd",
    "pooling": "#c0504d",
    "mean": "#c0504d",
    "dropout": "#b9c0cc",
    "sum": "#949687",
    "activation": "#949687",
    "preparation": "#949687",
    "flatten": "#949687",
    "dense": PURPLE,
    "softmax": ORANGE,
}
"""A color for each kind of layer, of planned networks and of those looked into."""


def network_blocks(network: ArchitectureSummary) -> go.Figure:
    """Draw each layer of a planned network as a block that says on hovering what it is."""
    figure, left, named = go.Figure(), 0.0, set[str]()
    for layer in network.layers:
        height, width = _size(layer)
        legend = {"name": layer.kind, "legendgroup": layer.kind, "showlegend": layer.kind not in named}
        figure.add_trace(
            go.Scatter(
                x=[left, left + width, left + width, left, left],
                y=[-height / 2, -height / 2, height / 2, height / 2, -height / 2],
                fill="toself",
                mode="lines",
                fillcolor=LAYER_COLORS[layer.kind],
                line={"width": 1, "color": LAYER_COLORS[layer.kind]},
                opacity=0.9,
                hoveron="fills",
                hoverinfo="text",
                text=describe_layer(layer),
                **legend,
            )
        )
        named.add(layer.kind)
        left += width + 0.6
    figure.update_xaxes(visible=False).update_yaxes(visible=False, range=[-26, 26])
    return styled(figure, height=230, margin={"l": 10, "r": 10, "t": 10, "b": 10})


def _size(layer: LayerSummary) -> tuple[float, float]:
    """Height and width of a block: that of the layer's maps in pixels, and more for more of them."""
    if len(layer.shape) == 1:
        return 6 + 3 * math.log2(layer.shape[0]), 0.7
    return float(layer.shape[0]), 0.5 + 0.35 * math.log2(layer.shape[2])


def describe_layer(layer: LayerSummary) -> str:
    """Return a layer in words: "convolution 3x3, 46x46x32, 320 weights"."""
    name = " ".join(filter(None, (layer.kind, layer.detail)))
    weights = f", {layer.weights:,} weights" if layer.weights else ""
    return f"{name}, {'×'.join(map(str, layer.shape))}{weights}"
