"""A run's learning curves, the paper's Figure 9."""

from collections.abc import Sequence
from typing import Literal

import plotly.graph_objects as go

from fer_core.training.metrics import EpochMetrics

TRAINING_COLOR = "#d6800a"
VALIDATION_COLOR = "#4277c6"
_GRID = "rgba(128, 140, 160, 0.25)"
_MOST_MARKERS = 30

Quantity = Literal["loss", "accuracy"]


def learning_curve(metrics: Sequence[EpochMetrics], quantity: Quantity, epochs: int, best_epoch: int = 0) -> go.Figure:
    """One quantity over the epochs, for training (dotted) and validation (solid).

    Args:
        metrics: The complete epochs, in order; may be empty.
        quantity: What is drawn; accuracies have a fixed axis from 0 to 100 %.
        epochs: How many epochs were asked for: the axis shows what is still to come.
        best_epoch: The epoch whose weights are kept, to be marked; 0 for none.

    Returns:
        A figure without a background, for light and dark pages.
    """
    style = ".1%" if quantity == "accuracy" else ".3f"
    training = {m.epoch: getattr(m, quantity) for m in metrics}
    validation = {m.epoch: getattr(m, f"val_{quantity}") for m in metrics}
    figure = go.Figure()
    for name, values, color, dash in (
        ("training", training, TRAINING_COLOR, "dot"),
        ("validation", validation, VALIDATION_COLOR, "solid"),
    ):
        figure.add_scatter(
            x=list(values),
            y=list(values.values()),
            name=name,
            mode="lines+markers" if len(values) <= _MOST_MARKERS else "lines",
            line={"color": color, "dash": dash, "width": 2.5},
            marker={"size": 6},
            hovertemplate=f"%{{y:{style}}}",
        )
    if best_epoch in validation:
        _mark(figure, best_epoch, validation[best_epoch], style)
    return _styled(figure, quantity, epochs)


def _mark(figure: go.Figure, epoch: int, value: float, style: str) -> None:
    figure.add_scatter(
        x=[epoch],
        y=[value],
        name="weights kept",
        mode="markers",
        marker={"size": 14, "symbol": "circle-open", "color": VALIDATION_COLOR, "line": {"width": 3}},
        hovertemplate=f"%{{y:{style}}}",
    )


def _styled(figure: go.Figure, quantity: Quantity, epochs: int) -> go.Figure:
    figure.update_layout(
        title={"text": quantity.capitalize(), "x": 0.5, "xanchor": "center", "font": {"size": 16}},
        height=340,
        margin={"l": 10, "r": 10, "t": 44, "b": 10},
        hovermode="x unified",
        legend={"orientation": "h", "y": -0.22, "x": 0.5, "xanchor": "center"},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
    )
    figure.update_xaxes(title_text="epoch", range=[0.5, epochs + 0.5], gridcolor=_GRID, zeroline=False, tickformat="d")
    figure.update_yaxes(gridcolor=_GRID, zeroline=False, rangemode="tozero")
    if quantity == "accuracy":
        figure.update_yaxes(range=[0, 1], tickformat=".0%")
    return figure
