"""Charts that compare checkpoints."""

from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fer_core.evaluation.comparison import PairedComparison
from fer_core.plots.style import INK, SERIES, faded, styled, title


def speed_figure(table: pd.DataFrame, milliseconds: dict[str, float], colors: dict[str, str]) -> go.Figure:
    """Draw a leaderboard's accuracies against the time one face takes: up and to the left is better."""
    figure = go.Figure()
    for line in table.to_dict("records"):
        name, accuracy, size = line["checkpoint"], line["accuracy"], line["megabytes"]
        up, down = line["high"] - accuracy, accuracy - line["low"]
        figure.add_scatter(
            x=[milliseconds[name]],
            y=[accuracy],
            error_y={"array": [up], "arrayminus": [down], "color": faded(colors[name], 0.55)},
            mode="markers",
            marker={"size": 9 + 3 * np.log10(max(size, 0.1) * 10), "color": colors[name]},
            name=escape(name),
            hovertemplate=f"accuracy %{{y:.1%}}, %{{x:.2f}} ms per face, {size:.1f} MB<extra></extra>",
        )
    slowest = max(milliseconds.values())
    figure.update_xaxes(title_text="milliseconds per face, one thread", range=[0, slowest * 1.25])
    figure.update_yaxes(title_text="accuracy", tickformat=".1%")
    return styled(figure, height=380, title=title("Accuracy against speed"))


def class_difference_figure(pair: PairedComparison) -> go.Figure:
    """Draw what the second gains or loses in recall, class by class."""
    tables = [report.per_class() for report in (pair.first, pair.second)]
    gain = 100 * (tables[1]["recall"] - tables[0]["recall"])
    colors = [SERIES[1] if value >= 0 else SERIES[0] for value in gain]
    figure = go.Figure(
        go.Bar(
            x=gain,
            y=[escape(str(name)) for name in gain.index],
            orientation="h",
            marker={"color": colors, "cornerradius": 4},
            customdata=np.stack([tables[0]["recall"], tables[1]["recall"], tables[0]["support"]], axis=1),
            hovertemplate="%{x:+.1f} points: %{customdata[0]:.1%} → %{customdata[1]:.1%} of %{customdata[2]:,} faces"
            "<extra></extra>",
            texttemplate="%{x:+.1f}",
            textposition="outside",
            cliponaxis=False,
        )
    )
    reach = 1.25 * max(float(gain.abs().max()), 1.0)
    figure.update_xaxes(title_text=f"recall, points: ← {escape(pair.names[0])} · {escape(pair.names[1])} →")
    figure.update_xaxes(range=[-reach, reach], zeroline=True, zerolinecolor=INK)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return styled(figure, height=80 + 38 * len(gain), title=title("Difference of recall by class"))
