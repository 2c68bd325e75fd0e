"""Learning curves of one run, the paper's Figure 9, and of several, and a run's learning rate."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from fer_core.plots.style import BLUE, ORANGE, SERIES, series_colors, styled, title
from fer_core.storage.plaintext import percent
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics
from fer_core.training.settings.schedule import learning_rate_at

TRAINING_COLOR, VALIDATION_COLOR = ORANGE, BLUE
_MOST_MARKERS = 30
_POINTS = 200  # of a learning-rate curve

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
"""What several runs can be compared by, with its title."""


def smoothed(values: Sequence[float], smoothing: float) -> list[float]:
    """Return a running mean in which each epoch counts ``smoothing`` times as much as the next; 0 changes nothing."""
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
    """Draw one quantity over the epochs of a run, perhaps none yet, for training (dotted) and validation (solid).

    Accuracies have a fixed axis from 0 to 100%, losses may have a logarithmic one. The best epoch, whose weights are
    kept, is marked at its true value (0: none). The smoothing is 0 to below 1, see :func:`smoothed`.
    """
    style = ".1%" if quantity == "accuracy" else ".3f"
    figure, numbers = go.Figure(), [m.epoch for m in metrics]
    for name, key, color, dash in (
        ("training", quantity, TRAINING_COLOR, "dot"),
        ("validation", f"val_{quantity}", VALIDATION_COLOR, "solid"),
    ):
        values = smoothed([getattr(m, key) for m in metrics], smoothing)
        _add_line(figure, name, numbers, values, f"%{{y:{style}}}", color=color, dash=dash)
    true = {m.epoch: getattr(m, f"val_{quantity}") for m in metrics}
    if best_epoch in true:
        figure.add_scatter(
            x=[best_epoch],
            y=[true[best_epoch]],
            name="weights kept",
            mode="markers",
            marker={"size": 14, "symbol": "circle-open", "color": VALIDATION_COLOR, "line": {"width": 3}},
            hovertemplate=f"%{{y:{style}}}",
        )
    _style(figure, quantity.capitalize(), height=340)
    figure.update_xaxes(title_text="epoch", range=[0.5, epochs + 0.5], tickformat="d", dtick=_step(epochs))
    if quantity == "accuracy":
        return figure.update_yaxes(range=[0, 1], tickformat=".0%")
    return figure.update_yaxes(type="log") if log else figure.update_yaxes(rangemode="tozero")


def run_curves(
    runs: Mapping[str, Sequence[EpochMetrics]], quantity: RunQuantity, *, smoothing: float = 0.0, log: bool = False
) -> go.Figure:
    """Draw one quantity over the epochs, a line for each run; the smoothing is 0 to below 1, see :func:`smoothed`."""
    share, figure = "accuracy" in quantity or "f1" in quantity, go.Figure()
    words = "%{y:.1%}" if share else "%{y:.4g}"
    for index, (name, color) in enumerate(series_colors(list(runs)).items()):
        metrics = runs[name]
        values = smoothed([getattr(m, quantity) for m in metrics], smoothing)
        dash = ("solid", "dash", "dot")[index // len(SERIES) % 3]
        _add_line(figure, name, [m.epoch for m in metrics], values, words, color=color, dash=dash)
    _style(figure, RUN_QUANTITIES[quantity], height=380, showlegend=True)
    longest = max((metrics[-1].epoch for metrics in runs.values() if metrics), default=1)
    figure.update_xaxes(title_text="epoch", tickformat="d", dtick=_step(longest))
    scale = "log" if log else "linear"
    return figure.update_yaxes(tickformat=".0%" if share else None, type=scale, rangemode="nonnegative")


def validation_curves(runs: Mapping[str, Sequence[EpochMetrics]], colors: Mapping[str, str]) -> go.Figure:
    """Draw the validation accuracy over the epochs of each checkpoint's run."""
    figure = go.Figure()
    for name, metrics in runs.items():
        epochs, values = [m.epoch for m in metrics], [m.val_accuracy for m in metrics]
        _add_line(figure, escape(name), epochs, values, "epoch %{x}: validation accuracy %{y:.1%}", color=colors[name])
    figure.update_xaxes(title_text="epoch", rangemode="tozero")
    figure.update_yaxes(title_text="validation accuracy", tickformat=".0%")
    return styled(figure, height=360, title=title("Learning curves"), hovermode="x unified")


def learning_rate_curve(config: TrainingConfig) -> go.Figure:
    """Draw the learning rate over the epochs of a run."""
    epochs = [config.epochs * point / _POINTS for point in range(_POINTS + 1)]
    rates = [learning_rate_at(config, epoch / config.epochs) for epoch in epochs]
    line = {"color": VALIDATION_COLOR, "width": 2.5}
    curve = go.Scatter(x=epochs, y=rates, mode="lines", line=line, hovertemplate="%{y:.2e}", showlegend=False)
    figure = go.Figure(curve)
    _style(figure, "", height=180).update_xaxes(title_text="epoch")
    return figure.update_yaxes(rangemode="tozero", exponentformat="power")


def _step(epochs: int) -> int:
    """Return the epochs between two ticks, so that about ten fit."""
    return max(1, round(epochs / 10))


def _add_line(figure: go.Figure, name: str, epochs: list[int], values: list[float], words: str, **line: object) -> None:
    figure.add_scatter(
        x=epochs,
        y=values,
        name=name,
        mode="lines+markers" if len(values) <= _MOST_MARKERS else "lines",
        line={"width": 2.5, **line},
        marker={"size": 6},
        hovertemplate=words,
    )


def _style(figure: go.Figure, heading: str, *, height: int, **layout: object) -> go.Figure:
    return styled(
        figure,
        height=height,
        zoom=True,
        title={"text": heading, "x": 0.5, "xanchor": "center", "font": {"size": 16}} if heading else None,
        margin={"l": 10, "r": 10, "t": 44 if heading else 10, "b": 10},
        hovermode="x unified",
        **layout,
    )


def small_curve(accuracies: Sequence[float]) -> str:
    """Return validation accuracies, 0 to 1, as a row of bars in HTML, one an epoch, with its ends written beside it."""
    words = f"Validation accuracy over {len(accuracies)} epochs: {percent(accuracies[0])} to {percent(accuracies[-1])}"
    bars = "".join(
        f'<div style="flex:1;height:{share:.1%};background:{VALIDATION_COLOR};border-radius:2px 2px 0 0"></div>'
        for share in accuracies
    )
    return (
        f'<div role="img" aria-label="{words}" style="display:flex;align-items:end;gap:8px;font-size:13px">'
        f"<span>{percent(accuracies[0])}</span>"
        f'<div style="flex:1;display:flex;align-items:end;gap:1%;height:36px">{bars}</div>'
        f"<b>{percent(accuracies[-1])}</b></div>"
    )
