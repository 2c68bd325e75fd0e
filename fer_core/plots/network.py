"""A network as a row of blocks, and the learning rate over a run."""

import math

import plotly.graph_objects as go

from fer_core.plots.training import VALIDATION_COLOR, style_plot
from fer_core.training.settings.architecture_summary import LayerOutline, Outline
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.schedule import learning_rate_at

_COLORS = {
    "input": "#8a93a3",
    "convolution": "#4277c6",
    "sum": "#4277c6",
    "normalisation": "#7fa6dd",
    "pooling": "#c0504d",
    "mean": "#c0504d",
    "dropout": "#b9c0cc",
    "flatten": "#7a6a9c",
    "dense": "#d6800a",
}
_SIDE = 48
_POINTS = 200


def network_blocks(outline: Outline) -> go.Figure:
    """Each layer as a block: as high as its maps, as wide as the logarithm of how many there are.

    Args:
        outline: The network's layers.

    Returns:
        A figure without a background, for light and dark pages; a block says on hovering what it is.
    """
    figure, left = go.Figure(), 0.0
    named = set[str]()
    for layer in outline.layers:
        height, width = _size(layer)
        figure.add_scatter(
            x=[left, left, left + width, left + width, left],
            y=[-height / 2, height / 2, height / 2, -height / 2, -height / 2],
            fill="toself",
            mode="lines",
            line={"width": 1, "color": _COLORS[layer.kind]},
            fillcolor=_COLORS[layer.kind],
            opacity=0.9,
            name=layer.kind,
            legendgroup=layer.kind,
            showlegend=layer.kind not in named,
            text=describe_layer(layer),
            hoverinfo="text",
            hoveron="fills",
        )
        named.add(layer.kind)
        left += width + 0.6
    style_plot(figure, "", height=230)
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True, range=[-_SIDE / 2 - 2, _SIDE / 2 + 2])
    return figure


def _size(layer: LayerOutline) -> tuple[float, float]:
    if len(layer.shape) == 1:
        return 6 + 3 * math.log2(layer.shape[0]), 0.7
    return float(layer.shape[0]), 0.5 + 0.35 * math.log2(layer.shape[2])


def describe_layer(layer: LayerOutline) -> str:
    """A layer as people say it: "convolution 3x3, 46x46x32, 320 weights"."""
    name = " ".join(filter(None, (layer.kind, layer.detail)))
    weights = f", {layer.weights:,} weights" if layer.weights else ""
    return f"{name}, {'×'.join(map(str, layer.shape))}{weights}"


def learning_rate_curve(config: TrainingConfig) -> go.Figure:
    """The learning rate over the epochs of a run."""
    epochs = [config.epochs * point / _POINTS for point in range(_POINTS + 1)]
    rates = [learning_rate_at(config, epoch / config.epochs) for epoch in epochs]
    figure = go.Figure()
    figure.add_scatter(
        x=epochs,
        y=rates,
        mode="lines",
        line={"color": VALIDATION_COLOR, "width": 2.5},
        hovertemplate="%{y:.2e}",
        showlegend=False,
    )
    style_plot(figure, "", height=180)
    figure.update_xaxes(title_text="epoch")
    figure.update_yaxes(rangemode="tozero", exponentformat="power")
    return figure
