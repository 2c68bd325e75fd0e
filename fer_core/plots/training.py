"""A run's learning curves, the paper's Figure 9."""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_core.training.metrics import EpochMetrics

TRAINING_COLOR = "#d6800a"
VALIDATION_COLOR = "#4277c6"
_GRID = "rgba(128, 140, 160, 0.25)"


def learning_curves(metrics: Sequence[EpochMetrics], epochs: int, best_epoch: int = 0) -> go.Figure:
    """Loss and accuracy over the epochs, for training (dashed) and validation (solid), side by side.

    Args:
        metrics: The complete epochs, in order; may be empty.
        epochs: How many epochs were asked for: the axis shows what is still to come.
        best_epoch: The epoch whose weights are kept, to be marked; 0 for none.

    Returns:
        A figure without a background, for light and dark pages.
    """
    figure = make_subplots(rows=1, cols=2, subplot_titles=("Loss", "Accuracy"), horizontal_spacing=0.1)
    x = [m.epoch for m in metrics]
    columns = (
        (1, [m.loss for m in metrics], [m.val_loss for m in metrics], ".3f"),
        (2, [m.accuracy for m in metrics], [m.val_accuracy for m in metrics], ".1%"),
    )
    for column, training, validation, style in columns:
        for name, values, color, dash in (
            ("training", training, TRAINING_COLOR, "dot"),
            ("validation", validation, VALIDATION_COLOR, "solid"),
        ):
            figure.add_scatter(
                x=x,
                y=values,
                name=name,
                legendgroup=name,
                showlegend=column == 1,
                mode="lines+markers" if len(x) <= 30 else "lines",
                line={"color": color, "dash": dash, "width": 2.5},
                marker={"size": 6},
                hovertemplate=f"%{{y:{style}}}",
                row=1,
                col=column,
            )
    if best_epoch in x:
        _mark_best(figure, metrics[x.index(best_epoch)])
    return _styled(figure, epochs)


def _mark_best(figure: go.Figure, best: EpochMetrics) -> None:
    figure.add_scatter(
        x=[best.epoch],
        y=[best.val_accuracy],
        name="best epoch",
        mode="markers",
        marker={"size": 14, "symbol": "circle-open", "color": VALIDATION_COLOR, "line": {"width": 3}},
        hovertemplate="kept: %{y:.1%}",
        row=1,
        col=2,
    )


def _styled(figure: go.Figure, epochs: int) -> go.Figure:
    figure.update_layout(
        height=340,
        margin={"l": 10, "r": 10, "t": 36, "b": 10},
        hovermode="x unified",
        legend={"orientation": "h", "y": -0.2, "x": 0.5, "xanchor": "center"},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
    )
    figure.update_xaxes(title_text="epoch", range=[0.5, epochs + 0.5], gridcolor=_GRID, zeroline=False, tickformat="d")
    figure.update_yaxes(gridcolor=_GRID, zeroline=False, rangemode="tozero", row=1, col=1)
    figure.update_yaxes(gridcolor=_GRID, zeroline=False, range=[0, 1], tickformat=".0%", row=1, col=2)
    return figure
