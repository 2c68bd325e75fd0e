"""What a head learned, as a figure."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fer_core.evaluation.intervals import Interval
from fer_core.plots.style import BLUE, styled


def curve_figure(examples: Sequence[float], accuracy: Sequence[float], intervals: Sequence[Interval]) -> go.Figure:
    """Draw held-out accuracies, with their intervals, against the numbers of training examples of each class."""
    bars = {
        "array": [high - share for (_, high), share in zip(intervals, accuracy, strict=True)],
        "arrayminus": [share - low for (low, _), share in zip(intervals, accuracy, strict=True)],
        "color": BLUE,
        "thickness": 1.5,
    }
    line = go.Scatter(
        x=list(examples),
        y=list(accuracy),
        error_y=bars,
        mode="lines+markers",
        line={"color": BLUE, "width": 2.5},
        hovertemplate="%{x:.0f} examples per class: accuracy %{y:.1%}<extra></extra>",
    )
    figure = go.Figure([line])
    figure.update_xaxes(title="Training examples per class", rangemode="tozero")
    figure.update_yaxes(title="Held-out accuracy", tickformat=".0%", range=[0, 1.02])
    return styled(figure, height=340)
