"""Learning curves of one run, the paper's Figure 9, and of several."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from fer_core.training.settings.metrics import EpochMetrics

TRAINING_COLOR = "#d6800a"
VALIDATION_COLOR = "#4277c6"
_GRID = "rgba(128, 140, 160, 0.25)"
_MOST_MARKERS = 30
_RUN_COLORS = ("#4277c6", "#d6800a", "#3a9a5b", "#b0479f", "#c0504d", "#7a68c8", "#2f9aa8", "#8a7a2f")

Quantity = Literal["loss", "accuracy"]
RunQuantity = Literal["val_accuracy", "val_loss", "val_macro_f1", "accuracy", "loss", "learning_rate"]
RUN_QUANTITIES: dict[RunQuantity, str] = {
    "val_accuracy": "Validation accuracy",
    "val_loss": "Validation loss",
    "val_macro_f1": "Validation macro F1",
    "accuracy": "Training accuracy",
    "loss": "Training loss",
    "learning_rate": "Learning rate",
}
"""What several runs can be compared by, and what people call it."""


def smoothed(values: Sequence[float], smoothing: float) -> list[float]:
    """A running mean in which each epoch counts ``smoothing`` times as much as the next one; 0 changes nothing."""
    return [float(value) for value in pd.Series(values, dtype=float).ewm(alpha=1 - smoothing).mean()]


def learning_curve(
    metrics: Sequence[EpochMetrics],
    quantity: Quantity,
    epochs: int,
    best_epoch: int = 0,
    *,
    smoothing: float = 0.0,
    log: bool = False,
) -> go.Figure:
    """One quantity over the epochs, for training (dotted) and validation (solid).

    Args:
        metrics: The complete epochs, in order; may be empty.
        quantity: What is drawn; accuracies have a fixed axis from 0 to 100 %.
        epochs: How many epochs were asked for: the axis shows what is still to come.
        best_epoch: The epoch whose weights are kept, to be marked; 0 for none.
        smoothing: 0 to below 1, see :func:`smoothed`; the mark stays at its true value.
        log: Whether losses have a logarithmic axis.

    Returns:
        A figure without a background, for light and dark pages.
    """
    style = ".1%" if quantity == "accuracy" else ".3f"
    figure, numbers = go.Figure(), [m.epoch for m in metrics]
    for name, key, color, dash in (
        ("training", quantity, TRAINING_COLOR, "dot"),
        ("validation", f"val_{quantity}", VALIDATION_COLOR, "solid"),
    ):
        values = smoothed([getattr(m, key) for m in metrics], smoothing)
        line = {"color": color, "dash": dash, "width": 2.5}
        _add_line(figure, name, numbers, values, line=line, style=style)
    true = {m.epoch: getattr(m, f"val_{quantity}") for m in metrics}
    if best_epoch in true:
        _mark(figure, best_epoch, true[best_epoch], style)
    return _styled(figure, quantity, epochs, log=log)


def run_curves(
    runs: Mapping[str, Sequence[EpochMetrics]], quantity: RunQuantity, *, smoothing: float = 0.0, log: bool = False
) -> go.Figure:
    """One quantity over the epochs, a line for each run.

    Args:
        runs: The complete epochs of each run by its name.
        quantity: One of :data:`RUN_QUANTITIES`.
        smoothing: 0 to below 1, see :func:`smoothed`.
        log: Whether the axis is logarithmic.

    Returns:
        A figure without a background, for light and dark pages.
    """
    share = "accuracy" in quantity or "f1" in quantity
    figure = go.Figure()
    for index, (name, metrics) in enumerate(runs.items()):
        values = smoothed([getattr(m, quantity) for m in metrics], smoothing)
        color = _RUN_COLORS[index % len(_RUN_COLORS)]
        dash = ("solid", "dash", "dot")[index // len(_RUN_COLORS) % 3]
        line = {"color": color, "dash": dash, "width": 2.5}
        style = ".1%" if share else ".4g"
        _add_line(figure, name, [m.epoch for m in metrics], values, line=line, style=style)
    style_plot(figure, RUN_QUANTITIES[quantity], height=380)
    longest = max((metrics[-1].epoch for metrics in runs.values() if metrics), default=1)
    figure.update_xaxes(title_text="epoch", tickformat="d", dtick=_step(longest))
    scale = "log" if log else "linear"
    figure.update_yaxes(tickformat=".0%" if share else None, type=scale, rangemode="nonnegative")
    figure.update_layout(showlegend=True)
    return figure


def _step(epochs: int) -> int:
    """Epochs between two ticks, so that about ten fit."""
    return max(1, round(epochs / 10))


def _add_line(
    figure: go.Figure, name: str, epochs: list[int], values: list[float], *, line: dict[str, object], style: str
) -> None:
    figure.add_scatter(
        x=epochs,
        y=values,
        name=name,
        mode="lines+markers" if len(values) <= _MOST_MARKERS else "lines",
        line=line,
        marker={"size": 6},
        hovertemplate=f"%{{y:{style}}}",
    )


def _mark(figure: go.Figure, epoch: int, value: float, style: str) -> None:
    figure.add_scatter(
        x=[epoch],
        y=[value],
        name="weights kept",
        mode="markers",
        marker={"size": 14, "symbol": "circle-open", "color": VALIDATION_COLOR, "line": {"width": 3}},
        hovertemplate=f"%{{y:{style}}}",
    )


def _styled(figure: go.Figure, quantity: Quantity, epochs: int, *, log: bool) -> go.Figure:
    style_plot(figure, quantity.capitalize(), height=340)
    figure.update_xaxes(title_text="epoch", range=[0.5, epochs + 0.5], tickformat="d", dtick=_step(epochs))
    if quantity == "accuracy":
        figure.update_yaxes(range=[0, 1], tickformat=".0%")
    elif log:
        figure.update_yaxes(type="log")
    else:
        figure.update_yaxes(rangemode="tozero")
    return figure


def style_plot(figure: go.Figure, title: str, *, height: int) -> None:
    """Gives a chart the looks of all training charts."""
    figure.update_layout(
        title={"text": title, "x": 0.5, "xanchor": "center", "font": {"size": 16}} if title else None,
        height=height,
        margin={"l": 10, "r": 10, "t": 44 if title else 10, "b": 10},
        hovermode="x unified",
        legend={"orientation": "h", "y": -0.22, "x": 0.5, "xanchor": "center"},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
    )
    figure.update_xaxes(gridcolor=_GRID, zeroline=False)
    figure.update_yaxes(gridcolor=_GRID, zeroline=False)
